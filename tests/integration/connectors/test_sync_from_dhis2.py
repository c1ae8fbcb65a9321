"""DHIS2 to the registry, over HTTP from the sandbox's DHIS2 into a database of the test's own."""

from typing import Any

import pytest
from tests.integration.connectors.sources import run_channel

from mhero.sandbox.country import COUNTIES, Country
from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_USER
from mhero.sandbox.server import Sandbox, SandboxConfig

AREAS = 1 + len(COUNTIES) + sum(len(county.districts) for county in COUNTIES)


def place(uid: str) -> Any:
    from mhero.registry.models import Origin, Place

    return Place.objects.get(id=Origin.objects.get(source="dhis2", key=f"Location/{uid}").resource_id)


def unit(country: Country) -> Any:
    return next(one for one in country.facilities if one.closed is None and one.position)


def test_the_first_sync_brings_the_whole_tree_in(dhis2: Any, country: Country) -> None:
    from mhero.registry.models import Level, Place

    run = dhis2.sync()
    assert (run.status, run.error) == ("done", "")
    assert run.counts["new"] == run.counts["expected"] == AREAS + len(country.facilities)
    assert Place.objects.filter(level=2, kind="jurisdiction").count() == len(COUNTIES)
    assert Place.objects.filter(kind="facility").count() == len(country.facilities)
    assert list(Level.objects.order_by("level").values_list("name", flat=True))[1] == "County"
    one = unit(country)
    found = place(one.uid)
    assert (found.name, found.level) == (one.name, 4)
    assert found.facility_type
    assert found.ownership
    assert (found.latitude, found.longitude) == one.position
    closed = [one for one in country.facilities if one.closed]
    assert not any(place(one.uid).is_active for one in closed)


def test_both_dialects_and_both_ways_of_signing_in_are_read(
    loop_thread: Any, country: Country, channels: None
) -> None:
    from mhero.connectors.services import connect
    from mhero.registry.models import Place

    sandbox = Sandbox(SandboxConfig(profile="fast", dialect="2.43"), country=country)
    loop_thread.run(sandbox.start())
    try:
        connect("dhis2", f"{sandbox.dhis2_url}/dhis-web-dashboard/#/", DHIS2_USER, DHIS2_PASSWORD)
        assert run_channel("dhis2").status == "done"
    finally:
        loop_thread.run(sandbox.stop())
    assert Place.objects.filter(kind="facility").count() == len(country.facilities)


def test_a_second_sync_reads_only_what_changed(dhis2: Any, country: Country) -> None:
    dhis2.sync()
    run = dhis2.sync()
    assert (run.status, run.counts["read"]) == ("done", 0)
    dhis2.control(
        put=[{"id": unit(country).uid, "name": "New Phebe", "closedDate": "2020-01-01T00:00:00.000"}]
    )
    run = dhis2.sync()
    assert (run.counts["read"], run.counts["deactivated"]) == (1, 1)
    found = place(unit(country).uid)
    assert (found.name, found.is_active) == ("New Phebe", False)


def test_a_unit_that_moves_takes_all_below_it_along(dhis2: Any, sandbox: Any) -> None:
    dhis2.sync()
    units = sandbox.dhis2.metadata.units
    districts = [one for one in units.values() if one["level"] == 3]
    moving = next(one for one in districts if any(other.get("parent") is one for other in units.values()))
    below = next(one for one in units.values() if one.get("parent") is moving)
    county = next(one for one in units.values() if one["level"] == 2 and one is not moving["parent"])
    dhis2.control(put=[{"id": moving["id"], "parent": {"id": county["id"]}}])
    assert dhis2.sync().counts["read"] == 1
    assert place(county["id"]).id in place(below["id"]).path


def test_a_deleted_unit_is_closed(dhis2: Any, country: Country) -> None:
    from mhero.registry.models import Origin, Place

    dhis2.sync()
    uid = unit(country).uid
    known = place(uid).id
    dhis2.control(delete=[uid])
    assert dhis2.sync().counts["deactivated"] == 1
    assert not Origin.objects.filter(key=f"Location/{uid}").exists()
    assert not Place.objects.get(id=known).is_active


def test_a_unit_that_was_deleted_and_made_again_stays(dhis2: Any, country: Country) -> None:
    dhis2.sync()
    uid, parent = unit(country).uid, place(unit(country).uid).parent_id
    dhis2.control(delete=[uid])
    dhis2.control(put=[{"id": uid, "name": "Phebe again"}])
    dhis2.sync()
    found = place(uid)
    assert (found.name, found.is_active, found.parent_id == parent) == ("Phebe again", True, False)


def test_a_unit_that_vanished_in_a_merge_is_found_by_the_full_pass(
    dhis2: Any, sandbox: Any, country: Country
) -> None:
    dhis2.sync()
    sandbox.dhis2.metadata.units.pop(unit(country).uid)
    assert dhis2.sync().counts["deactivated"] == 0
    assert dhis2.sync(is_full=True).counts["deactivated"] == 1


def test_an_orphan_and_a_loop_come_in_with_warnings(dhis2: Any) -> None:
    from mhero.registry.models import Origin

    dhis2.control(
        put=[
            {"id": "OrphanUnit1", "name": "Orphan", "parent": {"id": "NobodyKnow1"}},
            {"id": "LoopUnit001", "name": "Loop one"},
            {"id": "LoopUnit002", "name": "Loop two", "parent": {"id": "LoopUnit001"}},
            {"id": "LoopUnit001", "name": "Loop one", "parent": {"id": "LoopUnit002"}},
        ]
    )
    run = dhis2.sync()
    assert run.error == ""
    assert place("OrphanUnit1").name == "Orphan"
    assert {place("LoopUnit001").name, place("LoopUnit002").name} == {"Loop one", "Loop two"}
    assert place("LoopUnit001").tree_problem or place("LoopUnit002").tree_problem
    assert Origin.objects.filter(key="Location/OrphanUnit1").exists()


def test_places_of_both_sources_are_one_tree(dhis2: Any, ihris: Any, country: Country) -> None:
    from mhero.registry.models import Person, Place

    dhis2.sync()
    run = ihris.sync()
    assert run.error == ""
    assert Place.objects.filter(level=1).count() == 1
    assert Place.objects.filter(level=2, kind="jurisdiction").count() == len(COUNTIES)
    linked = next(one for one in country.facilities if one.linked)
    assert Place.objects.filter(kind="facility", name=linked.name, id=place(linked.uid).id).count() == 1
    nurse = Person.objects.filter(is_active=True, place__isnull=False).first()
    assert nurse is not None


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"kind": "down"}, "broke off"),
        ({"kind": "html"}, "a web page in place of data"),
        ({"kind": "unauthorised"}, "did not accept the user name and password or token"),
        ({"kind": "nonsense"}, "not JSON"),
    ],
)
def test_what_dhis2_does_wrong_is_said_in_a_sentence(dhis2: Any, fault: Any, words: str) -> None:
    dhis2.control(fault=fault)
    run = dhis2.sync()
    assert run.status == "failed"
    assert words in run.error
    dhis2.control(fault=None)
    assert dhis2.sync().status == "done"


def test_another_calendar_is_refused(dhis2: Any, sandbox: Any, monkeypatch: Any) -> None:
    from mhero.connectors.dhis2 import client

    whole = client.DHIS2Client.system
    ethiopian = client.SystemInfo(version="2.42", calendar="ethiopian", server_date=None)
    monkeypatch.setattr(client.DHIS2Client, "system", lambda self: whole(self) and ethiopian)
    run = dhis2.sync()
    assert (run.status, "ethiopian calendar" in run.error) == ("failed", True)
