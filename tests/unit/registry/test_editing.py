"""A part of a resource is read and put right, and the rest of it stays as odd as it was."""

from typing import Any

import pytest

from mhero.registry.editing import JOB, NAME, PARTS, PHONE, PLACE, PLACE_PHONE, SERVICES, STATUS, WORK

REGION = "LR"
NEW = "+231770999111"
EXTENSION = "http://ihris.org/fhir/StructureDefinition/ihris-practitioner-phone"
NURSE = {"coding": [{"system": "jobs", "code": "1", "display": "Nurse"}], "text": "Nurse"}
CADRE = {"coding": [{"system": "http://ihris.org/fhir/CodeSystem/ihris-cadre", "code": "nurse"}]}
MIDWIFE = {"coding": [{"system": "jobs", "code": "2", "display": "Midwife"}], "text": "Midwife"}


def edit(part: str, body: dict[str, Any], **value: Any) -> dict[str, Any]:
    before = repr(body)
    edited = PARTS[part].write(body, value, REGION)
    assert repr(body) == before, "the resource that was given is changed"
    return edited


def read(part: str, body: dict[str, Any]) -> str:
    return PARTS[part].read(body, REGION)


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([{"use": "official", "text": "Musu Kollie", "family": "Kollie", "given": ["Musu"]}], "Musu Kollie"),
        ([{"given": ["Musu", "V."], "family": "Kollie"}], "Musu V. Kollie"),
        ([{"use": "old", "text": "Musu Toe"}, {"use": "usual", "text": "Musu  Kollie"}], "Musu Kollie"),
        (["Musu Kollie"], "Musu Kollie"),
        ("Musu Kollie", "Musu Kollie"),
        ([], ""),
        (None, ""),
    ],
)
def test_a_name_is_read_and_written_in_every_shape(names: Any, said: str) -> None:
    body = {"resourceType": "Practitioner", "name": names}
    assert read(NAME, body) == said
    edited = edit(NAME, body, name="Musu Varney Toe")
    assert read(NAME, edited) == "Musu Varney Toe"


def test_the_other_names_and_the_prefix_of_a_name_stay() -> None:
    old, official = {"use": "old", "text": "Musu Toe"}, {"use": "official", "text": "M K", "prefix": ["Sr"]}
    edited = edit(NAME, {"name": [old, official]}, name="Musu Kollie")
    assert edited["name"][0] == old
    assert edited["name"][1] == {
        "use": "official",
        "prefix": ["Sr"],
        "text": "Musu Kollie",
        "family": "Kollie",
        "given": ["Musu"],
    }


@pytest.mark.parametrize(
    ("body", "before", "count"),
    [
        ({"telecom": [{"system": "phone", "use": "mobile", "value": "0770 000 001"}]}, "+231770000001", 1),
        # The mobile is texted, and not the number at work.
        (
            {
                "telecom": [
                    {"system": "phone", "use": "work", "value": "0880000002", "rank": 1},
                    {"system": "phone", "use": "mobile", "value": "0770000001", "rank": 2},
                ]
            },
            "+231770000001",
            2,
        ),
        # A field of two numbers, one that cannot be right, an address, and what is no telecom at all.
        ({"telecom": [{"value": "0770000001/0880000002"}, {"system": "email"}, 7]}, "+231770000001", 3),
        ({"telecom": [{"system": "phone", "value": "12"}]}, "", 2),
        ({"telecom": "0770000001"}, "", 1),
        ({}, "", 1),
    ],
)
def test_a_number_takes_the_place_of_the_one_that_was_texted(
    body: dict[str, Any], before: str, count: int
) -> None:
    assert read(PHONE, body) == before
    edited = edit(PHONE, body, number=NEW)
    assert read(PHONE, edited) == NEW
    assert len(edited["telecom"]) == count


def test_the_number_in_ihris_s_old_extension_is_put_right_there() -> None:
    body = {"extension": [{"url": EXTENSION, "valueString": "0770000001"}], "telecom": []}
    edited = edit(PHONE, body, number=NEW)
    assert edited["extension"] == [{"url": EXTENSION, "valueString": NEW}]


def test_a_job_keeps_its_cadre_only_where_cadres_are_kept() -> None:
    assert read(JOB, {"code": [CADRE, NURSE]}) == "Nurse"
    assert edit(JOB, {"code": [NURSE, CADRE]}, codes=[MIDWIFE, CADRE])["code"] == [MIDWIFE, CADRE]
    assert edit(JOB, {"code": [NURSE]}, codes=[MIDWIFE, CADRE])["code"] == [MIDWIFE]


def test_a_post_moves_and_ends() -> None:
    body = {"location": [{"reference": "Location/1", "display": "Phebe"}], "period": {"start": "2020-01-01"}}
    assert (read(PLACE, body), read(WORK, body)) == ("Location/1", "working")
    assert edit(PLACE, body, reference="Location/2")["location"] == [{"reference": "Location/2"}]
    ended = edit(WORK, body, on="2026-02-01")
    assert (ended["active"], ended["period"]) == (False, {"start": "2020-01-01", "end": "2026-02-01"})
    assert read(WORK, ended) == "left"


def test_a_facility_closes_is_called_and_offers() -> None:
    body: dict[str, Any] = {"name": "Phebe", "extension": [{"url": "other", "valueString": "x"}]}
    assert (read(STATUS, body), read(PLACE_PHONE, body), read(SERVICES, body)) == ("active", "", "")
    assert read(STATUS, edit(STATUS, body, status="inactive")) == "inactive"
    called = edit(PLACE_PHONE, body, number=NEW)
    assert called["telecom"] == [{"system": "phone", "value": NEW, "use": "work", "rank": 1}]
    offered = edit(SERVICES, edit(SERVICES, body, services="Births"), services="Births, vaccination")
    assert read(SERVICES, offered) == "Births, vaccination"
    assert len(offered["extension"]) == 2
