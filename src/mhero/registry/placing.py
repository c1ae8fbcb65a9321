"""Finds the places that two sources know, and makes one of each two."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from mhero.registry import sql
from mhero.registry.amending import settled
from mhero.registry.matching import Candidate, merges
from mhero.registry.models import Amendment, Origin, Place, Resource
from mhero.registry.resources import (
    Head,
    accounts_of,
    combined,
    delete_heads,
    heads_of,
    write_heads,
)
from mhero.registry.writing import execute, select, write

#: Shorter identifiers, such as a running number, are alike by chance.
_SHORTEST_IDENTIFIER = 4
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def matches() -> dict[UUID, UUID]:
    """For each place that another source knows already: which one it is."""
    sources: dict[UUID, set[str]] = {}
    since: dict[UUID, int] = {}
    told = Origin.objects.filter(key__startswith="Location/").order_by("id")
    for id, resource_id, source in told.values_list("id", "resource_id", "source"):
        sources.setdefault(resource_id, set()).add(source)
        since.setdefault(resource_id, id)
    if len(set().union(*sources.values())) < 2:
        return {}
    identifiers = dict(
        Resource.objects.filter(type="Location", is_deleted=False).values_list("id", "body__identifier")
    )
    places = Place.objects.filter(id__in=sources).values_list("id", "name", "parent_id", "kind")
    return merges(
        Candidate(
            id=id,
            name=name,
            parent=parent,
            is_facility=kind == "facility",
            sources=frozenset(sources[id]),
            identifiers=frozenset(
                one["value"]
                for one in identifiers.get(id) or []
                if len(one.get("value", "")) >= _SHORTEST_IDENTIFIER
            ),
            since=since[id],
        )
        for id, name, parent, kind in places
    )


def make_one(same: Mapping[UUID, UUID], at: datetime, source: str) -> list[Head]:
    """Gives everything of the first of each pair to the second; returns the resources that changed by it.

    The first may exist in references alone, which came in before the record that they point to.
    """
    pairs = [{"old": old, "new": new} for old, new in same.items()]
    both = [*same.keys(), *same.values()]
    execute(sql.KEEP_ACCOUNTS, ids=both)
    write(sql.MOVE_ORIGINS, pairs)
    # What was decided about the one record was decided about what only its own source said.
    Amendment.objects.filter(resource_id__in=same).delete()
    changed = _point_elsewhere(same, pairs, at, source)
    _redirect_accounts(same)
    stay = heads_of(same.values())
    accounts = accounts_of(stay)
    whole = settled({id: combined(id, accounts[id]) for id in stay if accounts[id]})
    survivors = [Head(id=id, type=stay[id].type, body=body) for id, body in whole.items()]
    write_heads(survivors, stay, at, source)
    delete_heads(list(same), at, source)
    Place.objects.filter(id__in=same).delete()
    return [head for head in changed if head.id not in stay] + survivors


def _point_elsewhere(
    same: Mapping[UUID, UUID], pairs: list[dict[str, UUID]], at: datetime, source: str
) -> list[Head]:
    before = heads_of(select(sql.MOVE_REFERENCES, rows=json.dumps(pairs, default=str)))
    texts = _as_texts(same)
    changed = [
        Head(id=head.id, type=head.type, body=_redirected(head.body, texts))
        for head in before.values()
        if head.id not in same and not head.is_deleted
    ]
    write_heads(changed, before, at, source)
    return changed


def _redirect_accounts(same: Mapping[UUID, UUID]) -> None:
    """What single sources said is read again when one of them says something new, so it must follow too."""
    followed, texts = [], _as_texts(same)
    for origin in Origin.objects.exclude(body={}).only("body"):
        body = _redirected(origin.body, texts)
        if body != origin.body:
            origin.body = body
            followed.append(origin)
    Origin.objects.bulk_update(followed, ["body"], batch_size=500)


def _as_texts(same: Mapping[UUID, UUID]) -> dict[str, str]:
    return {str(old): str(new) for old, new in same.items()}


def _redirected(body: dict[str, object], texts: Mapping[str, str]) -> dict[str, object]:
    """The body with references to the one place led to the other."""
    redirected = _UUID.sub(lambda found: texts.get(found[0], found[0]), json.dumps(body))
    return dict(json.loads(redirected))
