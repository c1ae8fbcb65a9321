"""What becomes of the people who were chosen, and what nobody who looks can see beyond."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Self
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.accounts.queries import team_phones, workspace
from mhero.platform.clock import now


class Reason(TextChoices):
    """What becomes of a person who was chosen. The first that applies, in this order, is the one."""

    NO_NUMBER = "no_number", _("No phone number")
    INVALID = "invalid", _("The phone number cannot be right")
    OPTED_OUT = "opted_out", _("Opted out")
    ON_LEAVE = "on_leave", _("On leave")
    #: The contact has not followed the registry yet, which takes seconds.
    NOT_READY = "not_ready", _("Not ready yet")
    #: The workspace is not live and this is not a phone of the team.
    TRIAL = "trial", _("Blocked by trial mode")
    #: Somebody else who was chosen has the same phone; it gets one message.
    DUPLICATE = "duplicate", _("Same phone as somebody else")
    WILL_SEND = "will_send", _("Will get the message")


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """What narrows every filter for the person who looks; it is always applied, so nobody sees beyond it."""

    #: The area of responsibility; None is the whole country.
    area_id: UUID | None
    #: The day in the country, for leave.
    today: date
    #: The phones that trial messages may go to; None once the workspace is live.
    trial_phones: tuple[str, ...] | None = None

    @classmethod
    def of(cls, user: User) -> Self:
        space = workspace()
        return cls(
            area_id=user.area_id,
            today=now().astimezone(ZoneInfo(space.time_zone)).date(),
            trial_phones=None if space.is_live else tuple(sorted(team_phones())),
        )

    def as_if_live(self) -> Self:
        """For choosing people while still in trial mode: who could be texted."""
        return replace(self, trial_phones=None)


@dataclass(frozen=True, kw_only=True, slots=True)
class Accounted:
    """How many were chosen, and what becomes of them: `chosen` is the sum of all the others."""

    chosen: int = 0
    will_send: int = 0
    no_number: int = 0
    invalid: int = 0
    opted_out: int = 0
    on_leave: int = 0
    not_ready: int = 0
    trial: int = 0
    duplicate: int = 0

    @property
    def left_out(self) -> list[tuple[Reason, int]]:
        """The reasons that concern somebody, the most frequent first."""
        counted = [(reason, getattr(self, reason.value)) for reason in Reason if reason != Reason.WILL_SEND]
        return sorted((pair for pair in counted if pair[1]), key=lambda pair: -pair[1])

    def to_json(self) -> dict[str, int]:
        return {"chosen": self.chosen, **{reason.value: getattr(self, reason.value) for reason in Reason}}
