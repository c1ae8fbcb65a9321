"""What takes a conversation further, as the engine is told of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self
from uuid import UUID

from mhero.flows import times
from mhero.messaging.conversations.triggers import Match

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """A message that came in."""

    id: UUID
    text: str
    at: datetime
    sms_channel_id: UUID
    #: E.164.
    number: str
    external_id: str = ""

    def kept(self) -> Json:
        """As a task keeps it."""
        return {
            "id": str(self.id),
            "text": self.text,
            "at": self.at.isoformat(),
            "sms_channel_id": str(self.sms_channel_id),
            "number": self.number,
            "external_id": self.external_id,
        }

    @classmethod
    def read(cls, data: Json) -> Self:
        return cls(
            id=UUID(data["id"]),
            text=data["text"],
            at=datetime.fromisoformat(data["at"]),
            sms_channel_id=UUID(data["sms_channel_id"]),
            number=data["number"],
            external_id=data["external_id"],
        )

    def to_json(self) -> Json:
        """The engine's event."""
        message = {
            "urn": f"tel:{self.number}",
            "channel": {"uuid": str(self.sms_channel_id), "name": ""},
            "text": self.text,
        }
        if self.external_id:
            message["external_id"] = self.external_id
        return {
            "uuid": str(self.id),
            "type": "msg_received",
            "created_on": times.written(self.at),
            "msg": message,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """A flow begins."""

    #: Of the session to be; the same start has the same.
    session_id: UUID
    flow_id: UUID
    sms_channel_id: UUID
    #: The engine's trigger.
    trigger: Json
    #: The send that its first words belong to.
    broadcast_id: UUID | None = None
    #: After this moment its first words do not leave any more; None is a day.
    expires_at: datetime | None = None
    #: Whether they leave in quiet hours too.
    is_urgent: bool = False

    def kept(self) -> Json:
        """As a task keeps it."""
        return {
            "session_id": str(self.session_id),
            "flow_id": str(self.flow_id),
            "sms_channel_id": str(self.sms_channel_id),
            "broadcast_id": str(self.broadcast_id) if self.broadcast_id else None,
            "expires_at": self.expires_at.isoformat() if self.expires_at else None,
            "is_urgent": self.is_urgent,
            "trigger": self.trigger,
        }

    @classmethod
    def read(cls, data: Json) -> Self:
        return cls(
            session_id=UUID(data["session_id"]),
            flow_id=UUID(data["flow_id"]),
            sms_channel_id=UUID(data["sms_channel_id"]),
            broadcast_id=UUID(data["broadcast_id"]) if data["broadcast_id"] else None,
            expires_at=datetime.fromisoformat(data["expires_at"]) if data["expires_at"] else None,
            # Tasks that are older than the word have it not.
            is_urgent=data.get("is_urgent", False),
            trigger=data["trigger"],
        )

    @property
    def is_answer(self) -> bool:
        """Whether the contact wrote just now, and may be texted in quiet hours."""
        return bool(self.trigger["type"] == "msg")


@dataclass(frozen=True, kw_only=True, slots=True)
class Resume:
    """A session that waits goes on."""

    #: The engine's resume.
    resume: Json

    @property
    def is_answer(self) -> bool:
        return bool(self.resume["type"] == "msg")


Occasion = Start | Resume


def by_hand(flow_id: UUID, at: datetime, *, is_batch: bool, params: Json | None = None) -> Json:
    """The trigger of a start that somebody, or a send, made."""
    found: Json = {"type": "manual", "flow": _flow(flow_id), "triggered_on": times.written(at)}
    if is_batch:
        found["batch"] = True
    if params:
        found["params"] = params
    return found


def by_message(match: Match, heard: Heard) -> Json:
    """The trigger of a flow that a message started."""
    found: Json = {
        "type": "msg",
        "flow": _flow(match.trigger.flow_id),
        "triggered_on": times.written(heard.at),
        "event": heard.to_json(),
    }
    if keyword := match.to_json():
        found["keyword_match"] = keyword
    return found


def by_flow(event: Json, at: datetime) -> Json:
    """The trigger of a flow that a step of another contact's conversation started."""
    return {
        "type": "flow_action",
        "flow": event["flow"],
        "triggered_on": times.written(at),
        "run_summary": event["run_summary"],
        "history": event.get("history"),
    }


def answered(heard: Heard, at: datetime) -> Resume:
    return Resume(
        resume={"type": "msg", "resumed_on": times.written(at), "event": heard.to_json()},
    )


def silent(kind: str, session_id: UUID, at: datetime) -> Resume:
    """`wait_timeout` or `wait_expiration`."""
    happened = {"wait_timeout": "wait_timed_out", "wait_expiration": "wait_expired"}[kind]
    event = {"uuid": str(session_id), "type": happened, "created_on": times.written(at)}
    return Resume(resume={"type": kind, "resumed_on": times.written(at), "event": event})


def _flow(flow_id: UUID) -> Json:
    return {"uuid": str(flow_id), "name": ""}
