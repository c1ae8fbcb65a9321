"""What referrals can be searched for over FHIR."""

from collections.abc import Callable, Iterable
from typing import Final

from django.db.models import Q, QuerySet

from mhero.outreach.fhir.searching import Criterion, any_of, not_known, within
from mhero.outreach.referrals.documents import CODE_SYSTEM, FULFILL, REFERRAL
from mhero.outreach.referrals.models import Referral
from mhero.outreach.referrals.named import facilities_of
from mhero.outreach.referrals.queries import referrals_of
from mhero.outreach.referrals.steps import OPEN, State, Step
from mhero.outreach.texts.codes import read_code
from mhero.registry.fhir.errors import NotUnderstood
from mhero.registry.fhir.parameters import reference_ids

#: FHIR's types of the parameters.
REQUEST_PARAMETERS: Final = {
    "_id": "token",
    "_lastUpdated": "date",
    "authored": "date",
    "code": "token",
    "identifier": "token",
    "performer": "reference",
    "requester": "reference",
    "status": "token",
}
TASK_PARAMETERS: Final = {
    "_id": "token",
    "_lastUpdated": "date",
    "authored-on": "date",
    "based-on": "reference",
    "business-status": "token",
    "code": "token",
    "focus": "reference",
    "identifier": "token",
    "modified": "date",
    "owner": "reference",
    "status": "token",
}
_DATES: Final = {
    "_lastUpdated": "changed_at",
    "modified": "changed_at",
    "authored": "made_at",
    "authored-on": "made_at",
}
_REFUSED: Final = Q(ending=Step.REFUSED)
_COMPLETED: Final = Q(state=State.BACK) | Q(state=State.CLOSED, arrived_at__isnull=False)
_FAILED: Final = Q(state=State.CLOSED, arrived_at__isnull=True)
#: As `documents.task_status` and `documents.request_status` have it.
_TASK_STATUS: Final = {
    "requested": Q(state=State.SENT),
    "accepted": Q(state=State.ACCEPTED),
    "in-progress": Q(state=State.ARRIVED),
    "on-hold": Q(state=State.NO_SHOW),
    "completed": _COMPLETED,
    "failed": _FAILED,
    "rejected": _REFUSED,
    "cancelled": Q(state=State.CANCELLED) & ~_REFUSED,
}
_REQUEST_STATUS: Final = {
    "active": Q(state__in=OPEN),
    "completed": _COMPLETED,
    "revoked": Q(state=State.CANCELLED) | _FAILED,
}
_BY_FACILITY: Final = {"owner": "to_facility", "performer": "to_facility", "requester": "from_facility"}


def requests_wanted(criteria: Iterable[Criterion]) -> QuerySet[Referral]:
    return _wanted("ServiceRequest", REQUEST_PARAMETERS, _REQUEST_STATUS, criteria)


def tasks_wanted(criteria: Iterable[Criterion]) -> QuerySet[Referral]:
    return _wanted("Task", TASK_PARAMETERS, _TASK_STATUS, criteria)


def _wanted(
    type: str, parameters: dict[str, str], statuses: dict[str, Q], criteria: Iterable[Criterion]
) -> QuerySet[Referral]:
    found = referrals_of(None)
    for one in criteria:
        if one.name not in parameters:
            raise not_known(type, one.name, parameters)
        # `owner:Organization=…` names the type that a reference leads to anyway.
        if one.modifier and not (parameters[one.name] == "reference" and one.modifier[:1].isupper()):
            raise NotUnderstood(f"{one.name}:{one.modifier[:20]} is not supported.")
        found = found.filter(_condition(one, statuses))
    return found


def _condition(one: Criterion, statuses: dict[str, Q]) -> Q:
    if one.name in _DATES:
        return within(_DATES[one.name], one)
    values = [value for value in one.value.split(",") if value]
    if one.name == "status":
        return any_of(statuses[value] for value in values if value in statuses)
    if one.name in _BY_FACILITY:
        return Q(**{f"{_BY_FACILITY[one.name]}__in": facilities_of(values)})
    return _CONDITIONS[one.name](values)


def _ids(values: list[str]) -> Q:
    return Q(id__in=reference_ids(values))


def _code(values: list[str]) -> Q:
    """The coded kind of both resources, which is one; or the short code that people text."""
    codes = [value.rpartition("|")[2] for value in values]
    if {REFERRAL["code"], FULFILL["code"]} & set(codes):
        return Q()
    return Q(code__in=filter(None, map(read_code, codes)))


def _identifier(values: list[str]) -> Q:
    conditions = []
    for value in values:
        system, bar, code = value.rpartition("|")
        if system in ("", CODE_SYSTEM) and (known := read_code(code)):
            conditions.append(Q(code=known))
        conditions.append(Q(identifier=value) if bar and system else Q(identifier__endswith=f"|{code}"))
    return any_of(conditions)


_CONDITIONS: Final[dict[str, Callable[[list[str]], Q]]] = {
    "_id": _ids,
    "focus": _ids,
    "based-on": _ids,
    "code": _code,
    "identifier": _identifier,
    "business-status": lambda values: Q(state__in=[value.rpartition("|")[2] for value in values]),
}
