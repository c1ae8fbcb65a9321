"""The External HTTP form: one request a message, whose id a careful provider honours."""

import json
from collections.abc import Mapping
from urllib.parse import urlencode, urlsplit

from mhero.messaging.channels.types import (
    Arrival,
    Channel,
    Outcome,
    Outgoing,
    ProviderRequest,
    usual_outcome,
    words_of,
)
from mhero.messaging.errors import BadCallback

#: The actions that report on a message, and the status each reports.
REPORTS = {"sent": "sent", "delivered": "delivered", "failed": "failed"}


class External:
    code = "external"

    def request(self, channel: Channel, message: Outgoing) -> ProviderRequest:
        fields = {
            "id": str(message.id),
            "to": message.number,
            "from": channel.address,
            "text": message.text,
            "channel": channel.callback_name,
        }
        headers = {"Authorization": channel.secret} if channel.secret else {}
        settings = channel.settings
        if settings.get("method") == "GET":
            join = "&" if urlsplit(channel.send_url).query else "?"
            return ProviderRequest(
                method="GET", url=f"{channel.send_url}{join}{urlencode(fields)}", headers=headers
            )
        if settings.get("format") == "json":
            body, kind = json.dumps(fields).encode(), "application/json"
        else:
            body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        return ProviderRequest(
            method="POST", url=channel.send_url, body=body, headers={**headers, "Content-Type": kind}
        )

    def outcome(self, channel: Channel, status: int, content_type: str, body: bytes, /) -> Outcome:
        """Accepted is any 2xx that holds the expected words, if some are set, and is no web page."""
        words = words_of(body)
        if refused := usual_outcome(status, words):
            return refused
        expected = str(channel.settings.get("answer_contains") or "")
        if expected not in words or (not expected and "html" in content_type):
            # The provider honours the id, so asking again cannot double the message.
            return Outcome(kind="retry", words=words)
        return Outcome(kind="sent", external_id=_id_in(content_type, body))

    def arrival(self, action: str, fields: Mapping[str, str]) -> Arrival:
        if action == "receive":
            return _message(fields)
        if action in REPORTS:
            message_id = fields.get("id") or fields.get("uuid")
            if not message_id:
                raise BadCallback("The field id is missing.")
            status = REPORTS[action]
            payload = {"id": message_id, "status": status, "words": fields.get("reason", "")}
            return Arrival(kind="status", key=f"{status}:{message_id}", payload=payload)
        if action == "stopped":
            if not fields.get("from"):
                raise BadCallback("The field from is missing.")
            return Arrival(kind="stopped", key="", payload={"from": fields["from"]})
        raise BadCallback("There is no such action; use receive, sent, delivered, failed or stopped.")


def _message(fields: Mapping[str, str]) -> Arrival:
    sender = fields.get("from") or fields.get("sender")
    if not sender:
        raise BadCallback("The field from is missing.")
    text = fields.get("text", fields.get("message"))
    if text is None:
        raise BadCallback("The field text is missing.")
    key = f"id:{fields['id']}" if fields.get("id") else ""
    return Arrival(
        kind="message", key=key, payload={"from": sender, "text": text, "id": fields.get("id", "")}
    )


def _id_in(content_type: str, body: bytes) -> str:
    """The provider's own id, where its answer is a JSON object that has one."""
    if "json" not in content_type:
        return ""
    try:
        document = json.loads(body)
    except ValueError:
        return ""
    return str(document.get("id", ""))[:100] if isinstance(document, dict) else ""
