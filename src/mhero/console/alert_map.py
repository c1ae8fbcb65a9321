"""The map of who has confirmed an alert: the figures are of outreach, the outlines of the registry."""

from uuid import UUID

from django.http import JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mhero.accounts.access import SignedInRequest, requires
from mhero.console.reach import shapes
from mhero.console.words import count_in_words
from mhero.outreach.alerts import queries
from mhero.outreach.alerts.views.seen import alert_of, page_url, view_in


@requires("alerts.view")
@require_GET
def alert_map(request: SignedInRequest, alert_id: UUID) -> JsonResponse:
    """The places beneath the one that is looked at, by how many of their people have not confirmed."""
    view = view_in(request, alert_of(request, alert_id))
    rows = [row for row in queries.rows(view) if row.id]
    where = shapes([row.id for row in rows if row.id])
    areas, points = [], []
    for row in rows:
        shape = where.get(row.id) if row.id else None
        if shape is None:
            continue
        page = "alert_people" if row.is_facility else "alert"
        drawn = {
            "name": row.name,
            "value": row.waiting,
            "text": _("%(confirmed)s of %(people)s have confirmed")
            % {"confirmed": count_in_words(row.confirmed), "people": count_in_words(row.people)},
            "href": page_url(view, page, row.id),
        }
        if shape.rings:
            areas.append(drawn | {"rings": shape.rings})
        elif shape.point:
            longitude, latitude = shape.point
            points.append(drawn | {"lon": longitude, "lat": latitude})
    return JsonResponse({"legend": _("People who have not confirmed"), "areas": areas, "points": points})
