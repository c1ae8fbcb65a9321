import base64
import json
from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from mhero.connectors.dhis2.mapping import BOUNDARY, LEVEL, TreeShape, facility_level, unit
from mhero.connectors.reading import OWNERSHIP, Unmappable

TODAY = date(2026, 11, 23)
SHAPE = TreeShape(base_url="https://dhis2.example.org", facility_level=4)


def a_unit(**fields: Any) -> dict[str, Any]:
    return {"id": "DiszpKrYNg8", "name": "Ngelehun CHC", "level": 4, "parent": {"id": "YuQRtpLP10I"}} | fields


def a_group(name: str, *sets: tuple[str, str]) -> dict[str, Any]:
    return {"id": f"g{name}", "name": name, "groupSets": [{"id": id_, "name": words} for id_, words in sets]}


def extension(body: Mapping[str, Any], url: str) -> Any:
    return next((one for one in body["extension"] if one["url"] == url), None)


@pytest.mark.parametrize(
    ("levels", "level"),
    [
        ({1: "National", 2: "District", 3: "Chiefdom", 4: "Facility"}, 4),
        ({1: "Pays", 2: "Région", 3: "Établissement", 4: "Service"}, 3),
        ({1: "Country", 2: "County", 3: "District"}, 3),
        ({}, 4),
    ],
)
def test_the_level_of_facilities_is_found_by_its_name(levels: dict[int, str], level: int) -> None:
    assert facility_level(levels) == level


def test_a_unit_of_the_facility_level_is_a_facility() -> None:
    mapped = unit(a_unit(code="OU_559"), SHAPE, TODAY)
    assert mapped.key == "Location/DiszpKrYNg8"
    assert mapped.body["type"][0]["coding"][0]["code"] == "facility"
    assert mapped.body["partOf"] == {"reference": "Location/YuQRtpLP10I"}
    assert mapped.body["identifier"] == [
        {"system": "https://dhis2.example.org/api/organisationUnits/id", "value": "DiszpKrYNg8"},
        {"system": "https://dhis2.example.org/api/organisationUnits/code", "value": "OU_559"},
    ]
    assert extension(mapped.body, LEVEL)["valueInteger"] == 4
    assert mapped.warnings == []


def test_a_unit_above_it_is_an_area_whatever_its_groups() -> None:
    body = unit(a_unit(level=2, organisationUnitGroups=[a_group("Clinic")]), SHAPE, TODAY).body
    assert [concept["coding"][0]["code"] for concept in body["type"]] == ["jurisdiction"]


@pytest.mark.parametrize(
    ("closed", "status"),
    [
        ("2020-01-01T00:00:00.000", "inactive"),
        ("2026-11-23", "inactive"),
        ("2030-01-01", "active"),
        (None, "active"),
    ],
)
def test_a_closed_facility_is_inactive_from_that_day(closed: str | None, status: str) -> None:
    assert unit(a_unit(closedDate=closed), SHAPE, TODAY).body["status"] == status


@pytest.mark.parametrize(
    ("groups", "shape", "kind", "owner"),
    [
        (
            [a_group("NGO", ("o", "Facility Ownership")), a_group("CHC", ("t", "Facility Type"))],
            SHAPE,
            "CHC",
            "NGO",
        ),
        (
            [a_group("Public facilities"), a_group("Health Centre")],
            SHAPE,
            "Health Centre",
            "Public facilities",
        ),
        ([a_group("Rural", ("l", "Area"))], SHAPE, None, None),
        (
            [a_group("A", ("s1", "Niveau")), a_group("B", ("s2", "Statut"))],
            TreeShape(base_url="", facility_level=4, type_set="s1", ownership_set="s2"),
            "A",
            "B",
        ),
        ([], SHAPE, None, None),
    ],
)
def test_groups_say_what_a_facility_is_and_whose(
    groups: list[Any], shape: TreeShape, kind: str | None, owner: str | None
) -> None:
    body = unit(a_unit(organisationUnitGroups=groups), shape, TODAY).body
    assert [concept["text"] for concept in body["type"][1:]] == ([kind] if kind else [])
    found = extension(body, OWNERSHIP)
    assert (found and found["valueCoding"]["display"]) == owner


def test_a_point_is_a_position_and_a_polygon_an_outline() -> None:
    point = unit(a_unit(geometry={"type": "Point", "coordinates": [-9.4, 7.1]}), SHAPE, TODAY).body
    assert point["position"] == {"longitude": -9.4, "latitude": 7.1}
    shape = {"type": "Polygon", "coordinates": [[[0, 0], [0, 1], [1, 1], [0, 0]]]}
    area = unit(a_unit(level=2, geometry=shape), SHAPE, TODAY).body
    assert area["position"] is None
    assert json.loads(base64.b64decode(extension(area, BOUNDARY)["valueAttachment"]["data"])) == shape


def test_an_orphan_comes_in_with_a_warning() -> None:
    mapped = unit(a_unit(parent=None), SHAPE, TODAY)
    assert mapped.body["partOf"] is None
    assert mapped.warnings == ["It has no unit above it."]


@pytest.mark.parametrize(
    "junk", ["", 7, True, {}, [], [[]], {"type": "Point", "coordinates": "x"}, [None, "x"]]
)
def test_no_nonsense_in_a_field_stops_a_mapping(junk: Any) -> None:
    names = "code name level parent geometry closedDate organisationUnitGroups"
    fields = dict.fromkeys(names.split(), junk)
    assert unit(a_unit(**fields), SHAPE, TODAY).key == "Location/DiszpKrYNg8"
    with pytest.raises(Unmappable):
        unit({**a_unit(**fields), "id": None}, SHAPE, TODAY)
