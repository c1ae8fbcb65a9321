"""Accepted corrections go to the registry at once and back to iHRIS and DHIS2, and nothing is overwritten."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from tests.integration.connectors.sources import Loop, Source, run_channel

from mhero.sandbox.country import Country
from mhero.sandbox.credentials import DHIS2_TOKEN, IHRIS_PASSWORD, IHRIS_USER
from mhero.sandbox.server import Sandbox, SandboxConfig

AT = datetime(2026, 2, 1, 8, tzinfo=UTC)
IHRIS = (IHRIS_USER, IHRIS_PASSWORD)


@pytest.fixture
def korto(channels: None) -> Any:
    from mhero.accounts.models import User

    return User.objects.create_user("korto@example.org", name="Korto", role="administrator")


def somebody(place: int = 0) -> Any:
    from mhero.registry.models import Person

    people = Person.objects.filter(is_active=True, phone_state="usable", place__kind="facility")
    return people.order_by("name", "id")[place]


def post_of(person: Any) -> Any:
    from mhero.registry.models import Role

    return Role.objects.filter(person=person, place_id=person.place_id, is_active=True).first()


def key_of(resource_id: UUID, source: str = "ihris") -> str:
    from mhero.registry.models import Origin

    found: str = Origin.objects.get(resource_id=resource_id, source=source).key
    return found


def in_ihris(source: Source, resource_id: UUID) -> Any:
    return httpx.get(f"{source.url}/{key_of(resource_id)}", auth=IHRIS).json()


def decide(korto: Any, resource_id: UUID, part: str, old: str, new: str, value: dict[str, Any]) -> UUID:
    """What accepting a proposal does."""
    from django.db import transaction

    from mhero.connectors.services import ChangeOrder, put_change
    from mhero.registry.services import amend

    ref = uuid4()
    with transaction.atomic():
        registry_value = value
        if part == "place":
            registry_value = {"reference": f"Location/{value['place']}"}
        amend(resource_id, part, registry_value, korto)
        put_change(
            ChangeOrder(ref=ref, resource_id=resource_id, part=part, old=old, new=new, value=value), at=AT
        )
    return ref


def change_of(ref: UUID) -> Any:
    from mhero.connectors.models import SourceChange

    return SourceChange.objects.get(ref=ref)


def push() -> Any:
    return run_channel("ihris-changes")


def test_a_name_is_right_here_at_once_stays_so_and_arrives_in_ihris(ihris: Source, korto: Any) -> None:
    from mhero.registry.models import Amendment, Person

    ihris.sync()
    person = somebody()
    old = person.name
    ref = decide(korto, person.id, "name", old, "Musu Varney Kollie", {"name": "Musu Varney Kollie"})
    person.refresh_from_db()
    assert (person.name, person.family_name) == ("Musu Varney Kollie", "Kollie")

    # iHRIS still says the old name, and something else about the person that is new.
    ihris.control(patch=[{"resourceType": "Practitioner", "id": key_of(person.id)[13:], "gender": "other"}])
    ihris.sync(is_full=True)
    person.refresh_from_db()
    assert (person.name, person.gender) == ("Musu Varney Kollie", "other")

    before = in_ihris(ihris, person.id)
    run = push()
    assert (run.status, run.counts["changed"], change_of(ref).state) == ("done", 1, "done")
    after = in_ihris(ihris, person.id)
    assert after["name"][0] == {
        "use": "official",
        "text": "Musu Varney Kollie",
        "family": "Kollie",
        "given": ["Musu", "Varney"],
    }
    # Nothing else of the record is touched.
    assert {**before, "name": 0, "meta": 0} == {**after, "name": 0, "meta": 0}
    assert int(after["meta"]["versionId"]) == int(before["meta"]["versionId"]) + 1

    # Once iHRIS has it, its word goes again: a later change there comes in.
    ihris.sync()
    assert not Amendment.objects.exists()
    name = {"use": "official", "text": "Musu Toe", "family": "Toe", "given": ["Musu"]}
    ihris.control(patch=[{"resourceType": "Practitioner", "id": key_of(person.id)[13:], "name": [name]}])
    ihris.sync()
    assert Person.objects.get(id=person.id).name == "Musu Toe"


def test_a_number_replaces_the_one_that_was_texted(ihris: Source, korto: Any) -> None:
    from mhero.registry.models import Person

    ihris.sync()
    person = somebody(3)
    ref = decide(korto, person.id, "phone", person.phone, "+231770999111", {"number": "+231770999111"})
    assert Person.objects.get(id=person.id).phone == "+231770999111"
    push()
    assert change_of(ref).state == "done"
    assert "+231770999111" in str(in_ihris(ihris, person.id))
    ihris.sync()
    assert Person.objects.get(id=person.id).phone == "+231770999111"


def test_another_post_another_facility_and_having_left_arrive_at_the_post(ihris: Source, korto: Any) -> None:
    from mhero.registry.models import Person, Place, Resource

    ihris.sync()
    moves, leaves = somebody(0), somebody(1)
    elsewhere = Place.objects.filter(kind="facility", is_active=True).exclude(id=moves.place_id)[0]
    post = post_of(moves)
    value = {"place": str(elsewhere.id)}
    decide(korto, post.id, "place", str(moves.place_id), str(elsewhere.id), value)
    other = post_of(leaves)
    decide(korto, other.id, "work", "working", "left", {"on": "2026-02-01"})
    job = Resource.objects.filter(type="PractitionerRole", is_deleted=False).exclude(
        body__code=Resource.objects.get(id=post.id).body["code"]
    )[0]
    words = job.body["code"][0]["text"]
    decide(korto, post.id, "job", post.job, words, {"codes": job.body["code"]})
    moves.refresh_from_db()
    assert moves.place_id == elsewhere.id
    assert not Person.objects.get(id=leaves.id).is_active

    assert push().counts["changed"] == 3
    stored = in_ihris(ihris, post.id)
    assert stored["location"] == [{"reference": key_of(elsewhere.id)}]
    # The cadre is ours: in iHRIS it belongs to the job.
    assert [one["text"] for one in stored["code"]] == [words]
    stored = in_ihris(ihris, other.id)
    assert (stored["active"], stored["period"]["end"]) == (False, "2026-02-01")
    ihris.sync()
    moves.refresh_from_db()
    assert (moves.place_id, post_of(moves).job) == (elsewhere.id, words)


@pytest.mark.parametrize("status", [409, 412])
def test_a_version_in_between_is_built_upon_where_it_says_nothing_of_this(
    ihris: Source, korto: Any, status: int
) -> None:
    ihris.sync()
    ihris.control(conflict_status=status)
    person = somebody()
    ref = decide(korto, person.id, "name", person.name, "Musu Kollie", {"name": "Musu Kollie"})
    # The version that was read is outdated by the time that it is put back, once.
    ihris.control(meddle={key_of(person.id): {"birthDate": "1980-05-05"}})
    assert push().status == "done"
    assert change_of(ref).state == "done"
    stored = in_ihris(ihris, person.id)
    assert (stored["name"][0]["text"], stored["birthDate"]) == ("Musu Kollie", "1980-05-05")


def test_a_newer_value_in_ihris_is_not_overwritten_but_goes_back_with_it(ihris: Source, korto: Any) -> None:
    from django.db import transaction

    from mhero.connectors.services import changes_to_tell, heard

    ihris.sync()
    person = somebody()
    ref = decide(korto, person.id, "name", person.name, "Musu Kollie", {"name": "Musu Kollie"})
    name = {"use": "official", "text": "Musu Toe", "family": "Toe", "given": ["Musu"]}
    ihris.control(meddle={key_of(person.id): {"birthDate": "1980-05-05", "name": [name]}})
    assert push().status == "done_with_problems"
    change = change_of(ref)
    assert (change.state, change.newer) == ("conflict", "Musu Toe")
    assert in_ihris(ihris, person.id)["name"][0]["text"] == "Musu Toe"
    with transaction.atomic():
        news = changes_to_tell(10)
        heard(news)
    assert [one.ref for one in news] == [ref]
    with transaction.atomic():
        assert changes_to_tell(10) == []


@pytest.mark.parametrize("kind", ["down", "unavailable", "unauthorised"])
def test_a_dead_ihris_loses_nothing(ihris: Source, korto: Any, kind: str) -> None:
    from mhero.connectors.changing import push_when_due
    from mhero.exchange.models import Channel, Run

    ihris.sync()
    person = somebody()
    ref = decide(korto, person.id, "name", person.name, "Musu Kollie", {"name": "Musu Kollie"})
    ihris.control(fault={"kind": kind})
    assert push().status == "failed"
    assert change_of(ref).state == "waiting"
    # It is left alone for a while, and then asked again.
    channel = Channel.objects.get(mediator="ihris-changes")
    push_when_due()
    assert not Run.objects.filter(channel=channel, finished_at=None).exists()
    push_when_due(lambda: datetime.now(UTC) + timedelta(minutes=1))
    assert Run.objects.filter(channel=channel, finished_at=None).exists()
    ihris.control(fault=None)
    assert push().status == "done"
    assert change_of(ref).state == "done"


def test_an_answer_that_was_lost_is_found_to_have_arrived(ihris: Source, korto: Any) -> None:
    ihris.sync()
    person = somebody()
    ref = decide(korto, person.id, "name", person.name, "Musu Kollie", {"name": "Musu Kollie"})
    name = {"use": "official", "text": "Musu Kollie", "family": "Kollie", "given": ["Musu"]}
    ihris.control(patch=[{"resourceType": "Practitioner", "id": key_of(person.id)[13:], "name": [name]}])
    versions = in_ihris(ihris, person.id)["meta"]["versionId"]
    push()
    assert change_of(ref).state == "done"
    assert in_ihris(ihris, person.id)["meta"]["versionId"] == versions


def test_what_is_gone_from_ihris_is_refused_in_words(ihris: Source, korto: Any) -> None:
    ihris.sync()
    person = somebody()
    ref = decide(korto, person.id, "name", person.name, "Musu Kollie", {"name": "Musu Kollie"})
    ihris.control(delete=[key_of(person.id)])
    assert push().counts["refused"] == 1
    assert (change_of(ref).state, change_of(ref).words) == ("refused", "iHRIS no longer has this record.")


def test_a_person_whom_ihris_deletes_is_gone_whatever_was_accepted(ihris: Source, korto: Any) -> None:
    from mhero.registry.models import Amendment, Person

    ihris.sync()
    person = somebody()
    decide(korto, person.id, "name", person.name, "Musu Kollie", {"name": "Musu Kollie"})
    ihris.control(delete=[key_of(person.id)])
    ihris.sync()
    assert not Person.objects.get(id=person.id).said_active
    assert not Amendment.objects.exists()


@pytest.mark.parametrize("dialect", ["2.42", "2.43"])
def test_a_facility_is_closed_opened_and_called_in_dhis2(
    country: Country, loop_thread: Loop, korto: Any, dialect: str
) -> None:
    from mhero.registry.models import Place

    running = Sandbox(SandboxConfig(profile="fast", dialect=dialect), country=country)
    loop_thread.run(running.start())
    try:
        dhis2 = Source(system="dhis2", url=running.dhis2_url, username="", secret=DHIS2_TOKEN)
        dhis2.connect()
        dhis2.sync()
        clinic = Place.objects.filter(kind="facility", is_active=True).order_by("name")[0]
        unit = running.dhis2.metadata.units[key_of(clinic.id, "dhis2")[9:]]
        closed = {"status": "inactive", "on": "2026-02-01"}
        decide(korto, clinic.id, "status", "active", "inactive", closed)
        phone = decide(korto, clinic.id, "place_phone", "", "+231770123999", {"number": "+231770123999"})
        clinic.refresh_from_db()
        assert not clinic.is_active
        dhis2.sync(is_full=True)
        clinic.refresh_from_db()
        assert not clinic.is_active
        assert run_channel("dhis2-changes").counts["changed"] == 2
        assert (unit["closedDate"], unit["phoneNumber"]) == ("2026-02-01T00:00:00.000", "+231770123999")
        dhis2.sync(is_full=True)
        clinic.refresh_from_db()
        assert not clinic.is_active

        opened = decide(korto, clinic.id, "status", "inactive", "active", {"status": "active"})
        unit["phoneNumber"] = "+231886000000"
        newer = decide(
            korto, clinic.id, "place_phone", "+231770123999", "+231770123000", {"number": "x" * 200}
        )
        run_channel("dhis2-changes")
        assert "closedDate" not in unit
        assert (change_of(opened).state, change_of(newer).state) == ("done", "conflict")
        assert (change_of(phone).state, change_of(newer).newer) == ("done", "+231886000000")

        long = decide(korto, clinic.id, "place_phone", "+231886000000", "+231", {"number": "2" * 151})
        run_channel("dhis2-changes")
        assert change_of(long).state == "refused"
        assert "Maximum length of property `phoneNumber` is 150" in change_of(long).words
    finally:
        loop_thread.run(running.stop())
