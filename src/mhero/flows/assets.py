"""What flows refer to: other flows, channels, fields, groups, labels, globals and more, all as plain JSON."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from mhero.flows.errors import FlowError, InvalidDefinition

if TYPE_CHECKING:
    from mhero.flows.definition.flow import Flow

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """A way that messages go out and come in by."""

    uuid: str
    name: str
    address: str = ""
    schemes: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    #: ISO 3166 code of two letters, or nothing.
    country: str = ""
    #: Beginnings of the numbers that it prefers to serve.
    match_prefixes: tuple[str, ...] = ()

    @property
    def reference(self) -> Json:
        return {"uuid": self.uuid, "name": self.name}

    @property
    def can_send(self) -> bool:
        return "send" in self.roles


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactField:
    """A kind of fact about contacts."""

    key: str
    name: str
    #: One of text, number, datetime, state, district, ward.
    type: str = "text"
    uuid: str = ""

    @property
    def reference(self) -> Json:
        return {"key": self.key, "name": self.name}


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """A set of contacts: named one by one, or those whom a query finds."""

    uuid: str
    name: str
    #: A contact query, or nothing for a group whose members are named.
    query: str = ""

    @property
    def reference(self) -> Json:
        return {"uuid": self.uuid, "name": self.name}


@dataclass(frozen=True, kw_only=True)
class Assets:
    """Everything by its id or key. Flows are read when they are first asked for, and kept."""

    raw_flows: dict[str, Json] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    fields: dict[str, ContactField] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    labels: dict[str, Json] = field(default_factory=dict)
    globals: dict[str, Json] = field(default_factory=dict)
    templates: dict[str, Json] = field(default_factory=dict)
    users: dict[str, Json] = field(default_factory=dict)
    topics: dict[str, Json] = field(default_factory=dict)
    campaigns: dict[str, Json] = field(default_factory=dict)
    resthooks: dict[str, Json] = field(default_factory=dict)
    #: Kinds that the engine only ever checks the presence of.
    others: dict[str, dict[str, Json]] = field(default_factory=dict)
    #: The roots of the places of the country.
    locations: tuple[Json, ...] = ()
    #: Makes the ids that a migration needs.
    uuid: Callable[[], str] | None = None
    _flows: dict[str, Flow] = field(default_factory=dict)
    #: The queries of groups, each read once: kept here by whoever reads them.
    _queries: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def flow(self, uuid: str) -> Flow:
        """The flow, read and validated. Raises InvalidDefinition when it is missing or broken."""
        flow = self._flows.get(uuid)
        if flow is None:
            from mhero.flows.definition.read import read_flow  # It needs the assets of this module.

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

    def group_named(self, name: str) -> Group | None:
        wanted = name.strip().lower()
        return next((group for group in self.groups.values() if group.name.lower() == wanted), None)

    def label_named(self, name: str) -> Json | None:
        wanted = name.strip().lower()
        return next((label for label in self.labels.values() if label["name"].lower() == wanted), None)

    @cached_property
    def query_groups(self) -> list[Group]:
        return [group for group in self.groups.values() if group.query]


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
