"""Routers: how a node picks one of its exits, and what it waits for before that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mhero.flows.cases import TESTS, Match
from mhero.flows.definition.checks import Checks, a_list, an_object, is_uuid, within
from mhero.flows.definition.flow import BACKGROUND, VOICE, Category, Exit, NoCategory, Router, Wait
from mhero.flows.errors import InvalidDefinition
from mhero.flows.excellent.convert import to_json, to_text
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.values import XError

if TYPE_CHECKING:
    from mhero.flows.run import Run

Json = dict[str, Any]

MOST_CATEGORIES = 100
MOST_CASES = 100
MOST_ARGUMENTS = 10
LONGEST_CATEGORY = 36
LONGEST_ARGUMENT = 10_000
#: How many arguments each test takes beside the operand: fewest and most.
_ARGUMENT_COUNTS = {"has_group": (1, 2), "has_category": (0, 10), "has_ward": (0, 2)}


@dataclass(frozen=True, slots=True)
class Case:
    """One test of the operand."""

    uuid: str
    type: str
    arguments: tuple[str, ...]
    category_uuid: str


class SwitchRouter(Router):
    """Tests an operand, case by case."""

    __slots__ = ("cases", "default", "operand")
    type = "switch"

    def __init__(self, data: Json, categories: tuple[Category, ...], wait: Wait | None) -> None:
        super().__init__(data, categories, wait)
        self.operand: str = data.get("operand") or ""
        self.default: str = data.get("default_category_uuid") or ""
        self.cases = tuple(
            Case(case["uuid"], case["type"], tuple(case.get("arguments") or ()), case["category_uuid"])
            for case in data.get("cases") or []
        )

    def route(self, run: Run) -> tuple[str, str]:
        operand = run.value(self.operand)
        try:
            operand_text = to_text(operand)
        except ExpressionError:
            operand_text = ""
        value, category_uuid, extra = self._match(run, operand)
        if not category_uuid:
            category_uuid, value = self.default, operand_text
        category = self.by_uuid.get(category_uuid)
        if category is None:
            raise NoCategory
        self.save(run, category, value, operand_text, extra)
        return category.exit_uuid, operand_text

    def _match(self, run: Run, operand: object) -> tuple[str, str, Json | None]:
        env = run.environment
        for case in self.cases:
            arguments = run.localized(case.uuid, "arguments", case.arguments)
            if len(arguments) != len(case.arguments):
                arguments = case.arguments
            if case.type == "has_group":
                # The name is there for people: its id says which group is meant.
                arguments = arguments[:1]
            values = [run.value(argument) for argument in arguments]
            found = TESTS[case.type](env, operand, *values)
            if isinstance(found, Match):
                extra = _extra(found.extra) if found.extra is not None else None
                return to_text(found.match), case.category_uuid, extra
            if isinstance(found, XError) and not any(
                isinstance(value, XError) for value in (operand, *values)
            ):
                run.session.error(f"error calling {case.type}(...): {found.message}")
        return "", "", None

    def templates(self) -> list[tuple[str, str, list[str]]]:
        found = [("", "operand", [self.operand])]
        found += [(case.uuid, "arguments", list(case.arguments)) for case in self.cases]
        return found


def _extra(value: object) -> Json | None:
    import json  # Only a few tests have more to say than their match.

    found = json.loads(to_json(value))
    return found if isinstance(found, dict) and found else None


class RandomRouter(Router):
    """Any of its categories, each as likely as the others."""

    __slots__ = ()
    type = "random"

    def route(self, run: Run) -> tuple[str, str]:
        if not self.categories:
            raise NoCategory
        drawn = run.environment.random()
        index = min(int(drawn * len(self.categories)), len(self.categories) - 1)
        category = self.categories[index]
        self.save(run, category, str(index), str(drawn), None)
        return category.exit_uuid, str(drawn)


def read_router(data: Json, exits: tuple[Exit, ...], flow_type: str) -> Router:
    """Validates and compiles a router. Raises InvalidDefinition."""
    kind = data.get("type")
    if kind not in ("switch", "random"):
        raise InvalidDefinition(f"unknown router type '{kind}'")
    checks = Checks(data)
    checks.result_name()
    checks.done()
    raw = a_list(data.get("categories"), "field 'categories'", most=MOST_CATEGORIES)
    if not raw:
        raise InvalidDefinition("field 'categories' must have a minimum of 1 items")
    known_exits = {item.uuid for item in exits}
    categories = tuple(_category(item, known_exits) for item in raw)
    uuids = {category.uuid for category in categories}
    wait = _wait(data.get("wait"), uuids, flow_type)
    if kind == "random":
        return RandomRouter(data, categories, wait)
    _check_switch(data, uuids)
    return SwitchRouter(data, categories, wait)


def _category(raw: object, exits: set[str]) -> Category:
    data = an_object(raw, "category")
    with within(f"invalid category[uuid={data.get('uuid')}]"):
        checks = Checks(data)
        checks.uuid("uuid", "exit_uuid")
        checks.required("name")
        checks.text("name", longest=LONGEST_CATEGORY)
        checks.done()
        if data["exit_uuid"] not in exits:
            raise InvalidDefinition(f"exit {data['exit_uuid']} is not a known exit")
        return Category(data["uuid"], data["name"], data["exit_uuid"])


def _check_switch(data: Json, categories: set[str]) -> None:
    checks = Checks(data)
    checks.required("operand")
    checks.text("operand", longest=LONGEST_ARGUMENT)
    checks.text("default_category_uuid")
    checks.done()
    default = data.get("default_category_uuid")
    if default and default not in categories:
        raise InvalidDefinition(f"default category {default} is not a valid category")
    for raw in a_list(data.get("cases"), "field 'cases'", most=MOST_CASES):
        case = an_object(raw, "case")
        with within(f"invalid case[uuid={case.get('uuid')}]"):
            checks = Checks(case)
            checks.uuid("uuid", "category_uuid")
            checks.required("type")
            checks.text("type")
            checks.texts("arguments", most=MOST_ARGUMENTS, longest=LONGEST_ARGUMENT)
            checks.done()
            if case["category_uuid"] not in categories:
                raise InvalidDefinition(f"category {case['category_uuid']} is not a valid category")
            if case["type"] not in TESTS:
                raise InvalidDefinition(f"{case['type']} is not a registered test function")
            if case["type"] == "has_group" and not _is_group(case.get("arguments")):
                raise InvalidDefinition("has_group needs the UUID of a group")


def _is_group(arguments: list[str] | None) -> bool:
    return bool(arguments) and is_uuid(arguments[0])  # type: ignore[index]


def _wait(raw: object, categories: set[str], flow_type: str) -> Wait | None:
    if raw is None:
        return None
    data = an_object(raw, "wait")
    kind = data.get("type")
    with within("invalid wait"):
        if kind not in ("msg", "dial"):
            raise InvalidDefinition(f"unknown wait type '{kind}'")
        if flow_type == BACKGROUND or (kind == "dial" and flow_type != VOICE):
            raise InvalidDefinition(f"wait type '{kind}' is not allowed in a flow of type '{flow_type}'")
        timeout = data.get("timeout")
        if timeout is None:
            return Wait(kind, hint=data.get("hint"))
        timeout = an_object(timeout, "field 'timeout'")
        seconds, category = timeout.get("seconds"), timeout.get("category_uuid")
        if isinstance(seconds, bool) or not isinstance(seconds, int) or seconds < 1:
            raise InvalidDefinition("field 'timeout.seconds' must be a positive whole number")
        if not isinstance(category, str) or category not in categories:
            raise InvalidDefinition(f"timeout category {category} is not a valid category")
        return Wait(kind, seconds, category, data.get("hint"))
