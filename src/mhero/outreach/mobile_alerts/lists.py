"""Contact lists as FHIR Groups, which iHRIS's pages make and fill."""

from collections.abc import Iterable, Sequence
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from mhero.accounts.authors import Machine
from mhero.messaging.errors import NameTaken, NotAllowedNow
from mhero.messaging.models import Contact, Group
from mhero.messaging.queries.groups import groups, listed
from mhero.messaging.services.groups import add_members, create_group, remove_member
from mhero.outreach.fhir.answers import Answer, Caller, known_id, one, page_of
from mhero.outreach.fhir.reading import Json, split_reference, tidied
from mhero.outreach.fhir.searching import Query, not_known, read_search
from mhero.outreach.mobile_alerts.addressing import resolve, source_references
from mhero.outreach.mobile_alerts.errors import AlertOver, AlertRefused
from mhero.outreach.mobile_alerts.shapes import GROUP
from mhero.registry.fhir.errors import NotHere
from mhero.registry.fhir.parameters import reference_ids

LONGEST_NAME: Final = 64
#: Members are named in the resource up to so many; a list of more says only how many.
MOST_MEMBERS: Final = 10_000


def search_groups(query: Query, caller: Caller) -> Answer:
    """The lists with how many are in them, and without their members."""
    search = read_search(query)
    found = groups()
    for criterion in search.criteria:
        if criterion.name == "name" and criterion.modifier in ("", "contains"):
            found = found.filter(name__icontains=criterion.value)
        elif criterion.name == "_id":
            found = found.filter(id__in=reference_ids(criterion.values))
        elif criterion.name not in ("type", "actual", "code"):
            raise not_known("Group", criterion.name, ("_id", "name"))
    return page_of("Group", found, search, caller, _documents)


def read_group(id: str, caller: Caller) -> Answer:
    """One list with its members."""
    return _answer(_group(id), caller)


def make_group(raw: Json, caller: Caller) -> Answer:
    """A new list of the people it names; those who are not known are left out."""
    body = _read(raw)
    name = body.get("name", "")[:LONGEST_NAME]
    if not name:
        raise AlertRefused("A list needs a name.", "Group.name")
    try:
        group = create_group(name, _contacts(body), _machine(caller))
    except NameTaken as error:
        raise AlertOver("There is a list of this name already.", "Group.name") from error
    return _answer(group, caller, is_new=True)


def change_group(id: str, raw: Json, caller: Caller) -> Answer:
    """Makes the members of a list those that are named."""
    group, wanted = _group(id), set(_contacts(_read(raw)))
    with transaction.atomic():
        present = set(group.contacts.values_list("id", flat=True))
        _change(group, wanted - present, present - wanted, caller)
    return _answer(group, caller)


def subscribe(group_ids: Iterable[str], contacts: Sequence[UUID], caller: Caller, *, joins: bool) -> int:
    """Puts contacts into lists, or takes them out; how many lists there were."""
    found = [_group(id) for id in group_ids]
    with transaction.atomic():
        for group in found:
            _change(group, contacts if joins else (), () if joins else contacts, caller)
    return len(found)


def contacts_named(references: Iterable[str]) -> list[UUID]:
    """The contacts of the health workers that are named, by our ids or a source's."""
    pairs = [split_reference(one) or ("Practitioner", one) for one in references]
    people = resolve("Practitioner", {id for type, id in pairs if type == "Practitioner"})
    return list(Contact.objects.filter(person_id__in=people.values()).values_list("id", flat=True))


def _change(group: Group, joining: Iterable[UUID], leaving: Iterable[UUID], caller: Caller) -> None:
    machine = _machine(caller)
    try:
        if joining := list(joining):
            add_members(group, joining, machine)
        for contact in Contact.objects.filter(id__in=list(leaving), groups=group):
            remove_member(group, contact, machine)
    except NotAllowedNow as error:
        raise AlertOver("This list follows the registry or a query; nobody is put into it.") from error


def _group(id: str) -> Group:
    group = groups().filter(id=known_id(id)).first()
    if group is None:
        raise NotHere
    return group


def _machine(caller: Caller) -> Machine:
    return Machine(email=caller.client_id)


def _read(raw: Json) -> Json:
    return tidied(GROUP, raw, ("name", "member"))


def _contacts(body: Json) -> list[UUID]:
    named = [one for one in body.get("member", []) if not one.get("inactive")]
    return contacts_named(one["entity"]["reference"] for one in named if "reference" in one.get("entity", {}))


def _answer(group: Group, caller: Caller, *, is_new: bool = False) -> Answer:
    people = list(group.contacts.order_by("name", "id").values_list("person_id", "name")[:MOST_MEMBERS])
    names = source_references([id for id, _ in people if id])
    made = _document(group, group.contacts.count())
    if people:
        made["member"] = [{"entity": _entity(id, name, names)} for id, name in people]
    caller.audit("alerts.read", "Group", people=len(people))
    return one(made, caller, is_new=is_new)


def _entity(person_id: UUID | None, name: str, names: dict[UUID, str]) -> dict[str, Any]:
    if person_id is None:
        return {"display": name or "An unknown number"}
    reference = names.get(person_id, f"Practitioner/{person_id}")
    return {"reference": reference} | ({"display": name} if name else {})


def _documents(rows: Sequence[Group]) -> list[Json]:
    return [_document(row.group, row.people) for row in listed(rows, None)]


def _document(group: Group, people: int) -> Json:
    return {
        "resourceType": "Group",
        "id": str(group.id),
        "active": True,
        "type": "practitioner",
        "actual": True,
        "name": group.name,
        "quantity": people,
    }
