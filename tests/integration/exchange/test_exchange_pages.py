"""The operators' pages: what they show, what they change, and whom they keep out."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from mhero.platform.clock import now


@pytest.fixture
def korto(db: None) -> Any:
    """Korto runs the exchange; the browser she is signed in with."""
    return browser_of("korto@example.org", "exchange_operator")


def browser_of(email: str, role: str, **fields: Any) -> Any:
    from django.test import Client

    from mhero.accounts.models import User

    browser = Client()
    browser.force_login(User.objects.create_user(email, role=role, **fields))
    return browser


def new_transaction(**fields: Any) -> Any:
    from mhero.exchange.models import Transaction

    defaults = {
        "client_id": "planner",
        "client_ip": "127.0.0.1",
        "status": "Successful",
        "method": "GET",
        "path": "/fhir/Location",
        "querystring": "",
        "request_body": b"",
        "response_body": b"",
        "response_status": 200,
        "error": "",
        "seconds": 0.1,
    }
    return Transaction.objects.create(**{**defaults, **fields})


def text_of(response: Any) -> str:
    assert response.status_code == 200, response.status_code
    return str(response.content.decode())


def address(name: str, *args: Any) -> str:
    from django.urls import reverse

    return reverse(name, args=args)


def test_transactions_are_filtered_by_the_address(korto: Any) -> None:
    new_transaction(path="/fhir/Location/kakata")
    new_transaction(path="/fhir/Practitioner", client_id="teah", status="Completed", response_status=403)
    page = text_of(korto.get(address("transactions"), {"client": "teah", "status": "Completed"}))
    assert "/fhir/Practitioner" in page
    assert "kakata" not in page
    assert "Remove this filter" in page
    assert "kakata" in text_of(korto.get(address("transactions"), {"path": "KAKATA"}))
    assert "No transaction matches" in text_of(korto.get(address("transactions"), {"slow": "yes"}))
    assert "No transaction matches" in text_of(korto.get(address("transactions"), {"until": "2001-01-01"}))
    nonsense = {"channel": "x", "since": "yesterday", "before": "1", "method": "'; DROP", "status": "?"}
    assert "kakata" in text_of(korto.get(address("transactions"), nonsense))


def test_paging_leads_to_older_and_back(korto: Any) -> None:
    from mhero.platform.ids import new_id

    for minute in range(120):
        new_transaction(id=new_id(now() - timedelta(minutes=minute)), path=f"/t/{minute:03}/")
    first = page_at(korto, "")
    assert (first.newer, first.paths[0], len(first.paths)) == ("", "/t/000/", 50)
    second = page_at(korto, first.older)
    assert second.paths[0] == "/t/050/"
    third = page_at(korto, second.older)
    assert (len(third.paths), third.older) == (20, "")
    back = page_at(korto, third.newer)
    assert back.paths == second.paths
    again = page_at(korto, back.newer)
    assert (again.paths, again.newer) == (first.paths, "")


@dataclass
class Page:
    paths: list[str]
    newer: str
    older: str


def page_at(browser: Any, query: str) -> Page:
    html = text_of(browser.get(address("transactions") + query))
    newer, older = (re.search(rf'href="([^"]*)" rel="{way}"', html) for way in ("prev", "next"))
    return Page(
        paths=re.findall(r"/t/\d+/", html),
        newer=newer[1] if newer else "",
        older=older[1] if older else "",
    )


def test_a_transaction_shows_its_calls_and_what_went_wrong(korto: Any) -> None:
    from mhero.exchange.models import Orchestration

    record = new_transaction(status="Failed", error="iHRIS did not answer within 30 seconds.")
    Orchestration.objects.create(
        transaction_id=record.id,
        name="iHRIS",
        method="GET",
        url="https://ihris.example.org/fhir/Practitioner",
        request_body=b"",
        status=200,
        seconds=0.25,
        bytes=120_000,
        response_body=b"",
        error="",
    )
    page = text_of(korto.get(address("transaction", record.id)))
    assert "iHRIS did not answer within 30 seconds." in page
    assert "https://ihris.example.org/fhir/Practitioner" in page
    assert "120,000" in page


def test_reading_a_body_is_allowed_to_few_and_written_down(korto: Any) -> None:
    from mhero.accounts.models import AuditEvent

    record = new_transaction(response_body=b'{"name": "<b>Musu</b>"}')
    assert "Musu" not in text_of(korto.get(address("transaction", record.id)))
    page = text_of(korto.get(address("transaction_body", record.id)))
    assert "&lt;b&gt;Musu" in page
    event = AuditEvent.objects.get(action="transaction.read")
    assert (event.actor, event.object) == ("korto@example.org", str(record.id))


def test_a_channel_with_a_broken_pattern_is_named(korto: Any) -> None:
    from mhero.exchange.models import Channel

    fields = {
        "name": "Lab results",
        "url_pattern": "^/lab(",
        "methods": ["GET"],
        "host": "10.0.0.5",
        "port": "8080",
        "username": "mhero",
        "password": "s3cret",
        "timeout_seconds": "30",
        "is_enabled": "on",
        "allow": ["health-workers"],
    }
    page = text_of(korto.post(address("channel_new"), fields))
    assert "This is not a regular expression" in page
    assert korto.post(address("channel_new"), {**fields, "url_pattern": "^/lab"}).status_code == 302
    channel = Channel.objects.get(name="Lab results")
    assert channel.allow == ["health-workers"]
    route = channel.routes[0]
    assert (route["host"], route["port"], route["primary"]) == ("10.0.0.5", 8080, True)
    assert "s3cret" not in str(route)

    # Saved again without typing the password, which stays.
    page = text_of(korto.get(address("channel", channel.id)))
    assert "s3cret" not in page
    again = {**fields, "url_pattern": "^/lab/", "password": ""}
    assert korto.post(address("channel", channel.id), again).status_code == 302
    from mhero.exchange.gateway.configuration import read

    (way,) = read().ways
    assert way.route is not None
    assert way.route.password == "s3cret"


def test_what_a_channel_form_refuses(korto: Any) -> None:
    fields = {"name": "X", "url_pattern": "^/x", "methods": ["GET"], "timeout_seconds": "30"}
    assert "Say which system" in text_of(korto.post(address("channel_new"), fields))
    page = text_of(korto.post(address("channel_new"), {**fields, "host": "http://lab", "whitelist": "here"}))
    assert "without http://" in page
    assert "here is not an IP address" in page


def test_a_schedule_is_checked_and_moves_the_next_run(korto: Any) -> None:
    from mhero.exchange import services
    from mhero.exchange.models import Channel

    services.ensure_seeds()
    channel = Channel.objects.get(name="iHRIS to registry")
    services.schedule(channel)
    fields = {"is_enabled": "on", "description": channel.description}
    page = text_of(korto.post(address("channel", channel.id), {**fields, "polling_schedule": "often"}))
    assert "Write a number of minutes" in page
    answer = korto.post(address("channel", channel.id), {**fields, "polling_schedule": "2 hours"})
    assert answer.status_code == 302
    changed = Channel.objects.get(id=channel.id)
    assert changed.name == "iHRIS to registry"
    assert changed.due_at is not None
    assert changed.due_at > now() + timedelta(minutes=110)


def test_a_clients_password_is_shown_once_and_works(korto: Any) -> None:
    from django.contrib.auth.hashers import check_password

    from mhero.exchange.models import Client

    fields = {"name": "Dashboard", "client_id": "dashboard", "is_enabled": "on", "roles": ["health-workers"]}
    assert korto.post(address("client_new"), {**fields, "other_roles": "labs"}).status_code == 302
    client = Client.objects.get()
    assert client.roles == ["health-workers", "labs"]
    answer = korto.post(address("client_password", client.id))
    password = re.findall("<code>([^<]+)</code>", text_of(answer))[1]
    assert len(password) == 32
    assert "no-store" in answer["Cache-Control"]
    client.refresh_from_db()
    assert check_password(password, client.password_hash)
    assert password not in text_of(korto.get(address("client", client.id)))


def test_a_clients_certificate_is_made_with_its_key(korto: Any) -> None:
    from mhero.exchange.certificates import fingerprint_of
    from mhero.exchange.models import Client

    client = Client.objects.create(client_id="dashboard", name="Dashboard")
    page = text_of(korto.post(address("client_certificate", client.id)))
    assert "BEGIN PRIVATE KEY" in page
    client.refresh_from_db()
    assert client.certificate_fingerprint == fingerprint_of(client.certificate)
    assert client.certificate_fingerprint in text_of(korto.get(address("client", client.id)))


def test_a_client_cannot_take_the_name_of_a_role_nor_a_role_that_of_a_client(korto: Any) -> None:
    fields = {"name": "Sly", "is_enabled": "on"}
    page = text_of(korto.post(address("client_new"), {**fields, "client_id": "phone-numbers"}))
    assert "There is a role of this name" in page
    page = text_of(korto.post(address("client_new"), {**fields, "client_id": "sly", "other_roles": "sly"}))
    assert "There is a client called sly" in page
    page = text_of(korto.post(address("client_new"), {**fields, "client_id": "a:b", "own_certificate": "x"}))
    assert "Use letters, digits" in page
    assert "not a certificate in PEM form" in page


def test_load_now_starts_a_run_and_leads_to_it(korto: Any) -> None:
    from mhero.exchange import services
    from mhero.exchange.models import Channel, Run

    services.ensure_seeds()
    channel = Channel.objects.get(mediator="ihris")
    answer = korto.post(address("sync_now", channel.id), {"full": "yes"})
    run = Run.objects.get()
    assert answer["Location"] == address("run", run.id)
    assert (run.requested_by, run.is_full) == ("korto@example.org", True)
    assert "It begins in a moment." in text_of(korto.get(address("run", run.id)))
    assert "iHRIS to registry" in text_of(korto.get(address("syncs")))


def test_the_live_part_of_a_run_is_sent_only_when_it_changed(korto: Any) -> None:
    from mhero.exchange import services
    from mhero.exchange.models import Channel, Run

    channel = Channel.objects.create(name="Test", type="polling", mediator="test")
    run = services.request_run(channel, "schedule")
    first = korto.get(address("run_status", run.id))
    assert "data-live-finished" not in text_of(first)
    again = korto.get(address("run_status", run.id), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    Run.objects.update(status="running", counts={"read": 1200, "expected": 12000})
    third = korto.get(address("run_status", run.id), headers={"If-None-Match": first["ETag"]})
    assert "1,200 of 12,000" in " ".join(text_of(third).split())


def test_refused_records_are_shown_with_their_reasons_and_as_a_file(korto: Any) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.exchange import services
    from mhero.exchange.models import Channel, RefusedRecord

    channel = Channel.objects.create(name="Test", type="polling", mediator="test")
    run = services.request_run(channel, "schedule")
    record = RefusedRecord.objects.create(
        channel=channel, key="Practitioner/9", reason="=It has no name.", raw={"name": "Musu"}
    )
    page = text_of(korto.get(address("run", run.id)))
    assert "Practitioner/9" in page
    assert "Musu" not in page
    file = b"".join(korto.get(address("refused_file", channel.id)).streaming_content).decode()
    assert "Practitioner/9,'=It has no name." in file
    assert "Musu" not in file
    assert "Musu" in text_of(korto.get(address("refused_record", record.id)))
    assert AuditEvent.objects.filter(action="refused.read").exists()

    flomo = browser_of("flomo@example.org", "communications_officer", area_id=record.id)
    assert "Practitioner/9" not in text_of(flomo.get(address("run", run.id)))
    assert flomo.get(address("refused_file", channel.id)).status_code == 403
    assert flomo.get(address("refused_record", record.id)).status_code == 403


def test_teah_sees_nothing_of_the_exchange(db: None) -> None:
    record = new_transaction()
    teah = browser_of("teah@example.org", "viewer")
    for name, *args in [("transactions",), ("transaction", record.id), ("channels",), ("clients",)]:
        assert teah.get(address(name, *args)).status_code == 403
    district_operator = browser_of("d@example.org", "exchange_operator", area_id=record.id)
    assert district_operator.get(address("transactions")).status_code == 403
