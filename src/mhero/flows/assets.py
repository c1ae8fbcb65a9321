"""The flows and what they refer to, from RapidPro's assets object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mhero.flows.definition.flow import Flow, Library
from mhero.flows.definition.read import read_flow
from mhero.flows.errors import FlowError, InvalidDefinition
from mhero.flows.references import Channel, ContactField, Group

Json = dict[str, Any]

__all__ = ["Assets", "Channel", "ContactField", "Group", "MissingFlow", "assets_from_json"]


@dataclass(frozen=True, kw_only=True)
class Assets(Library):
    """Everything by its id or key. Flows are read when they are first asked for, and kept."""

    #: Makes the ids that a migration needs.
    uuid: Callable[[], str] | None = None
    _flows: dict[str, Flow] = field(default_factory=dict)

    def flow(self, uuid: str) -> Flow:
        flow = self._flows.get(uuid)
        if flow is None:
            raw = self.raw_flows.get(uuid)
            if raw is None:
                raise MissingFlow(f"no such flow with UUID '{uuid}'")
            flow = self._flows[uuid] = read_flow(raw, uuid=self.uuid)
        return flow

    def add_flow(self, flow: Flow) -> None:
        """Keeps a flow that was read elsewhere, so that it is found by its id."""
        self._flows[flow.uuid] = flow

    def has_flow(self, uuid: str) -> bool:
        return uuid in self._flows or uuid in self.raw_flows


class MissingFlow(InvalidDefinition):
    """There is no such flow."""

    code = "flow_missing"


def assets_from_json(data: Json, *, uuid: Callable[[], str] | None = None) -> Assets:
    """Reads RapidPro's assets object: lists of each kind."""
    if not isinstance(data, dict):
        raise FlowError("assets must be an object")

    def by(kind: str, key: str = "uuid") -> dict[str, Json]:
        return {item[key]: item for item in data.get(kind) or [] if isinstance(item, dict) and item.get(key)}

    return Assets(
        raw_flows={_flow_uuid(item): item for item in data.get("flows") or [] if isinstance(item, dict)},
        channels={key: _channel(item) for key, item in by("channels").items()},
        fields={
            key: ContactField(
                key=key,
                name=item.get("name") or key,
                type=item.get("type") or "text",
                uuid=item.get("uuid") or "",
            )
            for key, item in by("fields", "key").items()
        },
        groups={
            key: Group(uuid=key, name=item.get("name") or "", query=item.get("query") or "")
            for key, item in by("groups").items()
        },
        labels=by("labels"),
        globals=by("globals", "key"),
        templates=by("templates"),
        users=by("users"),
        topics=by("topics"),
        campaigns=by("campaigns"),
        resthooks=by("resthooks", "slug"),
        others={kind: by(kind) for kind in ("classifiers", "llms", "optins")},
        locations=tuple(item for item in data.get("locations") or [] if isinstance(item, dict)),
        uuid=uuid,
    )


def _flow_uuid(item: Json) -> str:
    metadata = item.get("metadata")
    inner = metadata.get("uuid") if isinstance(metadata, dict) else None
    return str(item.get("uuid") or inner or "")


def _channel(item: Json) -> Channel:
    return Channel(
        uuid=item["uuid"],
        name=item.get("name") or "",
        address=item.get("address") or "",
        schemes=tuple(item.get("schemes") or ()),
        roles=tuple(item.get("roles") or ()),
        country=item.get("country") or "",
        match_prefixes=tuple(item.get("match_prefixes") or ()),
    )
