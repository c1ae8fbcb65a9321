"""When an assessment is asked, due, reminded of and closed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from mhero.flows.excellent.dates import localize
from mhero.outreach.periods import Period

#: So long after its due day an assessment that is asked once still takes answers.
STAYS_OPEN: Final = timedelta(days=60)
REMIND, ESCALATE = "remind", "escalate"
#: So many periods ahead there surely is one in which it is asked.
_LOOKED_AT: Final = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    #: A `PeriodType`, or empty for once.
    repeats: str
    #: The day on which it is asked once, or the first that counts.
    starts_on: date
    #: The day of the period, from 1; a shorter period takes its last day.
    ask_on: int
    ask_at: time
    is_about_before: bool
    due_after_days: int
    remind_before: tuple[int, ...] = ()
    remind_after: tuple[int, ...] = ()
    escalate_after: int | None = None


@dataclass(frozen=True, kw_only=True, order=True, slots=True)
class Step:
    at: datetime
    #: `remind` or `escalate`.
    kind: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Turn:
    """One time that it is asked."""

    #: What the answers are about; None when it is asked once.
    period: Period | None
    asked_on: date
    asked_at: datetime
    due_on: date
    #: The end of the due day.
    due_at: datetime
    closes_at: datetime
    steps: tuple[Step, ...]


def next_turn(plan: Plan, after: datetime, zone: tzinfo) -> Turn | None:
    """The first turn that is asked later than the aware moment."""
    days = _days(plan, after.astimezone(zone).date())
    for period, day in days:
        if _moment(day, plan.ask_at, zone) > after:
            following = next(days, None)
            return _turn(plan, period, day, following[1] if following else None, zone)
    return None


def _days(plan: Plan, today: date) -> Iterator[tuple[Period | None, date]]:
    """The days of asking from about today on, each with what it is about."""
    if not plan.repeats:
        yield None, plan.starts_on
        return
    period = Period.of(max(today, plan.starts_on), plan.repeats).before
    for _ in range(_LOOKED_AT):
        day = min(period.start + timedelta(days=plan.ask_on - 1), period.end)
        if day >= plan.starts_on:
            yield period.before if plan.is_about_before else period, day
        period = period.after


def _turn(plan: Plan, period: Period | None, day: date, following: date | None, zone: tzinfo) -> Turn:
    due_on = day + timedelta(days=plan.due_after_days)
    due_at = _moment(due_on + timedelta(days=1), time(), zone)
    closes_at = _moment(following, plan.ask_at, zone) if following else due_at + STAYS_OPEN
    ahead = [(-days, REMIND) for days in plan.remind_before] + [(days, REMIND) for days in plan.remind_after]
    if plan.escalate_after is not None:
        ahead.append((plan.escalate_after, ESCALATE))
    dated = [(due_on + timedelta(days=days), kind) for days, kind in ahead]
    steps = {Step(at=_moment(on, plan.ask_at, zone), kind=kind) for on, kind in dated if on > day}
    return Turn(
        period=period,
        asked_on=day,
        asked_at=_moment(day, plan.ask_at, zone),
        due_on=due_on,
        due_at=due_at,
        closes_at=closes_at,
        # A reminder of what is not asked any more would lead nowhere.
        steps=tuple(sorted(step for step in steps if step.at < closes_at)),
    )


def _moment(day: date, at: time, zone: tzinfo) -> datetime:
    return localize(datetime.combine(day, at), zone)
