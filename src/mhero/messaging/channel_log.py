"""The log of what is asked of providers and what they call us with: short, and without anything personal.

What ends alike within one second is one entry that counts the others, so that it costs next to nothing at any
speed; its sums are right all the same, and failover goes by them.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from time import monotonic, time
from urllib.parse import quote, quote_plus, unquote, urlsplit
from uuid import UUID

import psycopg

from mhero.messaging.channels.types import Channel
from mhero.platform.clock import now
from mhero.platform.ids import new_id

#: How often what was noted is written.
FLUSH_SECONDS = 2.0
#: How much of a provider's words is kept.
LONGEST_WORDS = 200
HIDDEN = "•••"
#: So much of the beginning of a text gives it away.
TELLING = 20
#: Whatever may be a phone number, and not a status or an error's code.
_NUMBERS = re.compile(r"\+?\d[\d \-]{5,}\d")

WRITE = """
INSERT INTO messaging_channellogentry
    (id, sms_channel_id, kind, outcome, address, status, milliseconds, words, message_id, alike)
SELECT * FROM unnest(
    %(ids)s::uuid[], %(channels)s::uuid[], %(kinds)s::text[], %(outcomes)s::text[], %(addresses)s::text[],
    %(statuses)s::smallint[], %(milliseconds)s::int[], %(words)s::text[], %(messages)s::uuid[],
    %(alike)s::int[]
)
"""


@dataclass(kw_only=True, slots=True)
class Entry:
    channel_id: UUID
    #: `request` or `callback`.
    kind: str
    outcome: str
    address: str
    #: Of HTTP; None when no answer came.
    status: int | None
    milliseconds: int
    words: str = ""
    message_id: UUID | None = None
    alike: int = 1
    id: UUID = field(default_factory=lambda: new_id(now()))


class ChannelLog:
    """What one process noted and has not written yet."""

    def __init__(self) -> None:
        self._entries: dict[tuple[object, ...], Entry] = {}
        self._written_at = monotonic()

    @property
    def is_due(self) -> bool:
        return bool(self._entries) and monotonic() - self._written_at >= FLUSH_SECONDS

    def note(
        self,
        channel: Channel,
        kind: str,
        outcome: str,
        *,
        method: str,
        address: str,
        status: int | None,
        seconds: float,
        words: str = "",
        message_id: UUID | None = None,
        private: Iterable[str] = (),
    ) -> None:
        """`address` is a request's URL or a callback's action.

        `private` is what must not be found in the words: the text of a message, its number.
        """
        # The URL of a request may hold the number, so that no two would be alike.
        key = (int(time()), channel.id, outcome, status, address if kind == "callback" else "")
        if (known := self._entries.get(key)) is not None:
            known.alike += 1
            return
        self._entries[key] = Entry(
            channel_id=channel.id,
            kind=kind,
            outcome=outcome,
            address=redacted(f"{method} {address_of(address)}", channel)[:LONGEST_WORDS],
            status=status,
            milliseconds=min(round(seconds * 1000), 2**31 - 1),
            words=redacted(words, channel, private)[:LONGEST_WORDS],
            message_id=message_id,
        )

    async def write(self, connection: psycopg.AsyncConnection) -> None:
        """What cannot be written is gone: a log is no reason to keep a message waiting."""
        entries, self._entries = list(self._entries.values()), {}
        self._written_at = monotonic()
        if entries:
            await connection.execute(WRITE, _columns(entries))


def _columns(entries: list[Entry]) -> dict[str, list[object]]:
    return {
        "ids": [entry.id for entry in entries],
        "channels": [entry.channel_id for entry in entries],
        "kinds": [entry.kind for entry in entries],
        "outcomes": [entry.outcome for entry in entries],
        "addresses": [entry.address for entry in entries],
        "statuses": [entry.status for entry in entries],
        "milliseconds": [entry.milliseconds for entry in entries],
        "words": [entry.words for entry in entries],
        "messages": [entry.message_id for entry in entries],
        "alike": [entry.alike for entry in entries],
    }


def address_of(url: str) -> str:
    """An address without its query, where providers put numbers, texts and passwords; nor any user in it."""
    pieces = urlsplit(url)
    host = f"{pieces.scheme}://{pieces.netloc.rpartition('@')[2]}" if pieces.netloc else ""
    return host + unquote(pieces.path)


def redacted(words: str, channel: Channel, private: Iterable[str] = ()) -> str:
    """The words without the channel's secrets, without what is private, and without phone numbers."""
    secrets = (channel.secret, channel.signing_secret, channel.callback_secret)
    forms = sorted(
        {form for hidden in (*secrets, *private) for form in _forms(hidden)}, key=len, reverse=True
    )
    for form in forms:
        words = words.replace(form, HIDDEN)
    for form in forms:
        # Words are kept in part, and so may be an echo in them.
        if len(form) > TELLING and (start := words.find(form[:TELLING])) >= 0:
            words = words[:start] + HIDDEN
    return _NUMBERS.sub(HIDDEN, words)


def _forms(hidden: str) -> set[str]:
    """How a provider may echo something: as it is, in JSON, or percent-encoded."""
    plain = " ".join(hidden.split())
    if len(plain) < 2:
        return set()
    return {plain, json.dumps(plain)[1:-1], quote(plain, safe=""), quote_plus(plain)}
