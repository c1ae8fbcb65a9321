"""Places that iHRIS and DHIS2 both know become one, whoever comes first."""

from itertools import permutations
from typing import Any

import pytest

IHRIS: list[tuple[str, dict[str, Any], tuple[str, str] | None]] = [
    ("Location/LR", {"name": "Liberia", "type": [{"coding": [{"code": "country"}]}]}, None),
    (
        "Location/RI",
        {
            "name": "River Cess",
            "type": [{"coding": [{"code": "region"}]}],
            "partOf": {"reference": "Location/LR"},
        },
        None,
    ),
    (
        "Location/F1",
        {
            "name": "Boegeezay clinic",
            "partOf": {"reference": "Location/RI"},
            "identifier": [{"value": "uidClinic1"}],
        },
        ("dhis2", "Location/uidClinic1"),
    ),
    ("Practitioner/1", {"active": True, "name": [{"text": "Musu Kollie"}]}, None),
    (
        "PractitionerRole/1",
        {
            "active": True,
            "practitioner": {"reference": "Practitioner/1"},
            "location": [{"reference": "Location/F1"}],
            "code": [{"text": "Nurse"}],
        },
        None,
    ),
]
DHIS2: list[tuple[str, dict[str, Any], tuple[str, str] | None]] = [
    (
        "Location/uidLiberia0",
        {"name": "Liberia", "type": [{"coding": [{"code": "jurisdiction"}]}]},
        None,
    ),
    (
        "Location/uidRiverces",
        {
            "name": "Rivercess County",
            "type": [{"coding": [{"code": "jurisdiction"}]}],
            "partOf": {"reference": "Location/uidLiberia0"},
        },
        None,
    ),
    (
        "Location/uidClinic1",
        {
            "name": "Boegeezay Clinic",
            "partOf": {"reference": "Location/uidRiverces"},
            "position": {"longitude": -9.4, "latitude": 5.8},
        },
        None,
    ),
]


def come_in(source: str, records: list[tuple[str, dict[str, Any], tuple[str, str] | None]]) -> None:
    from mhero.registry.services import Incoming, take_in

    taken = take_in(
        source,
        [
            Incoming(key=key, type=key.split("/")[0], body=body, same_as=same_as)
            for key, body, same_as in records
        ],
    )
    assert taken.refused == []


def check_the_one_tree() -> None:
    from mhero.registry.models import Origin, Person, Place, Resource, Role

    assert Place.objects.count() == 3
    clinic = Place.objects.get(kind="facility")
    assert (clinic.name, clinic.latitude, clinic.level, clinic.tree_problem) == (
        "Boegeezay Clinic",
        5.8,
        3,
        "",
    )
    assert Role.objects.get().place_id == clinic.id
    musu = Person.objects.get()
    assert musu.place_id == clinic.id
    assert musu.place_ids == sorted(clinic.path)
    assert set(Origin.objects.filter(resource_id=clinic.id).values_list("source", flat=True)) == {
        "ihris",
        "dhis2",
    }
    role = Resource.objects.get(type="PractitionerRole").body
    assert role["location"] == [{"reference": f"Location/{clinic.id}"}]
    standing = {str(id) for id in Resource.objects.filter(is_deleted=False).values_list("id", flat=True)}
    for location in Resource.objects.filter(type="Location", is_deleted=False):
        above = location.body.get("partOf", {}).get("reference", "/").split("/")[1]
        assert not above or above in standing


def test_dhis2_first(db: None) -> None:
    come_in("dhis2", DHIS2)
    come_in("ihris", IHRIS)
    check_the_one_tree()


def test_ihris_first(db: None) -> None:
    come_in("ihris", IHRIS)
    come_in("dhis2", DHIS2)
    check_the_one_tree()


@pytest.mark.parametrize("order", list(permutations(range(3)))[::2])
def test_record_by_record_from_the_bottom_up(db: None, order: tuple[int, ...]) -> None:
    for record in reversed(IHRIS):
        come_in("ihris", [record])
    for n in order:
        come_in("dhis2", [DHIS2[n]])
    check_the_one_tree()


def test_both_mixed_and_then_once_more_whole(db: None) -> None:
    come_in("dhis2", [DHIS2[2]])
    come_in("ihris", IHRIS[2:])
    come_in("dhis2", [DHIS2[1]])
    come_in("ihris", IHRIS[:2])
    come_in("dhis2", [DHIS2[0]])
    check_the_one_tree()
    come_in("ihris", IHRIS)
    come_in("dhis2", DHIS2)
    check_the_one_tree()


def test_what_one_source_no_longer_has_the_other_still_tells(db: None) -> None:
    from mhero.registry.models import Place, Resource
    from mhero.registry.services import remove

    come_in("dhis2", DHIS2)
    come_in("ihris", IHRIS)
    clinic = Place.objects.get(kind="facility")
    remove("dhis2", ["Location/uidClinic1"])
    after = Place.objects.get(id=clinic.id)
    assert (after.name, after.latitude, after.is_active) == ("Boegeezay clinic", None, True)
    remove("ihris", ["Location/F1"])
    assert Resource.objects.get(id=clinic.id).is_deleted
    assert not Place.objects.get(id=clinic.id).is_active


def test_two_records_that_claim_one_facility_stay_two_with_a_warning(db: None) -> None:
    from mhero.registry.models import Origin, Place

    copied = ("Location/F2", {**IHRIS[2][1], "name": "Neezuin Clinic"}, ("dhis2", "Location/uidClinic1"))
    come_in("dhis2", DHIS2)
    come_in("ihris", [*IHRIS, copied])
    assert Place.objects.filter(kind="facility").count() == 2
    assert "claims already" in Origin.objects.get(key="Location/F2").warnings[0]


def test_a_tree_with_an_orphan_and_a_loop_comes_in_whole(db: None) -> None:
    from mhero.registry.models import Place

    come_in(
        "dhis2",
        [
            *DHIS2,
            ("Location/orphan", {"name": "Lost Clinic", "partOf": {"reference": "Location/nowhere"}}, None),
            ("Location/a", {"name": "A", "partOf": {"reference": "Location/b"}}, None),
            ("Location/b", {"name": "B", "partOf": {"reference": "Location/a"}}, None),
        ],
    )
    assert Place.objects.get(name="Lost Clinic").tree_problem == "orphan"
    assert sorted(Place.objects.filter(name__in="AB").values_list("tree_problem", flat=True)) == ["", "loop"]
    come_in("dhis2", [("Location/nowhere", {"name": "Found"}, None)])
    assert Place.objects.get(name="Lost Clinic").tree_problem == ""


def test_a_facility_that_moves_takes_its_people_along(db: None) -> None:
    from mhero.registry.models import Person, Place

    come_in("dhis2", DHIS2)
    come_in("ihris", IHRIS)
    before = Person.objects.get()
    bong = ("Location/uidBong0000", {**DHIS2[1][1], "name": "Bong"}, None)
    come_in("dhis2", [bong, (DHIS2[2][0], {**DHIS2[2][1], "partOf": {"reference": bong[0]}}, None)])
    after = Person.objects.get()
    assert Place.objects.get(name="Bong").id in after.place_ids
    assert Place.objects.get(name="Rivercess County").id not in after.place_ids
    assert after.change > before.change
