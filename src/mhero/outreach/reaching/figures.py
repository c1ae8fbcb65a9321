"""What the reach page shows: shares as bars with their uncertainty, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from math import ceil
from typing import Final

from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format, time_format
from django.utils.translation import gettext, gettext_lazy, ngettext

from mhero.outreach.reaching.queries import Counted
from mhero.outreach.reaching.shares import FEW, Share
from mhero.platform.languages import language_name

#: Of a dimension with many values those with most people are shown.
MOST_LINES: Final = 16
TITLES: Final = {
    "hour": gettext_lazy("By hour of the day"),
    "weekday": gettext_lazy("By day of the week"),
    "county": gettext_lazy("By county"),
    "operator": gettext_lazy("By operator"),
    "cadre": gettext_lazy("By cadre"),
    "language": gettext_lazy("By the person’s language"),
    "parts": gettext_lazy("By length of the first question"),
    "questions": gettext_lazy("By number of questions"),
    "was_announced": gettext_lazy("By announcement"),
    "is_reask": gettext_lazy("By first and second ask"),
}
#: Those whose values have an order of their own.
ORDERED: Final = ("hour", "weekday", "parts", "questions")


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    label: str
    share: Share
    #: In hundredths of the scale: the bar, and the ends of the interval.
    length: float
    low: float
    high: float

    @property
    def words(self) -> str:
        return of_words(self.share)

    @property
    def interval(self) -> str:
        return interval_words(self.share)

    @property
    def is_sure(self) -> bool:
        return self.share.asked >= FEW


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    title: str
    lines: tuple[Line, ...]


def tables(counted: Counted) -> list[Table]:
    """One for each dimension that tells people apart, all drawn on one scale."""
    top = scale(counted)
    found = []
    for dimension, title in TITLES.items():
        shares = counted.by.get(dimension) or {}
        if shares:
            lines = tuple(
                _line(label_of(dimension, value), share, top) for value, share in _sorted(dimension, shares)
            )
            found.append(Table(title=str(title), lines=lines))
    return found


def scale(counted: Counted) -> float:
    """The share at the end of the scale: a tenth or several, beyond every bar of whom there are enough."""
    highest = max(
        (
            share.interval[1]
            for shares in counted.by.values()
            for share in shares.values()
            if share.asked >= FEW
        ),
        default=1.0,
    )
    return min(1.0, ceil(highest * 10) / 10)


def _line(label: str, share: Share, top: float) -> Line:
    low, high = share.interval

    def place(value: float) -> float:
        return round(min(100.0, 100 * value / top), 1)

    return Line(label=label, share=share, length=place(share.value), low=place(low), high=place(high))


def _sorted(dimension: str, shares: Mapping[str, Share]) -> list[tuple[str, Share]]:
    if dimension in ORDERED:
        return sorted(shares.items(), key=lambda item: int(item[0]))
    return sorted(shares.items(), key=lambda item: (-item[1].asked, item[0]))[:MOST_LINES]


def label_of(dimension: str, value: str) -> str:
    match dimension, value:
        case "hour", _:
            return hour_words(int(value))
        case "weekday", _:
            return str(WEEKDAYS[int(value)])
        case "parts", _:
            return ngettext("%(number)s SMS", "%(number)s SMS", int(value)) % {"number": value}
        case "questions", _:
            return ngettext("%(number)s question", "%(number)s questions", int(value)) % {"number": value}
        case "was_announced", "true":
            return gettext("Announced before")
        case "was_announced", _:
            return gettext("Not announced")
        case "is_reask", "true":
            return gettext("Asked again")
        case "is_reask", _:
            return gettext("Asked the first time")
        case "language", _ if value:
            return language_name(value)
    return value or gettext("Not known")


def hour_words(hour: int) -> str:
    return str(time_format(time(hour % 24), "TIME_FORMAT"))


def of_words(share: Share) -> str:
    """ "31% of 240", as no percentage may stand alone."""
    return gettext("%(percent)s%% of %(number)s") % {
        "percent": round(100 * share.value),
        "number": number_format(share.asked, force_grouping=True),
    }


def interval_words(share: Share) -> str:
    low, high = share.interval
    return gettext("%(low)s to %(high)s%%") % {"low": round(100 * low), "high": round(100 * high)}
