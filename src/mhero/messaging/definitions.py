"""Flow definitions as they are kept: which shape each must have, and what is wrong with one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mhero.flows.assets import Assets
from mhero.flows.definition.flow import Flow
from mhero.flows.definition.inspect import inspect
from mhero.flows.definition.migration import CURRENT, version_text
from mhero.flows.definition.read import read_current, read_flow
from mhero.flows.errors import FlowError, InvalidDefinition
from mhero.messaging.errors import InvalidFlow
from mhero.platform.ids import new_id

Json = dict[str, Any]

#: Characters of JSON: several times the largest flows that are known.
LONGEST_DEFINITION = 2_000_000
#: Actions for which a conversation waits until another system answers.
CALLING = frozenset({"call_webhook", "call_resthook"})
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")
_UUID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_PLACE = re.compile(r"invalid (node|action)\[uuid=([^,\]]+)")
#: The engine says where it found something by such words in front; the issue's own fields say it already.
_PLACES = re.compile(r"^(invalid [a-z ]+(\[[^\]]*\])?: )+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Checked:
    """A definition and what the engine says of it."""

    #: None when it cannot be run.
    flow: Flow | None
    #: As `inspect` writes them; one of type `invalid` says why the flow cannot be run.
    issues: list[Json]

    @property
    def calls_out(self) -> bool:
        return self.flow is not None and any(
            action.type in CALLING for node in self.flow.nodes for action in node.actions
        )

    @property
    def entered(self) -> set[str]:
        """The ids of the flows that it enters, in the same conversation."""
        nodes = self.flow.nodes if self.flow else ()
        return {
            action.data["flow"]["uuid"]
            for node in nodes
            for action in node.actions
            if action.type == "enter_flow"
        }


def empty_definition(flow_id: UUID, name: str, language: str) -> Json:
    """A flow that does nothing yet."""
    return {
        "uuid": str(flow_id),
        "name": name,
        "spec_version": version_text(CURRENT),
        "language": language,
        "type": "messaging",
        "revision": 0,
        "expire_after_minutes": 0,
        "localization": {},
        "nodes": [],
        "_ui": {"nodes": {}, "stickies": {}},
    }


def kept(definition: object, flow_id: UUID) -> Json:
    """The definition as it may be kept, broken or not. Raises InvalidFlow when it is none at all."""
    if not isinstance(definition, dict) or not isinstance(definition.get("nodes", []), list):
        raise InvalidFlow("A flow is an object with nodes.")
    text = json.dumps(definition, ensure_ascii=False)
    if len(text) > LONGEST_DEFINITION:
        raise InvalidFlow("This flow is too large to be kept.")
    # PostgreSQL keeps neither NUL nor half a character in JSON, and no phone shows them.
    if _NUL.search(text) or not _is_unicode(text):
        raise InvalidFlow("This flow holds characters that are none.")
    return {**definition, "uuid": str(flow_id)}


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def check(definition: Json, assets: Assets | None = None) -> Checked:
    """What the engine makes of it. With assets, it also says what is referred to and not there."""
    try:
        flow = read_flow(definition, uuid=lambda: str(new_id()))
    except InvalidDefinition as error:
        issues = list(_broken_nodes(definition)) or [_issue(error)]
        return Checked(flow=None, issues=issues)
    return Checked(flow=flow, issues=inspect(flow, assets)["issues"])


def _broken_nodes(definition: Json) -> Iterator[Json]:
    """What is wrong with each node, looked at alone: the engine itself stops at the first."""
    for node in definition.get("nodes") or []:
        if not isinstance(node, dict):
            continue
        exits = node.get("exits")
        loose = [
            {**way, "destination_uuid": None} if isinstance(way, dict) else way
            for way in (exits if isinstance(exits, list) else [])
        ]
        try:
            read_current({**definition, "nodes": [{**node, "exits": loose}]})
        except InvalidDefinition as error:
            issue = _issue(error)
            if "node_uuid" in issue:
                yield issue


def fault_of(error: FlowError) -> str:
    """What the engine says, without the ids of where it found it."""
    return _PLACES.sub("", str(error))


def _issue(error: InvalidDefinition) -> Json:
    words = str(error)
    places = dict(_PLACE.findall(words))
    issue: Json = {"type": "invalid", "description": fault_of(error)}
    for kind in ("node", "action"):
        if kind in places and places[kind] != "None":
            issue[f"{kind}_uuid"] = places[kind]
    return issue


def with_new_ids(definition: Json, flow_id: UUID) -> Json:
    """The definition with a new id for everything that is its own: nodes, ways out, steps, cases."""
    own = {definition["uuid"]: str(flow_id)}
    for node in definition.get("nodes") or []:
        router = node.get("router") or {}
        items = [node, *node.get("actions", []), *node.get("exits", [])]
        items += [*router.get("categories", []), *router.get("cases", [])]
        own |= {item["uuid"]: str(new_id()) for item in items if item.get("uuid")}
    return with_ids(definition, own)


def with_ids(definition: Json, changed: dict[str, str]) -> Json:
    """The definition with other ids in place of some, wherever they stand."""
    text = _UUID.sub(lambda found: changed.get(found[0], found[0]), json.dumps(definition))
    replaced: Json = json.loads(text)
    return replaced
