"""Forgetting: visits that nobody spoke of are taken to be missed, and clients lose their names.

What stays is counted and names nobody: that a visit of some kind was done or missed at a facility on a day.
"""

from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Value
from django.db.models.functions import Replace

from mhero.messaging.models import Contact, Message
from mhero.messaging.services.forgetting import forget_words
from mhero.outreach.care import queries, services
from mhero.outreach.care.models import CareClient, CareReminder, ClientFile, Visit, VisitEvent, VisitState
from mhero.outreach.care.services import Who
from mhero.platform.clock import Clock, now
from mhero.platform.ids import derived_id, time_of

AT_ONCE: Final = 200
#: A spreadsheet that nobody went on with is not kept longer.
FILES_KEPT: Final = timedelta(days=1)
REMOVED: Final = "..."

# Clients without a visit that is still due, whose last one ended long enough ago.
OVER = """
SELECT c.id FROM outreach_careclient c
WHERE c.forgotten_at IS NULL
  AND NOT EXISTS (
      SELECT FROM outreach_visit v
      WHERE v.client_id = c.id AND (v.state = 'due' OR v.waiting_since IS NOT NULL)
  )
  AND coalesce(
        (SELECT max(v.ended_on) FROM outreach_visit v WHERE v.client_id = c.id),
        (c.created_at AT TIME ZONE %(zone)s)::date
      ) <= %(today)s::date - %(days)s::int
ORDER BY c.id LIMIT %(most)s
"""


def look_after_clients(clock: Clock = now) -> bool:
    """Does one batch of all of it; True while there may be more."""
    at = clock()
    ClientFile.objects.filter(created_at__lt=at - FILES_KEPT).delete()
    return _take_for_missed(at) | _forget(at)


def _take_for_missed(at: datetime) -> bool:
    today = queries.today(lambda: at)
    last = today - timedelta(days=queries.rules().missed_after_days)
    visits = list(
        Visit.objects.filter(state=VisitState.DUE, due_on__lte=last).order_by("due_on", "id")[:AT_ONCE]
    )
    for visit in visits:
        with transaction.atomic():
            locked = Visit.objects.select_for_update().get(id=visit.id)
            if locked.state == VisitState.DUE and locked.due_on <= last:
                services.miss(locked, today, Who(), at)
    return len(visits) == AT_ONCE


def _forget(at: datetime) -> bool:
    values: dict[str, str | int | date] = {
        "zone": queries.zone_name(),
        "today": queries.today(lambda: at),
        "days": queries.rules().retention_days,
        "most": AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(OVER, values)
        found: list[UUID] = [row[0] for row in cursor.fetchall()]
    for client_id in found:
        forget(client_id, at)
    return len(found) == AT_ONCE


def forget(client_id: UUID, at: datetime) -> None:
    """Removes a client's name and numbers: from the client, and from the texts that told of them."""
    with transaction.atomic():
        client = CareClient.objects.select_for_update().get(id=client_id)
        visits = list(client.visits.values_list("id", flat=True))
        _remove_from_texts(client, visits)
        if client.phone:
            _forget_number(client)
        Visit.objects.filter(id__in=visits).update(code="", source_data={})
        client.name = client.number = client.phone = ""
        client.agreed, client.forgotten_at = False, at
        client.save(update_fields=["name", "number", "phone", "agreed", "forgotten_at"])


def _remove_from_texts(client: CareClient, visits: list[UUID]) -> None:
    sent = CareReminder.objects.filter(visit_id__in=visits).exclude(message_id=None)
    said = VisitEvent.objects.filter(visit_id__in=visits).exclude(message_id=None)
    texts = [id for id in said.values_list("message_id", flat=True) if id]
    # The answer to a text has an identifier of its own, made from that of the text.
    answers = [derived_id(time_of(text), text, "answer") for text in texts]
    forget_words(texts)
    ids = [*(id for id in sent.values_list("message_id", flat=True) if id), *answers]
    for words in filter(None, (client.name, client.number)):
        Message.objects.filter(id__in=ids, text__contains=words).update(
            text=Replace("text", Value(words), Value(REMOVED))
        )


def _forget_number(client: CareClient) -> None:
    """The contact goes with the number, unless somebody else has it or it wrote to us."""
    others = CareClient.objects.filter(phone=client.phone).exclude(id=client.id)
    contact = Contact.objects.filter(number=client.phone, person_id=None).first()
    if contact is None or others.exists():
        return
    messages = Message.objects.filter(contact_id=contact.id)
    if not messages.filter(is_incoming=True).exists():
        messages.update(number="", text=REMOVED)
        contact.delete()
