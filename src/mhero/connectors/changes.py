"""Corrections that are to be in iHRIS or DHIS2: put here in the transaction that decides them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from mhero.connectors.models import ChangeState, SourceChange, System
from mhero.platform.notify import notify
from mhero.registry.models import Origin

WAITING: Final = "connectors_changes"
#: Of the systems that know a record, the one whose it is: DHIS2 keeps facilities, iHRIS people.
OWNERS: Final = (System.DHIS2, System.IHRIS)


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeOrder:
    """A part of a record as it is and as it should be; see `registry.editing`."""

    #: The decision: it asks each system once.
    ref: UUID
    resource_id: UUID
    part: str
    old: str
    new: str
    value: dict[str, Any]


def put_change(order: ChangeOrder, *, at: datetime) -> str:
    """Asks for a correction to be brought to the system that the record came from.

    Returns that system's code; empty when the record came from a file and there is nowhere to bring it.
    """
    sources = set(Origin.objects.filter(resource_id=order.resource_id).values_list("source", flat=True))
    system = next((one for one in OWNERS if one in sources), None)
    if system is None:
        return ""
    SourceChange.objects.update_or_create(
        ref=order.ref,
        system=system,
        defaults={
            "resource_id": order.resource_id,
            "part": order.part,
            "old": order.old,
            "new": order.new,
            "value": order.value,
            "state": ChangeState.WAITING,
            "words": "",
            "newer": "",
            "made_at": at,
            "ended_at": None,
            "is_news": False,
        },
    )
    notify(WAITING)
    return system.value


def changes_to_tell(most: int) -> list[SourceChange]:
    """Those that ended and of which nobody was told, locked until the caller's transaction ends."""
    ended = SourceChange.objects.filter(is_news=True).order_by("id")
    return list(ended.select_for_update(skip_locked=True)[:most])


def heard(changes: list[SourceChange]) -> None:
    SourceChange.objects.filter(id__in=[one.id for one in changes]).update(is_news=False)
