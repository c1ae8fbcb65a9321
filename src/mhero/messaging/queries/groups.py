"""Lists of contacts as pages show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from mhero.flows.queries import QueryError
from mhero.messaging.errors import QueryNotForGroups
from mhero.messaging.models import Contact, Group
from mhero.messaging.queries.inbox import contacts_of
from mhero.messaging.searching.finding import count, examples
from mhero.messaging.searching.known import known
from mhero.messaging.services.groups import checked

#: How many people a query that is being written names.
EXAMPLES = 5

MEMBERS = """
SELECT m.group_id, count(*) FROM messaging_group_contacts m
WHERE m.group_id = ANY(%(groups)s)
  AND (%(area)s::uuid IS NULL OR EXISTS (
      SELECT FROM messaging_contact c WHERE c.id = m.contact_id AND c.place_ids @> ARRAY[%(area)s::uuid]))
GROUP BY m.group_id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A list with how many are in it, as far as the area reaches."""

    group: Group
    people: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What a query that is being written finds, or what is wrong with it."""

    people: int = 0
    examples: tuple[Contact, ...] = ()
    problem: str = ""


def groups() -> QuerySet[Group]:
    return Group.objects.filter(is_archived=False).order_by("name")


def listed(found: Iterable[Group], area_id: UUID | None) -> list[Listed]:
    rows = list(found)
    with connection.cursor() as cursor:
        cursor.execute(MEMBERS, {"groups": [group.id for group in rows], "area": area_id})
        people = dict(cursor.fetchall())
    return [Listed(group=group, people=people.get(group.id, 0)) for group in rows]


def members(group: Group, area_id: UUID | None) -> QuerySet[Contact]:
    """Who is in it, as far as the area reaches, by name."""
    return contacts_of(area_id).filter(groups=group).order_by("name", "id")


def outsiders(group: Group, area_id: UUID | None, words: str) -> QuerySet[Contact]:
    """People whose name has the words and who are not in the list."""
    found = contacts_of(area_id).filter(person_id__isnull=False, name__icontains=words)
    return found.exclude(groups=group).order_by("name", "id")


def ask(text: str, area_id: UUID | None) -> Asked:
    """Whom a query finds now, as far as the area reaches."""
    if not text.strip():
        return Asked()
    try:
        query, world = checked(text), known()
    except (QueryError, QueryNotForGroups) as error:
        return Asked(problem=in_words(error))
    ids = examples(query, world, area_id, EXAMPLES)
    contacts = Contact.objects.in_bulk(ids)
    return Asked(people=count(query, world, area_id), examples=tuple(contacts[key] for key in ids))


def in_words(error: QueryError | QueryNotForGroups) -> str:
    """What is wrong with a query and how to put it right."""
    if isinstance(error, QueryNotForGroups):
        return _("A list cannot ask for other lists, for flows or for identifiers.")
    about = error.extra
    match error.code:
        case "syntax":
            return _('“%(found)s” at character %(at)s is not expected. Example: cadre = "Nurse"') % about
        case "too_complex":
            return _("This is too long. Ask for fewer things at once.")
        case "invalid_number":
            return _("“%(value)s” is not a number.") % about
        case "invalid_date":
            return _("“%(value)s” is not a date. Write it as 2026-03-31.") % about
        case "invalid_status":
            return _("“%(value)s” is no status. Use active or stopped.") % about
        case "invalid_language":
            return _("“%(value)s” is no language. Use its code, such as eng or fra.") % about
        case "invalid_partial_name" | "invalid_partial_urn":
            return _("Write more letters of the name, or more digits of the number.")
        case "unsupported_contains":
            return _("~ finds a part of a name or of a phone number only. Use = for the rest.")
        case "unsupported_comparison":
            return _("Only numbers and dates are more or less than others. Use = or !=.")
        case "unsupported_setcheck":
            return _("“%(property)s” is always there.") % {"property": about.get("property", "")}
        case "unknown_property" | "unknown_property_type":
            named = about.get("property") or about.get("type", "")
            return _("There is no detail called “%(name)s”. See the details you can use below.") % {
                "name": named
            }
        case _:
            return str(error)
