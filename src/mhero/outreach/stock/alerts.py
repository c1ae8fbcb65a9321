"""Telling people of stock unasked: supervisors of stock-outs, reporters of what DHIS2 refused."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from mhero.connectors.services import RefusedValue
from mhero.messaging.circumstances import present
from mhero.messaging.models import Contact
from mhero.messaging.services.notices import notice
from mhero.outreach.languages import language_of
from mhero.outreach.stock.answers import codes_in_words, refusal_reason, say
from mhero.outreach.stock.models import StockLevel, StockProduct, StockReport
from mhero.outreach.supervisors import supervisors_of
from mhero.registry.models import Person, Place


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


def tell_of_refused(refusals: Iterable[RefusedValue], at: datetime) -> None:
    """Tells the reporters of values that DHIS2 did not take: one text for all that a report lacks."""
    lacking: dict[tuple[UUID, str], list[StockLevel]] = {}
    for refusal in refusals:
        for level in _levels_of(refusal):
            lacking.setdefault((level.report_id, refusal.kind), []).append(level)
    for (_, kind), levels in lacking.items():
        _tell_reporter(levels, kind, at)


def _levels_of(refusal: RefusedValue) -> Iterable[StockLevel]:
    levels = StockLevel.objects.select_related("product", "report", "facility")
    return levels.filter(
        facility_id=refusal.place_id, period=refusal.period, product__data_element=refusal.data_element
    )


def _tell_reporter(levels: Sequence[StockLevel], kind: str, at: datetime) -> None:
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
    notice(contact, text, of=(report.id, "refused", kind), at=at, allowed=present())
