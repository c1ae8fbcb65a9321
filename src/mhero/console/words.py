"""How the console says a time, a number, an amount, a phone number and the weight of a status."""

from datetime import date, datetime, timedelta
from decimal import Decimal

from babel.dates import format_date, format_time, get_timezone_name
from babel.numbers import format_currency
from django.utils import timezone
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext

#: One colour for what a status means to the person who looks, whatever the room it comes from.
COLOUR_OF_STATUS = {
    "green": {
        "delivered",
        "successful",
        "completed",
        "done",
        "active",
        "sent",
        "ok",
        "working",
        "connected",
        "live",
    },
    "yellow": {
        "waiting",
        "waiting_for_approval",
        "held",
        "done_with_problems",
        "completed with error(s)",
        "warning",
    },
    "blue": {
        "sending",
        "running",
        "processing",
        "queued",
        "wired",
        "scheduled",
        "received",
        "new",
        "incomplete",
    },
    "red": {"failed", "invalid", "missing", "interrupted", "refused", "error", "down"},
    "orange": {"trial", "shared", "ambiguous", "urgent"},
    "grey": {"stopped", "cancelled", "expired", "left", "draft", "archived", "never", "off"},
}
COLOURS = {"grey", "green", "teal", "blue", "purple", "magenta", "red", "orange", "yellow"}


def colour_of(status: str) -> str:
    """The tag's colour for a status's code or a colour's own name; an unknown status is grey."""
    code = str(status).lower()
    if code in COLOURS:
        return code
    return next((colour for colour, codes in COLOUR_OF_STATUS.items() if code in codes), "grey")


def language() -> str:
    return (get_language() or "en").replace("-", "_")


def when_in_words(value: date | datetime, form: str = "") -> tuple[str, str]:
    """The exact time for machines, and how people say it: "today at 2:15pm GMT".

    `form` is "" (day and time), "date" (the day only) or "time" (the time only).
    """
    if not isinstance(value, datetime):
        return value.isoformat(), _day(value, timezone.localdate())
    local = timezone.localtime(value)
    day = _day(local.date(), timezone.localdate())
    if form == "date":
        return local.isoformat(timespec="seconds"), day
    clock = _clock(local)
    words = clock if form == "time" else gettext("%(day)s at %(time)s") % {"day": day, "time": clock}
    return local.isoformat(timespec="seconds"), words


def _day(day: date, today: date) -> str:
    near = {
        today: gettext("today"),
        today - timedelta(days=1): gettext("yesterday"),
        today + timedelta(days=1): gettext("tomorrow"),
    }
    if day in near:
        return near[day]
    return format_date(day, "EEEE d MMMM y", locale=language())


def _clock(local: datetime) -> str:
    zone = get_timezone_name(local, width="short", locale=language())
    if language().startswith("en"):
        twelve = format_time(local.timetz(), "h:mma", locale="en").lower()
        return f"{twelve} {zone}"
    return f"{format_time(local.timetz(), 'HH:mm', locale=language())} {zone}"


def masked_phone(number: str) -> str:
    """ "+231770123456" as "+23177 ••• 456": enough to recognise a number, too little to dial it."""
    digits = number.strip()
    if len(digits) < 8:
        return "•" * len(digits)
    head = 6 if digits.startswith("+") else 3
    return digits[:head] + " ••• " + digits[-3:]


def count_in_words(number: float | None) -> str:
    return "–" if number is None else number_format(number, force_grouping=True)


def share_in_words(part: int, whole: int) -> str:
    """The percentage is never rounded to 0 or 100 when it is not that: "under 1%"."""
    base = {"part": count_in_words(part), "whole": count_in_words(whole)}
    if not whole:
        return gettext("%(part)s of %(whole)s") % base
    percent = round(100 * part / whole)
    if percent == 0 and part:
        return gettext("under 1%%, %(part)s of %(whole)s") % base
    if percent == 100 and part != whole:
        percent = 99
    return gettext("%(percent)s%%, %(part)s of %(whole)s") % {"percent": percent, **base}


def money_in_words(amount: Decimal | float | None, currency: str) -> str:
    return "–" if amount is None else format_currency(amount, currency, locale=language())
