"""What a kind of SMS channel knows: how to ask for a message, and what answers and callbacks mean.

All of it is pure; the requests themselves are made in `messaging.sending`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol
from uuid import UUID

from mhero.messaging.reasons import PROVIDER_REFUSED

#: How much of a provider's answer is kept.
LONGEST_WORDS = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """An SMS channel as sending and receiving need it."""

    id: UUID
    type: str
    #: The short code or number that health workers see.
    address: str
    send_url: str
    #: The type's own fields.
    settings: Mapping[str, Any]
    secret: str
    callback_secret: str
    #: Segments a second.
    rate: float
    #: Requests open at one time.
    concurrency: int
    #: The address of the gateway, as the provider reaches it.
    gateway_url: str = ""

    @property
    def callback_name(self) -> str:
        """The channel in callback addresses: its id and its secret, as one piece of a path."""
        return f"{self.id}.{self.callback_secret}"

    def callback_url(self, action: str, kind: str) -> str:
        return f"{self.gateway_url}/c/{kind}/{self.callback_name}/{action}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outgoing:
    """One message that is due."""

    id: UUID
    #: E.164.
    number: str
    text: str
    segments: int
    attempts: int
    #: 0 for answers, 1 for sends to many.
    priority: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ProviderRequest:
    method: Literal["GET", "POST", "PUT"]
    #: With its query, percent-encoded already.
    url: str
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What became of one attempt."""

    #: `retry` leaves the message waiting.
    kind: Literal["sent", "failed", "retry"]
    external_id: str = ""
    #: A code of `messaging.reasons`, when it failed.
    reason: str = ""
    #: What the provider said.
    words: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What a callback says, in our words; its payload is what `messaging.taking` reads."""

    kind: Literal["message", "status", "stopped"]
    #: The same for the same thing said twice; empty when the type cannot tell.
    key: str
    payload: Mapping[str, str]


class ChannelType(Protocol):
    code: str

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest: ...

    def outcome(self, channel: Channel, status: int, content_type: str, body: bytes, /) -> Outcome: ...

    def arrival(self, action: str, fields: Mapping[str, str]) -> Arrival:
        """Raises `BadCallback` in plain words when it cannot be understood."""
        ...


def usual_outcome(status: int, words: str) -> Outcome | None:
    """What a refusing status means with any provider; None when it accepted.

    A wrong address or password is no fault of the message: it waits until somebody has put the channel right.
    """
    if 200 <= status < 300:
        return None
    if status >= 500 or status in {401, 403, 404, 405, 407, 408, 425, 429} or 300 <= status < 400:
        return Outcome(kind="retry", words=f"{status} {words}".strip())
    return Outcome(kind="failed", reason=PROVIDER_REFUSED, words=f"{status} {words}".strip())


def words_of(body: bytes) -> str:
    """The answer as text that can be stored and shown."""
    return " ".join(body[: LONGEST_WORDS * 4].decode("utf-8", "replace").replace("\0", "").split())[
        :LONGEST_WORDS
    ]
