"""What the sign-in library asks of us."""

from typing import Any, ClassVar

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.platform import secrets

#: In step with `ACCOUNT_RATE_LIMITS["login_failed"]`.
LOCKED_MINUTES = 15
#: News that needs no banner: the page that follows says it.
SILENT = {"account/messages/logged_in.txt", "account/messages/logged_out.txt"}


class ConsoleAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """People join by invitation only, and wrong passwords are counted and written down."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _("The email address or the password is not right. Check both."),
        "incorrect_password": _("This is not your password."),
    }

    def is_open_for_signup(self, _request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError as error:
            record_audit("sign_in.locked", _known(credentials), request=request, actor=_known(credentials))
            page = render(request, "accounts/locked.html", {"minutes": LOCKED_MINUTES}, status=429)
            raise ImmediateHttpResponse(page) from error

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        record_audit("sign_in.failed", _known(credentials), request=request, actor=_known(credentials))

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *rest: Any, **named: Any
    ) -> None:
        if message_template not in SILENT:
            super().add_message(request, level, message_template, *rest, **named)


class ConsoleMFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The secrets of the second step are encrypted like all others."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("This code is not right. Enter the one that your app shows now."),
    }

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """No mail server is asked for; the audit trail has it."""


def _known(credentials: dict[str, Any]) -> str:
    """The address if it is a member's; what else people type there may be a password."""
    email = str(credentials.get("email", ""))
    return email.lower() if User.objects.filter(email__iexact=email).exists() else "unknown address"
