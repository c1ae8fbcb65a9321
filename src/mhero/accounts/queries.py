"""Reads of the accounts room."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db.models import QuerySet

from mhero.accounts.models import Invitation, User, Workspace
from mhero.accounts.roles import Role
from mhero.platform.clock import Clock, now

#: The workspace as this request saw it first; None outside of requests, where it is always read afresh.
_kept: ContextVar[list[Workspace] | None] = ContextVar("kept_workspace", default=None)


def workspace() -> Workspace:
    """The installation's workspace, made at the first look."""
    kept = _kept.get()
    if kept:
        return kept[0]
    found = Workspace.objects.get_or_create(id=Workspace.ONLY)[0]
    if kept is not None:
        kept.append(found)
    return found


@contextmanager
def workspace_kept() -> Iterator[None]:
    """Within it the workspace is read once: every page's frame, clock and rules ask for it."""
    token = _kept.set([])
    try:
        yield
    finally:
        _kept.reset(token)


def managers() -> int:
    """How many people could stand in for one another as administrators."""
    return User.objects.filter(role=Role.ADMINISTRATOR, is_active=True).count()


def team_phones() -> set[str]:
    """The E.164 numbers that trial messages may go to."""
    return set(User.objects.filter(is_active=True).exclude(phone="").values_list("phone", flat=True))


def open_invitations(clock: Clock = now) -> QuerySet[Invitation]:
    """Those that somebody can still accept, the newest first."""
    return Invitation.objects.filter(accepted_at=None, expires_at__gt=clock()).order_by("-id")


def invitation_of(secret: str, clock: Clock = now) -> Invitation | None:
    """The open invitation with this secret."""
    return open_invitations(clock).filter(secret_digest=digest_of(secret)).first()


def digest_of(secret: str) -> str:
    # The secret is 32 random bytes, so a plain digest cannot be guessed back.
    return hashlib.sha256(secret.encode()).hexdigest()
