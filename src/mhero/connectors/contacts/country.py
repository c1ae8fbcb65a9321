"""The registry's places as flows ask for them: the country, its counties, districts and what lies below."""

from collections import defaultdict
from time import monotonic
from typing import Any, Final
from uuid import UUID

from mhero.registry.models import Place

#: Places rarely change, and are asked for whenever a flow was published.
SECONDS_KEPT: Final = 60.0
#: The country is 1; flows know three levels below it.
DEEPEST: Final = 4

Json = dict[str, Any]
_kept: list[tuple[float, list[Json]]] = []


def tree() -> list[Json]:
    """The roots: `name`, `aliases` and `children` of each."""
    if _kept and monotonic() - _kept[0][0] < SECONDS_KEPT:
        return _kept[0][1]
    children: dict[UUID | None, list[tuple[UUID, Json]]] = defaultdict(list)
    rows = Place.objects.filter(level__lte=DEEPEST).order_by("name")
    roots: list[Json] = []
    for key, parent, name, level in rows.values_list("id", "parent_id", "name", "level"):
        place: Json = {"name": name, "aliases": []}
        children[parent].append((key, place))
        if level == 1:
            roots.append(place)
    for places in list(children.values()):
        for key, place in places:
            place["children"] = [child for _, child in children.get(key, ())]
    _kept[:] = [(monotonic(), roots)]
    return roots
