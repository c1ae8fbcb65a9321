"""Who is texted about a referral, and what. Each news is one text to each, however often it is told."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from mhero.messaging.circumstances import present
from mhero.messaging.models import Contact
from mhero.messaging.services.notices import notice
from mhero.outreach.languages import language_of
from mhero.outreach.referrals.answers import say
from mhero.outreach.referrals.models import Referral
from mhero.outreach.referrals.outcomes import in_words, outcomes_in
from mhero.outreach.supervisors import MOST_TOLD, supervisors_along, supervisors_at
from mhero.registry.models import Person, Place

#: What may wait for the end of quiet hours. All else is about a client who is on the way, or about to be.
_WAITING: Final = frozenset({"remind_arrival", "remind_outcome", "escalate_arrival", "escalate_outcome"})


def receivers(facility: Place, at: datetime, *, but: UUID | None = None) -> list[Contact]:
    """Who is told at a facility: its in-charge, or else others there who are at work and can be texted."""
    allowed = present()
    at_work = Person.objects.filter(is_active=True).exclude(on_leave_until__gte=at.date())
    there = Contact.objects.filter(
        person_id__in=at_work.filter(place=facility).values("id"), status="active", number__isnull=False
    )
    others = there.exclude(person_id=but) if but else there
    in_charge = supervisors_at(facility.id, but=but)
    known = set(at_work.filter(id__in=[one.person_id for one in in_charge]).values_list("id", flat=True))
    for found in ([one for one in in_charge if one.person_id in known], others.order_by("id")):
        told = [one for one in found if allowed.may_be_texted(one.number or "")][:MOST_TOLD]
        if told:
            return told
    return []


def tell_facility(
    referral: Referral, key: str, at: datetime, *, facility: Place | None = None, named: Place | None = None
) -> list[UUID]:
    """Texts the receiving facility, or another one; gives the messages. `named` is who the text speaks of."""
    facility = facility or referral.to_facility
    contacts = receivers(facility, at, but=referral.person_id)
    return _tell(referral, key, contacts, at, facility=_name(named or referral.from_facility))


def tell_sender(referral: Referral, key: str, at: datetime) -> list[UUID]:
    """Texts whoever referred, in the language in which they did."""
    contact = Contact.objects.filter(id=referral.contact_id).first() if referral.contact_id else None
    if contact is None:
        return []
    outcome = in_words(outcomes_in(referral.outcome), referral.language) if key == "heard_back" else ""
    return _tell(
        referral,
        "heard_back_outcome" if outcome else key,
        [contact],
        at,
        language=referral.language,
        facility=_name(referral.from_facility if key == "heard_cancelled" else referral.to_facility),
        outcome=outcome,
    )


def tell_supervisors(referral: Referral, key: str, at: datetime) -> list[UUID]:
    """Texts who sees to the receiving facility's district or county: those in charge there were reminded."""
    contacts = supervisors_along(referral.to_facility.path[:-1], but=referral.person_id)
    names = {"facility": _name(referral.from_facility), "to": _name(referral.to_facility)}
    return _tell(referral, key, contacts, at, **names)


def _tell(
    referral: Referral,
    key: str,
    contacts: Sequence[Contact] | Iterable[Contact],
    at: datetime,
    *,
    language: str = "",
    **values: str,
) -> list[UUID]:
    allowed = present()
    told = []
    for contact in contacts:
        spoken = language or language_of(contact.language)
        text = say(spoken, key, code=referral.code, client=referral.client, **values)
        of = (referral.id, key, contact.id)
        message = notice(contact, text, of=of, at=at, allowed=allowed, cannot_wait=key not in _WAITING)
        if message is not None:
            told.append(message.id)
    return told


def _name(place: Place) -> str:
    return place.name.strip()
