"""Sending alerts: the first text, its repetitions, the second wave, and the end.

A wave's row is written in the transaction that makes its send and sets when the next is due, so each wave is
sent once whatever is killed when. Who confirms while a wave waits to leave is taken out of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from mhero.messaging.circumstances import Circumstances, present
from mhero.messaging.models import Contact
from mhero.messaging.quiet import next_allowed, next_quiet
from mhero.messaging.services import BroadcastOrder, make_broadcast
from mhero.messaging.services.channels import channel_to_send_by
from mhero.messaging.services.notices import notice
from mhero.outreach.alerts.answers import names_in_words, say, with_word
from mhero.outreach.alerts.models import Alert, AlertState, AlertWave
from mhero.outreach.alerts.plan import Rules, WaveKind, next_wave
from mhero.outreach.errors import NoSMSChannel
from mhero.outreach.services import channel_for
from mhero.outreach.supervisors import supervisors_at
from mhero.platform.clock import Clock, now
from mhero.platform.notify import notify
from mhero.registry.models import Place

#: In which whoever sent an alert can still stop its first text. A repetition needs none.
HOLD_SECONDS: Final = 10
#: A text that could not leave by then is news no longer; the next wave has it again.
EXPIRES_AFTER: Final = timedelta(hours=24)
#: While no channel is on a wave that is due waits, and is tried again.
NO_CHANNEL_PAUSE: Final = timedelta(minutes=1)
WAVES_DUE: Final = "outreach_alerts"

_LEFT: Final = """
FROM outreach_alertperson p JOIN messaging_contact c ON c.id = p.contact_id
WHERE p.alert_id = %(alert)s AND p.confirmed_at IS NULL AND c.status = 'active' AND c.number IS NOT NULL
  AND NOT EXISTS (SELECT FROM messaging_optout o WHERE o.number = c.number)
"""
PEOPLE_LEFT: Final = "SELECT p.contact_id, p.place_id, c.name" + _LEFT + "ORDER BY p.id"
# Asked at each confirmation.
ANYBODY_LEFT: Final = "SELECT EXISTS (SELECT" + _LEFT + ")"


@dataclass(frozen=True, kw_only=True, slots=True)
class Left:
    """Somebody who has neither confirmed nor opted out."""

    contact_id: UUID
    place_id: UUID | None
    name: str


def run_due(clock: Clock = now) -> bool:
    """Has the waves that are due; True while there may be more."""
    with transaction.atomic():
        due = Alert.objects.select_for_update(skip_locked=True, of=("self",)).select_related("owner")
        alert = due.filter(state=AlertState.RUNNING, next_at__lte=clock()).order_by("next_at").first()
        if alert is None:
            return False
        go_on(alert, clock)
    return True


def go_on(alert: Alert, clock: Clock) -> None:
    """The next wave of an alert whose row the caller holds, or its end."""
    at, allowed = clock(), present()
    kinds = made(alert)
    kind = next_wave(rules_of(alert), kinds, at).kind
    left = people_left(alert)
    if kind is None or not left:
        end(alert, at)
        return
    if not alert.in_quiet_hours and allowed.is_quiet(at):
        alert.next_at = next_allowed(at, allowed.quiet_from, allowed.quiet_until, allowed.zone)
        alert.save(update_fields=["next_at"])
        return
    try:
        with transaction.atomic():
            make_wave(alert, kind, left, clock)
    except NoSMSChannel:
        alert.next_at = at + NO_CHANNEL_PAUSE
        alert.save(update_fields=["next_at"])


def make_wave(alert: Alert, kind: WaveKind, left: Sequence[Left], clock: Clock) -> AlertWave:
    """Makes a wave, and sets when the next is due, in the caller's transaction. Raises `NoSMSChannel`."""
    at, allowed = clock(), present()
    number = alert.waves.count()
    wave = AlertWave(alert=alert, number=number, kind=kind, made_at=at)
    to_people = kind != WaveKind.SECOND or alert.second_to_people
    if to_people and left:
        order = _order(alert, kind, number, left, allowed, at)
        wave.broadcast, wave.people = make_broadcast(order, clock=lambda: at), len(left)
    channel_for(None)
    if kind == WaveKind.SECOND and alert.second_to_supervisors:
        wave.supervisors = _tell_supervisors(alert, number, left, allowed, at)
    wave.save(force_insert=True)
    leaves_at = wave.broadcast.starts_at if wave.broadcast else at
    upcoming = next_wave(rules_of(alert), made(alert), leaves_at)
    alert.next_at = upcoming.at
    alert.open_until = leaves_at + max(EXPIRES_AFTER, upcoming.at - leaves_at)
    alert.save(update_fields=["next_at", "open_until"])
    notify(WAVES_DUE)
    return wave


def end(alert: Alert, at: datetime, *, state: AlertState = AlertState.OVER, by: str = "") -> None:
    """Nothing more is sent. What people still answer confirms, until `open_until`."""
    alert.state, alert.next_at, alert.ended_at, alert.stopped_by = state, None, at, by
    alert.save(update_fields=["state", "next_at", "ended_at", "stopped_by"])


def people_left(alert: Alert) -> list[Left]:
    with connection.cursor() as cursor:
        cursor.execute(PEOPLE_LEFT, {"alert": alert.id})
        return [
            Left(contact_id=contact, place_id=place, name=name) for contact, place, name in cursor.fetchall()
        ]


def anybody_left(alert: Alert) -> bool:
    """Whether somebody has neither confirmed nor opted out."""
    with connection.cursor() as cursor:
        cursor.execute(ANYBODY_LEFT, {"alert": alert.id})
        (left,) = cursor.fetchone()
    return bool(left)


def rules_of(alert: Alert) -> Rules:
    after = alert.second_after_minutes
    return Rules(
        repeat_every=timedelta(minutes=alert.repeat_minutes),
        repeat_times=alert.repeat_times,
        second_after=None if after is None else timedelta(minutes=after),
    )


def texts_of(alert: Alert) -> tuple[str, dict[str, str]]:
    """What people read: the text, and its translations, each with the word to answer."""
    return (
        with_word(alert.text, alert.language, alert.word),
        {code: with_word(text, code, alert.word) for code, text in alert.translations.items() if text},
    )


def made(alert: Alert) -> list[WaveKind]:
    return [WaveKind(kind) for kind in alert.waves.order_by("number").values_list("kind", flat=True)]


def _order(
    alert: Alert,
    kind: WaveKind,
    number: int,
    left: Sequence[Left],
    allowed: Circumstances,
    at: datetime,
) -> BroadcastOrder:
    text, translations = texts_of(alert)
    hold_seconds = HOLD_SECONDS if kind == WaveKind.FIRST else 0
    soonest = at + timedelta(seconds=hold_seconds)
    begins, quiet_at = soonest, None
    if not alert.in_quiet_hours:
        begins = next_allowed(soonest, allowed.quiet_from, allowed.quiet_until, allowed.zone)
        # What is urgent leaves in quiet hours too, so what may not has to be gone before.
        quiet_at = next_quiet(begins, allowed.quiet_from, allowed.quiet_until, allowed.zone)
    latest = begins + EXPIRES_AFTER
    return BroadcastOrder(
        name=alert.name if number == 0 else f"{alert.name} ({number + 1})",
        text=text,
        translations=translations,
        contact_ids=[one.contact_id for one in left],
        created_by=alert.owner,
        sms_channel_id=channel_for(None),
        starts_at=begins if begins > soonest else None,
        expires_at=min(quiet_at, latest) if quiet_at else latest,
        hold_seconds=hold_seconds,
        audience=alert.filter,
        audience_description=alert.audience_description,
        accounted=alert.accounted if number == 0 else {"chosen": len(left), "will_send": len(left)},
        is_urgent=True,
    )


def _tell_supervisors(
    alert: Alert, number: int, left: Sequence[Left], allowed: Circumstances, at: datetime
) -> int:
    """Tells whoever sees to a place who has not confirmed there, in one text each; how many were told."""
    missing: dict[UUID, list[Left]] = {}
    for one in left:
        if one.place_id:
            missing.setdefault(one.place_id, []).append(one)
    # Who has not confirmed either does not see to it that others do.
    silent = {one.contact_id for one in left}
    at_place = cache(supervisors_at)
    told: dict[UUID, tuple[Contact, list[str], list[str]]] = {}
    for place in Place.objects.filter(id__in=missing).order_by("name"):
        # The country's own officers are too far away.
        upwards = (
            [one for one in at_place(step) if one.id not in silent] for step in reversed(place.path[1:])
        )
        for contact in next(filter(None, upwards), ()):
            _, places, names = told.setdefault(contact.id, (contact, [], []))
            places.append(place.name.strip())
            names += [one.name for one in missing[place.id]]
    # By a channel that is named it goes before what is not urgent, and in quiet hours too.
    waits = allowed.is_quiet(at) and not alert.in_quiet_hours
    channel_id = None if waits else channel_to_send_by().id
    for contact, places, names in told.values():
        text = say(
            contact.language,
            "supervisor",
            place=names_in_words(places),
            names=names_in_words(names),
            alert=alert.name,
        )
        notice(
            contact,
            text,
            of=(alert.id, "supervisor", number, contact.id),
            at=at,
            allowed=allowed,
            sms_channel_id=channel_id,
        )
    return len(told)
