"""A Telegram bot: its sendMessage, and the updates of its webhook.

A bot can only write to people who wrote to it. It knows a chat and not a phone number: until its owner shares
the number, by a button of Telegram's own, the chat stands as `tg:<chat>` where a number would.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels.callback import Arrival, Callback, message, no_such_action, with_plus
from mhero.messaging.channels.fields import Field, secret_field
from mhero.messaging.channels.types import (
    JSON,
    Channel,
    ChannelType,
    Outcome,
    Outgoing,
    ProviderRequest,
    json_of,
    json_request,
    later,
    refused,
    usual_outcome,
    words_of,
)
from mhero.messaging.reasons import NOT_LINKED
from mhero.platform.gateway import LocalResponse

GREETING = "Welcome. Press the button to share your phone number, so that we know who you are."
BUTTON = "Share my phone number"


class Telegram(ChannelType):
    code = "telegram"
    letters = "tg"
    about = _("A bot, for people who wrote to it first.")
    address = Field(
        name="address",
        label=_("Name of the bot"),
        help=_("The name that ends in “bot”, without the @."),
        pattern=r"[A-Za-z0-9_]{5,32}",
        wrong=_("The name of a bot has 5 to 32 letters, digits and underscores."),
    )
    fields = (
        secret_field(_("Token of the bot"), _("BotFather gives it to you when you make the bot.")),
        Field(
            name="greeting",
            label=_("What the bot says to somebody new"),
            help=_("A button below it shares the person’s phone number, by which we know who they are."),
            is_long=True,
            initial=GREETING,
        ),
        Field(name="button", label=_("Words on the button"), initial=BUTTON),
    )
    # The bot is told its address by ourselves.
    callbacks = ()
    send_url = "https://api.telegram.org"
    longest_text = 4096
    reaches_every_phone = False
    scheme = "tg"

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        """The number has to be a chat's, `tg:<chat>`."""
        document = {"chat_id": _chat(message.number), "text": message.text}
        return json_request(f"{channel.send_url}/bot{channel.secret}/sendMessage", document, {})

    def outcome(self, _channel: Channel, status: int, _content_type: str, body: bytes, /) -> Outcome:
        answer = json_of(body)
        words = f"{status} {answer.get('description', '')}" if answer else words_of(body)
        if status == 403:
            # The person blocked the bot, or never started it.
            return refused(words, NOT_LINKED)
        if bad := usual_outcome(status, words_of(body)):
            return bad
        result = answer.get("result")
        if answer.get("ok") is not True or not isinstance(result, dict):
            return later(words)
        return Outcome(kind="sent", external_id=str(result.get("message_id", ""))[:100])

    def is_genuine(self, channel: Channel, callback: Callback, /) -> bool:
        theirs = callback.headers.get("x-telegram-bot-api-secret-token", "")
        return hmac.compare_digest(_secret_token(channel).encode(), theirs.encode("latin-1", "replace"))

    def arrivals(self, _channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        if callback.action != "receive":
            raise no_such_action("receive", "receive")
        update = callback.document()
        said = _private_message(update)
        if said is None or _starts(said):
            return ()
        sender, key = f"tg:{said['chat']['id']}", str(update.get("update_id", ""))
        if number := _own_number(said):
            return (Arrival(kind="linked", key=f"id:{key}", payload={"from": sender, "number": number}),)
        return (message(sender=sender, text=_text(said), id=key),)

    def thanks(self, channel: Channel, callback: Callback, /) -> LocalResponse | None:
        """The greeting, to somebody new: Telegram carries out the method that a webhook is answered with."""
        said = _private_message(callback.document())
        if said is None or not _starts(said):
            return None
        button = {"text": channel.setting("button") or BUTTON, "request_contact": True}
        answer = {
            "method": "sendMessage",
            "chat_id": said["chat"]["id"],
            "text": channel.setting("greeting") or GREETING,
            "reply_markup": {"keyboard": [[button]], "one_time_keyboard": True, "resize_keyboard": True},
        }
        return LocalResponse(body=json.dumps(answer).encode(), content_type=JSON)

    def registration(self, channel: Channel, /) -> ProviderRequest:
        document = {
            "url": channel.callback_url("receive", self.letters),
            "secret_token": _secret_token(channel),
            "allowed_updates": ["message"],
        }
        return json_request(f"{channel.send_url}/bot{channel.secret}/setWebhook", document, {})


def _secret_token(channel: Channel) -> str:
    """What only Telegram and we know; not the secret of the address, which its logs may show."""
    return hmac.new(channel.callback_secret.encode(), b"telegram", sha256).hexdigest()


def _chat(number: str) -> int | str:
    chat = number.removeprefix("tg:")
    return int(chat) if chat.lstrip("-").isdecimal() else chat


def _private_message(update: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The message of one person to the bot; a bot in a group hears nothing."""
    said = update.get("message")
    chat = said.get("chat") if isinstance(said, dict) else None
    is_private = isinstance(chat, dict) and chat.get("type") == "private" and isinstance(chat.get("id"), int)
    return said if is_private else None


def _starts(said: Mapping[str, Any]) -> bool:
    return str(said.get("text", "")).split("@")[0].split(" ")[0] == "/start"


def _own_number(said: Mapping[str, Any]) -> str:
    """The number of a shared contact, if it is the sender's own: anybody can share somebody else's."""
    contact, sender = said.get("contact"), said.get("from")
    if not isinstance(contact, dict) or not isinstance(sender, dict):
        return ""
    is_own = contact.get("user_id") is not None and contact.get("user_id") == sender.get("id")
    return with_plus(str(contact.get("phone_number", "")).replace(" ", "")) if is_own else ""


def _text(said: Mapping[str, Any]) -> str:
    """The words; of a picture and the like its caption, or what it is."""
    kinds = ("photo", "voice", "audio", "video", "document", "location", "contact", "sticker")
    what = next((f"[{kind}]" for kind in kinds if kind in said), "")
    return str(said.get("text") or said.get("caption") or what)
