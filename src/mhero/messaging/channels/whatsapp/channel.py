"""WhatsApp Cloud API: text messages, and Meta's signed webhooks."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels.callback import (
    Arrival,
    Callback,
    message,
    no_such_action,
    report,
    with_plus,
)
from mhero.messaging.channels.fields import PHONE, RECEIVE, Field, secret_field
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
from mhero.messaging.reasons import OUTSIDE_WINDOW, PROVIDER_REFUSED
from mhero.platform.gateway import LocalResponse

#: Too fast, their own troubles, and what is wrong with the account or its token: no fault of the message.
LATER = {
    1, 2, 4, 10, 190, 80007, 130429, 131000, 131005, 131016, 131031, 131042, 131045, 131048, 131056, 131057,
    133000, 133004, 133010, 368,
}  # fmt: skip
#: More than a day has gone by since the person wrote, and free words are not allowed any more.
WINDOW_IS_CLOSED = 131047
STATUS_OF_REPORT = {"sent": "sent", "delivered": "delivered", "read": "delivered", "failed": "failed"}


class WhatsApp(ChannelType):
    code = "whatsapp"
    letters = "wac"
    about = _("Answers to people who wrote to your WhatsApp number in the last day.")
    address = PHONE
    fields = (
        Field(
            name="phone_number_id",
            label=_("Phone number ID"),
            help=_("In Meta’s app dashboard, under WhatsApp, API setup. It is not the phone number."),
            pattern=r"\d{5,30}",
            wrong=_("A phone number ID has digits only."),
        ),
        secret_field(_("Access token"), _("A permanent token of a system user.")),
        secret_field(
            _("App secret"),
            _("In Meta’s app dashboard, under App settings, Basic. It proves that a webhook is Meta’s."),
            name="signing_secret",
        ),
    )
    callbacks = (RECEIVE,)
    send_url = "https://graph.facebook.com/v25.0"
    longest_text = 4096
    reaches_every_phone = False
    verify_token = _("Verify token")

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        document = {
            "messaging_product": "whatsapp",
            "recipient_type": "individual",
            "to": message.digits,
            "type": "text",
            "text": {"preview_url": False, "body": message.text},
            # Comes back with each report.
            "biz_opaque_callback_data": str(message.id),
        }
        return json_request(
            f"{channel.send_url}/{quote(channel.setting('phone_number_id'))}/messages",
            document,
            {"Authorization": f"Bearer {channel.secret}"},
        )

    def outcome(self, _channel: Channel, status: int, _content_type: str, body: bytes, /) -> Outcome:
        answer = json_of(body)
        error = answer.get("error")
        if isinstance(error, dict):
            code, words = error.get("code"), f"{error.get('code')} {error.get('message', '')}"
            is_ours = code in LATER or (isinstance(code, int) and 200 <= code <= 299) or status >= 500
            return later(words) if is_ours or status == 429 else refused(words, _reason(code))
        if bad := usual_outcome(status, words_of(body)):
            return bad
        taken = first_of(answer, "messages")
        if not taken.get("id"):
            return later(words_of(body))
        return Outcome(kind="sent", external_id=str(taken["id"])[:200])

    def is_genuine(self, channel: Channel, callback: Callback, /) -> bool:
        if _is_challenge(callback):
            ours, theirs = channel.callback_secret, callback.fields.get("hub.verify_token", "")
            return hmac.compare_digest(ours.encode(), theirs.encode())
        digest = hmac.new(channel.signing_secret.encode(), callback.body, hashlib.sha256).hexdigest()
        theirs = callback.headers.get("x-hub-signature-256", "")
        return bool(channel.signing_secret) and hmac.compare_digest(
            f"sha256={digest}".encode(), theirs.encode("latin-1", "replace")
        )

    def arrivals(self, channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        if callback.action != "receive":
            raise no_such_action("receive", "receive")
        if _is_challenge(callback):
            return ()
        return list(_arrivals(channel, callback.document()))

    def thanks(self, _channel: Channel, callback: Callback, /) -> LocalResponse | None:
        if not _is_challenge(callback):
            return None
        return LocalResponse(body=callback.fields.get("hub.challenge", "").encode())


def _is_challenge(callback: Callback) -> bool:
    return callback.method == "GET" and callback.fields.get("hub.mode") == "subscribe"


def _arrivals(channel: Channel, document: Mapping[str, Any]) -> Iterator[Arrival]:
    for value in _values(document):
        # Meta calls one address for all numbers of an app.
        metadata = value.get("metadata")
        number_id = metadata.get("phone_number_id") if isinstance(metadata, dict) else None
        if str(number_id) != channel.setting("phone_number_id"):
            continue
        for said in _objects(value.get("messages")):
            sender = str(said.get("from", ""))
            yield message(sender=with_plus(sender), text=_text(said), id=str(said.get("id", "")))
        for news in _objects(value.get("statuses")):
            status = STATUS_OF_REPORT.get(str(news.get("status")))
            if status:
                our_id = str(news.get("biz_opaque_callback_data") or news.get("id") or "")
                yield report(id=our_id, status=status, words=_words(news))


def _values(document: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    if document.get("object") != "whatsapp_business_account":
        raise BadCallback("The field object is not whatsapp_business_account.")
    for entry in _objects(document.get("entry")):
        for change in _objects(entry.get("changes")):
            value = change.get("value")
            if change.get("field") == "messages" and isinstance(value, dict):
                yield value


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _text(said: Mapping[str, Any]) -> str:
    """The words, of a button or a list what was chosen; of a picture its caption, or what it is."""
    kind = str(said.get("type", ""))
    content = said.get(kind)
    if not isinstance(content, dict):
        return f"[{kind}]"
    if kind == "interactive":
        chosen = content.get(str(content.get("type")))
        content = chosen if isinstance(chosen, dict) else {}
    words = content.get("body") or content.get("text") or content.get("title") or content.get("caption")
    return str(words or f"[{kind}]")


def _words(news: Mapping[str, Any]) -> str:
    error = next(iter(_objects(news.get("errors"))), None)
    return f"{error.get('code')} {error.get('title', '')}" if error else ""


def _reason(code: object) -> str:
    return OUTSIDE_WINDOW if code == WINDOW_IS_CLOSED else PROVIDER_REFUSED
