"""The tree of places, made from who says to belong to whom. Pure; orphans and loops neither hang nor fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

ORPHAN: Final = "orphan"
LOOP: Final = "loop"


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    #: Empty at the top.
    parent: UUID | None
    #: What the source says, for a place whose parent is not known; 0 is nothing.
    said_level: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Position:
    #: All places above it and itself, the highest first.
    path: tuple[UUID, ...]
    level: int
    #: `orphan`, `loop` or nothing.
    problem: str


def positions(nodes: Mapping[UUID, Node]) -> dict[UUID, Position]:
    """Where each place stands."""
    cuts = _cuts(nodes)
    placed: dict[UUID, Position] = {}
    for start in nodes:
        climbed: list[UUID] = []
        place: UUID | None = start
        while place is not None and place in nodes and place not in placed:
            climbed.append(place)
            place = None if place in cuts else nodes[place].parent
        for below in reversed(climbed):
            node = nodes[below]
            above = None if below in cuts or node.parent is None else placed.get(node.parent)
            if above is not None:
                path = (*above.path, below)
                placed[below] = Position(path=path, level=above.level + 1, problem="")
                continue
            problem = LOOP if below in cuts else ORPHAN if node.parent else ""
            placed[below] = Position(path=(below,), level=node.said_level or 1, problem=problem)
    return placed


def _cuts(nodes: Mapping[UUID, Node]) -> set[UUID]:
    """Of each loop its smallest identifier, above which it is cut, so that the cut is always the same."""
    seen: set[UUID] = set()
    cuts: set[UUID] = set()
    for start in nodes:
        climbed: list[UUID] = []
        place: UUID | None = start
        while place is not None and place in nodes and place not in seen:
            seen.add(place)
            climbed.append(place)
            place = nodes[place].parent
        if place is not None and place in climbed:
            cuts.add(min(climbed[climbed.index(place) :]))
    return cuts
