"""What the charts of answers show, line by line, in words."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from babel.dates import format_date, format_timedelta
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext

from mhero.messaging.asked import AnswerKind
from mhero.messaging.queries.results import WAITS, Numbers, Tally, Waited
from mhero.messaging.scale import Bucket


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    label: str
    number: int
    #: Of how many.
    whole: int
    #: Of the bar, in hundredths of the longest one that there may be.
    length: float
    #: The people behind it; empty where nobody may see them.
    href: str = ""


def lines_of(rows: list[tuple[str, int, str]], whole: int, *, scale: int = 0) -> list[Line]:
    """(label, number, href) as bars: of the whole, or of `scale` where the whole would leave all short."""
    longest = scale or whole or 1
    return [
        Line(label=label, number=number, whole=whole, length=round(100 * number / longest, 1), href=href)
        for label, number, href in rows
    ]


def answer_lines(tally: Tally, people: Callable[[str], str]) -> list[Line]:
    """The chart of a question, as fits its kind. `people` is the address of those who gave an answer."""
    if tally.numbers is not None:
        return _number_lines(tally.numbers)
    if tally.question.kind is AnswerKind.DATE:
        return _scaled([(day_words(value), number, "") for value, number in tally.values], tally)
    if tally.question.kind is AnswerKind.PLACE:
        rest = [(gettext("Elsewhere"), tally.other_values, "")] if tally.other_values else []
        return _scaled([(value, number, "") for value, number in tally.values] + rest, tally)
    rows = [(name or gettext("No answer"), number, people(name)) for name, number in tally.categories]
    return lines_of(rows, tally.answered)


def _scaled(rows: list[tuple[str, int, str]], tally: Tally) -> list[Line]:
    return lines_of(rows, tally.answered, scale=max((number for _label, number, _href in rows), default=0))


def _number_lines(numbers: Numbers) -> list[Line]:
    rows = [(bucket_words(each, whole=numbers.whole), each.count, "") for each in numbers.buckets]
    return lines_of(rows, numbers.count, scale=max(bucket.count for bucket in numbers.buckets))


def bucket_words(bucket: Bucket, *, whole: bool) -> str:
    if not whole:
        return gettext("%(low)s to below %(high)s") % {
            "low": number_words(bucket.low),
            "high": number_words(bucket.high),
        }
    last = bucket.high - 1
    if bucket.low == last:
        return number_words(bucket.low)
    return gettext("%(low)s to %(high)s") % {"low": number_words(bucket.low), "high": number_words(last)}


def number_words(number: float) -> str:
    """As short as it can be said: 12, 12.5."""
    return number_format(int(number) if number == int(number) else round(number, 4), force_grouping=True)


def day_words(value: str) -> str:
    """A day or a month as ISO 8601 writes it, in words; anything else as it is."""
    try:
        if len(value) == len("2026-03"):
            return format_date(date.fromisoformat(f"{value}-01"), "MMMM y", locale=_locale())
        return format_date(date.fromisoformat(value[:10]), "d MMMM y", locale=_locale())
    except ValueError:
        return value


def waited_lines(waited: Waited) -> list[Line]:
    answered = sum(waited.within)
    labels = [gettext("within %(time)s") % {"time": duration_words(limit, threshold=1)} for limit in WAITS]
    labels.append(gettext("later"))
    return lines_of(
        [(label, number, "") for label, number in zip(labels, waited.within, strict=True)], answered
    )


def duration_words(duration: timedelta, *, threshold: float = 1.5) -> str:
    """About how long: "12 minutes". From `threshold` times a unit on, that unit is spoken of."""
    return format_timedelta(duration, threshold=threshold, locale=_locale())


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")
