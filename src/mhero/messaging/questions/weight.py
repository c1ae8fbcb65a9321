"""How many SMS a conversation takes, before it is held. Works on any definition, imported ones too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mhero.messaging.segments import count

Json = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weight:
    """For one person, in the language that takes most."""

    #: SMS until the first answer: what is paid when nobody answers.
    fewest: int
    #: SMS on the longest way to the end, each answer understood at once.
    most: int
    #: Questions on the way that asks most.
    questions: int


def weigh(definition: Json) -> Weight:
    languages = [definition.get("language") or "", *(definition.get("localization") or {})]
    ways = [_Ways(definition, language) for language in languages]
    return Weight(
        fewest=max((way.first() for way in ways), default=0),
        most=max((way.longest()[0] for way in ways), default=0),
        questions=max((way.longest()[1] for way in ways), default=0),
    )


def first_words(definition: Json, language: str = "") -> list[str]:
    """What is said before the first answer, as it is written, in a language or in the flow's own."""
    nodes = {node["uuid"]: node for node in definition.get("nodes") or []}
    return [text for node in _until_it_waits(nodes) for text in said_by(definition, node, language)]


def said_by(definition: Json, node: Json, language: str) -> list[str]:
    translated = (definition.get("localization") or {}).get(language) or {}
    texts = []
    for action in node.get("actions") or []:
        if action.get("type") == "send_msg":
            own = (translated.get(action["uuid"]) or {}).get("text")
            texts.append(str((own or [""])[0] or action.get("text") or ""))
    return [text for text in texts if text]


def _until_it_waits(nodes: Mapping[str, Json]) -> list[Json]:
    """The nodes on the first way, up to one that waits or has several ways."""
    found: list[Json] = []
    node = next(iter(nodes.values()), None)
    while node is not None and node not in found:
        found.append(node)
        if node.get("router"):
            break
        ways = node.get("exits") or [{}]
        node = nodes.get(ways[0].get("destination_uuid") or "")
    return found


class _Ways:
    """The ways through a definition in one language. Going back to where one was counts nothing."""

    def __init__(self, definition: Json, language: str) -> None:
        self.definition, self.language = definition, language
        self.nodes: dict[str, Json] = {node["uuid"]: node for node in definition.get("nodes") or []}
        self.known: dict[str, tuple[int, int]] = {}

    def first(self) -> int:
        return sum(map(self._segments, _until_it_waits(self.nodes)))

    def longest(self) -> tuple[int, int]:
        """SMS and questions from the first node on; without recursion, since flows may be long."""
        start = next(iter(self.nodes), None)
        if start is None:
            return 0, 0
        open_now: set[str] = set()
        waiting = [start]
        while waiting:
            node = waiting[-1]
            if node in self.known:
                waiting.pop()
            elif node in open_now:
                waiting.pop()
                open_now.discard(node)
                ahead = [self.known.get(to, (0, 0)) for to in self._leads_to(node)]
                most, questions = (
                    (max(column, default=0) for column in zip(*ahead, strict=True)) if ahead else (0, 0)
                )
                own = self.nodes[node]
                self.known[node] = most + self._segments(own), questions + self._asks(own)
            else:
                open_now.add(node)
                waiting += [to for to in self._leads_to(node) if to not in self.known and to not in open_now]
        return self.known[start]

    def _leads_to(self, node: str) -> list[str]:
        ways = (way.get("destination_uuid") for way in self.nodes[node].get("exits") or [])
        return [to for to in ways if to in self.nodes]

    def _segments(self, node: Json) -> int:
        return sum(count(text).segments for text in said_by(self.definition, node, self.language))

    @staticmethod
    def _asks(node: Json) -> int:
        return int(bool((node.get("router") or {}).get("wait")))
