"""Writes of the accounts room. Each writes its line of the audit trail."""

import secrets
from datetime import timedelta
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.http import HttpRequest

from mhero.accounts.access import SignedInRequest
from mhero.accounts.authors import Author
from mhero.accounts.errors import AlreadyLive, AlreadyOnTeam, InvitationOver, LastAdministrator, OwnAccount
from mhero.accounts.models import AuditEvent, Invitation, User, Workspace
from mhero.accounts.queries import digest_of, open_invitations
from mhero.accounts.roles import Role
from mhero.platform.clock import Clock, now

INVITATION_LASTS = timedelta(days=2)


def record_audit(
    action: str,
    object: str,
    *,
    request: HttpRequest | None = None,
    user: Author | None = None,
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
        # A server behind a local socket knows no address.
        ip=(request.META.get("REMOTE_ADDR") or None) if request is not None else None,
    )


def create_first_administrator(email: str = "admin@mhero.local") -> tuple[User, str] | None:
    """The first person and their one-time password; None when somebody is there already."""
    if User.objects.exists():
        return None
    password = one_time_password()
    user = User.objects.create_user(
        email, password, name="Administrator", role=Role.ADMINISTRATOR, must_change_password=True
    )
    return user, password


def one_time_password() -> str:
    return secrets.token_urlsafe(12)


def change_password(user: User, password: str, request: HttpRequest | None = None) -> None:
    """Sets the password that the person chose. Whoever else is signed in as them is signed out."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])
    record_audit("password.changed", user.email, request=request, user=user)


@transaction.atomic
def reset_password(member: User, request: SignedInRequest) -> str:
    """A one-time password for somebody who cannot sign in any more; their second step goes too."""
    if member == request.user:
        raise OwnAccount
    password = one_time_password()
    member.set_password(password)
    member.must_change_password = True
    member.save(update_fields=["password", "must_change_password"])
    Authenticator.objects.filter(user=member).delete()
    record_audit("password.reset", member.email, request=request)
    return password


@transaction.atomic
def invite(
    email: str, role: str, area_id: UUID | None, request: SignedInRequest, clock: Clock = now
) -> tuple[Invitation, str]:
    """The invitation and its secret, which is known only now. It takes the place of an earlier one."""
    email = email.strip().lower()
    if User.objects.filter(email__iexact=email).exists():
        raise AlreadyOnTeam
    open_invitations(clock).filter(email=email).delete()
    secret = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        email=email,
        role=role,
        area_id=area_id,
        invited_by=request.user,
        secret_digest=digest_of(secret),
        expires_at=clock() + INVITATION_LASTS,
    )
    record_audit("member.invited", email, request=request, role=role, area=_text(area_id))
    return invitation, secret


def withdraw(invitation: Invitation, request: SignedInRequest) -> None:
    record_audit("member.uninvited", invitation.email, request=request)
    invitation.delete()


@transaction.atomic
def accept(invitation: Invitation, *, name: str, password: str, clock: Clock = now) -> User:
    """Makes the invited person a member. Raises `InvitationOver` when somebody was quicker."""
    held = Invitation.objects.select_for_update().filter(pk=invitation.pk, accepted_at=None).first()
    if held is None or held.expires_at <= clock():
        raise InvitationOver
    if User.objects.filter(email__iexact=held.email).exists():
        raise AlreadyOnTeam
    user = User.objects.create_user(held.email, password, name=name, role=held.role, area_id=held.area_id)
    held.accepted_at = clock()
    held.save(update_fields=["accepted_at"])
    record_audit("member.joined", user.email, user=user, role=user.role, area=_text(user.area_id))
    return user


@transaction.atomic
def change_member(member: User, role: str, area_id: UUID | None, request: SignedInRequest) -> None:
    """What a member may do, and where. Nobody changes their own."""
    if member == request.user:
        raise OwnAccount
    if role != Role.ADMINISTRATOR:
        _keep_an_administrator(member)
    before = {"role": member.role, "area": _text(member.area_id)}
    member.role, member.area_id = role, area_id
    member.save(update_fields=["role", "area_id"])
    record_audit(
        "member.changed", member.email, request=request, before=before, role=role, area=_text(area_id)
    )


@transaction.atomic
def deactivate(member: User, request: SignedInRequest) -> None:
    """Ends a member's access at once; what they did stays in the trail."""
    if member == request.user:
        raise OwnAccount
    _keep_an_administrator(member)
    member.is_active = False
    member.save(update_fields=["is_active"])
    record_audit("member.deactivated", member.email, request=request)


def reactivate(member: User, request: SignedInRequest) -> None:
    member.is_active = True
    member.save(update_fields=["is_active"])
    record_audit("member.reactivated", member.email, request=request)


def _keep_an_administrator(member: User) -> None:
    # Locked, so that two administrators who remove one another at the same time do not both succeed.
    administrators = User.objects.select_for_update().filter(role=Role.ADMINISTRATOR, is_active=True)
    if {user.pk for user in administrators} == {member.pk}:
        raise LastAdministrator


@transaction.atomic
def go_live(request: SignedInRequest, clock: Clock = now) -> Workspace:
    """From now on messages leave for everyone, and not only for the team's own phones."""
    workspace = Workspace.objects.select_for_update().get(pk=Workspace.ONLY)
    if workspace.is_live:
        raise AlreadyLive
    workspace.went_live_at = clock()
    workspace.save(update_fields=["went_live_at"])
    record_audit("workspace.went_live", workspace.name, request=request)
    return workspace


def _text(area_id: UUID | None) -> str:
    return str(area_id) if area_id else ""
