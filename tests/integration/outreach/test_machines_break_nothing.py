"""Whatever another system sends, it is answered or refused: no request ends in a fault of ours."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.outreach.asking_machines import (
    PAGES,
    STANDARD,
    Machine,
    known_to_ihris,
    machine,
    request,
)

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=9))
WORDS = [
    "Practitioner/P1",
    "Practitioner/P1,Practitioner/P2",
    "Group/00000000-0000-4000-8000-000000000001",
    "Location/00000000-0000-4000-8000-000000000001",
    "#a",
    "tel:+231770000001",
    "ge2026-01-01",
    "9999-12-31",
    "0001-01-01",
    "urn:x|1",
    "Trainers",
    "x" * 3000,
    "\u0000",
    "\ud800",
]
NAMES = st.sampled_from(
    [
        "reference",
        "identifier",
        "system",
        "value",
        "display",
        "url",
        "extension",
        "valueString",
        "contentString",
        "contentAttachment",
        "contentReference",
        "data",
        "id",
        "resourceType",
        "telecom",
        "member",
        "entity",
        "start",
        "end",
        "tag",
        "code",
        "name",
        "groups",
        "contacts",
    ]
)
JSON = st.recursive(
    SCALARS | st.sampled_from(WORDS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=9,
)
ELEMENTS = [
    "id",
    "meta",
    "identifier",
    "status",
    "category",
    "priority",
    "payload",
    "recipient",
    "occurrenceDateTime",
    "occurrencePeriod",
    "extension",
    "contained",
    "name",
    "member",
    "note",
]
TYPES = ["CommunicationRequest", "Communication", "Basic", "Group", "Bundle"]
BELOW = ["", "/_search", "/1", "/00000000-0000-4000-8000-000000000001", "/a/b", "/%00", "/é"]
OTHERS = [
    "getProgress",
    "getProgress/1",
    "clearProgress",
    "cancelMessageSchedule",
    "subscribe-contact-groups",
    "unsubscribe-contact-groups",
    "/emNutt/optout",
    "/emNutt/undoOptout",
    "/sync/syncWorkflows",
    "",
]
PARAMETERS = [
    "_id",
    "_lastUpdated",
    "_count",
    "_page",
    "_sort",
    "_include",
    "_summary",
    "_profile",
    "authored",
    "based-on",
    "based-on.identifier",
    "category",
    "identifier",
    "name",
    "priority",
    "received",
    "recipient",
    "recipient:Practitioner",
    "reqID",
    "rpflowstarts",
    "isflowstart",
    "scheduletime:missing",
    "sent",
    "status",
]
VALUES = st.sampled_from(WORDS[:-1]) | st.text(max_size=9)
QUERY = st.dictionaries(st.sampled_from(PARAMETERS), VALUES, max_size=3)
PATIENT = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture(params=[STANDARD, PAGES], ids=["standard", "dialect"])
def asking(country: SimpleNamespace, request: pytest.FixtureRequest) -> Machine:
    known_to_ihris()
    return machine("ihris", *request.param)


@PATIENT
@given(change=st.dictionaries(st.sampled_from(ELEMENTS), JSON, max_size=4), type=st.sampled_from(TYPES))
def test_any_body_is_answered(asking: Machine, change: dict[str, Any], type: str) -> None:
    asked = {**request("Practitioner/P1"), "resourceType": type, **change}
    status, _ = asking.ask("POST", "" if type == "Bundle" else type, asked)
    assert status < 500


@PATIENT
@given(
    method=st.sampled_from(["GET", "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]),
    path=st.sampled_from([f"{type}{below}" for type in TYPES for below in BELOW] + OTHERS),
    query=QUERY,
    body=JSON,
)
def test_any_question_is_answered(
    asking: Machine, method: str, path: str, query: dict[str, str], body: Any
) -> None:
    pairs = {name.replace(":", "__"): value for name, value in query.items()}
    status, _ = asking.ask(method, path, body, **pairs)
    assert status < 500
