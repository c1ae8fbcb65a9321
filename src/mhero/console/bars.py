"""Bars: how long each is beside the longest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    label: str
    value: float
    #: Where the label leads; empty for nowhere.
    href: str
    #: The bar's length in hundredths of the longest one.
    length: float


def bars_of(rows: Iterable[Any]) -> list[Bar]:
    """A row is (label, value), (label, value, href) or a mapping of those; None counts as nothing."""
    values = [_row(row) for row in rows]
    longest = max((value for _, value, _ in values), default=0)
    return [
        Bar(label=label, value=value, href=href, length=round(100 * value / longest, 1) if longest else 0)
        for label, value, href in values
    ]


def _row(row: Any) -> tuple[str, float, str]:
    if isinstance(row, Mapping):
        return row["label"], row["value"] or 0, row.get("href", "")
    label, value, *rest = row
    return label, value or 0, rest[0] if rest else ""
