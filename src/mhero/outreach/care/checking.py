"""A client and a visit as somebody writes them, on a page or in a row of a spreadsheet, and what is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.utils.formats import date_format
from django.utils.translation import gettext

from mhero.accounts.queries import workspace
from mhero.outreach.care import queries
from mhero.outreach.care.models import VisitKind
from mhero.outreach.care.services import Planned
from mhero.outreach.texts.days import read_day
from mhero.outreach.texts.words import plain, words
from mhero.platform.clock import Clock, now
from mhero.platform.phones import clean, in_words
from mhero.registry.models import Person, Place
from mhero.registry.queries import people_of

#: What is known of a client and a visit, in the order of the forms.
FIELDS: Final = ("name", "number", "facility", "kind", "due_on", "phone", "agreed", "language", "worker")
MOST_AHEAD: Final = timedelta(days=400)
_MOST_NAMED: Final = 4
_YES: Final = frozenset(["yes", "y", "oui", "o", "ndiyo", "ndio", "1", "true", "vrai", "x", "ok", "agreed"])
_NO: Final = frozenset(["", "no", "n", "non", "hapana", "0", "false", "faux", "-"])
_LANGUAGES: Final = {
    "": "en",
    **dict.fromkeys(("en", "eng", "english", "anglais", "kiingereza"), "en"),
    **dict.fromkeys(("fr", "fra", "fre", "french", "francais", "kifaransa"), "fr"),
    **dict.fromkeys(("sw", "swa", "swh", "swahili", "kiswahili"), "sw"),
}


@dataclass(frozen=True, slots=True)
class Checked:
    """What was understood; or what is wrong, by field."""

    planned: Planned | None
    errors: Mapping[str, str] = field(default_factory=dict)


class _Wrong(Exception):
    """What somebody wrote cannot be taken. The message is a sentence for them."""


class Checker:
    """Checks many, and looks each facility and health worker up once."""

    def __init__(self, area_id: UUID | None, source: str, clock: Clock = now) -> None:
        self._area_id = area_id
        self._source = source
        self.today = queries.today(clock)
        self._region = workspace().country_code
        self._rules = queries.rules()
        self.kinds = queries.kinds()
        self._kinds = queries.kinds_by_name(self.kinds)
        self._facilities: dict[str, list[Place]] = {}
        for place in queries.facilities_of(area_id).order_by("name"):
            self._facilities.setdefault(_key(place.name), []).append(place)
        self._staff: dict[UUID, list[Person]] = {}

    def check(self, values: Mapping[str, str], *, facility: Place | None = None) -> Checked:
        """`facility`: where the client goes when none is named."""
        errors: dict[str, str] = {}

        def taken(name: str, read: object) -> object:
            try:
                return read() if callable(read) else read
            except _Wrong as wrong:
                errors[name] = str(wrong)
                return None

        text = {name: " ".join(values.get(name, "").split()) for name in FIELDS}
        name = taken("name", lambda: self._name(text["name"], text["number"]))
        place = taken("facility", lambda: self._facility(text["facility"], facility))
        kind = taken("kind", lambda: self._kind(text["kind"]))
        due_on = taken("due_on", lambda: self._day(text["due_on"]))
        phone = taken("phone", lambda: self._phone(text["phone"]))
        agreed = taken("agreed", lambda: _agreed(text["agreed"]))
        language = taken("language", lambda: _language(text["language"]))
        worker = taken("worker", lambda: self._worker(text["worker"], place)) if place else None
        if agreed and not text["phone"]:
            errors.setdefault("phone", gettext("Enter the client’s number, or say that she did not agree."))
        if (
            errors
            or not isinstance(name, str)
            or not isinstance(place, Place)
            or not isinstance(kind, VisitKind)
            or not isinstance(due_on, date)
        ):
            return Checked(None, errors)
        return Checked(
            Planned(
                facility=place,
                kind=kind,
                due_on=due_on,
                source=self._source,
                name=name,
                number=text["number"],
                phone=str(phone or ""),
                agreed=bool(agreed),
                language=str(language),
                worker_id=worker if isinstance(worker, UUID) else None,
            )
        )

    def _name(self, name: str, number: str) -> str:
        if not name and not number:
            raise _Wrong(gettext("Enter a name, or the client’s number at the facility."))
        if len(name) > 100 or len(number) > 40:
            raise _Wrong(gettext("This is too long."))
        return name

    def _facility(self, text: str, otherwise: Place | None) -> Place:
        if not text:
            if otherwise is None:
                raise _Wrong(gettext("Enter the name of the facility."))
            return otherwise
        key = _key(text)
        found = self._facilities.get(key) or [
            place for name, places in self._facilities.items() if key and key in name for place in places
        ]
        if not found:
            raise _Wrong(gettext("No facility of your area is called “%(name)s”.") % {"name": text[:60]})
        if len(found) > 1:
            names = ", ".join(place.name.strip() for place in found[:_MOST_NAMED])
            raise _Wrong(
                gettext("Several facilities may be meant: %(names)s. Write the whole name.")
                % {"names": names}
            )
        return found[0]

    def _kind(self, text: str) -> VisitKind:
        if not text:
            return self.kinds[0]
        found = self._kinds.get(_key(text)) or text
        kind = next((kind for kind in self.kinds if str(kind.id) == found), None)
        if kind is None:
            names = ", ".join(map(str, self.kinds))
            raise _Wrong(gettext("There is no such kind of visit. There are: %(names)s.") % {"names": names})
        return kind

    def _day(self, text: str) -> date:
        if not text:
            raise _Wrong(gettext("Enter the day of the visit."))
        # A time of day, as spreadsheets add it, says nothing.
        days = read_day(_day_in_plain(text), self.today)
        if not days:
            raise _Wrong(gettext("Write the day like 12/5/2026 or 12 May 2026."))
        if len(days) > 1:
            either = " / ".join(date_format(day, "j F Y") for day in days)
            raise _Wrong(gettext("This may be %(days)s. Write the month as a word.") % {"days": either})
        if days[0] <= self.today - timedelta(days=self._rules.missed_after_days):
            raise _Wrong(gettext("This day is long over: %(day)s.") % {"day": date_format(days[0], "j F Y")})
        if days[0] > self.today + MOST_AHEAD:
            raise _Wrong(
                gettext("This day is more than a year away: %(day)s.")
                % {"day": date_format(days[0], "j F Y")}
            )
        return days[0]

    def _phone(self, text: str) -> str:
        found = clean(text, self._region)
        if not found:
            return ""
        if len(found) > 1:
            raise _Wrong(gettext("Enter one number."))
        if not found[0].number:
            raise _Wrong(
                gettext("This number cannot be texted: %(why)s.")
                % {"why": in_words(found[0].reason, self._region)}
            )
        return found[0].number

    def _worker(self, text: str, place: object) -> UUID | None:
        if not text or not isinstance(place, Place):
            return None
        numbers = [one.number for one in clean(text, self._region) if one.number]
        if numbers:
            having = list(people_of(self._area_id).filter(phone__in=numbers, is_active=True)[:_MOST_NAMED])
            # Two people may have one phone: then whoever works here is meant.
            found = [person for person in having if place.id in person.place_ids] or having
        else:
            found = [person for person in self._staff_of(place) if _key(text) in _key(person.name)]
        if not found:
            raise _Wrong(gettext("No health worker of the facility is called so, or has this number."))
        if len(found) > 1:
            names = ", ".join(person.name for person in found[:_MOST_NAMED])
            raise _Wrong(gettext("Several health workers may be meant: %(names)s.") % {"names": names})
        return found[0].id

    def _staff_of(self, place: Place) -> list[Person]:
        if place.id not in self._staff:
            self._staff[place.id] = list(
                Person.objects.filter(place_ids__contains=[place.id], is_active=True)
            )
        return self._staff[place.id]


def _key(text: str) -> str:
    return "".join(words(text))


def _day_in_plain(text: str) -> str:
    day = plain(text).strip(" .")
    for mark in (" 00:00:00", "t00:00:00", " 00:00"):
        day = day.removesuffix(mark)
    return day.replace(",", "")


def _agreed(text: str) -> bool:
    word = plain(text).strip(".! ")
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise _Wrong(gettext("Write yes or no."))


def _language(text: str) -> str:
    try:
        return _LANGUAGES[plain(text)]
    except KeyError as error:
        raise _Wrong(gettext("Texts can be in English, French or Swahili.")) from error
