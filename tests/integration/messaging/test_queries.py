"""Contact queries find the same people in the database as the engine's evaluation does."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

TEXTS = st.sampled_from(
    ["", "Nurse", "nurse", "NURSE", "Straße", "STRASSE", "Élise", 'a"b', "100%", "x_y", "\\", "12", "ﬁx", "İ"]
)
NUMBERS = st.sampled_from(["", "12", "12.5", "-3", "1e3", "٣", "0.1", "twelve", "100000000000000000001"])
DATES = st.sampled_from(
    ["", "2026-03-01", "2026-03-01T23:30:00+00:00", "2026-03-02 10:15", "29-02-2024", "soon", "0001-01-01"]
)
NAMES = st.sampled_from(["", "Musu Kollie", "musu", "Korto-Flomo Q", "O'Neil  Straße", "Al_x 100%", "Élodie"])
PHONES = st.sampled_from([None, "+231770000001", "+231880555009", "LONESTAR", "?"])
CONTACTS = st.lists(
    st.fixed_dictionaries(
        {
            "name": NAMES,
            "number": PHONES,
            "language": st.sampled_from(["", "eng", "fra"]),
            "status": st.sampled_from(["active", "stopped", "left"]),
            "created": st.integers(-48, 48),
            "seen": st.none() | st.integers(-48, 48),
            "cadre": TEXTS,
            "own_cadre": st.none() | TEXTS,
            "age": NUMBERS,
            "hired": DATES,
            "is_nurse": st.booleans(),
            "flow": st.sampled_from(["", "waiting", "completed"]),
        }
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda one: one["number"] or id(one),
)


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def compared(properties: list[str], operators: list[str], values: Any) -> Any:
    return st.builds(
        lambda name, operator, value: f"{name} {operator} {quoted(value)}",
        st.sampled_from(properties),
        st.sampled_from(operators),
        values,
    )


ORDERED = ["=", "!=", ">", ">=", "<", "<="]
CONDITIONS = st.one_of(
    compared(["cadre", "fields.cadre"], ["=", "!="], TEXTS),
    compared(["age"], ORDERED, st.sampled_from(["12", "12.5", "0", "-3", "0.1"])),
    compared(["age", "hired", "cadre", "name", "language", "urn", "tel"], ["=", "!="], st.just("")),
    compared(["hired", "created_on", "last_seen_on"], ORDERED, st.sampled_from(["2026-03-01", "2026-03-02"])),
    compared(["last_seen_on", "group", "flow", "history", "urns.whatsapp"], ["=", "!="], st.just("")),
    compared(["name"], ["=", "!="], NAMES),
    compared(["name"], ["~"], st.sampled_from(["mu", "kol mus", "O'Ne", "al_x", "100", "straß", "flomo q"])),
    compared(["tel", "urn"], ["=", "!="], st.sampled_from(["+231770000001", "lonestar"])),
    compared(["tel", "urn"], ["~"], st.sampled_from(["770", "star", "?%_"])),
    compared(["whatsapp"], ["="], st.just("231770000001")),
    compared(["language"], ["=", "!="], st.sampled_from(["eng", "FRA"])),
    compared(["status"], ["=", "!="], st.sampled_from(["active", "Stopped", "archived", "blocked"])),
    compared(["group"], ["=", "!="], st.sampled_from(["Nurses", "nurses", "Nobody"])),
    compared(["flow", "history"], ["=", "!="], st.sampled_from(["Stock", "stock"])),
    compared(["tickets"], ORDERED, st.sampled_from(["0", "1", "-1"])),
    compared(["ref", "id"], ["=", "!="], st.sampled_from(["ABC123", "7"])),
    compared(["uuid"], ["=", "!="], st.sampled_from([str(UUID(int=1)), str(UUID(int=0xABC))])),
    st.sampled_from(["musu", "0770", "+231770000001", "tel:+231880555009"]),
)
QUERIES = st.recursive(
    CONDITIONS,
    lambda inner: st.builds(
        lambda one, operator, other: f"({one}){operator}({other})",
        inner,
        st.sampled_from([" AND ", " OR ", " "]),
        inner,
    ),
    max_leaves=4,
)
NOON = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)


@pytest.fixture
def fields(db: None) -> None:
    from mhero.accounts.models import Workspace
    from mhero.accounts.queries import workspace
    from mhero.messaging.models import ContactField, Flow, Group, SMSChannel

    workspace()
    Workspace.objects.update(time_zone="America/New_York", country_code="LR")
    ContactField.objects.create(key="age", name="Age", type="number")
    ContactField.objects.create(key="hired", name="Hired", type="datetime")
    Group.objects.create(name="Nurses")
    Group.objects.create(name="Nobody")
    Flow.objects.create(name="Stock")
    SMSChannel.objects.create(
        type="external", name="Lonestar", address="1234", send_url="https://sms.example.org"
    )


def make(generated: list[dict[str, Any]]) -> list[UUID]:
    from mhero.messaging.models import Contact, Flow, FlowRun, Group, Session, SMSChannel

    nurses, stock, channel = Group.objects.get(name="Nurses"), Flow.objects.get(), SMSChannel.objects.get()
    ids = []
    for place, one in enumerate(generated):
        contact = Contact.objects.create(
            id=UUID(int=place + 1),
            name=one["name"],
            number=one["number"],
            language=one["language"],
            status=one["status"],
            created_at=NOON + timedelta(hours=one["created"]),
            last_message_at=None if one["seen"] is None else NOON + timedelta(hours=one["seen"]),
            fields={"cadre": one["cadre"], "age": one["age"]},
            own_fields={"hired": one["hired"]}
            | ({} if one["own_cadre"] is None else {"cadre": one["own_cadre"]}),
        )
        if one["is_nurse"]:
            nurses.contacts.add(contact)
        if one["flow"]:
            session = Session.objects.create(
                contact=contact, flow=stock, sms_channel_id=channel.id, status=one["flow"]
            )
            FlowRun.objects.create(
                session=session,
                contact=contact,
                flow=stock,
                status=one["flow"],
                started_at=NOON,
                changed_at=NOON,
            )
        ids.append(contact.id)
    return ids


def evaluated(text: str, ids: list[UUID]) -> tuple[set[UUID], set[UUID]]:
    """Whom the engine finds, and whom the database finds."""
    from django.db import connection

    from mhero.messaging.models import FlowRun, Session
    from mhero.messaging.searching.contacts import KEEP, READ, Stored, columns
    from mhero.messaging.searching.finding import found
    from mhero.messaging.searching.known import known

    now = known()
    with connection.cursor() as cursor:
        cursor.execute(READ, {"contacts": ids})
        stored = [Stored.read(row) for row in cursor.fetchall()]
        contacts = [(one, one.for_engine(now)) for one in stored]
        cursor.execute(KEEP, columns(contacts, now))
    query = now.query(text)
    by_engine = set()
    for one, contact in contacts:
        # What only the database knows of a contact.
        waiting = Session.objects.filter(contact_id=one.id, status="waiting").select_related("flow").first()
        if waiting:
            contact.data["flow"] = {"uuid": str(waiting.flow_id), "name": waiting.flow.name}
        runs = FlowRun.objects.filter(contact_id=one.id).select_related("flow")
        contact.data["history"] = [{"uuid": str(run.flow_id), "name": run.flow.name} for run in runs]
        if query.matches(now.environment, contact):
            by_engine.add(one.id)
    return by_engine, found(query, now)


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(generated=CONTACTS, queries=st.lists(QUERIES, min_size=3, max_size=6))
def test_the_database_finds_whom_the_engine_finds(
    fields: None, generated: list[dict[str, Any]], queries: list[str]
) -> None:
    from django.db import transaction

    with transaction.atomic():
        ids = make(generated)
        for text in queries:
            by_engine, by_database = evaluated(text, ids)
            assert by_database == by_engine, text
        transaction.set_rollback(True)
