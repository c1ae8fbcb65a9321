"""A batch of conversations: read with their contacts locked, taken further in memory, written together.

Nothing of it is in the database before `write`, in the transaction that also marks what caused it as done: a
worker that dies has done nothing. A contact whose conversation stumbles fails alone.
"""

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings

from mhero.flows import session as engine
from mhero.flows import times
from mhero.flows.definition.flow import BACKGROUND
from mhero.flows.errors import FlowError
from mhero.flows.state import Sprint
from mhero.messaging.circumstances import Circumstances
from mhero.messaging.conversations import statements
from mhero.messaging.conversations.lending import Lent
from mhero.messaging.conversations.occasions import Heard, Occasion, Resume, Start, answered, by_message
from mhero.messaging.conversations.participants import Held, Participant
from mhero.messaging.conversations.published import Published
from mhero.messaging.conversations.story import tell
from mhero.messaging.conversations.triggers import Match, triggered
from mhero.messaging.conversations.writing import Happened, Writing, dumped
from mhero.platform.ids import derived_id, lowest_id

log = logging.getLogger(__name__)

Json = dict[str, Any]
#: Tasks that are a part of a contact's conversation: what comes later waits behind them.
CONVERSING = ("start", "message", "wait_timeout", "wait_expiration")
#: How far back is looked for machines that answer each other.
WINDOW = timedelta(minutes=5)
#: Who got no more than these is not looked at any closer.
FEW = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A message that a conversation took: nobody has to look at it."""

    #: None while it waits behind something else of the contact.
    session_id: UUID | None


class Batch:
    def __init__(
        self,
        published: Published,
        allowed: Circumstances,
        at: datetime,
        *,
        services: Lent | None = None,
    ) -> None:
        self.published = published
        self.allowed = allowed
        self.at = at
        self.writing = Writing(at=at)
        self.participants: dict[UUID, Participant] = {}
        self.texts: Counter[tuple[UUID, str]] = Counter()
        #: Whether sprints may wait for other systems.
        self._is_calling = services is not None
        self._services = services or Lent(can_mail=bool(settings.CONFIGURATION.smtp_url))

    async def read(
        self, connection: psycopg.AsyncConnection, contacts: Iterable[UUID], *, locks: bool = True
    ) -> None:
        """Reads the contacts, and locks them until the end of the caller's transaction."""
        wanted = {
            "contacts": list(contacts), "since": lowest_id(self.at - WINDOW), "kinds": list(CONVERSING)
        }  # fmt: skip
        async with connection.pipeline():
            reading = statements.LOCK_CONTACTS if locks else statements.READ_CONTACTS
            locked = await connection.execute(reading, wanted)
            standing = await connection.execute(statements.STANDING, wanted)
        for key, number, name, language, status, fields, own, created_at, seen_at in await locked.fetchall():
            self.participants[key] = Participant(
                id=key, number=number, name=name, language=language, status=status, fields=fields,
                own_fields=own, created_at=created_at, seen_at=seen_at,
            )  # fmt: skip
        for key, groups, has_opted_out, is_busy, recent, *own in await standing.fetchall():
            participant = self.participants[key]
            participant.groups = set(groups or ())
            participant.is_busy, participant.recent = is_busy, recent
            if has_opted_out:
                participant.status = "stopped"
            if own[0] is not None:
                participant.session = _held(key, own)
        if often := [key for key, each in self.participants.items() if each.recent >= FEW]:
            cursor = await connection.execute(statements.RECENT_TEXTS, wanted | {"contacts": often})
            self.texts.update(await cursor.fetchall())

    async def write(self, connection: psycopg.AsyncConnection) -> None:
        await self.writing.write(connection)

    # What happens to a contact

    def hear(self, contact_id: UUID, heard: Heard, *, is_new: bool = False) -> Taken | None:
        """Gives a message to whatever waits for it or begins by it; None when it is for people."""
        participant = self.participants[contact_id]
        if not participant.is_reachable or not self.allowed.may_be_texted(participant.number):
            return None
        occasion = self.occasion_of(participant, heard, is_new=is_new)
        if participant.is_busy or (occasion and self._calls_out(self._flow_of(participant, occasion))):
            self._later(participant, "message", heard.kept() | {"is_new": is_new})
            return Taken(session_id=None)
        held = occasion and self.take(participant, occasion, self.play(participant, occasion))
        return Taken(session_id=held.id) if held else None

    def occasion_of(self, participant: Participant, heard: Heard, *, is_new: bool) -> Occasion | None:
        """What the message begins, or goes on with."""
        match = triggered(
            self.published.triggers,
            text=heard.text,
            channel_id=heard.sms_channel_id,
            groups=participant.groups,
            is_waiting=participant.session is not None,
            is_new=is_new,
        )
        if match is not None:
            return triggered_start(match, heard)
        if participant.session is None:
            return None
        # The next question leaves the way that the answer came.
        participant.session.sms_channel_id = heard.sms_channel_id
        return answered(heard, self.at)

    def start(self, contact_id: UUID, start: Start) -> Held | None:
        """Begins a flow with a contact, which ends what was going on; None when it could not even begin.

        What cannot go on without another system is left to those who wait for it.
        """
        participant = self.participants[contact_id]
        if participant.is_busy or self._calls_out(start.flow_id):
            self._later(participant, "start", start.kept())
            return None
        return self.take(participant, start, self.play(participant, start))

    def resume(self, contact_id: UUID, resume: Resume) -> Held | None:
        """Takes the waiting session further; None when it failed."""
        participant = self.participants[contact_id]
        return self.take(participant, resume, self.play(participant, resume))

    def fall_silent(self, contact_id: UUID, resume: Resume) -> None:
        """Takes the waiting session further, because nobody answered."""
        participant = self.participants[contact_id]
        held = participant.session
        if held is not None and self._calls_out(held.flow_id):
            self.postpone(held, timeout_at=None)
            self._later(participant, resume.resume["type"], {"session_id": str(held.id)})
        else:
            self.resume(contact_id, resume)

    def postpone(self, held: Held, **waits: datetime | None) -> None:
        """Changes when the session is looked at again: `timeout_at`, `expires_at`."""
        for name, moment in waits.items():
            setattr(held, name, moment)
        self.writing.session(held)

    def interrupt(self, contact_id: UUID, reason: str) -> None:
        """Ends the waiting session, if there is one, without asking the flow."""
        participant = self.participants[contact_id]
        held, participant.session = participant.session, None
        if held is not None:
            self._end(held, "interrupted", reason)
            self.writing.cut[held.id] = "interrupted"
            self._note(participant, held, "flow_ended", {"status": "interrupted", "reason": reason})

    # Sprints

    def play(self, participant: Participant, occasion: Occasion) -> Sprint | FlowError:
        """One sprint of the engine. It touches nothing, and may run in a thread."""
        try:
            if isinstance(occasion, Start):
                return engine.start(
                    assets=self.published.assets,
                    environment=self.published.environment(str(occasion.flow_id), self.at),
                    contact=participant.to_json(self.published, occasion.sms_channel_id),
                    trigger=occasion.trigger,
                    services=self._services,
                    uuid=ids_from(occasion.session_id),
                )
            held = participant.session
            if held is None:
                raise FlowError("nothing waits")
            state = json.loads(held.state)
            held.ended_runs = {run["uuid"]: bool(run.get("exited_on")) for run in state["runs"]}
            return engine.resume(
                assets=self.published.assets,
                environment=self.published.environment(str(held.flow_id), self.at),
                session=state,
                contact=participant.to_json(self.published, held.sms_channel_id),
                resume=occasion.resume,
                services=self._services,
                uuid=ids_from(derived_id(self._moment_of(participant), held.id, state["sprints"])),
            )
        except FlowError as error:
            return error
        except Exception as error:
            # The wall around one conversation: the others of the batch must go on.
            log.exception("A conversation stumbled.")
            return FlowError(type(error).__name__)

    def _moment_of(self, participant: Participant) -> datetime:
        """A contact's sprints of one batch are told in their order."""
        return self.at + timedelta(milliseconds=participant.sprints)

    def take(self, participant: Participant, occasion: Occasion, sprint: Sprint | FlowError) -> Held | None:
        """Takes over what came of a sprint."""
        held = participant.session
        if isinstance(occasion, Start):
            held = self._begun(participant, occasion, sprint)
        if held is None:
            return None
        self.writing.session(held)
        participant.sprints += 1
        if isinstance(sprint, FlowError):
            if participant.session is held:
                participant.session = None
            self._end(held, "failed", sprint.code)
            self.writing.cut[held.id] = "failed"
            self._note(participant, held, "error", {"words": str(sprint)})
            return None
        if isinstance(occasion, Resume) and occasion.is_answer:
            held.answers += 1
            held.answered_at = held.answered_at or self.at
        participant.current = sprint.contact
        for number, (to, subject, body) in enumerate(self._services.mails):
            key = derived_id(self.at, held.id, "email", held.answers, number)
            mail = {"to": to, "subject": subject, "body": body, "id": str(key)}
            self.writing.tasks.append((participant.id, "email", mail))
        self._services.mails.clear()
        for run in sprint.runs:
            if not held.ended_runs.get(run.uuid):
                self.writing.run(run, held, participant, is_new=run.uuid not in held.ended_runs)
        self._settle(participant, held, sprint)
        tell(self, participant, held, occasion, sprint)
        return held

    def _begun(self, participant: Participant, start: Start, sprint: Sprint | FlowError) -> Held:
        is_aside = not isinstance(sprint, FlowError) and sprint.session["type"] == BACKGROUND
        if not is_aside:
            self.interrupt(participant.id, "other_flow")
        held = Held(
            id=start.session_id,
            contact_id=participant.id,
            flow_id=start.flow_id,
            broadcast_id=start.broadcast_id,
            sms_channel_id=start.sms_channel_id,
            started_at=self.at,
        )
        self.writing.new_sessions[held.id] = held
        return held

    def _settle(self, participant: Participant, held: Held, sprint: Sprint) -> None:
        """What the session is after the sprint."""
        status = sprint.session["status"]
        if status == "waiting":
            held.status, held.state = "waiting", dumped(sprint.session)
            waits = next(event for event in reversed(sprint.events) if event["type"] == "msg_wait")
            seconds = waits.get("timeout_seconds")
            held.timeout_at = self.at + timedelta(seconds=seconds) if seconds else None
            held.expires_at = times.read(waits["expires_on"])
            participant.session = held
            return
        if participant.session is held:
            participant.session = None
        if status == "completed" and sprint.runs[0].status == "expired":
            status = "expired"
        self._end(held, status, "failure" if status == "failed" else "")

    def _end(self, held: Held, status: str, reason: str) -> None:
        held.status, held.reason, held.state, held.ended_at = status, reason[:40], "", self.at
        held.timeout_at = held.expires_at = None
        self.writing.session(held)

    def fail(self, participant: Participant, held: Held, reason: str) -> None:
        """Ends a session for a reason that the engine knows nothing of."""
        if participant.session is held:
            participant.session = None
        self._end(held, "failed", reason)
        self.writing.cut[held.id] = "failed"

    def _note(self, participant: Participant, held: Held, kind: str, data: Json) -> None:
        self.writing.events.append(
            Happened(
                id=derived_id(self.at, held.id, kind, len(self.writing.events)),
                contact_id=participant.id,
                session_id=held.id,
                flow_id=held.flow_id,
                kind=kind,
                data=data,
            )
        )

    def _later(self, participant: Participant, kind: str, data: Json) -> None:
        """Leaves it to the lane of those who wait for other systems."""
        participant.is_busy = True
        self.writing.tasks.append((participant.id, kind, data))

    def _calls_out(self, flow_id: UUID | None) -> bool:
        return not self._is_calling and str(flow_id) in self.published.calling

    @staticmethod
    def _flow_of(participant: Participant, occasion: Occasion) -> UUID | None:
        if isinstance(occasion, Start):
            return occasion.flow_id
        return participant.session.flow_id if participant.session else None


def triggered_start(match: Match, heard: Heard) -> Start:
    return Start(
        # What is said sorts after what was heard.
        session_id=derived_id(heard.at + timedelta(milliseconds=1), heard.id, "session"),
        flow_id=match.trigger.flow_id,
        sms_channel_id=heard.sms_channel_id,
        trigger=by_message(match, heard),
    )


def ids_from(first: UUID) -> Callable[[], str]:
    """The ids of a sprint: this one and those after it, so that they sort as they were made."""
    last = first.int - 1

    def following() -> str:
        nonlocal last
        last += 1
        text = f"{last:032x}"
        return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    return following


def _held(contact_id: UUID, row: list[Any]) -> Held:
    names = (
        "id", "flow_id", "broadcast_id", "sms_channel_id", "state", "started_at", "timeout_at", "expires_at",
        "answered_at", "answers",
    )  # fmt: skip
    return Held(contact_id=contact_id, **dict(zip(names, row, strict=True)))
