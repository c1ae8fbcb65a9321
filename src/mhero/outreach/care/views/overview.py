"""How many visits are due, overdue and missed, by place; and whom each facility has to look for."""

from collections.abc import Iterator
from itertools import chain
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.outreach.care import board, queries
from mhero.outreach.care.models import CareClient
from mhero.outreach.care.views.shared import chosen_place, may_edit, names_of_workers, shown
from mhero.platform.spreadsheets import csv_lines, harmless
from mhero.registry.models import Place
from mhero.registry.queries import names_of, places_tree

#: Rows of the list of missed visits that a page shows.
SHOWN = 200


@requires("clients.view")
@require_GET
def care(request: SignedInRequest) -> HttpResponse:
    place = chosen_place(request)
    rows = board.rows(place, queries.today(), queries.DUE_SOON)
    record_audit("clients.counted", f"visits of {place.name if place else 'the country'}", request=request)
    context = {
        "place": place,
        "above": _above(request, place),
        "rows": [(row, _address("clients" if row.is_facility else "care", row.id)) for row in rows],
        "totals": {
            name: sum(getattr(row, name) for row in rows) for name in ("soon", "overdue", "missed", "done")
        },
        "links": {
            name: _address("clients", place.id if place else "", state=name) for name in queries.STATES
        },
        "missed_link": _address("missed", place.id if place else ""),
        "anybody": bool(rows) or queries.clients_of(request.user.area_id).exists(),
        "may_edit": may_edit(request),
    }
    return render(request, "outreach/care/overview.html", context)


@requires("clients.view")
@require_GET
def care_missed(request: SignedInRequest) -> HttpResponse:
    """Who did not come, by facility."""
    place = chosen_place(request)
    today = queries.today()
    found = _missed(request, place)
    visits = shown(found[:SHOWN], today)
    record_audit("clients.listed", "missed visits", request=request, people=len(visits))
    context = {
        "place": place,
        "chosen": {"place": place.id if place else None},
        "places": places_tree(request.user.area_id),
        "extra_place": place.name if place and place.kind == "facility" else "",
        "visits": visits,
        "total": found.count(),
        "file": _address("missed_file", place.id if place else ""),
        "may_export": request.user.may("people.export"),
    }
    return render(request, "outreach/care/missed.html", context)


@requires("clients.view")
@require_safe
def care_missed_file(request: SignedInRequest) -> HttpResponseBase:
    """The same as a file, which the facility can print."""
    place = chosen_place(request)
    found = _missed(request, place)
    record_audit("clients.exported", "missed visits", request=request, people=found.count())
    response = StreamingHttpResponse(
        _lines(found, request.user.may("people.numbers"), translation.get_language()),
        content_type="text/csv; charset=utf-8",
    )
    response.headers["Content-Disposition"] = 'attachment; filename="missed-visits.csv"'
    return response


def _missed(request: SignedInRequest, place: Place | None) -> Any:
    visits = queries.visits_of(request.user.area_id).select_related("client", "kind", "facility")
    if place:
        visits = visits.filter(facility__path__contains=[place.id])
    return queries.not_come(visits, queries.today()).order_by("facility__path", "due_on", "id")


def _lines(found: Any, sees_numbers: bool, language: str | None) -> Iterator[str]:
    # The lines are made when the request is over, and its language with it.
    with translation.override(language):
        header = (
            *(gettext("County"), gettext("District"), gettext("Facility"), gettext("Name")),
            *(gettext("Number at the facility"), gettext("What for"), gettext("Due"), gettext("Code")),
            *(gettext("Phone number"), gettext("Health worker responsible")),
        )
        # Each row says itself which of its cells came from outside; a phone number begins with a plus.
        yield from csv_lines(chain([header], _rows(found, sees_numbers)), cell=str)


def _rows(found: Any, sees_numbers: bool) -> Iterator[tuple[str, ...]]:
    visits = list(found)
    places = names_of({step for visit in visits for step in visit.facility.path})
    workers = names_of_workers(visit.client for visit in visits)
    for visit in visits:
        client: CareClient = visit.client
        county, district = (*(places.get(step, "").strip() for step in visit.facility.path[1:-1]), "", "")[:2]
        yield (
            *map(harmless, (county, district, visit.facility.name.strip(), client.name, client.number)),
            *(str(visit.kind), visit.due_on.isoformat(), visit.code),
            *(client.phone if sees_numbers else "", harmless(workers.get(client.id, ""))),
        )


def _address(page: str, place: Any, **more: str) -> str:
    name = "care" if page == "care" else f"care_{page}"
    asked = urlencode({**({"place": str(place)} if place else {}), **more})
    return f"{reverse(name)}?{asked}" if asked else reverse(name)


def _above(request: SignedInRequest, place: Place | None) -> dict[str, str] | None:
    """The place above the one that is looked at, as far as the person may see."""
    if place is None or place.parent_id is None or place.id == request.user.area_id:
        return None
    is_country = len(place.path) == board.COUNTY
    return {
        "name": names_of([place.parent_id])[place.parent_id],
        "href": _address("care", "" if is_country else place.parent_id),
    }
