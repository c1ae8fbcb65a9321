"""One's own account, joining the team, the workspace, and the audit trail."""

from uuid import UUID

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as set_language_cookie

from mhero.accounts import audit as trail
from mhero.accounts import queries, services
from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.actions import in_words
from mhero.accounts.errors import AccountsError
from mhero.accounts.forms import AccountForm, ChangePassword, JoinForm, NewPassword, WorkspaceForm
from mhero.accounts.models import User
from mhero.platform.ids import time_of
from mhero.platform.newest_first import page_of
from mhero.platform.spreadsheets import csv_lines

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@never_cache
def account(request: SignedInRequest) -> HttpResponse:
    """A person's own name, phone and language."""
    form = AccountForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        services.record_audit("account.changed", request.user.email, request=request)
        messages.success(request, gettext("Your account was saved."))
        return redirect("account")
    return render(
        request,
        "accounts/account.html",
        {
            "form": form,
            # What was typed must not show in the bar before it is saved.
            "member": User.objects.get(pk=request.user.pk),
            "has_second_step": is_mfa_enabled(request.user),
        },
    )


@never_cache
def second_step(_request: SignedInRequest) -> HttpResponse:
    """Where the sign-in library returns to after the second step was turned on or off."""
    return redirect("account")


@sensitive_post_parameters()
@never_cache
def password(request: SignedInRequest) -> HttpResponse:
    """A new password. After a one-time password it is the first page, and the only one."""
    user = request.user
    is_first = user.must_change_password
    form = (NewPassword if is_first else ChangePassword)(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        services.change_password(user, form.cleaned_data["password"], request)
        update_session_auth_hash(request, user)
        messages.success(request, gettext("Your password was changed."))
        return redirect("home" if is_first else "account")
    return render(request, "accounts/password.html", {"form": form, "is_first": is_first})


@sensitive_post_parameters()
@never_cache
def join(request: HttpRequest, secret: str) -> HttpResponse:
    """An invited person chooses a name and a password, and is in."""
    invitation = queries.invitation_of(secret)
    if invitation is None:
        return render(request, "accounts/invitation_over.html", status=404)
    form = JoinForm(request.POST or None, user=User(email=invitation.email))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            user = services.accept(invitation, name=data["name"], password=data["password"])
        except AccountsError:
            return render(request, "accounts/invitation_over.html", status=404)
        login(request, user, backend=BACKEND)
        return redirect("home")
    return render(request, "accounts/join.html", {"form": form, "invitation": invitation})


@requires("settings.manage")
def workspace_settings(request: SignedInRequest) -> HttpResponse:
    workspace = queries.workspace()
    form = WorkspaceForm(request.POST or None, instance=workspace)
    if request.method == "POST" and form.is_valid():
        form.save()
        services.record_audit("workspace.changed", ", ".join(form.changed_data), request=request)
        messages.success(request, gettext("The settings were saved."))
        return redirect("workspace")
    return render(request, "accounts/workspace.html", {"form": form})


@requires("audit.view")
def audit(request: SignedInRequest) -> HttpResponse:
    """Who read or did what."""
    chosen = trail.AuditFilter.of(request.GET)
    before, after = _id(request.GET.get("before")), _id(request.GET.get("after"))
    page = page_of(chosen.events(), before=before, after=after)
    return render(
        request,
        "accounts/audit.html",
        {
            "chosen": chosen,
            "rows": [(event, time_of(event.id), in_words(event.action)) for event in page.rows],
            "newer": f"?{chosen.query(after=page.newer)}" if page.newer else "",
            "older": f"?{chosen.query(before=page.older)}" if page.older else "",
            "chips": _chips(chosen),
            "query": chosen.query(),
        },
    )


@requires("audit.view")
def audit_file(request: SignedInRequest) -> HttpResponseBase:
    """The same trail as a file, streamed."""
    chosen = trail.AuditFilter.of(request.GET)
    services.record_audit("audit.downloaded", chosen.query(), request=request)
    response = StreamingHttpResponse(
        csv_lines(trail.file_rows(chosen.events())), content_type="text/csv; charset=utf-8"
    )
    day = timezone.localdate().isoformat()
    response["Content-Disposition"] = f'attachment; filename="audit-trail-{day}.csv"'
    return response


def _chips(chosen: trail.AuditFilter) -> list[tuple[str, str]]:
    """What the list is narrowed by, each with the address without it."""
    named = {
        "who": chosen.who,
        "action": chosen.action,
        "since": chosen.since and gettext("since %(day)s") % {"day": chosen.since},
        "until": chosen.until and gettext("until %(day)s") % {"day": chosen.until},
    }
    return [(str(words), f"?{chosen.query(**{name: ''})}") for name, words in named.items() if words]


def _id(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """The language of the console: for a member it goes along to other machines."""
    language = request.POST.get("language", "")
    if isinstance(request.user, User) and language in dict(settings.LANGUAGES):
        User.objects.filter(pk=request.user.pk).update(locale=language)
    return set_language_cookie(request)
