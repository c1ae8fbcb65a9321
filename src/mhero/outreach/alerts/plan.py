"""Which wave of an alert comes next, and when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

#: A reply confirms for this long after the last text.
OPEN_FOR: Final = timedelta(hours=24)


class WaveKind(TextChoices):
    FIRST = "first", _("First text")
    REPEAT = "repeat", _("Repetition")
    SECOND = "second", _("Second wave")


@dataclass(frozen=True, kw_only=True, slots=True)
class Rules:
    repeat_every: timedelta
    repeat_times: int
    #: After the last text; None leaves the second wave to a button.
    second_after: timedelta | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Next:
    #: None is the end.
    kind: WaveKind | None
    at: datetime


def next_wave(rules: Rules, made: Sequence[WaveKind], last_at: datetime) -> Next:
    """What follows the waves that were made, the last of them at that time.

    Counted from when the last one really went: a machine that was away for hours catches nothing up.
    """
    if made.count(WaveKind.REPEAT) < rules.repeat_times:
        return Next(kind=WaveKind.REPEAT, at=last_at + rules.repeat_every)
    if rules.second_after is not None and WaveKind.SECOND not in made:
        return Next(kind=WaveKind.SECOND, at=last_at + rules.second_after)
    return Next(kind=None, at=last_at + OPEN_FOR)
