"""Reminding health workers, and clients who agreed, of the visits that are due.

Each reminder is a row, written in the transaction that queues its text, so that nobody is reminded twice
though the worker is killed between any two statements. One person's visits of a day go into one text where
they fit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from mhero.messaging.circumstances import Circumstances, present
from mhero.messaging.errors import NoSMSChannel
from mhero.messaging.models import Contact, OptOut
from mhero.messaging.services.channels import channel_to_send_by
from mhero.messaging.services.notices import notice
from mhero.outreach.care import queries
from mhero.outreach.care.answers import Line, reminders, to_client
from mhero.outreach.care.models import Audience, CareClient, CareReminder, CareRules, Visit, VisitState
from mhero.outreach.languages import language_of
from mhero.platform.clock import Clock, now

#: How late in the day a reminder may still leave, when the worker was away at its hour.
_LATEST: Final = time(18)
#: How many people are reminded before other work has its turn.
PEOPLE_AT_ONCE: Final = 200
NOBODY: Final = "nobody"

# The visits of which somebody is to be reminded on this day. Of several days that are past the last one
# counts, and one that was missed by more than two days is not made good. A visit that was registered after
# the hour of a reminder needs none.
DUE = """
SELECT v.id, step.days, v.client_id
FROM outreach_visit v JOIN outreach_careclient c ON c.id = v.client_id
CROSS JOIN unnest(%(days)s::int[]) AS step(days)
WHERE v.state = 'due' AND v.due_on BETWEEN %(first)s AND %(last)s AND c.forgotten_at IS NULL
  AND v.due_on + step.days BETWEEN %(today)s::date - 2 AND %(today)s::date
  AND (v.due_on > %(today)s::date OR step.days >= 0)
  AND (v.due_on >= %(today)s::date OR step.days > 0)
  AND NOT EXISTS (
      SELECT FROM unnest(%(days)s::int[]) AS later(days)
      WHERE later.days > step.days AND v.due_on + later.days <= %(today)s::date
  )
  AND v.set_at < ((v.due_on + step.days) + %(at)s::time) AT TIME ZONE %(zone)s
  AND (%(audience)s = 'worker' OR (c.agreed AND c.phone <> ''))
  AND NOT EXISTS (
      SELECT FROM outreach_carereminder r
      WHERE r.visit_id = v.id AND r.due_on = v.due_on AND r.days = step.days AND r.audience = %(audience)s
  )
ORDER BY v.facility_id, v.id
"""


@dataclass(frozen=True, slots=True)
class _Step:
    visit_id: UUID
    days: int


def remind_when_due(clock: Clock = now) -> bool:
    """Reminds everybody who is to be reminded now; True while there are more."""
    at = clock()
    allowed = present()
    local = at.astimezone(allowed.zone)
    rules = CareRules.objects.filter(id=CareRules.ONLY).first()
    if rules is None or not rules.days or not is_time(rules, local, allowed):
        return False
    try:
        channel_to_send_by()
    except NoSMSChannel:
        # Nothing is lost: they are reminded when there is one.
        return False
    more = _remind_workers(rules, at, allowed)
    if rules.tells_clients:
        more = _remind_clients(rules, at, allowed) or more
    return more


def is_time(rules: CareRules, local: datetime, allowed: Circumstances) -> bool:
    """Whether reminders leave now: past their hour, not late in the day, and not in quiet hours."""
    latest = max(_LATEST, time(min(rules.remind_at.hour + 1, 23), 59))
    return rules.remind_at <= local.time() < latest and not allowed.is_quiet(local)


def _due(rules: CareRules, at: datetime, zone: ZoneInfo, audience: Audience) -> list[tuple[UUID, int, UUID]]:
    today = at.astimezone(zone).date()
    with connection.cursor() as cursor:
        cursor.execute(
            DUE,
            {
                "days": list(rules.days),
                "today": today,
                "first": date.fromordinal(today.toordinal() - max(rules.days) - 2),
                "last": date.fromordinal(today.toordinal() - min(rules.days)),
                "at": rules.remind_at.isoformat(),
                "zone": str(zone),
                "audience": audience.value,
            },
        )
        found: list[tuple[UUID, int, UUID]] = cursor.fetchall()
    return found


def _remind_workers(rules: CareRules, at: datetime, allowed: Circumstances) -> bool:
    due = _due(rules, at, allowed.zone, Audience.WORKER)
    clients = CareClient.objects.filter(id__in={client_id for _, _, client_id in due})
    told = queries.responsible(clients)
    contacts = {contact.id: contact for contact in told.values()}
    steps: dict[UUID | None, list[_Step]] = {}
    for visit_id, days, client_id in due:
        contact = told.get(client_id)
        steps.setdefault(contact.id if contact else None, []).append(_Step(visit_id, days))
    people = list(steps)
    for contact_id in people[:PEOPLE_AT_ONCE]:
        _remind(contacts.get(contact_id) if contact_id else None, steps[contact_id], at, allowed)
    return len(people) > PEOPLE_AT_ONCE


def _remind(contact: Contact | None, steps: Sequence[_Step], at: datetime, allowed: Circumstances) -> None:
    """Reminds one health worker of all that is hers, in one transaction."""
    today = at.astimezone(allowed.zone).date()
    with transaction.atomic():
        held = _still_due(steps, Audience.WORKER)
        if contact is None:
            _keep(held, Audience.WORKER, None, None, NOBODY, at)
            return
        language = language_of(contact.language)
        lines = [
            Line(
                client=visit.client.shown,
                kind=visit.kind.name(language),
                code=visit.code,
                due_on=visit.due_on,
            )
            for visit, _ in held
        ]
        for text, places in reminders(language, lines, today):
            of = ("visits", contact.id, *(held[place][0].id for place in places))
            message = notice(contact, text, of=of, at=at, allowed=allowed)
            reason = "" if message else allowed.why_not(contact.number or "", text, contact.status)
            here = [held[place] for place in places]
            _keep(here, Audience.WORKER, contact, message.id if message else None, reason, at)


def _remind_clients(rules: CareRules, at: datetime, allowed: Circumstances) -> bool:
    due = _due(rules, at, allowed.zone, Audience.CLIENT)
    today = at.astimezone(allowed.zone).date()
    for visit_id, days, _ in due[:PEOPLE_AT_ONCE]:
        with transaction.atomic():
            for visit, step in _still_due([_Step(visit_id, days)], Audience.CLIENT):
                contact = contact_of(visit.client)
                language = visit.client.language
                text = to_client(
                    language, visit.kind.name(language), visit.facility.name.strip(), visit.due_on, today
                )
                message = notice(contact, text, of=("visit", visit.id), at=at, allowed=allowed)
                reason = "" if message else allowed.why_not(contact.number or "", text, contact.status)
                _keep([(visit, step)], Audience.CLIENT, contact, message.id if message else None, reason, at)
    return len(due) > PEOPLE_AT_ONCE


def _still_due(steps: Iterable[_Step], audience: Audience) -> list[tuple[Visit, int]]:
    """The visits, locked, that are still due and that nobody was reminded of meanwhile."""
    days = {step.visit_id: step.days for step in steps}
    visits = (
        Visit.objects.select_related("client", "kind", "facility")
        .select_for_update(of=("self",))
        .filter(id__in=days, state=VisitState.DUE)
        .order_by("id")
    )
    found = [(visit, days[visit.id]) for visit in visits]
    told = set(
        CareReminder.objects.filter(visit_id__in=days, audience=audience).values_list(
            "visit_id", "due_on", "days"
        )
    )
    return [(visit, step) for visit, step in found if (visit.id, visit.due_on, step) not in told]


def _keep(
    held: Sequence[tuple[Visit, int]],
    audience: Audience,
    contact: Contact | None,
    message_id: UUID | None,
    reason: str,
    at: datetime,
) -> None:
    CareReminder.objects.bulk_create(
        [
            CareReminder(
                visit=visit,
                due_on=visit.due_on,
                days=step,
                audience=audience,
                contact_id=contact.id if contact else None,
                message_id=message_id,
                reason=reason,
                made_at=at,
            )
            for visit, step in held
        ]
    )


def contact_of(client: CareClient) -> Contact:
    """Under which a client is texted: without a name, and seen where the facility's people are seen."""
    opted_out = OptOut.objects.filter(number=client.phone).exists()
    contact, _ = Contact.objects.get_or_create(
        number=client.phone,
        defaults={
            "status": "stopped" if opted_out else "active",
            "language": {"en": "eng", "fr": "fra", "sw": "swa"}[client.language],
            "place_ids": client.facility.path,
        },
    )
    return contact
