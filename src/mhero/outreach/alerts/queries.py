"""Reads of alerts: who sees which, how far one is, and who has not confirmed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from mhero.accounts.models import User
from mhero.outreach.alerts.models import Alert, AlertPerson
from mhero.registry.models import Place, PlaceKind

#: The position of a county in a place's path.
COUNTY: Final = 2

# The people of one alert, as far as somebody may see them, and how far their texts came.
PEOPLE: Final = """
WITH reached AS (
    SELECT m.contact_id, bool_or(m.sent_at IS NOT NULL) AS is_sent,
           bool_or(m.status = 'delivered') AS is_delivered,
           (array_agg(m.status ORDER BY m.id DESC))[1] AS status,
           (array_agg(m.reason ORDER BY m.id DESC))[1] AS reason
    FROM messaging_message m
    WHERE m.broadcast_id IN (SELECT broadcast_id FROM outreach_alertwave WHERE alert_id = %(alert)s)
    GROUP BY m.contact_id
),
person AS (
    SELECT p.id, p.contact_id, p.place_id, p.path, p.confirmed_at, p.confirmed_by,
           coalesce(r.is_sent, false) AS is_sent, coalesce(r.is_delivered, false) AS is_delivered,
           coalesce(r.status, '') AS status, coalesce(r.reason, '') AS reason
    FROM outreach_alertperson p LEFT JOIN reached r ON r.contact_id = p.contact_id
    WHERE p.alert_id = %(alert)s
      AND (%(area)s::uuid IS NULL OR p.path @> ARRAY[%(area)s::uuid])
      AND (%(place)s::uuid IS NULL OR p.path @> ARRAY[%(place)s::uuid])
)
"""
FIGURES: Final = """
SELECT count(*), count(*) FILTER (WHERE is_sent), count(*) FILTER (WHERE is_delivered),
       count(*) FILTER (WHERE confirmed_at IS NOT NULL), max(confirmed_at)
FROM person
"""
ROWS: Final = """
SELECT path[%(depth)s], count(*), count(*) FILTER (WHERE confirmed_at IS NOT NULL)
FROM person GROUP BY path[%(depth)s]
"""
LISTED: Final = """
SELECT person.id, person.contact_id, person.path, contact.name, coalesce(contact.number, ''),
       coalesce(contact.fields->>'cadre', ''), contact.person_id, person.confirmed_at, person.confirmed_by,
       person.status, person.reason, contact.status = 'stopped'
FROM person JOIN messaging_contact contact ON contact.id = person.contact_id
WHERE (%(confirmed)s::bool IS NULL OR (person.confirmed_at IS NOT NULL) = %(confirmed)s)
  AND (%(after)s::bigint IS NULL OR person.id > %(after)s)
ORDER BY person.id
LIMIT %(most)s
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What of an alert is looked at, by whom."""

    alert: Alert
    #: None sees the whole country.
    area_id: UUID | None = None
    #: None looks at all there is to see.
    place: Place | None = None

    @property
    def depth(self) -> int:
        """The position, in a path, of the places beneath the one that is looked at."""
        return len(self.place.path) + 1 if self.place else COUNTY

    def values(self, **more: Any) -> dict[str, Any]:
        return {
            "alert": self.alert.id,
            "area": self.area_id,
            "place": self.place.id if self.place else None,
            "depth": self.depth,
            **more,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    chosen: int
    sent: int
    delivered: int
    confirmed: int
    last_confirmed_at: datetime | None

    @property
    def waiting(self) -> int:
        return self.chosen - self.confirmed


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """The people of a place right beneath the one that is looked at; no place for those who are at none."""

    id: UUID | None
    name: str
    is_facility: bool
    people: int
    confirmed: int

    @property
    def waiting(self) -> int:
        return self.people - self.confirmed


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One of the people."""

    id: int
    contact_id: UUID
    path: tuple[UUID, ...]
    name: str
    number: str
    cadre: str
    person_id: UUID | None
    confirmed_at: datetime | None
    confirmed_by: str
    #: Of the last text: a state of messages, and why it did not arrive.
    status: str
    reason: str
    has_opted_out: bool


def alerts_of(user: User) -> QuerySet[Alert]:
    """Those that somebody sees: of the country all; of an area its own, and those sent to people there."""
    found = Alert.objects.filter(archived_at=None).select_related("owner").order_by("-created_at")
    if user.area_id is None:
        return found
    people = AlertPerson.objects.filter(alert=OuterRef("pk"), path__contains=[user.area_id])
    return found.filter(Q(owner=user) | Q(owner__area_id=user.area_id) | Exists(people))


def may_decide(user: User, alert: Alert) -> bool:
    """Whether somebody may stop it or go on with it: it is hers, or of a colleague with the same area."""
    return user.may("alerts.send") and (
        user.whole_country or alert.owner_id == user.id or alert.owner.area_id == user.area_id
    )


def figures(view: View) -> Figures:
    chosen, sent, delivered, confirmed, last = _all(PEOPLE + FIGURES, view.values())[0]
    return Figures(chosen=chosen, sent=sent, delivered=delivered, confirmed=confirmed, last_confirmed_at=last)


def rows(view: View) -> list[Row]:
    """The places beneath, by name; people who are at none of them last."""
    counted = _all(PEOPLE + ROWS, view.values())
    places = Place.objects.in_bulk([place for place, *_ in counted if place])
    found = [
        Row(
            id=place if place in places else None,
            name=places[place].name.strip() if place in places else "",
            is_facility=place in places and places[place].kind == PlaceKind.FACILITY,
            people=people,
            confirmed=confirmed,
        )
        for place, people, confirmed in counted
    ]
    return sorted(found, key=lambda row: (not row.name, row.name))


def people(
    view: View, *, confirmed: bool | None = None, after: int | None = None, most: int | None = None
) -> list[Listed]:
    """In the order in which they were chosen."""
    values = view.values(confirmed=confirmed, after=after, most=most)
    return [
        Listed(
            id=key,
            contact_id=contact,
            path=tuple(path),
            name=name,
            number=number,
            cadre=cadre,
            person_id=person,
            confirmed_at=at,
            confirmed_by=by,
            status=status,
            reason=reason,
            has_opted_out=out,
        )
        for key, contact, path, name, number, cadre, person, at, by, status, reason, out in _all(
            PEOPLE + LISTED, values
        )
    ]


def confirmed_of(alerts: list[Alert], area_id: UUID | None) -> dict[UUID, tuple[int, int]]:
    """How many confirmed of how many, for each of the alerts."""
    seen = AlertPerson.objects.filter(alert__in=alerts)
    if area_id is not None:
        seen = seen.filter(path__contains=[area_id])
    counted = seen.values_list("alert_id").annotate(confirmed=Count("confirmed_at"), people=Count("id"))
    return {alert_id: (confirmed, people) for alert_id, confirmed, people in counted}


def _all(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
