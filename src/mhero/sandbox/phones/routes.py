"""The two ways in which a gateway takes messages and hears of them:

RapidPro's External HTTP form, and Kannel.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol
from urllib.parse import quote


@dataclass(frozen=True, kw_only=True, slots=True)
class Callback:
    """One request that the network owes to the gateway, until it is accepted."""

    method: str
    url: str
    form: dict[str, str] = field(default_factory=dict)
    attempts: int = 0

    def again(self) -> "Callback":
        return replace(self, attempts=self.attempts + 1)


class Route(Protocol):
    """Where a message's reports and its phone's answers go."""

    def report(self, status: str, message_id: str) -> Callback | None:
        """For "sent", "delivered" and "failed"; None where the sender did not ask for it."""

    def receive(self, *, sender: str, to: str, text: str, message_id: str, at: datetime) -> Callback | None:
        """For a message from a phone. `message_id` is the network's own and never used twice."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalRoute:
    #: The gateway's address.
    base: str
    #: The channel's UUID.
    channel: str

    def report(self, status: str, message_id: str) -> Callback | None:
        return Callback(method="POST", url=self._url(status), form={"id": message_id})

    def receive(self, *, sender: str, to: str, text: str, message_id: str, at: datetime) -> Callback | None:
        form = {"from": sender, "to": to, "text": text, "id": message_id, "date": _instant(at)}
        return Callback(method="POST", url=self._url("receive"), form=form)

    def _url(self, action: str) -> str:
        return f"{self.base}/c/ex/{quote(self.channel, safe='')}/{action}"


#: Kannel's delivery report types, which are also the bits of `dlr-mask`: 1 delivered to the phone, 2 not
#: delivered, 8 accepted by the operator's SMSC.
KANNEL_STATUS = {"delivered": 1, "failed": 2, "sent": 8}


@dataclass(frozen=True, kw_only=True, slots=True)
class KannelRoute:
    #: The report address that came with the message; Kannel puts the report type for `%d`.
    dlr_url: str
    dlr_mask: int

    def report(self, status: str, message_id: str) -> Callback | None:
        number = KANNEL_STATUS[status]
        if not self.dlr_url or not self.dlr_mask & number:
            return None
        return Callback(method="GET", url=self.dlr_url.replace("%d", str(number)).replace("%I", message_id))

    def receive(self, *, sender: str, to: str, text: str, message_id: str, at: datetime) -> Callback | None:
        # A real Kannel has this address in its configuration, where RapidPro's guide puts the channel's own.
        base, slash, _ = self.dlr_url.partition("?")[0].rpartition("/")
        if not slash:
            return None
        form = {
            "id": message_id,
            "ts": str(int(at.timestamp())),
            "sender": sender,
            "receiver": to,
            "message": text,
        }
        return Callback(method="POST", url=f"{base}/receive", form=form)


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
