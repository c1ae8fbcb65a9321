"""What a flow that was read is made of: its nodes, with the actions and routers that they run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

from mhero.flows import times
from mhero.flows.definition.checks import Checks
from mhero.flows.references import References

if TYPE_CHECKING:
    from mhero.flows.run import Run

Json = dict[str, Any]

MESSAGING, BACKGROUND, OFFLINE, VOICE = "messaging", "messaging_background", "messaging_offline", "voice"
TYPES = (MESSAGING, BACKGROUND, OFFLINE, VOICE)

#: Days or minutes that a wait lasts when the flow does not say.
DEFAULT_EXPIRY_MINUTES = {MESSAGING: 3 * 24 * 60, OFFLINE: 3 * 24 * 60, VOICE: 5}


@dataclass(frozen=True, slots=True)
class Exit:
    """A way out of a node."""

    uuid: str
    #: Nothing where the flow ends.
    destination_uuid: str


class Action:
    """One thing that a node does. A class each; its fields are those of the JSON."""

    __slots__ = ("data", "uuid")

    type: ClassVar[str]
    #: The types of flows that may have it.
    flow_types: ClassVar[tuple[str, ...]] = TYPES
    #: Where its templates are: `text`, `attachments[*]`, `headers.*`, `groups[*].name_match`; in order.
    templates: ClassVar[tuple[str, ...]] = ()
    #: The properties that can be translated.
    localizable: ClassVar[tuple[str, ...]] = ()
    #: The properties that refer to something: name and kind of it.
    references: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init__(self, data: Json) -> None:
        self.data = data
        self.uuid: str = data["uuid"]

    @classmethod
    def check(cls, checks: Checks) -> None:
        """Notes what is wrong with the JSON beside its id and type."""

    def execute(self, run: Run) -> None:
        """Does it. What goes wrong is an event; the flow goes on."""
        raise NotImplementedError

    def results(self) -> list[tuple[str, list[str]]]:
        """The results that it may set: name and categories."""
        return []

    def locals(self) -> list[str]:
        """The locals that it may set."""
        return []


@dataclass(frozen=True, slots=True)
class Category:
    """A named way on, shared by the cases that lead to it."""

    uuid: str
    name: str
    exit_uuid: str


@dataclass(frozen=True, slots=True)
class Wait:
    """What a node waits for: a message, or in voice flows the end of a call it makes."""

    type: str
    timeout_seconds: int = 0
    timeout_category_uuid: str = ""
    hint: Json | None = None

    def begin(self, run: Run) -> bool:
        """Says that the run waits; False when it need not, as its message is already there."""
        session = run.session
        if self.type == "msg" and session.takes_trigger_as_input():
            return False
        expires = session.now() + timedelta(minutes=run.flow.wait_minutes)
        details: Json = {"expires_on": times.written(expires)}
        if self.timeout_seconds:
            details["timeout_seconds"] = self.timeout_seconds
        if self.hint:
            details["hint"] = self.hint
        run.modified_on = session.log("msg_wait", **details)
        return True

    def accepts(self, resume_type: str) -> bool:
        if resume_type == "wait_timeout":
            return bool(self.timeout_seconds)
        return resume_type in ("msg", "wait_expiration") if self.type == "msg" else resume_type == "dial"


class Router:
    """Picks an exit by categories."""

    __slots__ = ("by_uuid", "categories", "data", "result_name", "wait")
    type = ""

    def __init__(self, data: Json, categories: tuple[Category, ...], wait: Wait | None) -> None:
        self.data = data
        self.categories = categories
        self.by_uuid = {category.uuid: category for category in categories}
        self.wait = wait
        self.result_name: str = data.get("result_name") or ""

    def route(self, run: Run) -> tuple[str, str]:
        """The id of the exit, and the operand as text. Raises NoCategory."""
        raise NotImplementedError

    def route_timeout(self, run: Run) -> str:
        """The exit for when nobody answered in time."""
        category = self.by_uuid[self.wait.timeout_category_uuid if self.wait else ""]
        self.save(run, category, "", "", None)
        return category.exit_uuid

    def save(self, run: Run, category: Category, value: str, operand: str, extra: Json | None) -> None:
        """Keeps what was answered, where the router has a name for it."""
        if self.result_name:
            localized = run.localized(category.uuid, "name", [])
            run.set_result(
                name=self.result_name,
                value=value,
                category=category.name,
                localized=localized[0] if localized else "",
                operand=operand,
                extra=extra,
            )

    def templates(self) -> list[tuple[str, str, list[str]]]:
        """Where expressions may be: the id and property that translate them, and the texts."""
        return []


class NoCategory(Exception):
    """Nothing matched and there is no default."""


@dataclass(frozen=True, slots=True)
class Node:
    """A stop of a flow: it acts, may wait, and picks an exit."""

    uuid: str
    actions: tuple[Action, ...]
    router: Router | None
    exits: tuple[Exit, ...]

    def exit(self, uuid: str) -> Exit:
        for item in self.exits:
            if item.uuid == uuid:
                return item
        raise KeyError(uuid)


@dataclass(frozen=True, kw_only=True)
class Flow:
    """A flow at the present version."""

    uuid: str
    name: str
    type: str
    #: ISO 639-3, or "und".
    language: str
    revision: int
    expire_after_minutes: int
    #: Language, id of the item, property, texts.
    localization: dict[str, dict[str, dict[str, list[str]]]]
    nodes: tuple[Node, ...]
    #: The JSON it was read from, at the present version.
    definition: Json

    @cached_property
    def by_uuid(self) -> dict[str, Node]:
        return {node.uuid: node for node in self.nodes}

    @cached_property
    def reference(self) -> Json:
        found: Json = {"uuid": self.uuid, "name": self.name}
        if self.revision:
            found["revision"] = self.revision
        return found

    def translation(self, language: str, item_uuid: str, name: str) -> list[str] | None:
        """The texts of one property in a language; None where there is nothing in any of them."""
        items = self.localization.get(language)
        texts = (items.get(item_uuid) or {}).get(name) if items else None
        return texts if texts and any(texts) else None

    @property
    def wait_minutes(self) -> int:
        """How long a wait of this flow lasts."""
        return self.expire_after_minutes or DEFAULT_EXPIRY_MINUTES.get(self.type, 0)


class Library(References):
    """The flows, found by their ids, and what they refer to."""

    def flow(self, uuid: str) -> Flow:
        """The flow, read and validated. Raises InvalidDefinition when it is missing or broken."""
        raise NotImplementedError

    def has_flow(self, uuid: str) -> bool:
        """Whether there is one, broken or not."""
        raise NotImplementedError
