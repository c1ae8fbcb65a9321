"""The External HTTP form: one request a message, whose id a careful provider honours."""

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from urllib.parse import quote, urlencode

from django.utils.translation import gettext_lazy as _

from mhero.messaging.channels.callback import Arrival, Callback, message, no_such_action, report, stopped
from mhero.messaging.channels.fields import RECEIVE, CallbackAddress, Field, Words, secret_field, url_field
from mhero.messaging.channels.types import (
    FORM,
    JSON,
    Channel,
    ChannelType,
    Outcome,
    Outgoing,
    ProviderRequest,
    json_of,
    usual_outcome,
    with_query,
    words_of,
)

#: The actions that report on a message, and the status each reports.
REPORTS = {"sent": "sent", "delivered": "delivered", "failed": "failed"}
CONTENT_TYPES = {"form": FORM, "json": JSON, "xml": "text/xml; charset=utf-8"}


class External(ChannelType):
    code = "external"
    letters = "ex"
    about = _("One request a message, in a form that you choose.")
    fields = (
        url_field(_("Where messages are sent to, such as https://sms.example.org/send")),
        Field(
            name="method",
            label=_("How it is asked"),
            choices=(("POST", "POST"), ("GET", "GET"), ("PUT", "PUT")),
        ),
        Field(
            name="format",
            label=_("Form of the request"),
            choices=(("form", _("Form fields")), ("json", "JSON"), ("xml", "XML")),
        ),
        Field(
            name="template",
            label=_("Body of the request"),
            help=_(
                "Leave it empty for the fields id, to, from, text and channel. Otherwise write it with "
                "{{id}}, {{to}}, {{to_no_plus}}, {{from}}, {{from_no_plus}}, {{text}} and {{channel}}. "
                "The address may hold them too."
            ),
            is_required=False,
            is_long=True,
        ),
        secret_field(_("Authorization header"), is_required=False),
        Field(
            name="answer_contains",
            label=_("Words in a good answer"),
            help=_("A message counts as sent only when the provider’s answer holds these words."),
            is_required=False,
        ),
    )
    callbacks = (
        RECEIVE,
        CallbackAddress(action="sent", label=_("Sent")),
        CallbackAddress(action="delivered", label=_("Delivered")),
        CallbackAddress(action="failed", label=_("Not delivered")),
        CallbackAddress(action="stopped", label=_("Opted out")),
    )

    def problems(self, settings: Mapping[str, str], /) -> dict[str, Words]:
        if (
            settings.get("format") == "xml"
            and settings.get("method") != "GET"
            and not settings.get("template")
        ):
            return {"template": _("Write the body that the provider expects as XML.")}
        return {}

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        values = {
            "id": str(message.id),
            "to": message.number,
            "from": channel.address,
            "text": message.text,
            "channel": channel.callback_name,
        }
        settings = channel.settings
        headers = {"Authorization": channel.secret} if channel.secret else {}
        url = channel.send_url
        if "{{" in url:
            url = _filled(url, values, _in_address)
        template, method = str(settings.get("template") or ""), settings.get("method", "POST")
        if method == "GET":
            # An address that says itself where the values go gets no others.
            whole = url if url != channel.send_url else with_query(url, urlencode(values))
            return ProviderRequest(method="GET", url=whole, headers=headers)
        format = str(settings.get("format") or "form")
        if template:
            body = _filled(template, values, _ENCODINGS[format])
        elif format == "json":
            body = json.dumps(values)
        else:
            body = urlencode(values)
        return ProviderRequest(
            method="PUT" if method == "PUT" else "POST",
            url=url,
            body=body.encode(),
            headers={**headers, "Content-Type": CONTENT_TYPES[format]},
        )

    def outcome(self, channel: Channel, status: int, content_type: str, body: bytes, /) -> Outcome:
        """Accepted is any 2xx that holds the expected words, if some are set, and is no web page."""
        words = words_of(body)
        if refused := usual_outcome(status, words):
            return refused
        expected = channel.setting("answer_contains")
        if expected not in words or (not expected and "html" in content_type):
            # The provider honours the id, so asking again cannot double the message.
            return Outcome(kind="retry", words=words)
        # The provider's own id, where its answer is a JSON object that has one.
        external_id = str(json_of(body).get("id", ""))[:100] if "json" in content_type else ""
        return Outcome(kind="sent", external_id=external_id)

    def arrivals(self, _channel: Channel, callback: Callback, /) -> Sequence[Arrival]:
        given, action = callback.fields, callback.action
        if action == "receive":
            sender = given.get("from") or given.get("sender")
            text = given.get("text", given.get("message"))
            return (message(sender=sender, text=text, id=given.get("id", "")),)
        if action in REPORTS:
            message_id = given.get("id") or given.get("uuid")
            return (report(id=message_id, status=REPORTS[action], words=given.get("reason", "")),)
        if action == "stopped":
            return (stopped(given.get("from")),)
        raise no_such_action("receive", *REPORTS, "stopped")


def _in_address(value: str) -> str:
    return quote(value, safe="")


def _in_json(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


#: How a value is written into a template of each form; in JSON it brings its quotation marks along.
_ENCODINGS: Mapping[str, Callable[[str], str]] = {"form": _in_address, "json": _in_json, "xml": escape}


def _filled(template: str, values: Mapping[str, str], encoded: Callable[[str], str]) -> str:
    """The template with its values. In one pass, so that a text that holds `{{to}}` stays as it is."""
    pieces = template.split("{{")
    filled = [pieces[0]]
    for piece in pieces[1:]:
        name, closed, rest = piece.partition("}}")
        bare = name.strip().removesuffix("_no_plus")
        if not closed or bare not in values:
            filled.append("{{" + piece)
            continue
        value = values[bare]
        filled.append(encoded(value if bare == name.strip() else value.removeprefix("+")) + rest)
    return "".join(filled)
