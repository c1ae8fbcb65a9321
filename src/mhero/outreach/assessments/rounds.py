"""Asking an assessment when it is due.

A round, everybody who is expected to report in it, and the send that asks them are written in the
transaction that moves the assessment on to the next one: so a round happens once, or not at all yet,
whatever dies. What was missed until it would have been late is left out, and said.
"""

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction

from mhero.accounts.queries import workspace
from mhero.messaging.circumstances import rules
from mhero.messaging.models import Broadcast, Flow
from mhero.messaging.services import BroadcastOrder, make_broadcast
from mhero.outreach.assessments.models import Assessment, AssessmentRound, Outcome, Respondent, State, Who
from mhero.outreach.assessments.moments import Plan, Turn, next_turn
from mhero.outreach.assessments.respondents import Expected, expected
from mhero.outreach.audience import Filter
from mhero.outreach.errors import NoSMSChannel
from mhero.outreach.queries import place_names
from mhero.outreach.reach import Reach, Reason
from mhero.outreach.services import channel_for, needs_approval
from mhero.outreach.words import describe
from mhero.platform.clock import Clock, now

#: Whoever is asked must have at least so long before it is late.
_SHORTEST: Final = timedelta(hours=1)
_A_MOMENT: Final = timedelta(microseconds=1)
#: Rows written in one statement.
_AT_ONCE: Final = 1000


def plan_of(assessment: Assessment) -> Plan:
    if assessment.starts_on is None:
        raise ValueError("it is not known when the assessment starts")
    return Plan(
        repeats=assessment.repeats,
        starts_on=assessment.starts_on,
        ask_on=assessment.ask_on,
        ask_at=assessment.ask_at,
        is_about_before=assessment.is_about_before,
        due_after_days=assessment.due_after_days,
        remind_before=tuple(assessment.remind_before),
        remind_after=tuple(assessment.remind_after),
        escalate_after=assessment.escalate_after,
    )


def turn_after(assessment: Assessment, moment: datetime) -> Turn | None:
    return next_turn(plan_of(assessment), moment, ZoneInfo(workspace().time_zone))


def first_turn(assessment: Assessment, at: datetime) -> Turn | None:
    """The first turn of today or later: one whose hour has passed today is had at once."""
    zone = ZoneInfo(workspace().time_zone)
    today = datetime.combine(at.astimezone(zone).date(), time(), tzinfo=zone)
    return turn_after(assessment, today - _A_MOMENT)


def ask_due(clock: Clock = now) -> bool:
    """Asks one assessment that is due; True while there may be more."""
    at = clock()
    # As much before the moment as a send is held, so that the first message leaves on time.
    until = at + timedelta(seconds=rules().hold_seconds)
    with transaction.atomic():
        due = Assessment.objects.select_for_update(skip_locked=True, of=("self",)).select_related("owner")
        assessment = due.filter(next_at__lte=until).order_by("next_at").first()
        if assessment is None or assessment.next_at is None:
            return False
        turn = turn_after(assessment, assessment.next_at - _A_MOMENT)
        if turn is not None and not _was_had(assessment, turn):
            _have(assessment, turn, clock)
        following = turn_after(assessment, turn.asked_at) if turn else None
        assessment.next_at = following.asked_at if following else None
        assessment.save(update_fields=["next_at"])
    return True


def _was_had(assessment: Assessment, turn: Turn) -> bool:
    """Whether the period has its round, as it has when the day of asking was moved back."""
    return assessment.rounds.filter(period=turn.period.name if turn.period else "").exists()


def _have(assessment: Assessment, turn: Turn, clock: Clock) -> None:
    at = clock()
    outcome = _hindrance(assessment, turn, at)
    who = [] if outcome else expected(assessment, Reach.of(assessment.owner))
    if not outcome:
        outcome = Outcome.ASKED if any(one.contact_id for one in who) else Outcome.NOBODY
    made = AssessmentRound.objects.create(
        assessment=assessment,
        period=turn.period.name if turn.period else "",
        period_start=turn.period.start if turn.period else turn.asked_on,
        # What was said before this moment is of another round.
        asked_at=max(turn.asked_at, at),
        due_on=turn.due_on,
        due_at=turn.due_at,
        closes_at=turn.closes_at,
        steps=[{"at": step.at.isoformat(), "kind": step.kind} for step in turn.steps],
        outcome=outcome,
        broadcast_id=_send(assessment, turn, who, clock).id if outcome == Outcome.ASKED else None,
    )
    first = turn.steps[0].at if turn.steps else None
    Respondent.objects.bulk_create(
        [_respondent(made, one, first) for one in who],
        batch_size=_AT_ONCE,
    )


def _respondent(made: AssessmentRound, one: Expected, first: datetime | None) -> Respondent:
    return Respondent(
        round=made,
        place_id=one.place_id,
        path=list(one.path),
        person_id=one.person_id,
        contact_id=one.contact_id,
        reason=one.reason,
        state=State.ASKED if one.contact_id else State.UNREACHED,
        next_at=first if one.contact_id else None,
    )


def _hindrance(assessment: Assessment, turn: Turn, at: datetime) -> Outcome | None:
    if turn.due_at <= at + _SHORTEST:
        return Outcome.LATE
    return may_not_ask(assessment)


def may_not_ask(assessment: Assessment) -> Outcome | None:
    """Why nobody can be asked now, whoever it is; None when they can."""
    owner = assessment.owner
    if not owner.is_active or not owner.may("messages.send"):
        return Outcome.NOT_ALLOWED
    flows = Flow.objects.filter(is_archived=False, published_revision__isnull=False)
    if not flows.filter(id=assessment.flow_id).exists():
        return Outcome.NO_FLOW
    try:
        channel_for(None)
    except NoSMSChannel:
        return Outcome.NO_CHANNEL
    return None


def accounted(who: list[Expected]) -> dict[str, int]:
    """How many are expected, and what becomes of them, as a send keeps it."""
    reasons = Counter(one.reason or Reason.WILL_SEND.value for one in who)
    return {"chosen": len(who), Reason.WILL_SEND.value: reasons.pop(Reason.WILL_SEND.value, 0), **reasons}


def _send(assessment: Assessment, turn: Turn, who: list[Expected], clock: Clock) -> Broadcast:
    contacts = [one.contact_id for one in who if one.contact_id]
    chosen = Filter.from_json(assessment.filter)
    words = describe(chosen, place_names(chosen.places))
    return make_broadcast(
        BroadcastOrder(
            name=assessment.name,
            text="",
            flow_id=assessment.flow_id,
            sms_channel_id=channel_for(None),
            contact_ids=contacts,
            starts_at=turn.asked_at,
            expires_at=turn.due_at,
            audience=assessment.filter,
            audience_description="" if assessment.who == Who.IN_CHARGE else words,
            accounted=accounted(who),
            created_by=assessment.owner,
            needs_approval=needs_approval(len(contacts)),
        ),
        clock=clock,
    )
