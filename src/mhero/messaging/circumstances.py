"""What decides at this moment who may be texted: the workspace's state and its rules."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time
from time import monotonic
from zoneinfo import ZoneInfo

from mhero.accounts.queries import team_phones, workspace
from mhero.messaging.database import in_thread
from mhero.messaging.models import SendingRules
from mhero.messaging.quiet import is_quiet
from mhero.messaging.reasons import LEFT, NO_NUMBER, NO_TEXT, OPTED_OUT, TRIAL
from mhero.platform.clock import Clock, now


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    #: False in trial mode: only the team's own phones are texted.
    is_live: bool
    #: E.164 numbers of the team.
    team_phones: frozenset[str]
    country_code: str
    zone: ZoneInfo
    quiet_from: time
    quiet_until: time
    stop_words: tuple[str, ...]
    stop_confirmation: str
    gives_up_after_hours: int

    def is_quiet(self, at: datetime) -> bool:
        return is_quiet(at, self.quiet_from, self.quiet_until, self.zone)

    def may_be_texted(self, number: str) -> bool:
        return self.is_live or number in self.team_phones

    def why_not(self, number: str, text: str, status: str) -> str:
        """The reason for which somebody is not texted after all; empty when they are."""
        if not number:
            return NO_NUMBER
        if status == "stopped":
            return OPTED_OUT
        if status == "left":
            return LEFT
        if not self.may_be_texted(number):
            return TRIAL
        return "" if text.strip() else NO_TEXT


def rules() -> SendingRules:
    """The workspace's rules for sending, made at the first look."""
    made, is_new = SendingRules.objects.get_or_create(id=SendingRules.ONLY)
    if is_new:
        # Until it is read its times are still the texts of the defaults.
        made.refresh_from_db()
    return made


def present() -> Circumstances:
    ours, country = rules(), workspace()
    return Circumstances(
        is_live=country.is_live,
        team_phones=frozenset(team_phones()),
        country_code=country.country_code,
        zone=ZoneInfo(country.time_zone),
        quiet_from=ours.quiet_from,
        quiet_until=ours.quiet_until,
        stop_words=tuple(ours.stop_words),
        stop_confirmation=ours.stop_confirmation,
        gives_up_after_hours=ours.gives_up_after_hours,
    )


class Watched:
    """The circumstances for a pump: read again every two seconds at most."""

    SECONDS = 2.0

    def __init__(self, clock: Clock = now, read: Callable[[], Circumstances] = present) -> None:
        self.clock = clock
        self._read = read
        self._known: Circumstances | None = None
        self._read_at = 0.0

    async def get(self) -> Circumstances:
        if self._known is None or monotonic() - self._read_at > self.SECONDS:
            self._known = await in_thread(self._read)
            self._read_at = monotonic()
        return self._known
