"""What conversations are held with: published flows and all they refer to, compiled once a process.

Compiled flows are kept by their revision, so that looking again costs a few small reads.
"""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from random import Random
from time import monotonic
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from mhero.flows.assets import Assets, Channel, ContactField, Group
from mhero.flows.definition.flow import Flow
from mhero.flows.definition.read import read_flow
from mhero.flows.environment import Environment
from mhero.flows.errors import InvalidDefinition
from mhero.flows.locations import Hierarchy, hierarchy
from mhero.flows.modifiers import parse_field_value
from mhero.messaging.conversations import statements
from mhero.messaging.conversations.triggers import Trigger
from mhero.messaging.database import in_thread
from mhero.messaging.places import Tree, tree
from mhero.platform.clock import Clock, now
from mhero.platform.ids import new_id

log = logging.getLogger(__name__)

Json = dict[str, Any]
#: Actions that wait for another system.
CALLING = frozenset({"call_webhook", "call_resthook"})


@dataclass(frozen=True, kw_only=True)
class Published:
    """All of it, as it stood at one moment."""

    assets: Assets
    zone: ZoneInfo
    country_code: str
    locations: Hierarchy | None = None
    triggers: tuple[Trigger, ...] = ()
    #: Groups whose members are the registry's.
    registry_groups: frozenset[str] = frozenset()
    #: What the environment has in place of the workspace's, such as other formats.
    settings: dict[str, Any] = field(default_factory=dict)
    random: Random = field(default_factory=Random)
    _environments: dict[tuple[str, datetime], Environment] = field(default_factory=dict)
    _values: dict[tuple[str, str], Json | None] = field(default_factory=dict)

    def environment(self, flow_id: str, at: datetime) -> Environment:
        """For a session that began with this flow: whoever speaks none of its languages gets its first."""
        base = self._language_of(flow_id)
        found = self._environments.get((base, at))
        if found is None:
            # One batch has one moment: what was made for another is of no more use.
            self._environments.clear()
            named: dict[str, Any] = {
                "timezone": self.zone,
                "default_country": self.country_code,
                "allowed_languages": tuple(dict.fromkeys(filter(None, (base, *self.languages)))),
                "locations": self.locations,
                "now": lambda: at,
                "random": self.random.random,
            }
            found = self._environments[base, at] = Environment(**(named | self.settings))
        return found

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """Every language that a flow is written in or translated to."""
        found: dict[str, None] = {}
        for raw in self.assets.raw_flows.values():
            found |= dict.fromkeys((str(raw.get("language") or ""), *(raw.get("localization") or {})))
        return tuple(found)

    def _language_of(self, flow_id: str) -> str:
        return str((self.assets.raw_flows.get(flow_id) or {}).get("language") or "")

    @cached_property
    def calling(self) -> frozenset[str]:
        """The flows in which somebody may come to a step that waits for another system."""
        direct = {key for key, raw in self.assets.raw_flows.items() if CALLING & _types(raw)}
        entered = {key: _entered(raw) for key, raw in self.assets.raw_flows.items()}
        while more := {key for key, others in entered.items() if others & direct} - direct:
            direct |= more
        return frozenset(direct)

    def field_value(self, field_: ContactField, text: str) -> Json | None:
        """A field's text with what it means for the field's type."""
        if field_.type == "text":
            return {"text": text} if text.strip() else None
        key = (field_.type, text)
        if key not in self._values:
            if len(self._values) > 10_000:
                self._values.clear()
            environment = self.environment("", now())
            self._values[key] = parse_field_value(environment, text, field_)
        return self._values[key]


def _actions(raw: Json) -> Iterable[Json]:
    return (action for node in raw.get("nodes") or [] for action in node.get("actions") or [])


def _types(raw: Json) -> set[str]:
    return {str(action.get("type")) for action in _actions(raw)}


def _entered(raw: Json) -> set[str]:
    return {
        str((action.get("flow") or {}).get("uuid"))
        for action in _actions(raw)
        if action.get("type") == "enter_flow"
    }


class Publications:
    """What is published now, for the pumps of one process: read again when told to, or when it is old."""

    SECONDS = 5.0

    def __init__(self, clock: Clock = now) -> None:
        self.clock = clock
        self._compiled: dict[tuple[str, int], tuple[Json, Flow | None]] = {}
        self._roots: Tree = ()
        self._places: Hierarchy | None = None
        self._known: Published | None = None
        self._read_at = 0.0
        self._reading = asyncio.Lock()

    async def forget(self) -> bool:
        """A pump's step: something was published or changed."""
        self._read_at = 0.0
        return False

    async def get(self, connection: psycopg.AsyncConnection) -> Published:
        """As it stands now, read with the connection where that is needed, outside of a transaction."""
        async with self._reading:
            if self._known is None or monotonic() - self._read_at > self.SECONDS:
                begun = monotonic()
                self._known = await self._read(connection)
                self._read_at = begun
            return self._known

    async def _read(self, connection: psycopg.AsyncConnection) -> Published:
        async def rows(statement: str) -> list[tuple[Any, ...]]:
            return await (await connection.execute(statement)).fetchall()

        flows = {(str(key), revision): key for key, revision in await rows(statements.PUBLISHED_FLOWS)}
        missing = [
            (key, revision)
            for (text, revision), key in flows.items()
            if (text, revision) not in self._compiled
        ]
        if missing:
            await self._compile(connection, missing)
        self._compiled = {key: value for key, value in self._compiled.items() if key in flows}
        ((country_code, zone),) = await rows(statements.WORKSPACE) or [("", "UTC")]
        groups = await rows(statements.GROUPS)
        assets = Assets(
            raw_flows={key: raw for (key, _), (raw, _) in self._compiled.items()},
            channels={
                str(key): Channel(
                    uuid=str(key), name=name, address=address, schemes=("tel",), roles=("send", "receive"),
                    country=country_code,
                )
                for key, name, address in await rows(statements.CHANNELS)
            },
            fields={
                key: ContactField(key=key, name=name, type=kind, uuid=str(field_id))
                for key, field_id, name, kind in await rows(statements.FIELDS)
            },
            groups={str(key): Group(uuid=str(key), name=name, query=query) for key, name, query, _ in groups},
            labels={
                str(key): {"uuid": str(key), "name": name} for key, name in await rows(statements.LABELS)
            },
            globals={
                key: {"key": key, "name": name, "value": value}
                for key, name, value in await rows(statements.GLOBALS)
            },
            uuid=lambda: str(new_id()),
        )  # fmt: skip
        for _, flow in self._compiled.values():
            if flow is not None:
                assets.add_flow(flow)
        roots = await in_thread(tree)
        if roots is not self._roots:
            self._roots, self._places = roots, hierarchy(roots) if roots else None
        return Published(
            assets=assets,
            zone=ZoneInfo(zone),
            country_code=country_code,
            locations=self._places,
            triggers=tuple(Trigger.read(row) for row in await rows(statements.TRIGGERS)),
            registry_groups=frozenset(str(key) for key, _, _, follows in groups if follows),
        )

    async def _compile(self, connection: psycopg.AsyncConnection, missing: list[tuple[UUID, int]]) -> None:
        wanted = {"flows": [key for key, _ in missing], "revisions": [revision for _, revision in missing]}
        cursor = await connection.execute(statements.DEFINITIONS, wanted)
        for key, revision, definition in await cursor.fetchall():
            try:
                flow = read_flow(definition, uuid=lambda: str(new_id()))
            except InvalidDefinition as error:
                # Whoever comes to it hears so: the session fails. The others must not.
                log.warning("The flow %s cannot be read: %s", key, error)
                flow = None
            self._compiled[str(key), revision] = (flow.definition if flow else definition, flow)
