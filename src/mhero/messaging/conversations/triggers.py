"""Which flow a message starts: by its words, as the first of a number, or as any other."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from mhero.messaging.stop import plain

KEYWORD, CATCH_ALL, NEW_CONVERSATION = "keyword", "catch_all", "new_conversation"
FIRST, ONLY = "first", "only"


@dataclass(frozen=True, kw_only=True, slots=True)
class Trigger:
    type: str
    flow_id: UUID
    #: As `plain` leaves them.
    keywords: frozenset[str] = frozenset()
    match: str = FIRST
    sms_channel_id: UUID | None = None
    #: Nobody chosen means everybody.
    groups: frozenset[UUID] = frozenset()
    excluded_groups: frozenset[UUID] = frozenset()
    priority: int = 0

    @classmethod
    def read(cls, row: tuple[Any, ...]) -> Self:
        kind, flow_id, keywords, match, channel, groups, excluded, priority = row
        return cls(
            type=kind,
            flow_id=flow_id,
            keywords=frozenset(filter(None, map(plain, keywords))),
            match=match,
            sms_channel_id=channel,
            groups=frozenset(groups or ()),
            excluded_groups=frozenset(excluded or ()),
            priority=priority,
        )

    def keyword_in(self, words: str) -> str:
        """The keyword by which the plain words start it, or nothing."""
        if words in self.keywords:
            return words
        first = words.partition(" ")[0]
        return first if self.match == FIRST and first in self.keywords else ""

    def suits(self, channel_id: UUID, groups: Collection[UUID]) -> bool:
        if self.sms_channel_id is not None and self.sms_channel_id != channel_id:
            return False
        if self.groups and not self.groups.intersection(groups):
            return False
        return not self.excluded_groups.intersection(groups)

    @property
    def score(self) -> tuple[int, int]:
        """Of several that suit, the one that says most about whom it is for; then by what people set."""
        specific = 4 * (self.sms_channel_id is not None) + 2 * bool(self.groups) + bool(self.excluded_groups)
        return specific, self.priority


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    trigger: Trigger
    #: What was recognised; empty for a trigger without words.
    keyword: str = ""

    def to_json(self) -> dict[str, str] | None:
        """The engine's `keyword_match`."""
        if not self.keyword:
            return None
        return {"type": f"{self.trigger.match}_word", "keyword": self.keyword}


def triggered(
    triggers: Iterable[Trigger],
    *,
    text: str,
    channel_id: UUID,
    groups: Collection[UUID],
    is_waiting: bool,
    is_new: bool,
) -> Match | None:
    """What a message starts. Somebody who is waited for is led away by a keyword alone."""
    words = plain(text)
    suiting = [trigger for trigger in triggers if trigger.suits(channel_id, groups)]
    said = [
        Match(trigger=trigger, keyword=keyword)
        for trigger in suiting
        if trigger.type == KEYWORD and (keyword := trigger.keyword_in(words))
    ]
    if said:
        return max(said, key=lambda match: match.trigger.score)
    if is_waiting:
        return None
    for kind in (NEW_CONVERSATION, CATCH_ALL) if is_new else (CATCH_ALL,):
        if others := [trigger for trigger in suiting if trigger.type == kind]:
            return Match(trigger=max(others, key=lambda trigger: trigger.score))
    return None
