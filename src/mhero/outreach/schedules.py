"""Sends that are made again and again: planned, changed, stopped, and made when they are due.

A turn is written in the transaction that makes its send and moves the schedule on, so it happens once, and
never not at all, whatever dies. What was missed for long is left out, and said.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q, QuerySet

from mhero.accounts.models import User
from mhero.accounts.queries import workspace
from mhero.accounts.services import record_audit
from mhero.messaging.circumstances import rules
from mhero.messaging.models import Broadcast, Flow
from mhero.messaging.quiet import next_allowed
from mhero.messaging.services import BroadcastOrder, make_broadcast, ready_to_send
from mhero.outreach.audience import Filter
from mhero.outreach.errors import NoSMSChannel
from mhero.outreach.models import Draft, Outcome, Schedule, Turn
from mhero.outreach.queries import place_names
from mhero.outreach.reach import Reach
from mhero.outreach.recipients import account_for, contact_ids
from mhero.outreach.services import NAME_FROM_TEXT, channel_for, needs_approval
from mhero.outreach.turns import Pattern
from mhero.outreach.words import describe
from mhero.platform.clock import Clock, now

#: A turn that could not be had for longer than this is left out: a Monday's question is odd on a Tuesday.
LATEST: Final = timedelta(hours=6)


def pattern_of(schedule: Schedule) -> Pattern:
    return Pattern(
        repeats=schedule.repeats,
        weekdays=schedule.weekdays,
        month_day=schedule.month_day,
        at=schedule.at,
        starts_on=schedule.starts_on,
        ends_on=schedule.ends_on,
    )


def plan(
    draft: Draft,
    user: User,
    pattern: Pattern,
    *,
    expires_after_hours: int,
    sms_channel_id: UUID | None = None,
    clock: Clock = now,
) -> Schedule:
    """Makes the draft a schedule, once: however often it is asked for, it is the same one.

    Raises `QuestionsUnfinished` and `InvalidFlow` for questions that cannot be asked.
    """
    with transaction.atomic():
        draft = Draft.objects.select_for_update().get(id=draft.id, owner=user)
        made = Schedule.objects.filter(draft_id=draft.id).first()
        if made is not None:
            return made
        schedule = Schedule(
            owner=user,
            name=draft.name or " ".join(draft.text.split())[:NAME_FROM_TEXT],
            filter=draft.filter,
            text=draft.text,
            flow_id=ready_to_send(draft.flow_id, user).id if draft.flow_id else None,
            simplifies_accents=draft.simplifies_accents,
            sms_channel_id=sms_channel_id,
            expires_after_hours=expires_after_hours,
            draft_id=draft.id,
        )
        _take(schedule, pattern, clock)
        schedule.save()
        record_audit("schedule.made", f"schedule {schedule.id}", user=user)
    return schedule


def change(schedule: Schedule, pattern: Pattern, user: User, *, clock: Clock = now) -> None:
    """The turns ahead follow another pattern; one that was stopped goes on."""
    with transaction.atomic():
        schedule = Schedule.objects.select_for_update().get(id=schedule.id)
        schedule.stopped_by = ""
        _take(schedule, pattern, clock)
        schedule.save()
        record_audit("schedule.changed", f"schedule {schedule.id}", user=user)


def stop(schedule: Schedule, user: User) -> None:
    with transaction.atomic():
        Schedule.objects.filter(id=schedule.id).update(next_at=None, stopped_by=user.email)
        record_audit("schedule.stopped", f"schedule {schedule.id}", user=user)


def schedules_of(user: User) -> QuerySet[Schedule]:
    """Those that the person may see: all of the country, or those of colleagues of the area."""
    found = Schedule.objects.select_related("owner")
    if user.whole_country:
        return found
    return found.filter(Q(owner=user) | Q(owner__area_id=user.area_id))


def run_due(clock: Clock = now) -> bool:
    """Has the turns that are due; True while there may be more."""
    # As much before the moment as a send is held, so that the first message leaves on time.
    until = clock() + timedelta(seconds=rules().hold_seconds)
    with transaction.atomic():
        due = Schedule.objects.select_for_update(skip_locked=True, of=("self",)).select_related("owner")
        schedule = due.filter(next_at__lte=until).order_by("next_at").first()
        if schedule is None or schedule.next_at is None:
            return False
        zone, pattern, turn = ZoneInfo(workspace().time_zone), pattern_of(schedule), schedule.next_at
        while (later := pattern.next_after(turn, zone)) is not None and later <= clock():
            # Of several that were missed only the last may still be had.
            Turn.objects.create(schedule=schedule, due_at=turn, outcome=Outcome.LATE)
            turn = later
        outcome, broadcast_id = _had(schedule, turn, zone, clock)
        Turn.objects.create(schedule=schedule, due_at=turn, outcome=outcome, broadcast_id=broadcast_id)
        schedule.next_at = later
        schedule.save(update_fields=["next_at"])
    return True


def _take(schedule: Schedule, pattern: Pattern, clock: Clock) -> None:
    schedule.repeats, schedule.at = pattern.repeats, pattern.at
    schedule.weekdays, schedule.month_day = list(pattern.weekdays), pattern.month_day
    schedule.starts_on, schedule.ends_on = pattern.starts_on, pattern.ends_on
    # Not so soon that the first message would be late already.
    soonest = clock() + timedelta(seconds=rules().hold_seconds)
    schedule.next_at = pattern.next_after(soonest, ZoneInfo(workspace().time_zone))


def _had(schedule: Schedule, turn: datetime, zone: ZoneInfo, clock: Clock) -> tuple[Outcome, UUID | None]:
    """What becomes of a turn, and its send if there is one."""
    if turn <= clock() - LATEST:
        return Outcome.LATE, None
    owner = schedule.owner
    if not owner.is_active or not owner.may("messages.send"):
        return Outcome.NOT_ALLOWED, None
    try:
        channel_id = channel_for(schedule.sms_channel_id)
    except NoSMSChannel:
        return Outcome.NO_CHANNEL, None
    flows = Flow.objects.filter(is_archived=False, published_revision__isnull=False)
    if schedule.flow_id and not flows.filter(id=schedule.flow_id).exists():
        return Outcome.NO_FLOW, None
    chosen, reach = Filter.from_json(schedule.filter), Reach.of(owner)
    accounted = account_for(chosen, reach)
    if not accounted.will_send:
        return Outcome.NOBODY, None
    return Outcome.SENT, _send(schedule, turn, zone, channel_id, clock).id


def _send(
    schedule: Schedule, turn: datetime, zone: ZoneInfo, channel_id: UUID | None, clock: Clock
) -> Broadcast:
    chosen, reach, ours = Filter.from_json(schedule.filter), Reach.of(schedule.owner), rules()
    accounted = account_for(chosen, reach)
    begins = next_allowed(max(turn, clock()), ours.quiet_from, ours.quiet_until, zone)
    return make_broadcast(
        BroadcastOrder(
            name=schedule.name,
            text=schedule.text,
            flow_id=schedule.flow_id,
            simplifies_accents=schedule.simplifies_accents,
            sms_channel_id=channel_id,
            contact_ids=contact_ids(chosen, reach),
            starts_at=turn,
            expires_at=begins + timedelta(hours=schedule.expires_after_hours),
            audience=chosen.to_json(),
            audience_description=describe(chosen, place_names(chosen.places)),
            accounted=accounted.to_json(),
            created_by=schedule.owner,
            needs_approval=needs_approval(accounted.will_send),
        ),
        clock=clock,
    )
