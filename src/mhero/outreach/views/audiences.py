"""Saved audiences, and the people behind a figure."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.outreach import queries, services
from mhero.outreach.audience import Filter
from mhero.outreach.forms import AudienceForm
from mhero.outreach.models import Audience
from mhero.outreach.reach import Accounted, Reach, Reason
from mhero.outreach.recipients import account_for, people_behind
from mhero.outreach.views.asked import figures, filter_in, people_url
from mhero.outreach.words import describe, in_words

PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Saved:
    """A saved audience as the list shows it."""

    audience: Audience
    description: str
    accounted: Accounted
    query: str


@requires("people.view")
@require_GET
def audiences(request: SignedInRequest) -> HttpResponse:
    reach = Reach.of(request.user).as_if_live()
    saved = [(audience, Filter.from_json(audience.filter)) for audience in queries.audiences()]
    names = queries.place_names({place for _, chosen in saved for place in chosen.places})
    listed = [
        Saved(
            audience=audience,
            description=describe(chosen, names),
            accounted=queries.lately_accounted(chosen, reach),
            query=chosen.to_query(),
        )
        for audience, chosen in saved
    ]
    return render(
        request, "outreach/audiences.html", {"saved": listed, "may_send": request.user.may("messages.send")}
    )


@requires("messages.send")
@require_http_methods(["GET", "POST"])
def audience_new(request: SignedInRequest) -> HttpResponse:
    """Keeps the choice in the address under a name."""
    chosen = filter_in(request.GET)
    form = AudienceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.save_audience(form.cleaned_data["name"], chosen, request.user)
        messages.success(request, gettext("The list was saved."))
        return redirect("audiences")
    accounted = account_for(chosen, Reach.of(request.user).as_if_live())
    context = {
        "form": form,
        "description": describe(chosen, queries.place_names(chosen.places)),
        "accounted": accounted,
        "query": chosen.to_query(),
    }
    return render(request, "outreach/audience_new.html", context)


@requires("people.view")
@require_http_methods(["GET", "POST"])
def audience(request: SignedInRequest, audience_id: UUID) -> HttpResponse:
    """Who fits it now; and its name, for those who send."""
    found = get_object_or_404(queries.audiences(), id=audience_id)
    chosen = Filter.from_json(found.filter)
    may_edit = request.user.may("messages.send")
    form = AudienceForm(request.POST if may_edit and request.method == "POST" else None, instance=found)
    if form.is_bound and form.is_valid():
        services.rename_audience(found, form.cleaned_data["name"], request.user)
        messages.success(request, gettext("The new name was saved."))
        return redirect("audience", audience_id=found.id)
    reach = Reach.of(request.user).as_if_live()
    accounted = account_for(chosen, reach)
    context = {
        # Read again: a form that was refused has already put its name into the object.
        "audience": queries.audiences().get(id=audience_id),
        "form": form,
        "may_edit": may_edit,
        "description": describe(chosen, queries.place_names(chosen.places)),
        "accounted": accounted,
        "figures": figures(chosen, accounted, reach),
        "all_url": people_url(chosen, reach),
        "query": chosen.to_query(),
    }
    return render(request, "outreach/audience.html", context)


@requires("messages.send")
@require_POST
def audience_archive(request: SignedInRequest, audience_id: UUID) -> HttpResponse:
    found = get_object_or_404(queries.audiences(), id=audience_id)
    services.archive_audience(found, request.user)
    messages.success(request, gettext("“%(name)s” was put away.") % {"name": found.name})
    return redirect("audiences")


@requires("people.view")
@require_GET
def audience_people(request: SignedInRequest) -> HttpResponse:
    """The people behind one figure of an account, a page at a time."""
    chosen, reason = filter_in(request.GET), _reason(request)
    reach = Reach.of(request.user)
    if not request.GET.get("trial"):
        reach = reach.as_if_live()
    rows = people_behind(chosen, reach, reason, _after(request), limit=PAGE + 1)
    shown, more = rows[:PAGE], rows[PAGE:]
    accounted = account_for(chosen, reach)
    people = getattr(accounted, reason.value) if reason else accounted.chosen
    record_audit("people.listed", "audience", request=request, people=len(shown), reason=reason or "")
    context = {
        "rows": shown,
        "title": in_words(reason, people) if reason else "",
        "people": people,
        "reason": reason,
        "description": describe(chosen, queries.place_names(chosen.places)),
        "query": chosen.to_query(),
        "next_url": _next(request, shown[-1].name, shown[-1].id) if more else "",
    }
    return render(request, "outreach/people.html", context)


def _reason(request: SignedInRequest) -> Reason | None:
    try:
        return Reason(request.GET["reason"]) if request.GET.get("reason") else None
    except ValueError as error:
        raise BadRequest("There is no such reason.") from error


def _after(request: SignedInRequest) -> tuple[str, UUID] | None:
    """Where the page before ended: the name and the id of its last person."""
    name, id = request.GET.get("after_name"), request.GET.get("after")
    if not id or name is None:
        return None
    try:
        return name.replace("\x00", ""), UUID(id)
    except ValueError as error:
        raise BadRequest("The page cannot be found from there.") from error


def _next(request: SignedInRequest, name: str, id: UUID) -> str:
    query = request.GET.copy()
    query["after_name"], query["after"] = name, str(id)
    return f"?{urlencode(list(query.lists()), doseq=True)}"
