"""Sends that are made again and again, in words."""

from collections.abc import Sequence

from babel import Locale
from babel.lists import format_list
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.formats import time_format
from django.utils.translation import get_language, gettext

from mhero.accounts.models import User
from mhero.messaging.planned import Planned
from mhero.outreach.models import Repeat, Schedule
from mhero.outreach.schedules import schedules_of
from mhero.outreach.turns import Pattern


def planned_for(user: User) -> list[Planned]:
    """What the team has planned and is ahead."""
    found = schedules_of(user).filter(next_at__isnull=False)
    return [
        Planned(
            name=schedule.name,
            url=reverse("planned", args=[schedule.id]),
            next_at=schedule.next_at,
            how_often=how_often(schedule),
            by=schedule.owner.email,
        )
        for schedule in found
        if schedule.next_at
    ]


def how_often(schedule: Schedule | Pattern) -> str:
    """ "Every Monday and Thursday, at 9:00"."""
    at = time_format(schedule.at, "TIME_FORMAT")
    return gettext("%(when)s, at %(time)s") % {"when": _days(schedule), "time": at}


def _days(schedule: Schedule | Pattern) -> str:
    if schedule.repeats == Repeat.WEEKLY:
        return gettext("Every %(days)s") % {
            "days": _listed([str(WEEKDAYS[day]) for day in schedule.weekdays])
        }
    if schedule.repeats == Repeat.MONTHLY:
        if schedule.month_day == Schedule.LAST_DAY:
            return gettext("On the last day of every month")
        return gettext("On day %(day)s of every month") % {"day": schedule.month_day}
    return gettext("Every day")


def _listed(names: Sequence[str]) -> str:
    return format_list(list(names), locale=Locale.parse((get_language() or "en").replace("-", "_")))
