"""IHE mACM: what another system asks to be said (ITI-84), and what it is told about it (ITI-85)."""

import base64
from datetime import timedelta
from types import SimpleNamespace

import pytest
from tests.integration.outreach.asking_machines import (
    Json,
    Machine,
    known_to_ihris,
    machine,
    person,
    request,
)

MUSU, HAWA, SAAH, NO_PHONE, BAD_PHONE, OPTED_OUT, ON_LEAVE, BACK_TODAY, SHARES_MUSU, TOO_NEW = range(1, 11)
HAS_LEFT = 11
ALERT = {"system": "urn:ministry:alerts", "value": "2026-17"}


@pytest.fixture
def known(country: SimpleNamespace) -> SimpleNamespace:
    known_to_ihris()
    return country


@pytest.fixture
def ministry(known: SimpleNamespace) -> Machine:
    return machine("ministry", "mobile-alerts")


def outcomes(asking: Machine, id: str) -> dict[str, tuple[str, str]]:
    """By recipient, the status of their Communication and why nothing was sent, if so."""
    _, found = asking.ask("GET", f"Communication?based-on={id}&_count=100")
    said = {}
    for entry in found["entry"]:
        resource = entry["resource"]
        why = resource.get("statusReason", {}).get("coding", [{"code": ""}])[0]["code"]
        to = resource["recipient"][0]
        name = to.get("reference") or to.get("display") or to["identifier"]["value"]
        said[name] = (resource["status"], why)
    return said


def sends() -> list[tuple[str, int, bool]]:
    """Each send: its text, to how many, and whether it is urgent."""
    from mhero.messaging.models import Broadcast

    return [(one.text, one.recipients.count(), one.is_urgent) for one in Broadcast.objects.order_by("id")]


def test_everyone_who_is_named_is_accounted_for(ministry: Machine) -> None:
    names = [person(number) for number in range(1, 12)]
    status, made = ministry.ask("POST", "CommunicationRequest", request(*names, "Practitioner/nobody"))
    assert (status, made["status"]) == (201, "active")
    assert outcomes(ministry, made["id"]) == {
        person(MUSU): ("preparation", ""),
        person(HAWA): ("preparation", ""),
        person(SAAH): ("preparation", ""),
        person(NO_PHONE): ("not-done", "no_number"),
        person(BAD_PHONE): ("not-done", "invalid"),
        person(OPTED_OUT): ("not-done", "opted_out"),
        person(ON_LEAVE): ("not-done", "on_leave"),
        person(BACK_TODAY): ("preparation", ""),
        person(SHARES_MUSU): ("preparation", ""),
        person(TOO_NEW): ("not-done", "not_ready"),
        person(HAS_LEFT): ("not-done", "left"),
        "Practitioner/nobody": ("not-done", "unknown"),
    }
    # Musu and the one who shares her phone get one message.
    assert sends() == [("Clinic closed today.", 4, False)]


NURSE = {
    "resourceType": "Practitioner",
    "id": "nurse",
    "telecom": [
        {"system": "email", "value": "nurse@example.org"},
        {"system": "phone", "value": "not a number", "rank": 1},
        {"system": "phone", "value": "0770 000 002", "use": "mobile"},
    ],
}
LIST = {
    "resourceType": "Group",
    "id": "team",
    "type": "practitioner",
    "actual": True,
    "member": [{"entity": {"reference": "Practitioner/P1"}}, {"entity": {"reference": "#nurse"}}],
}


@pytest.mark.parametrize(
    ("recipient", "contained", "people"),
    [
        ({"reference": "Practitioner/P3"}, [], 1),
        ({"reference": "https://ihris.example.org/fhir/Practitioner/P3/_history/2"}, [], 1),
        ({"type": "Practitioner", "identifier": {"system": "urn:payroll", "value": "P3"}}, [], 1),
        ({"reference": "tel:+231880000003"}, [], 1),
        ({"identifier": {"system": "tel", "value": "0880000003"}}, [], 1),
        ({"reference": "#nurse"}, [NURSE], 1),
        ({"reference": "#team"}, [NURSE, LIST], 2),
        ({"display": "Somebody"}, [], 0),
        ({"reference": "#missing"}, [], 0),
        ({"reference": person(SAAH).replace("Practitioner", "Person")}, [], 1),
        ({"reference": "Person/P3"}, [], 0),
        ({"reference": "Patient/1"}, [], 0),
        ({"reference": "Practitioner/P4"}, [], 0),
    ],
)
def test_a_recipient_can_be_named_in_many_ways(
    ministry: Machine, recipient: Json, contained: list[Json], people: int
) -> None:
    asked = request(text="Hello", contained=contained, recipient=[recipient])
    status, made = ministry.ask("POST", "CommunicationRequest", asked)
    assert status == 201
    assert sends() == ([("Hello", people, False)] if people else [])
    assert made["status"] == ("active" if people else "completed")
    assert len(outcomes(ministry, made["id"])) == max(1, people)


def test_a_list_a_place_and_a_post_stand_for_their_people(ministry: Machine, known: SimpleNamespace) -> None:
    from mhero.messaging.models import Contact
    from mhero.messaging.services.groups import create_group
    from mhero.registry.models import Resource

    musu = Contact.objects.get(number="+231770000001")
    group = create_group("Trainers", [musu.id], known.korto)
    # In the small country it has the number of somebody whose phone is bad.
    Resource.objects.filter(id=known.places.clinic).update(type="Location")
    asked = request(f"Group/{group.id}", f"Location/{known.places.clinic}", "Practitioner/P1")
    _, made = ministry.ask("POST", "CommunicationRequest", asked)
    # Musu once, though the list and her own name mean her; of the clinic Hawa and who is back from leave.
    assert sends() == [("Clinic closed today.", 3, False)]
    assert outcomes(ministry, made["id"])[person(ON_LEAVE)] == ("not-done", "on_leave")


def test_the_same_request_again_is_the_one_that_is_there(ministry: Machine) -> None:
    asked = request(person(MUSU), identifier=[ALERT])
    first, second = (ministry.ask("POST", "CommunicationRequest", asked) for _ in range(2))
    assert [first[0], second[0]] == [201, 200]
    assert first[1]["id"] == second[1]["id"]
    status, refused = ministry.ask("POST", "CommunicationRequest", {**asked, "priority": "asap"})
    assert (status, refused["issue"][0]["code"]) == (403, "forbidden")
    other = request(person(MUSU), text="Something else", identifier=[ALERT])
    status, refused = ministry.ask("POST", "CommunicationRequest", other)
    assert (status, refused["issue"][0]["code"]) == (409, "duplicate")
    assert len(sends()) == 1


def test_neither_an_id_nor_if_none_exist_sends_twice(ministry: Machine) -> None:
    with_id = request(person(MUSU), id="alert-9")
    ids = {ministry.ask("POST", "CommunicationRequest", with_id)[1]["id"] for _ in range(3)}
    assert (len(ids), len(sends())) == (1, 1)
    # The id alone says nothing, as a server is free to give another one.
    assert ministry.ask("POST", "CommunicationRequest", {**with_id, "priority": "routine"})[0] == 201
    again = request(person(HAWA), identifier=[ALERT])
    condition = {"if-none-exist": f"identifier={ALERT['system']}|{ALERT['value']}"}
    made = [ministry.ask("POST", "CommunicationRequest", again, condition) for _ in range(2)]
    assert [status for status, _ in made] == [201, 200]
    assert made[0][1]["id"] == made[1][1]["id"]
    status, refused = ministry.ask(
        "POST", "CommunicationRequest", request(person(SAAH)), {"if-none-exist": "status=active"}
    )
    assert (status, refused["issue"][0]["code"]) == (412, "multiple-matches")
    assert len(sends()) == 3


@pytest.mark.parametrize(
    ("change", "status", "expression", "words"),
    [
        ({"status": "draft"}, 422, "status", "Only a request whose status is active"),
        ({"status": None}, 422, "status", "Only a request whose status is active"),
        ({"status": "tomorrow"}, 422, "status", "not one of R4's words"),
        ({"doNotPerform": True}, 422, "doNotPerform", "must not be carried out"),
        ({"payload": []}, 422, "payload", "either a text or one flow"),
        ({"payload": [{"contentString": "x" * 1531}]}, 422, "payload", "longer than 1530"),
        ({"payload": [{"contentString": "Hello @contact.nobody"}]}, 422, "payload", "@contact.nobody"),
        ({"payload": [{"contentReference": {"reference": "Binary/1"}}]}, 422, "payload", "id of a flow"),
        (
            {"payload": [{"contentReference": {"reference": f"Basic/{'0' * 8}-0000-4000-8000-{'0' * 12}"}}]},
            422,
            "payload",
            "no such flow",
        ),
        (
            {"payload": [{"contentAttachment": {"contentType": "image/png", "data": "AAAA"}}]},
            422,
            "payload",
            "only plain text",
        ),
        ({"recipient": []}, 422, "recipient", "at least one recipient"),
        ({"identifier": [{"value": "1" * 501}]}, 422, "identifier", "longer than 500"),
        (
            {"recipient": [{"reference": f"Practitioner/{n}"} for n in range(20_001)]},
            422,
            "recipient",
            "Split",
        ),
        ({"occurrenceDateTime": "2026"}, 422, "occurrence", "a day at least"),
        ({"occurrenceDateTime": "2999-01-01"}, 422, "occurrence", "more than a year"),
        ({"occurrenceDateTime": "soon"}, 422, "occurrence", "not understood"),
        ({"occurrencePeriod": {"end": "2020-01-01"}}, 422, "occurrence", "over"),
        ({"occurrenceDateTime": "2020-01-01"}, 422, "occurrence", "over"),
        ({"priority": "urgent"}, 403, "", "urgent-alerts"),
    ],
)
def test_what_cannot_be_done_is_refused_at_its_element(
    ministry: Machine, change: Json, status: int, expression: str, words: str
) -> None:
    got, refused = ministry.ask("POST", "CommunicationRequest", {**request(person(MUSU)), **change})
    (issue,) = refused["issue"]
    assert (got, refused["resourceType"]) == (status, "OperationOutcome")
    assert words in issue["diagnostics"]
    assert issue.get("expression", [""])[0].startswith(
        f"CommunicationRequest.{expression}" if expression else ""
    )
    assert sends() == []


@pytest.mark.parametrize(
    ("method", "path", "body", "headers", "status"),
    [
        ("POST", "CommunicationRequest", b"<CommunicationRequest/>", {}, 400),
        ("POST", "CommunicationRequest", b"[]", {}, 400),
        ("POST", "CommunicationRequest", b"NaN", {}, 400),
        ("POST", "CommunicationRequest", b"<a/>", {"content-type": "application/fhir+xml"}, 415),
        ("GET", "CommunicationRequest", None, {"accept": "application/fhir+xml"}, 406),
        ("GET", "CommunicationRequest?_format=xml", None, {}, 400),
        ("POST", "CommunicationRequest", {"resourceType": "Basic"}, {}, 422),
        ("POST", "Communication", {"resourceType": "Communication"}, {}, 405),
        ("DELETE", "CommunicationRequest/1", None, {}, 405),
        ("GET", "CommunicationRequest/1", None, {}, 404),
        ("GET", "Communication/1", None, {}, 404),
        ("GET", "Observation", None, {}, 404),
        ("GET", "CommunicationRequest?colour=red", None, {}, 400),
        ("GET", "Communication?sent=yesterday", None, {}, 400),
        ("GET", "Communication?recipient:missing=true", None, {}, 400),
        ("GET", "CommunicationRequest?_page=x", None, {}, 400),
        ("GET", "CommunicationRequest?identifier=%00", None, {}, 400),
    ],
)
def test_what_is_not_understood_is_an_operation_outcome(
    ministry: Machine, method: str, path: str, body: Json | bytes | None, headers: dict[str, str], status: int
) -> None:
    got, refused = ministry.ask(method, path, body, headers)
    assert (got, refused["resourceType"]) == (status, "OperationOutcome")


def test_a_role_decides_what_a_client_may(ministry: Machine, known: SimpleNamespace) -> None:
    _, made = ministry.ask("POST", "CommunicationRequest", request(person(MUSU)))
    teah = machine("teah", "health-workers")
    for method, path in (("GET", "CommunicationRequest"), ("POST", "CommunicationRequest")):
        assert teah.ask(method, path, request(person(MUSU)))[0] == 403
    # Another client sees nothing of it and takes nothing back.
    other = machine("other", "mobile-alerts")
    assert other.ask("GET", f"CommunicationRequest/{made['id']}")[0] == 404
    assert other.ask("PUT", f"CommunicationRequest/{made['id']}", {**made, "status": "revoked"})[0] == 404
    assert other.ask("GET", "CommunicationRequest")[1]["total"] == 0
    assert other.ask("GET", f"Communication?based-on={made['id']}")[1]["total"] == 0
    urgent = machine("urgent", "mobile-alerts", "urgent-alerts")
    assert urgent.ask("POST", "CommunicationRequest", request(person(MUSU), priority="stat"))[0] == 201
    assert [is_urgent for _, _, is_urgent in sends()] == [False, True]


def test_reads_and_sends_are_in_the_audit_trail_with_the_client(ministry: Machine) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.messaging.models import Broadcast

    _, made = ministry.ask("POST", "CommunicationRequest", request(person(MUSU), person(NO_PHONE)))
    ministry.ask("GET", f"Communication?based-on={made['id']}")
    ministry.ask("GET", f"CommunicationRequest/{made['id']}")
    trail = AuditEvent.objects.filter(actor="ministry").values_list("action", "people")
    assert sorted(trail) == [
        ("alert.taken", 2),
        ("alerts.read", 2),
        ("alerts.read", 2),
        ("broadcast.made", 1),
    ]
    assert Broadcast.objects.get().created_by == "Ministry"


def test_a_request_is_taken_back(ministry: Machine) -> None:
    asked = request(person(MUSU), person(HAWA))
    made = ministry.response("POST", "CommunicationRequest", asked)
    etag = made.headers["ETag"]
    path = made.headers["Location"].removeprefix("http://mhero.example.org/fhir/")
    ended = {**asked, "status": "revoked"}
    assert ministry.ask("PUT", path, asked)[0] == 405
    assert ministry.ask("PUT", path, ended, {"if-match": 'W/"99"'})[0] == 412
    status, revoked = ministry.ask("PUT", path, ended, {"if-match": etag})
    assert (status, revoked["status"]) == (200, "revoked")
    assert {status for status, _ in outcomes(ministry, revoked["id"]).values()} == {"not-done"}
    # Once more changes nothing.
    assert ministry.ask("PUT", path, ended)[1]["status"] == "revoked"


def test_the_rules_of_sending_hold_for_machines_too(ministry: Machine, known: SimpleNamespace) -> None:
    from mhero.messaging.models import Broadcast, SendingRules, SMSChannel

    SendingRules.objects.update_or_create(id=1, defaults={"approval_above": 1})
    _, big = ministry.ask("POST", "CommunicationRequest", request(person(MUSU), person(HAWA)))
    assert (big["status"], Broadcast.objects.get().status) == ("on-hold", "waiting_for_approval")
    assert "approve" in big["statusReason"]["text"]
    _, found = ministry.ask("GET", "CommunicationRequest?status=on-hold")
    assert [one["resource"]["id"] for one in found["entry"]] == [big["id"]]
    # In trial mode only the team's own phones are texted; Musu's is Korto's.
    known.space.went_live_at = None
    known.space.save()
    _, trial = ministry.ask("POST", "CommunicationRequest", request(person(MUSU), person(HAWA)))
    assert outcomes(ministry, trial["id"])[person(HAWA)] == ("not-done", "trial")
    SMSChannel.objects.update(is_enabled=False)
    refused = ministry.response("POST", "CommunicationRequest", request(person(MUSU)))
    assert (refused.status, refused.headers["Retry-After"]) == (503, "60")


def test_a_time_can_be_set(ministry: Machine) -> None:
    from mhero.messaging.models import Broadcast
    from mhero.platform.clock import now

    later = (now() + timedelta(days=2)).replace(microsecond=0)
    ministry.ask("POST", "CommunicationRequest", request(person(MUSU), occurrenceDateTime=later.isoformat()))
    assert Broadcast.objects.get().starts_at == later
    span = {"start": f"{later:%Y-%m-%d}", "end": f"{later:%Y-%m-%d}"}
    ministry.ask("POST", "CommunicationRequest", request(person(MUSU), occurrencePeriod=span))
    planned = Broadcast.objects.latest("id")
    assert planned.expires_at - planned.starts_at == timedelta(days=1)
    soon = {"end": (now() + timedelta(seconds=5)).isoformat()}
    status, refused = ministry.ask(
        "POST", "CommunicationRequest", request(person(MUSU), occurrencePeriod=soon)
    )
    assert (status, refused["issue"][0]["expression"]) == (422, ["CommunicationRequest.occurrence"])


def test_texts_are_joined_and_attachments_of_text_read(ministry: Machine) -> None:
    attached = {"contentType": "text/plain", "data": base64.b64encode(b"Lavez les mains.").decode()}
    payload = [{"contentString": "Wash hands."}, {"contentAttachment": attached}]
    assert ministry.ask("POST", "CommunicationRequest", request(person(MUSU), payload=payload))[0] == 201
    assert sends() == [("Wash hands.\nLavez les mains.", 1, False)]


def test_searches_are_paged_and_narrowed(ministry: Machine) -> None:
    ids = []
    for text in ("One", "Two", "Three"):
        category = [{"coding": [{"system": "urn:kinds", "code": text.lower()}]}]
        _, made = ministry.ask(
            "POST", "CommunicationRequest", request(person(MUSU), text=text, category=category)
        )
        ids.append(made["id"])

    def found(query: str, type: str = "CommunicationRequest") -> list[str]:
        _, bundle = ministry.ask("GET", f"{type}?{query}")
        return [entry["resource"]["id"] for entry in bundle["entry"]]

    _, first = ministry.ask("GET", "CommunicationRequest?_count=2&_sort=_lastUpdated")
    assert (first["total"], [one["resource"]["id"] for one in first["entry"]]) == (3, ids[:2])
    (following,) = (link["url"] for link in first["link"] if link["relation"] == "next")
    assert found(following.partition("?")[2]) == ids[2:]
    assert found("category=urn:kinds|two") == [ids[1]]
    assert found(f"_id={ids[0]},{ids[2]}&_sort=authored") == [ids[0], ids[2]]
    assert found("authored=gt2020-01-01&authored=lt2021-01-01") == []
    assert found("_lastUpdated=ge2020-01-01&status=active&priority=routine") == ids[::-1]
    assert found("recipient=Practitioner/P1&_sort=authored") == ids
    assert found("recipient=Practitioner/P2") == []
    assert ministry.ask("POST", "CommunicationRequest/_search", b"status=completed", FORM)[1]["total"] == 0
    assert len(found(f"based-on={ids[0]}&_include=Communication:based-on", "Communication")) == 2
    assert len(found("recipient=Practitioner/P1&status=preparation", "Communication")) == 3
    assert found("recipient=Practitioner/P1&sent=ge2020-01-01", "Communication") == []
    _, counted = ministry.ask("GET", "Communication?_summary=count")
    assert (counted["total"], "entry" in counted) == (3, False)


def test_more_than_three_hundred_go_in_one_request(ministry: Machine) -> None:
    numbers = [f"tel:+23177{n:07d}" for n in range(100, 500)]
    _, made = ministry.ask("POST", "CommunicationRequest", request(*numbers, *numbers, text="To many"))
    assert sends() == [("To many", 400, False)]
    assert ministry.ask("GET", f"Communication?based-on={made['id']}&_summary=count")[1]["total"] == 800
    _, page = ministry.ask("GET", f"Communication?based-on={made['id']}&_count=3")
    told = [entry["resource"]["recipient"][0]["reference"] for entry in page["entry"]]
    assert told == numbers[:3]


def test_who_asks_for_news_does_not_read_what_is_long_over(ministry: Machine) -> None:
    from mhero.messaging.models import Broadcast
    from mhero.platform.clock import now

    ministry.ask("POST", "CommunicationRequest", request(person(MUSU)))

    def news(days: int) -> int:
        since = (now() - timedelta(days=days)).date()
        _, found = ministry.ask("GET", f"Communication?_lastUpdated=ge{since}")
        return len(found["entry"])

    assert news(30) == news(1) == 1
    Broadcast.objects.update(finished_at=now() - timedelta(days=20))
    assert (news(30), news(1)) == (1, 0)


FORM = {"content-type": "application/x-www-form-urlencoded"}


def test_a_bundle_is_of_all_or_nothing_or_each_alone(ministry: Machine) -> None:
    good, bad = request(person(MUSU)), request(person(HAWA), status="draft")
    entries = [
        {"resource": one, "request": {"method": "POST", "url": "CommunicationRequest"}} for one in (good, bad)
    ]
    status, refused = ministry.ask(
        "POST", "", {"resourceType": "Bundle", "type": "transaction", "entry": entries}
    )
    assert (status, refused["resourceType"], sends()) == (422, "OperationOutcome", [])
    _, answered = ministry.ask("POST", "", {"resourceType": "Bundle", "type": "batch", "entry": entries})
    assert [one["response"]["status"] for one in answered["entry"]] == ["201 Created", "422"]
    assert len(sends()) == 1
    for wrong in ({"type": "document"}, {"type": "batch", "entry": [1]}, {"type": "batch", "entry": {}}):
        status, _ = ministry.ask("POST", "", {"resourceType": "Bundle", **wrong})
        assert status in (200, 422)


def test_the_statement_of_what_the_server_can_do_names_both() -> None:
    from fhir.resources.R4B import get_fhir_model_class

    from mhero.registry.fhir.capability import statement

    made = statement("https://mhero.example.org/fhir")
    get_fhir_model_class("CapabilityStatement").model_validate(made)
    can = {one["type"]: {verb["code"] for verb in one["interaction"]} for one in made["rest"][0]["resource"]}
    assert can["CommunicationRequest"] == {"create", "update", "read", "search-type"}
    assert can["Communication"] == {"read", "search-type"}
