"""Writes the columns that follow from resources, and the organizations that mCSD wants beside locations."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from mhero.accounts.queries import workspace
from mhero.registry import columns, sql
from mhero.registry.identity import organization_of
from mhero.registry.models import Role
from mhero.registry.resources import Head, heads_of, write_heads
from mhero.registry.writing import execute, write


def derive(heads: Sequence[Head], at: datetime, source: str) -> set[UUID]:
    """Writes the columns of these resources; returns the people whose own columns must be refreshed."""
    by_type: dict[str, list[Head]] = {}
    for head in heads:
        by_type.setdefault(head.type, []).append(head)
    if locations := by_type.get("Location"):
        _places(locations, at, source)
    people = set()
    if practitioners := by_type.get("Practitioner"):
        people |= _people(practitioners)
    if roles := by_type.get("PractitionerRole"):
        people |= _roles(roles)
    return people


def _places(locations: list[Head], at: datetime, source: str) -> None:
    rows = {head.id: columns.place_columns(head.body) for head in locations}
    write(sql.WRITE_PLACES, ({"id": id, **row} for id, row in rows.items()))
    _pair(locations, rows, at, source)


def _pair(locations: list[Head], rows: dict[UUID, dict[str, Any]], at: datetime, source: str) -> None:
    """The organization of each location whose source has none: mCSD's facilities are pairs."""
    alone = [head for head in locations if "managingOrganization" not in head.body]
    parents = heads_of({row["parent_id"] for row in rows.values() if row["parent_id"]})
    organizations = []
    for head in alone:
        body = {
            "active": rows[head.id]["is_active"],
            "type": head.body.get("type"),
            "name": head.body.get("name"),
            "identifier": head.body.get("identifier"),
        }
        if parent := rows[head.id]["parent_id"]:
            above = parents[parent].body if parent in parents else {}
            theirs = {"reference": f"Organization/{organization_of(parent)}"}
            body["partOf"] = above.get("managingOrganization", theirs)
        body = {element: value for element, value in body.items() if value is not None}
        organizations.append(Head(id=organization_of(head.id), type="Organization", body=body))
    before = heads_of({head.id for head in organizations})
    changed = [head for head in organizations if head.id not in before or before[head.id].body != head.body]
    write_heads(changed, before, at, source)


def _people(practitioners: list[Head]) -> set[UUID]:
    region = workspace().country_code
    people = [head.id for head in practitioners]
    write(sql.WRITE_PEOPLE, ({"id": head.id, **columns.person_columns(head.body)} for head in practitioners))
    execute(sql.DELETE_NUMBERS, people=people)
    write(
        sql.WRITE_NUMBERS,
        (
            {
                "person_id": head.id,
                "raw": number.raw,
                "number": number.number,
                "is_joined": number.is_joined,
                "rank": number.rank,
                "use": number.use,
                "reason": number.reason,
            }
            for head in practitioners
            for number in columns.phone_numbers(head.body, region)
        ),
    )
    return set(people)


def _roles(roles: list[Head]) -> set[UUID]:
    # The person a role had before must be looked at too, should it have become another's.
    before = Role.objects.filter(id__in=[head.id for head in roles]).values_list("person_id", flat=True)
    people = set(before)
    rows = [{"id": head.id, **columns.role_columns(head.body)} for head in roles]
    write(sql.WRITE_ROLES, rows)
    return people | {row["person_id"] for row in rows}
