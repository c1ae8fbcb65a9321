"""Makes an R4 resource of whatever a source sent, and says what it left out.

Life's data has empty arrays, bare strings where a reference belongs, and coordinates that are empty text.
None of it is a reason to lose a health worker: the good parts come in, the others become warnings.

The shapes are turned into nested functions once, since a country has a million elements to read.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, Final

from mhero.registry.shapes import DATATYPES, OURS, REQUIRED, RESOURCES, Shape, Type

#: Turns a source's reference such as `Location/9` into ours; None leaves it out.
Resolve = Callable[[str], str | None]

_NOTHING: Final = object()
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_DATE_TIME = re.compile(_DATE.pattern + r"(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_CLOCK = re.compile(r"\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_MOST_WARNINGS = 20
_DEEPEST = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Tidied:
    #: An R4 resource without `id`, `meta` and `resourceType`.
    body: dict[str, Any]
    warnings: list[str]


class _Run:
    """One resource being read: what was said about it so far."""

    __slots__ = ("resolve", "warnings")

    def __init__(self, resolve: Resolve) -> None:
        self.resolve = resolve
        self.warnings: list[str] = []

    def warn(self, path: str, why: str) -> Any:
        if len(self.warnings) < _MOST_WARNINGS:
            self.warnings.append(f"{_UNSTORABLE.sub('', path)}: {why}")
        return _NOTHING


#: Reads one value; gives `_NOTHING` for what is left out.
_Read = Callable[[Any, _Run], Any]


def tidy(type: str, raw: dict[str, Any], resolve: Resolve) -> Tidied:
    """The resource that is in `raw`. Never raises, whatever the JSON is."""
    return _tidied(_resource_reader(type), raw, resolve)


def tidy_shape(shape: Shape, raw: dict[str, Any], resolve: Resolve) -> Tidied:
    """The same for a resource that the registry does not keep, whose shape the caller has."""
    return _tidied(_structure(shape, "", 0), raw, resolve)


def _tidied(read: _Read, raw: dict[str, Any], resolve: Resolve) -> Tidied:
    run = _Run(resolve)
    body = read(raw, run)
    return Tidied(body=body if isinstance(body, dict) else {}, warnings=run.warnings)


@lru_cache
def _resource_reader(type: str) -> _Read:
    return _structure(RESOURCES[type], "", 0)


def _reader(type: Type, path: str, depth: int) -> _Read:
    if depth > _DEEPEST:
        return lambda _raw, run: run.warn(path, "nested too deeply")
    if isinstance(type, list):
        return _repeated(_reader(type[0], path, depth + 1), path)
    if isinstance(type, dict):
        return _structure(type, path, depth)
    if type == "Reference":
        return _reference(path, depth)
    if type == "CodeableConcept":
        return _concept(path, depth)
    if type in DATATYPES:
        return _structure(DATATYPES[type], path, depth, REQUIRED.get(type))
    return _primitive(type, path)


def _repeated(read: _Read, path: str) -> _Read:
    def repeated(raw: Any, run: _Run) -> Any:
        if not isinstance(raw, list):
            run.warn(path, "one value where a list belongs")
            raw = [raw]
        items = [item for item in (read(item, run) for item in raw) if item is not _NOTHING]
        return items or _NOTHING

    return repeated


def _structure(shape: Shape, path: str, depth: int, required: set[str] | None = None) -> _Read:
    needed = required or REQUIRED.get(path, set())
    # Filled as elements are met: an extension may hold extensions, so not all of it can be made at once.
    readers: dict[str, _Read] = {}

    def structure(raw: Any, run: _Run) -> Any:
        if not isinstance(raw, dict):
            return _NOTHING if _is_empty(raw) else run.warn(path, "not understood, left out")
        made: dict[str, Any] = {}
        for name, given in raw.items():
            if _is_empty(given):
                continue
            read = readers.get(name)
            if read is None:
                if name not in shape:
                    if name not in OURS and not str(name).startswith("_"):
                        run.warn(_below(path, name), "not part of FHIR R4, left out")
                    continue
                read = readers[name] = _reader(shape[name], _below(path, name), depth + 1)
            value = read(given, run)
            if value is not _NOTHING:
                made[name] = value
        if not made or not needed <= made.keys():
            return run.warn(path, "incomplete, left out") if made and path else _NOTHING
        return made

    return structure


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else str(name)


def _concept(path: str, depth: int) -> _Read:
    read = _structure(DATATYPES["CodeableConcept"], path, depth)

    def concept(raw: Any, run: _Run) -> Any:
        if isinstance(raw, str):
            run.warn(path, "plain text where a coded value belongs")
            raw = {"text": raw}
        return read(raw, run)

    return concept


def _reference(path: str, depth: int) -> _Read:
    read = _structure(DATATYPES["Reference"], path, depth)

    def reference(raw: Any, run: _Run) -> Any:
        if isinstance(raw, str):
            run.warn(path, "bare text where a reference belongs")
            raw = {"reference": raw}
        made = read(raw, run)
        if made is _NOTHING or "reference" not in made:
            return made
        target = run.resolve(made["reference"])
        if target is None:
            run.warn(path, "leads to nothing here, left out")
            del made["reference"]
            return made or _NOTHING
        made["reference"] = target
        return made

    return reference


def _primitive(type: str, path: str) -> _Read:
    name, _, words = type.partition(":")
    understand, allowed = _PRIMITIVES[name], frozenset(words.split())

    def primitive(raw: Any, run: _Run) -> Any:
        value = understand(raw)
        if value is _NOTHING:
            return run.warn(path, "not understood, left out")
        if not allowed or value in allowed:
            return value
        value = value.lower()
        return value if value in allowed else run.warn(path, "not one of R4's words for it, left out")

    return primitive


def _is_empty(raw: Any) -> bool:
    if isinstance(raw, str):
        return not raw or raw.isspace()
    return raw is None or raw == [] or raw == {}


def _string(raw: Any) -> Any:
    if not isinstance(raw, str):
        if isinstance(raw, bool) or not isinstance(raw, int | float):
            return _NOTHING
        raw = str(raw)
    elif not raw.isprintable():
        raw = _UNSTORABLE.sub("", raw)
    return raw.strip() or _NOTHING


def _code(raw: Any) -> Any:
    text = _string(raw)
    return text if text is _NOTHING else " ".join(text.split())


def _uri(raw: Any) -> Any:
    text = _string(raw)
    return text if text is _NOTHING else "".join(text.split())


def _boolean(raw: Any) -> Any:
    if isinstance(raw, bool):
        return raw
    return {"true": True, "false": False}.get(str(raw).lower(), _NOTHING)


def _decimal(raw: Any) -> Any:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return _NOTHING
    try:
        number = Decimal(str(raw).strip())
    except InvalidOperation:
        return _NOTHING
    # Beyond this nothing in a directory can be meant, and JSON readers begin to differ.
    return float(number) if number.is_finite() and abs(number) < 10**12 else _NOTHING


def _integer(raw: Any) -> Any:
    number = _decimal(raw)
    return int(number) if number is not _NOTHING and number == int(number) else _NOTHING


def _positive(raw: Any) -> Any:
    number = _integer(raw)
    return number if number is not _NOTHING and 0 < number < 2**31 else _NOTHING


def _date(raw: Any) -> Any:
    """A day, a month or a year; of a moment its day. `0000-00-00` is nobody's date."""
    text = str(raw).strip()[:10]
    return text if _is_in_the_calendar(text) else _NOTHING


@lru_cache(maxsize=4096)
def _is_in_the_calendar(day: str) -> bool:
    if not _DATE.fullmatch(day):
        return False
    try:
        date.fromisoformat((day + "-01-01")[:10] if len(day) < 10 else day)
    except ValueError:
        return False
    return True


def _date_time(raw: Any) -> Any:
    text = str(raw).strip()
    day, marker, clock = text.partition("T")
    if not _is_in_the_calendar(day) or not _DATE_TIME.fullmatch(text):
        return _NOTHING
    if not marker:
        return text
    # R4 wants seconds and a zone with every time. Without them only the day is certain.
    clock = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", clock)
    return f"{day}T{clock}" if _CLOCK.fullmatch(clock) else day


def _time(raw: Any) -> Any:
    text = str(raw).strip()
    if not _TIME.fullmatch(text):
        return _NOTHING
    return text if len(text) == 8 else f"{text}:00"


_PRIMITIVES: Final[dict[str, Callable[[Any], Any]]] = {
    "string": _string,
    "code": _code,
    "uri": _uri,
    "base64": _uri,
    "boolean": _boolean,
    "decimal": _decimal,
    "integer": _integer,
    "positiveInt": _positive,
    "date": _date,
    "dateTime": _date_time,
    "time": _time,
}
