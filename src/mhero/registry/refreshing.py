"""Brings up to date what spans several records: the tree, people's columns, and who shares a number."""

from collections.abc import Collection
from datetime import date
from uuid import UUID

from mhero.registry import sql
from mhero.registry.tree import Node, positions
from mhero.registry.writing import execute, select, write

#: People refreshed by one statement, so that a country that is renamed does not take all memory.
_AT_ONCE = 2000


def refresh_people(people: Collection[UUID], today: date) -> None:
    """The columns that follow from roles, places and numbers."""
    waiting = sorted(people)
    for start in range(0, len(waiting), _AT_ONCE):
        batch = waiting[start : start + _AT_ONCE]
        execute(sql.REFRESH_PEOPLE, people=batch, today=today)
        refresh_numbers(batch)


def refresh_numbers(people: Collection[UUID]) -> None:
    """Which number is a person's, and what is wrong with it: of these people, and of those who share one."""
    numbers = [number for number in select(sql.CHOOSE_NUMBERS, people=list(people)) if number]
    concerned = list({*people, *select(sql.HOLDERS, numbers=numbers)})
    execute(sql.JUDGE_PEOPLE, people=concerned, numbers=numbers)
    execute(sql.JUDGE_NUMBERS, people=concerned, numbers=numbers)


def refresh_tree() -> set[UUID]:
    """Puts every place where it belongs; returns those that moved."""
    rows = select("SELECT id, parent_id, said_level, path, level, tree_problem FROM registry_place")
    nodes = {id: Node(parent=parent, said_level=said_level) for id, parent, said_level, *_ in rows}
    placed = positions(nodes)
    moved = [
        {"id": id, "path": placed[id].path, "level": placed[id].level, "problem": placed[id].problem}
        for id, _, _, path, level, problem in rows
        if (placed[id].path, placed[id].level, placed[id].problem) != (tuple(path), level, problem)
    ]
    write(sql.WRITE_POSITIONS, moved)
    return {row["id"] for row in moved}


def people_under(places: Collection[UUID]) -> set[UUID]:
    """Everyone with a role in one of the places or below it."""
    return set(select(sql.PEOPLE_UNDER, places=list(places))) if places else set()
