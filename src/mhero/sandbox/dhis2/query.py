"""DHIS2's list parameters: `fields`, `filter`, `order` and paging."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from mhero.platform.errors import MheroError
from mhero.sandbox.dhis2.metadata import Object


class QueryRefused(MheroError):
    """The query cannot be understood."""

    code = "query_refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    name: str
    #: The name in the answer, by `name~rename(shown)`.
    shown: str
    #: The fields of what it refers to; None shows the reference's id only.
    inner: "tuple[Field, ...] | None"


_PRESETS: Final = {
    ":identifiable": ("id", "name", "code", "created", "lastUpdated"),
    ":nameable": ("id", "name", "shortName", "code", "created", "lastUpdated"),
}
_EVERYTHING: Final = ("*", ":all", ":owner")
_DATES: Final = frozenset(("lastUpdated", "created", "openingDate", "closedDate"))


@lru_cache(maxsize=256)
def parse_fields(text: str) -> tuple[Field, ...]:
    """`id,parent[id,code],name~rename(label)`; raises `QueryRefused`."""
    fields: list[Field] = []
    for item in _split(text):
        head, bracket, inner = item.partition("[")
        if bracket and not inner.endswith("]"):
            raise QueryRefused(f"The fields are not closed: {text}")
        name, _, transformer = head.partition("~")
        rename = re.fullmatch(r"rename\((.+)\)", transformer)
        for one in _PRESETS.get(name, (name,)):
            shown = rename[1] if rename else one
            fields.append(Field(name=one, shown=shown, inner=parse_fields(inner[:-1]) if bracket else None))
    return tuple(fields)


def _split(text: str) -> list[str]:
    """Splits at the commas that stand in no bracket."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(text):
        depth += (character in "[(") - (character in "])")
        if character == "," and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    return [part.strip() for part in parts if part.strip()]


def render(thing: Object, fields: Sequence[Field]) -> Object:
    shown: Object = {}
    hidden = {field.name[1:] for field in fields if field.name.startswith("!")}
    for field in fields:
        if field.name in _EVERYTHING:
            shown |= {name: _reference(value) for name, value in thing.items() if name not in hidden}
        elif field.name in thing:
            value = thing[field.name]
            shown[field.shown] = _reference(value) if field.inner is None else _inner(value, field.inner)
    return shown


def _inner(value: Any, fields: Sequence[Field]) -> Any:
    if isinstance(value, list):
        return [_inner(item, fields) for item in value]
    return render(value, fields) if isinstance(value, dict) else value


def _reference(value: Any) -> Any:
    """What a field shows of another object if nothing more is asked: its id."""
    if isinstance(value, list):
        return [_reference(item) for item in value]
    if isinstance(value, dict):
        return {"id": value["id"]} if "id" in value else {name: _reference(v) for name, v in value.items()}
    return value


def choose(things: Sequence[Object], filters: Sequence[str], junction: str, zone: ZoneInfo) -> list[Object]:
    """Those that fit the filters, all of them or (`rootJunction=OR`) any."""
    tests = [_filter(text, zone) for text in filters]
    if not tests:
        return list(things)
    join = any if junction.upper() == "OR" else all
    return [thing for thing in things if join(test(thing) for test in tests)]


def sort(things: list[Object], order: str) -> list[Object]:
    for part in reversed([part for part in order.split(",") if part]):
        name, _, direction = part.partition(":")
        things = sorted(things, key=lambda t: _sort_key(t.get(name)), reverse=direction.endswith("desc"))
    return things


def _sort_key(value: Any) -> tuple[bool, Any]:
    return (value is not None, value.casefold() if isinstance(value, str) else value)


def _filter(text: str, zone: ZoneInfo) -> Callable[[Object], bool]:
    name, _, rest = text.partition(":")
    operator, _, wanted = rest.partition(":")
    path = name.split(".")
    is_date = path[-1] in _DATES
    test = _OPERATORS.get(operator)
    if test is None:
        raise QueryRefused(f"The filter's operator is not known: {text}")
    comparable = _as_date(wanted, zone) if is_date and wanted else wanted

    def fits(thing: Object) -> bool:
        values = [_as_date(v, zone) if is_date else v for v in _values(thing, path)]
        return test(values, comparable)

    return fits


def _values(thing: Any, path: Sequence[str]) -> list[Any]:
    if thing is None:
        return []
    if isinstance(thing, list):
        return [value for item in thing for value in _values(item, path)]
    if not path:
        return [thing]
    return _values(thing.get(path[0]) if isinstance(thing, dict) else None, path[1:])


def _as_date(text: str, zone: ZoneInfo) -> datetime:
    """The server's local time without a zone, in which DHIS2 keeps and compares its stamps."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError as exc:
        raise QueryRefused(f"This is no date: {text}") from exc
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def _like(values: Sequence[Any], wanted: Any) -> bool:
    return any(str(wanted).casefold() in str(value).casefold() for value in values)


def _equal(values: Sequence[Any], wanted: Any) -> bool:
    return any(value == wanted or _text(value) == wanted for value in values)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _compare(test: Callable[[Any, Any], bool]) -> Callable[[Sequence[Any], Any], bool]:
    def compare(values: Sequence[Any], wanted: Any) -> bool:
        return any(test(v, type(v)(wanted) if isinstance(v, int) else wanted) for v in values)

    return compare


_OPERATORS: Final[Mapping[str, Callable[[Sequence[Any], Any], bool]]] = {
    "eq": _equal,
    "ieq": lambda values, wanted: any(str(v).casefold() == wanted.casefold() for v in values),
    "!eq": lambda values, wanted: not _equal(values, wanted),
    "ne": lambda values, wanted: not _equal(values, wanted),
    "in": lambda values, wanted: any(_text(v) in wanted.strip("[]").split(",") for v in values),
    "!in": lambda values, wanted: not any(_text(v) in wanted.strip("[]").split(",") for v in values),
    "like": _like,
    "ilike": _like,
    "null": lambda values, _: not values,
    "!null": lambda values, _: bool(values),
    "gt": _compare(lambda a, b: a > b),
    "ge": _compare(lambda a, b: a >= b),
    "lt": _compare(lambda a, b: a < b),
    "le": _compare(lambda a, b: a <= b),
}


def paged(name: str, found: Sequence[Object], query: Mapping[str, str], base: str) -> Object:
    """The list's answer. `nextPage` is absolute and built on the server's configured base, right or wrong."""
    fields = parse_fields(query.get("fields", "id,displayName"))
    if query.get("paging", "true").lower() == "false" or query.get("skipPaging") == "true":
        return {name: [render(thing, fields) for thing in found]}
    page, size = _positive(query, "page", 1), _positive(query, "pageSize", 50)
    count = max(1, -(-len(found) // size))
    pager: Object = {"page": page, "total": len(found), "pageSize": size, "pageCount": count}
    for title, number in (("nextPage", page + 1), ("prevPage", page - 1)):
        if 1 <= number <= count:
            others = {key: value for key, value in query.items() if key != "page"}
            pager[title] = f"{base}/api/{name}?{urlencode({'page': number} | others)}"
    return {"pager": pager, name: [render(thing, fields) for thing in found[(page - 1) * size : page * size]]}


def _positive(query: Mapping[str, str], name: str, default: int) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or int(text) < 1:
        raise QueryRefused(f"{name} must be a positive number.")
    return int(text)
