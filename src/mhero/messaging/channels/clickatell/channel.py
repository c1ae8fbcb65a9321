"""Clickatell's platform: its REST interface and its callbacks."""

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels.callback import (
    Arrival,
    Callback,
    message,
    no_such_action,
    report,
    with_plus,
)
from mhero.messaging.channels.fields import RECEIVE, STATUS, Field, secret_field
from mhero.messaging.channels.types import (
    Channel,
    ChannelType,
    Outcome,
    Outgoing,
    ProviderRequest,
    first_of,
    json_of,
    json_request,
    later,
    refused,
    usual_outcome,
    words_of,
)

#: Errors about the account: integration off, no money, its limits.
LATER = {"101", "102", "103", "107", "108", "109", "110", "111", "112", "113", "301", "302", "130"}
#: Their status codes: 2, 3, 8 and 11 say that a message is on its way, 4 that the phone has it.
STATUS_OF_CODE = {
    "1": "failed", "2": "sent", "3": "sent", "4": "delivered", "5": "failed", "6": "failed", "7": "failed",
    "8": "sent", "9": "failed", "10": "failed", "11": "sent", "12": "failed", "13": "failed", "14": "failed",
}  # fmt: skip


class Clickatell(ChannelType):
    code = "clickatell"
    letters = "ct"
    about = _("A provider with numbers in many countries.")
    fields = (
        secret_field(_("API key"), _("Of an SMS integration in Clickatell’s portal.")),
        Field(
            name="is_two_way",
            label=_("Replies"),
            choices=(("yes", _("People can answer: a two-way number")), ("no", _("One way only"))),
        ),
    )
    callbacks = (RECEIVE, STATUS)
    send_url = "https://platform.clickatell.com"

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        document = {"content": message.text, "to": [message.digits], "clientMessageId": str(message.id)}
        if channel.setting("is_two_way") == "yes":
            document["from"] = channel.address.removeprefix("+")
        return json_request(f"{channel.send_url}/messages", document, {"Authorization": channel.secret})

    def outcome(self, _channel: Channel, status: int, _content_type: str, body: bytes, /) -> Outcome:
        if bad := usual_outcome(status, words_of(body)):
            return bad
        taken = first_of(json_of(body), "messages")
        if taken.get("accepted") is True or taken.get("apiMessageId"):
            return Outcome(kind="sent", external_id=str(taken.get("apiMessageId", ""))[:100])
        code, words = str(taken.get("errorCode") or ""), words_of(body)
        return refused(words) if taken and code not in LATER else later(words)

    def arrivals(self, _channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        given = callback.fields
        if callback.action == "receive":
            sender, id = given.get("fromNumber"), given.get("messageId", "")
            said = message(
                sender=sender and with_plus(sender), text=given.get("text"), id=id, names="fromNumber, text"
            )
            return (said,)
        if callback.action == "status":
            status = STATUS_OF_CODE.get(given.get("statusCode", "").lstrip("0"))
            if status is None:
                return ()
            our_id = given.get("clientMessageId") or given.get("messageId")
            words = given.get("statusDescription", "") if status == "failed" else ""
            return (report(id=our_id, status=status, words=words, name="messageId"),)
        raise no_such_action("receive", "status")
