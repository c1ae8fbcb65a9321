"""What flows refer to: channels, fields, groups, labels, globals and more."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

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
class References:
    """Everything by its id or key."""

    #: The flows' definitions as they came.
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
    #: The queries of groups, each read once: kept here by whoever reads them.
    _queries: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def group_named(self, name: str) -> Group | None:
        wanted = name.strip().lower()
        return next((group for group in self.groups.values() if group.name.lower() == wanted), None)

    def label_named(self, name: str) -> Json | None:
        wanted = name.strip().lower()
        return next((label for label in self.labels.values() if label["name"].lower() == wanted), None)

    @cached_property
    def query_groups(self) -> list[Group]:
        return [group for group in self.groups.values() if group.query]
