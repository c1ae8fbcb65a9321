"""Kannel's sendsms interface (its user guide, chapter 9) and its delivery reports."""

from collections.abc import Sequence
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels.callback import Arrival, Callback, message, no_such_action, report
from mhero.messaging.channels.fields import RECEIVE, secret_field, url_field, username_field
from mhero.messaging.channels.types import (
    Channel,
    ChannelType,
    Outcome,
    Outgoing,
    ProviderRequest,
    usual_outcome,
    with_query,
    words_of,
)
from mhero.messaging.errors import BadCallback
from mhero.messaging.segments import count

#: Delivered, not delivered, accepted by the operator, refused by it.
DLR_MASK = 1 | 2 | 8 | 16
#: Kannel's type of a report, in our words; 4 is buffered by the operator.
STATUS_OF_REPORT = {"1": "delivered", "2": "failed", "4": "sent", "8": "sent", "16": "failed"}


class Kannel(ChannelType):
    code = "kannel"
    letters = "kn"
    about = _("Your own Kannel, and by it any operator’s SMPP account.")
    fields = (
        url_field(
            _("Where Kannel’s smsbox listens, such as http://kannel.example.org:13013/cgi-bin/sendsms")
        ),
        username_field(_("The user of a sendsms-user group of Kannel’s settings.")),
        secret_field(_("Password")),
    )
    # The address of reports travels with each message.
    callbacks = (RECEIVE,)

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        fields = {
            "username": channel.setting("username"),
            "password": channel.secret,
            "from": channel.address,
            "to": message.number,
            "dlr-url": f"{channel.callback_url('status', self.letters)}?uuid={message.id}&status=%d",
            "dlr-mask": str(DLR_MASK),
        }
        if message.priority == 0:
            fields["priority"] = "1"
        if count(message.text).encoding == "GSM-7":
            fields["charset"], text = "UTF-8", quote(message.text, safe="")
        else:
            fields["coding"], fields["charset"] = "2", "UTF-16BE"
            text = quote(message.text.encode("utf-16-be"), safe="")
        return ProviderRequest(
            method="GET", url=with_query(channel.send_url, f"{urlencode(fields)}&text={text}")
        )

    def outcome(self, _channel: Channel, status: int, _content_type: str, body: bytes, /) -> Outcome:
        words = words_of(body)
        if refused := usual_outcome(status, words):
            return refused
        # "0: Accepted for delivery" and "3: Queued for later delivery"; a page in between says neither.
        if not words.startswith(("0:", "3:", "Sent")):
            return Outcome(kind="retry", words=words)
        return Outcome(kind="sent")

    def arrivals(self, _channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        given = callback.fields
        if callback.action == "receive":
            names = "sender, message"
            said = message(
                sender=given.get("sender"), text=given.get("message"), id=given.get("id", ""), names=names
            )
            return (said,)
        if callback.action == "status":
            status = STATUS_OF_REPORT.get(given.get("status", ""))
            if status is None:
                raise BadCallback("The field status is none of 1, 2, 4, 8 and 16.")
            return (report(id=given.get("uuid"), status=status, words=given.get("answer", ""), name="uuid"),)
        raise no_such_action("receive", "status")
