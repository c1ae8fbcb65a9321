"""The pages of referrals: how many there are where, which ones, one of them, and the rules."""

from collections.abc import Iterator
from itertools import chain
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.outreach.choices import facilities
from mhero.outreach.referrals import board, officers, queries
from mhero.outreach.referrals.board import Shown, View, Way
from mhero.outreach.referrals.forms import RulesForm
from mhero.outreach.referrals.models import Referral
from mhero.outreach.referrals.steps import Step
from mhero.outreach.texts.codes import read_code
from mhero.platform.clock import now
from mhero.platform.newest_first import page_of
from mhero.platform.spreadsheets import csv_lines
from mhero.registry.models import Person, Place, PlaceKind
from mhero.registry.queries import names_of, places_of

#: The colour of each state's tag.
TONES: Final = {
    "sent": "blue",
    "accepted": "blue",
    "arrived": "teal",
    "no_show": "orange",
    "back": "green",
    "cancelled": "grey",
    "closed": "grey",
}
MOST_IN_FILE: Final = 50_000


@requires("referrals.view")
@require_GET
def referrals(request: SignedInRequest) -> HttpResponse:
    """How many there are, by place. It names nobody."""
    place = _place_in(request)
    at = now()
    totals = board.totals(place, request.user.area_id, at)
    rows = board.rows(place, at)
    context = {
        "place": place,
        "above": _above(request, place),
        "totals": totals,
        "links": {kind: _list_address(place, kind) for kind in totals},
        "rows": [(row, _href(row), _cells(row)) for row in rows],
        "every": _list_address(place, Shown.OPEN),
        "may_edit": _may_set_rules(request),
    }
    return render(request, "outreach/referrals/board.html", context)


@requires("referrals.view")
@require_GET
def referrals_list(request: SignedInRequest) -> HttpResponse:
    """Which referrals those are, the newest first."""
    view = _view_in(request)
    found = board.found(view, now())
    page = page_of(found, before=_id_in(request, "before"), after=_id_in(request, "after"))
    if page.rows:
        record_audit("referrals.listed", "referrals", request=request, people=len(page.rows))
    context = {
        "view": view,
        "total": found.count(),
        "rows": [(one, TONES[one.state], one.is_open and one.overdue) for one in page.rows],
        "newer": f"?{_query(view, after=page.newer)}" if page.newer else "",
        "older": f"?{_query(view, before=page.older)}" if page.older else "",
        "query": _query(view),
        "shown_choices": Shown.choices,
        "way_choices": Way.choices if view.place else [],
        "asked_code": request.GET.get("code", "").strip(),
    }
    return render(request, "outreach/referrals/list.html", context)


@requires("referrals.view")
@require_safe
def referrals_file(request: SignedInRequest) -> HttpResponseBase:
    """The same list as a file, without reasons and outcomes."""
    found = board.found(_view_in(request), now()).order_by("-id")[:MOST_IN_FILE]
    record_audit("referrals.exported", "referrals", request=request, people=found.count())
    response = StreamingHttpResponse(
        _file_lines(found, translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="referrals.csv"'
    return response


@requires("referrals.view")
@require_GET
def referral(request: SignedInRequest, referral_id: UUID) -> HttpResponse:
    """One referral with all that happened to it, the reason and the outcome among it."""
    one = _referral(request, referral_id)
    record_audit("referral.read", f"referral {one.code}", request=request, people=1)
    events = list(one.events.select_related("before").order_by("-at", "-id"))
    people = Person.objects.filter(id__in={one.person_id, *(event.person_id for event in events)})
    names = dict(people.values_list("id", "name"))
    context = {
        "referral": one,
        "tone": TONES[one.state],
        "sender": names.get(one.person_id) if one.person_id else one.client_id,
        "events": [
            (event, names.get(event.person_id, "") if event.person_id else event.by) for event in events
        ],
        "tells": (Step.SENT, Step.SENT_AGAIN, Step.MOVED, Step.REMINDED, Step.ESCALATED),
        "may_edit": request.user.may("referrals.edit") and one.is_open,
    }
    return render(request, "outreach/referrals/referral.html", context)


@requires("referrals.edit")
@require_POST
def referral_again(request: SignedInRequest, referral_id: UUID) -> HttpResponse:
    told = officers.tell_again(_referral(request, referral_id).id, request.user)
    _say_told(request, told)
    return redirect("referral", referral_id)


@requires("referrals.edit")
@require_POST
def referral_close(request: SignedInRequest, referral_id: UUID) -> HttpResponse:
    if officers.close(_referral(request, referral_id).id, request.user):
        messages.success(request, gettext("The referral was closed. Both facilities are told."))
    else:
        messages.warning(request, gettext("The referral has ended already."))
    return redirect("referral", referral_id)


@requires("referrals.edit")
@require_http_methods(["GET", "POST"])
def referral_move(request: SignedInRequest, referral_id: UUID) -> HttpResponse:
    """Chooses another facility, anywhere in the country: a district may have no hospital of its own."""
    one = _referral(request, referral_id)
    words = request.GET.get("q", "").strip()
    error = ""
    if request.method == "POST":
        chosen = _facility(request.POST.get("facility", ""))
        words = request.POST.get("q", "").strip()
        if chosen is None:
            error = gettext("Choose a facility.")
        elif chosen.id in (one.to_facility_id, one.from_facility_id):
            error = gettext("The client is referred from there or to there already. Choose another one.")
        else:
            _say_told(request, officers.send_elsewhere(one.id, chosen, request.user))
            return redirect("referral", referral_id)
    offered = facilities(None, {}, words=words) if words else []
    context = {"referral": one, "words": words, "offered": offered, "error": error}
    return render(request, "outreach/referrals/move.html", context)


@requires("referrals.view")
@require_http_methods(["GET", "POST"])
def referral_rules(request: SignedInRequest) -> HttpResponse:
    """When somebody is reminded, and how long names are kept."""
    form = RulesForm(queries.rules(), request.POST or None)
    if request.method == "POST" and not _may_set_rules(request):
        raise Http404
    if request.method == "POST" and form.is_valid():
        officers.save_rules(form.as_rules(), request.user)
        messages.success(request, gettext("The rules were saved."))
        return redirect("referral_rules")
    context = {"form": form, "may_edit": _may_set_rules(request)}
    return render(request, "outreach/referrals/rules.html", context)


def _may_set_rules(request: SignedInRequest) -> bool:
    """The rules are the whole country's, so a district's officers may look at them alone."""
    return request.user.may("referrals.edit") and request.user.whole_country


def _referral(request: SignedInRequest, referral_id: UUID) -> Referral:
    return get_object_or_404(queries.referrals_of(request.user.area_id), id=referral_id)


def _facility(text: str) -> Place | None:
    try:
        return Place.objects.filter(id=UUID(text), kind=PlaceKind.FACILITY, is_active=True).first()
    except ValueError:
        return None


def _say_told(request: SignedInRequest, told: int | None) -> None:
    if told is None:
        messages.warning(request, gettext("The referral has ended already."))
    elif told:
        words = ngettext(
            "%(told)s person at the facility is told.", "%(told)s people at the facility are told.", told
        )
        messages.success(request, words % {"told": told})
    else:
        messages.warning(request, gettext("Nobody at the facility can be texted now. Call them."))


def _place_in(request: SignedInRequest) -> Place | None:
    """The place that the address asks for, within the person's area; 404 for what is not there."""
    place_id = _id_in(request, "place") or request.user.area_id
    return get_object_or_404(places_of(request.user.area_id), id=place_id) if place_id else None


def _view_in(request: SignedInRequest) -> View:
    query = request.GET
    code = query.get("code", "").strip()
    try:
        shown, way = Shown(query.get("shown", Shown.OPEN)), Way(query.get("way", ""))
    except ValueError as error:
        raise Http404 from error
    return View(
        place=_place_in(request),
        area_id=request.user.area_id,
        shown=shown,
        way=way,
        # What is no code finds nothing.
        code=(read_code(code) or "none") if code else "",
    )


def _id_in(request: SignedInRequest, name: str) -> UUID | None:
    try:
        return UUID(request.GET[name]) if request.GET.get(name) else None
    except ValueError as error:
        raise Http404 from error


def _query(view: View, **more: Any) -> str:
    asked = {
        "place": view.place.id if view.place else "",
        "shown": view.shown.value,
        "way": view.way.value,
        "code": view.code,
        **more,
    }
    return urlencode({name: str(value) for name, value in asked.items() if value})


def _list_address(place: Place | None, shown: str, way: str = "") -> str:
    query = {"place": str(place.id) if place else "", "shown": shown, "way": way}
    return f"{reverse('referrals_list')}?{urlencode({k: v for k, v in query.items() if v})}"


def _cells(row: board.Row) -> list[tuple[int, str, str]]:
    """Each figure with its list, and the colour that it has when it is not nothing."""
    figures = (
        (row.sent, Shown.OPEN, Way.OUT, ""),
        (row.awaited, Shown.AWAITED, Way.IN, ""),
        (row.arrived, Shown.ARRIVED, Way.IN, ""),
        (row.overdue, Shown.OVERDUE, Way.IN, "red"),
        (row.back, Shown.BACK, Way.IN, ""),
    )
    return [
        (
            number,
            f"{reverse('referrals_list')}?"
            + urlencode({"place": str(row.id), "shown": shown.value, "way": way.value}),
            tone,
        )
        for number, shown, way, tone in figures
    ]


def _href(row: board.Row) -> str:
    page = "referrals_list" if row.is_facility else "referrals"
    return f"{reverse(page)}?{urlencode({'place': str(row.id)})}"


def _above(request: SignedInRequest, place: Place | None) -> dict[str, str] | None:
    """The place above the one that is looked at, as far as the person may see."""
    if place is None or place.parent_id is None or place.id == request.user.area_id:
        return None
    is_country = len(place.path) == board.COUNTY
    query = "" if is_country else f"?place={place.parent_id}"
    return {"name": names_of([place.parent_id])[place.parent_id], "href": f"{reverse('referrals')}{query}"}


def _file_lines(found: Any, language: str | None) -> Iterator[str]:
    # The lines are made when the request is over, and its language with it.
    with translation.override(language):
        header = (
            gettext("Referral code"),
            gettext("Client"),
            gettext("From facility"),
            gettext("To facility"),
            gettext("Status"),
            gettext("Overdue"),
            gettext("Referred at"),
            gettext("Arrived at"),
            gettext("Ended at"),
        )
        yield from csv_lines(chain([header], map(_file_row, found.iterator(chunk_size=1000))))


def _file_row(one: Referral) -> tuple[str, ...]:
    return (
        one.code,
        one.client,
        one.from_facility.name.strip(),
        one.to_facility.name.strip(),
        one.get_state_display(),
        one.get_overdue_display() if one.is_open and one.overdue else "",
        *(
            timezone.localtime(at).isoformat(timespec="minutes") if at else ""
            for at in (one.made_at, one.arrived_at, one.ended_at)
        ),
    )
