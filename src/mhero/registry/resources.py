"""The whole resources: their heads, their versions, and what several sources say of one of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from mhero.registry import sql
from mhero.registry.identity import id_of, organization_of
from mhero.registry.merging import merged
from mhero.registry.models import Origin, Resource
from mhero.registry.writing import write

Body = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """A resource as it is to be written."""

    id: UUID
    type: str
    body: Body
    is_deleted: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """What one source says about a resource."""

    source: str
    key: str
    body: Body
    #: Grows with the order in which the sources first told of it.
    order: int


def heads_of(ids: Collection[UUID]) -> dict[UUID, Resource]:
    return Resource.objects.in_bulk(list(ids)) if ids else {}


def write_heads(heads: Iterable[Head], before: Mapping[UUID, Resource], at: datetime, source: str) -> None:
    """Writes each head as the next version of its resource, made by news of the source."""
    write(
        sql.WRITE_RESOURCES,
        (
            {
                "id": head.id,
                "type": head.type,
                "version": before[head.id].version + 1 if head.id in before else 1,
                "is_deleted": head.is_deleted,
                "body": head.body,
            }
            for head in heads
        ),
        at=at,
        source=source,
    )


def accounts_of(ids: Collection[UUID]) -> dict[UUID, list[Account]]:
    """What the sources said. Where there is one source only, it is the resource itself."""
    found: dict[UUID, list[Account]] = defaultdict(list)
    origins = list(Origin.objects.filter(resource_id__in=ids)) if ids else []
    whole = heads_of({origin.resource_id for origin in origins if not origin.body})
    for origin in origins:
        body = origin.body or (whole[origin.resource_id].body if origin.resource_id in whole else {})
        account = Account(source=origin.source, key=origin.key, body=body, order=origin.id)
        found[origin.resource_id].append(account)
    return found


def combined(id: UUID, accounts: Iterable[Account]) -> Body:
    """One body of several: the source that the identity comes from has the first word."""

    def precedence(account: Account) -> tuple[bool, int]:
        return id_of(account.source, account.key) != id, account.order

    return merged([account.body for account in sorted(accounts, key=precedence)])


def delete_heads(ids: Collection[UUID], at: datetime, source: str) -> None:
    """Marks resources as deleted, with the organizations that stand beside them for mCSD's sake."""
    heads = heads_of([*ids, *map(organization_of, ids)])
    standing = [head for head in heads.values() if not head.is_deleted]
    write_heads([Head(id=h.id, type=h.type, body={}, is_deleted=True) for h in standing], heads, at, source)
