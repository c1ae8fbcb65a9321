"""What becomes of records on their way into the registry."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

COUNTRY = {"name": "Liberia", "type": [{"coding": [{"code": "country"}]}]}
BONG = {"name": "Bong", "type": [{"coding": [{"code": "region"}]}], "partOf": {"reference": "Location/LR"}}
CLINIC = {
    "name": "Phebe Clinic",
    "status": "active",
    "type": [{"coding": [{"code": "clinic", "display": "Clinic"}]}],
    "partOf": {"reference": "Location/BG"},
}
MUSU = {
    "active": True,
    "name": [{"use": "official", "given": ["Musu"], "family": "Kollie"}],
    "telecom": [{"system": "phone", "value": "0770 123 456", "use": "mobile"}],
}
POST = {
    "active": True,
    "practitioner": {"reference": "Practitioner/1"},
    "location": [{"reference": "Location/C1"}],
    "code": [
        {"coding": [{"system": "http://ihris.org/job", "code": "2221", "display": "Registered Nurse"}]},
        {"coding": [{"system": "http://ihris.org/ihris-cadre", "code": "nurse", "display": "Nurse"}]},
    ],
    "period": {"start": "2015-03-02"},
}

TakeIn = Callable[..., Any]


@pytest.fixture
def take_in(db: None) -> TakeIn:
    """Takes in (key, body) pairs, by default from iHRIS and at a fixed noon."""
    from mhero.registry.services import Incoming
    from mhero.registry.services import take_in as really

    def easily(*records: Any, source: str = "ihris", **same_as: tuple[str, str]) -> Any:
        incoming = [
            Incoming(key=key, type=key.split("/")[0], body=body, same_as=same_as.get(key.split("/")[1]))
            for key, body in records
        ]
        return really(source, incoming, clock=lambda: NOON)

    return easily


def whole_country() -> list[tuple[str, dict[str, Any]]]:
    return [
        ("Location/LR", COUNTRY),
        ("Location/BG", BONG),
        ("Location/C1", CLINIC),
        ("Practitioner/1", MUSU),
        ("PractitionerRole/1", POST),
    ]


def test_a_nurse_comes_in_with_all_that_searching_needs(take_in: TakeIn) -> None:
    from mhero.registry.models import Person, Place

    taken = take_in(*whole_country())
    assert (taken.new, taken.refused) == (5, [])
    musu = Person.objects.select_related("place").get()
    assert (musu.name, musu.cadres, musu.is_active) == ("Musu Kollie", ["Nurse"], True)
    assert musu.skills == ["Registered Nurse"]
    assert (musu.phone, musu.phone_state) == ("+231770123456", "usable")
    assert musu.place is not None
    assert (musu.place.name, musu.place.level, musu.facility_types) == ("Phebe Clinic", 3, ["Clinic"])
    assert set(musu.place_ids) == set(Place.objects.values_list("id", flat=True))


def test_the_same_batch_a_second_time_changes_nothing(take_in: TakeIn) -> None:
    from mhero.registry.models import Person, Version

    take_in(*whole_country())
    change, versions = Person.objects.get().change, Version.objects.count()
    again = take_in(*whole_country())
    assert (again.unchanged, again.new, again.changed) == (5, 0, 0)
    assert (Person.objects.get().change, Version.objects.count()) == (change, versions)


def test_the_order_in_which_records_come_does_not_matter(take_in: TakeIn) -> None:
    from mhero.registry.models import Person

    for record in reversed(whole_country()):
        take_in(record)
    musu = Person.objects.select_related("place").get()
    assert musu.place is not None
    assert (musu.place.level, len(musu.place_ids), musu.is_active) == (3, 3, True)


def test_a_change_makes_a_version_and_a_new_number_for_followers(take_in: TakeIn) -> None:
    from mhero.registry.models import Person, Version

    take_in(*whole_country())
    before = Person.objects.get()
    taken = take_in(("Practitioner/1", {**MUSU, "telecom": [{"system": "phone", "value": "0886 111 222"}]}))
    after = Person.objects.get()
    assert taken.changed == 1
    assert after.phone == "+231886111222"
    assert after.change > before.change
    versions = Version.objects.filter(resource_id=before.id).order_by("id")
    assert list(versions.values_list("version", flat=True)) == [1, 2]


def test_somebody_whose_role_ended_is_not_working_whatever_active_says(take_in: TakeIn) -> None:
    from mhero.registry.models import Person

    take_in(*whole_country())
    take_in(("PractitionerRole/1", {**POST, "period": {"start": "2015-03-02", "end": "2026-11-22"}}))
    musu = Person.objects.get()
    assert not musu.is_active
    assert musu.cadres == ["Nurse"], "where she was is still known"


def test_a_role_that_ends_today_counts_until_tomorrow(take_in: TakeIn) -> None:
    from datetime import timedelta

    from mhero.registry.models import Person
    from mhero.registry.services import begin_day

    take_in(*whole_country())
    take_in(("PractitionerRole/1", {**POST, "period": {"start": "2015-03-02", "end": "2026-11-23"}}))
    assert Person.objects.get().is_active
    assert begin_day(clock=lambda: NOON + timedelta(days=1)) == 1
    assert not Person.objects.get().is_active


def test_deactivation_is_counted_and_carried_over(take_in: TakeIn) -> None:
    from mhero.registry.models import Person

    take_in(*whole_country())
    taken = take_in(("Practitioner/1", {**MUSU, "active": False}))
    assert taken.deactivated == 1
    assert not Person.objects.get().is_active


def test_a_deleted_person_goes_quiet_and_keeps_her_history(take_in: TakeIn) -> None:
    from mhero.registry.models import Person, Resource, Version
    from mhero.registry.services import remove

    take_in(*whole_country())
    assert remove("ihris", ["Practitioner/1", "Practitioner/unknown"]) == 1
    musu = Person.objects.get()
    assert not musu.is_active
    assert Resource.objects.get(id=musu.id).is_deleted
    assert Version.objects.filter(resource_id=musu.id).last().is_deleted  # type: ignore[union-attr]
    taken = take_in(("Practitioner/1", MUSU))
    assert taken.new == 1, "a record that is sent again comes back"
    assert Person.objects.get().is_active


def test_two_who_share_a_number_are_both_told_so_until_one_changes_it(take_in: TakeIn) -> None:
    from mhero.registry.models import Person, PhoneNumber

    flomo = {**MUSU, "name": [{"text": "Flomo Dolo"}]}
    take_in(*whole_country())
    take_in(
        ("Practitioner/2", flomo),
        ("PractitionerRole/2", {**POST, "practitioner": {"reference": "Practitioner/2"}}),
    )
    assert set(Person.objects.values_list("phone_state", flat=True)) == {"shared"}
    assert set(PhoneNumber.objects.values_list("problem", flat=True)) == {"shared"}
    take_in(("Practitioner/2", {**flomo, "telecom": [{"system": "phone", "value": "0886111222"}]}))
    assert set(Person.objects.values_list("phone_state", flat=True)) == {"usable"}
    assert set(PhoneNumber.objects.values_list("problem", flat=True)) == {""}


def test_a_leaver_does_not_share_the_number_with_who_has_it_now(take_in: TakeIn) -> None:
    from mhero.registry.models import Person

    take_in(*whole_country())
    take_in(
        ("Practitioner/2", {**MUSU, "name": [{"text": "Flomo Dolo"}]}),
        ("PractitionerRole/2", {**POST, "practitioner": {"reference": "Practitioner/2"}}),
    )
    take_in(
        ("PractitionerRole/2", {**POST, "practitioner": {"reference": "Practitioner/2"}, "active": False})
    )
    assert Person.objects.get(name="Musu Kollie").phone_state == "usable"


def test_two_numbers_in_one_field_are_taken_apart_and_marked(take_in: TakeIn) -> None:
    from mhero.registry.models import Person, PhoneNumber

    take_in(("Practitioner/1", {**MUSU, "telecom": [{"system": "phone", "value": "0770123456/0886111222"}]}))
    musu = Person.objects.get()
    assert (musu.phone, musu.phone_state) == ("+231770123456", "ambiguous")
    assert [number.number for number in PhoneNumber.objects.order_by("rank")] == [
        "+231770123456",
        "+231886111222",
    ]


@pytest.mark.parametrize(
    ("telecom", "state"), [([], "missing"), (["N/A"], "missing"), (["07701"], "invalid")]
)
def test_no_number_and_a_wrong_one_are_told_apart(take_in: TakeIn, telecom: list[str], state: str) -> None:
    from mhero.registry.models import Person

    take_in(("Practitioner/1", {**MUSU, "telecom": [{"system": "phone", "value": raw} for raw in telecom]}))
    assert Person.objects.get().phone_state == state


def test_what_has_no_name_or_owner_is_refused_in_words_and_the_rest_comes_in(take_in: TakeIn) -> None:
    taken = take_in(
        ("Practitioner/1", MUSU),
        ("Practitioner/2", {"active": True}),
        ("PractitionerRole/3", {"active": True}),
        ("Medication/4", {"name": "x"}),
    )
    assert taken.new == 1
    assert [(key, reason) for key, reason, _ in taken.refused] == [
        ("Medication/4", "The registry keeps no Medication."),
        ("Practitioner/2", "It has no name."),
        ("PractitionerRole/3", "It does not say whose role it is."),
    ]


def test_leave_is_kept_by_the_sources_keys(take_in: TakeIn) -> None:
    from datetime import date

    from mhero.registry.models import Person
    from mhero.registry.services import set_leave

    take_in(*whole_country())
    assert set_leave("ihris", {"Practitioner/1": date(2026, 12, 24)}) == 1
    assert set_leave("ihris", {"Practitioner/1": date(2026, 12, 24)}) == 0
    assert Person.objects.get().on_leave_until == date(2026, 12, 24)
    assert set_leave("ihris", {"Practitioner/1": None}) == 1
