"""The list of facilities, and one facility with its people and its point on the map."""

from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.registry import queries
from mhero.registry.filters import STATE_CHOICES, FacilityFilter
from mhero.registry.lists import PAGE, listed
from mhero.registry.models import Origin, Person, Place, PlaceKind


@requires("people.view")
@require_GET
def facilities(request: SignedInRequest) -> HttpResponse:
    area = request.user.area_id
    chosen = FacilityFilter.of(request.GET)
    all_facilities = queries.places_of(area).filter(kind=PlaceKind.FACILITY)
    matching = chosen.of_these(all_facilities)
    page = listed(matching, request, chosen.query)
    place_name = queries.names_of([chosen.place]).get(chosen.place, "") if chosen.place else ""
    names = queries.names_of({step for place in page.rows for step in place.path[1:-1]})
    people = _people_at([place.id for place in page.rows])
    return render(
        request,
        "registry/facilities.html",
        {
            "rows": [
                (
                    place,
                    ", ".join(names[step] for step in reversed(place.path[1:-1]) if step in names),
                    people.get(place.id, 0),
                )
                for place in page.rows
            ],
            "page": page,
            "total": matching.count(),
            "anything": bool(page.rows) or all_facilities.exists(),
            "chosen": chosen,
            "chips": chosen.chips(place_name),
            "places": queries.places_tree(area),
            "types": queries.facility_types_of(area),
            "states": STATE_CHOICES,
        },
    )


@requires("people.view")
@require_GET
def facility(request: SignedInRequest, place_id: UUID) -> HttpResponse:
    place = _within_area(request, place_id)
    working = Person.objects.filter(place_ids__contains=[place.id], is_active=True)
    there = list(working.order_by("name", "id")[:PAGE])
    record_audit("people.listed", f"facility {place.id}", request=request, people=len(there))
    names = queries.names_of(place.path)
    return render(
        request,
        "registry/facility.html",
        {
            "place": place,
            "above": [(step, names[step]) for step in place.path[:-1] if step in names],
            "people": there,
            "total": working.count(),
            "origins": Origin.objects.filter(resource_id=place.id).order_by("id"),
            "sees_numbers": request.user.may("people.numbers"),
        },
    )


@requires("people.view")
@require_GET
def facility_point(request: SignedInRequest, place_id: UUID) -> JsonResponse:
    """What the page's map draws: the facility, and the others of its district around it."""
    place = _within_area(request, place_id)
    beside = queries.places_of(request.user.area_id).filter(
        parent_id=place.parent_id, kind=PlaceKind.FACILITY, is_active=True, latitude__isnull=False
    )
    points = {
        one.id: one for one in [*beside.exclude(parent_id=None)[:200], place] if one.latitude is not None
    }
    return JsonResponse(
        {
            "areas": [],
            "points": [
                {
                    "name": one.name,
                    "value": 3 if one.id == place.id else 1,
                    "text": one.facility_type,
                    "href": reverse("facility", args=[one.id]),
                    "lon": one.longitude,
                    "lat": one.latitude,
                }
                for one in points.values()
            ],
            "legend": place.name,
        }
    )


def _within_area(request: SignedInRequest, place_id: UUID) -> Place:
    places = queries.places_of(request.user.area_id)
    return get_object_or_404(places, id=place_id, kind=PlaceKind.FACILITY)


def _people_at(places: list[UUID]) -> dict[UUID, int]:
    working = Person.objects.filter(place_id__in=places, is_active=True).order_by()
    return {id: number for id, number in working.values_list("place_id").annotate(Count("id")) if id}
