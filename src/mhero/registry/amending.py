"""What an officer accepted about a resource, until the source says the same.

An amendment stands as long as the sources say what they said when it was made. Once they say something else,
be it the accepted value or a newer one, their word goes again.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from mhero.registry import sql
from mhero.registry.models import Amendment
from mhero.registry.resources import Head, accounts_of, combined, heads_of, write_heads
from mhero.registry.writing import execute

Body = dict[str, Any]
#: Who made the versions that come of it.
SOURCE = "mhero"


def settled(bodies: Mapping[UUID, Body]) -> dict[UUID, Body]:
    """What the sources say, with the amendments that still stand; the others are forgotten."""
    whole, over = dict(bodies), []
    for amendment in Amendment.objects.filter(resource_id__in=list(bodies)):
        id, element = amendment.resource_id, amendment.element
        if bodies[id].get(element) == amendment.base:
            whole[id] = {**whole[id], element: amendment.value}
        else:
            over.append(amendment.id)
    if over:
        Amendment.objects.filter(id__in=over).delete()
    return whole


def amended(resource_id: UUID, changed: Body, at: datetime, by: str) -> Head:
    """Keeps what is different in `changed`, and writes it as the resource's next version."""
    before = heads_of([resource_id])
    # From now on the resource is no longer what its only source said.
    execute(sql.KEEP_ACCOUNTS, ids=[resource_id])
    said = combined(resource_id, accounts_of([resource_id])[resource_id])
    head = before[resource_id]
    for element, value in changed.items():
        if head.body.get(element) != value:
            Amendment.objects.update_or_create(
                resource_id=resource_id,
                element=element,
                defaults={"base": said.get(element), "value": value, "by": by, "made_at": at},
            )
    written = Head(id=resource_id, type=head.type, body=changed)
    write_heads([written], before, at, SOURCE)
    return written
