"""What a simulated person remembers of the texts that came before.

The studies say that it matters and give no figure, so every figure here is assumed. They were written down
before the product did anything about reach, and are not to be fitted to what comes out of it.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

#: Assumed: an announcement is remembered for three days. Kenya advises to announce first and does not say how
#: long before.
ANNOUNCEMENT_HOLDS: Final = timedelta(days=3)
#: Assumed: a text is remembered for a week. Uganda: what moves people to answer "fades daily".
TEXT_HOLDS: Final = timedelta(days=7)
#: Assumed: a conversation that has lain for a day is none any more.
CONVERSATION_HOLDS: Final = timedelta(days=1)

_NAMES_ITSELF: Final = re.compile(r"\b(ministry|moh|mhero|county health|minist[eè]re|dear)\b", re.IGNORECASE)
_FREE: Final = re.compile(r"\b(free|gratuit\w*)\b", re.IGNORECASE)


def names_itself(text: str) -> bool:
    """Whether the text says from whom it is."""
    return bool(_NAMES_ITSELF.search(text))


def says_free(text: str) -> bool:
    return bool(_FREE.search(text))


@dataclass(frozen=True, kw_only=True, slots=True)
class Before:
    """What came before a text, as far as it moves its reader."""

    #: The question before was answered, not long ago.
    in_conversation: bool = False
    #: It was said who would ask.
    announced: bool = False
    #: It was said that answering costs nothing.
    told_free: bool = False
    #: How often the same text came and stayed without an answer.
    asked_this: int = 0
    #: How many texts came lately and stayed without an answer, those that ask nothing too.
    unanswered: int = 0


NOTHING: Final = Before()


@dataclass(kw_only=True, slots=True)
class Memory:
    """One person's."""

    announced_at: datetime | None = None
    told_free_at: datetime | None = None
    conversed_at: datetime | None = None
    #: Texts without an answer, with the moment they came.
    unanswered: list[tuple[datetime, str]] = field(default_factory=list)

    def before(self, text: str, at: datetime) -> Before:
        """What is remembered when the text comes."""
        lately = [kept for moment, kept in self.unanswered if at - moment <= TEXT_HOLDS]
        return Before(
            in_conversation=_holds(self.conversed_at, at, CONVERSATION_HOLDS),
            announced=_holds(self.announced_at, at, ANNOUNCEMENT_HOLDS),
            told_free=_holds(self.told_free_at, at, ANNOUNCEMENT_HOLDS),
            asked_this=lately.count(text),
            unanswered=len(lately),
        )

    def keep(self, text: str, at: datetime, *, asks: bool, answered: bool) -> None:
        """The text came, and was answered or not."""
        was_talking = _holds(self.conversed_at, at, CONVERSATION_HOLDS)
        self.conversed_at = at if asks and answered else None
        if answered and asks:
            self.unanswered.clear()
        elif not was_talking:
            self.unanswered = [
                (moment, kept) for moment, kept in self.unanswered if at - moment <= TEXT_HOLDS
            ] + [(at, text)]
        if not asks and names_itself(text):
            self.announced_at = at
            if says_free(text):
                self.told_free_at = at


def _holds(since: datetime | None, at: datetime, span: timedelta) -> bool:
    return since is not None and at - since <= span
