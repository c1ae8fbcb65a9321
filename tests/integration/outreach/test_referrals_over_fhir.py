"""Referrals as ServiceRequest and Task: read, found, made and taken on by another system."""

from typing import Any

import pytest
from tests.integration.outreach.asking_machines import Json, Machine, machine
from tests.integration.outreach.referring import Country

PATCH = {"content-type": "application/json-patch+json"}


@pytest.fixture
def country(db: None) -> Country:
    return Country()


@pytest.fixture
def hospital(country: Country) -> Machine:
    """The records of Phebe Hospital."""
    from mhero.registry.models import Person, Place, Resource

    at = {"updated_at": country_start(), "body": {}}
    for place in Place.objects.all():
        Resource.objects.create(id=place.id, type="Location", **at)
    for person in Person.objects.all():
        Resource.objects.create(id=person.id, type="Practitioner", **at)
    return machine("phebe-emr", "referrals")


def country_start() -> Any:
    from tests.integration.outreach.referring import START

    return START


def reference(country: Country, name: str, type: str = "Location") -> Json:
    from mhero.registry.identity import organization_of

    id = country.places[name].id
    return {"reference": f"{type}/{organization_of(id) if type == 'Organization' else id}"}


def request(country: Country, **elements: Any) -> Json:
    return {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "subject": {"reference": "Patient/17", "display": "Hawa Johnson"},
        "requester": reference(country, "Suakoko Clinic", "Organization"),
        "performer": [reference(country, "Phebe Hospital", "Organization")],
        "reasonCode": [{"text": "bleeding"}],
        **elements,
    }


def matches(asking: Machine, path: str) -> int:
    status, bundle = asking.ask("GET", path)
    assert status == 200, bundle
    assert bundle["total"] == len(bundle["entry"])
    total: int = bundle["total"]
    return total


def set_status(asking: Machine, id: str, status: str, **headers: str) -> tuple[int, Json]:
    operations = [{"op": "replace", "path": "/status", "value": status}]
    return asking.ask("PATCH", f"Task/{id}", operations, PATCH | headers)


def test_a_text_is_a_request_and_a_task_and_each_read_is_audited(country: Country, hospital: Machine) -> None:
    from mhero.accounts.models import AuditEvent

    code = country.refer()
    status, found = hospital.ask("GET", f"Task?identifier={code}")
    (task,) = [entry["resource"] for entry in found["entry"]]
    assert (status, task["status"], task["for"]) == (200, "requested", {"display": "Hawa"})
    assert task["owner"]["display"] == "Phebe Hospital"
    _, asked = hospital.ask("GET", task["focus"]["reference"])
    assert (asked["status"], asked["reasonCode"]) == ("active", [{"text": "bleeding"}])
    assert asked["requester"]["display"] == "Suakoko Clinic"
    read = AuditEvent.objects.filter(action="referrals.read", actor="phebe-emr", people=1)
    assert sorted(read.values_list("object", flat=True)) == ["FHIR ServiceRequest", "FHIR Task"]


def test_without_the_role_nothing_is_read_or_made(country: Country, hospital: Machine) -> None:
    country.refer()
    stranger = Machine("stranger", {"mobile-alerts", "health-workers"})
    assert stranger.ask("GET", "Task")[0] == 403
    assert stranger.ask("GET", "ServiceRequest")[0] == 403
    assert stranger.ask("POST", "ServiceRequest", request(country))[0] == 403


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("Task", True),
        ("Task?status=requested,accepted", True),
        ("Task?status=completed", False),
        ("Task?business-status=sent", True),
        ("Task?_lastUpdated=ge2026-03-01", True),
        ("Task?modified=lt2026-03-01", False),
        ("Task?code=fulfill", True),
        ("Task?code={code}", True),
        ("Task?code=nonsense", False),
        ("Task?owner={phebe}", True),
        ("Task?owner:Organization={suakoko}", False),
        ("Task?focus=ServiceRequest/{id}", True),
        ("Task?_id={id}", True),
        ("Task?_id=nonsense", False),
        ("ServiceRequest?status=active&code=http://snomed.info/sct|3457005", True),
        ("ServiceRequest?status=revoked", False),
        ("ServiceRequest?identifier=urn:mhero:referral-code|{code}", True),
        ("ServiceRequest?performer={phebe}&requester={suakoko}", True),
        ("ServiceRequest?performer={suakoko}", False),
        ("ServiceRequest?authored=2026-03-02", True),
    ],
)
def test_referrals_are_found_as_fhir_says(
    country: Country, hospital: Machine, query: str, is_found: bool
) -> None:
    from mhero.outreach.referrals.models import Referral

    code = country.refer()
    values = {"code": code.lower(), "id": Referral.objects.get().id}
    values |= {
        "phebe": reference(country, "Phebe Hospital", "Organization")["reference"],
        "suakoko": reference(country, "Suakoko Clinic", "Organization")["reference"],
    }
    assert matches(hospital, query.format(**values)) == int(is_found)


def test_what_cannot_be_asked_is_refused(hospital: Machine) -> None:
    for path in (
        "Task?patient=1",
        "Task?status:not=requested",
        "ServiceRequest?reason=x",
        "Task?modified=soon",
    ):
        assert hospital.ask("GET", path)[0] == 400
    assert hospital.ask("GET", "Task/nonsense")[0] == 404
    assert hospital.ask("POST", "Task", {"resourceType": "Task"})[0] == 405


def test_a_page_leads_to_the_next(country: Country, hospital: Machine) -> None:
    for name in ("Hawa", "Fatu", "Saah"):
        country.refer(f"REF {name} Phebe fever")
    _, first = hospital.ask("GET", "Task?_count=2")
    (following,) = [link["url"] for link in first["link"] if link["relation"] == "next"]
    _, second = hospital.ask("GET", following.partition("/fhir/")[2])
    names = [entry["resource"]["for"]["display"] for page in (first, second) for entry in page["entry"]]
    assert names == ["Saah", "Fatu", "Hawa"]


def test_a_system_takes_a_referral_on_and_the_sender_hears(country: Country, hospital: Machine) -> None:
    from mhero.outreach.referrals.models import Referral

    code = country.refer()
    country.told()
    id = str(Referral.objects.get().id)
    for status in ("accepted", "in-progress"):
        answered, task = set_status(hospital, id, status)
        assert (answered, task["status"]) == (200, status)
    done = task | {
        "status": "completed",
        "output": [{"type": {"text": "Outcome"}, "valueString": "Treated, HIV positive"}],
    }
    assert hospital.ask("PUT", f"Task/{id}", done)[1]["output"][0]["valueString"] == "Treated, HIV positive"
    assert [text for _, text in country.told()] == [
        f"Phebe Hospital expects Hawa ({code}).",
        f"Hawa ({code}) has arrived at Phebe Hospital.",
        f"{code}: Phebe Hospital sends the client back. Outcome: treated.",
    ]
    status, outcome = set_status(hospital, id, "accepted")
    assert (status, outcome["issue"][0]["code"]) == (409, "conflict")
    assert hospital.ask("GET", f"ServiceRequest/{id}")[1]["status"] == "completed"


@pytest.mark.parametrize(
    ("status", "state"),
    [("rejected", "cancelled"), ("cancelled", "cancelled"), ("on-hold", "no_show"), ("requested", "sent")],
)
def test_each_status_of_a_task_is_a_state(
    country: Country, hospital: Machine, status: str, state: str
) -> None:
    from mhero.outreach.referrals.models import Referral

    country.refer()
    answered, task = set_status(hospital, str(Referral.objects.get().id), status)
    assert (answered, task["status"], Referral.objects.get().state) == (200, status, state)


def test_an_old_version_and_a_strange_change_are_refused(country: Country, hospital: Machine) -> None:
    from mhero.outreach.referrals.models import Referral

    country.refer()
    id = str(Referral.objects.get().id)
    _, task = set_status(hospital, id, "accepted")
    assert task["meta"]["versionId"] == "2"
    assert set_status(hospital, id, "in-progress", **{"if-match": 'W/"1"'})[0] == 412
    test = [{"op": "test", "path": "/status", "value": "requested"}]
    assert hospital.ask("PATCH", f"Task/{id}", test, PATCH)[0] == 412
    for operations in (
        [{"op": "replace", "path": "/status/x", "value": "accepted"}],
        [{"op": "move", "path": "/status", "from": "/intent"}],
        [{"op": "replace", "path": "/status", "value": "draft"}],
    ):
        assert hospital.ask("PATCH", f"Task/{id}", operations, PATCH)[0] == 422
    assert hospital.ask("PATCH", f"Task/{id}", {"status": "accepted"})[0] == 422
    assert hospital.ask("PATCH", f"Task/{id}", b"[", PATCH)[0] == 400
    assert Referral.objects.get().state == "accepted"


def test_a_system_refers_once_and_takes_it_back(country: Country, hospital: Machine) -> None:
    own = {"identifier": [{"system": "urn:emr", "value": "R-1"}]}
    status, made = hospital.ask("POST", "ServiceRequest", request(country, **own))
    assert (status, made["subject"]) == (201, {"display": "Hawa Johnson"})
    code = made["identifier"][0]["value"]
    ((who, text),) = country.told()
    assert who == "Korto"
    assert text.startswith(f"Referral {code}: Hawa Johnson from Suakoko Clinic.")
    assert "bleeding" not in text
    assert hospital.ask("POST", "ServiceRequest", request(country, **own))[1]["id"] == made["id"]
    assert country.told() == []
    assert hospital.ask("PUT", f"ServiceRequest/{made['id']}", made)[0] == 405
    _, revoked = hospital.ask("PUT", f"ServiceRequest/{made['id']}", made | {"status": "revoked"})
    assert revoked["status"] == "revoked"
    assert country.told() == [("Korto", f"Referral {code} from Suakoko Clinic is called off.")]


def test_a_health_worker_in_whose_name_a_system_refers_hears_back(
    country: Country, hospital: Machine
) -> None:
    requester = {"reference": f"Practitioner/{country.musu.person_id}"}
    place = [reference(country, "Phebe Hospital")]
    asked = request(country, requester=requester, performer=[], locationReference=place)
    _, made = hospital.ask("POST", "ServiceRequest", asked)
    country.told()
    set_status(hospital, made["id"], "accepted")
    set_status(hospital, made["id"], "cancelled")
    code = made["identifier"][0]["value"]
    assert sorted(country.told()) == [
        ("Korto", f"Referral {code} from Suakoko Clinic is called off."),
        ("Musu", f"Phebe Hospital expects Hawa Johnson ({code})."),
        ("Musu", f"Referral {code} from Suakoko Clinic is called off."),
    ]


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"status": "draft"}, "ServiceRequest.status"),
        ({"doNotPerform": True}, "ServiceRequest.status"),
        ({"subject": {}}, "ServiceRequest.subject"),
        ({"requester": {"reference": "Organization/nowhere"}}, "ServiceRequest.requester"),
        ({"requester": {}}, "ServiceRequest.requester"),
        ({"performer": [{"reference": "Organization/nowhere"}]}, "ServiceRequest.locationReference"),
        ({"performer": "nobody"}, "ServiceRequest.performer"),
    ],
)
def test_a_request_that_cannot_be_carried_out_says_which_element_is_wrong(
    country: Country, hospital: Machine, changes: Json, element: str
) -> None:
    from mhero.outreach.referrals.models import Referral

    status, outcome = hospital.ask("POST", "ServiceRequest", request(country, **changes))
    assert (status, outcome["issue"][0]["expression"]) == (422, [element])
    assert not Referral.objects.exists()


def test_the_statement_names_both_and_the_channel_keeps_no_bodies(hospital: Machine) -> None:
    from mhero.exchange.seeds import SEEDS
    from mhero.outreach.gateway import FHIR

    served = {one["type"]: [each["code"] for each in one["interaction"]] for one in FHIR.capabilities()}
    assert served["ServiceRequest"] == ["create", "update", "patch", "read", "search-type"]
    assert served["Task"] == ["update", "patch", "read", "search-type"]
    (channel,) = [seed for seed in SEEDS if seed["name"] == "Referrals"]
    assert channel["allow"] == ["referrals"]
    assert channel.get("is_public", False) is False
    assert (channel["keeps_request_body"], channel["keeps_response_body"]) == (False, False)
