"""Makes an R4 resource of whatever a source sent, and says what it left out.

Life's data has empty arrays, bare strings where a reference belongs, and coordinates that are empty text.
None of it is a reason to lose a health worker: the good parts come in, the others become warnings.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from mhero.registry.shapes import DATATYPES, OURS, REQUIRED, RESOURCES, Shape, Type

#: Turns a source's reference such as `Location/9` into ours; None leaves it out.
Resolve = Callable[[str], str | None]

_NOTHING: Final = object()
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_DATE = re.compile(r"\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_DATE_TIME = re.compile(_DATE.pattern + r"(T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
_ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")
_UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")
_MOST_WARNINGS = 20
_DEEPEST = 12


@dataclass(frozen=True, kw_only=True, slots=True)
class Tidied:
    #: An R4 resource without `id`, `meta` and `resourceType`.
    body: dict[str, Any]
    warnings: list[str]


def tidy(type: str, raw: dict[str, Any], resolve: Resolve) -> Tidied:
    """The resource that is in `raw`. Never raises, whatever the JSON is."""
    reader = _Reader(resolve=resolve)
    body = reader.structure(raw, RESOURCES[type], "", 0)
    return Tidied(body=body if isinstance(body, dict) else {}, warnings=reader.warnings)


@dataclass(kw_only=True, slots=True)
class _Reader:
    resolve: Resolve
    warnings: list[str] = field(default_factory=list)

    def warn(self, path: str, why: str) -> Any:
        if len(self.warnings) < _MOST_WARNINGS:
            self.warnings.append(f"{path}: {why}")
        return _NOTHING

    def value(self, raw: Any, type: Type, path: str, depth: int) -> Any:
        if depth > _DEEPEST:
            return self.warn(path, "nested too deeply")
        if isinstance(type, list):
            return self.repeated(raw, type[0], path, depth)
        if isinstance(type, dict):
            return self.structure(raw, type, path, depth)
        if type == "Reference":
            return self.reference(raw, path, depth)
        if type in DATATYPES:
            return self.structure(raw, DATATYPES[type], path, depth, REQUIRED.get(type))
        return self.primitive(raw, type, path)

    def repeated(self, raw: Any, type: Type, path: str, depth: int) -> Any:
        if not isinstance(raw, list):
            self.warn(path, "one value where a list belongs")
            raw = [raw]
        items = [self.value(item, type, path, depth + 1) for item in raw]
        return [item for item in items if item is not _NOTHING] or _NOTHING

    def structure(
        self, raw: Any, shape: Shape, path: str, depth: int, required: set[str] | None = None
    ) -> Any:
        if isinstance(raw, str) and shape is DATATYPES["CodeableConcept"]:
            self.warn(path, "plain text where a coded value belongs")
            raw = {"text": raw}
        if not isinstance(raw, dict):
            return _NOTHING if _is_empty(raw) else self.warn(path, "not understood, left out")
        made: dict[str, Any] = {}
        for name, given in raw.items():
            here = f"{path}.{name}" if path else str(name)
            if name not in shape:
                if name not in OURS and not str(name).startswith("_") and not _is_empty(given):
                    self.warn(here, "not part of FHIR R4, left out")
            elif not _is_empty(given):
                value = self.value(given, shape[name], here, depth + 1)
                if value is not _NOTHING:
                    made[name] = value
        missing = (required or REQUIRED.get(path, set())) - made.keys()
        if not made or missing:
            return self.warn(path, "incomplete, left out") if made and path else _NOTHING
        return made

    def reference(self, raw: Any, path: str, depth: int) -> Any:
        if isinstance(raw, str):
            self.warn(path, "bare text where a reference belongs")
            raw = {"reference": raw}
        made = self.structure(raw, DATATYPES["Reference"], path, depth)
        if made is not _NOTHING and "reference" in made:
            target = self.resolve(made["reference"])
            if target is None:
                self.warn(path, "leads to nothing here, left out")
                del made["reference"]
                return made or _NOTHING
            made["reference"] = target
        return made

    def primitive(self, raw: Any, type: str, path: str) -> Any:
        name, _, allowed = type.partition(":")
        value = _PRIMITIVES[name](raw)
        if value is _NOTHING:
            return self.warn(path, "not understood, left out")
        if allowed and value not in allowed.split():
            value = value.lower()
            if value not in allowed.split():
                return self.warn(path, "not one of R4's words for it, left out")
        return value


def _is_empty(raw: Any) -> bool:
    return raw is None or raw in ("", [], {}) or (isinstance(raw, str) and not raw.strip())


def _string(raw: Any) -> Any:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        return _NOTHING
    return _UNSTORABLE.sub("", str(raw)).strip() or _NOTHING


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
    return text if _DATE.fullmatch(text) and _is_in_the_calendar(text) else _NOTHING


def _is_in_the_calendar(day: str) -> bool:
    try:
        date.fromisoformat((day + "-01-01")[:10] if len(day) < 10 else day)
    except ValueError:
        return False
    return True


def _date_time(raw: Any) -> Any:
    text = str(raw).strip()
    day, marker, clock = text.partition("T")
    if not _DATE_TIME.fullmatch(text) or not _is_in_the_calendar(day):
        return _NOTHING
    if not marker:
        return text
    # R4 wants seconds and a zone with every time. Without them only the day is certain.
    clock = re.sub(r"([+-]\d\d)(\d\d)$", r"\1:\2", clock)
    return f"{day}T{clock}" if _ZONE.search(clock) and clock.count(":") >= 2 and clock[5:6] == ":" else day


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
