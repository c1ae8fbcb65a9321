"""Reminders to those who have not reported, and the word about them to their supervisors.

Each row knows how many of its round's steps are behind it. A step's texts and the row's move past it are one
transaction: the step is taken once, whatever dies and however many workers there are.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from mhero.messaging.circumstances import Circumstances, present
from mhero.messaging.models import (
    Broadcast,
    BroadcastStatus,
    Contact,
    ConversationStatus,
    Message,
    Session,
)
from mhero.messaging.services import BroadcastOrder, make_broadcast
from mhero.messaging.services.notices import notice
from mhero.outreach.assessments import texts
from mhero.outreach.assessments.models import WAITING, Assessment, AssessmentRound, Respondent, Who
from mhero.outreach.assessments.moments import ESCALATE, REMIND, Step
from mhero.outreach.assessments.rounds import may_not_ask
from mhero.outreach.languages import language_of
from mhero.outreach.services import channel_for, needs_approval
from mhero.outreach.supervisors import supervisors_along
from mhero.platform.clock import Clock, now
from mhero.registry.models import Person
from mhero.registry.queries import names_of

AT_ONCE: Final = 500
#: A reminder that asks once more must leave within.
_LEAVES_WITHIN: Final = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Due:
    """What is due for rows that are equally far."""

    kinds: frozenset[str]
    #: How many steps are behind them then, and when the next one is due.
    behind: int
    next_at: datetime | None


def take_steps(clock: Clock = now) -> bool:
    """Takes the steps that are due of one round; True while there may be more."""
    at = clock()
    due = Respondent.objects.filter(next_at__lte=at, state__in=WAITING)
    with transaction.atomic():
        # One worker a round, so that a supervisor gets one text about all of it.
        rounds = AssessmentRound.objects.select_for_update(skip_locked=True, of=("self",))
        with_due = rounds.filter(id__in=due.values("round_id")).order_by("id")
        made = with_due.select_related("assessment__owner", "assessment__flow").first()
        if made is None:
            return False
        # Whoever had it before may have taken all there was.
        first = due.filter(round=made).order_by("next_at", "id").first()
        if first is None:
            return True
        equally_far = due.filter(round=made, step=first.step).order_by("path", "id")
        # Who reports at this moment is held by another worker, and is not reminded.
        rows = list(equally_far.select_for_update(skip_locked=True)[:AT_ONCE])
        if rows:
            _take(made, rows, first.step, at)
    return bool(rows)


def _take(made: AssessmentRound, rows: Sequence[Respondent], behind: int, at: datetime) -> None:
    due = _due(made, behind, at)
    if _was_asked(made):
        if REMIND in due.kinds:
            _remind(made, rows, at)
        if ESCALATE in due.kinds:
            _escalate(made, rows, due.behind, at)
    ids = [row.id for row in rows]
    Respondent.objects.filter(id__in=ids).update(step=due.behind, next_at=due.next_at)


def _was_asked(made: AssessmentRound) -> bool:
    """Nobody is reminded of what a person stopped, or has not approved yet."""
    held = (BroadcastStatus.WAITING_FOR_APPROVAL, BroadcastStatus.STOPPED)
    sends = Broadcast.objects.filter(id__in=[made.broadcast_id] if made.broadcast_id else [])
    return sends.exclude(status__in=held).exists()


def _due(made: AssessmentRound, behind: int, at: datetime) -> _Due:
    """Of several steps that were missed together, each kind is taken once."""
    steps = [Step(at=datetime.fromisoformat(step["at"]), kind=step["kind"]) for step in made.steps]
    until = behind
    while until < len(steps) and steps[until].at <= at:
        until += 1
    return _Due(
        kinds=frozenset(step.kind for step in steps[behind:until]),
        behind=until,
        next_at=steps[until].at if until < len(steps) else None,
    )


def _remind(made: AssessmentRound, rows: Sequence[Respondent], at: datetime) -> None:
    """Who is in the conversation gets its last question again; with the others it begins anew."""
    assessment = made.assessment
    contacts = {one.id: one for one in Contact.objects.filter(id__in=[row.contact_id for row in rows])}
    waiting = Session.objects.filter(contact_id__in=contacts, status=ConversationStatus.WAITING)
    talking = dict(waiting.values_list("contact_id", "flow_id"))
    ours = [one for one in contacts.values() if talking.get(one.id) == assessment.flow_id]
    asked = _last_questions(ours, assessment)
    allowed = present()
    for contact in ours:
        _remind_of(made, contact, asked.get(contact.id, ""), at, allowed)
    # Nobody is led out of a conversation about something else.
    anew = [one.id for one in contacts.values() if one.id not in talking and one.status == "active"]
    if anew and may_not_ask(assessment) is None:
        _ask_anew(assessment, anew, at)


def _remind_of(
    made: AssessmentRound, contact: Contact, question: str, at: datetime, allowed: Circumstances
) -> None:
    text = texts.reminder(
        language_of(contact.language),
        made.assessment.name,
        made.due_on,
        question,
        is_overdue=at >= made.due_at,
    )
    notice(contact, text, of=(made.id, "reminder", contact.id), at=at, allowed=allowed)


def _last_questions(contacts: Sequence[Contact], assessment: Assessment) -> dict[UUID, str]:
    sessions = Session.objects.filter(
        contact__in=contacts, status=ConversationStatus.WAITING, flow_id=assessment.flow_id
    )
    said = Message.objects.filter(
        contact_id__in=[one.id for one in contacts],
        session_id__in=list(sessions.values_list("id", flat=True)),
        is_incoming=False,
    )
    return dict(said.order_by("id").values_list("contact_id", "text"))


def _ask_anew(assessment: Assessment, contacts: list[UUID], at: datetime) -> None:
    make_broadcast(
        BroadcastOrder(
            name=assessment.name,
            text="",
            flow_id=assessment.flow_id,
            sms_channel_id=channel_for(None),
            contact_ids=contacts,
            expires_at=at + _LEAVES_WITHIN,
            accounted={"chosen": len(contacts), "will_send": len(contacts)},
            created_by=assessment.owner,
            needs_approval=needs_approval(len(contacts)),
        ),
        clock=lambda: at,
    )


def _escalate(made: AssessmentRound, rows: Sequence[Respondent], behind: int, at: datetime) -> None:
    """One text to each supervisor, about all who have not reported to her."""
    assessment = made.assessment
    is_of_facilities = assessment.who == Who.IN_CHARGE
    along: dict[tuple[UUID, ...], list[Contact]] = {}
    silent: dict[UUID, list[Respondent]] = defaultdict(list)
    told: dict[UUID, Contact] = {}
    for row in rows:
        # Who is in charge is not asked about herself, but those above the facility.
        path = tuple(row.path[:-1] if is_of_facilities else row.path)
        if path not in along:
            along[path] = supervisors_along(path)
        for contact in along[path]:
            if contact.id != row.contact_id:
                told[contact.id] = contact
                silent[contact.id].append(row)
    words = _words_of(rows, is_of_facilities)
    allowed = present()
    for contact_id, theirs in silent.items():
        contact = told[contact_id]
        who = sorted(words[row.id] for row in theirs if row.id in words)
        text = texts.not_reported(language_of(contact.language), assessment.name, made.due_on, who)
        notice(
            contact, text, of=(made.id, "silent", behind, theirs[0].id, contact_id), at=at, allowed=allowed
        )


def _words_of(rows: Sequence[Respondent], is_of_facilities: bool) -> dict[int, str]:
    """What a supervisor knows each by: a facility's name, or the person's."""
    if is_of_facilities:
        names = names_of({row.place_id for row in rows if row.place_id})
        return {row.id: names[row.place_id].strip() for row in rows if row.place_id in names}
    people = dict(Person.objects.filter(id__in=[row.person_id for row in rows]).values_list("id", "name"))
    return {row.id: people[row.person_id] for row in rows if row.person_id in people}
