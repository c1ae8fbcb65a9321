"""Definitions of the years before 2019 (versions 3 to 11.12) brought to 13.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mhero.flows.definition.checks import mapping
from mhero.flows.definition.legacy.actions import migrate_action
from mhero.flows.definition.legacy.older import bring_to_11_12
from mhero.flows.definition.legacy.rulesets import migrate_ruleset
from mhero.flows.definition.legacy.texts import Translations, number

Json = dict[str, Any]

_TYPES = {
    "F": "messaging",
    "M": "messaging",
    "V": "voice",
    "S": "messaging_offline",
    "U": "messaging",
    "B": "messaging_background",
}


def migrate(flow: Json, *, uuid: Callable[[], str], base_media_url: str = "") -> Json:
    """The flow at version 13.0.0. Media without a host of their own get `base_media_url` before them."""
    flow = bring_to_11_12(flow, uuid)
    metadata = mapping(flow.get("metadata"))
    translations = Translations(language=str(flow.get("base_language") or "base"))
    nodes, layout = _nodes(flow, translations, uuid, base_media_url)
    return {
        "uuid": metadata.get("uuid") or flow.get("uuid") or uuid(),
        "name": str(metadata.get("name") or flow.get("name") or ""),
        "spec_version": "13.0.0",
        "language": translations.language,
        "type": _TYPES.get(str(flow.get("flow_type") or "M"), "messaging"),
        "revision": int(number(metadata.get("revision"))),
        "expire_after_minutes": int(number(metadata.get("expires"))),
        "localization": translations.items,
        "nodes": nodes,
        "_ui": {"nodes": layout, "stickies": _stickies(metadata, uuid)},
    }


def _nodes(
    flow: Json, translations: Translations, uuid: Callable[[], str], media: str
) -> tuple[list[Json], Json]:
    action_sets = [item for item in flow.get("action_sets") or [] if isinstance(item, dict)]
    rule_sets = [item for item in flow.get("rule_sets") or [] if isinstance(item, dict)]
    known = {item.get("uuid") for item in action_sets + rule_sets}
    placed: list[tuple[bool, float, Json]] = []
    layout: Json = {}
    for item in action_sets:
        node = _action_node(item, known, translations, uuid, media)
        layout[node["uuid"]] = {"type": "execute_actions", "position": position(item)}
        placed.append((item.get("uuid") != flow.get("entry"), number(item.get("y")), node))
    for item in rule_sets:
        node, look = migrate_ruleset(item, known, translations, uuid)
        layout[node["uuid"]] = {**look, "position": position(item)}
        placed.append((item.get("uuid") != flow.get("entry"), number(item.get("y")), node))
    placed.sort(key=lambda entry: entry[:2])
    return [node for _, _, node in placed], layout


def position(item: Json) -> Json:
    return {"left": int(number(item.get("x"))), "top": int(number(item.get("y")))}


def _action_node(
    item: Json, known: set[Any], translations: Translations, uuid: Callable[[], str], media: str
) -> Json:
    destination = item.get("destination")
    exit_: Json = {"uuid": item.get("exit_uuid") or uuid()}
    if destination and destination in known:
        exit_["destination_uuid"] = destination
    node: Json = {"uuid": item.get("uuid")}
    actions = [
        migrate_action(action, translations, uuid, media)
        for action in item.get("actions") or []
        if isinstance(action, dict)
    ]
    if actions:
        node["actions"] = actions
    node["exits"] = [exit_]
    return node


def _stickies(metadata: Json, uuid: Callable[[], str]) -> Json:
    notes = [note for note in metadata.get("notes") or [] if isinstance(note, dict)]
    return {
        uuid(): {
            "position": position(note),
            "title": str(note.get("title") or ""),
            "body": str(note.get("body") or ""),
            "color": "yellow",
        }
        for note in notes
    }
