"""What continues a session: a message, silence for too long, the end of its patience, or of a call."""

from __future__ import annotations

from typing import Any

from mhero.flows.errors import InvalidResume

Json = dict[str, Any]

MSG, TIMEOUT, EXPIRATION, DIAL = "msg", "wait_timeout", "wait_expiration", "dial"
_EVENTS = {MSG: "msg_received", TIMEOUT: "wait_timed_out", EXPIRATION: "wait_expired", DIAL: "dial_ended"}


def read_resume(data: Json) -> Json:
    """Validates a resume. Raises InvalidResume."""
    if not isinstance(data, dict):
        raise InvalidResume("resume must be an object")
    kind = data.get("type")
    if kind not in _EVENTS:
        raise InvalidResume(f"unknown resume type '{kind}'")
    event = data.get("event")
    if event is not None and (not isinstance(event, dict) or event.get("type") != _EVENTS[kind]):
        raise InvalidResume(f"{kind} resume event must be of type {_EVENTS[kind]}")
    if kind == MSG and not (isinstance(event, dict) and isinstance(event.get("msg"), dict)):
        raise InvalidResume("field 'event' is required")
    return data
