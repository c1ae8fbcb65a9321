"""Whatever a source sends becomes R4, or is left out with a warning."""

from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings
from hypothesis import strategies as st

from mhero.registry import columns
from mhero.registry.canonical import tidy
from mhero.registry.shapes import RESOURCES

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda children: (
        st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3)
    ),
    max_leaves=8,
)


def kept(type: str, raw: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    tidied = tidy(type, raw, lambda reference: reference)
    return tidied.body, tidied.warnings


def test_a_good_resource_stays_as_it_is() -> None:
    raw = {
        "active": True,
        "name": [{"use": "official", "given": ["Musu"], "family": "Kollie"}],
        "birthDate": "1988-07-26",
    }
    assert kept("Practitioner", {"resourceType": "Practitioner", "id": "1", "meta": {}, **raw}) == (raw, [])


@pytest.mark.parametrize(
    ("raw", "expected", "warning"),
    [
        ({"telecom": []}, {}, None),
        (
            {"managingOrganization": "Organization/1"},
            {"managingOrganization": {"reference": "Organization/1"}},
            "bare text",
        ),
        ({"position": {"longitude": "", "latitude": ""}}, {}, None),
        (
            {"position": {"longitude": "-9.5", "latitude": "6.9"}},
            {"position": {"longitude": -9.5, "latitude": 6.9}},
            None,
        ),
        ({"position": {"longitude": "9° W", "latitude": 6}}, {}, "position.longitude: not understood"),
        ({"status": "Active"}, {"status": "active"}, None),
        ({"status": "106-001"}, {}, "not one of R4's words"),
        ({"type": {"text": "Clinic"}}, {"type": [{"text": "Clinic"}]}, "one value where a list belongs"),
        ({"type": ["Clinic"]}, {"type": [{"text": "Clinic"}]}, "plain text"),
        ({"level": 3}, {}, "level: not part of FHIR R4"),
        ({"name": " Phebe\x00 "}, {"name": "Phebe"}, None),
        ({"name": "\ud800Phebe"}, {"name": "Phebe"}, None),
    ],
)
def test_dirt_is_put_right_or_left_out(raw: Any, expected: dict[str, Any], warning: str | None) -> None:
    body, warnings = kept("Location", raw)
    assert body == expected
    assert (
        [warning] == [w for w in [warning] if any(w in said for said in warnings)]
        if warning
        else not warnings
    )


@pytest.mark.parametrize("day", ["0000-00-00", "2021-02-30", "26/07/1988", "soon"])
def test_a_date_that_is_none_is_left_out(day: str) -> None:
    body, warnings = kept("Practitioner", {"birthDate": day})
    assert body == {}
    assert warnings


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(RESOURCES)), st.data())
def test_any_json_becomes_valid_r4_with_columns(type: str, data: st.DataObject) -> None:
    raw = data.draw(st.dictionaries(st.sampled_from(sorted(RESOURCES[type])) | st.text(max_size=5), JSON))
    body = tidy(type, raw, lambda _: f"{type}/1").body
    get_fhir_model_class(type).model_validate({"resourceType": type, **body})
    {
        "Location": columns.place_columns,
        "Organization": lambda body: columns.is_active("Organization", body),
        "Practitioner": columns.person_columns,
        "PractitionerRole": columns.role_columns,
    }[type](body)
    if type == "Practitioner":
        columns.phone_numbers(body, "LR")
