"""What a batch of conversations has to write: collected row by row, written with one statement a table."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg

from mhero.flows.run import Run
from mhero.messaging.conversations import statements
from mhero.messaging.conversations.participants import Changes, Held, Participant
from mhero.messaging.taking.statements import OPT_IN, OPT_OUT

Json = dict[str, Any]
Columns = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """A message of ours."""

    id: UUID
    participant: Participant
    session: Held
    broadcast_id: UUID | None
    sms_channel_id: UUID
    text: str
    status: str
    reason: str
    priority: int
    segments: int
    not_before: datetime | None
    expires_at: datetime
    operator: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Happened:
    """A step that is no message."""

    id: UUID
    contact_id: UUID
    session_id: UUID
    flow_id: UUID | None
    kind: str
    data: Json


@dataclass(kw_only=True, slots=True)
class Writing:
    at: datetime
    new_sessions: dict[UUID, Held] = field(default_factory=dict)
    sessions: dict[UUID, Held] = field(default_factory=dict)
    #: With the session that each is in.
    new_runs: dict[str, tuple[Run, Held, Participant]] = field(default_factory=dict)
    runs: dict[str, tuple[Run, Held, Participant]] = field(default_factory=dict)
    #: Sessions whose runs end with them, because the engine was not asked, and as what.
    cut: dict[UUID, str] = field(default_factory=dict)
    messages: list[Said] = field(default_factory=list)
    events: list[Happened] = field(default_factory=list)
    #: By flow, send, exit and destination.
    steps: Counter[tuple[str, UUID | None, str, str | None]] = field(default_factory=Counter)
    labels: set[tuple[str, str]] = field(default_factory=set)
    tasks: list[tuple[UUID, str, Json]] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    numbers: dict[UUID, str] = field(default_factory=dict)

    def session(self, held: Held) -> None:
        if held.id not in self.new_sessions:
            self.sessions[held.id] = held

    def run(self, run: Run, held: Held, participant: Participant, *, is_new: bool) -> None:
        is_new = is_new or run.uuid in self.new_runs
        (self.new_runs if is_new else self.runs)[run.uuid] = (run, held, participant)

    async def write(self, connection: psycopg.AsyncConnection) -> None:
        """Writes all inside the caller's transaction."""
        # What was sent is looked at only where a statement must know it: the rest is one trip.
        async with connection.pipeline():
            for statement, columns in self._statements():
                await connection.execute(statement, columns)

    def _statements(self) -> Iterable[tuple[str, Columns]]:
        at = {"now": self.at}
        # The old session of a contact ends before the new one waits.
        if self.sessions:
            yield statements.UPDATE_SESSIONS, _session_columns(self.sessions.values())
        if self.new_sessions:
            new = self.new_sessions.values()
            yield (
                statements.ADD_SESSIONS,
                {
                    **_session_columns(new),
                    "contacts": [held.contact_id for held in new],
                    "flows": [held.flow_id for held in new],
                    "broadcasts": [held.broadcast_id for held in new],
                    "started_ats": [held.started_at for held in new],
                },
            )
        if self.runs:
            yield statements.UPDATE_RUNS, _run_columns(self.runs.values())
        if self.new_runs:
            rows = self.new_runs.values()
            yield (
                statements.ADD_RUNS,
                {
                    **_run_columns(rows),
                    "sessions": [held.id for _, held, _ in rows],
                    "contacts": [held.contact_id for _, held, _ in rows],
                    "flows": [run.flow.uuid for run, _, _ in rows],
                    "broadcasts": [held.broadcast_id for _, held, _ in rows],
                    "started_ats": [run.created_on for run, _, _ in rows],
                    "people": [dumped(participant.person) for _, _, participant in rows],
                },
            )
        if self.cut:
            yield (
                statements.END_RUNS,
                at
                | {
                    "sessions": list(self.cut),
                    "statuses": list(self.cut.values()),
                },
            )
        if self.messages:
            yield statements.ADD_MESSAGES, at | _message_columns(self.messages)
        if self.events:
            yield statements.ADD_EVENTS, _event_columns(self.events)
        if self.steps:
            yield (
                statements.ADD_STEPS,
                {
                    "flows": [key[0] for key in self.steps],
                    "broadcasts": [key[1] for key in self.steps],
                    "exits": [key[2] for key in self.steps],
                    "destinations": [key[3] for key in self.steps],
                    "counts": list(self.steps.values()),
                },
            )
        if self.labels:
            labels, messages = zip(*self.labels, strict=True)
            yield statements.ADD_LABELS, {"labels": list(labels), "messages": list(messages)}
        if self.tasks:
            contacts, kinds, datas = zip(*self.tasks, strict=True)
            columns = {"contacts": list(contacts), "kinds": list(kinds), "datas": list(map(dumped, datas))}
            yield statements.ADD_TASKS, at | columns
            yield "SELECT pg_notify('messaging_sessiontasks', '')", {}
        if any(said.status == "queued" for said in self.messages):
            yield "SELECT pg_notify('messaging_queued', '')", {}
        yield from self._contact_statements()

    def _contact_statements(self) -> Iterable[tuple[str, Columns]]:
        changes = self.changes
        if changed := sorted({*changes.names, *changes.languages, *changes.fields}):
            yield (
                statements.CHANGE_CONTACTS,
                {
                    "ids": changed,
                    "names": [_clean(changes.names.get(key)) for key in changed],
                    "languages": [changes.languages.get(key) for key in changed],
                    "fields": [dumped(changes.fields.get(key, {})) for key in changed],
                },
            )
        for statement, pairs in (
            (statements.JOIN_GROUPS, changes.joined),
            (statements.LEAVE_GROUPS, changes.left),
        ):
            if pairs:
                contacts, groups = zip(*sorted(pairs), strict=True)
                yield statement, {"contacts": list(contacts), "groups": list(groups)}
        out = [self.numbers[key] for key, texted in changes.texted.items() if not texted]
        back = [self.numbers[key] for key, texted in changes.texted.items() if texted]
        if out:
            yield OPT_OUT, {"numbers": out, "by": ["flow"] * len(out), "now": self.at}
        if back:
            yield OPT_IN, {"numbers": back}


def _session_columns(sessions: Iterable[Held]) -> Columns:
    rows = list(sessions)
    return {
        "ids": [held.id for held in rows],
        "statuses": [held.status for held in rows],
        "reasons": [held.reason for held in rows],
        "states": [held.state for held in rows],
        "ended_ats": [held.ended_at for held in rows],
        "timeout_ats": [held.timeout_at for held in rows],
        "expires_ats": [held.expires_at for held in rows],
        "answered_ats": [held.answered_at for held in rows],
        "answers": [held.answers for held in rows],
        "channels": [held.sms_channel_id for held in rows],
    }


def _run_columns(runs: Iterable[tuple[Run, Held, Participant]]) -> Columns:
    rows = [run for run, _, _ in runs]
    return {
        "ids": [run.uuid for run in rows],
        "statuses": ["waiting" if run.status == "active" else run.status for run in rows],
        "ended_ats": [run.exited_on for run in rows],
        "changed_ats": [run.modified_on for run in rows],
        "answereds": [run.had_input for run in rows],
        "nodes": [run.node.uuid if run.node else None for run in rows],
        "results": [dumped(run.results) for run in rows],
    }


def _message_columns(said: list[Said]) -> Columns:
    return {
        "ids": [each.id for each in said],
        "contacts": [each.participant.id for each in said],
        "broadcasts": [each.broadcast_id for each in said],
        "sessions": [each.session.id for each in said],
        "channels": [each.sms_channel_id for each in said],
        "numbers": [each.participant.number for each in said],
        "texts": [each.text for each in said],
        "statuses": [each.status for each in said],
        "priorities": [each.priority for each in said],
        "segments": [each.segments for each in said],
        "reasons": [each.reason for each in said],
        "not_befores": [each.not_before for each in said],
        "expires_ats": [each.expires_at for each in said],
        "operators": [each.operator for each in said],
        "cadres": [each.participant.fields.get("cadre") or "" for each in said],
        "counties": [each.participant.fields.get("county") or "" for each in said],
    }


def _event_columns(events: list[Happened]) -> Columns:
    return {
        "ids": [each.id for each in events],
        "contacts": [each.contact_id for each in events],
        "sessions": [each.session_id for each in events],
        "flows": [each.flow_id for each in events],
        "kinds": [each.kind for each in events],
        "datas": [dumped(each.data) for each in events],
    }


def dumped(value: Mapping[str, Any]) -> str:
    """JSON as the database takes it: of what an expression can make, it refuses null characters and halves of
    surrogate pairs."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    if "\\u0000" in text:
        text = json.dumps(_without_null(value), ensure_ascii=False, separators=(",", ":"))
    return _clean(text) or ""


def _without_null(value: Any) -> Any:
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, Mapping):
        return {key: _without_null(item) for key, item in value.items()}
    return [_without_null(item) for item in value] if isinstance(value, list) else value


def _clean(text: str | None) -> str | None:
    return None if text is None else text.encode("utf-8", "replace").decode()


def storable(text: str) -> str:
    """A text as the database takes it."""
    return (_clean(text) or "").replace("\x00", "")
