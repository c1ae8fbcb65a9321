"""What a flow does, in plain words and in the order that people meet it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One stop of the way."""

    #: What people are sent.
    texts: list[str] = field(default_factory=list)
    #: Whether it waits for their answer.
    asks: bool = False
    #: The answers that it tells apart, when they lead to something.
    answers: list[str] = field(default_factory=list)
    #: What it does besides, in whole sentences.
    deeds: list[str] = field(default_factory=list)


def synopsis(definition: Json) -> list[Step]:
    """The stops from the first on, each once, without those that nobody comes to."""
    nodes = {node.get("uuid"): node for node in definition.get("nodes") or [] if isinstance(node, dict)}
    steps: list[Step] = []
    for node in _met(nodes):
        texts = [action.get("text") or "" for action in _actions(node) if action.get("type") == "send_msg"]
        router = node.get("router") or {}
        asks = bool(router.get("wait"))
        names = [category.get("name") or "" for category in router.get("categories") or []] if asks else []
        deeds = [deed for action in _actions(node) if (deed := _deed(action))]
        if asks and not texts and steps and not steps[-1].asks:
            # The question and the wait for its answer are often two nodes.
            before = steps.pop()
            texts, deeds = before.texts, before.deeds + deeds
        if texts or asks or deeds:
            steps.append(Step(texts=texts, asks=asks, answers=names if len(names) > 1 else [], deeds=deeds))
    return steps


def _met(nodes: dict[Any, Json]) -> Iterator[Json]:
    """The nodes in the order that somebody comes to them: ways are gone to their end, the first one first."""
    waiting = list(nodes)[:1]
    seen = set(waiting)
    while waiting:
        node = nodes[waiting.pop(0)]
        yield node
        further = [
            way["destination_uuid"]
            for way in node.get("exits") or []
            if way.get("destination_uuid") in nodes and way["destination_uuid"] not in seen
        ]
        further = list(dict.fromkeys(further))
        seen.update(further)
        waiting = further + waiting


def _actions(node: Json) -> list[Json]:
    return [action for action in node.get("actions") or [] if isinstance(action, dict)]


def _deed(action: Json) -> str:
    say = _DEEDS.get(str(action.get("type")))
    return say(action) if say else ""


def _names(action: Json, name: str) -> str:
    return ", ".join(str(item.get("name") or item.get("name_match") or "") for item in action.get(name) or [])


_DEEDS: dict[str, Callable[[Json], str]] = {
    "add_contact_groups": lambda a: _("Adds the person to %(lists)s.") % {"lists": _names(a, "groups")},
    "remove_contact_groups": lambda a: (
        _("Takes the person out of %(lists)s.") % {"lists": _names(a, "groups") or _("all lists")}
    ),
    "set_contact_field": lambda a: (
        _("Notes the person’s %(fact)s.") % {"fact": (a.get("field") or {}).get("name") or ""}
    ),
    "set_contact_name": lambda _a: _("Changes the person’s name."),
    "set_contact_language": lambda _a: _("Changes the person’s language."),
    "set_contact_status": lambda _a: _("Changes whether the person can be texted."),
    "add_input_labels": lambda a: _("Marks the answer with %(labels)s.") % {"labels": _names(a, "labels")},
    "enter_flow": lambda a: _("Goes on with %(flow)s.") % {"flow": (a.get("flow") or {}).get("name") or ""},
    "start_session": lambda a: (
        _("Starts %(flow)s with other people.") % {"flow": (a.get("flow") or {}).get("name") or ""}
    ),
    "send_broadcast": lambda _a: _("Sends a message to other people."),
    "send_email": lambda _a: _("Sends an e-mail."),
    "call_webhook": lambda a: (
        _("Asks %(system)s.") % {"system": urlsplit(str(a.get("url") or "")).hostname or _("another system")}
    ),
    "call_resthook": lambda _a: _("Tells another system."),
}
