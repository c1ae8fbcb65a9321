"""Jasmin's HTTP API: `/send`, and the calls of its thrower for answers and delivery reports."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels.callback import (
    Arrival,
    Callback,
    message,
    no_such_action,
    report,
    with_plus,
)
from mhero.messaging.channels.fields import RECEIVE, secret_field, url_field, username_field
from mhero.messaging.channels.types import (
    Channel,
    ChannelType,
    Outcome,
    Outgoing,
    ProviderRequest,
    later,
    usual_outcome,
    with_query,
    words_of,
)
from mhero.messaging.segments import count
from mhero.platform.gateway import LocalResponse

#: SMPP's states (3.4, 5.2.28) as Jasmin writes them; what the operator merely took counts as sent.
STATUS_OF_STATE = {
    "ESME_ROK": "sent", "ACCEPTD": "sent", "ENROUTE": "sent", "DELIVRD": "delivered",
    "UNDELIV": "failed", "EXPIRED": "failed", "DELETED": "failed", "REJECTD": "failed",
}  # fmt: skip
#: What Jasmin has to read to be content; anything else, and it calls again.
CONTENT = "ACK/Jasmin"


class Jasmin(ChannelType):
    code = "jasmin"
    letters = "js"
    about = _("Your own Jasmin, and by it any operator’s SMPP account.")
    fields = (
        url_field(_("Where Jasmin’s HTTP API listens, such as http://jasmin.example.org:1401/send")),
        username_field(),
        secret_field(_("Password")),
    )
    # The address of reports travels with each message.
    callbacks = (RECEIVE,)

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        fields = {
            "username": channel.setting("username"),
            "password": channel.secret,
            "from": channel.address,
            "to": message.digits,
            "priority": "2" if message.priority == 0 else "0",
            "dlr": "yes",
            # Reports of the operator and of the phone.
            "dlr-level": "3",
            "dlr-method": "POST",
            "dlr-url": f"{channel.callback_url('status', self.letters)}?uuid={message.id}",
        }
        if count(message.text).encoding == "GSM-7":
            fields |= {"coding": "0", "content": message.text}
        else:
            fields |= {"coding": "8", "hex-content": message.text.encode("utf-16-be").hex()}
        return ProviderRequest(method="GET", url=with_query(channel.send_url, urlencode(fields)))

    def outcome(self, _channel: Channel, status: int, _content_type: str, body: bytes, /) -> Outcome:
        words = words_of(body)
        # 412: no route leads anywhere at present, which is no fault of the message.
        if status == 412:
            return later(f"{status} {words}")
        if refused := usual_outcome(status, words):
            return refused
        kind, _space, id = words.partition(" ")
        if kind != "Success":
            return later(words)
        return Outcome(kind="sent", external_id=id.strip('"')[:100])

    def arrivals(self, _channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        given = callback.fields
        if callback.action == "receive":
            sender = given.get("from")
            text = message(
                sender=sender and with_plus(sender),
                text=_text(callback),
                id=given.get("id", ""),
                names="from, content",
            )
            return (text,)
        if callback.action == "status":
            # An error of the operator has a name of its own, such as ESME_RINVDSTADR.
            state = given.get("message_status", "").upper()
            status = STATUS_OF_STATE.get(state, "failed" if state.startswith("ESME_") else "")
            if not status:
                return ()
            return (
                report(id=given.get("uuid") or given.get("id"), status=status, words=given.get("err", "")),
            )
        raise no_such_action("receive", "status")

    def thanks(self, _channel: Channel, _callback: Callback, /) -> LocalResponse:
        return LocalResponse(body=CONTENT.encode())


def _text(callback: Callback) -> str | None:
    """The text; where it is UCS-2 the bytes themselves, which Jasmin sends as hex beside it."""
    binary = callback.fields.get("binary", "")
    if callback.fields.get("coding") == "8" and binary:
        try:
            return bytes.fromhex(binary).decode("utf-16-be", "replace")
        except ValueError:
            pass
    return callback.fields.get("content")
