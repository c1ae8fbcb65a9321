"""An assessment in the page's words: who is asked, when, and what was answered."""

from collections.abc import Sequence

from babel import Locale
from babel.dates import format_date
from babel.lists import format_list
from django.utils.dates import WEEKDAYS
from django.utils.formats import number_format, time_format
from django.utils.translation import get_language, gettext, ngettext

from mhero.messaging.asked import AnswerKind, Question
from mhero.messaging.charts import number_words
from mhero.outreach.assessments.board import Told
from mhero.outreach.assessments.models import Assessment, AssessmentRound, Who
from mhero.outreach.assessments.respondents import NOBODY
from mhero.outreach.audience import Filter
from mhero.outreach.periods import Period, PeriodType
from mhero.outreach.queries import place_names
from mhero.outreach.reach import Reason
from mhero.outreach.words import describe, period_in_short, period_in_words


def who_in_words(assessment: Assessment) -> str:
    chosen = Filter.from_json(assessment.filter)
    if assessment.who == Who.PEOPLE:
        return describe(chosen, place_names(chosen.places))
    who = gettext("The person in charge of each facility")
    kinds = _listed(chosen.facility_types) if chosen.facility_types else ""
    names = place_names(chosen.places)
    places = _listed(sorted(names.values())) if names else ""
    return "; ".join(filter(None, [who, kinds, places]))


def how_often(assessment: Assessment) -> str:
    """ "Every month on day 1, at 9:00"."""
    at = time_format(assessment.ask_at, "TIME_FORMAT")
    if not assessment.repeats:
        day = format_date(assessment.starts_on, "d MMMM y", locale=_locale()) if assessment.starts_on else "–"
        return gettext("Once, on %(day)s, at %(time)s") % {"day": day, "time": at}
    if assessment.repeats == PeriodType.WEEKLY:
        return gettext("Every week on %(day)s, at %(time)s") % {
            "day": WEEKDAYS[assessment.ask_on - 1],
            "time": at,
        }
    words = {
        PeriodType.MONTHLY: gettext("Every month on day %(day)s, at %(time)s"),
        PeriodType.QUARTERLY: gettext("Every quarter on its day %(day)s, at %(time)s"),
    }
    return words[PeriodType(assessment.repeats)] % {"day": assessment.ask_on, "time": at}


def reminders_in_words(assessment: Assessment) -> list[str]:
    """What follows until somebody has reported, in the order of days."""
    lines = [_before(days) for days in sorted(assessment.remind_before, reverse=True)]
    lines += [_after(days) for days in sorted(assessment.remind_after)]
    if assessment.escalate_after is not None:
        lines.append(_escalated(assessment.escalate_after))
    return lines


def _before(days: int) -> str:
    words = ngettext(
        "A reminder %(days)s day before the due day", "A reminder %(days)s days before the due day", days
    )
    return words % {"days": days}


def _after(days: int) -> str:
    words = ngettext(
        "A reminder %(days)s day after the due day", "A reminder %(days)s days after the due day", days
    )
    return words % {"days": days}


def _escalated(days: int) -> str:
    words = ngettext(
        "Supervisors hear who has not reported %(days)s day after the due day",
        "Supervisors hear who has not reported %(days)s days after the due day",
        days,
    )
    return words % {"days": days}


def round_in_words(made: AssessmentRound) -> str:
    """ "February 2026", or the day of asking."""
    if made.period:
        return period_in_words(Period.named(made.period))
    return format_date(made.period_start, "d MMMM y", locale=_locale())


def round_in_short(made: AssessmentRound) -> str:
    if made.period:
        return period_in_short(Period.named(made.period))
    return format_date(made.period_start, "d MMM", locale=_locale())


def answers_in_words(question: Question, told: Told) -> str:
    """What was answered in one round, with how many answers it stands on."""
    if not told.answered:
        return "–"
    if told.mean is not None:
        return ngettext(
            "%(mean)s on average, %(n)s answer", "%(mean)s on average, %(n)s answers", told.answered
        ) % {
            "mean": number_words(round(told.mean, 1)),
            "n": _n(told.answered),
        }
    if question.kind is not AnswerKind.CHOICE:
        return ngettext("%(n)s answer", "%(n)s answers", told.answered) % {"n": _n(told.answered)}
    is_of_two = len(question.categories) == 2
    name = question.categories[0] if is_of_two else told.categories.most_common(1)[0][0]
    return gettext("%(answer)s: %(part)s of %(whole)s") % {
        "answer": name,
        "part": _n(told.categories[name]),
        "whole": _n(told.answered),
    }


def reason_in_words(reason: str) -> str:
    """Why a report could not be asked for."""
    if reason == NOBODY:
        return gettext("Nobody is known to be in charge")
    return str(Reason(reason).label) if reason in Reason.values else reason


def _n(number: int) -> str:
    return number_format(number, force_grouping=True)


def _listed(names: Sequence[str]) -> str:
    return format_list(list(names), locale=Locale.parse(_locale()))


def _locale() -> str:
    return (get_language() or "en").replace("-", "_")
