"""The home page: what needs me, who can be reached, and how the last days went."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.console import attention, first_steps, reach
from mhero.console.links import link
from mhero.console.words import count_in_words

#: Cadres beyond these are summed up in one bar.
MOST_CADRES = 12
#: Of the sends with failures only the worst are named; the others are in the list of sends.
MOST_FAILED = 5


def home(request: SignedInRequest) -> HttpResponse:
    user = request.user
    found = attention.figures(user)
    is_new = not workspace().is_live and user.may("settings.manage")
    context = {
        "steps": first_steps.steps(user) if is_new else [],
        "needs": attention.needs(user, found),
        "send_url": link(user, "messages.send", "send"),
    }
    if user.may("messages.view"):
        context |= {
            "failed_sends": found.failed_sends[:MOST_FAILED],
            "sends": attention.running_sends(user),
            "week": attention.week_in_words(found),
            "week_total": sum(count for _day, count in found.week),
        }
    if user.may("people.view"):
        reached = reach.reach(user.area_id)
        context |= {"reach": reached, "cadres": _cadres(reached), "places": _places(request, reached)}
    if user.may("syncs.view"):
        context["syncs"] = attention.last_syncs()
    return render(request, "console/home.html", context)


@requires("people.view")
def map_data(request: SignedInRequest) -> JsonResponse:
    """What the map draws: outlines where the registry has them, points where it has not."""
    reached = reach.reach(request.user.area_id)
    where = reach.shapes([place.place_id for place in reached.places if place.place_id])
    areas, points = [], []
    for place, href in _places(request, reached):
        shape = where.get(place.place_id) if place.place_id else None
        if shape is None:
            continue
        drawn = {"name": place.name, "value": place.reachable, "text": _of(place), "href": href}
        if shape.rings:
            areas.append(drawn | {"rings": shape.rings})
        elif shape.point:
            longitude, latitude = shape.point
            points.append(drawn | {"lon": longitude, "lat": latitude})
    return JsonResponse({"legend": gettext("People who can be reached"), "areas": areas, "points": points})


def _of(place: reach.Reached) -> str:
    return gettext("%(reachable)s of %(people)s") % {
        "reachable": count_in_words(place.reachable),
        "people": count_in_words(place.people),
    }


def _places(request: SignedInRequest, reached: reach.Reach) -> list[tuple[reach.Reached, str]]:
    """Each place with the list of its people."""
    return [
        (
            place,
            link(request.user, "people.view", "people", place=str(place.place_id)) if place.place_id else "",
        )
        for place in reached.places
    ]


def _cadres(reached: reach.Reach) -> list[tuple[str, int]]:
    shown = [(cadre.name or gettext("No cadre"), cadre.reachable) for cadre in reached.cadres[:MOST_CADRES]]
    rest = sum(cadre.reachable for cadre in reached.cadres[MOST_CADRES:])
    return [*shown, (gettext("Others"), rest)] if rest else shown
