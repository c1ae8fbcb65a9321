"""Export files as RapidPro has written them since 2013: flows, campaigns, triggers, fields and groups.

The version of the file says nothing about the flows in it: each is looked at for itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from mhero.flows.actions.elsewhere import ACTIONS as NOT_DONE
from mhero.flows.cleaning import clean
from mhero.flows.definition.checks import a_list, mapping
from mhero.flows.definition.flow import VOICE, Flow
from mhero.flows.definition.migration import is_legacy, parse_version
from mhero.flows.definition.read import read_flow
from mhero.flows.errors import InvalidDefinition, UnsupportedVersion

Json = dict[str, Any]

#: Files are of these versions; 13 has been written since 2019.
OLDEST, NEWEST = 2, 14


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something in a file that could not be carried over."""

    #: What it belongs to: "flow Registration", "trigger".
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


@dataclass(kw_only=True)
class Export:
    """What a file holds, flows at the present version."""

    #: Where it was exported, as it says itself.
    site: str = ""
    flows: list[Flow] = field(default_factory=list)
    campaigns: list[Json] = field(default_factory=list)
    triggers: list[Json] = field(default_factory=list)
    fields: list[Json] = field(default_factory=list)
    groups: list[Json] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def read_export(data: object, *, uuid: Callable[[], str], base_media_url: str = "") -> Export:
    """Reads a file's JSON. A flow that cannot be read is a problem of its own, and the others are read.

    So is what a flow that was read asks for and mHero does not do. Raises InvalidDefinition when this is no
    export file at all, or of an unknown version.
    """
    try:
        data = clean(data)
    except RecursionError as exc:
        raise InvalidDefinition("the file is nested too deep") from exc
    if isinstance(data, list):
        data = {"flows": data}
    if not isinstance(data, dict):
        raise InvalidDefinition("an export file is an object with flows")
    found = Export(site=str(data.get("site") or ""))
    if "flows" not in data and (is_legacy(data) or data.get("spec_version")):
        # A single definition, as the editor and the API hand it out.
        data = {"flows": [data]}
    elif "version" in data:
        version = parse_version(data["version"])[0]
        if not OLDEST <= version <= NEWEST:
            raise UnsupportedVersion(f"export files of version {data['version']} cannot be read")
    _give_ids(data, uuid)
    a_list(data.get("flows"), "field 'flows'")
    for kind in ("flows", "campaigns", "triggers", "fields", "groups"):
        found.problems += _misshapen(kind, data.get(kind))
    for raw in _objects(data.get("flows")):
        where = f"flow {_name(raw)}"
        try:
            flow = read_flow(raw, uuid=uuid, base_media_url=base_media_url)
        except InvalidDefinition as exc:
            found.problems.append(Problem(where=where, message=str(exc)))
            continue
        found.flows.append(flow)
        found.problems += [Problem(where=where, message=message) for message in _not_done(flow)]
    for kind in ("campaigns", "triggers", "fields", "groups"):
        getattr(found, kind).extend(_objects(data.get(kind)))
    found.triggers = [_trigger(item) for item in found.triggers]
    found.problems += _absent(found)
    return found


def _misshapen(kind: str, value: object) -> Iterator[Problem]:
    """What `_objects` passes over."""
    if value is not None and not isinstance(value, list):
        yield Problem(where=kind, message="must be a list")
    for at, item in enumerate(value if isinstance(value, list) else ()):
        if not isinstance(item, dict):
            yield Problem(where=f"{kind}[{at}]", message="must be an object")


def _not_done(flow: Flow) -> Iterator[str]:
    """What a flow asks for that mHero does not do."""
    if flow.type == VOICE:
        yield "is a flow of calls, which cannot be made"
    used = {action.type for node in flow.nodes for action in node.actions if isinstance(action, NOT_DONE)}
    for kind in sorted(used):
        yield f"has actions of type {kind}, which are not done"


def _objects(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _name(raw: Json) -> str:
    metadata = mapping(raw.get("metadata"))
    return str(raw.get("name") or metadata.get("name") or raw.get("uuid") or "without a name")


def _give_ids(data: Json, uuid: Callable[[], str]) -> None:
    """The oldest flows had numbers: each gets an id, and so do the references to it."""
    ids: dict[object, str] = {}
    for raw in _objects(data.get("flows")):
        metadata = mapping(raw.get("metadata"))
        number = raw.get("id") or metadata.get("id")
        if number and not raw.get("uuid") and not metadata.get("uuid"):
            raw["uuid"] = ids[number] = uuid()
    if not ids:
        return
    for raw in _objects(data.get("flows")):
        inner = mapping(raw.get("definition")) or raw
        for item in _objects(inner.get("action_sets")):
            for action in _objects(item.get("actions")):
                if action.get("type") in ("flow", "trigger-flow") and action.get("id") in ids:
                    action["flow_uuid"] = ids[action["id"]]
    for item in [*_objects(data.get("triggers")), *_objects(data.get("campaigns"))]:
        for holder in [item, *_objects(item.get("events"))]:
            flow = holder.get("flow")
            if isinstance(flow, dict) and flow.get("id") in ids:
                flow["uuid"] = ids[flow["id"]]


def _trigger(item: Json) -> Json:
    """A trigger with its keywords as a list, as it has been since it may have several."""
    if "keyword" in item and "keywords" not in item:
        keyword = item.pop("keyword")
        item["keywords"] = [keyword] if keyword else []
    return item


def _absent(found: Export) -> list[Problem]:
    """Flows that triggers and campaigns start and that are not in the file."""
    known = {flow.uuid for flow in found.flows}
    problems: list[Problem] = []
    for what, items in (("trigger", found.triggers), ("campaign", found.campaigns)):
        for item in items:
            for holder in [item, *_objects(item.get("events"))]:
                flow = holder.get("flow")
                if isinstance(flow, dict) and flow.get("uuid") and flow["uuid"] not in known:
                    message = (
                        f"starts flow {flow.get('name') or flow['uuid']}, which cannot be read from this file"
                    )
                    problems.append(Problem(where=what, message=message))
    return problems
