"""Values that are to be in DHIS2: put here in the transaction that learns them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from mhero.connectors.models import DataValue, ValueSet
from mhero.platform.notify import notify

WAITING: Final = "connectors_values"


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedValue:
    """A value that DHIS2 did not take, for whoever told it."""

    id: int
    place_id: UUID
    data_set: str
    period: str
    data_element: str
    value: str
    #: A kind of `dhis2.summary`.
    kind: str
    words: str


def put_values(
    place_id: UUID,
    data_set: str,
    period: str,
    values: Mapping[str, str],
    *,
    at: datetime,
    completed_on: date | None = None,
) -> None:
    """Asks for values, by data element, to be brought to DHIS2; the latest of each counts.

    One that is there already is not sent again. One that was refused is: whoever tells it again means it.
    """
    with transaction.atomic():
        ValueSet.objects.get_or_create(data_set=data_set, period=period, place_id=place_id)
        kept = ValueSet.objects.select_for_update().get(data_set=data_set, period=period, place_id=place_id)
        known = {value.data_element: value for value in kept.values.all()}
        news = {
            element: value
            for element, value in values.items()
            if element not in known or known[element].refusal or known[element].value != value
        }
        is_completed_now = completed_on is not None and kept.completed_on is None
        if not news and not is_completed_now:
            return
        kept.version += 1
        kept.completed_on = kept.completed_on or completed_on
        kept.waiting_since = kept.waiting_since or at
        kept.save(update_fields=["version", "completed_on", "waiting_since"])
        DataValue.objects.bulk_create(
            [
                DataValue(value_set=kept, data_element=element, value=value, version=kept.version)
                for element, value in news.items()
            ],
            update_conflicts=True,
            unique_fields=["value_set", "data_element"],
            update_fields=["value", "version", "is_waiting", "refusal", "words", "refusal_is_news"],
        )
        notify(WAITING)


def refusals_to_tell(most: int) -> list[RefusedValue]:
    """Refused values of which nobody was told, locked until the caller's transaction ends."""
    waiting = DataValue.objects.filter(refusal_is_news=True).select_related("value_set").order_by("id")
    return [
        RefusedValue(
            id=value.id,
            place_id=value.value_set.place_id,
            data_set=value.value_set.data_set,
            period=value.value_set.period,
            data_element=value.data_element,
            value=value.value,
            kind=value.refusal,
            words=value.words,
        )
        for value in waiting.select_for_update(skip_locked=True, of=("self",))[:most]
    ]


def told(refusals: list[RefusedValue]) -> None:
    DataValue.objects.filter(id__in=[one.id for one in refusals]).update(refusal_is_news=False)
