"""The registry read over FHIR, as another system does it through the gateway."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from fhir.resources.R4B import get_fhir_model_class

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NUMBERS = frozenset({"health-workers", "phone-numbers"})
WORKERS = frozenset({"health-workers"})
Ask = Callable[..., tuple[int, dict[str, Any]]]


def records() -> list[tuple[str, dict[str, Any]]]:
    country = {"name": "Liberia", "type": [{"coding": [{"code": "country"}]}]}
    clinic = {
        "name": "Phebe Clinic",
        "status": "active",
        "type": [{"coding": [{"system": "urn:types", "code": "clinic", "display": "Clinic"}]}],
        "identifier": [{"system": "urn:mfr", "value": "MFR-1"}],
        "partOf": {"reference": "Location/LR"},
    }
    people = [
        (
            f"Practitioner/{n}",
            {
                "active": n != 3,
                "name": [{"given": [given], "family": family}],
                "telecom": [{"system": "phone", "value": f"077000000{n}"}],
                "extension": [{"url": "urn:old-phone", "valueString": f"077000000{n}"}],
            },
        )
        for n, given, family in ((1, "Musu", "Kollie"), (2, "Flomo", "Dolo-Kollie"), (3, "Teah", "Nyan"))
    ]
    role = {
        "active": True,
        "practitioner": {"reference": "Practitioner/1"},
        "location": [{"reference": "Location/C1"}],
        "code": [{"coding": [{"system": "urn:jobs", "code": "2221"}], "text": "Nurse"}],
    }
    return [("Location/LR", country), ("Location/C1", clinic), *people, ("PractitionerRole/1", role)]


@pytest.fixture
def ask(db: None) -> Ask:
    """Asks the service with a path, search parameters and roles; gives the status and the JSON."""
    from mhero.platform.gateway import LocalRequest
    from mhero.registry.fhir.service import answer
    from mhero.registry.services import Incoming, take_in

    take_in(
        "ihris",
        [Incoming(key=key, type=key.split("/")[0], body=body) for key, body in records()],
        clock=lambda: NOON,
    )

    def asking(
        path: str,
        *,
        roles: frozenset[str] = WORKERS,
        client: str = "ohie",
        method: str = "GET",
        accept: str = "application/fhir+json",
        form: str = "",
        **query: str,
    ) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(path)
        response = answer(
            LocalRequest(
                method=method,
                path=f"/fhir/{parts.path}",
                query_string=parts.query or urlencode({k.replace("__", ":"): v for k, v in query.items()}),
                headers={"host": "mhero.example.org", "x-forwarded-proto": "https", "accept": accept}
                | ({"content-type": "application/x-www-form-urlencoded"} if form else {}),
                body=form.encode(),
                client_id=client,
                client_roles=roles,
                ip="127.0.0.1",
            )
        )
        body = json.loads(response.body)
        get_fhir_model_class(body["resourceType"]).model_validate(body)
        return response.status, body

    return asking


def names(bundle: dict[str, Any]) -> list[str]:
    found = [entry["resource"] for entry in bundle["entry"]]
    return sorted(
        one["name"] if isinstance(one["name"], str) else one["name"][0]["given"][0] for one in found
    )


def test_a_facility_is_a_pair_of_location_and_organization(ask: Ask) -> None:
    _, bundle = ask("Location", name="phebe", _include="Location:organization", roles=frozenset(), client="")
    location, organization = (entry["resource"] for entry in bundle["entry"])
    assert location["managingOrganization"]["reference"] == f"Organization/{organization['id']}"
    assert organization["name"] == location["name"] == "Phebe Clinic"
    assert bundle["entry"][0]["fullUrl"] == f"https://mhero.example.org/fhir/Location/{location['id']}"
    assert ask(f"Organization/{organization['id']}")[0] == 200
    _, back = ask("Location", organization=organization["id"])
    assert names(back) == ["Phebe Clinic"]


def test_phone_numbers_need_a_role_of_their_own(ask: Ask) -> None:
    _, without = ask("Practitioner", name="musu")
    assert "0770" not in json.dumps(without)
    _, with_them = ask("Practitioner", name="musu", roles=NUMBERS)
    assert "0770000001" in json.dumps(with_them)
    status, outcome = ask("Practitioner", phone="0770000001")
    assert (status, outcome["issue"][0]["code"]) == (403, "forbidden")
    _, found = ask("Practitioner", phone="+231770000001", roles=NUMBERS)
    assert names(found) == ["Musu"]


def test_health_workers_are_not_read_by_nobody(ask: Ask) -> None:
    assert ask("Practitioner", client="")[0] == 403
    assert ask("PractitionerRole/x/_history", client="")[0] == 403


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"name": "kol"}, ["Musu"]),
        ({"name__contains": "kol"}, ["Flomo", "Musu"]),
        ({"family__exact": "Kollie"}, ["Musu"]),
        ({"given": "fl,te"}, ["Flomo", "Teah"]),
        ({"active": "true"}, ["Flomo", "Musu"]),
        ({"active": "false"}, ["Teah"]),
        ({"_lastUpdated": "ge2026-11-23"}, ["Flomo", "Musu", "Teah"]),
        ({"_lastUpdated": "gt2026-11-23"}, []),
        ({"_lastUpdated": "2026-11-23T12:00:00Z"}, ["Flomo", "Musu", "Teah"]),
        ({"name": "((("}, []),
        ({"_id": "nonsense"}, []),
    ],
)
def test_people_are_found_as_fhir_says(ask: Ask, query: dict[str, str], expected: list[str]) -> None:
    status, bundle = ask("Practitioner", **query)
    assert (status, names(bundle), bundle["total"]) == (200, expected, len(expected))


@pytest.mark.parametrize(
    "query",
    [
        {"identifier": "MFR-1"},
        {"identifier": "urn:mfr|MFR-1"},
        {"type": "clinic"},
        {"type": "urn:types|clinic"},
        {"status": "active", "name": "Phebe"},
    ],
)
def test_facilities_are_found_by_what_they_are(ask: Ask, query: dict[str, str]) -> None:
    assert names(ask("Location", **query)[1]) == ["Phebe Clinic"]


def test_roles_are_found_with_the_person_and_the_place(ask: Ask) -> None:
    from mhero.registry.models import Role

    role = Role.objects.get()
    for query in (
        {"location": f"Location/{role.place_id}"},
        {"practitioner": str(role.person_id)},
        {"role": "urn:jobs|2221"},
    ):
        assert ask("PractitionerRole", **query)[1]["total"] == 1
    _, bundle = ask(
        "PractitionerRole?_include=PractitionerRole:practitioner&_include=PractitionerRole:location"
    )
    assert [entry["search"]["mode"] for entry in bundle["entry"]] == ["match", "include", "include"]
    assert "0770" not in json.dumps(bundle)


def test_pages_follow_one_another_without_gap(ask: Ask) -> None:
    seen, link = [], "Practitioner?_count=2&active=true,false"
    for _ in range(5):
        _, bundle = ask(link)
        seen += [entry["resource"]["id"] for entry in bundle["entry"]]
        following = [one["url"] for one in bundle["link"] if one["relation"] == "next"]
        if not following:
            break
        link = following[0].removeprefix("https://mhero.example.org/fhir/")
    assert len(seen) == len(set(seen)) == 3


def test_history_tells_changes_and_deletions_since(ask: Ask) -> None:
    from mhero.registry.services import remove

    later = NOON + timedelta(hours=1)
    remove("ihris", ["Practitioner/3"], clock=lambda: later)
    _, bundle = ask("Practitioner/_history", _since="2026-11-23T12:30:00Z")
    (entry,) = bundle["entry"]
    assert entry["request"]["method"] == "DELETE"
    assert "resource" not in entry
    id = entry["request"]["url"].split("/")[1]
    assert ask(f"Practitioner/{id}")[0] == 410
    _, its_own = ask(f"Practitioner/{id}/_history")
    assert [one["request"]["method"] for one in its_own["entry"]] == ["DELETE", "POST"]
    assert ask(f"Practitioner/{id}/_history/1")[1]["name"][0]["given"] == ["Teah"]
    assert ask(f"Practitioner/{id}/_history/9")[0] == 404


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("Patient", {}, 404),
        ("Practitioner/unknown", {}, 404),
        ("Practitioner/018f0000-0000-7000-8000-000000000000", {}, 404),
        ("Practitioner", {"birthdate": "1988"}, 400),
        ("Practitioner", {"name__sounds-like": "x"}, 400),
        ("Practitioner", {"_lastUpdated": "yesterday"}, 400),
        ("Practitioner", {"_lastUpdated": "ge2026-13-40"}, 400),
        ("Practitioner", {"_count": "-1"}, 400),
        ("Practitioner", {"_page": "rubbish"}, 400),
        ("Practitioner", {"_include": "Practitioner:secret"}, 400),
        ("Practitioner/_history", {"_since": "ge2026"}, 400),
        ("Practitioner/_history/x/y", {}, 404),
        ("Location", {"_format": "xml"}, 400),
    ],
)
def test_what_cannot_be_answered_says_so_in_an_outcome(
    ask: Ask, path: str, query: dict[str, str], status: int
) -> None:
    got, outcome = ask(path, **query)
    assert (got, outcome["resourceType"]) == (status, "OperationOutcome")
    assert outcome["issue"][0]["diagnostics"]


def test_only_json_is_spoken_and_nothing_is_written(ask: Ask) -> None:
    assert ask("Location", accept="application/fhir+xml")[0] == 406
    assert ask("Location", accept="text/html,*/*;q=0.1")[0] == 200
    assert ask("Location", method="POST")[0] == 405


def test_a_search_by_post_finds_what_it_finds_by_get(ask: Ask) -> None:
    by_get = ask("Practitioner", family="Kollie", active="true")
    assert ask("Practitioner/_search?family=Kollie", method="POST", form="active=true") == by_get
    assert names(by_get[1]) == ["Musu"]
    assert ask("Practitioner/_search", method="POST", form="phone=0770000001")[0] == 403
    assert ask("Practitioner/_search", method="POST", client="", form="family=Kollie")[0] == 403
    assert ask("Practitioner/_search", method="POST", form="colour=red")[0] == 400
    assert ask("Practitioner/_search", accept="application/fhir+xml", method="POST")[0] == 406


def test_the_capability_statement_names_every_parameter(ask: Ask) -> None:
    _, statement = ask("metadata", client="")
    resources = {one["type"]: one for one in statement["rest"][0]["resource"]}
    assert statement["fhirVersion"] == "4.0.1"
    for type in ("Location", "Organization", "Practitioner", "PractitionerRole"):
        for parameter in resources[type]["searchParam"]:
            value = "2026" if parameter["type"] == "date" else "x"
            assert ask(type, roles=NUMBERS, **{parameter["name"]: value})[0] == 200, parameter


def test_each_reading_of_people_is_written_down(ask: Ask) -> None:
    from mhero.accounts.models import AuditEvent

    ask("Location")
    assert not AuditEvent.objects.exists()
    ask("Practitioner", active="true")
    event = AuditEvent.objects.get()
    assert (event.actor, event.action, event.people) == ("ohie", "people.read", 2)


async def test_the_gateway_calls_it_from_its_event_loop(live_db: str) -> None:
    from mhero.platform.gateway import LocalRequest
    from mhero.registry.fhir.service import serve

    response = await serve(
        LocalRequest(
            method="GET",
            path="/fhir/Location",
            query_string="",
            headers={"host": "evil<host>"},
            body=b"",
            client_id="",
            client_roles=frozenset(),
            ip="127.0.0.1",
        )
    )
    body = json.loads(response.body)
    assert (response.status, body["total"]) == (200, 0)
    assert body["link"][0]["url"] == "http://localhost/fhir/Location"
