"""A round: who is asked, and the one press of a button that asks them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.models import Broadcast, Contact, ContactField
from mhero.messaging.services import BroadcastOrder, create_flow, make_broadcast, publish_flow
from mhero.messaging.services.details import set_values
from mhero.outreach.audience import Filter
from mhero.outreach.errors import NobodyToText, PeopleChanged
from mhero.outreach.queries import place_names
from mhero.outreach.reach import Reach
from mhero.outreach.recipients import account_for, contact_ids
from mhero.outreach.services import channel_for, needs_approval
from mhero.outreach.supervisors import in_charge_of
from mhero.outreach.validation.conversation import STAFF_LIST, flow_of
from mhero.outreach.validation.kinds import RoundKind, Subject
from mhero.outreach.validation.models import ValidationAsk, ValidationRound
from mhero.outreach.words import describe
from mhero.platform.clock import Clock, now
from mhero.platform.ids import new_id
from mhero.registry.models import Person, Place, PlaceKind

#: People on the numbered list of an in-charge: more make a text that nobody reads.
MOST_STAFF: Final = 12
LONGEST_NAME: Final = 64


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """One who will be asked."""

    contact_id: UUID
    person_id: UUID
    #: E.164.
    number: str
    place_id: UUID | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Chosen:
    """Whom a round finds: people, or facilities with their in-charges."""

    found: int
    asked: Sequence[Asked]
    #: Why the others are not asked, as `outreach.reach` counts them; of people alone.
    accounted: Mapping[str, int] = field(default_factory=dict)

    @property
    def left_out(self) -> int:
        return self.found - len(self.asked)


def chosen_by(round: ValidationRound, user: User, *, as_if_live: bool = False) -> Chosen:
    """Who would be asked now, within the area of the person."""
    reach = Reach.of(user)
    if as_if_live:
        reach = reach.as_if_live()
    chosen = Filter.from_json(round.filter)
    if round.kind == RoundKind.PEOPLE:
        return _people(chosen, reach)
    return _in_charges(chosen, reach)


def _people(chosen: Filter, reach: Reach) -> Chosen:
    accounted = account_for(chosen, reach)
    ids = contact_ids(chosen, reach)
    contacts = Contact.objects.filter(id__in=ids, person_id__isnull=False).order_by("name", "id")
    asked = [
        Asked(contact_id=id, person_id=person_id, number=number or "")
        for id, person_id, number in contacts.values_list("id", "person_id", "number")
        if person_id
    ]
    return Chosen(found=accounted.chosen, asked=asked, accounted=accounted.to_json())


def _in_charges(chosen: Filter, reach: Reach) -> Chosen:
    """One for each facility: of several in-charges the one whose post says it best, of those with a phone."""
    facilities = facilities_of(chosen, reach.area_id)
    people = in_charge_of(facilities)
    in_charge = {person_id for found in people.values() for person_id in found}
    contacts = Contact.objects.filter(person_id__in=in_charge, status="active").exclude(number=None)
    by_person = {
        contact.person_id: contact
        for contact in contacts.only("id", "person_id", "number")
        if reach.trial_phones is None or contact.number in reach.trial_phones
    }
    asked: dict[UUID, Asked] = {}
    for place_id, found in people.items():
        contact = next((by_person[one] for one in found if one in by_person), None)
        # Whoever is in charge of two facilities is asked about one: a phone holds one conversation.
        if contact and contact.person_id and contact.id not in asked:
            asked[contact.id] = Asked(
                contact_id=contact.id,
                person_id=contact.person_id,
                number=contact.number or "",
                place_id=place_id,
            )
    return Chosen(found=len(facilities), asked=list(asked.values()))


def facilities_of(chosen: Filter, area_id: UUID | None) -> set[UUID]:
    """The open facilities of a choice."""
    places = Place.objects.filter(kind=PlaceKind.FACILITY, is_active=True)
    if area_id:
        places = places.filter(path__contains=[area_id])
    if chosen.places:
        places = places.filter(path__overlap=list(chosen.places))
    if chosen.facility_types:
        places = places.filter(facility_type__in=chosen.facility_types)
    return set(places.values_list("id", flat=True))


def prepare(round: ValidationRound, user: User) -> ValidationRound:
    """Keeps what was chosen; nobody is asked yet."""
    round.owner, round.area_id = user, user.area_id
    round.save()
    return round


def ask(round_id: UUID, user: User, *, shown: int, clock: Clock = now) -> Broadcast:
    """Asks everybody of the round, once: however often it is asked for, it is the same send.

    Raises `PeopleChanged` when the page showed another number than is true now, `NobodyToText` and
    `NoSMSChannel`.
    """
    with transaction.atomic():
        # Whoever presses the button twice waits here for the first press to end.
        round = ValidationRound.objects.select_for_update().get(id=round_id)
        if round.broadcast_id:
            return Broadcast.objects.get(id=round.broadcast_id)
        chosen = chosen_by(round, user)
        if not chosen.asked:
            raise NobodyToText
        if len(chosen.asked) != shown:
            raise PeopleChanged(shown=shown, found=len(chosen.asked))
        starts_at = round.starts_at if round.starts_at and round.starts_at > clock() else None
        flow_id = new_id()
        name = round.name[:LONGEST_NAME]
        create_flow(
            name,
            user,
            definition=flow_of(round.kind, round.parts, flow_id, name),
            flow_id=flow_id,
            clock=clock,
        )
        publish_flow(flow_id, user, clock=clock)
        _note_asked(round, chosen, user)
        broadcast = make_broadcast(_order(round, chosen, user, flow_id, starts_at), clock=clock)
        round.flow_id, round.broadcast_id = flow_id, broadcast.id
        round.save(update_fields=["flow_id", "broadcast_id"])
        record_audit("validation.asked", f"round {round.id}", user=user, people=len(chosen.asked))
    return broadcast


def _order(
    round: ValidationRound, chosen: Chosen, user: User, flow_id: UUID, starts_at: datetime | None
) -> BroadcastOrder:
    filter = Filter.from_json(round.filter)
    people = len(chosen.asked)
    return BroadcastOrder(
        name=round.name,
        text="",
        flow_id=flow_id,
        sms_channel_id=channel_for(None),
        contact_ids=[one.contact_id for one in chosen.asked],
        starts_at=starts_at,
        audience=filter.to_json(),
        audience_description=describe(filter, place_names(filter.places)),
        accounted=chosen.accounted or {"chosen": people, "will_send": people},
        created_by=user,
        needs_approval=needs_approval(people),
    )


def _note_asked(round: ValidationRound, chosen: Chosen, user: User) -> None:
    staff = _staff_of(chosen) if Subject.WORK in round.parts else {}
    ValidationAsk.objects.bulk_create(
        [
            ValidationAsk(
                round=round,
                contact_id=one.contact_id,
                person_id=one.person_id,
                place_id=one.place_id,
                staff=[person_id for person_id, _ in staff.get(one.contact_id, ())],
            )
            for one in chosen.asked
        ],
        batch_size=1000,
    )
    if staff:
        lists = {contact_id: numbered([name for _, name in people]) for contact_id, people in staff.items()}
        set_values(ContactField(key=STAFF_LIST, name="Staff list"), lists, user)


def _staff_of(chosen: Chosen) -> dict[UUID, list[tuple[UUID, str]]]:
    """The people of each in-charge's facility, the first of them by name; never the in-charge."""
    places = {one.place_id for one in chosen.asked if one.place_id}
    here: dict[UUID, list[tuple[UUID, str]]] = {}
    people = Person.objects.filter(is_active=True, place_id__in=places).order_by("name", "id")
    for id, name, place_id in people.values_list("id", "name", "place_id"):
        if place_id:
            here.setdefault(place_id, []).append((id, name))
    return {
        one.contact_id: [person for person in here.get(one.place_id, ()) if person[0] != one.person_id][
            :MOST_STAFF
        ]
        for one in chosen.asked
        if one.place_id
    }


def numbered(names: Sequence[str]) -> str:
    """ "1 Musu Kollie, 2 Saah Tamba"; a dash for nobody."""
    return ", ".join(f"{number} {name}" for number, name in enumerate(names, 1)) or "-"
