"""Writes of the accounts room."""

import secrets

from django.http import HttpRequest

from mhero.accounts.models import AuditEvent, User
from mhero.accounts.roles import Role


def record_audit(
    action: str,
    object: str,
    *,
    request: HttpRequest | None = None,
    user: User | None = None,
    actor: str = "",
    people: int = 0,
    **detail: object,
) -> None:
    """Writes one line of the audit trail. Give the request of a person, or the name of a machine as actor."""
    if user is None and request is not None and isinstance(request.user, User):
        user = request.user
    AuditEvent.objects.create(
        user_id=user.id if user else None,
        actor=actor or (user.email if user else "mhero"),
        action=action,
        object=object,
        people=people,
        detail=detail,
        ip=request.META.get("REMOTE_ADDR") if request is not None else None,
    )


def create_first_administrator(email: str = "admin@mhero.local") -> tuple[User, str] | None:
    """The first person and their one-time password; None when somebody is there already."""
    if User.objects.exists():
        return None
    password = secrets.token_urlsafe(12)
    user = User.objects.create_user(
        email, password, name="Administrator", role=Role.ADMINISTRATOR, must_change_password=True
    )
    return user, password
