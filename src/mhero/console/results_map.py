"""The map of what was answered: answers are of messaging, the outlines of places of the registry."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.http import Http404, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.console.reach import shapes
from mhero.console.words import share_in_words
from mhero.messaging.queries.results import compared, questions, responses_by
from mhero.messaging.views.narrowing import narrowed
from mhero.registry.models import Place
from mhero.registry.queries import COUNTY_LEVEL


@requires("messages.view")
@require_safe
def results_map(request: SignedInRequest, flow_id: UUID) -> JsonResponse:
    """By county: of those who answered `?question=` how many gave `&answer=`, or else how many answered."""
    about = narrowed(request, flow_id)
    key, answer = request.GET.get("question", ""), request.GET.get("answer", "")
    rows: list[tuple[str, int, int]]
    if key:
        found = (each for each in questions(about.flow, about.selection.answers()) if each.key == key)
        question = next(found, None)
        if question is None:
            raise Http404
        lines = compared(about.selection, question, "county")
        asked = {name: number for name, number, _answered in responses_by(about.selection, "county")}
        rows = [
            (line.name, line.categories[answer], line.answered)
            if answer
            else (line.name, line.answered, asked.get(line.name, line.answered))
            for line in lines
        ]
        answered = _("%(answer)s, percent of those who answered") % {"answer": answer}
        legend = answered if answer else _("Have answered, percent of those who were asked")
    else:
        rows = [
            (name, answered, number) for name, number, answered in responses_by(about.selection, "county")
        ]
        legend = _("Have answered, percent of those who were asked")
    return JsonResponse({"legend": legend} | _drawn(rows))


def _drawn(rows: Iterable[tuple[str, int, int]]) -> dict[str, Any]:
    """(county, part, whole) as outlines where the registry has them, or else points."""
    counties = dict(Place.objects.filter(level=COUNTY_LEVEL, is_active=True).values_list("name", "id"))
    known = [(name, part, whole) for name, part, whole in rows if name in counties and whole]
    where = shapes([counties[name] for name, _part, _whole in known])
    areas, points = [], []
    for name, part, whole in known:
        shape = where.get(counties[name])
        value = {"name": name, "value": round(100 * part / whole), "text": share_in_words(part, whole)}
        if shape and shape.rings:
            areas.append(value | {"rings": shape.rings})
        elif shape and shape.point:
            longitude, latitude = shape.point
            points.append(value | {"lon": longitude, "lat": latitude})
    return {"areas": areas, "points": points}
