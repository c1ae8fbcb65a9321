"""What a sprint's events come to: messages that leave, and what a person's conversation shows beside them."""

from collections.abc import Callable
from datetime import timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx

from mhero.flows.state import Sprint
from mhero.messaging.conversations.occasions import Occasion, Resume, Start
from mhero.messaging.conversations.participants import Held, Participant
from mhero.messaging.conversations.writing import Happened, Said, storable
from mhero.messaging.quiet import next_allowed
from mhero.messaging.reasons import LOOPING
from mhero.messaging.segments import count
from mhero.platform.phones import operator_of

if TYPE_CHECKING:
    from mhero.messaging.conversations.batch import Batch

Json = dict[str, Any]
#: A question that could not leave within a day is asked no more.
EXPIRES_AFTER = timedelta(days=1)
LONGEST_WORDS = 500
#: A contact that gets the same text more often than this within a few minutes, or more texts than that, most
#: likely answers by machine, and the two machines must not go on for ever.
SAME_TEXTS, ALL_TEXTS = 20, 100


def tell(batch: "Batch", participant: Participant, held: Held, occasion: Occasion, sprint: Sprint) -> None:
    """Takes over the events of a sprint, in their order, and the ways that it went."""
    for segment in sprint.segments:
        key = (segment["flow_uuid"], held.broadcast_id, segment["exit_uuid"], segment["destination_uuid"])
        batch.writing.steps[key] += 1
    telling = _Telling(batch, participant, held, occasion, sprint)
    for event in sprint.events:
        telling.take(event)


class _Telling:
    def __init__(
        self, batch: "Batch", participant: Participant, held: Held, occasion: Occasion, sprint: Sprint
    ) -> None:
        self.batch, self.participant, self.held, self.occasion = batch, participant, held, occasion
        self.runs = {run.uuid: run for run in sprint.runs}
        started = {event["run_uuid"] for event in sprint.events if event["type"] == "run_started"}
        before = [run for run in sprint.runs if run.uuid not in started]
        #: The flow that the events are of.
        self.flow_id = UUID(before[-1].flow.uuid) if before else held.flow_id

    def take(self, event: Json) -> None:
        kind = event["type"]
        if kind == "msg_created":
            self.say(event)
        elif (showing := _SHOWING.get(kind)) is not None:
            shown, data = showing(event)
            if kind == "run_started":
                self.flow_id = UUID(event["flow"]["uuid"])
            self.show(event, shown, data)
            if kind == "run_ended" and (parent := self.runs[event["run_uuid"]].parent):
                self.flow_id = UUID(parent.flow.uuid)
        elif kind.startswith("contact_"):
            changed = self.batch.writing.changes.take(self.participant, event, self.batch.published)
            self.batch.writing.numbers[self.participant.id] = self.participant.number
            if changed:
                self.show(event, "changed", changed)
        elif kind == "input_labels_added":
            pairs = {(label["uuid"], event["input_uuid"]) for label in event["labels"]}
            self.batch.writing.labels |= pairs
        elif kind in ("session_triggered", "broadcast_created"):
            data = {"event": event, "session_id": str(self.held.id), "channel": str(self.held.sms_channel_id)}
            self.batch.writing.tasks.append((self.participant.id, kind, data))

    def show(self, event: Json, kind: str, data: Json) -> None:
        self.batch.writing.events.append(
            Happened(
                id=UUID(event["uuid"]),
                contact_id=self.participant.id,
                session_id=self.held.id,
                flow_id=self.flow_id,
                kind=kind,
                data=data,
            )
        )

    def say(self, event: Json) -> None:
        batch, participant, held = self.batch, self.participant, self.held
        message = event["msg"]
        text = storable("\n".join([message["text"], *map(_address, message.get("attachments") or [])]))
        channel = message.get("channel")
        is_first = isinstance(self.occasion, Start) and self.occasion.broadcast_id is not None
        is_urgent = isinstance(self.occasion, Start) and self.occasion.is_urgent
        status, reason = "queued", batch.allowed.why_not(participant.number, text, participant.status)
        if reason:
            status = "cancelled"
        elif self._is_loop(text):
            status, reason = "failed", LOOPING
            batch.fail(participant, held, LOOPING)
        batch.writing.messages.append(
            Said(
                id=UUID(event["uuid"]),
                participant=participant,
                session=held,
                broadcast_id=held.broadcast_id if is_first else None,
                sms_channel_id=UUID(channel["uuid"]) if channel else held.sms_channel_id,
                text=text,
                status=status,
                reason=reason,
                priority=int(is_first and not is_urgent),
                segments=_segments(text),
                not_before=None if self.occasion.is_answer or is_first else self._after_quiet_hours(),
                expires_at=self._expiry(),
                operator=operator_of(participant.number),
            )
        )

    def _is_loop(self, text: str) -> bool:
        """Whether two machines seem to talk; what is counted here is counted for the next one too."""
        batch, participant = self.batch, self.participant
        key = (participant.id, text.lower()[:128])
        batch.texts[key] += 1
        participant.recent += 1
        return batch.texts[key] > SAME_TEXTS or participant.recent > ALL_TEXTS

    def _after_quiet_hours(self) -> Any:
        allowed = self.batch.allowed
        at = self.batch.at
        moment = next_allowed(at, allowed.quiet_from, allowed.quiet_until, allowed.zone)
        return None if moment == at else moment

    def _expiry(self) -> Any:
        own = None if isinstance(self.occasion, Resume) else self.occasion.expires_at
        # What waits for the end of quiet hours still has its day.
        return own or (self._after_quiet_hours() or self.batch.at) + EXPIRES_AFTER


@lru_cache(maxsize=1000)
def _segments(text: str) -> int:
    return min(count(text).segments, 255)


def _address(attachment: str) -> str:
    """Of `image/jpeg:https://…`, what somebody with a simple phone can still use."""
    return attachment.partition(":")[2]


def _started(event: Json) -> tuple[str, Json]:
    return "flow_started", {"flow": event["flow"]["name"]}


def _ended(event: Json) -> tuple[str, Json]:
    return "flow_ended", {"flow": event["flow"]["name"], "status": event["status"]}


def _result(event: Json) -> tuple[str, Json]:
    return "result", {name: event[name] for name in ("name", "value", "category")}


def _webhook(event: Json) -> tuple[str, Json]:
    try:
        # What an address carries in its query is often about the person, or a secret.
        url = str(httpx.URL(event["url"]).copy_with(query=None, userinfo=b""))
    except httpx.InvalidURL:
        url = ""
    status = event.get("status_code", 0)
    return "webhook", {"url": url, "status": status, "outcome": event["status"]}


def _email(event: Json) -> tuple[str, Json]:
    return "email", {"to": event["to"], "subject": event["subject"]}


def _error(event: Json) -> tuple[str, Json]:
    return "error", {"words": event["text"][:LONGEST_WORDS]}


_SHOWING: dict[str, Callable[[Json], tuple[str, Json]]] = {
    "run_started": _started,
    "run_ended": _ended,
    "run_result_changed": _result,
    "webhook_called": _webhook,
    "email_sent": _email,
    "error": _error,
    "failure": _error,
}
