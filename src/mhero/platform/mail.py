"""Sending e-mail by the server of the setting `MHERO_SMTP_URL`: `smtps://user:password@host:465?from=mhero@…`."""

import smtplib
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from ssl import create_default_context
from typing import Self
from urllib.parse import parse_qs, unquote, urlsplit

from mhero.platform.errors import ConfigurationError, MheroError


class MailError(MheroError):
    """The e-mail could not be sent."""

    code = "mail"
    retryable = True


class MailRefused(MailError):
    """The mail server refused the e-mail for good."""

    code = "mail_refused"
    retryable = False


@dataclass(frozen=True, kw_only=True, slots=True)
class MailServer:
    host: str
    port: int
    #: `smtps` is encrypted from the start; `smtp` as soon as the server offers it.
    scheme: str
    user: str = ""
    password: str = ""
    #: The sender's address.
    sender: str
    timeout_seconds: float = 20.0

    @classmethod
    def read(cls, url: str) -> Self | None:
        """The server of a setting; None for an empty one. Raises ConfigurationError."""
        if not url:
            return None
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ConfigurationError("MHERO_SMTP_URL is no address.") from error
        sender = (parse_qs(parts.query).get("from") or [""])[0]
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname or "@" not in sender:
            raise ConfigurationError(
                "MHERO_SMTP_URL must look like smtps://user:password@host:465?from=mhero@example.org."
            )
        return cls(
            host=parts.hostname,
            port=port or (465 if parts.scheme == "smtps" else 587),
            scheme=parts.scheme,
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            sender=sender,
        )

    def send(self, to: Sequence[str], subject: str, body: str, *, message_id: str) -> None:
        """Sends one e-mail. `message_id` is the same when it is sent again. Raises MailError."""
        message = EmailMessage()
        try:
            message["From"], message["To"], message["Subject"] = self.sender, ", ".join(to), subject
            message["Message-ID"] = f"<{message_id}@{self.sender.rpartition('@')[2]}>"
            message.set_content(body)
        except ValueError as error:
            raise MailRefused from error
        try:
            with self._connected() as server:
                if self.user:
                    server.login(self.user, self.password)
                server.send_message(message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise MailRefused from error
        except (smtplib.SMTPException, OSError) as error:
            raise MailError(type(error).__name__) from error

    def _connected(self) -> smtplib.SMTP:
        context = create_default_context()
        if self.scheme == "smtps":
            return smtplib.SMTP_SSL(self.host, self.port, timeout=self.timeout_seconds, context=context)
        server = smtplib.SMTP(self.host, self.port, timeout=self.timeout_seconds)
        server.ehlo()
        if server.has_extn("starttls"):
            server.starttls(context=context)
            server.ehlo()
        elif self.user:
            server.close()
            raise MailRefused("The mail server takes passwords without encryption alone.")
        return server
