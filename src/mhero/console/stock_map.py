"""The map of stock-outs: the figures are of outreach, the outlines of places of the registry."""

from django.http import JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from mhero.accounts.access import SignedInRequest, requires
from mhero.console.reach import shapes
from mhero.console.words import count_in_words
from mhero.outreach.stock import board, queries
from mhero.outreach.stock.views import chosen_view


@requires("stock.view")
@require_GET
def stock_map(request: SignedInRequest) -> JsonResponse:
    """The places beneath the one that is looked at, by how many of their facilities are out of stock."""
    rules = queries.rules()
    rows = board.rows(chosen_view(request, rules), rules)
    where = shapes([row.id for row in rows])
    areas, points = [], []
    for row in rows:
        shape = where.get(row.id)
        if shape is None:
            continue
        drawn = {"name": row.name, "value": row.lacking, "text": _of(row), "href": _href(row)}
        if shape.rings:
            areas.append(drawn | {"rings": shape.rings})
        elif shape.point:
            longitude, latitude = shape.point
            points.append(drawn | {"lon": longitude, "lat": latitude})
    return JsonResponse({"legend": _("Facilities out of stock"), "areas": areas, "points": points})


def _of(row: board.Row) -> str:
    if not row.is_facility:
        return _("%(lacking)s of %(facilities)s out of stock") % {
            "lacking": count_in_words(row.lacking),
            "facilities": count_in_words(row.facilities),
        }
    if not row.reported:
        return _("Has not reported")
    return _("Out of stock") if row.lacking else _("Has reported")


def _href(row: board.Row) -> str:
    if row.is_facility:
        return reverse("stock_facility", args=[row.id])
    return f"{reverse('stock')}?place={row.id}"
