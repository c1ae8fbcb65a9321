"""The list of clients' visits, one client, and what officers write about them."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.models import Contact
from mhero.outreach.care import queries, services
from mhero.outreach.care.checking import Checker
from mhero.outreach.care.forms import ClientForm, OutcomeForm, VisitForm
from mhero.outreach.care.models import CareClient, CareReminder, ClientSource, Visit, VisitEvent
from mhero.outreach.care.services import Who
from mhero.outreach.care.views.shared import (
    chosen_place,
    client_or_404,
    may_edit,
    names_of_workers,
    shown,
    visit_or_404,
)
from mhero.platform.clock import now
from mhero.registry.queries import places_tree

PAGE = 50
#: Lists that begin with the nearest day; the others begin with the latest.
_AHEAD = ("soon", "overdue")


@requires("clients.view")
@require_GET
def care_clients(request: SignedInRequest) -> HttpResponse:
    place, today = chosen_place(request), queries.today()
    state = request.GET.get("state", "")
    state = state if state in queries.STATES else "all"
    name = " ".join(request.GET.get("name", "").replace("\0", "").split())[:100]
    found = queries.in_state(queries.visits_of(request.user.area_id), state, today)
    found = found.select_related("client", "kind", "facility")
    if place:
        found = found.filter(facility__path__contains=[place.id])
    if name:
        found = found.filter(Q(client__name__icontains=name) | Q(client__number__iexact=name))
    rows, more = _page(found, state, request.GET.get("after", ""))
    record_audit("clients.listed", "clients' visits", request=request, people=len(rows))
    query = {
        "state": state,
        "name": name,
        "place": str(place.id) if request.GET.get("place") and place else "",
    }
    following = urlencode({key: value for key, value in (query | {"after": more}).items() if value})
    context = {
        "rows": shown(rows, today),
        "total": found.count(),
        "older": f"?{following}" if more else "",
        "newest": f"?{urlencode(query)}" if request.GET.get("after") else "",
        "state": state,
        "states": _state_choices(),
        "name": name,
        "chosen": {"place": place.id if place else None},
        "places": places_tree(request.user.area_id),
        "extra_place": place.name if place and place.kind == "facility" else "",
        "anybody": bool(rows) or queries.clients_of(request.user.area_id).exists(),
        "may_edit": may_edit(request),
    }
    return render(request, "outreach/care/clients.html", context)


def _state_choices() -> list[tuple[str, str]]:
    return [
        ("all", gettext("All visits")),
        ("soon", gettext("Due within a week")),
        ("overdue", gettext("Overdue")),
        ("missed", gettext("Missed")),
        ("done", gettext("Done")),
    ]


def _page(found: QuerySet[Visit], state: str, after: str) -> tuple[list[Visit], str]:
    """The visits after one, and the last of them where there are more."""
    try:
        edge = Visit.objects.filter(id=UUID(after)).first() if after else None
    except ValueError:
        edge = None
    if state in _AHEAD:
        if edge:
            found = found.filter(Q(due_on__gt=edge.due_on) | Q(due_on=edge.due_on, id__gt=edge.id))
        rows = list(found.order_by("due_on", "id")[: PAGE + 1])
    else:
        if edge:
            found = found.filter(Q(due_on__lt=edge.due_on) | Q(due_on=edge.due_on, id__lt=edge.id))
        rows = list(found.order_by("-due_on", "-id")[: PAGE + 1])
    return rows[:PAGE], str(rows[PAGE - 1].id) if len(rows) > PAGE else ""


@requires("clients.view")
@require_GET
def care_client(request: SignedInRequest, care_client_id: UUID) -> HttpResponse:
    client = client_or_404(request, care_client_id)
    record_audit("clients.viewed", f"client {client.id}", request=request, people=1)
    visits = list(client.visits.select_related("client", "kind", "facility").order_by("-due_on", "-id"))
    responsible = queries.responsible([client]).get(client.id)
    context = {
        "client": client,
        "visits": shown(visits, queries.today()),
        "responsible": names_of_workers([client]).get(client.id) or (responsible.name if responsible else ""),
        "happened": _happened(client),
        "sees_numbers": request.user.may("people.numbers"),
        "may_edit": may_edit(request) and client.forgotten_at is None,
    }
    return render(request, "outreach/care/client.html", context)


def _happened(client: CareClient) -> list[dict[str, object]]:
    """What happened, the latest first: what was said of visits, and who was reminded."""
    told = VisitEvent.objects.filter(visit__client=client).select_related("visit__kind")
    sent = list(CareReminder.objects.filter(visit__client=client).select_related("visit__kind"))
    names = dict(
        Contact.objects.filter(id__in={one.contact_id for one in sent if one.contact_id}).values_list(
            "id", "name"
        )
    )
    events: list[dict[str, object]] = [
        {
            "title": event.get_what_display(),
            "at": event.at,
            "by": event.by,
            "kind": str(event.visit.kind),
            "day": _day(event.day),
        }
        for event in told
    ]
    events += [
        {
            "title": gettext("Reminded") if one.message_id else gettext("Could not be reminded"),
            "at": one.made_at,
            "by": names.get(one.contact_id, "") if one.audience == "worker" and one.contact_id else "",
            "audience": one.get_audience_display(),
            "kind": str(one.visit.kind),
            "day": _day(one.due_on),
        }
        for one in sent
    ]
    return sorted(events, key=lambda event: str(event["at"]), reverse=True)


def _day(day: date | None) -> str:
    return date_format(day, "j F Y") if day else ""


@requires("clients.edit")
@require_http_methods(["GET", "POST"])
def care_client_new(request: SignedInRequest) -> HttpResponse:
    form = ClientForm(Checker(request.user.area_id, ClientSource.PAGE), data=request.POST or None)
    if request.method == "POST" and form.is_valid() and form.planned:
        visit, is_new = services.register(form.planned, Who(name=request.user.email), now())
        record_audit("clients.added", f"client {visit.client_id}", request=request, people=1)
        if is_new:
            messages.success(request, gettext("The client was added."))
        else:
            messages.info(request, gettext("This client has such a visit on this day already."))
        return redirect("care_client", care_client_id=visit.client_id)
    return render(request, "outreach/care/client_form.html", {"form": form})


@requires("clients.edit")
@require_http_methods(["GET", "POST"])
def care_client_change(request: SignedInRequest, care_client_id: UUID) -> HttpResponse:
    client = client_or_404(request, care_client_id)
    checker = Checker(request.user.area_id, client.source)
    form = ClientForm(checker, client=client, data=request.POST or None)
    record_audit("clients.viewed", f"client {client.id}", request=request, people=1)
    if request.method == "POST" and form.is_valid():
        services.save_client(form.as_client(), request.user)
        messages.success(request, gettext("The client was changed."))
        return redirect("care_client", care_client_id=client.id)
    return render(request, "outreach/care/client_form.html", {"form": form, "client": client})


@requires("clients.edit")
@require_http_methods(["GET", "POST"])
def care_visit_new(request: SignedInRequest, care_client_id: UUID) -> HttpResponse:
    client = client_or_404(request, care_client_id)
    kinds = queries.kinds()
    form = VisitForm(kinds, queries.today(), request.POST or None)
    record_audit("clients.viewed", f"client {client.id}", request=request, people=1)
    if request.method == "POST" and form.is_valid():
        kind = next(one for one in kinds if str(one.id) == form.cleaned_data["kind"])
        services.add_visit(client, kind, form.cleaned_data["due_on"], Who(name=request.user.email), now())
        messages.success(request, gettext("The visit was added."))
        return redirect("care_client", care_client_id=client.id)
    return render(request, "outreach/care/visit_new.html", {"form": form, "client": client})


@requires("clients.edit")
@require_http_methods(["GET", "POST"])
def care_visit(request: SignedInRequest, visit_id: UUID) -> HttpResponse:
    """What became of a visit, as an officer was told."""
    visit, today = visit_or_404(request, visit_id), queries.today()
    form = OutcomeForm(today, request.POST or None)
    record_audit("clients.viewed", f"client {visit.client_id}", request=request, people=1)
    if request.method == "POST" and form.is_valid():
        _take(
            visit, form.cleaned_data["outcome"], form.cleaned_data["day"] or today, today, request.user.email
        )
        messages.success(request, gettext("What became of the visit was noted."))
        return redirect("care_client", care_client_id=visit.client_id)
    context = {"form": form, "visit": visit, "kind": str(visit.kind)}
    return render(request, "outreach/care/visit.html", context)


def _take(visit: Visit, outcome: str, day: date, today: date, by: str) -> None:
    who, at = Who(name=by), now()
    if outcome == "done":
        services.finish(visit, day, who, at)
    elif outcome == "moved":
        services.move(visit, day, who, at)
    elif outcome == "missed":
        services.miss(visit, today, who, at)
    else:
        services.cancel(visit, today, who, at)
