"""Lists of contacts: named one by one, or by a query."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction

from mhero.accounts.authors import Author
from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.flows.queries import Query
from mhero.messaging.errors import GroupInUse, NameTaken, NotAllowedNow, QueryNotForGroups
from mhero.messaging.models import Contact, Group
from mhero.messaging.searching.known import known
from mhero.platform.notify import notify

ADD_MEMBERS = """
INSERT INTO messaging_group_contacts (group_id, contact_id)
SELECT %(group)s, c.id FROM messaging_contact c
WHERE c.id = ANY(%(contacts)s) AND (%(area)s::uuid IS NULL OR c.place_ids @> ARRAY[%(area)s::uuid])
ON CONFLICT DO NOTHING
"""
USED_BY_TRIGGERS = """
SELECT EXISTS (SELECT FROM messaging_trigger_groups g JOIN messaging_trigger t ON t.id = g.trigger_id
               WHERE g.group_id = %(group)s AND NOT t.is_archived)
    OR EXISTS (SELECT FROM messaging_trigger_excluded_groups g JOIN messaging_trigger t ON t.id = g.trigger_id
               WHERE g.group_id = %(group)s AND NOT t.is_archived)
"""


def create_group(name: str, contact_ids: Iterable[UUID], user: Author) -> Group:
    """A list of these contacts, as far as the person's area reaches. Raises `NameTaken`."""
    with transaction.atomic():
        group = _made(name, "", user)
        add_members(group, contact_ids, user)
    return group


def create_smart_group(name: str, query: str, user: User) -> Group:
    """A list of whom a query finds, now and later. Raises `NameTaken`, `QueryNotForGroups`, `QueryError`."""
    found = checked(query)
    with transaction.atomic():
        group = _made(name, str(found), user)
        _find_members(group)
    return group


def change_query(group: Group, query: str, user: User) -> None:
    """Raises `QueryNotForGroups` and the engine's `QueryError`; nothing changes then."""
    if not group.query or group.follows_registry:
        raise NotAllowedNow
    found = checked(query)
    with transaction.atomic():
        group.query = str(found)
        group.save(update_fields=["query"])
        _find_members(group)
        record_audit("list.changed", f"list {group.id}", user=user)


def rename_group(group: Group, name: str, user: User) -> None:
    if group.follows_registry:
        raise NotAllowedNow
    try:
        with transaction.atomic():
            group.name = name
            group.save(update_fields=["name"])
            record_audit("list.renamed", f"list {group.id}", user=user)
            notify("messaging_flows")
    except IntegrityError as error:
        raise NameTaken from error


def archive_group(group: Group, user: User) -> None:
    """Takes it out of the lists. Raises `GroupInUse` while a campaign or a word to text stands on it."""
    if group.follows_registry:
        raise NotAllowedNow
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(USED_BY_TRIGGERS, {"group": group.id})
            is_used = cursor.fetchone()[0]
        if is_used or group.campaigns.filter(is_archived=False).exists():
            raise GroupInUse
        Group.objects.filter(id=group.id).update(is_archived=True)
        record_audit("list.archived", f"list {group.id}", user=user)


def add_members(group: Group, contact_ids: Iterable[UUID], user: Author) -> int:
    """How many are new in it; contacts beyond the person's area are passed over."""
    _is_static(group)
    with transaction.atomic():
        with connection.cursor() as cursor:
            wanted: dict[str, Any] = {"group": group.id, "contacts": list(contact_ids), "area": user.area_id}
            cursor.execute(ADD_MEMBERS, wanted)
            added = int(cursor.rowcount)
        record_audit("list.joined", f"list {group.id}", user=user, people=added)
    return added


def remove_member(group: Group, contact: Contact, user: Author) -> None:
    _is_static(group)
    with transaction.atomic():
        group.contacts.remove(contact)
        record_audit("list.left", f"list {group.id}", user=user, people=1)


def checked(query: str) -> Query:
    """The query, if a list can have it. Raises the engine's `QueryError`, and `QueryNotForGroups`."""
    found = known().query(query)
    if not found.inspect().allow_as_group:
        raise QueryNotForGroups
    return found


def _is_static(group: Group) -> None:
    if group.query or group.follows_registry:
        raise NotAllowedNow


def _made(name: str, query: str, user: Author) -> Group:
    try:
        # Two who make it at one time: the second hears that it is there.
        with transaction.atomic():
            if Group.objects.filter(name__iexact=name).exists():
                raise NameTaken
            group = Group.objects.create(name=name, query=query, created_by=user.email)
    except IntegrityError as error:
        raise NameTaken from error
    record_audit("list.made", f"list {group.id}", user=user)
    notify("messaging_flows")
    return group


def _find_members(group: Group) -> None:
    """From now on the worker goes through all contacts."""
    Group.objects.filter(id=group.id).update(
        is_ready=False, evaluated=0, evaluated_until=None, to_evaluate=Contact.objects.count()
    )
    notify("messaging_flows")
    notify("messaging_contacts")
