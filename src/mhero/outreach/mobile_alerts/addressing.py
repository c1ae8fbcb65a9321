"""Whom a request names: references of our own or of a source, and numbers, to contacts that can be texted."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from uuid import UUID

from django.db import connection

from mhero.messaging.circumstances import Circumstances, present
from mhero.messaging.models import Contact
from mhero.messaging.services.contacts import contacts_of_numbers
from mhero.outreach.fhir.reading import Json
from mhero.outreach.mobile_alerts.errors import AlertRefused
from mhero.outreach.mobile_alerts.reading import Addressee
from mhero.platform.clock import now
from mhero.platform.phones import clean
from mhero.registry.fhir.parameters import read_search
from mhero.registry.fhir.search import find
from mhero.registry.models import Origin, Person, Resource, Role

#: Nobody by that reference is known here.
UNKNOWN: Final = "unknown"
#: Another request of the same choice of people texts them already.
DUPLICATE: Final = "duplicate"
#: As many people as one request may reach by the places and lists it names.
MOST_PEOPLE: Final = 100_000
#: What can be named, and the parameter by which roles are found for it.
_PLACES: Final = {"Location": "location", "Organization": "organization"}

# As in `outreach.recipients`, but for people who are named: those who left are accounted for too.
PEOPLE = """
SELECT person.id, contact.id,
    CASE
        WHEN NOT person.is_active THEN 'left'
        WHEN person.phone = '' AND person.phone_state = 'invalid' THEN 'invalid'
        WHEN person.phone = '' THEN 'no_number'
        WHEN contact.status = 'stopped' OR opted_out.number IS NOT NULL THEN 'opted_out'
        WHEN person.on_leave_until >= %(today)s THEN 'on_leave'
        WHEN contact.number IS NULL OR contact.status <> 'active' THEN 'not_ready'
        WHEN person.phone <> ALL (%(trial_phones)s::text[]) THEN 'trial'
        ELSE ''
    END
FROM registry_person AS person
LEFT JOIN messaging_contact AS contact ON contact.number = person.phone AND person.phone <> ''
LEFT JOIN messaging_optout AS opted_out ON opted_out.number = person.phone
WHERE person.id = ANY (%(people)s)
"""
CONTACTS = """
SELECT contact.id,
    CASE
        WHEN contact.number IS NULL THEN 'no_number'
        WHEN contact.status = 'stopped' OR opted_out.number IS NOT NULL THEN 'opted_out'
        WHEN contact.status <> 'active' THEN 'left'
        WHEN contact.number <> ALL (%(trial_phones)s::text[]) THEN 'trial'
        ELSE ''
    END
FROM messaging_contact AS contact
LEFT JOIN messaging_optout AS opted_out ON opted_out.number = contact.number
WHERE contact.id = ANY (%(contacts)s)
"""
# Whom another request of the same tag texts, or one of the same people that was split.
TAGGED = """
SELECT DISTINCT recipient.contact_id
FROM outreach_alertrecipient AS recipient
JOIN outreach_alertrequest AS request ON request.id = recipient.request_id
WHERE request.client_id = %(client)s AND request.tag = %(tag)s AND recipient.reason = ''
  AND recipient.contact_id = ANY (%(contacts)s)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressed:
    """One person or number of a request, and why it is not texted, if so."""

    #: The FHIR Reference to answer with.
    shown: Json
    person_id: UUID | None = None
    contact_id: UUID | None = None
    reason: str = ""


def address(addressees: Sequence[Addressee], *, names_as_source: bool) -> list[Addressed]:
    """Everyone who is named, each once, in the order they are named.

    People of a place or list are answered with the key that their source has for them, or with our id.
    """
    found = _Found()
    resolved = _resolved(addressees)
    for addressee in addressees:
        ids = resolved.get((addressee.type, addressee.id or str(addressee.identifier)), [])
        if addressee.numbers:
            found.numbers.append((len(found.rows), addressee.numbers))
            found.rows.append(Addressed(shown=addressee.shown, reason="invalid"))
        elif not ids:
            found.rows.append(Addressed(shown=addressee.shown, reason=UNKNOWN))
        elif addressee.type in ("Practitioner", "PractitionerRole"):
            found.add_people(_people_of(addressee.type, ids), addressee.shown)
        elif addressee.type in _PLACES:
            found.add_people(_people_at(addressee.type, ids), None)
        else:
            _add_members(found, ids)
        if len(found.rows) > MOST_PEOPLE:
            raise AlertRefused(
                f"It reaches more than {MOST_PEOPLE} people. Name fewer.", "CommunicationRequest.recipient"
            )
    return _with_reasons(found, names_as_source)


def without_tagged(rows: list[Addressed], client_id: str, tag: str) -> list[Addressed]:
    """Those leave out whom another request of the same tag texts already."""
    if not tag:
        return rows
    contacts = [row.contact_id for row in rows if row.contact_id and not row.reason]
    told = {row[0] for row in _query(TAGGED, {"client": client_id, "tag": tag, "contacts": contacts})}
    return [
        replace(row, reason=DUPLICATE) if not row.reason and row.contact_id in told else row for row in rows
    ]


def resolve(type: str, keys: Collection[str]) -> dict[str, UUID]:
    """Our ids of resources by what others call them: our own id, or the key of a source."""
    ids = {key: id for key in keys if (id := _uuid(key))}
    ours = set(Resource.objects.filter(type=type, id__in=ids.values()).values_list("id", flat=True))
    known = {key: id for key, id in ids.items() if id in ours}
    strange = {f"{type}/{key}": key for key in keys if key not in known}
    # Where sources use the same key, the one that was connected first has it.
    origins = Origin.objects.filter(key__in=strange).order_by("-id").values_list("key", "resource_id")
    return known | {strange[key]: id for key, id in origins}


def source_references(people: Collection[UUID]) -> dict[UUID, str]:
    """What their first source calls these people, such as `Practitioner/P7344`."""
    origins = Origin.objects.filter(resource_id__in=people, key__startswith="Practitioner/")
    return dict(origins.order_by("-id").values_list("resource_id", "key"))


class _Found:
    """Who was found so far, with the numbers that are still to be looked up."""

    def __init__(self) -> None:
        self.rows: list[Addressed] = []
        #: The places of rows in the list, with their numbers as written.
        self.numbers: list[tuple[int, Sequence[str]]] = []
        self._people: set[UUID] = set()
        self._contacts: set[UUID] = set()

    def add_people(self, people: Iterable[UUID], shown: Json | None) -> None:
        for person_id in people:
            if person_id not in self._people:
                self._people.add(person_id)
                self.rows.append(Addressed(shown=shown or {}, person_id=person_id))

    def add_contact(self, contact_id: UUID, name: str) -> None:
        if contact_id not in self._contacts:
            self._contacts.add(contact_id)
            shown = {"display": name or "An unknown number"}
            self.rows.append(Addressed(shown=shown, contact_id=contact_id))


def _resolved(addressees: Sequence[Addressee]) -> dict[tuple[str, str], list[UUID]]:
    """By type and what it is called there, our ids."""
    keys: dict[str, set[str]] = defaultdict(set)
    found: dict[tuple[str, str], list[UUID]] = {}
    for one in addressees:
        if one.identifier and (one.type, str(one.identifier)) not in found:
            system, value = one.identifier
            wanted = [{"value": value} | ({"system": system} if system else {})]
            resources = Resource.objects.filter(
                type=one.type, is_deleted=False, body__identifier__contains=wanted
            )
            found[one.type, str(one.identifier)] = list(resources.values_list("id", flat=True)[:2])
        elif one.id:
            keys[one.type].add(one.id)
    for type, named in keys.items():
        if type == "Group":
            found |= {(type, key): [id] for key in named if (id := _uuid(key))}
        else:
            found |= {(type, key): [id] for key, id in resolve(type, named).items()}
    # An identifier that two have names nobody.
    return {key: ids for key, ids in found.items() if len(ids) == 1}


def _people_of(type: str, ids: list[UUID]) -> list[UUID]:
    if type == "Practitioner":
        return ids
    return list(Role.objects.filter(id__in=ids).values_list("person_id", flat=True))


def _people_at(type: str, ids: list[UUID]) -> list[UUID]:
    """Who works at a place or anywhere below it, or for an organization."""
    if type == "Location":
        people = Person.objects.filter(place_ids__overlap=ids)
    else:
        roles = find(read_search("PractitionerRole", [("organization", str(id)) for id in ids]))
        people = Person.objects.filter(roles__id__in=roles.values("id")).distinct()
    active = people.filter(is_active=True).order_by("name", "id")
    return list(active.values_list("id", flat=True)[: MOST_PEOPLE + 1])


def _add_members(found: _Found, ids: list[UUID]) -> None:
    members = Contact.objects.filter(groups__in=ids, groups__is_archived=False).order_by("name", "id")
    for contact_id, person_id, name in members.values_list("id", "person_id", "name")[: MOST_PEOPLE + 1]:
        if person_id:
            found.add_people([person_id], None)
        else:
            found.add_contact(contact_id, name)


def _with_reasons(found: _Found, names_as_source: bool) -> list[Addressed]:
    allowed = present()
    _find_numbers(found, allowed)
    trial = {"trial_phones": None if allowed.is_live else sorted(allowed.team_phones)}
    people = {row.person_id for row in found.rows if row.person_id}
    today = now().astimezone(allowed.zone).date()
    of_people = {
        person_id: (contact_id, reason)
        for person_id, contact_id, reason in _query(PEOPLE, {"people": list(people), "today": today, **trial})
    }
    contacts = [row.contact_id for row in found.rows if row.contact_id]
    of_contacts = dict(_query(CONTACTS, {"contacts": contacts, **trial}))
    unnamed = {row.person_id for row in found.rows if row.person_id and not row.shown}
    names = source_references(unnamed) if names_as_source else {}

    def settled(row: Addressed) -> Addressed:
        if row.person_id:
            contact_id, reason = of_people.get(row.person_id, (None, UNKNOWN))
            shown = row.shown or {
                "reference": names.get(row.person_id, f"Practitioner/{row.person_id}"),
                "type": "Practitioner",
            }
            return replace(row, shown=shown, contact_id=contact_id, reason=reason)
        if row.contact_id:
            return replace(row, reason=of_contacts.get(row.contact_id, UNKNOWN))
        return row

    return [settled(row) for row in found.rows]


def _find_numbers(found: _Found, allowed: Circumstances) -> None:
    """Gives each row that was named by numbers the contact of the first that can be right."""
    usable: dict[int, str] = {}
    for place, written in found.numbers:
        cleaned = (one.number for text in written for one in clean(text, allowed.country_code))
        if number := next(filter(None, cleaned), ""):
            usable[place] = number
    contacts = contacts_of_numbers(set(usable.values()))
    for place, number in usable.items():
        found.rows[place] = replace(found.rows[place], contact_id=contacts[number], reason="")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _query(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
