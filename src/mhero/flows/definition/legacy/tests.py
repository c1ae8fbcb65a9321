"""Old tests of rules, each to a case of a switch."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any

from mhero.flows.definition.legacy.texts import Translations, plain
from mhero.flows.errors import InvalidDefinition
from mhero.flows.excellent.migrate import migrate_template

Json = dict[str, Any]

#: Old name: (new name, the arguments it takes from the test). A text in several languages is translated.
_TESTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "between": ("has_number_between", ("min", "max")),
    "contains": ("has_all_words", ("test",)),
    "contains_any": ("has_any_word", ("test",)),
    "contains_only_phrase": ("has_only_phrase", ("test",)),
    "contains_phrase": ("has_phrase", ("test",)),
    "date": ("has_date", ()),
    "date_after": ("has_date_gt", ("test",)),
    "date_before": ("has_date_lt", ("test",)),
    "date_equal": ("has_date_eq", ("test",)),
    "district": ("has_district", ("test",)),
    "eq": ("has_number_eq", ("test",)),
    "gt": ("has_number_gt", ("test",)),
    "gte": ("has_number_gte", ("test",)),
    "has_email": ("has_email", ()),
    "lt": ("has_number_lt", ("test",)),
    "lte": ("has_number_lte", ("test",)),
    "not_empty": ("has_text", ()),
    "number": ("has_number", ()),
    "phone": ("has_phone", ()),
    "regex": ("has_pattern", ("test",)),
    "starts": ("has_beginning", ("test",)),
    "state": ("has_state", ()),
    "subflow": ("has_only_text", ("exit_type",)),
    "ward": ("has_ward", ("district", "state")),
}
_TRANSLATED = ("contains", "contains_any", "contains_only_phrase", "contains_phrase", "regex", "starts")
_DATES = ("date_after", "date_before", "date_equal")
_RELATIVE_DATE = re.compile(r"\s*@\(\s*date\.today\s*([+-])\s*(-?\d+)\s*\)\s*\Z", re.IGNORECASE)


def migrate_test(test: Json, uuid: str, category_uuid: str, translations: Translations) -> tuple[Json, Json]:
    """The case, and what the editor needs to show it as before (may be empty)."""
    kind = str(test.get("type"))
    if kind == "in_group":
        group = test.get("test")
        group = group if isinstance(group, dict) else {"name": group}
        name, arguments = "has_group", [plain(group.get("uuid")), plain(group.get("name"))]
    elif kind in ("webhook_status", "airtime_status"):
        status = "Success" if test.get("status", test.get("exit_status")) == "success" else "Failure"
        name, arguments = ("has_only_text" if kind == "webhook_status" else "has_category"), [status]
    elif kind in _TESTS:
        name, keys = _TESTS[kind]
        arguments = _arguments(test, kind, keys, uuid, translations)
    else:
        raise InvalidDefinition(f"unknown legacy test type '{kind}'")
    case: Json = {"uuid": uuid, "type": name}
    if arguments:
        case["arguments"] = arguments
    case["category_uuid"] = category_uuid
    look: Json = {}
    relative = _RELATIVE_DATE.match(plain(test.get("test"))) if kind in _DATES else None
    if relative:
        look = {"arguments": [relative[2] if relative[1] == "+" else f"-{relative[2]}"]}
    return case, look


def _arguments(
    test: Json, kind: str, keys: tuple[str, ...], uuid: str, translations: Translations
) -> list[str]:
    change: Callable[[str], str] = partial(migrate_template, raw_dates=kind in _DATES)
    if kind == "regex":
        change = str
    if kind in _TRANSLATED:
        return [translations.add(uuid, "arguments", test.get("test"), change)]
    values = [_number_as_text(test.get(key)) for key in keys]
    if (kind == "ward" and not any(values)) or (kind == "district" and not values[0]):
        return []
    return [change(value) for value in values]


def _number_as_text(value: object) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict):
        return plain(next(iter(value.values()), ""))
    return plain(value)
