"""Vonage's SMS API, and its webhooks, which an account can have signed."""

import hashlib
import hmac
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
from mhero.messaging.channels.fields import RECEIVE, Field, secret_field
from mhero.messaging.channels.types import (
    FORM,
    Channel,
    ChannelType,
    Outcome,
    Outgoing,
    ProviderRequest,
    first_of,
    json_of,
    later,
    refused,
    usual_outcome,
    words_of,
)
from mhero.messaging.segments import count

#: Too fast, wrong account or sender, no money, and their own troubles: no fault of the message.
LATER = {"1", "4", "5", "8", "9", "10", "11", "14", "15"}
STATUS_OF_REPORT = {
    "delivered": "delivered", "accepted": "sent", "buffered": "sent",
    "failed": "failed", "expired": "failed", "rejected": "failed",
}  # fmt: skip
SIGNATURES = {"sha256": hashlib.sha256, "sha512": hashlib.sha512}


class Vonage(ChannelType):
    code = "vonage"
    letters = "nx"
    about = _("A provider with numbers all over the world, once called Nexmo.")
    fields = (
        Field(name="api_key", label=_("API key")),
        secret_field(_("API secret")),
        secret_field(
            _("Signature secret"),
            _("Only if your account signs its webhooks. Without a right signature they are then refused."),
            name="signing_secret",
            is_required=False,
        ),
        Field(
            name="signature",
            label=_("Signature method"),
            choices=(("sha256", "SHA-256 HMAC"), ("sha512", "SHA-512 HMAC"), ("md5", "MD5 hash")),
        ),
    )
    # The address of reports travels with each message.
    callbacks = (RECEIVE,)
    send_url = "https://rest.nexmo.com"
    longest_text = 3200

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        fields = {
            "api_key": channel.setting("api_key"),
            "api_secret": channel.secret,
            "from": channel.address.removeprefix("+"),
            "to": message.digits,
            "text": message.text,
            "type": "text" if count(message.text).encoding == "GSM-7" else "unicode",
            "client-ref": str(message.id),
            "status-report-req": "1",
            "callback": channel.callback_url("status", self.letters),
        }
        return ProviderRequest(
            method="POST",
            url=f"{channel.send_url}/sms/json",
            body=urlencode(fields).encode(),
            headers={"Content-Type": FORM},
        )

    def outcome(self, _channel: Channel, status: int, _content_type: str, body: bytes, /) -> Outcome:
        """A long text has an answer for each of its SMS; the first tells what became of it."""
        if bad := usual_outcome(status, words_of(body)):
            return bad
        taken = first_of(json_of(body), "messages")
        code = str(taken.get("status", ""))
        if code == "0":
            return Outcome(kind="sent", external_id=str(taken.get("message-id", ""))[:100])
        words = f"{code} {taken.get('error-text', '')}" if code else words_of(body)
        return later(words) if not code or code in LATER else refused(words)

    def is_genuine(self, channel: Channel, callback: Callback, /) -> bool:
        """The field `sig`: a hash of all other fields in the order of their names."""
        if not channel.signing_secret:
            return True
        given = {name: value for name, value in callback.fields.items() if name != "sig"}
        signed = "".join(
            f"&{name}={value.replace('&', '_').replace('=', '_')}" for name, value in sorted(given.items())
        )
        method, key = channel.setting("signature") or "sha256", channel.signing_secret
        if method == "md5":
            ours = hashlib.md5((signed + key).encode(), usedforsecurity=False).hexdigest()
        else:
            ours = hmac.new(key.encode(), signed.encode(), SIGNATURES[method]).hexdigest()
        theirs = callback.fields.get("sig", "").lower()
        return hmac.compare_digest(ours.encode(), theirs.encode())

    def arrivals(self, _channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        given = callback.fields
        if callback.action == "receive":
            sender, id = given.get("msisdn"), given.get("messageId", "")
            said = message(
                sender=sender and with_plus(sender), text=given.get("text"), id=id, names="msisdn, text"
            )
            return (said,)
        if callback.action == "status":
            status = STATUS_OF_REPORT.get(given.get("status", ""))
            if status is None:
                return ()
            our_id = given.get("client-ref") or given.get("messageId")
            words = f"error {given.get('err-code', '')}" if status == "failed" else ""
            return (report(id=our_id, status=status, words=words, name="messageId"),)
        raise no_such_action("receive", "status")
