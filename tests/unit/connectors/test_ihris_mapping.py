from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from mhero.connectors.ihris.jobs import CadreTable, cadres_from
from mhero.connectors.ihris.mapping import (
    LEGACY_PHONE,
    Leave,
    leave,
    location,
    practitioner,
    role,
)
from mhero.connectors.reading import OWNERSHIP, Unmappable

TODAY = date(2026, 11, 23)
NO_CADRES = CadreTable()
FACILITY_TYPE = "http://ihris.org/fhir/CodeSystem/ihris-facility-type"


def a_place(**fields: Any) -> dict[str, Any]:
    return {"resourceType": "Location", "id": "F1", "name": "Phebe", "status": "active"} | fields


def a_nurse(**fields: Any) -> dict[str, Any]:
    name = [{"use": "official", "family": "Kollie", "given": ["Musu"]}]
    return {"resourceType": "Practitioner", "id": "P1", "active": True, "name": name} | fields


def a_role(**fields: Any) -> dict[str, Any]:
    return {
        "resourceType": "PractitionerRole",
        "id": "R1",
        "active": True,
        "practitioner": {"reference": "Practitioner/P1"},
        "code": [{"coding": [{"system": "…/ihris-job", "code": "2230-1B"}], "text": "Nurse"}],
        "location": [{"reference": "Location/F1"}],
        "period": {"start": "2019-02-01"},
    } | fields


def mcsd_code(body: Mapping[str, Any]) -> str:
    return str(body["type"][0]["coding"][0]["code"])


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"meta": {"profile": ["http://ihris.org/fhir/StructureDefinition/ihris-facility"]}}, "facility"),
        ({"meta": {"profile": ["http://ihris.org/fhir/StructureDefinition/ihris-district"]}}, "jurisdiction"),
        ({"type": [{"coding": [{"system": FACILITY_TYPE, "code": "hospital"}]}]}, "facility"),
        (
            {
                "type": [
                    {"coding": [{"system": "urn:ietf:rfc:3986", "code": "urn:ihe:iti:mcsd:2019:facility"}]}
                ]
            },
            "facility",
        ),
        (
            {"type": [{"coding": [{"system": "…/ihris-jurisdiction", "code": "woreda"}]}]},
            "jurisdiction",
        ),
        ({"physicalType": {"coding": [{"code": "jdn"}]}}, "jurisdiction"),
        ({"physicalType": {"coding": [{"code": ""}]}, "type": "Clinic"}, "facility"),
        ({}, "facility"),
    ],
)
def test_a_location_is_a_facility_or_an_area(fields: dict[str, Any], kind: str) -> None:
    body = location(a_place(**fields)).body
    assert mcsd_code(body) == kind
    assert body["physicalType"]["coding"][0]["code"] == ("bu" if kind == "facility" else "jdn")


def test_a_facility_with_its_id_in_dhis2_is_the_same_place_as_there() -> None:
    identifier = {"type": {"coding": [{"code": "dhis2Id"}]}, "value": "O6uvpzGd5pu"}
    mapped = location(a_place(identifier=[{"value": "7"}, identifier], partOf={"reference": "Location/D1"}))
    assert mapped.key == "Location/F1"
    assert mapped.same_as == ("dhis2", "Location/O6uvpzGd5pu")
    assert mapped.warnings == []


def test_the_owner_is_kept_and_an_empty_one_is_not() -> None:
    coding = {"code": "government", "display": "Government"}
    kept = location(a_place(extension=[{"url": f"{OWNERSHIP}-prefix", "valueCoding": coding}]))
    assert kept.body["extension"] == [{"url": OWNERSHIP, "valueCoding": coding}]
    empty = {"url": OWNERSHIP, "valueCoding": {"code": "", "display": ""}}
    assert location(a_place(extension=[empty])).body["extension"] == []


def test_a_facility_in_no_district_comes_in_with_a_warning() -> None:
    mapped = location(a_place(partOf={"reference": ""}))
    assert "partOf" not in mapped.body
    assert mapped.warnings == ["It does not say which district it is in."]


def test_a_managing_organization_that_is_a_bare_text_is_told() -> None:
    district = {"reference": "Location/D1"}
    mapped = location(a_place(partOf=district, managingOrganization="Organization/F1"))
    assert "managingOrganization" not in mapped.body
    assert mapped.warnings == ["Its managing organisation is a text where a reference belongs."]


def test_a_bare_name_is_the_name() -> None:
    mapped = practitioner(a_nurse(name="Musu Kollie"))
    assert mapped.body["name"] == [{"text": "Musu Kollie"}]
    assert mapped.warnings == ["The name does not tell family name from given names."]


def test_the_number_in_the_old_extension_comes_after_those_in_telecom() -> None:
    mobile = {"system": "phone", "use": "mobile", "value": "0770 123 456"}
    old = {"url": LEGACY_PHONE, "valueString": "0886123456"}
    telecom = practitioner(a_nurse(telecom=[mobile], extension=[old])).body["telecom"]
    assert telecom == [mobile, {"system": "phone", "value": "0886123456", "rank": 2}]
    again = {"url": LEGACY_PHONE, "valueString": "0770 123 456"}
    assert practitioner(a_nurse(telecom=[mobile], extension=[again])).body["telecom"] == [mobile]


def test_what_the_registry_does_not_need_stays_in_ihris() -> None:
    private = {"url": "http://ihris.org/fhir/StructureDefinition/ihris-practitioner-marital-status"}
    body = practitioner(a_nurse(extension=[private], photo=[{}], address=[{"text": "Gbarnga"}])).body
    assert not body.keys() & {"extension", "photo", "address", "meta"}


@pytest.mark.parametrize("broken", [{"id": None}, {"id": ""}, {"id": ["P1"]}])
def test_a_record_without_an_id_cannot_be_mapped(broken: dict[str, Any]) -> None:
    with pytest.raises(Unmappable):
        practitioner(a_nurse() | broken)


@pytest.mark.parametrize("junk", ["", 7, True, {}, [], [[]], {"coding": 3}, {"reference": {}}, [None, "x"]])
def test_no_nonsense_in_a_field_stops_a_mapping(junk: Any) -> None:
    names = (
        "identifier name telecom extension type partOf position meta code location period qualification "
        "practitioner physicalType managingOrganization active status communication"
    )
    fields = dict.fromkeys(names.split(), junk)
    assert location(a_place(**fields)).key == "Location/F1"
    assert practitioner(a_nurse(**fields)).key == "Practitioner/P1"
    assert role(a_role(**fields), NO_CADRES, TODAY).key == "PractitionerRole/R1"
    leave({"resourceType": "Basic", "id": "L1"} | fields)


@pytest.mark.parametrize(
    ("fields", "warning"),
    [
        ({}, None),
        ({"period": {"start": "2019-02-01", "end": "2026-11-23"}}, None),
        (
            {"period": {"start": "2019", "end": "2024-06-30"}},
            "It ended on 2024-06-30 but is still marked as active.",
        ),
        ({"period": {"end": "2024-06-30"}, "active": False}, None),
        ({"period": {"start": "2027-01-01", "end": "2026-12-01"}}, "It ends before it starts."),
        ({"location": []}, "It does not say at which facility."),
        ({"code": []}, "It does not say what the job is."),
    ],
)
def test_a_role_tells_what_is_odd_about_it(fields: dict[str, Any], warning: str | None) -> None:
    assert role(a_role(**fields), NO_CADRES, TODAY).warnings == ([warning] if warning else [])


def test_the_cadre_stands_behind_the_job() -> None:
    job, cadre = role(a_role(), NO_CADRES, TODAY).body["code"]
    assert job["text"] == "Nurse"
    assert cadre["coding"][0] == {
        "system": "http://ihris.org/fhir/CodeSystem/ihris-cadre",
        "code": "nurse",
        "display": "Nurse",
    }


@pytest.mark.parametrize(
    ("codes", "title", "cadre"),
    [
        (["2230-1B"], "Nurse", "Infirmier d’État"),
        (["2230-9X"], "Nurse", "Nurse (other)"),
        (["3253-1"], "whatever", "Community Health Assistant"),
        (["9999"], "Nurse Midwife Aid", "Midwife"),
        (["9999"], "Nurse Aid", "Nurse Aide"),
        ([], "Physician Assistant", "Physician Assistant"),
        ([], "Infirmière diplômée", "Nurse"),
        ([], "Driver", ""),
    ],
)
def test_the_connections_own_table_wins_then_ihris_then_the_title(
    codes: list[str], title: str, cadre: str
) -> None:
    table = CadreTable(
        by_prefix={"2230": "Nurse (other)", "2230-1": "Infirmier d’État"},
        by_code={"3253-1": "Community Health Assistant", "2230-1B": "Nobody"},
    )
    assert table.cadre_of(codes, title) == cadre


def test_the_cadres_are_read_from_the_job_code_system() -> None:
    def concept(code: str, **value: Any) -> dict[str, Any]:
        return {"code": code, "property": [{"code": "isco", "valueCode": "x"}, {"code": "cadre", **value}]}

    system = {
        "concept": [
            concept("a", valueCoding={"code": "nurse", "display": "Nurse"}),
            concept("b", valueCode="allied-health"),
            concept("c", valueString="Doctor"),
            {"code": "d"},
            "nonsense",
        ]
    }
    assert cadres_from([system, {}, None]) == {"a": "Nurse", "b": "Allied Health", "c": "Doctor"}


def test_a_leave_is_found_wherever_its_period_is_nested() -> None:
    raw = {
        "resourceType": "Basic",
        "extension": [
            {"url": "…/ihris-practitioner-reference", "valueReference": {"reference": "Practitioner/P1"}},
            {
                "url": "…/ihris-leave",
                "extension": [{"url": "period", "valuePeriod": {"start": "2026-11-01", "end": "2026-12"}}],
            },
        ],
    }
    expected = Leave(practitioner="Practitioner/P1", start=date(2026, 11, 1), end=date(2026, 12, 1))
    assert leave(raw) == expected
