"""Asking reporters for their stock, on the day and at the hour that the rules say."""

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from mhero.accounts.queries import workspace
from mhero.messaging.circumstances import present
from mhero.messaging.errors import NoSMSChannel
from mhero.messaging.models import Contact
from mhero.messaging.services import BroadcastOrder, make_broadcast
from mhero.messaging.services.channels import channel_to_send_by
from mhero.outreach.periods import PeriodType
from mhero.outreach.stock import queries
from mhero.outreach.stock.models import StockProduct, StockRules
from mhero.platform.clock import Clock, now
from mhero.registry.models import Person, PlaceKind

#: How late in the day a request may still begin, when the worker was away at its hour; and how late after it.
_LATEST_HOUR: Final = 18
_LATE: Final = timedelta(hours=1)


def ask_when_due(clock: Clock = now) -> bool:
    """Makes the send of today's request, once. False, as there is never more to do at once."""
    at = clock()
    with transaction.atomic():
        rules = StockRules.objects.select_for_update().filter(id=StockRules.ONLY).first()
        local = at.astimezone(ZoneInfo(workspace().time_zone))
        if rules is None or rules.changed_by is None or not is_due(rules, local):
            return False
        products = queries.products()
        people = reporters(rules, products)
        rules.asked_on = local.date()
        rules.save(update_fields=["asked_on"])
        try:
            channel = channel_to_send_by()
        except NoSMSChannel:
            return False
        if people and rules.ask_text.strip():
            make_broadcast(
                BroadcastOrder(
                    name=rules.ask_text[:50],
                    text=rules.ask_text,
                    sms_channel_id=channel.id,
                    contact_ids=people,
                    created_by=rules.changed_by,
                    accounted={"chosen": len(people), "will_send": len(people)},
                ),
                clock=clock,
            )
    return False


def is_due(rules: StockRules, local: datetime) -> bool:
    """Whether it is the day and past the hour, in the country's time, and nobody was asked today."""
    if rules.ask_on is None or rules.asked_on == local.date():
        return False
    begins = local.replace(hour=rules.ask_at.hour, minute=rules.ask_at.minute, second=0, microsecond=0)
    latest = max(begins + _LATE, local.replace(hour=_LATEST_HOUR, minute=0, second=0, microsecond=0))
    return _is_day(rules, local.date()) and begins <= local < latest


def _is_day(rules: StockRules, day: date) -> bool:
    if rules.period_type == PeriodType.WEEKLY:
        return day.isoweekday() == rules.ask_on
    # A shorter month takes its last day.
    return day.day == min(rules.ask_on or 0, monthrange(day.year, day.month)[1])


def reporters(rules: StockRules, products: list[StockProduct]) -> list[UUID]:
    """The contacts of those who report: they work at a facility that keeps some product."""
    people = Person.objects.filter(is_active=True, place__kind=PlaceKind.FACILITY, place__is_active=True)
    if rules.cadres:
        people = people.filter(cadres__overlap=rules.cadres)
    kinds = {kind for product in products for kind in product.facility_types}
    if all(product.facility_types for product in products):
        people = people.filter(place__facility_type__in=kinds)
    contacts = Contact.objects.filter(person_id__in=people.values("id"), status="active")
    allowed = present()
    found = contacts.exclude(number=None).order_by("id").values_list("id", "number")
    return [contact_id for contact_id, number in found if allowed.may_be_texted(number or "")]
