"""Whatever is texted or sent about referrals, it is answered or refused: nothing ends in a fault of ours."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.integration.outreach.asking_machines import Machine, machine
from tests.integration.outreach.referring import Country
from tests.integration.outreach.test_machines_break_nothing import JSON, VALUES

ELEMENTS = ["identifier", "status", "subject", "requester", "performer", "locationReference", "reasonCode"]
TASKS = ["status", "output", "meta", "resourceType", "id", "businessStatus"]
PARAMETERS = [
    *("_id", "_lastUpdated", "_count", "_page", "_sort", "_summary", "authored", "authored-on", "based-on"),
    *("business-status", "code", "focus", "identifier", "modified", "owner", "owner:Location", "performer"),
    *("requester", "status"),
]
STATUSES = ["accepted", "in-progress", "on-hold", "completed", "rejected", "cancelled", "requested", "draft"]
#: What no network hands on has been left out by then.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=40)
PATIENT = settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.fixture
def country(db: None) -> Country:
    return Country()


@pytest.fixture
def emr(country: Country) -> Machine:
    country.refer()
    return machine("emr", "referrals")


def known(country: Country) -> dict[str, Any]:
    from mhero.registry.identity import organization_of

    places = {name: str(organization_of(place.id)) for name, place in country.places.items()}
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "subject": {"display": "Hawa"},
        "requester": {"reference": f"Organization/{places['Suakoko Clinic']}"},
        "performer": [{"reference": f"Organization/{places['Phebe Hospital']}"}],
    }


@PATIENT
@given(change=st.dictionaries(st.sampled_from(ELEMENTS), JSON, max_size=3))
def test_any_request_is_answered(country: Country, emr: Machine, change: dict[str, Any]) -> None:
    status, _ = emr.ask("POST", "ServiceRequest", known(country) | change)
    assert status < 500


@PATIENT
@given(
    status=st.sampled_from(STATUSES),
    change=st.dictionaries(st.sampled_from(TASKS), JSON, max_size=3),
    operations=st.lists(
        st.fixed_dictionaries(
            {
                "op": st.sampled_from(["test", "add", "replace", "remove", "move"]) | JSON,
                "path": st.sampled_from(["/status", "/output", "/meta", "/a/b", "status"]) | JSON,
                "value": st.sampled_from(STATUSES) | JSON,
            }
        ),
        max_size=3,
    ),
)
def test_any_change_is_answered(
    country: Country, emr: Machine, status: str, change: dict[str, Any], operations: list[Any]
) -> None:
    from mhero.outreach.referrals.models import Referral

    id = Referral.objects.latest("made_at").id
    task = {"resourceType": "Task", "status": status}
    assert emr.ask("PUT", f"Task/{id}", task | change)[0] < 500
    patch = {"content-type": "application/json-patch+json"}
    assert emr.ask("PATCH", f"Task/{id}", operations, patch)[0] < 500
    assert emr.ask("PUT", f"ServiceRequest/{id}", known(country) | change)[0] < 500


@PATIENT
@given(
    parameters=st.dictionaries(
        st.sampled_from(PARAMETERS),
        VALUES,
        max_size=3,
    ),
    type=st.sampled_from(["Task", "ServiceRequest"]),
    below=st.sampled_from(["", "/_search", "/1", "/%00", "/a/b"]),
)
def test_any_search_is_answered(emr: Machine, parameters: dict[str, str], type: str, below: str) -> None:
    pairs = {name.replace(":", "__"): value for name, value in parameters.items()}
    assert emr.ask("GET", f"{type}{below}", **pairs)[0] < 500


@PATIENT
@given(texts=st.lists(TEXTS | st.sampled_from(["ref", "Phebe", "2", "REF Hawa Phebe"]), max_size=4))
def test_any_conversation_is_answered(country: Country, texts: list[str]) -> None:
    from mhero.outreach.referrals.models import ReferralDraft

    for words in texts:
        country.text(f"REF {words}")
        country.text(f"{words} BACK 4F7K")
        if ReferralDraft.objects.exists():
            # Whatever it is, it answers what was asked, or begins anew.
            country.text(words)
