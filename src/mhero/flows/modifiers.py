"""The ways of changing a contact; each says what it changed, and nothing when there was nothing to change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from mhero.flows import times, urns
from mhero.flows.cases import TESTS, Match
from mhero.flows.contact import STATUSES, Contact, typed_value, zone
from mhero.flows.environment import Environment
from mhero.flows.errors import InvalidModifier
from mhero.flows.excellent.convert import to_text
from mhero.flows.excellent.dates import parse_datetime
from mhero.flows.excellent.numbers import parse_number
from mhero.flows.moments import nanoseconds
from mhero.flows.references import Channel, ContactField, Group
from mhero.flows.urns import URN

if TYPE_CHECKING:
    from mhero.flows.references import References
    from mhero.flows.services import Limits, Services

Json = dict[str, Any]

MOST_URNS = 50


class Changing(Protocol):
    """What a modifier needs: a session has it, and so has a change outside of any session."""

    contact: Contact
    environment: Environment
    services: Services
    limits: Limits

    @property
    def assets(self) -> References:
        """The groups, fields and channels that there are."""

    def log(self, kind: str, **details: object) -> object:
        """Writes an event."""

    def error(self, text: str, code: str = "", extra: Json | None = None) -> None:
        """Writes an event that something could not be done."""

    def changed(self) -> None:
        """Takes note that expressions see something different now."""


def set_name(to: Changing, name: str) -> bool:
    name = name.strip()[: to.limits.name_characters]
    if name == to.contact.name:
        return False
    to.contact.set("name", name)
    to.log("contact_name_changed", name=name)
    return _regroup(to)


def set_language(to: Changing, language: str) -> bool:
    if language == to.contact.language:
        return False
    to.contact.set("language", language)
    to.log("contact_language_changed", language=language)
    return _regroup(to)


def set_timezone(to: Changing, name: str) -> bool:
    if name == (to.contact.data.get("timezone") or ""):
        return False
    to.contact.set("timezone", name)
    to.log("contact_timezone_changed", timezone=name)
    return _regroup(to)


def set_status(to: Changing, status: str) -> bool:
    if status == to.contact.status:
        return False
    to.contact.set("status", status)
    to.log("contact_status_changed", status=status)
    return _regroup(to)


def set_seen(to: Changing, seen_on: str) -> bool:
    moment = times.read(seen_on)
    if moment is None:
        raise InvalidModifier("field 'seen_on' is not a moment")
    known = to.contact.last_seen_on
    if known is not None and nanoseconds(known) == nanoseconds(moment):
        return False
    to.contact.set("last_seen_on", seen_on)
    to.log("contact_last_seen_changed", last_seen_on=seen_on)
    return _regroup(to)


def set_field(to: Changing, field: ContactField, text: str) -> bool:
    value = parse_field_value(
        to.contact.environment(to.environment), text[: to.limits.field_characters], field
    )
    if value == to.contact.field_value(field.key):
        return False
    to.contact.set_field(field.key, value)
    to.log("contact_field_changed", field=field.reference, value=value)
    return _regroup(to)


def parse_field_value(env: Environment, text: str, field: ContactField) -> Json | None:
    """A field's value with all that its text can be read as; nothing for no text."""
    if not text.strip():
        return None
    value: Json = {"text": text}
    moment = parse_datetime(env, text)
    if moment is not None:
        value["datetime"] = moment.isoformat(timespec="microseconds")
    number = parse_number(text.strip())
    if number is not None:
        value["number"] = int(number) if number == number.to_integral_value() else float(number)
    if field.type in LEVELS and env.locations is not None:
        value.update(_places(env, text, field))
    return value


LEVELS = {"state": 1, "district": 2, "ward": 3}


def _places(env: Environment, text: str, field: ContactField) -> Json:
    """The place that the text means, and those around it, as paths."""
    level = LEVELS[field.type]
    found = TESTS[f"has_{field.type}"](env, text)
    if not isinstance(found, Match):
        return {}
    path = to_text(found.match)
    parts = [part.strip() for part in path.split(">")]
    if len(parts) != level + 1:
        return {field.type: path}  # What lies between it and the country is not known.
    return {name: " > ".join(parts[: depth + 1]) for name, depth in LEVELS.items() if depth <= level}


def add_groups(to: Changing, groups: list[Group]) -> bool:
    added = [group for group in groups if not to.contact.in_group(group)]
    for group in added:
        to.contact.add_group(group)
    if not added:
        return False
    to.log("contact_groups_changed", groups_added=[group.reference for group in added])
    to.changed()
    return True


def remove_groups(to: Changing, groups: list[Group]) -> bool:
    removed = [group for group in groups if to.contact.in_group(group)]
    for group in removed:
        to.contact.remove_group(group)
    if not removed:
        return False
    to.log("contact_groups_changed", groups_removed=[group.reference for group in removed])
    to.changed()
    return True


def regroup(to: Changing) -> bool:
    """Puts the contact into the groups whose queries find it and takes it out of the others.

    Whoever is not active is in no group at all.
    """
    contact = to.contact
    if contact.status == "active" and not to.assets.query_groups:
        return False
    env = contact.environment(to.environment)
    added: list[Group] = []
    removed: list[Group] = []
    active = contact.status == "active"
    for group in to.assets.query_groups:
        belongs = active and to.services.matches(group.query, contact, env)
        if belongs != contact.in_group(group):
            (added if belongs else removed).append(group)
    if not active:
        removed += [group for group in contact.groups if not group.query]
    for group in added:
        contact.add_group(group)
    for group in removed:
        contact.remove_group(group)
    if not added and not removed:
        return False
    changes: Json = {}
    if added:
        changes["groups_added"] = [group.reference for group in added]
    if removed:
        changes["groups_removed"] = [group.reference for group in removed]
    to.log("contact_groups_changed", **changes)
    return True


def _regroup(to: Changing) -> bool:
    regroup(to)
    to.changed()
    return True


# Addresses


def set_urns(to: Changing, before: list[URN], after: list[URN]) -> bool:
    if [str(urn) for urn in before] == [str(urn) for urn in after]:
        return False
    texts = [str(urn) for urn in after]
    to.contact.set("urns", texts)
    to.log("contact_urns_changed", urns=texts)
    return _regroup(to)


def set_channel(to: Changing, channel: Channel | None) -> bool:
    """Makes a channel the one that the contact's addresses of its kinds are reached by; or any, with None."""
    if channel is not None and not channel.can_send:
        to.error("Can't set channel that can't send as the preferred channel")
        return False
    before = to.contact.urns
    if channel is None:
        return set_urns(to, before, [urn.with_channel("") for urn in before])
    fits = [urn.with_channel(channel.uuid) for urn in before if urn.scheme in channel.schemes]
    others = [urn for urn in before if urn.scheme not in channel.schemes]
    if not fits:
        return False
    # Addresses that this channel serves come first, so that it is the one used.
    return set_urns(
        to, before, fits[:1] + [urn for urn in before if urn.scheme in channel.schemes][1:] + others
    )


def set_affinity(to: Changing, text: str, channel: Channel | None) -> bool:
    """Moves an address to the front and remembers the channel that it was heard by."""
    before = to.contact.urns
    wanted = urns.parse(text)
    found = next((urn for urn in before if wanted and urn.identity == wanted.identity), None)
    if found is None:
        return False
    rest = [urn for urn in before if urn is not found]
    return set_urns(to, before, [found.with_channel(channel.uuid if channel else ""), *rest])


def change_urns(to: Changing, wanted: list[tuple[str, str | None]], modification: str) -> bool:
    """Adds, removes or sets addresses; each with the id of its channel, or None to leave that as it is."""
    before = to.contact.urns
    country = to.contact.environment(to.environment).default_country
    usable: list[tuple[URN, str | None]] = []
    for text, channel in wanted:
        parsed = urns.parse(text)
        urn = urns.normalize(parsed, country) if parsed else None
        if urn is None or not urns.is_valid(urn):
            to.error(f"'{text}' is not valid URN", "urn:invalid", {"urn": text})
            continue
        usable.append((urn, channel))
    existing = {urn.identity: urn for urn in before}
    if modification == "remove":
        gone = {urn.identity for urn, _ in usable}
        return set_urns(to, before, [urn for urn in before if urn.identity not in gone])
    after = list(before) if modification == "append" else []
    seen = {urn.identity for urn in after}
    for urn, channel in usable:
        if urn.identity in seen:
            continue
        if urn.identity not in existing and to.services.owns_other(urn.identity, to.contact):
            to.error("URN is taken by another contact", "urn:taken", {"urn": urn.identity})
            continue
        if len(after) >= MOST_URNS:
            to.error(f"Contact has too many URNs, limit is {MOST_URNS}")
            break
        seen.add(urn.identity)
        kept = existing.get(urn.identity, urn)
        after.append(kept if channel is None else kept.with_channel(channel))
    return set_urns(to, before, after)


# From JSON


def apply(to: Changing, modifier: Json) -> bool:
    """Applies a modifier in RapidPro's form. Raises InvalidModifier for one that cannot be read."""
    kind = modifier.get("type")
    change = _KINDS.get(str(kind))
    if change is None:
        raise InvalidModifier(f"unknown modifier type '{kind}'")
    return change(to, modifier)


def _name(to: Changing, modifier: Json) -> bool:
    return set_name(to, str(modifier.get("name") or ""))


def _language(to: Changing, modifier: Json) -> bool:
    return set_language(to, str(modifier.get("language") or ""))


def _timezone(to: Changing, modifier: Json) -> bool:
    name = str(modifier.get("timezone") or "")
    if name and zone(name) is None:
        raise InvalidModifier(f"unknown time zone {name}")
    return set_timezone(to, name)


def _status(to: Changing, modifier: Json) -> bool:
    status = modifier.get("status")
    if status not in STATUSES:
        raise InvalidModifier("field 'status' is not a valid contact status")
    return set_status(to, status)


def _seen(to: Changing, modifier: Json) -> bool:
    return set_seen(to, str(modifier.get("seen_on") or ""))


def _field(to: Changing, modifier: Json) -> bool:
    key = (modifier.get("field") or {}).get("key", "")
    field = to.assets.fields.get(key)
    if field is None:
        raise MissingAsset(f"no such field '{key}'")
    return set_field(to, field, str(modifier.get("value") or ""))


def _groups(to: Changing, modifier: Json) -> bool:
    found = [to.assets.groups.get(item.get("uuid", "")) for item in modifier.get("groups") or []]
    modification = modifier.get("modification")
    if modification not in ("add", "remove"):
        raise InvalidModifier("field 'modification' is not a valid group modification")
    groups = [group for group in found if group is not None]
    static = [group for group in groups if not group.query]
    for group in groups:
        if group.query:
            verb = "add contacts to" if modification == "add" else "remove contacts from"
            to.error(f"Can't {verb} the query based group '{group.name}'")
    if modification == "add":
        if to.contact.status != "active":
            to.error("Can't add blocked or stopped contacts to groups")
            return False
        return add_groups(to, static)
    return remove_groups(to, static)


def _channel(to: Changing, modifier: Json) -> bool:
    return set_channel(to, _channel_of(to, modifier.get("channel")))


def _channel_of(to: Changing, reference: Json | None) -> Channel | None:
    if not reference:
        return None
    channel = to.assets.channels.get(reference.get("uuid", ""))
    if channel is None:
        raise MissingAsset(f"no such channel '{reference.get('uuid')}'")
    return channel


def _affinity(to: Changing, modifier: Json) -> bool:
    return set_affinity(to, str(modifier.get("urn") or ""), _channel_of(to, modifier.get("channel")))


def _urns(to: Changing, modifier: Json) -> bool:
    wanted: list[tuple[str, str | None]] = [(str(text), None) for text in modifier.get("urns") or []]
    return change_urns(to, wanted, _modification(modifier))


def _routes(to: Changing, modifier: Json) -> bool:
    wanted: list[tuple[str, str | None]] = []
    for route in modifier.get("routes") or []:
        channel = _channel_of(to, route.get("channel"))
        wanted.append((str(route.get("urn") or ""), channel.uuid if channel else None))
    return change_urns(to, wanted, _modification(modifier))


def _modification(modifier: Json) -> str:
    modification = modifier.get("modification")
    if modification not in ("append", "remove", "set"):
        raise InvalidModifier("field 'modification' is not a valid URNs modification")
    return str(modification)


class MissingAsset(InvalidModifier):
    """The modifier refers to something that is not there."""

    code = "flow_asset_missing"


_KINDS: dict[str, Callable[[Changing, Json], bool]] = {
    "name": _name,
    "language": _language,
    "timezone": _timezone,
    "status": _status,
    "seen": _seen,
    "field": _field,
    "groups": _groups,
    "channel": _channel,
    "affinity": _affinity,
    "urns": _urns,
    "routes": _routes,
}

__all__ = ["Changing", "apply", "regroup", "typed_value"]
