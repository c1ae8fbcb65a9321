"""What an evaluation depends on beside its template: formats, languages, zone, clock, places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol
from zoneinfo import ZoneInfo


class LocationResolver(Protocol):
    """Answers which places of the country a text may mean."""

    def find(self, path: str) -> Any:
        """The place with this path ("Rwanda > Kigali"), or None."""

    def find_by_name(self, name: str, level: int, parent: Any) -> list[Any]:
        """The places of a level (1 is the state) with this name or alias, below a parent or anywhere."""


@dataclass(frozen=True, kw_only=True)
class NumberFormat:
    """How numbers are written."""

    decimal_symbol: str = "."
    digit_grouping_symbol: str = ","


@dataclass(frozen=True, kw_only=True)
class Environment:
    """Everything outside a template that its evaluation may depend on."""

    #: One of YYYY-MM-DD, MM-DD-YYYY, DD-MM-YYYY.
    date_format: str = "YYYY-MM-DD"
    #: One of tt:mm, tt:mm:ss, h:mm aa, h:mm:ss aa, hh:mm aa, hh:mm:ss aa.
    time_format: str = "tt:mm"
    timezone: tzinfo = UTC
    #: ISO 639-3 codes, the first is the default.
    allowed_languages: tuple[str, ...] = ()
    #: ISO 3166 code of two letters, or nothing.
    default_country: str = ""
    number_format: NumberFormat = NumberFormat()
    #: One of default, confusables, arabic_variants.
    input_collation: str = "default"
    #: "none", or "urns" to hide addresses from expressions.
    redaction_policy: str = "none"
    #: The secret that `@contact.ref` is made with, four numbers.
    obfuscation_key: tuple[int, int, int, int] | None = None
    locations: LocationResolver | None = None
    #: The clock, aware; and numbers drawn from [0, 1). The engine has neither of its own.
    now: Callable[[], datetime]
    random: Callable[[], float]

    @property
    def default_language(self) -> str:
        """The language used where a contact's own is not allowed; nothing when none is set."""
        return self.allowed_languages[0] if self.allowed_languages else ""

    def changed(self, **changes: Any) -> Environment:
        """The same environment with something else in some of its parts."""
        return replace(self, **changes)


def environment_from_json(
    data: dict[str, Any] | None,
    *,
    locations: LocationResolver | None = None,
    now: Callable[[], datetime],
    random: Callable[[], float],
) -> Environment:
    """Reads RapidPro's environment object; what is missing has its default."""
    data = data or {}
    numbers = data.get("number_format") or {}
    return Environment(
        date_format=data.get("date_format") or "YYYY-MM-DD",
        time_format=data.get("time_format") or "tt:mm",
        timezone=ZoneInfo(data.get("timezone") or "UTC"),
        allowed_languages=tuple(data.get("allowed_languages") or ()),
        default_country=data.get("default_country") or "",
        number_format=NumberFormat(
            decimal_symbol=numbers.get("decimal_symbol", "."),
            digit_grouping_symbol=numbers.get("digit_grouping_symbol", ","),
        ),
        input_collation=data.get("input_collation") or "default",
        redaction_policy=data.get("redaction_policy") or "none",
        locations=locations,
        now=now,
        random=random,
    )
