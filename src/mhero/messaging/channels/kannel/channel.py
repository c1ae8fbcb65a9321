"""Kannel's sendsms interface (its user guide, chapter 9) and its delivery reports."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode, urlsplit

from mhero.messaging.channels.types import (
    Arrival,
    Channel,
    Outcome,
    Outgoing,
    ProviderRequest,
    usual_outcome,
    words_of,
)
from mhero.messaging.errors import BadCallback
from mhero.messaging.segments import count

#: Delivered, not delivered, accepted by the operator, refused by it.
DLR_MASK = 1 | 2 | 8 | 16
#: Kannel's type of a report, in our words; 4 is buffered by the operator.
STATUS_OF_REPORT = {"1": "delivered", "2": "failed", "4": "sent", "8": "sent", "16": "failed"}


class Kannel:
    code = "kannel"

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        report = f"{channel.callback_url('status', 'kn')}?uuid={message.id}&status=%d"
        fields: dict[str, str] = {
            "username": str(channel.settings.get("username", "")),
            "password": channel.secret,
            "from": channel.address,
            "to": message.number,
            "dlr-url": report,
            "dlr-mask": str(DLR_MASK),
        }
        if message.priority == 0:
            fields["priority"] = "1"
        if count(message.text).encoding == "GSM-7":
            fields["charset"], text = "UTF-8", quote(message.text, safe="")
        else:
            fields["coding"], fields["charset"] = "2", "UTF-16BE"
            text = quote(message.text.encode("utf-16-be"), safe="")
        join = "&" if urlsplit(channel.send_url).query else "?"
        url = f"{channel.send_url}{join}{urlencode(fields)}&text={text}"
        return ProviderRequest(method="GET", url=url)

    def outcome(self, _: Channel, status: int, _content_type: str, body: bytes, /) -> Outcome:
        words = words_of(body)
        if refused := usual_outcome(status, words):
            return refused
        # "0: Accepted for delivery" and "3: Queued for later delivery"; a page in between says neither.
        if not words.startswith(("0:", "3:", "Sent")):
            return Outcome(kind="retry", words=words)
        return Outcome(kind="sent")

    def arrival(self, action: str, fields: Mapping[str, str]) -> Arrival:
        if action == "receive":
            return _message(fields)
        if action == "status":
            message_id, report = fields.get("uuid"), fields.get("status", "")
            if not message_id:
                raise BadCallback("The field uuid is missing.")
            status = STATUS_OF_REPORT.get(report)
            if status is None:
                raise BadCallback("The field status is none of 1, 2, 4, 8 and 16.")
            payload = {"id": message_id, "status": status, "words": fields.get("answer", "")}
            return Arrival(kind="status", key=f"{status}:{message_id}", payload=payload)
        raise BadCallback("There is no such action; use receive or status.")


def _message(fields: Mapping[str, str]) -> Arrival:
    sender, text = fields.get("sender"), fields.get("message")
    if not sender:
        raise BadCallback("The field sender is missing.")
    if text is None:
        raise BadCallback("The field message is missing.")
    key = f"id:{fields['id']}" if fields.get("id") else ""
    return Arrival(
        kind="message", key=key, payload={"from": sender, "text": text, "id": fields.get("id", "")}
    )
