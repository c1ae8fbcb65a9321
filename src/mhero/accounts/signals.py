"""What happens around sign-in goes to the audit trail."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added, authenticator_removed
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from mhero.accounts.models import User
from mhero.accounts.services import record_audit


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: User, **_: Any) -> None:
    record_audit("sign_in.done", user.email, request=request, user=user)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: User | None, **_: Any) -> None:
    # Somebody whose session ended by itself has nobody to sign out.
    if user is not None:
        record_audit("sign_out.done", user.email, request=request, user=user)


@receiver(authenticator_added)
def second_step_added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    record_audit("second_step.added", user.email, request=request, user=user, kind=authenticator.type)


@receiver(authenticator_removed)
def second_step_removed(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    record_audit("second_step.removed", user.email, request=request, user=user, kind=authenticator.type)
