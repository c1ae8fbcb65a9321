"""An Android phone as a relay: an app on it fetches what is to be sent, and brings what comes in.

`docs/android-relay.md` is the protocol. Nothing is sent to the phone, which rarely has an address of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels.callback import Arrival, Callback, message, no_such_action, report
from mhero.messaging.channels.fields import PHONE, CallbackAddress
from mhero.messaging.channels.types import Channel, ChannelType, Outcome, Outgoing, ProviderRequest
from mhero.messaging.errors import BadCallback

STATUSES = ("sent", "delivered", "failed")
#: What the app fetches; the one action that is a question.
FETCH = "messages"


class Android(ChannelType):
    code = "android"
    letters = "an"
    about = _("A phone with a SIM card of yours, for tests and small programmes.")
    address = PHONE
    fields = ()
    callbacks = (
        CallbackAddress(action=FETCH, label=_("Messages to send")),
        CallbackAddress(action="status", label=_("What became of them")),
        CallbackAddress(action="receive", label=_("Messages that came in")),
    )
    is_polled = True
    usual_rate = 0.5

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        raise NotImplementedError("The phone fetches its messages itself.")

    def outcome(self, _channel: Channel, _status: int, _content_type: str, _body: bytes, /) -> Outcome:
        raise NotImplementedError("The phone reports by itself.")

    def arrivals(self, _channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        if callback.action == "receive":
            return [_message(one) for one in _each(callback, "messages")]
        if callback.action == "status":
            return [_report(one) for one in _each(callback, "reports")]
        raise no_such_action(FETCH, "status", "receive")


def _each(callback: Callback, name: str) -> list[Mapping[str, Any]]:
    """The objects of a list in a JSON body, or the one that the fields of a form are."""
    if "json" not in callback.headers.get("content-type", ""):
        return [callback.fields]
    document = callback.document()
    listed = document.get(name, [document])
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise BadCallback(f"The field {name} is not a list of objects.")
    return listed


def _message(one: Mapping[str, Any]) -> Arrival:
    sender, text = one.get("from"), one.get("text")
    return message(
        sender=str(sender) if sender else None,
        text=None if text is None else str(text),
        id=str(one.get("id") or ""),
    )


def _report(one: Mapping[str, Any]) -> Arrival:
    status = str(one.get("status", ""))
    if status not in STATUSES:
        raise BadCallback("The field status is none of sent, delivered and failed.")
    return report(id=str(one.get("id") or ""), status=status, words=str(one.get("reason") or ""))
