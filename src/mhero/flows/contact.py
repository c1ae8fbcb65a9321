"""A contact during a run: its JSON, and the ways that the engine reads and changes it."""

from __future__ import annotations

from datetime import datetime, tzinfo
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from mhero.flows import times, urns
from mhero.flows.environment import Environment
from mhero.flows.references import Channel, ContactField, Group, References
from mhero.flows.urns import URN

Json = dict[str, Any]

STATUSES = ("active", "blocked", "stopped", "archived")


class Contact:
    """Wraps a contact's JSON. What is changed is copied first: the caller's object stays as it was."""

    __slots__ = ("_destination", "_environment", "assets", "data")

    def __init__(self, data: Json, assets: References) -> None:
        self.assets = assets
        self.data: Json = dict(data)
        self._destination: tuple[object, tuple[URN, Channel] | None] | None = None
        #: An environment and what this contact makes of it, until that changes.
        self._environment: tuple[Environment, Environment] | None = None

    @property
    def uuid(self) -> str:
        return str(self.data.get("uuid") or "")

    @property
    def id(self) -> int:
        return int(self.data.get("id") or 0)

    @property
    def name(self) -> str:
        return str(self.data.get("name") or "")

    @property
    def language(self) -> str:
        return str(self.data.get("language") or "")

    @property
    def status(self) -> str:
        return str(self.data.get("status") or "active")

    @property
    def timezone(self) -> tzinfo | None:
        return zone(self.data.get("timezone"))

    @property
    def created_on(self) -> datetime | None:
        return times.read(self.data.get("created_on"))

    @property
    def last_seen_on(self) -> datetime | None:
        return times.read(self.data.get("last_seen_on"))

    @property
    def reference(self) -> Json:
        return {"uuid": self.uuid, "name": self.name}

    @property
    def tickets(self) -> list[Json]:
        return list(self.data.get("tickets") or [])

    @property
    def urns(self) -> list[URN]:
        return [urn for text in self.data.get("urns") or [] if (urn := urns.parse(text)) is not None]

    def set(self, key: str, value: object) -> None:
        """Changes one property; nothing takes it away."""
        if key in ("timezone", "urns"):
            self._environment = None
        if value in (None, "", [], {}):
            self.data.pop(key, None)
        else:
            self.data[key] = value

    # Groups: those whom an asset stands for; others are not carried.

    @property
    def groups(self) -> list[Group]:
        found = self.assets.groups
        return [found[group["uuid"]] for group in self.data.get("groups") or [] if group.get("uuid") in found]

    def in_group(self, group: Group) -> bool:
        return any(item.get("uuid") == group.uuid for item in self.data.get("groups") or [])

    def add_group(self, group: Group) -> None:
        self.data["groups"] = [*(self.data.get("groups") or []), group.reference]

    def remove_group(self, group: Group) -> None:
        rest = [item for item in self.data.get("groups") or [] if item.get("uuid") != group.uuid]
        self.set("groups", rest)

    # Fields

    def field_value(self, key: str) -> Json | None:
        value = (self.data.get("fields") or {}).get(key)
        return value if isinstance(value, dict) else None

    def set_field(self, key: str, value: Json | None) -> None:
        fields = dict(self.data.get("fields") or {})
        if value is None:
            fields.pop(key, None)
        else:
            fields[key] = value
        self.set("fields", fields)

    # Channels

    def destination(self) -> tuple[URN, Channel] | None:
        """The first address that a channel can send to, and that channel."""
        addresses = self.data.get("urns")
        known = self._destination
        if known is None or known[0] is not addresses:
            known = self._destination = (addresses, self._find_destination())
        return known[1]

    def _find_destination(self) -> tuple[URN, Channel] | None:
        for urn in self.urns:
            channel = channel_for(self.assets, urn)
            if channel is not None:
                return urn, channel
        return None

    def environment(self, env: Environment) -> Environment:
        """The environment as this contact has it: with its own zone, and the country of its channel."""
        known = self._environment
        if known is None or known[0] is not env:
            changes: Json = {}
            own = self.timezone
            if own is not None and own != env.timezone:
                changes["timezone"] = own
            found = self.destination()
            if found and found[1].country and found[1].country != env.default_country:
                changes["default_country"] = found[1].country
            known = self._environment = (env, env.changed(**changes) if changes else env)
        return known[1]


def zone(name: object) -> tzinfo | None:
    """The time zone of this name; None for anything else."""
    if not isinstance(name, str) or not name:
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def channel_for(assets: References, urn: URN) -> Channel | None:
    """The channel to send to an address by: the one it was last heard by, else the one that fits best."""
    wanted = urn.channel_uuid
    preferred = assets.channels.get(wanted) if wanted else None
    if preferred is not None and preferred.can_send and urn.scheme in preferred.schemes:
        return preferred
    able = [item for item in assets.channels.values() if item.can_send and urn.scheme in item.schemes]
    if not able:
        return None
    if urn.scheme != "tel" or len(able) == 1:
        return able[0]
    country = urns.country_of(urn.path)
    near = [item for item in able if item.country == country] or able
    return max(near, key=lambda item: _likeness(item, urn.path))


def _likeness(channel: Channel, path: str) -> int:
    return max(_common(prefix, path) for prefix in (channel.address, *channel.match_prefixes))


def _common(one: str, other: str) -> int:
    one, other = one.lstrip("+"), other.lstrip("+")
    length = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        length += 1
    return length


def typed_value(field: ContactField, value: Json | None) -> object:
    """A field's value as expressions see it: of the field's own type, or nothing if it has none of that."""
    if not value:
        return None
    if field.type == "text":
        return value.get("text")
    if field.type == "number":
        return number(value.get("number"))
    if field.type == "datetime":
        return times.read(value.get("datetime"))
    return value.get(field.type)


def number(value: object) -> Decimal | None:
    """The decimal in a JSON value."""
    if value is None or isinstance(value, bool):
        return None
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None
