"""When people are reminded, what of, and how long clients are kept."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.connectors.queries import programs
from mhero.outreach.care import queries, services
from mhero.outreach.care.forms import KindForm, RulesForm
from mhero.outreach.care.models import VisitKind
from mhero.outreach.care.views.shared import refuse_districts


@requires("clients.edit")
@require_http_methods(["GET", "POST"])
def care_rules(request: SignedInRequest) -> HttpResponse:
    form = RulesForm(queries.rules(), request.POST or None)
    if request.method == "POST":
        refuse_districts(request)
        if form.is_valid():
            services.save_rules(form.as_rules(), request.user)
            messages.success(request, gettext("The rules were saved."))
            return redirect("care_rules")
    context = {"form": form, "kinds": queries.kinds(), "may_edit": request.user.whole_country}
    return render(request, "outreach/care/rules.html", context)


@requires("clients.edit")
@require_http_methods(["GET", "POST"])
def care_kind_new(request: SignedInRequest) -> HttpResponse:
    refuse_districts(request)
    return _kind_page(request, VisitKind())


@requires("clients.edit")
@require_http_methods(["GET", "POST"])
def care_kind(request: SignedInRequest, visit_kind_id: UUID) -> HttpResponse:
    refuse_districts(request)
    return _kind_page(request, get_object_or_404(VisitKind, id=visit_kind_id, archived_at=None))


def _kind_page(request: SignedInRequest, kind: VisitKind) -> HttpResponse:
    is_new = kind._state.adding
    form = KindForm(kind, _stages(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        # The first kind is made by a look at the others: it stays the usual one.
        queries.kinds()
        services.save_kind(form.as_kind(), request.user)
        messages.success(request, gettext("The kind of visit was saved."))
        return redirect("care_rules")
    context = {
        "form": form,
        "kind": kind,
        "is_new": is_new,
        "may_archive": not is_new and len(queries.kinds()) > 1,
    }
    return render(request, "outreach/care/kind.html", context)


def _stages() -> list[tuple[str, str, str]] | None:
    """(programme, stage, words) of DHIS2; None when it does not answer now."""
    found = programs()
    if found is None:
        return None
    return [(one.id, stage, f"{one.name}: {name}") for one in found for stage, name in one.stages]


@requires("clients.edit")
@require_POST
def care_kind_archive(request: SignedInRequest, visit_kind_id: UUID) -> HttpResponse:
    refuse_districts(request)
    kind = get_object_or_404(VisitKind, id=visit_kind_id, archived_at=None)
    if len(queries.kinds()) > 1:
        services.archive_kind(kind, request.user)
        messages.success(request, gettext("The kind of visit was put away. Visits of it stay."))
    return redirect("care_rules")
