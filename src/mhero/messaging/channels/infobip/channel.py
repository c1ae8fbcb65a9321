"""Infobip's SMS API of version 3, and its webhooks."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels.callback import (
    Arrival,
    Callback,
    message,
    no_such_action,
    report,
    with_plus,
)
from mhero.messaging.channels.fields import RECEIVE, secret_field, url_field
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
from mhero.messaging.errors import BadCallback

STATUS_OF_GROUP = {
    "PENDING": "sent", "DELIVERED": "delivered",
    "UNDELIVERABLE": "failed", "EXPIRED": "failed", "REJECTED": "failed",
}  # fmt: skip
#: Refusals that are about the account and not about the message.
LATER = {
    "REJECTED_NOT_ENOUGH_CREDITS", "REJECTED_SENDER", "REJECTED_SYSTEM_ERROR", "REJECTED_FLOODING_FILTER",
    "REJECTED_DAILY_LIMIT_EXCEEDED", "REJECTED_NETWORK", "REJECTED_ROUTE_NOT_AVAILABLE",
}  # fmt: skip


class Infobip(ChannelType):
    code = "infobip"
    letters = "ib"
    about = _("A provider with numbers all over the world.")
    fields = (
        url_field(_("Your own base address, such as https://abc123.api.infobip.com")),
        secret_field(_("API key")),
    )
    # The address of reports travels with each message.
    callbacks = (RECEIVE,)

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        one = {
            "sender": channel.address,
            "destinations": [{"to": message.digits, "messageId": str(message.id)}],
            "content": {"text": message.text},
            "webhooks": {
                "delivery": {"url": channel.callback_url("status", self.letters)},
                "contentType": "application/json",
            },
        }
        return json_request(
            f"{channel.send_url.rstrip('/')}/sms/3/messages",
            {"messages": [one]},
            {"Authorization": f"App {channel.secret}"},
        )

    def outcome(self, _channel: Channel, status: int, _content_type: str, body: bytes, /) -> Outcome:
        if bad := usual_outcome(status, words_of(body)):
            return bad
        taken = first_of(json_of(body), "messages")
        state = taken.get("status")
        state = state if isinstance(state, dict) else {}
        group, name = state.get("groupName"), state.get("name")
        words = f"{name} {state.get('description', '')}"
        if group in {"PENDING", "DELIVERED"}:
            return Outcome(kind="sent", external_id=str(taken.get("messageId", ""))[:100])
        return later(words_of(body) if not group else words) if not group or name in LATER else refused(words)

    def arrivals(self, _channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        if callback.action not in {"receive", "status", "delivered"}:
            raise no_such_action("receive", "status")
        results = callback.document().get("results")
        if not isinstance(results, list):
            raise BadCallback("The field results is missing.")
        read = _message if callback.action == "receive" else _report
        arrivals = (read(result) for result in results if isinstance(result, dict))
        return [arrival for arrival in arrivals if arrival is not None]


def _message(result: Mapping[str, Any]) -> Arrival:
    sender, text = result.get("from"), result.get("text")
    return message(
        sender=with_plus(str(sender)) if sender else None,
        text=None if text is None else str(text),
        id=str(result.get("messageId", "")),
    )


def _report(result: Mapping[str, Any]) -> Arrival | None:
    state, error = result.get("status"), result.get("error")
    status = STATUS_OF_GROUP.get(str(state.get("groupName"))) if isinstance(state, dict) else None
    if status is None:
        return None
    words = str(error.get("description", "")) if isinstance(error, dict) and status == "failed" else ""
    return report(id=str(result.get("messageId") or ""), status=status, words=words, name="messageId")
