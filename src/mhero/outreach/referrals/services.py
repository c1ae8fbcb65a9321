"""Writes of referrals: made, and taken a step on, each in the transaction of its texts and its event."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from mhero.messaging.models import Contact
from mhero.outreach.referrals import queries
from mhero.outreach.referrals.models import Overdue, Referral, ReferralEvent
from mhero.outreach.referrals.steps import ENDINGS, OPEN, State, Step, due, led
from mhero.outreach.referrals.telling import tell_facility, tell_sender
from mhero.outreach.texts.codes import new_code
from mhero.outreach.texts.words import words
from mhero.platform.ids import new_id
from mhero.registry.models import Place

#: The same client, sent to the same facility by the same one so soon again, is the same referral.
SAME_WITHIN: Final = timedelta(hours=12)
LONGEST_CLIENT: Final = 60
LONGEST_WORDS: Final = 300
#: What the sender hears of each step.
_HEARD: Final[dict[str, str]] = {
    Step.ACCEPTED: "heard_accepted",
    Step.ARRIVED: "heard_arrived",
    Step.NO_SHOW: "heard_no_show",
    Step.BACK: "heard_back",
    Step.REFUSED: "heard_refused",
    Step.CANCELLED: "heard_cancelled",
    Step.CLOSED: "heard_closed",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A referral that is to be made."""

    client: str
    reason: str
    from_facility: Place
    to_facility: Place
    at: datetime
    language: str = "en"
    contact: Contact | None = None
    person_id: UUID | None = None
    #: The message, so that a text is one referral.
    id: UUID | None = None
    client_id: str = ""
    identifier: str = ""
    #: Texts that hold what was said.
    message_ids: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, kw_only=True, slots=True)
class By:
    """Who takes a step."""

    #: A health worker, by text.
    person_id: UUID | None = None
    #: An officer's address, or a system.
    name: str = ""
    message_ids: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Made:
    referral: Referral
    #: How many people at the receiving facility were texted.
    told: int
    #: It was there already.
    is_known: bool = False


def refer(order: Order) -> Made:
    """Makes a referral and tells the receiving facility; one that is there already is not made again."""
    with transaction.atomic():
        known = _same(order)
        if known is not None:
            return Made(known, told=0, is_known=True)
        rules = queries.rules()
        referral = Referral.objects.create(
            id=order.id or new_id(order.at),
            code=_free_code(),
            client=order.client[:LONGEST_CLIENT],
            reason=order.reason[:LONGEST_WORDS],
            from_facility=order.from_facility,
            to_facility=order.to_facility,
            contact_id=order.contact.id if order.contact else None,
            person_id=order.person_id,
            language=order.language,
            client_id=order.client_id,
            identifier=order.identifier,
            made_at=order.at,
            changed_at=order.at,
            due_at=due(State.SENT, order.at, rules),
        )
        told = tell_facility(referral, "incoming", order.at)
        if not told:
            _escalate_at_once(referral, order.at)
        by = By(person_id=order.person_id, name=order.client_id, message_ids=order.message_ids)
        note(referral, Step.SENT, order.at, by, told)
    return Made(referral, told=len(told))


def take_step(referral: Referral, step: str, at: datetime, by: By, *, outcome: str = "") -> bool:
    """Takes an open referral a step on, and tells who has to know; False when it was taken before.

    The referral is locked by the caller. Raises `ValueError` when the step cannot be taken now.
    """
    leads = led(referral.state, step)
    if leads is None:
        raise ValueError(step)
    adds_outcome = step == Step.BACK and bool(outcome) and not referral.outcome
    if leads.is_again and not adds_outcome:
        return False
    referral.outcome = outcome[:LONGEST_WORDS] or referral.outcome
    if not leads.is_again:
        _change_state(referral, leads.state, step, at)
    changed(referral, at)
    told: list[UUID] = []
    is_own = by.person_id is not None and by.person_id == referral.person_id
    if step in _HEARD and not is_own:
        told += tell_sender(referral, _HEARD[step], at)
    if step in (Step.CANCELLED, Step.CLOSED):
        told += tell_facility(referral, "heard_cancelled", at)
    note(referral, step, at, by, told)
    return True


def send_again(referral: Referral, at: datetime, by: By) -> int:
    """Tells the receiving facility once more; how many people that are."""
    told = tell_facility(referral, "incoming", at)
    note(referral, Step.SENT_AGAIN, at, by, told)
    return len(told)


def move(referral: Referral, facility: Place, at: datetime, by: By) -> int:
    """Sends the client to another facility. Both and the sender hear; how many do so at the new one."""
    before = referral.to_facility
    tell_facility(referral, "moved_away", at, facility=before)
    referral.to_facility, referral.arrived_at = facility, None
    _change_state(referral, State.SENT, Step.MOVED, at)
    changed(referral, at)
    told = tell_facility(referral, "incoming", at)
    if not told:
        _escalate_at_once(referral, at)
    heard = tell_sender(referral, "heard_moved", at)
    note(referral, Step.MOVED, at, by, [*told, *heard], before=before)
    return len(told)


def changed(referral: Referral, at: datetime) -> None:
    """Keeps the referral as the next version of it."""
    # Texts may be taken in after what was pressed later; a version is never older than the one before.
    referral.changed_at = max(at, referral.changed_at + timedelta(milliseconds=1))
    referral.version += 1
    referral.save()


def note(
    referral: Referral,
    step: str,
    at: datetime,
    by: By,
    told: list[UUID],
    *,
    before: Place | None = None,
) -> None:
    ReferralEvent.objects.create(
        referral=referral,
        step=step,
        at=at,
        person_id=by.person_id,
        by=by.name,
        told=len(told),
        before=before,
        message_ids=[*by.message_ids, *told],
    )


def locked(referral_id: UUID) -> Referral:
    """The referral, which nobody else changes until the transaction ends."""
    # Places are joined by keys that need not be there, and cannot be locked with it.
    Referral.objects.select_for_update().get(id=referral_id)
    return Referral.objects.select_related("from_facility", "to_facility").get(id=referral_id)


def _same(order: Order) -> Referral | None:
    found = Referral.objects.select_related("to_facility", "from_facility")
    if order.identifier:
        return found.filter(client_id=order.client_id, identifier=order.identifier).first()
    if order.id is not None and (made := found.filter(id=order.id).first()):
        return made
    recent = found.filter(
        from_facility=order.from_facility,
        to_facility=order.to_facility,
        state__in=OPEN,
        made_at__gt=order.at - SAME_WITHIN,
    )
    client = words(order.client[:LONGEST_CLIENT])
    return next((one for one in recent if words(one.client) == client), None)


def _free_code() -> str:
    """A code that no open referral has, and if there is any, one that none of late had either."""
    for _ in range(20):
        code = new_code(secrets.randbelow)
        if not Referral.objects.filter(code=code).exists():
            return code
    while Referral.objects.filter(code=code, ended_at=None).exists():
        code = new_code(secrets.randbelow)
    return code


def _change_state(referral: Referral, state: State, step: str, at: datetime) -> None:
    referral.state = state
    if state == State.ARRIVED:
        referral.arrived_at = at
    if state not in OPEN:
        referral.ended_at = at
        referral.ending = step if step in ENDINGS else ""
    referral.overdue = Overdue.NOT_YET
    referral.due_at = due(state, at, queries.rules())


def _escalate_at_once(referral: Referral, at: datetime) -> None:
    """Nobody at the facility can be texted, so nobody there can be reminded either."""
    referral.due_at, referral.overdue = at, Overdue.REMINDED
    referral.save(update_fields=["due_at", "overdue"])
