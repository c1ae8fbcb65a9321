"""Telling people of stock unasked: supervisors of stock-outs, reporters of what DHIS2 refused."""

from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from mhero.connectors.services import RefusedValue, refusals_to_tell, told
from mhero.messaging.circumstances import present
from mhero.messaging.models import Contact
from mhero.messaging.services.notices import notice
from mhero.outreach.stock.answers import codes_in_words, language_of, refusal_reason, say
from mhero.outreach.stock.models import StockLevel, StockProduct, StockReport
from mhero.platform.clock import Clock, now
from mhero.registry.models import Person, Place, Role

#: Parts of what the posts are called whose holders see to a facility's or a district's stock.
SUPERVISING: Final = (
    *("in charge", "in-charge", "incharge", "officer-in-charge", "oic", "supervisor", "head of"),
    *("titulaire", "responsable", "chef", "superviseur", "msimamizi", "mganga mkuu", "health officer"),
)
#: More would be nobody's task.
MOST_TOLD: Final = 3
REFUSALS_AT_ONCE: Final = 200


def tell_of_stock_outs(
    report: StockReport, reporter: Person, facility: Place, gone: Sequence[StockProduct]
) -> None:
    """Texts the facility's supervisor, or those of the district or county above it, once for each report."""
    codes = codes_in_words([product.code for product in gone])
    allowed = present()
    for contact in supervisors_of(facility, but=reporter.id):
        language = language_of(contact.language)
        text = say(language, "zero", facility=facility.name.strip(), codes=codes, reporter=reporter.name)
        notice(contact, text, of=(report.id, "stock out", contact.id), at=report.reported_at, allowed=allowed)


def supervisors_of(facility: Place, *, but: UUID) -> list[Contact]:
    """Who can be texted, at the nearest place from the facility upwards that has somebody."""
    supervising = Q()
    for words in SUPERVISING:
        supervising |= Q(job__icontains=words)
    # The country's own officers are too far away.
    for place_id in reversed(facility.path[1:]):
        roles = Role.objects.filter(supervising, place_id=place_id, is_active=True, end=None)
        people = roles.exclude(person_id=but).values("person_id")
        found = Contact.objects.filter(person_id__in=people, status="active").exclude(number=None)
        if contacts := list(found.order_by("id")[:MOST_TOLD]):
            return contacts
    return []


def tell_of_refusals(clock: Clock = now) -> bool:
    """Tells the reporters of values that DHIS2 did not take, each once; True while there may be more."""
    with transaction.atomic():
        refusals = refusals_to_tell(REFUSALS_AT_ONCE)
        # One text for all that one report lacks for one reason.
        lacking: dict[tuple[UUID, str], list[StockLevel]] = {}
        for refusal in refusals:
            for level in _levels_of(refusal):
                lacking.setdefault((level.report_id, refusal.kind), []).append(level)
        for (_, kind), levels in lacking.items():
            _tell_reporter(levels, kind, clock)
        told(refusals)
    return len(refusals) == REFUSALS_AT_ONCE


def _levels_of(refusal: RefusedValue) -> Iterable[StockLevel]:
    levels = StockLevel.objects.select_related("product", "report", "facility")
    return levels.filter(
        facility_id=refusal.place_id, period=refusal.period, product__data_element=refusal.data_element
    )


def _tell_reporter(levels: Sequence[StockLevel], kind: str, clock: Clock) -> None:
    report, facility = levels[0].report, levels[0].facility
    contact = Contact.objects.filter(id=report.contact_id).first()
    if contact is None:
        return
    text = say(
        report.language,
        "refused",
        codes=codes_in_words([level.product.code for level in levels]),
        facility=facility.name.strip(),
        reason=refusal_reason(report.language, kind),
    )
    notice(contact, text, of=(report.id, "refused", kind), at=clock(), allowed=present())
