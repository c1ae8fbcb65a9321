"""Reporting periods: weeks, months and quarters, as DHIS2 writes them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class PeriodType(TextChoices):
    """The values are DHIS2's."""

    MONTHLY = "Monthly", _("Every month")
    WEEKLY = "Weekly", _("Every week")
    QUARTERLY = "Quarterly", _("Every quarter")


#: How many months each is long.
_MONTHS: Final = {PeriodType.MONTHLY: 1.0, PeriodType.WEEKLY: 7 / 30.4375, PeriodType.QUARTERLY: 3.0}


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
        if type == PeriodType.QUARTERLY:
            return cls(day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1), type)
        return cls(day.replace(day=1), type)

    @classmethod
    def reported_on(cls, day: date, type: str, grace_days: int) -> "Period":
        """The period that a report of a day is about: in its first days the one before."""
        period = cls.of(day, type)
        return period.before if (day - period.start).days < grace_days else period

    @classmethod
    def named(cls, name: str) -> "Period":
        """`202603`, `2026W9` or `2026Q1`; raises `ValueError`."""
        year, week, number = name.partition("W")
        if week:
            return cls(date.fromisocalendar(int(year), int(number), 1), PeriodType.WEEKLY)
        year, quarter, number = name.partition("Q")
        if quarter:
            return cls(date(int(year), int(number) * 3 - 2, 1), PeriodType.QUARTERLY)
        if len(name) != len("202603"):
            raise ValueError(name)
        return cls(date(int(name[:4]), int(name[4:]), 1), PeriodType.MONTHLY)

    @property
    def name(self) -> str:
        if self.type == PeriodType.WEEKLY:
            year, week, _day = self.start.isocalendar()
            return f"{year}W{week}"
        if self.type == PeriodType.QUARTERLY:
            return f"{self.start.year}Q{self.start.month // 3 + 1}"
        return f"{self.start:%Y%m}"

    @property
    def before(self) -> "Period":
        return Period.of(self.start - timedelta(days=1), self.type)

    @property
    def after(self) -> "Period":
        # As long as the longest of its kind: from its first day that leads into the next one, and not beyond.
        longest = {PeriodType.WEEKLY: 7, PeriodType.MONTHLY: 31, PeriodType.QUARTERLY: 92}
        return Period.of(self.start + timedelta(days=longest[PeriodType(self.type)]), self.type)

    @property
    def end(self) -> date:
        """Its last day."""
        return self.after.start - timedelta(days=1)

    @property
    def months(self) -> float:
        """How long it is."""
        return _MONTHS[PeriodType(self.type)]

    def last(self, count: int) -> "list[Period]":
        """It and those before it, the oldest first."""
        periods = [self]
        while len(periods) < count:
            periods.append(periods[-1].before)
        return periods[::-1]
