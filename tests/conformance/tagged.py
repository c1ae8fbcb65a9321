"""The values that the tables of cases tag by their types, and the environments that they name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from tests.conformance.cases import Case

from mhero.flows import cases
from mhero.flows.environment import Environment
from mhero.flows.excellent import convert
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions import FUNCTIONS
from mhero.flows.excellent.template import compile_template
from mhero.flows.excellent.values import Scope, XError, XFunction, XObject
from mhero.flows.moments import precise

NOW = datetime(2018, 4, 11, 13, 24, 30, 123456, tzinfo=UTC)
ZONES = {"time.UTC": UTC, "la": ZoneInfo("America/Los_Angeles"), "kgl": ZoneInfo("Africa/Kigali")}
DATE_FORMATS = {"DayMonthYear": "DD-MM-YYYY", "MonthDayYear": "MM-DD-YYYY", "YearMonthDay": "YYYY-MM-DD"}


def environment(**changes: Any) -> Environment:
    """The environment `dmy` of the tables."""
    return Environment(**{"date_format": "DD-MM-YYYY", "now": lambda: NOW, "random": lambda: 0.5, **changes})


ENVIRONMENTS = {
    "dmy": environment(),
    "mdy": environment(date_format="MM-DD-YYYY", time_format="h:mm aa", timezone=ZONES["la"]),
}


class Place:
    """A place of the country in the case tests."""

    def __init__(self, name: str, aliases: tuple[str, ...] = (), parent: Place | None = None) -> None:
        self.name, self.aliases, self.parent = name, aliases, parent
        self.level: int = 0 if parent is None else parent.level + 1
        self.path: str = name if parent is None else f"{parent.path} > {name}"


class Places:
    """The places, found by their names regardless of case."""

    def __init__(self) -> None:
        country = Place("Rwanda")
        kigali = Place("Kigali City", ("Kigali", "Kigari"), country)
        gasabo = Place("Gasabo", (), kigali)
        self.all = [
            country, kigali, gasabo, Place("Gisozi", (), gasabo), Place("Ndera", (), gasabo),
            Place("Nyarugenge", (), kigali), Place("Québec", ("Quebec",), country),
            Place("Paktika", ("Janikhel", "\u062a\u0631\u0648\u0648"), country),
            Place("Île-de-France", (), country),
        ]  # fmt: skip

    def find(self, path: str) -> Place | None:
        """The place with this path."""
        return next((place for place in self.all if place.path.lower() == path.lower()), None)

    def find_by_name(self, name: str, level: int, parent: Place | None) -> list[Place]:
        """The places of this name."""
        return [
            place
            for place in self.all
            if place.level == level
            and name.lower() in {known.lower() for known in (place.name, *place.aliases)}
            and (parent is None or place.parent is parent)
        ]


CASE_ENVIRONMENTS = {
    "dmy": environment(
        time_format="tt:mm:ss", timezone=ZONES["kgl"], default_country="RW", locations=Places()
    ),
    "ara": environment(timezone=ZONES["kgl"], input_collation="arabic_variants"),
}


def value(tagged: Any, ids: dict[str, object] | None = None) -> Any:
    """The value that a tagged one of the tables stands for."""
    if not isinstance(tagged, dict):
        return tagged
    if "$testresult" in tagged:
        if not tagged["$testresult"]:
            return cases.NO_MATCH
        return cases.Match(value(tagged["match"]), value(tagged.get("extra")))
    tag, content = next(iter(tagged.items()))
    if tag == "$id":
        known = {"types.XObjectEmpty": XObject(), "types.XArrayEmpty": [], "dates.ZeroDate": date(1, 1, 1)}
        return {**known, **(ids or {})}[content]
    if tag == "$text":
        return "x" * content["args"][0] if isinstance(content, dict) else content
    if tag == "$number":
        return Decimal(2**31) if "MaxInt32" in str(content) else Decimal(content)
    if tag in ("$bool", "$null"):
        return content
    if tag == "$error":
        return XError(content)
    if tag == "$call":
        if content == "types.NewXError":
            return XError(tagged["args"][0]["args"][0])
        if content == "xitems":
            return ["x"] * tagged["args"][0]
    if tag == "$array":
        return [
            item
            for part in content
            for item in (value(part["$spread"]) if _spread(part) else [value(part, ids)])
        ]
    if tag == "$object":
        pairs = {key: value(item, ids) for key, item in content.items()}
        default = {"default": pairs.pop("__default__")} if "__default__" in pairs else {}
        return XObject(pairs, **default)
    if tag == "$json":
        return convert.parse_json(content)
    if tag == "$function":
        return FUNCTIONS[content]
    return moment(tag, value(content, ids) if isinstance(content, dict) and "$id" in content else content)


def _spread(part: Any) -> bool:
    return isinstance(part, dict) and "$spread" in part


def moment(tag: str, content: Any) -> object:
    """A date, time or both."""
    if isinstance(content, (date, time)):
        return content
    if tag == "$time":
        clock = content.lstrip("T")
        return time.fromisoformat(clock[:15])
    if tag == "$date" or (tag == "$datetime_or_date" and isinstance(content, str)):
        return date(1, 1, 1) if content == "zero" else date.fromisoformat(content)
    whole = datetime(
        content["y"], content["mo"], content["d"], content["h"], content["mi"], content["s"],
        content["ns"] // 1000, tzinfo=ZONES[content["tz"]],
    )  # fmt: skip
    return precise(whole, content["ns"] % 1000)


def same(got: object, expected: object) -> bool:
    """Whether two values are equal; the text of an error only matters where the table gives one."""
    if isinstance(expected, XError):
        return isinstance(got, XError) and expected.message in ("any", got.message)
    if isinstance(expected, XFunction):
        return got is expected
    if isinstance(expected, datetime) and isinstance(got, datetime):
        return got == expected and got.utcoffset() == expected.utcoffset()
    if isinstance(expected, list) and isinstance(got, list):
        return len(got) == len(expected) and all(map(same, got, expected))
    return convert.equal(_plain(got), _plain(expected))


def _plain(anything: object) -> object:
    if type(anything) in (cases.Match, cases.NoMatch):
        return XObject(anything, default=anything.default)  # type: ignore[attr-defined, arg-type]
    return anything


def check(got: object, expected: object) -> None:
    """Fails with both values where they are not equal."""
    assert same(got, expected), f"got {got!r}, expected {expected!r}"


def called(function: XFunction, env: Environment, args: list[object]) -> object:
    """What a function answers, errors as values."""
    try:
        return function.call(Scope(env, {}), args)
    except ExpressionError as exc:
        return XError(str(exc))


def attempted(make: Callable[[], object]) -> object:
    """What this answers, errors as values."""
    try:
        return make()
    except ExpressionError as exc:
        return XError(str(exc))


def evaluated(template: str, context: dict[str, object], env: Environment = ENVIRONMENTS["dmy"]) -> object:
    """The value of a template."""
    return compile_template(template, top_levels=frozenset(context)).value(env, context)[0]


def texts(family: str, rows: list[dict[str, Any]], context: dict[str, object]) -> Iterator[Case]:
    for row in rows:

        def run(row: dict[str, Any] = row) -> None:
            template = compile_template(row["template"], top_levels=frozenset(context))
            text, problems = template.evaluate(ENVIRONMENTS["dmy"], context)
            assert text == row["expected"], f"got {text!r}, expected {row['expected']!r}"
            assert bool(problems) is row["hasError"], problems

        yield family, row["template"], run
