"""Who read or did what: filters in the address, paging, and the file."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from mhero.platform.ids import new_id


@pytest.fixture
def korto(db: None) -> Any:
    from mhero.accounts.models import User

    return User.objects.create_user("korto@example.org", name="Korto", role="administrator")


@pytest.fixture
def browser(korto: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(korto)
    return client


def test_the_trail_is_narrowed_by_the_address(browser: Any) -> None:
    _event("flomo@example.org", "people.listed", day=2, people=40)
    _event("flomo@example.org", "message.sent", day=3)
    _event("dashboard", "people.read", day=4)
    assert _actions(browser, "who=flomo") == ["message.sent", "people.listed"]
    assert _actions(browser, "action=people") == ["people.read", "people.listed"]
    assert _actions(browser, "since=2026-03-03&until=2026-03-03") == ["message.sent"]
    assert "No event matches" in browser.get("/settings/audit/?who=nobody").content.decode()


@pytest.mark.parametrize(
    "query", ["since=2026-02-31", "until=x", "before=x", "after=1", "who=%00", "action=%"]
)
def test_a_wrong_address_is_no_error(browser: Any, query: str) -> None:
    assert browser.get(f"/settings/audit/?{query}").status_code in {200, 400}


def test_one_pages_through_the_trail_and_back(browser: Any) -> None:
    for number in range(120):
        _event("flomo@example.org", f"step.{number:03}", day=2)
    seen, address = [], "/settings/audit/?who=flomo"
    pages = []
    while address:
        page = browser.get(address)
        pages.append([event.action for event, *_ in page.context["rows"]])
        seen += pages[-1]
        address = page.context["older"] and f"/settings/audit/{page.context['older']}"
    assert seen == [f"step.{number:03}" for number in reversed(range(120))]
    back = browser.get(f"/settings/audit/{page.context['newer']}")
    assert [event.action for event, *_ in back.context["rows"]] == pages[1]


def test_the_file_has_the_same_events_and_runs_nothing_in_a_spreadsheet(browser: Any) -> None:
    from mhero.accounts.models import AuditEvent

    _event("=cmd|'/c calc'!A0", "people.read", day=2, people=3)
    answer = browser.get("/settings/audit/file?action=people.read")
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["who"], row["people"]) for row in rows] == [("'=cmd|'/c calc'!A0", "3")]
    assert AuditEvent.objects.filter(action="audit.downloaded").count() == 1


def test_the_trail_is_for_those_who_may_read_it(db: None) -> None:
    from django.test import Client

    from mhero.accounts.models import User

    browser = Client()
    browser.force_login(User.objects.create_user("flomo@example.org", role="communications_officer"))
    assert browser.get("/settings/audit/").status_code == 403
    assert browser.get("/settings/audit/file").status_code == 403


def _event(actor: str, action: str, *, day: int, people: int = 0) -> None:
    from mhero.accounts.models import AuditEvent

    at = datetime(2026, 3, day, 12, tzinfo=UTC)
    AuditEvent.objects.create(id=_ordered(at), actor=actor, action=action, object="something", people=people)


_made = 0


def _ordered(at: datetime) -> Any:
    """Identifiers in the order they were asked for."""
    from datetime import timedelta

    global _made
    _made += 1
    return new_id(at + timedelta(milliseconds=_made))


def _actions(browser: Any, query: str) -> list[str]:
    page = browser.get(f"/settings/audit/?since=2026-03-01&until=2026-03-31&{query}")
    return [event.action for event, *_ in page.context["rows"]]
