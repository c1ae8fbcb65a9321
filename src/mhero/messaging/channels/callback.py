"""What a phone network calls us with, and what it says in our words."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import parse_qsl
from uuid import UUID

from mhero.messaging.errors import BadCallback

#: What is kept of a text.
LONGEST_TEXT = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Callback:
    """A request to one channel's address; its secret was not looked at yet."""

    #: The channel type's code.
    type: str
    channel_id: UUID
    secret: str
    action: str
    #: The pairs of the query and the body, and the topmost values of a JSON body as text.
    fields: Mapping[str, str]
    #: Upper case.
    method: str = "POST"
    #: Path and query as they came, percent-encoded.
    address: str = ""
    #: Names in lower case.
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def document(self) -> dict[str, Any]:
        """The JSON object of the body; raises `BadCallback` where there is none."""
        try:
            document = json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise BadCallback("The body is not JSON.") from error
        if not isinstance(document, dict):
            raise BadCallback("The body is not a JSON object.")
        return document

    def form(self) -> list[tuple[str, str]]:
        """The pairs of a form in the body, as they were sent."""
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=200)


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """One thing that a callback says, in our words; its payload is what `messaging.taking` reads."""

    kind: Literal["message", "status", "stopped", "linked"]
    #: The same for the same thing said twice; empty when the type cannot tell.
    key: str
    payload: Mapping[str, str]


def message(*, sender: str | None, text: str | None, id: str = "", names: str = "from, text") -> Arrival:
    """A text message; `names` are what the network calls sender and text, for who left one out."""
    sender_name, text_name = names.split(", ")
    if not sender:
        raise BadCallback(f"The field {sender_name} is missing.")
    if text is None:
        raise BadCallback(f"The field {text_name} is missing.")
    key = f"id:{id}" if id else ""
    return Arrival(kind="message", key=key, payload={"from": sender, "text": clean(text), "id": id})


def report(*, id: str | None, status: str, words: str = "", name: str = "id") -> Arrival:
    """A delivery report on the message with our id, or with the one that the provider gave it.

    `status` is sent, delivered or failed; `name` is what the network calls the id.
    """
    if not id:
        raise BadCallback(f"The field {name} is missing.")
    return Arrival(
        kind="status", key=f"{status}:{id}", payload={"id": id, "status": status, "words": clean(words)}
    )


def stopped(sender: str | None, name: str = "from") -> Arrival:
    """A wish to be left alone that the provider took itself."""
    if not sender:
        raise BadCallback(f"The field {name} is missing.")
    return Arrival(kind="stopped", key="", payload={"from": sender})


def no_such_action(*actions: str) -> BadCallback:
    return BadCallback(f"There is no such action; use {', '.join(actions[:-1])} or {actions[-1]}.")


def clean(text: str) -> str:
    """Without the characters that PostgreSQL cannot keep: zero bytes and halves of surrogate pairs."""
    text = text[:LONGEST_TEXT].replace("\0", "")
    return text.encode("utf-8", "replace").decode()


def with_plus(number: str) -> str:
    """A number as networks give it that leave out the plus sign; a short code or a name stays as it is."""
    return f"+{number}" if number.isdecimal() and len(number) >= 9 and number[0] != "0" else number
