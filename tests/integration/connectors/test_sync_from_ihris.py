"""iHRIS to the registry, over HTTP from the sandbox's iHRIS into a database of the test's own."""

from typing import Any

import pytest

from mhero.sandbox.country import Country

MUSU = "P000001"


def person(key: str) -> Any:
    from mhero.registry.models import Origin, Person

    origin = Origin.objects.get(source="ihris", key=f"Practitioner/{key}")
    return Person.objects.get(id=origin.resource_id)


def test_the_first_sync_brings_everyone_in(ihris: Any, country: Country) -> None:
    from mhero.registry.models import Person, Place, Role

    run = ihris.sync()
    assert (run.status, run.error) == ("done", "")
    roles = sum(len(one.roles) for one in country.people)
    assert Person.objects.count() == len(country.people)
    assert Role.objects.count() == roles
    assert Place.objects.filter(kind="facility").count() == len(country.facilities)
    assert run.counts["read"] == run.counts["new"] == run.counts["expected"]
    musu = person(MUSU)
    assert musu.cadres == ["Nurse"]
    assert musu.phone.startswith("+231")
    assert musu.place.kind == "facility"
    assert len(musu.place.path) == 4


def test_a_second_sync_reads_only_what_changed(ihris: Any) -> None:
    ihris.sync()
    asked_at_first = ihris.requests()
    run = ihris.sync()
    assert (run.status, run.counts["read"]) == ("done", 0)
    assert ihris.requests() - asked_at_first < 12
    ihris.control(patch=[{"resourceType": "Practitioner", "id": MUSU, "gender": "other"}])
    run = ihris.sync()
    assert (run.counts["read"], run.counts["changed"]) == (1, 1)
    assert person(MUSU).gender == "other"


def test_who_is_deactivated_or_deleted_has_left(ihris: Any) -> None:
    ihris.sync()
    ihris.control(
        patch=[{"resourceType": "Practitioner", "id": MUSU, "active": False}], delete=["Practitioner/P000003"]
    )
    run = ihris.sync()
    assert run.counts["deactivated"] == 2
    assert not person(MUSU).is_active
    from mhero.registry.models import Origin, Person

    assert not Origin.objects.filter(key="Practitioner/P000003").exists()
    assert Person.objects.filter(said_active=False).count() >= 2


def test_a_role_that_is_deleted_leaves_its_person_without_work(ihris: Any, country: Country) -> None:
    ihris.sync()
    nurse = next(one for one in country.people if len(one.roles) == 1 and one.active and not one.roles[0].end)
    ihris.control(delete=[f"PractitionerRole/{nurse.roles[0].id}"])
    ihris.sync()
    assert not person(nurse.id).is_active


def test_people_on_leave_are_known_to_be_until_it_is_over(ihris: Any, country: Country) -> None:
    ihris.sync()
    away = next(one for one in country.people if one.leave and one.leave.start <= _today() <= one.leave.end)
    assert person(away.id).on_leave_until == away.leave.end  # type: ignore[union-attr]
    ihris.control(delete=[f"Basic/{away.leave.id}"])  # type: ignore[union-attr]
    ihris.sync()
    assert person(away.id).on_leave_until is None


def _today() -> Any:
    from mhero.connectors.intake import today

    return today()


def test_the_high_water_mark_stays_when_a_run_fails(ihris: Any) -> None:
    from mhero.exchange.models import Channel

    ihris.sync()
    mark = Channel.objects.get(mediator="ihris").high_water
    ihris.control(patch=[{"resourceType": "Practitioner", "id": MUSU, "gender": "other"}])
    ihris.control(fault={"kind": "unavailable", "path": "/fhir/PractitionerRole"})
    assert ihris.sync().status == "failed"
    assert Channel.objects.get(mediator="ihris").high_water == mark
    ihris.control(fault=None)
    assert ihris.sync().status == "done"
    assert person(MUSU).gender == "other"


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "down"}, "broke off"),
        ({"kind": "timeout", "seconds": 5}, "did not answer within 2 seconds"),
        ({"kind": "html"}, "a web page in place of data"),
        ({"kind": "nonsense"}, "not JSON"),
        ({"kind": "unauthorised"}, "did not accept the user name and password"),
        ({"kind": "error"}, "a fault of its own"),
    ],
)
def test_what_ihris_does_wrong_is_said_in_a_sentence(ihris: Any, fault: Any, words: str) -> None:
    from mhero.connectors.models import Connection

    ihris.control(fault=fault)
    run = ihris.sync()
    assert run.status == "failed"
    assert words in run.error
    connection = Connection.objects.get(system="ihris")
    assert (connection.works, connection.last_finding) == (False, run.error)


def test_a_slow_ihris_is_waited_for(ihris: Any) -> None:
    ihris.control(fault={"kind": "slow", "seconds": 0.5, "requests": 3})
    assert ihris.sync().status == "done"


def test_expired_page_links_do_not_end_a_sync(ihris: Any, country: Country, monkeypatch: Any) -> None:
    from mhero.connectors.ihris import client
    from mhero.registry.models import Person

    monkeypatch.setattr(client, "PAGE_SIZE", 50)
    # No link is ever valid: each page is the first of a search that begins where the last one ended.
    ihris.control(page_lifetime_seconds=0)
    run = ihris.sync()
    assert (run.status, run.error) == ("done", "")
    assert Person.objects.count() == len(country.people)
    assert run.counts["read"] < run.counts["expected"] * 1.2


def test_a_record_without_a_name_is_kept_and_tried_until_it_has_one(ihris: Any) -> None:
    from mhero.exchange.models import RefusedRecord

    nobody = {"resourceType": "Practitioner", "id": "P-broken", "active": True, "name": []}
    ihris.control(put=[nobody])
    run = ihris.sync()
    assert run.status == "done_with_problems"
    (refused,) = RefusedRecord.objects.all()
    assert refused.key == "Practitioner/P-broken"
    assert "name" in refused.reason
    assert ihris.sync().counts["refused"] == 1
    ihris.control(put=[nobody | {"name": [{"family": "Kollie", "given": ["Musu"]}]}])
    assert ihris.sync().status == "done"
    assert not RefusedRecord.objects.exists()
    assert person("P-broken").name == "Musu Kollie"


def test_a_refused_record_that_is_deleted_is_forgotten(ihris: Any) -> None:
    from mhero.exchange.models import RefusedRecord

    ihris.control(put=[{"resourceType": "Practitioner", "id": "P-broken"}])
    ihris.sync()
    ihris.control(delete=["Practitioner/P-broken"])
    assert ihris.sync().status == "done"
    assert not RefusedRecord.objects.exists()


def test_what_is_unmappable_does_not_stop_the_rest(ihris: Any, country: Country) -> None:
    from mhero.registry.models import Person

    ihris.control(
        put=[
            {
                "resourceType": "Practitioner",
                "id": "P-odd",
                "name": "Musu Kollie",
                "telecom": "0770",
                "gender": 3,
            },
            {"resourceType": "PractitionerRole", "id": "R-odd", "code": "Nurse", "period": "always"},
            {"resourceType": "Location", "id": "L-odd", "name": "Phebe", "partOf": "Location/L-odd"},
        ]
    )
    run = ihris.sync()
    assert run.status in {"done", "done_with_problems"}
    assert person("P-odd").name == "Musu Kollie"
    assert Person.objects.count() == len(country.people) + 1


def test_records_without_an_id_are_listed_each(ihris: Any, sandbox: Any, monkeypatch: Any) -> None:
    from mhero.connectors.ihris import client
    from mhero.exchange.models import RefusedRecord

    whole = client._found
    broken = [{"resourceType": "Practitioner", "name": name} for name in ("Musu", "Flomo")]
    monkeypatch.setattr(
        client, "_found", lambda bundle, type_: whole(bundle, type_) + broken * (type_ == "Practitioner")
    )
    run = ihris.sync()
    assert run.status == "done_with_problems"
    keys = set(RefusedRecord.objects.values_list("key", flat=True))
    assert len(keys) == 2
    assert all(key.startswith("Practitioner/?") for key in keys)
    monkeypatch.setattr(client, "_found", whole)
    assert ihris.sync(is_full=True).status == "done"
    assert not RefusedRecord.objects.exists()


def test_a_full_pass_removes_what_vanished_without_a_trace(ihris: Any, sandbox: Any) -> None:
    ihris.sync()
    sandbox.ihris.store._current["Practitioner"].pop(MUSU)
    assert ihris.sync().counts["deactivated"] == 0
    assert ihris.sync(is_full=True).counts["deactivated"] == 1


def test_a_source_that_suddenly_shows_nobody_loses_nobody(ihris: Any, sandbox: Any, country: Country) -> None:
    from mhero.exchange.models import RefusedRecord
    from mhero.registry.models import Person

    ihris.sync()
    working = Person.objects.filter(is_active=True).count()
    people = sandbox.ihris.store._current.pop("Practitioner")
    run = ihris.sync(is_full=True)
    assert run.status == "done_with_problems"
    assert "no longer listed" in RefusedRecord.objects.get().reason
    assert Person.objects.filter(is_active=True).count() == working
    sandbox.ihris.store._current["Practitioner"] = people
    assert ihris.sync(is_full=True).status == "done"
    assert not RefusedRecord.objects.exists()


def test_the_orchestrations_are_the_calls_that_were_made(ihris: Any) -> None:
    from mhero.exchange.models import Orchestration

    run = ihris.sync()
    calls = Orchestration.objects.filter(transaction_id=run.transaction_id)
    assert {(call.method, call.status) for call in calls} == {("GET", 200)}
    assert any("/fhir/Practitioner?" in call.url for call in calls)
    assert all(call.bytes > 0 and call.seconds > 0 for call in calls)
