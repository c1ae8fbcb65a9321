"""Conversations that have ended become answers and proposals, each once.

The answer has the run's own id and is written in one transaction with its proposals, so a worker that dies
between two statements leaves all of it or nothing.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef

from mhero.accounts.queries import workspace
from mhero.messaging.models import Contact, FlowRun
from mhero.outreach.validation import reading, subjects
from mhero.outreach.validation.answers import Heard, Said, hear
from mhero.outreach.validation.kinds import OPEN_STATES, ProposalState, Subject, Sure
from mhero.outreach.validation.matching import Known, find
from mhero.outreach.validation.models import (
    Proposal,
    ProposalEvent,
    ValidationAnswer,
    ValidationAsk,
    ValidationRound,
)
from mhero.platform.clock import Clock, now
from mhero.platform.ids import derived_id
from mhero.registry.models import Person, Place

AT_ONCE: Final = 50
#: No conversation of an older round goes on.
OLDEST: Final = timedelta(days=120)


def take_ended(clock: Clock = now) -> bool:
    """Takes some of the conversations that have ended; True while there may be more."""
    rounds = ValidationRound.objects.filter(flow_id__isnull=False, created_at__gte=clock() - OLDEST)
    by_flow = {one.flow_id: one for one in rounds if one.flow_id}
    if not by_flow:
        return False
    taken = ValidationAnswer.objects.filter(id=OuterRef("id"))
    ended = FlowRun.objects.filter(flow_id__in=by_flow, ended_at__isnull=False, is_answered=True)
    runs = list(ended.filter(~Exists(taken)).order_by("ended_at", "id")[:AT_ONCE])
    for run in runs:
        with transaction.atomic():
            Taking(run, by_flow[run.flow_id]).take()
    return len(runs) == AT_ONCE


class Taking:
    """One run, in the caller's transaction."""

    def __init__(self, run: FlowRun, round: ValidationRound) -> None:
        self._run = run
        self._round = round
        self._at: datetime = run.ended_at or run.changed_at
        self._on = self._at.astimezone(ZoneInfo(workspace().time_zone)).date()
        self._ask = ValidationAsk.objects.filter(round=round, contact_id=run.contact_id).first()
        contact = Contact.objects.get(id=run.contact_id)
        person_id = self._ask.person_id if self._ask else contact.person_id
        self._person = Person.objects.filter(id=person_id).first() if person_id else None
        place_id = self._ask.place_id if self._ask else None
        self._place = Place.objects.filter(id=place_id).first() if place_id else None

    def take(self) -> None:
        staff = list(self._ask.staff) if self._ask else []
        heard = hear(self._round.kind, self._round.parts, self._run.results, len(staff))
        left = [staff[number - 1] for number in heard.left or ()]
        _, is_new = ValidationAnswer.objects.get_or_create(
            id=self._run.id,
            defaults={
                "round": self._round,
                "contact_id": self._run.contact_id,
                "person_id": self._person.id if self._person else None,
                "place_id": self._place.id if self._place else None,
                "outcome": heard.outcome,
                "left": left,
                "kept": self._kept(left) if heard.left is not None else [],
                "answered_at": self._at,
            },
        )
        # Another worker may have been here first.
        if is_new and self._person:
            for proposal in [*self._said(heard), *(self._left(one) for one in left)]:
                if proposal and proposal.old != (proposal.new or None):
                    _keep(proposal)

    def _kept(self, left: list[UUID]) -> list[UUID]:
        """Everybody of the facility but those; whom a long list left out has the benefit of the doubt."""
        here = Person.objects.filter(place=self._place, is_active=True).exclude(id__in=left)
        return list(here.values_list("id", flat=True))

    def _said(self, heard: Heard) -> Iterator[Proposal | None]:
        for said in heard.said:
            if said.subject == Subject.NEWCOMER:
                yield self._newcomer(said)
            elif said.subject in subjects.OF_PLACE:
                yield self._proposal(said, None, self._place)
            else:
                # A text about who left that could not be read is about nobody in particular.
                is_own = said.subject != Subject.WORK
                yield self._proposal(said, self._person if is_own else None, self._place)

    def _proposal(self, said: Said, person: Person | None, place: Place | None) -> Proposal | None:
        near = _places_of(person) if person else place.path if place else []
        resource = subjects.resource_of(
            said.subject, person.id if person else None, place.id if place else None
        )
        old = subjects.says(said.subject, resource) if resource else ""
        read = reading.read(said.subject, said.words, old=old, near=near, on=self._on)
        return self._made(said.subject, said.words, read, person=person, place=place, old=old)

    def _left(self, person_id: UUID) -> Proposal | None:
        person = Person.objects.filter(id=person_id, is_active=True).first()
        if person is None:
            return None
        read = reading.left(self._on)
        return self._made(Subject.WORK, "", read, person=person, place=self._place, old="working")

    def _newcomer(self, said: Said) -> Proposal | None:
        """Somebody of the county whom we know elsewhere moves here; anybody else is new."""
        if self._place is None:
            return None
        known = Person.objects.filter(is_active=True, place_ids__overlap=self._place.path[1:2])
        found = find(said.words, [Known(name=one.name, value=one) for one in known])
        if found is None or not found.is_exact:
            read = reading.Read(sure=Sure.UNCLEAR, why=reading.NOT_FOUND, words=said.words)
            return self._made(Subject.NEWCOMER, said.words, read, person=None, place=self._place, old="")
        person = found.known.value
        resource = subjects.resource_of(Subject.PLACE, person.id, None)
        old = subjects.says(Subject.PLACE, resource) if resource else ""
        read = reading.at_place(self._place.id, Sure.LIKELY, reading.BY_OTHERS)
        return self._made(Subject.PLACE, said.words, read, person=person, place=self._place, old=old)

    def _made(
        self,
        subject: str,
        said: str,
        read: reading.Read,
        *,
        person: Person | None,
        place: Place | None,
        old: str,
    ) -> Proposal:
        about = person.id if person else f"{place.id if place else ''}/{said}"
        return Proposal(
            id=derived_id(self._at, self._run.id, subject, about),
            round=self._round,
            subject=subject,
            person_id=person.id if person else None,
            place_id=place.id if place else None,
            place_ids=_places_of(person) if person else place.path if place else [],
            old=old,
            old_words=subjects.words_of(subject, old),
            new=read.new,
            new_words=read.words,
            value=read.value,
            said=said,
            said_by=self._person.id if self._person else None,
            contact_id=self._run.contact_id,
            sure=read.sure,
            why=read.why,
            made_at=self._at,
        )


def _places_of(person: Person) -> list[UUID]:
    """All places of somebody: first the path to where they work, the country before its county."""
    path = person.place.path if person.place else []
    return list(dict.fromkeys([*path, *person.place_ids]))


def _keep(proposal: Proposal) -> None:
    """Keeps a proposal; an open one about the same is answered anew by it."""
    if proposal.subject != Subject.NEWCOMER:
        about = {"person_id": proposal.person_id} if proposal.person_id else {"place_id": proposal.place_id}
        older = Proposal.objects.filter(subject=proposal.subject, said_by=proposal.said_by, **about)
        for one in older.filter(state__in=[*OPEN_STATES, ProposalState.ASKED_AGAIN]).select_for_update():
            one.state = ProposalState.SUPERSEDED
            one.save(update_fields=["state"])
            one.events.create(what=ProposalEvent.What.SUPERSEDED, at=proposal.made_at)
    proposal.save(force_insert=True)
    proposal.events.create(what=ProposalEvent.What.PROPOSED, at=proposal.made_at)
