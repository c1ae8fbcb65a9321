"""Finds resources: each search parameter as a condition on the columns or on the resource itself."""

import re
from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from mhero.accounts.queries import workspace
from mhero.platform.phones import clean
from mhero.registry.fhir.parameters import Criterion, Search, Updated, reference_ids
from mhero.registry.identity import organization_of
from mhero.registry.models import Person, PhoneNumber, Place, Resource, Role

Condition = Callable[[Criterion], Q]


def find(search: Search) -> QuerySet[Resource]:
    """All matches, in the order of their identifiers."""
    found = Resource.objects.filter(type=search.type, is_deleted=False)
    if search.ids is not None:
        found = found.filter(id__in=search.ids)
    for updated in search.updated:
        found = found.filter(_when(updated))
    for criterion in search.criteria:
        found = found.filter(_CONDITIONS[search.type][criterion.name](criterion))
    return found.order_by("id")


def _when(updated: Updated) -> Q:
    """FHIR R4 search, 3.1.1.4.5: the prefix compares with the whole span that a date means."""
    before, since = Q(updated_at__lt=updated.start), Q(updated_at__gte=updated.start)
    until, after = Q(updated_at__lt=updated.end), Q(updated_at__gte=updated.end)
    return {
        "eq": since & until,
        "ne": before | after,
        "gt": after,
        "sa": after,
        "ge": since,
        "lt": before,
        "eb": before,
        "le": until,
    }[updated.prefix]


def _any(conditions: list[Q]) -> Q:
    """One of them; none of none."""
    whole = Q(pk__in=[])
    for condition in conditions:
        whole |= condition
    return whole


def _text(column: str, criterion: Criterion) -> Q:
    """A string: the beginning of a word of it, any part of it, or exactly it."""
    lookup = {"contains": "icontains", "exact": "exact", "": "iregex"}[criterion.modifier]
    values = [
        value if criterion.modifier else rf"(^|\s){re.escape(value)}"  # The beginning of any word.
        for value in criterion.values
    ]
    return _any([Q(**{f"{column}__{lookup}": value}) for value in values])


def _named(model: type[Person] | type[Place], column: str) -> Condition:
    return lambda criterion: Q(id__in=model.objects.filter(_text(column, criterion)).values("id"))


def _own_name(criterion: Criterion) -> Q:
    return _text("body__name", criterion)


def _coded(element: str) -> Condition:
    """A token on a coded value: `code`, `system|code`, `|code` or `system|`."""

    def condition(criterion: Criterion) -> Q:
        wanted = [{"coding": [_token(value, "code")]} for value in criterion.values]
        return _any([Q(**{f"body__{element}__contains": [concept]}) for concept in wanted])

    return condition


def _identifier(criterion: Criterion) -> Q:
    wanted = [_token(value, "value") for value in criterion.values]
    return _any([Q(body__identifier__contains=[one]) for one in wanted])


def _token(text: str, element: str) -> dict[str, str]:
    system, bar, code = text.rpartition("|")
    token = {element: code} if code else {}
    return {**token, **({"system": system} if bar and system else {})} or {element: ""}


def _active(criterion: Criterion) -> Q:
    # Without a word about it somebody is taken to be active.
    active = Q(body__active=True) | Q(body__active__isnull=True)
    choices = {"true": active, "false": Q(body__active=False)}
    return _any([choices[value] for value in criterion.values if value in choices])


def _status(criterion: Criterion) -> Q:
    said = Q(body__status__in=list(criterion.values))
    # Without a word about it a place is taken to be in use.
    return said | Q(body__status__isnull=True) if "active" in criterion.values else said


def _reference(element: str, type: str) -> Condition:
    def condition(criterion: Criterion) -> Q:
        wanted = [f"{type}/{id}" for id in reference_ids(criterion.values)]
        return Q(**{f"body__{element}__reference__in": wanted})

    return condition


def _of_role(column: str) -> Condition:
    def condition(criterion: Criterion) -> Q:
        wanted = Role.objects.filter(**{f"{column}__in": reference_ids(criterion.values)})
        return Q(id__in=wanted.values("id"))

    return condition


def _managed_by(criterion: Criterion) -> Q:
    theirs = _reference("managingOrganization", "Organization")(criterion)
    return theirs | Q(id__in=_beside(reference_ids(criterion.values)))


def _works_for(criterion: Criterion) -> Q:
    places = _beside(reference_ids(criterion.values))
    told = Resource.objects.filter(_reference("managingOrganization", "Organization")(criterion))
    at = Q(place_id__in=places) | Q(place_id__in=told.filter(type="Location").values("id"))
    return _reference("organization", "Organization")(criterion) | Q(
        id__in=Role.objects.filter(at).values("id")
    )


def _beside(organizations: list[UUID]) -> list[UUID]:
    """The locations beside which these organizations were made; their identifiers do not lead back."""
    wanted = set(organizations)
    return [id for id in Place.objects.values_list("id", flat=True) if organization_of(id) in wanted]


def _number(criterion: Criterion) -> Q:
    region = workspace().country_code
    texts = (value.rpartition("|")[2].replace(" ", "+") for value in criterion.values)
    numbers = [one.number for text in texts for one in clean(text, region) if one.number]
    people = PhoneNumber.objects.filter(number__in=numbers).values("person_id")
    return Q(id__in=people) | Q(id__in=Person.objects.filter(phone__in=numbers).values("id"))


_CONDITIONS: Final[dict[str, dict[str, Condition]]] = {
    "Location": {
        "identifier": _identifier,
        "name": _named(Place, "name"),
        "status": _status,
        "type": _coded("type"),
        "partof": _reference("partOf", "Location"),
        "organization": _managed_by,
    },
    "Organization": {
        "identifier": _identifier,
        "name": _own_name,
        "active": _active,
        "type": _coded("type"),
        "partof": _reference("partOf", "Organization"),
    },
    "Practitioner": {
        "identifier": _identifier,
        "name": _named(Person, "name"),
        "given": _named(Person, "given_name"),
        "family": _named(Person, "family_name"),
        "active": _active,
        "phone": _number,
        "telecom": _number,
    },
    "PractitionerRole": {
        "identifier": _identifier,
        "active": _active,
        "location": _of_role("place_id"),
        "organization": _works_for,
        "practitioner": _of_role("person_id"),
        "role": _coded("code"),
        "specialty": _coded("specialty"),
    },
}


def included(matches: list[dict[str, Any]], names: tuple[str, ...]) -> list[Resource]:
    """What the matches refer to by these elements, each once."""
    elements = {"partof": "partOf", "organization": "managingOrganization"}
    wanted: set[UUID] = set()
    for match in matches:
        for name in names:
            roles_own = match["resourceType"] == "PractitionerRole"
            value = match.get(name if roles_own else elements.get(name, name), [])
            wanted |= set(
                reference_ids(
                    one.get("reference", "") for one in (value if isinstance(value, list) else [value])
                )
            )
    return list(Resource.objects.filter(id__in=wanted, is_deleted=False).order_by("id"))
