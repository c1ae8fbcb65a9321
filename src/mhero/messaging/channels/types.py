"""What a kind of SMS channel knows: how to ask for a message, and what answers and callbacks mean.

All of it is pure; the requests themselves are made in `messaging.sending`.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit
from uuid import UUID

from mhero.messaging.channels.callback import Arrival, Callback
from mhero.messaging.channels.fields import SHORT_CODE, CallbackAddress, Field, Words
from mhero.messaging.reasons import PROVIDER_REFUSED
from mhero.platform.gateway import LocalResponse

#: How much of a provider's answer is kept.
LONGEST_WORDS = 300
FORM = "application/x-www-form-urlencoded"
JSON = "application/json"


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
    #: What the provider signs its callbacks with, where that is not `secret`.
    signing_secret: str = ""
    #: The address of the gateway, as the provider reaches it.
    gateway_url: str = ""

    @property
    def callback_name(self) -> str:
        """The channel in callback addresses: its id and its secret, as one piece of a path."""
        return f"{self.id}.{self.callback_secret}"

    def callback_url(self, action: str, kind: str) -> str:
        return f"{self.gateway_url}/c/{kind}/{self.callback_name}/{action}"

    def setting(self, name: str) -> str:
        return str(self.settings.get(name) or "")


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

    @property
    def digits(self) -> str:
        """The number without its plus sign, as many providers want it."""
        return self.number.removeprefix("+")


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


class ChannelType(ABC):
    """One kind of SMS channel. It knows no database and makes no request."""

    code: ClassVar[str]
    #: In callback addresses; RapidPro's letters where it has the type.
    letters: ClassVar[str]
    #: What it is, for somebody who has to choose.
    about: ClassVar[Words]
    #: What health workers see.
    address: ClassVar[Field] = SHORT_CODE
    #: What has to be said about a channel of this kind.
    fields: ClassVar[tuple[Field, ...]]
    #: What the provider has to be told, in its own console.
    callbacks: ClassVar[tuple[CallbackAddress, ...]]
    #: Where it sends to, unless a field asks for it.
    send_url: ClassVar[str] = ""
    #: SMS a second, until somebody says what the provider allows.
    usual_rate: ClassVar[float] = 10
    #: The most characters that the provider takes in one request; longer texts leave in several.
    longest_text: ClassVar[int] = 10_000
    #: What the provider calls the word that proves our address to it; it is the callback secret.
    verify_token: ClassVar[Words] = ""
    #: Whether it reaches any phone, or only people who wrote to it first.
    reaches_every_phone: ClassVar[bool] = True
    #: What stands before the addresses of people whom it does not know by their number, without the colon.
    scheme: ClassVar[str] = ""
    #: Whether the other side fetches its messages; then no request is made.
    is_polled: ClassVar[bool] = False

    def problems(self, _settings: Mapping[str, str], /) -> dict[str, Words]:
        """What is wrong with fields that are each right alone: a sentence for the name of the field."""
        return {}

    @abstractmethod
    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest: ...

    @abstractmethod
    def outcome(self, channel: Channel, status: int, content_type: str, body: bytes, /) -> Outcome: ...

    def is_genuine(self, _channel: Channel, _callback: Callback, /) -> bool:
        """Whether the provider's own signature is right; the secret of the address was already."""
        return True

    @abstractmethod
    def arrivals(self, channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        """Everything that the callback says and that matters to us.

        Raises `BadCallback` in plain words when it cannot be understood.
        """

    def thanks(self, _channel: Channel, _callback: Callback, /) -> LocalResponse | None:
        """What the provider wants to read once its callback is durable; None for the usual words."""
        return None

    def registration(self, _channel: Channel, /) -> ProviderRequest | None:
        """The request that tells the provider our addresses; None where that is done by hand."""
        return None

    def parts(self, text: str) -> list[str]:
        """The text as it leaves, cut between words where one request cannot hold it."""
        return cut(text, self.longest_text)


def cut(text: str, longest: int) -> list[str]:
    """Pieces of at most so many characters, which together are the text but for the blanks at the cuts."""
    pieces = []
    while len(text) > longest:
        # A word longer than half a piece is cut in its middle.
        at = max(text.rfind(" ", longest // 2, longest + 1), text.rfind("\n", longest // 2, longest + 1))
        at = at if at > 0 else longest
        pieces.append(text[:at].rstrip())
        text = text[at:].lstrip()
    return [*pieces, text]


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
    return shortened(body[: LONGEST_WORDS * 4].decode("utf-8", "replace"))


def shortened(words: str) -> str:
    return " ".join(words.replace("\0", "").split())[:LONGEST_WORDS]


def refused(words: Words, reason: str = PROVIDER_REFUSED) -> Outcome:
    return Outcome(kind="failed", reason=reason, words=shortened(str(words)))


def later(words: str) -> Outcome:
    return Outcome(kind="retry", words=shortened(words))


def json_of(body: bytes) -> Mapping[str, Any]:
    """The answer's JSON object; empty when it is none."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return document if isinstance(document, dict) else {}


def first_of(document: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """The first object of the list at a path of names; empty when there is none."""
    value: Any = document
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    first = value[0] if isinstance(value, list) and value else None
    return first if isinstance(first, dict) else {}


def with_query(url: str, query: str) -> str:
    return f"{url}{'&' if urlsplit(url).query else '?'}{query}"


def json_request(url: str, document: Mapping[str, Any], headers: Mapping[str, str]) -> ProviderRequest:
    return ProviderRequest(
        method="POST",
        url=url,
        body=json.dumps(document, ensure_ascii=False).encode(),
        headers={"Content-Type": JSON, "Accept": JSON, **headers},
    )
