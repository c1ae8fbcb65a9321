"""What the engine borrows of the world during a sprint."""

from mhero.flows.contact import Contact
from mhero.flows.environment import Environment
from mhero.flows.errors import ServiceFailed
from mhero.flows.queries import groups
from mhero.flows.services import WebhookRequest, WebhookResponse
from mhero.platform.outside import Outside, OutsideError

Mail = tuple[list[str], str, str]


class Lent:
    """Nothing that waits for another system; e-mails are promised, to be sent once the sprint is written."""

    def __init__(self, *, can_mail: bool) -> None:
        self._can_mail = can_mail
        #: The e-mails of the sprint: addresses, subject, body.
        self.mails: list[Mail] = []

    def call_webhook(self, request: WebhookRequest) -> WebhookResponse:  # noqa: ARG002
        # Whoever may come to a webhook is in the lane of those who wait.
        raise ServiceFailed("no other system can be asked here")

    def send_email(self, to: list[str], subject: str, body: str) -> None:
        if not self._can_mail:
            raise ServiceFailed("no e-mail service configured")
        self.mails.append((to, subject, body))

    def matches(self, query: str, contact: Contact, env: Environment) -> bool:
        return groups.matches(query, contact, env)

    def owns_other(self, urn: str, contact: Contact) -> bool:  # noqa: ARG002
        # A contact of ours has one number, and flows add no others.
        return True

    def is_forbidden(self, text: str) -> bool:  # noqa: ARG002
        return False

    def is_blocked_host(self, host: str) -> bool:  # noqa: ARG002
        return False


class Calling(Lent):
    """The same, for a sprint in a thread of its own, which may wait for other systems."""

    def __init__(self, outside: Outside, *, can_mail: bool) -> None:
        super().__init__(can_mail=can_mail)
        self._outside = outside

    def call_webhook(self, request: WebhookRequest) -> WebhookResponse:
        try:
            answer = self._outside.ask(
                request.method, request.url, headers=dict(request.headers), body=request.body.encode()
            )
        except OutsideError as error:
            raise ServiceFailed(str(error)) from error
        return WebhookResponse(
            status=answer.status, headers=answer.headers, body=answer.body, elapsed_ms=answer.elapsed_ms
        )

    def is_blocked_host(self, host: str) -> bool:
        return not self._outside.may_be_asked(host)
