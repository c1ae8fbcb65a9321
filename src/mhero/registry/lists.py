"""A page of a list ordered by name: keyset paging in both directions."""

from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import QuerySet
from django.http import HttpRequest

from mhero.registry.filters import after, as_id, before
from mhero.registry.models import Person, Place

Row = TypeVar("Row", Person, Place)
PAGE = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed(Generic[Row]):
    """The rows of one page, with the addresses of the pages around it."""

    rows: list[Row]
    #: Empty at the ends.
    earlier: str
    later: str


def listed(rows: QuerySet[Row], request: HttpRequest, query: str) -> Listed[Row]:
    """The page that the request's `after` or `before` asks for; a row that is gone means the first page."""
    backwards = "before" in request.GET
    edge_id = as_id(request.GET.get("before" if backwards else "after", ""))
    edge = rows.model._default_manager.filter(id=edge_id).first() if edge_id else None
    if edge is None:
        found = list(rows.order_by("name", "id")[: PAGE + 1])
    elif backwards:
        found = list(rows.filter(before(edge)).order_by("-name", "-id")[: PAGE + 1])
    else:
        found = list(rows.filter(after(edge)).order_by("name", "id")[: PAGE + 1])
    shown, more = found[:PAGE], len(found) > PAGE
    if edge is not None and backwards:
        shown.reverse()
        has_earlier, has_later = more, True
    else:
        has_earlier, has_later = edge is not None, more
    start = f"?{query}&" if query else "?"
    return Listed(
        rows=shown,
        earlier=f"{start}before={shown[0].id}" if has_earlier and shown else "",
        later=f"{start}after={shown[-1].id}" if has_later and shown else "",
    )
