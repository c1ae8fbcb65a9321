"""A choice of people and what becomes of them, said in the page's language."""

from collections.abc import Iterable, Mapping
from uuid import UUID

from babel import Locale
from babel.lists import format_list
from django.utils.dates import MONTHS, MONTHS_3
from django.utils.formats import number_format
from django.utils.translation import get_language, gettext, ngettext, ngettext_lazy, pgettext

from mhero.outreach.audience import Filter
from mhero.outreach.periods import Period, PeriodType
from mhero.outreach.reach import Reason
from mhero.platform.languages import language_name

#: A longer list ends in "and 4 others".
MOST_NAMED = 3

SENTENCES = {
    Reason.NO_NUMBER: ngettext_lazy("%(n)s has no phone number", "%(n)s have no phone number", "people"),
    Reason.INVALID: ngettext_lazy(
        "%(n)s has a phone number that cannot be right",
        "%(n)s have a phone number that cannot be right",
        "people",
    ),
    Reason.OPTED_OUT: ngettext_lazy("%(n)s opted out", "%(n)s opted out", "people"),
    Reason.ON_LEAVE: ngettext_lazy("%(n)s is on leave", "%(n)s are on leave", "people"),
    Reason.NOT_READY: ngettext_lazy(
        "%(n)s is not ready yet: try again in a minute",
        "%(n)s are not ready yet: try again in a minute",
        "people",
    ),
    Reason.TRIAL: ngettext_lazy(
        "%(n)s is blocked by trial mode", "%(n)s are blocked by trial mode", "people"
    ),
    Reason.DUPLICATE: ngettext_lazy(
        "%(n)s has the same phone as somebody else", "%(n)s have the same phone as somebody else", "people"
    ),
    Reason.WILL_SEND: ngettext_lazy("%(n)s will get the message", "%(n)s will get the message", "people"),
}


def in_words(reason: Reason, people: int) -> str:
    return str(SENTENCES[reason] % {"people": people, "n": number_format(people, force_grouping=True)})


def describe(chosen: Filter, place_names: Mapping[UUID, str]) -> str:
    """ "Nurse and Midwife in Bomi and Bong; women": who fits the filter, in one line."""
    who = _some(chosen.cadres) if chosen.cadres else gettext("All health workers")
    if chosen.places:
        places = [place_names.get(place) or gettext("a place that is gone") for place in chosen.places]
        who = gettext("%(who)s in %(places)s") % {"who": who, "places": _some(sorted(places))}
    more = []
    if chosen.facility_types:
        more.append(_some(chosen.facility_types))
    if chosen.skills:
        more.append(_some(chosen.skills))
    if chosen.languages:
        languages = _some([language_name(code) for code in chosen.languages])
        more.append(gettext("speaking %(languages)s") % {"languages": languages})
    if chosen.genders:
        more.append(_some([gender_name(code) for code in chosen.genders]))
    return "; ".join([who, *more])


def gender_name(code: str) -> str:
    names = {
        "female": pgettext("people", "Women"),
        "male": pgettext("people", "Men"),
        "other": gettext("Another gender"),
        "unknown": gettext("Gender not known"),
        "": gettext("Gender not known"),
    }
    return names.get(code, code)


def period_in_words(period: Period) -> str:
    """ "March 2026", "week 9 of 2026", "January to March 2026"."""
    if period.type == PeriodType.WEEKLY:
        year, week, _day = period.start.isocalendar()
        return gettext("week %(week)s of %(year)s") % {"week": week, "year": year}
    if period.type == PeriodType.QUARTERLY:
        months = {"first": MONTHS[period.start.month], "last": MONTHS[period.end.month]}
        return gettext("%(first)s to %(last)s %(year)s") % {**months, "year": period.start.year}
    return f"{MONTHS[period.start.month]} {period.start.year}"


def period_in_short(period: Period) -> str:
    """A period as a chart has room for it."""
    if period.type == PeriodType.WEEKLY:
        return gettext("week %(week)s") % {"week": period.start.isocalendar().week}
    if period.type == PeriodType.QUARTERLY:
        return period.name
    return f"{MONTHS_3[period.start.month].capitalize()} {period.start.year}"


def _some(names: Iterable[str]) -> str:
    every = list(names)
    named, others = every[:MOST_NAMED], len(every) - MOST_NAMED
    if others > 0:
        named.append(ngettext("%(n)s other", "%(n)s others", others) % {"n": others})
    return format_list(named, locale=_locale())


def _locale() -> Locale:
    return Locale.parse((get_language() or "en").replace("-", "_"))
