"""What starts a session: a person, a message, a campaign, another flow, a call or a conversation."""

from __future__ import annotations

from typing import Any

from mhero.flows import times
from mhero.flows.errors import InvalidTrigger

Json = dict[str, Any]

#: Fields that a type must have beside its flow.
_REQUIRED: dict[str, tuple[str, ...]] = {
    "manual": (),
    "msg": (),
    "campaign": (),
    "flow_action": ("run_summary",),
    "call": (),
    "chat": (),
    "ticket": ("ticket",),
    "channel": ("event",),
}
_MESSAGE = {"urn", "channel", "text", "attachments", "external_id", "payload"}
_KEYWORD_MATCHES = ("first_word", "only_word")


def read_trigger(data: Json) -> Json:
    """Validates a trigger and returns it as it is kept. Raises InvalidTrigger."""
    if not isinstance(data, dict):
        raise InvalidTrigger("trigger must be an object")
    kind = data.get("type")
    if kind not in _REQUIRED:
        raise InvalidTrigger(f"unknown trigger type '{kind}'")
    missing = [name for name in ("flow", *_REQUIRED[kind]) if not isinstance(data.get(name), dict)]
    if missing:
        raise InvalidTrigger(", ".join(f"field '{name}' is required" for name in missing))
    event = data.get("event")
    if event is not None and not isinstance(event, dict):
        raise InvalidTrigger("field 'event' must be an object")
    if kind == "campaign" and (event or {}).get("type") != "campaign_fired":
        raise InvalidTrigger("campaign trigger event must be of type campaign_fired")
    if kind == "msg" and (event or {}).get("type") != "msg_received":
        raise InvalidTrigger("msg trigger event must be of type msg_received")
    match = data.get("keyword_match")
    if match is not None:
        if not isinstance(match, dict) or match.get("type") not in _KEYWORD_MATCHES:
            raise InvalidTrigger("field 'keyword_match.type' is required")
        if not match.get("keyword"):
            raise InvalidTrigger("field 'keyword_match.keyword' is required")
    moment = times.read(data.get("triggered_on"))
    if moment is None:
        raise InvalidTrigger("field 'triggered_on' is required")
    return _with_known_message(data)


def _with_known_message(data: Json) -> Json:
    """The trigger without what older versions had in its message."""
    event = data.get("event") or {}
    message = event.get("msg")
    if not isinstance(message, dict) or message.keys() <= _MESSAGE:
        return data
    known = {name: value for name, value in message.items() if name in _MESSAGE}
    return {**data, "event": {**event, "msg": known}}
