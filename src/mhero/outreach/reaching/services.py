"""Asking so that more people answer: the sends that come of what the officer chose."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import time_format
from django.utils.translation import gettext

from mhero.accounts.models import User
from mhero.accounts.queries import workspace
from mhero.accounts.services import record_audit
from mhero.messaging.circumstances import rules
from mhero.messaging.errors import NotAllowedNow
from mhero.messaging.models import Broadcast, BroadcastStatus
from mhero.messaging.quiet import next_allowed
from mhero.messaging.services import BroadcastOrder, approve_broadcast, make_broadcast, stop_broadcast
from mhero.messaging.services.broadcasts import STOPPABLE
from mhero.messaging.services.reasking import ask_again
from mhero.outreach.reaching.levers import Levers, Timetable, Wave, timetable
from mhero.outreach.reaching.models import ReachPart, ReachRound
from mhero.outreach.reaching.queries import by_county, learned_hours
from mhero.platform.clock import Clock, now

#: An announcement that is later than this before the questions has missed its purpose.
BEFORE: Final = timedelta(hours=1)


def planned(
    levers: Levers, counties: Sequence[str], starts_at: datetime | None, *, clock: Clock = now
) -> Timetable:
    """What would happen when, if it were decided now."""
    ours, zone = rules(), ZoneInfo(workspace().time_zone)
    soonest = clock() + timedelta(seconds=ours.hold_seconds)
    begin = next_allowed(max(starts_at or soonest, soonest), ours.quiet_from, ours.quiet_until, zone)
    known = learned_hours()
    found = {county: known.get(county, known[""]) for county in counties or [""]}
    return timetable(
        levers, begin=begin, counties=found, quiet=(ours.quiet_from, ours.quiet_until), zone=zone
    )


def make_round(
    draft_id: UUID, order: BroadcastOrder, levers: Levers, user: User, *, clock: Clock = now
) -> Broadcast:
    """Makes all sends of a round in the caller's transaction; the first of its questions is returned.

    `order` is the send as it would be without them.
    """
    with transaction.atomic():
        people = by_county(list(order.contact_ids))
        plan = planned(levers, sorted(people), order.starts_at, clock=clock)
        made = ReachRound.objects.create(
            name=order.name, owner=user, draft_id=draft_id, levers=levers.to_json(), made_at=clock()
        )
        record_audit("reach.round_made", f"round {made.id}", user=user)
        if plan.announced_at is not None:
            _announce(made, order, levers, plan, clock)
        sends = [_ask(made, order, plan, wave, people, user, clock) for wave in plan.waves]
    return sends[0]


def _announce(made: ReachRound, order: BroadcastOrder, levers: Levers, plan: Timetable, clock: Clock) -> None:
    base, *others = levers.announcement.items()
    announced = make_broadcast(
        _like(
            order,
            name=gettext("%(name)s: announcement") % {"name": order.name},
            text=base[1],
            flow_id=None,
            starts_at=plan.announced_at,
            expires_at=plan.waves[0].at - BEFORE,
        ),
        clock=clock,
    )
    Broadcast.objects.filter(id=announced.id).update(translations=dict(others))
    ReachPart.objects.create(broadcast=announced, round=made, is_announcement=True)


def _ask(
    made: ReachRound,
    order: BroadcastOrder,
    plan: Timetable,
    wave: Wave,
    people: Mapping[str, list[UUID]],
    user: User,
    clock: Clock,
) -> Broadcast:
    contacts = [contact for county in wave.counties for contact in people[county]]
    is_only = len(plan.waves) == 1
    hour = time_format(wave.at.astimezone(ZoneInfo(workspace().time_zone)).time(), "TIME_FORMAT")
    send = make_broadcast(
        _like(
            order,
            name=order.name if is_only else f"{order.name}, {hour}",
            contact_ids=contacts,
            starts_at=wave.at,
            expires_at=wave.at + _lasting(order, clock),
            accounted=order.accounted if is_only else {"chosen": len(contacts), "will_send": len(contacts)},
        ),
        clock=clock,
    )
    ReachPart.objects.create(broadcast=send, round=made, counties=[] if is_only else list(wave.counties))
    if wave.again_at is not None:
        ask_again(send.id, wave.again_at, user)
    return send


def _lasting(order: BroadcastOrder, clock: Clock) -> timedelta:
    """How long each send may take, as it was chosen for the one that they come of."""
    if order.expires_at is None:
        return timedelta(hours=rules().expires_after_hours)
    return order.expires_at - max(order.starts_at or clock(), clock())


def _like(order: BroadcastOrder, **changes: Any) -> BroadcastOrder:
    return replace(order, **changes)


def stop_round(made: ReachRound, user: User, *, clock: Clock = now) -> None:
    """Stops what is still ahead or under way, and asks nobody again."""
    with transaction.atomic():
        # First, so that a send which just asks again is there when the others are looked up.
        Broadcast.objects.filter(id__in=made.parts.values("broadcast_id")).update(reask_at=None)
        for send in _sends(made):
            goes_on = send.flow_id is not None and send.status == BroadcastStatus.SENT
            if send.status in STOPPABLE or goes_on:
                stop_broadcast(send.id, user, clock=clock)
        record_audit("reach.round_stopped", f"round {made.id}", user=user)


def approve_round(made: ReachRound, user: User, *, clock: Clock = now) -> None:
    """Lets all sends of the round go that wait for a second person. Raises `OwnSend`."""
    with transaction.atomic():
        for send in _sends(made):
            if send.status != BroadcastStatus.WAITING_FOR_APPROVAL:
                continue
            try:
                approve_broadcast(send.id, user, clock=clock)
            except NotAllowedNow:
                # Its time is over: an announcement that comes with its questions is none.
                continue


def _sends(made: ReachRound) -> list[Broadcast]:
    parts = list(made.parts.values_list("broadcast_id", flat=True))
    again = Broadcast.objects.filter(reask_of__in=parts)
    return [*Broadcast.objects.filter(id__in=parts).order_by("starts_at"), *again]
