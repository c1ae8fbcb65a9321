"""What officers do with proposals: accept, refuse, ask again. Each decision is one transaction."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final
from uuid import UUID

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.connectors.models import ChangeState
from mhero.connectors.services import ChangeOrder, changes_to_tell, heard, put_change
from mhero.messaging.errors import NoSMSChannel, NotAllowedNow
from mhero.messaging.models import Contact, Flow
from mhero.messaging.services.sessions import start_flow
from mhero.outreach.errors import CannotBeAsked, DecidedAlready, NotYetClear
from mhero.outreach.validation import subjects
from mhero.outreach.validation.kinds import OPEN_STATES, ProposalState, Subject
from mhero.outreach.validation.models import Proposal, ProposalEvent
from mhero.outreach.validation.reading import Read
from mhero.platform.clock import Clock, now
from mhero.registry.errors import NotInRegistry
from mhero.registry.services import amend

AT_ONCE: Final = 100
#: What the audit trail says of a change that is over.
OVER: Final[dict[str, str]] = {
    ChangeState.DONE: "proposal.done_there",
    ChangeState.CONFLICT: "proposal.conflict_there",
    ChangeState.REFUSED: "proposal.refused_there",
}
What = ProposalEvent.What


@dataclass(kw_only=True, slots=True)
class Decided:
    """What became of many at once."""

    done: list[UUID] = field(default_factory=list)
    #: Those whose value has changed meanwhile: to be decided again.
    returned: list[UUID] = field(default_factory=list)
    #: Those that were left as they are: not clear yet, decided by somebody else, or gone.
    left: list[UUID] = field(default_factory=list)


def accept(proposal_id: UUID, user: User, chosen: Read | None = None, *, clock: Clock = now) -> ProposalState:
    """Writes the new value to the registry, and asks for it to be brought to where the record came from.

    `chosen`: the value that the officer chose herself. Where the registry says something else by now than
    it did when the correction was proposed, nothing is written and the proposal waits with the newer value.
    Raises `DecidedAlready`, `NotYetClear`, `NotInRegistry`.
    """
    with transaction.atomic():
        proposal = _open(proposal_id)
        if chosen:
            proposal.new, proposal.new_words, proposal.value = chosen.new, chosen.words, chosen.value
        if proposal.subject != Subject.NEWCOMER:
            if not proposal.value:
                raise NotYetClear
            if _changed_meanwhile(proposal):
                return _return(proposal, proposal.old_words, What.CHANGED)
            _write(proposal, user, clock)
        _decide(proposal, ProposalState.ACCEPTED, What.ACCEPTED, user, clock)
        record_audit(
            "proposal.accepted",
            f"proposal {proposal.id}",
            user=user,
            people=int(proposal.person_id is not None),
            subject=proposal.subject,
        )
    return ProposalState.ACCEPTED


def refuse(proposal_id: UUID, user: User, note: str = "", *, clock: Clock = now) -> None:
    """The registry stays as it is. Raises `DecidedAlready`."""
    with transaction.atomic():
        proposal = _open(proposal_id)
        _decide(proposal, ProposalState.REFUSED, What.REFUSED, user, clock, note)
        record_audit("proposal.refused", f"proposal {proposal.id}", user=user, subject=proposal.subject)


def ask_again(proposal_id: UUID, user: User, *, clock: Clock = now) -> None:
    """Asks whoever said it the same questions again, at once. Raises `DecidedAlready`, `CannotBeAsked`."""
    with transaction.atomic():
        proposal = _open(proposal_id)
        flow_id = proposal.round.flow_id if proposal.round else None
        if flow_id is None or proposal.contact_id is None or not _can_be_asked(proposal.contact_id, flow_id):
            raise CannotBeAsked
        try:
            start_flow(flow_id, [proposal.contact_id], user, clock=clock)
        except (NoSMSChannel, NotAllowedNow) as error:
            raise CannotBeAsked from error
        _decide(proposal, ProposalState.ASKED_AGAIN, What.ASKED_AGAIN, user, clock)
        record_audit("proposal.asked_again", f"proposal {proposal.id}", user=user, people=1)


def _can_be_asked(contact_id: UUID, flow_id: UUID) -> bool:
    contact = Contact.objects.filter(id=contact_id, status="active").exclude(number=None)
    return contact.exists() and Flow.objects.filter(id=flow_id, is_archived=False).exists()


def decide_many(ids: Iterable[UUID], decision: str, user: User, *, clock: Clock = now) -> Decided:
    """Each for itself: one that cannot be decided does not hold the others up."""
    decided = Decided()
    for proposal_id in ids:
        try:
            state = _one(proposal_id, decision, user, clock)
        except (DecidedAlready, NotYetClear, NotInRegistry, CannotBeAsked):
            decided.left.append(proposal_id)
        else:
            (decided.returned if state == ProposalState.RETURNED else decided.done).append(proposal_id)
    return decided


def _one(proposal_id: UUID, decision: str, user: User, clock: Clock) -> ProposalState:
    if decision == "accept":
        return accept(proposal_id, user, clock=clock)
    if decision == "ask":
        ask_again(proposal_id, user, clock=clock)
        return ProposalState.ASKED_AGAIN
    refuse(proposal_id, user, clock=clock)
    return ProposalState.REFUSED


def hear_of_changes() -> bool:
    """What iHRIS and DHIS2 made of accepted corrections, told to their proposals; True while more is."""
    with transaction.atomic():
        news = changes_to_tell(AT_ONCE)
        for change in news:
            proposal = Proposal.objects.select_for_update().filter(id=change.ref).first()
            if proposal is None:
                continue
            if change.state == ChangeState.CONFLICT:
                proposal.old = change.newer
                proposal.old_words = subjects.words_of(proposal.subject, change.newer)
                _return(proposal, proposal.old_words, What.CONFLICT)
            elif change.state == ChangeState.DONE:
                _note(proposal, What.ARRIVED, words=change.get_system_display())
            else:
                _note(proposal, What.NOT_TAKEN, words=change.words)
            record_audit(
                OVER[change.state],
                f"proposal {proposal.id}",
                actor="mhero",
                people=int(proposal.person_id is not None),
                system=change.system,
            )
        heard(news)
    return len(news) == AT_ONCE


def _open(proposal_id: UUID) -> Proposal:
    # Whoever decides at the same time waits here for the first one.
    proposal = Proposal.objects.select_for_update(of=("self",)).select_related("round").get(id=proposal_id)
    if proposal.state not in OPEN_STATES:
        raise DecidedAlready
    return proposal


def _changed_meanwhile(proposal: Proposal) -> bool:
    """Whether the registry says something that the officer has not seen; it is then shown in its place."""
    resource = subjects.resource_of(proposal.subject, proposal.person_id, proposal.place_id)
    if resource is None:
        raise NotInRegistry
    says = subjects.says(proposal.subject, resource)
    if says in {proposal.old, proposal.new}:
        return False
    proposal.old, proposal.old_words = says, subjects.words_of(proposal.subject, says)
    return True


def _write(proposal: Proposal, user: User, clock: Clock) -> None:
    resource = subjects.resource_of(proposal.subject, proposal.person_id, proposal.place_id)
    if resource is None:
        raise NotInRegistry
    value = dict(proposal.value)
    if proposal.subject == Subject.PLACE:
        value["reference"] = f"Location/{value['place']}"
    amend(resource.id, proposal.subject, value, user, clock=clock)
    # What services a facility offers, no system behind us keeps.
    if proposal.subject != Subject.SERVICES:
        order = ChangeOrder(
            ref=proposal.id,
            resource_id=resource.id,
            part=proposal.subject,
            old=proposal.old,
            new=proposal.new,
            value=value,
        )
        put_change(order, at=clock())


def _return(proposal: Proposal, newer: str, what: ProposalEvent.What) -> ProposalState:
    proposal.state = ProposalState.RETURNED
    proposal.save()
    _note(proposal, what, words=newer)
    return ProposalState.RETURNED


def _decide(
    proposal: Proposal,
    state: ProposalState,
    what: ProposalEvent.What,
    user: User,
    clock: Clock,
    words: str = "",
) -> None:
    proposal.state, proposal.decided_by, proposal.decided_at = state, user.email, clock()
    proposal.save()
    _note(proposal, what, by=user.email, words=words)


def _note(proposal: Proposal, what: ProposalEvent.What, *, by: str = "", words: str = "") -> None:
    proposal.events.create(what=what, by=by, words=words)
