"""What the lists of people and facilities are narrowed by: the address is the state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_lazy

from mhero.registry.models import Person, PhoneState, Place

WORKING: Final = ""
LEFT: Final = "left"
EVERYBODY: Final = "all"
WORKING_CHOICES: Final = (
    (WORKING, gettext_lazy("Working today")),
    (LEFT, gettext_lazy("Left, or not working")),
    (EVERYBODY, gettext_lazy("Everybody")),
)
CLOSED: Final = "closed"
MISPLACED: Final = "misplaced"
STATE_CHOICES: Final = (
    ("", gettext_lazy("Open")),
    (CLOSED, gettext_lazy("Closed")),
    (MISPLACED, gettext_lazy("Not in its place")),
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Filter:
    """What both have. A field with its default is no condition."""

    name: str = ""
    #: An area or a facility.
    place: UUID | None = None

    @property
    def query(self) -> str:
        """The address's query that `of` reads back."""
        chosen = {field.name: getattr(self, field.name) for field in fields(self)}
        return urlencode({name: value for name, value in chosen.items() if value})

    def chips(self, place_name: str) -> list[tuple[str, str]]:
        """Each condition in words, with the address without it."""
        defaults: dict[str, Any] = {field.name: field.default for field in fields(self)}
        return [
            (self._words(name, place_name), f"?{replace(self, **{name: default}).query}")
            for name, default in defaults.items()
            if getattr(self, name) != default
        ]

    def _words(self, name: str, place_name: str) -> str:
        if name == "place":
            return place_name or gettext("A place that is not in the registry")
        return str(getattr(self, name))


@dataclass(frozen=True, kw_only=True, slots=True)
class PeopleFilter(_Filter):
    """Which people a list shows."""

    #: Part of a facility's name.
    facility: str = ""
    cadre: str = ""
    #: One of `PhoneState`.
    phone: str = ""
    #: One of `WORKING_CHOICES`.
    working: str = WORKING

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "PeopleFilter":
        """Reads it from an address; what makes no sense there is no condition."""
        return cls(
            name=_text(query, "name"),
            place=as_id(_text(query, "place")),
            facility=_text(query, "facility"),
            cadre=_text(query, "cadre"),
            phone=_one_of(_text(query, "phone"), PhoneState.values),
            working=_one_of(_text(query, "working"), [LEFT, EVERYBODY]),
        )

    def of_these(self, people: QuerySet[Person]) -> QuerySet[Person]:
        conditions = {
            "name__icontains": self.name,
            "place__name__icontains": self.facility,
            "phone_state": self.phone,
        }
        people = people.filter(**{lookup: value for lookup, value in conditions.items() if value})
        if self.place:
            people = people.filter(place_ids__contains=[self.place])
        if self.cadre:
            people = people.filter(cadres__contains=[self.cadre])
        return people if self.working == EVERYBODY else people.filter(is_active=self.working == WORKING)

    def _words(self, name: str, place_name: str) -> str:
        if name == "phone":
            return str(PhoneState(self.phone).label)
        if name == "working":
            return str(dict(WORKING_CHOICES)[self.working])
        return _Filter._words(self, name, place_name)


@dataclass(frozen=True, kw_only=True, slots=True)
class FacilityFilter(_Filter):
    """Which facilities a list shows."""

    type: str = ""
    #: One of `STATE_CHOICES`.
    state: str = ""

    @classmethod
    def of(cls, query: Mapping[str, Any]) -> "FacilityFilter":
        return cls(
            name=_text(query, "name"),
            place=as_id(_text(query, "place")),
            type=_text(query, "type"),
            state=_one_of(_text(query, "state"), [CLOSED, MISPLACED]),
        )

    def of_these(self, places: QuerySet[Place]) -> QuerySet[Place]:
        conditions = {"name__icontains": self.name, "facility_type": self.type}
        places = places.filter(**{lookup: value for lookup, value in conditions.items() if value})
        if self.place:
            places = places.filter(path__contains=[self.place])
        if self.state == MISPLACED:
            return places.exclude(tree_problem="")
        return places.filter(is_active=self.state != CLOSED)

    def _words(self, name: str, place_name: str) -> str:
        if name == "state":
            return str(dict(STATE_CHOICES)[self.state])
        return _Filter._words(self, name, place_name)


def as_id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def after(row: Person | Place) -> Q:
    """What comes after a row in the order of names."""
    return Q(name__gt=row.name) | Q(name=row.name, id__gt=row.id)


def before(row: Person | Place) -> Q:
    return Q(name__lt=row.name) | Q(name=row.name, id__lt=row.id)


def _text(query: Mapping[str, Any], name: str) -> str:
    return str(query.get(name, "")).replace("\x00", "").strip()[:100]


def _one_of(text: str, allowed: Iterable[str]) -> str:
    return text if text in allowed else ""
