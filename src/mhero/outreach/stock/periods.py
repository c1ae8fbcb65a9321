"""Reporting periods: months and weeks, as DHIS2 writes them."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PeriodType(TextChoices):
    """The values are DHIS2's."""

    MONTHLY = "Monthly", _("Every month")
    WEEKLY = "Weekly", _("Every week")


@dataclass(frozen=True, order=True, slots=True)
class Period:
    #: Its first day.
    start: date
    type: str

    @classmethod
    def of(cls, day: date, type: str) -> "Period":
        """The period that a day is in; weeks begin on Monday."""
        if type == PeriodType.WEEKLY:
            return cls(day - timedelta(days=day.weekday()), type)
        return cls(day.replace(day=1), type)

    @classmethod
    def reported_on(cls, day: date, type: str, grace_days: int) -> "Period":
        """The period that a report of a day is about: in its first days the one before."""
        period = cls.of(day, type)
        return period.before if (day - period.start).days < grace_days else period

    @classmethod
    def named(cls, name: str) -> "Period":
        """`202603` or `2026W9`; raises `ValueError`."""
        year, week, number = name.partition("W")
        if week:
            return cls(date.fromisocalendar(int(year), int(number), 1), PeriodType.WEEKLY)
        if len(name) != len("202603"):
            raise ValueError(name)
        return cls(date(int(name[:4]), int(name[4:]), 1), PeriodType.MONTHLY)

    @property
    def name(self) -> str:
        if self.type == PeriodType.WEEKLY:
            year, week, _day = self.start.isocalendar()
            return f"{year}W{week}"
        return f"{self.start:%Y%m}"

    @property
    def before(self) -> "Period":
        return Period.of(self.start - timedelta(days=1), self.type)

    @property
    def months(self) -> float:
        """How long it is."""
        return 7 / 30.4375 if self.type == PeriodType.WEEKLY else 1.0

    def last(self, count: int) -> "list[Period]":
        """It and those before it, the oldest first."""
        periods = [self]
        while len(periods) < count:
            periods.append(periods[-1].before)
        return periods[::-1]
