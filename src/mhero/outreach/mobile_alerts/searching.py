"""What CommunicationRequest and Communication can be searched by (ITI-85)."""

from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Greatest

from mhero.messaging.models import BroadcastStatus
from mhero.outreach.fhir.reading import split_reference
from mhero.outreach.fhir.searching import Criterion, any_of, bounds, not_known, token, within
from mhero.outreach.mobile_alerts.addressing import resolve
from mhero.outreach.mobile_alerts.models import AlertRequest
from mhero.registry.fhir.errors import NotUnderstood
from mhero.registry.fhir.parameters import reference_ids

#: FHIR's types of the parameters, for the CapabilityStatement.
COMMUNICATION_PARAMETERS: Final = {
    "_id": "token",
    "_lastUpdated": "date",
    "based-on": "reference",
    "received": "date",
    "recipient": "reference",
    "sent": "date",
    "status": "token",
}
REQUEST_PARAMETERS: Final = {
    "_id": "token",
    "_lastUpdated": "date",
    "authored": "date",
    "based-on": "reference",
    "category": "token",
    "identifier": "token",
    "priority": "token",
    "recipient": "reference",
    "status": "token",
}
#: Moments of a Communication, by the keys of `communications.ANY`.
_MOMENTS: Final = {"sent": "sent", "received": "received", "_lastUpdated": "changed"}


def communications_wanted(criteria: Iterable[Criterion]) -> dict[str, Any]:
    """The criteria as `communications.find` takes them."""
    wanted: dict[str, Any] = {}
    for criterion in criteria:
        criterion.check_plain()
        name, values = criterion.name, criterion.values
        if name == "_id":
            _narrow(wanted, "ids", reference_ids(values))
        elif name == "based-on":
            _narrow(wanted, "requests", reference_ids(values))
        elif name == "based-on.identifier":
            _narrow(wanted, "keys", [_key(one) for one in values])
        elif name == "status":
            _narrow(wanted, "statuses", values)
        elif name == "recipient":
            if "recipients" in wanted:
                raise NotUnderstood("recipient can be given once; several go in one, with commas.")
            wanted["recipients"], wanted["people"] = _recipients(values)
        elif name in _MOMENTS:
            _bound(wanted, _MOMENTS[name], criterion)
        else:
            raise not_known("Communication", name, [*COMMUNICATION_PARAMETERS, "based-on.identifier"])
    return wanted


def requests_wanted(client_id: str, criteria: Iterable[Criterion]) -> QuerySet[AlertRequest]:
    """The client's requests that fit the criteria."""
    found = AlertRequest.objects.filter(client_id=client_id).select_related("broadcast")
    for criterion in criteria:
        if criterion.name == "scheduletime":
            found = found.filter(_scheduled(criterion))
            continue
        criterion.check_plain()
        condition = _REQUESTS.get(criterion.name)
        if condition is not None:
            found = found.filter(condition(criterion.values))
        elif criterion.name == "authored":
            found = found.filter(within("made_at", criterion))
        elif criterion.name == "_lastUpdated":
            found = found.annotate(changed_at=_CHANGED).filter(within("changed_at", criterion))
        else:
            raise not_known("CommunicationRequest", criterion.name, REQUEST_PARAMETERS)
    return found


_CHANGED: Final = Greatest("made_at", "revoked_at", "broadcast__started_at", "broadcast__finished_at")


def _identifier(values: list[str]) -> Q:
    return any_of([Q(body__identifier__contains=[token(value, "value")]) for value in values])


def _category(values: list[str]) -> Q:
    return any_of([Q(body__category__contains=[{"coding": [token(value, "code")]}]) for value in values])


def _priority(values: list[str]) -> Q:
    said = Q(body__priority__in=values)
    # FHIR's word for what says nothing.
    return said | Q(body__priority__isnull=True) if "routine" in values else said


def _recipient(values: list[str]) -> Q:
    references, people = _recipients(values)
    return Q(recipients__reference__reference__in=references) | Q(recipients__person_id__in=people)


def _status(values: list[str]) -> Q:
    ended = Q(broadcast__status__in=[BroadcastStatus.STOPPED, BroadcastStatus.EXPIRED])
    revoked = Q(revoked_at__isnull=False) | ended
    waits = Q(broadcast__status=BroadcastStatus.WAITING_FOR_APPROVAL) | Q(next_at__isnull=False)
    under_way = Q(broadcast__isnull=False, broadcast__finished_at__isnull=True)
    meanings = {
        "revoked": revoked,
        "on-hold": waits & ~revoked,
        "active": under_way & ~waits & ~revoked,
        "completed": ~under_way & ~waits & ~revoked,
    }
    return any_of([meanings[value] for value in values if value in meanings])


def _flow_starts(values: list[str]) -> Q:
    return Q(broadcast_id__in=reference_ids(values), broadcast__flow__isnull=False)


def _kind(is_flow: bool) -> Callable[[list[str]], Q]:
    def condition(values: list[str]) -> Q:
        said = [value == "true" for value in values if value in ("true", "false")]
        return any_of(
            [Q(broadcast__flow__isnull=(wanted != is_flow), broadcast__isnull=False) for wanted in said]
        )

    return condition


def _scheduled(criterion: Criterion) -> Q:
    if criterion.modifier == "missing" and criterion.value in ("true", "false"):
        return Q(cron="") if criterion.value == "true" else ~Q(cron="")
    raise NotUnderstood("scheduletime can be asked for as scheduletime:missing=true or false.")


_REQUESTS: Final[dict[str, Callable[[list[str]], Q]]] = {
    "_id": lambda values: Q(id__in=reference_ids(values)),
    "based-on": lambda values: Q(based_on__in=reference_ids(values)),
    "category": _category,
    "identifier": _identifier,
    "priority": _priority,
    "recipient": lambda values: Q(id__in=AlertRequest.objects.filter(_recipient(values)).values("id")),
    "status": _status,
    # emNutt's own.
    "rpflowstarts": _flow_starts,
    "isflowstart": _kind(is_flow=True),
    "isbroadcast": _kind(is_flow=False),
}


def _recipients(values: list[str]) -> tuple[list[str], list[UUID]]:
    """Each reference as a request may have it, and the people that are meant."""
    pairs = [split_reference(value) or ("Practitioner", value) for value in values]
    people = resolve("Practitioner", {id for type, id in pairs if type == "Practitioner"})
    return [*values, *(f"{type}/{id}" for type, id in pairs)], list(people.values())


def _narrow(wanted: dict[str, Any], key: str, values: list[Any]) -> None:
    """The same parameter twice means both."""
    wanted[key] = [one for one in values if key not in wanted or one in wanted[key]]


def _bound(wanted: dict[str, Any], key: str, criterion: Criterion) -> None:
    first, last = bounds(criterion)
    if first is not None:
        wanted[f"{key}_from"] = max(first, wanted.get(f"{key}_from", first))
    if last is not None:
        wanted[f"{key}_until"] = min(last, wanted.get(f"{key}_until", last))


def _key(text: str) -> str:
    """As `AlertRequest.key` is written."""
    system, _, value = text.rpartition("|")
    return f"{system}|{value}"
