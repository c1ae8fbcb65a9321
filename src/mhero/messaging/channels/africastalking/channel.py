"""Africa's Talking: its messaging API of version 1, and its callbacks."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels.callback import Arrival, Callback, message, no_such_action, report, stopped
from mhero.messaging.channels.fields import (
    RECEIVE,
    STATUS,
    CallbackAddress,
    Field,
    secret_field,
    username_field,
)
from mhero.messaging.channels.types import (
    FORM,
    JSON,
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

#: The codes of one recipient: processed, sent, queued.
ACCEPTED = {100, 101, 102}
#: Held for risk, a wrong sender, no money, and their own troubles: no fault of the message.
LATER = {401, 402, 405, 500, 501}
STATUS_OF_REPORT = {
    "Success": "delivered", "Sent": "sent", "Submitted": "sent", "Buffered": "sent",
    "Rejected": "failed", "Failed": "failed", "Expired": "failed", "AbsentSubscriber": "failed",
}  # fmt: skip
#: The user name of their sandbox, which has an address of its own.
SANDBOX = "sandbox"


class AfricasTalking(ChannelType):
    code = "africastalking"
    letters = "at"
    about = _("A provider with short codes in many countries of Africa.")
    fields = (
        username_field(_("The user name of your application, or “sandbox” to try it.")),
        secret_field(_("API key")),
        Field(
            name="is_shared",
            label=_("Whose number it is"),
            choices=(
                ("no", _("Our own short code or name")),
                ("yes", _("A number that Africa’s Talking shares")),
            ),
        ),
    )
    callbacks = (RECEIVE, STATUS, CallbackAddress(action="stopped", label=_("Bulk SMS opt out")))
    send_url = "https://api.africastalking.com"

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        fields = {"username": channel.setting("username"), "to": message.number, "message": message.text}
        if channel.setting("is_shared") != "yes":
            fields["from"] = channel.address
        if message.priority > 0:
            # Queued on their side; answers leave while we wait.
            fields["enqueue"] = "1"
        base = channel.send_url
        if channel.setting("username") == SANDBOX:
            base = base.replace("//api.africastalking", "//api.sandbox.africastalking")
        return ProviderRequest(
            method="POST",
            url=f"{base}/version1/messaging",
            body=urlencode(fields).encode(),
            headers={"apiKey": channel.secret, "Accept": JSON, "Content-Type": FORM},
        )

    def outcome(self, _channel: Channel, status: int, _content_type: str, body: bytes, /) -> Outcome:
        words = words_of(body)
        if bad := usual_outcome(status, words):
            return bad
        recipient = first_of(json_of(body), "SMSMessageData", "Recipients")
        code, said = recipient.get("statusCode"), f"{recipient.get('statusCode')} {recipient.get('status')}"
        if code in ACCEPTED or recipient.get("status") == "Success":
            return Outcome(kind="sent", external_id=str(recipient.get("messageId", ""))[:100])
        # Without a recipient the whole request was wrong, such as its sender.
        return later(said if recipient else words) if not recipient or code in LATER else refused(said)

    def arrivals(self, _channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        given, action = callback.fields, callback.action
        if action in {"receive", "callback"}:
            return (message(sender=given.get("from"), text=given.get("text"), id=given.get("id", "")),)
        if action in {"status", "delivery"}:
            status = STATUS_OF_REPORT.get(given.get("status", ""))
            if status is None:
                return ()
            return (report(id=given.get("id"), status=status, words=given.get("failureReason", "")),)
        if action == "stopped":
            return (stopped(given.get("phoneNumber"), "phoneNumber"),)
        raise no_such_action("receive", "status", "stopped")
