"""A flow that was read: its nodes with actions and routers that can run."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mhero.flows.actions.base import Action
    from mhero.flows.routers import Router

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
