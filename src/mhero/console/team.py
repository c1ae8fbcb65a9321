"""Who is on the team, what each may do, and where.

These pages stand in the console and not in accounts, because the areas are places of the registry.
"""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from mhero.accounts import queries, services
from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.errors import AccountsError
from mhero.accounts.forms import WHOLE_COUNTRY, InvitationForm, MemberForm
from mhero.accounts.models import Invitation, User
from mhero.accounts.roles import PERMISSIONS, PERMISSIONS_OF, Role
from mhero.console.areas import area_choices, area_name, is_within


@requires("team.manage")
def team(request: SignedInRequest) -> HttpResponse:
    members = list(User.objects.order_by("-is_active", "name", "email"))
    names = {area_id: area_name(area_id) for area_id in {member.area_id for member in members}}
    return render(
        request,
        "console/team/team.html",
        {
            "members": [(member, names[member.area_id]) for member in members],
            "invitations": queries.open_invitations().select_related("invited_by"),
            "needs_second": queries.managers() < 2,
            "roles": _roles_in_sentences(),
        },
    )


def _roles_in_sentences() -> list[tuple[str, list[str]]]:
    return [
        (str(role.label), [str(words) for code, words in PERMISSIONS.items() if code in PERMISSIONS_OF[role]])
        for role in Role
    ]


@never_cache
@requires("team.manage")
def invite(request: SignedInRequest) -> HttpResponse:
    """Asks whom to invite. The answer to the form shows the link, once: it is kept nowhere."""
    form = InvitationForm(request.POST or None, areas=area_choices(request.user))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            invitation, secret = services.invite(data["email"], data["role"], data["area"], request)
        except AccountsError as error:
            form.add_error("email", gettext(str(error)))
        else:
            link = settings.CONFIGURATION.public_url + reverse("join", args=[secret])
            return render(request, "console/team/invited.html", {"invitation": invitation, "link": link})
    return render(request, "console/team/invite.html", {"form": form, "roles": _roles_in_sentences()})


@requires("team.manage")
@require_http_methods(["GET", "POST"])
def withdraw(request: SignedInRequest, invitation_id: UUID) -> HttpResponse:
    invitation = get_object_or_404(Invitation, pk=invitation_id, accepted_at=None)
    if not is_within(request.user, invitation.area_id):
        raise PermissionDenied
    if request.method == "POST":
        services.withdraw(invitation, request)
        messages.success(request, gettext("The invitation was withdrawn."))
        return redirect("team")
    return render(request, "console/team/withdraw.html", {"invitation": invitation})


@requires("team.manage")
def member(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    """What one member may do, and where."""
    found = _member(request, user_id)
    initial = {"role": found.role, "area": str(found.area_id or WHOLE_COUNTRY)}
    form = MemberForm(request.POST or None, areas=area_choices(request.user), initial=initial)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        if _done(request, lambda: services.change_member(found, data["role"], data["area"], request)):
            messages.success(request, gettext("The change was saved. It holds from now on."))
            return redirect("team")
    return render(
        request,
        "console/team/member.html",
        {
            "member": found,
            "area": area_name(found.area_id),
            "form": form,
            "is_self": found == request.user,
            "roles": _roles_in_sentences(),
        },
    )


@requires("team.manage")
@require_http_methods(["GET", "POST"])
def deactivate(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    found = _member(request, user_id, is_active=True)
    if request.method == "POST":
        if _done(request, lambda: services.deactivate(found, request)):
            messages.success(request, gettext("%(name)s has no access any more.") % {"name": found})
        return redirect("team")
    return render(request, "console/team/deactivate.html", {"member": found})


@requires("team.manage")
@require_http_methods(["GET", "POST"])
def reactivate(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    found = _member(request, user_id, is_active=False)
    if request.method == "POST":
        services.reactivate(found, request)
        messages.success(request, gettext("%(name)s has access again.") % {"name": found})
        return redirect("team")
    return render(request, "console/team/reactivate.html", {"member": found})


@never_cache
@requires("team.manage")
@require_http_methods(["GET", "POST"])
def reset_password(request: SignedInRequest, user_id: UUID) -> HttpResponse:
    """Makes a one-time password. The answer to the form shows it, once: it is kept nowhere."""
    found = _member(request, user_id, is_active=True)
    password = ""
    if request.method == "POST":
        try:
            password = services.reset_password(found, request)
        except AccountsError as error:
            messages.error(request, gettext(str(error)))
            return redirect("member", user_id)
    return render(request, "console/team/reset_password.html", {"member": found, "password": password})


def _member(request: SignedInRequest, user_id: UUID, **state: bool) -> User:
    """Somebody of a wider area can only be changed by somebody of as wide an area."""
    found = get_object_or_404(User, pk=user_id, **state)
    if not is_within(request.user, found.area_id):
        raise PermissionDenied
    return found


def _done(request: HttpRequest, act: Callable[[], object]) -> bool:
    """Whether it could be done; why not is told on the page."""
    try:
        act()
    except AccountsError as error:
        messages.error(request, gettext(str(error)))
        return False
    return True
