"""The states of a referral, and which step leads from where to where. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class State(TextChoices):
    SENT = "sent", _("On the way")
    ACCEPTED = "accepted", _("Expected")
    ARRIVED = "arrived", _("Arrived")
    NO_SHOW = "no_show", _("Did not arrive")
    BACK = "back", _("Sent back")
    CANCELLED = "cancelled", _("Called off")
    CLOSED = "closed", _("Closed")


class Step(TextChoices):
    """What can happen to a referral. The first ones are those that a text can tell, by the same names."""

    ACCEPTED = "accepted", _("The facility expects the client")
    ARRIVED = "arrived", _("The client arrived")
    NO_SHOW = "no_show", _("The client did not arrive")
    BACK = "back", _("The client was sent back, with an outcome")
    REFUSED = "refused", _("The facility cannot take the client")
    CANCELLED = "cancelled", _("The referral was called off")
    CLOSED = "closed", _("An officer closed the referral")
    EXPIRED = "expired", _("Closed, since nobody said anything for long")
    SENT = "sent", _("The client was referred")
    SENT_AGAIN = "sent_again", _("The facility was told again")
    MOVED = "moved", _("Another facility was chosen")
    REMINDED = "reminded", _("The facility was reminded")
    ESCALATED = "escalated", _("The supervisor was told")


OPEN: Final = (State.SENT, State.ACCEPTED, State.ARRIVED, State.NO_SHOW)
#: Of a client who is not there yet.
AWAITED: Final = (State.SENT, State.ACCEPTED)

#: Where each step leads, and from which states it can be taken.
_LEADS: Final[dict[str, tuple[State, tuple[State, ...]]]] = {
    Step.ACCEPTED: (State.ACCEPTED, (State.SENT,)),
    Step.ARRIVED: (State.ARRIVED, (State.SENT, State.ACCEPTED, State.NO_SHOW)),
    Step.NO_SHOW: (State.NO_SHOW, AWAITED),
    # A facility that forgot to tell of the arrival tells of the outcome all the same.
    Step.BACK: (State.BACK, OPEN),
    Step.REFUSED: (State.CANCELLED, (*AWAITED, State.NO_SHOW)),
    Step.CANCELLED: (State.CANCELLED, (*AWAITED, State.NO_SHOW)),
    Step.CLOSED: (State.CLOSED, OPEN),
    Step.EXPIRED: (State.CLOSED, OPEN),
}
#: Steps that the state they lead to does not tell from others.
ENDINGS: Final = frozenset({Step.REFUSED, Step.EXPIRED})


class Rules(Protocol):
    @property
    def hours_to_arrive(self) -> int: ...
    @property
    def hours_to_return(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Led:
    """What a step comes to."""

    state: State
    #: The step was taken before: nothing is to be done, and nobody to be told.
    is_again: bool = False


def led(state: str, step: str) -> Led | None:
    """Where a step leads from a state; None where it cannot be taken."""
    target, sources = _LEADS[step]
    if state == target:
        return Led(target, is_again=True)
    return Led(target) if state in sources else None


def due(state: str, since: datetime, rules: Rules) -> datetime | None:
    """When somebody is to be reminded of a referral that is in this state since then."""
    if state in AWAITED:
        return since + timedelta(hours=rules.hours_to_arrive)
    if state == State.ARRIVED:
        return since + timedelta(hours=rules.hours_to_return)
    return None
