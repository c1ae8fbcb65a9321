"""Writes of the outreach room: audiences are saved, a send is prepared and sent."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.circumstances import rules
from mhero.messaging.models import Broadcast, Flow, SMSChannel
from mhero.messaging.services import BroadcastOrder, make_broadcast, ready_to_send
from mhero.messaging.services.reasking import ask_again, usual_time
from mhero.outreach.audience import Filter
from mhero.outreach.errors import NobodyToText, NoSMSChannel, NothingWritten, PeopleChanged
from mhero.outreach.models import Audience, Draft
from mhero.outreach.queries import place_names
from mhero.outreach.reach import Reach
from mhero.outreach.reaching.levers import Levers
from mhero.outreach.reaching.services import make_round
from mhero.outreach.recipients import account_for, contact_ids
from mhero.outreach.words import describe
from mhero.platform.clock import Clock, now

#: As much of the text as names a send to which nobody gave a name.
NAME_FROM_TEXT = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What is decided on the check page."""

    #: How many people the page said will get the message.
    shown: int
    #: A chosen time; None is now.
    starts_at: datetime | None = None
    #: After this moment no message leaves any more; None leaves it to the sending rules.
    expires_at: datetime | None = None
    #: None takes the only channel there is, or the oldest.
    sms_channel_id: UUID | None = None
    #: Whether those who do not answer the questions are asked once more, on the next day.
    asks_again: bool = False


def save_audience(name: str, chosen: Filter, user: User) -> Audience:
    audience = Audience.objects.create(name=name, filter=chosen.to_json(), created_by=user)
    record_audit("audience.saved", f"audience {audience.id}", user=user)
    return audience


def rename_audience(audience: Audience, name: str, user: User) -> None:
    audience.name = name
    audience.save(update_fields=["name"])
    record_audit("audience.renamed", f"audience {audience.id}", user=user)


def archive_audience(audience: Audience, user: User) -> None:
    """Takes it out of the list. Sends that it was used for are not touched."""
    audience.archived_at = now()
    audience.save(update_fields=["archived_at"])
    record_audit("audience.archived", f"audience {audience.id}", user=user)


def prepare(user: User, chosen: Filter, draft: Draft | None = None) -> Draft:
    """Begins a send to these people, or gives a send that has begun other people."""
    draft = draft or Draft(owner=user)
    draft.filter = chosen.to_json()
    draft.save()
    return draft


def ask(draft: Draft, flow: Flow) -> None:
    """The send asks questions instead of saying something."""
    draft.flow_id, draft.name, draft.text = flow.id, flow.name, ""
    draft.save(update_fields=["flow_id", "name", "text"])


def pull_levers(draft: Draft, levers: Levers | None) -> None:
    """What is done so that more people answer; None is nothing."""
    draft.levers = levers.to_json() if levers else {}
    draft.save(update_fields=["levers"])


def levers_of(draft: Draft) -> Levers | None:
    return Levers.from_json(draft.levers) if draft.flow_id else None


def needs_approval(people: int) -> bool:
    return people > rules().approval_above


def send(draft: Draft, user: User, plan: Plan, *, clock: Clock = now) -> Broadcast:
    """Makes the draft a broadcast, once: however often it is asked for, it is the same one.

    With levers it may become several, of which the first that asks is returned.

    Raises `PeopleChanged` when the page showed another number than is true now, `NobodyToText`,
    `NothingWritten` and `NoSMSChannel`; for questions also `QuestionsUnfinished` and `InvalidFlow`.
    """
    with transaction.atomic():
        # Whoever presses the button twice waits here for the first press to end.
        draft = Draft.objects.select_for_update().get(id=draft.id, owner=user)
        if draft.broadcast_id is not None:
            return Broadcast.objects.get(id=draft.broadcast_id)
        order, levers = _order(draft, user, plan), levers_of(draft)
        if levers and levers.makes_round:
            broadcast = make_round(draft.id, order, levers, user, clock=clock)
        else:
            broadcast = make_broadcast(order, clock=clock)
            if broadcast.flow_id and (levers.asks_again if levers else plan.asks_again):
                ask_again(broadcast.id, usual_time(broadcast), user)
        draft.broadcast_id = broadcast.id
        draft.save(update_fields=["broadcast_id"])
    return broadcast


def _order(draft: Draft, user: User, plan: Plan) -> BroadcastOrder:
    if not draft.flow_id and not draft.text.strip():
        raise NothingWritten
    chosen, reach = Filter.from_json(draft.filter), Reach.of(user)
    accounted = account_for(chosen, reach)
    if not accounted.will_send:
        raise NobodyToText
    if accounted.will_send != plan.shown:
        raise PeopleChanged(shown=plan.shown, found=accounted.will_send)
    flow = ready_to_send(draft.flow_id, user) if draft.flow_id else None
    return BroadcastOrder(
        name=draft.name or " ".join(draft.text.split())[:NAME_FROM_TEXT],
        text="" if flow else draft.text,
        flow_id=flow.id if flow else None,
        simplifies_accents=draft.simplifies_accents,
        sms_channel_id=channel_for(plan.sms_channel_id),
        contact_ids=contact_ids(chosen, reach),
        starts_at=plan.starts_at,
        expires_at=plan.expires_at,
        audience=chosen.to_json(),
        audience_description=describe(chosen, place_names(chosen.places)),
        accounted=accounted.to_json(),
        created_by=user,
        needs_approval=needs_approval(accounted.will_send),
    )


def channel_for(channel_id: UUID | None) -> UUID | None:
    """The channel that was chosen, or the only one; None lets each number choose among several."""
    enabled = list(SMSChannel.objects.filter(is_enabled=True).values_list("id", flat=True))
    if not enabled or (channel_id and channel_id not in enabled):
        raise NoSMSChannel
    return channel_id or (enabled[0] if len(enabled) == 1 else None)
