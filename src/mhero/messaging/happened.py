"""The steps of a conversation that are no messages, in words for those who read it."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _

from mhero.messaging.models import ContactEvent, ContactEventKind

Json = dict[str, Any]


def words_of(event: ContactEvent, flow_name: str) -> str:
    """One sentence; `flow_name` is that of the event's flow, empty when it is gone."""
    return _WORDS[event.kind](event.data, str(event.data.get("flow") or flow_name))


def _began(_data: Json, flow: str) -> str:
    return _("Questions began: %(name)s") % {"name": flow}


def _ended(data: Json, flow: str) -> str:
    if data.get("status") == "completed":
        return _("Questions finished: %(name)s") % {"name": flow}
    return _("Questions ended before their end: %(name)s") % {"name": flow}


def _understood(data: Json, _flow: str) -> str:
    answer = data.get("category") or data.get("value") or ""
    # "Has number" and "All Responses" say less than what was answered.
    value = data.get("value") or answer
    shown = answer if answer == value else f"{answer} ({value})"
    return _("Understood as %(name)s: %(answer)s") % {"name": data.get("name", ""), "answer": shown}


def _changed(data: Json, _flow: str) -> str:
    what = {"name": _("Name"), "language": _("Language"), "groups": _("Lists"), "status": _("Status")}
    named = what.get(data.get("what", ""), data.get("what", ""))
    if not data.get("to"):
        return _("%(what)s is no longer known") % {"what": named}
    return _("%(what)s changed to %(value)s") % {"what": named, "value": data["to"]}


def _asked_elsewhere(data: Json, _flow: str) -> str:
    if data.get("outcome") == "success":
        return _("Another system was asked")
    return _("Another system was asked, and did not answer as it should")


def _email(_data: Json, _flow: str) -> str:
    return _("An e-mail was sent")


def _error(data: Json, _flow: str) -> str:
    return _("A step did not work: %(words)s") % {"words": data.get("words", "")}


_WORDS: dict[str, Callable[[Json, str], str]] = {
    ContactEventKind.FLOW_STARTED: _began,
    ContactEventKind.RESULT: _understood,
    ContactEventKind.FLOW_ENDED: _ended,
    ContactEventKind.CHANGED: _changed,
    ContactEventKind.WEBHOOK: _asked_elsewhere,
    ContactEventKind.EMAIL: _email,
    ContactEventKind.ERROR: _error,
}
