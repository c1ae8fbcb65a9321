"""Twilio's Messages resource, and its signed callbacks."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels.callback import Arrival, Callback, message, no_such_action, report
from mhero.messaging.channels.fields import RECEIVE, Field, secret_field
from mhero.messaging.channels.types import (
    FORM,
    Channel,
    ChannelType,
    Outcome,
    Outgoing,
    ProviderRequest,
    json_of,
    later,
    refused,
    usual_outcome,
    words_of,
)
from mhero.messaging.reasons import OPTED_OUT
from mhero.platform.gateway import LocalResponse

#: Twilio's error for somebody who texted STOP to it.
UNSUBSCRIBED = 21610
#: Errors about the sending number or service, which somebody has to put right: no fault of the message.
SENDER_IS_WRONG = {21212, 21603, 21606, 21659, 21660, 21701, 21703, 21704}
STATUS_OF_REPORT = {
    "sent": "sent", "delivered": "delivered", "read": "delivered",
    "failed": "failed", "undelivered": "failed", "canceled": "failed",
}  # fmt: skip


class Twilio(ChannelType):
    code = "twilio"
    letters = "t"
    about = _("A provider with numbers all over the world.")
    fields = (
        Field(
            name="account_sid",
            label=_("Account SID"),
            help=_("On the first page of Twilio’s console; it begins with AC."),
            pattern=r"AC[0-9a-fA-F]{32}",
            wrong=_("An account SID is AC and 32 digits or letters from a to f."),
        ),
        secret_field(_("Auth token")),
        Field(
            name="messaging_service_sid",
            label=_("Messaging service SID"),
            help=_("Only if messages leave by one of Twilio’s messaging services."),
            is_required=False,
            pattern=r"MG[0-9a-fA-F]{32}",
            wrong=_("A messaging service SID is MG and 32 digits or letters from a to f."),
        ),
    )
    # The address of reports travels with each message.
    callbacks = (RECEIVE,)
    send_url = "https://api.twilio.com"
    longest_text = 1600

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        account = channel.setting("account_sid")
        service = channel.setting("messaging_service_sid")
        fields = {
            "To": message.number,
            "Body": message.text,
            "StatusCallback": f"{channel.callback_url('status', self.letters)}?uuid={message.id}",
            **({"MessagingServiceSid": service} if service else {"From": channel.address}),
        }
        who = base64.b64encode(f"{account}:{channel.secret}".encode()).decode()
        return ProviderRequest(
            method="POST",
            url=f"{channel.send_url}/2010-04-01/Accounts/{quote(account)}/Messages.json",
            body=urlencode(fields).encode(),
            headers={"Authorization": f"Basic {who}", "Content-Type": FORM},
        )

    def outcome(self, _channel: Channel, status: int, _content_type: str, body: bytes, /) -> Outcome:
        answer = json_of(body)
        code, words = answer.get("code"), f"{answer.get('code')} {answer.get('message')}"
        if code == UNSUBSCRIBED:
            return refused(words, OPTED_OUT)
        if code in SENDER_IS_WRONG:
            return later(words)
        if bad := usual_outcome(status, words if code else words_of(body)):
            return bad
        if not answer.get("sid"):
            return later(words_of(body))
        return Outcome(kind="sent", external_id=str(answer["sid"])[:100])

    def is_genuine(self, channel: Channel, callback: Callback, /) -> bool:
        """X-Twilio-Signature: HMAC-SHA1 of the whole address and the sorted fields of the form."""
        signed = channel.gateway_url + callback.address
        signed += "".join(name + value for name, value in sorted(set(callback.form())))
        ours = hmac.new(channel.secret.encode(), signed.encode(), hashlib.sha1).digest()
        theirs = callback.headers.get("x-twilio-signature", "")
        return hmac.compare_digest(base64.b64encode(ours), theirs.encode("latin-1", "replace"))

    def arrivals(self, _channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        given = callback.fields
        if callback.action == "receive":
            said = message(
                sender=given.get("From"),
                text=given.get("Body"),
                id=given.get("MessageSid", ""),
                names="From, Body",
            )
            return (said,)
        if callback.action == "status":
            # Queued, accepted, scheduled and sending are no news.
            status = STATUS_OF_REPORT.get(given.get("MessageStatus", ""))
            if status is None:
                return ()
            our_id = given.get("uuid") or given.get("MessageSid")
            return (report(id=our_id, status=status, words=given.get("ErrorCode", ""), name="MessageSid"),)
        raise no_such_action("receive", "status")

    def thanks(self, _channel: Channel, callback: Callback, /) -> LocalResponse | None:
        """An empty answer in TwiML, lest Twilio texts our thanks to the person."""
        if callback.action != "receive":
            return None
        return LocalResponse(
            body=b'<?xml version="1.0" encoding="UTF-8"?><Response/>', content_type="text/xml; charset=utf-8"
        )
