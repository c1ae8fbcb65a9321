"""A flow as people read it: what it asks, in which order, and where each answer leads.

Made from a definition alone. A definition that was imported may hold anything the engine takes, so nothing is
taken for granted but its nodes.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

from mhero.flows.definition.checks import snakify

Json = Mapping[str, Any]

_NUMBERS = frozenset(
    f"has_number{suffix}" for suffix in ("", "_between", "_lt", "_lte", "_eq", "_gte", "_gt")
)
_DATES = frozenset(f"has_date{suffix}" for suffix in ("", "_lt", "_eq", "_gt"))
_PLACES = frozenset({"has_state", "has_district", "has_ward"})
_TEXTS = frozenset({"has_text", "has_value", "has_phone", "has_email", "has_time"})
#: Tests that say how an answer is written.
_SORTING = frozenset({"has_pattern"})


class AnswerKind(StrEnum):
    CHOICE = "choice"
    NUMBER = "number"
    DATE = "date"
    PLACE = "place"
    TEXT = "text"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is kept under one key: an answer, or something that the flow worked out by itself."""

    key: str
    name: str
    #: As it is asked; empty when nothing is.
    prompt: str = ""
    kind: AnswerKind
    #: The answers it knows, in the order it knows them, without those of the next three.
    categories: tuple[str, ...] = ()
    #: What is kept when no answer came in time.
    timeouts: frozenset[str] = frozenset()
    #: What is kept while the person is asked again, since the answer was not understood.
    not_understood: frozenset[str] = frozenset()
    #: What is kept where the person may leave the question out, and does.
    skips: frozenset[str] = frozenset()
    #: The nodes that set it.
    node_ids: frozenset[UUID] = frozenset()
    #: Whether a person is asked.
    is_asked: bool = True

    @property
    def no_answers(self) -> frozenset[str]:
        """What is kept without having been answered."""
        return self.timeouts | self.not_understood | self.skips


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    """A way out of a step."""

    #: The answers that lead this way; none where there is only one way.
    labels: tuple[str, ...]
    exit_id: UUID
    #: The number of the step it leads to; None where the conversation ends.
    leads_to: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A node, as one line of a list."""

    number: int
    node_id: UUID
    #: What it says, as it is written.
    texts: tuple[str, ...]
    #: The kinds of its other actions, in the definition's words.
    actions: tuple[str, ...]
    #: The key of what is kept there; empty for nothing.
    key: str
    waits: bool
    branches: tuple[Branch, ...]


def questions_of(definition: Json) -> list[Question]:
    """What a flow asks and works out, in its order, each key once."""
    nodes = _nodes(definition)
    found: dict[str, Question] = {}
    for identity in dict.fromkeys([*_reached(nodes), *nodes]):
        for question in _of_node(nodes[identity], nodes):
            known = found.get(question.key)
            found[question.key] = _both(known, question) if known else question
    return list(found.values())


def steps_of(definition: Json) -> list[Step]:
    """The nodes that can be reached, in the order in which a person meets them."""
    nodes = _nodes(definition)
    order = _reached(nodes)
    numbers = {identity: number for number, identity in enumerate(order, start=1)}
    return [_step(nodes[identity], numbers) for identity in order]


def _nodes(definition: Json) -> dict[str, Json]:
    return {str(node["uuid"]): node for node in definition.get("nodes") or []}


def _reached(nodes: Mapping[str, Json]) -> list[str]:
    """Depth first: what follows an answer stands beneath it."""
    order: list[str] = []
    ahead = list(nodes)[:1]
    while ahead:
        identity = ahead.pop()
        if identity in order or identity not in nodes:
            continue
        order.append(identity)
        ahead += reversed([to for _exit, to in _exits(nodes[identity]) if to])
    return order


def _exits(node: Json) -> Iterator[tuple[str, str]]:
    for way in node.get("exits") or []:
        yield str(way["uuid"]), str(way.get("destination_uuid") or "")


def _step(node: Json, numbers: Mapping[str, int]) -> Step:
    router: Json = node.get("router") or {}
    labels: dict[str, list[str]] = {}
    for category in router.get("categories") or []:
        labels.setdefault(str(category["exit_uuid"]), []).append(str(category["name"]))
    actions = node.get("actions") or []
    return Step(
        number=numbers[str(node["uuid"])],
        node_id=UUID(str(node["uuid"])),
        texts=tuple(str(action.get("text") or "") for action in actions if action["type"] == "send_msg"),
        actions=tuple(action["type"] for action in actions if action["type"] != "send_msg"),
        key=snakify(router.get("result_name") or ""),
        waits=bool(router.get("wait")),
        branches=tuple(
            Branch(labels=tuple(labels.get(exit_id, ())), exit_id=UUID(exit_id), leads_to=numbers.get(to))
            for exit_id, to in _exits(node)
        ),
    )


def _of_node(node: Json, nodes: Mapping[str, Json]) -> Iterator[Question]:
    here = frozenset({UUID(str(node["uuid"]))})
    for action in node.get("actions") or []:
        if action["type"] == "set_run_result":
            name = str(action.get("name") or "")
            yield Question(
                key=snakify(name), name=name, kind=AnswerKind.CHOICE, node_ids=here, is_asked=False
            )
    router: Json = node.get("router") or {}
    if name := str(router.get("result_name") or ""):
        names = {str(each["uuid"]): str(each["name"]) for each in router.get("categories") or []}
        wait: Json = router.get("wait") or {}
        timeouts = _named(names, [(wait.get("timeout") or {}).get("category_uuid")])
        again = _asks_again(node, router, nodes) if wait else ()
        not_understood = _named(names, again)
        skips = _named(names, _sorted_out(router)) - not_understood
        nothing = timeouts | not_understood | skips
        known = dict.fromkeys(name for name in names.values() if name not in nothing)
        yield Question(
            key=snakify(name),
            name=name,
            prompt=_prompt(node, nodes) if wait else "",
            kind=_kind(router),
            categories=tuple(known),
            timeouts=timeouts,
            not_understood=not_understood,
            skips=skips,
            node_ids=here,
            is_asked=bool(wait),
        )


def _named(names: Mapping[str, str], categories: Iterable[Any]) -> frozenset[str]:
    return frozenset(names[str(each)] for each in categories if each and str(each) in names)


def _kind(router: Json) -> AnswerKind:
    # What is only sorted out by its form, as unclear or skipped, does not make a number a choice.
    tests = {str(case.get("type")) for case in router.get("cases") or []}
    if tests & (_NUMBERS | _DATES | _PLACES | _TEXTS):
        tests -= _SORTING
    if tests & _NUMBERS and tests <= _NUMBERS | _TEXTS:
        return AnswerKind.NUMBER
    if tests & _DATES and tests <= _DATES | _TEXTS:
        return AnswerKind.DATE
    if tests & _PLACES and tests <= _PLACES | _TEXTS:
        return AnswerKind.PLACE
    return AnswerKind.CHOICE if tests - _TEXTS else AnswerKind.TEXT


def _sorted_out(router: Json) -> list[Any]:
    """Of a question for anything but a choice: the categories told by the form of the answer alone."""
    if _kind(router) is AnswerKind.CHOICE:
        return []
    tests: dict[Any, set[str]] = {}
    for case in router.get("cases") or []:
        tests.setdefault(case["category_uuid"], set()).add(str(case.get("type")))
    return [category for category, kinds in tests.items() if kinds <= _SORTING]


def _asks_again(node: Json, router: Json, nodes: Mapping[str, Json]) -> list[Any]:
    """The category of what was not understood, if it leads back here before anything else is asked."""
    default = router.get("default_category_uuid")
    exits = {each["uuid"]: each["exit_uuid"] for each in router.get("categories") or []}
    if not router.get("cases") or default not in exits:
        return []
    ahead = [to for exit_id, to in _exits(node) if exit_id == str(exits[default])]
    seen: set[str] = set()
    while ahead:
        identity = ahead.pop()
        if identity == str(node["uuid"]):
            return [default]
        if identity in seen or identity not in nodes:
            continue
        seen.add(identity)
        if not (nodes[identity].get("router") or {}).get("wait"):
            ahead += [to for _exit, to in _exits(nodes[identity])]
    return []


def _prompt(node: Json, nodes: Mapping[str, Json]) -> str:
    """The last words before the wait: those of the node itself, or else of the first that leads to it."""
    if said := _last_words(node):
        return said
    for other in nodes.values():
        if any(to == str(node["uuid"]) for _exit, to in _exits(other)) and (said := _last_words(other)):
            return said
    return ""


def _last_words(node: Json) -> str:
    texts = [str(each.get("text") or "") for each in node.get("actions") or [] if each["type"] == "send_msg"]
    return texts[-1] if texts else ""


def _both(first: Question, second: Question) -> Question:
    """One key that is set in two places."""
    asked = first if first.is_asked or not second.is_asked else second
    return Question(
        key=first.key,
        name=first.name,
        prompt=asked.prompt,
        kind=asked.kind
        if first.is_asked != second.is_asked or first.kind == second.kind
        else AnswerKind.TEXT,
        categories=tuple(dict.fromkeys(first.categories + second.categories)),
        timeouts=first.timeouts | second.timeouts,
        not_understood=first.not_understood | second.not_understood,
        skips=first.skips | second.skips,
        node_ids=first.node_ids | second.node_ids,
        is_asked=first.is_asked or second.is_asked,
    )
