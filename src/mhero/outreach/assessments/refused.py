"""Telling those who reported what DHIS2 did not take of their answers."""

from collections.abc import Iterable
from datetime import datetime

from mhero.connectors.services import RefusedValue
from mhero.messaging.circumstances import present
from mhero.messaging.models import Contact
from mhero.messaging.services.notices import notice
from mhero.outreach.assessments import texts
from mhero.outreach.assessments.models import Respondent, State
from mhero.outreach.languages import language_of
from mhero.outreach.stock.answers import refusal_reason


def tell_of_refused(refusals: Iterable[RefusedValue], at: datetime) -> None:
    """One text for all that DHIS2 did not take of one report for one reason."""
    lacking: dict[tuple[int, str], Respondent] = {}
    for refusal in refusals:
        for row in _told(refusal):
            lacking[row.id, refusal.kind] = row
    for (_row, kind), row in lacking.items():
        _tell(row, kind, at)


def _told(refusal: RefusedValue) -> Iterable[Respondent]:
    """The latest report that the value is of."""
    found = Respondent.objects.filter(
        place_id=refusal.place_id,
        round__period=refusal.period,
        round__assessment__data_set=refusal.data_set,
        state__in=(State.ANSWERED, State.LATE),
    )
    for row in found.select_related("round__assessment").order_by("-answered_at"):
        elements = {one["id"] for one in row.round.assessment.elements.values()}
        if refusal.data_element in elements:
            return [row]
    return []


def _tell(row: Respondent, kind: str, at: datetime) -> None:
    contact = Contact.objects.filter(id=row.contact_id).first() if row.contact_id else None
    if contact is None:
        return
    language = language_of(contact.language)
    text = texts.refused(language, row.round.assessment.name, refusal_reason(language, kind))
    notice(contact, text, of=(row.id, "refused", kind), at=at, allowed=present())
