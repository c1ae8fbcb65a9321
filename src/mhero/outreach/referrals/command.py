"""Referrals as a command of messaging: referring, news of a referral, and answers to what was asked back."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.utils.translation import override

from mhero.messaging.commands import CommandSaid, answer_id
from mhero.outreach.languages import language_of
from mhero.outreach.referrals import dialogue
from mhero.outreach.referrals.answers import LONGEST_QUOTE, say
from mhero.outreach.referrals.facilities import Known, known, nearest
from mhero.outreach.referrals.models import Referral
from mhero.outreach.referrals.services import By, locked, take_step
from mhero.outreach.referrals.steps import State, Step
from mhero.outreach.texts.referrals import Asked, ReferralNews, looks_like_referral, read_referral
from mhero.outreach.texts.referrals import Referral as Told
from mhero.registry.models import Person, Place, PlaceKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Worker:
    """Who texts, and where they work."""

    person: Person
    facility: Place
    language: str


class ReferralCommand:
    """The command. It knows no facility when it claims a text: any that begins as a referral is one."""

    name: Final = dialogue.COMMAND

    def claims(self, text: str) -> bool:
        return looks_like_referral(text)

    def take(self, said: CommandSaid) -> str | None:
        # The words of the console's languages have no place in an answer.
        with override(None):
            return _take(said)


def _take(said: CommandSaid) -> str | None:
    draft = dialogue.open_draft(said)
    whole = known()
    read = read_referral(said.text, whole.facilities)
    if read is None and draft is None:
        return None
    language = language_of(said.contact.language, read.language if read else "")
    worker = _worker(said, language)
    if isinstance(worker, str):
        return say(language, worker)
    if isinstance(read, ReferralNews):
        return _news(said, read, worker)
    if isinstance(read, Told):
        return _referred(said, read, worker, whole)
    # Neither: an answer to what was asked back.
    return dialogue.answered(said, draft, worker.person, worker.facility, whole) if draft else None


def _worker(said: CommandSaid, language: str) -> Worker | str:
    """Who texts from which facility; or the key of the answer that says why nobody does."""
    people = Person.objects.select_related("place").filter(is_active=True)
    person = people.filter(id=said.contact.person_id).first() if said.contact.person_id else None
    if person is None:
        return "not_registered"
    if person.place is None or person.place.kind != PlaceKind.FACILITY:
        return "no_facility"
    return Worker(person=person, facility=person.place, language=language)


def _referred(said: CommandSaid, read: Told, worker: Worker, whole: Known) -> str:
    """A referral, or what it lacks is asked for, one by one."""
    meant = [read.facility] if read.facility else []
    like: list[str] = []
    for question in read.questions:
        if question.kind is Asked.WHICH_FACILITY:
            meant = nearest(question.facilities, whole, worker.facility)
        if question.kind is Asked.NO_FACILITY:
            like = nearest(question.facilities, whole, worker.facility)
    draft = dialogue.begin(said, worker.language, client=read.client, reason=read.reason)
    return dialogue.go_on(said, draft, worker.person, worker.facility, whole, meant=meant, like=like)


def _news(said: CommandSaid, read: ReferralNews, worker: Worker) -> str:
    if read.questions:
        question = read.questions[0]
        return say(worker.language, question.kind, words=question.words[:LONGEST_QUOTE])
    found = _of_code(read.code, worker, read.kind)
    if found is None:
        return say(worker.language, "unknown_code", code=read.code)
    referral = locked(found)
    return _stepped(said, read, worker, referral)


def _of_code(code: str, worker: Worker, step: str) -> UUID | None:
    """The newest referral of this code to the worker's facility; for its sender's own news, from there."""
    referrals = Referral.objects.filter(code=code)
    here = referrals.filter(to_facility=worker.facility)
    if step == Step.CANCELLED:
        here = referrals.filter(from_facility=worker.facility)
    elif step == Step.BACK:
        # The client may come back before the facility says so.
        here = here | referrals.filter(from_facility=worker.facility)
    return here.order_by("-made_at").values_list("id", flat=True).first()


def _stepped(said: CommandSaid, read: ReferralNews, worker: Worker, referral: Referral) -> str:
    language = worker.language
    by = By(person_id=worker.person.id, message_ids=[said.message_id, answer_id(said)])
    is_late_outcome = read.kind == Step.BACK and referral.state == State.BACK
    if not referral.is_open and not is_late_outcome:
        return say(language, "over", code=referral.code)
    try:
        is_new = take_step(referral, read.kind, said.received_at, by, outcome=read.outcome)
    except ValueError:
        # Of what is open only an arrival bars the way.
        key = "cannot_arrived" if referral.state == State.ARRIVED else "noted_before"
        return say(language, key, code=referral.code)
    if read.kind == Step.BACK and not referral.outcome:
        return say(language, "outcome_asked", code=referral.code)
    return say(language, "noted" if is_new else "noted_before", code=referral.code)
