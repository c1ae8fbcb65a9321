"""What the engine asks of the world during a sprint, and its answer when nobody lends it anything."""

# ruff: noqa: ARG002 - Who lends nothing answers without looking.

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from mhero.flows.errors import ServiceFailed
from mhero.flows.queries import groups

if TYPE_CHECKING:
    from mhero.flows.contact import Contact
    from mhero.flows.environment import Environment


@dataclass(frozen=True, kw_only=True)
class WebhookRequest:
    """One HTTP request that a flow wants made."""

    method: str
    url: str
    headers: dict[str, str] = field(default_factory=dict)
    body: str = ""
    #: The slug of the resthook whose subscriber this is; nothing for a plain webhook.
    resthook: str = ""


@dataclass(frozen=True, kw_only=True)
class WebhookResponse:
    """What came of it. A status of 0 says that nobody answered."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    #: The two exchanges as they were on the wire, for the event that says so; made up when not given.
    request_trace: str = ""
    response_trace: str = ""
    elapsed_ms: int = 0
    retries: int = 0


class Services(Protocol):
    """Lent by the caller; each method may raise ServiceFailed."""

    def call_webhook(self, request: WebhookRequest) -> WebhookResponse:
        """Makes a request, with the caller's own limits on time, hosts and retries."""

    def send_email(self, to: list[str], subject: str, body: str) -> None:
        """Sends an e-mail, or promises to."""

    def matches(self, query: str, contact: Contact, env: Environment) -> bool:
        """Whether the contact query finds this contact: who is in a group with a query."""

    def owns_other(self, urn: str, contact: Contact) -> bool:
        """Whether the address belongs to another contact."""

    def is_forbidden(self, text: str) -> bool:
        """Whether a message with this text must not be sent."""

    def is_blocked_host(self, host: str) -> bool:
        """Whether webhooks must not call this host."""


class NoServices:
    """Nothing is lent: webhooks are not answered and e-mails fail; queries are the package's own."""

    def call_webhook(self, request: WebhookRequest) -> WebhookResponse:
        return WebhookResponse()

    def send_email(self, to: list[str], subject: str, body: str) -> None:
        raise ServiceFailed("no e-mail service configured")

    def matches(self, query: str, contact: Contact, env: Environment) -> bool:
        return groups.matches(query, contact, env)

    def owns_other(self, urn: str, contact: Contact) -> bool:
        return False

    def is_forbidden(self, text: str) -> bool:
        return False

    def is_blocked_host(self, host: str) -> bool:
        return False


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Bounds of a sprint and of what it keeps."""

    steps_per_sprint: int = 100
    sprints_per_session: int = 500
    #: Characters of an evaluated template.
    template_characters: int = 10_000
    name_characters: int = 128
    field_characters: int = 640
    result_characters: int = 640
    webhook_request_bytes: int = 256 * 1024
    webhook_response_bytes: int = 256 * 1024


USUAL_LIMITS = Limits()
