"""Made-up health facilities in the real districts."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import blake2b
from random import Random
from typing import Final

from mhero.sandbox.country.names import COMMUNITIES
from mhero.sandbox.country.places import COUNTIES, County, District

TYPES: Final = {"hospital": "Hospital", "health-center": "Health Center", "clinic": "Clinic"}
OWNERSHIPS: Final = {"government": "Government", "private": "Private", "faith-based": "Faith-based or NGO"}

#: About how many people work in one, against each other.
STAFF_WEIGHTS: Final = {"hospital": 45.0, "health-center": 12.0, "clinic": 4.0}

_ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_LEAST_PER_COUNTY: Final = 15
_BEFORE: Final = ("New ", "Old ", "Upper ", "Lower ", "St. Mary ", "St. Joseph ", "St. Luke ", "St. Theresa ")


@dataclass(frozen=True, kw_only=True, slots=True)
class Facility:
    #: iHRIS's id of its Location.
    id: str
    #: DHIS2's id of its organisation unit.
    uid: str
    #: The master facility list's code, which DHIS2 keeps as the unit's code.
    code: str
    name: str
    #: A key of `TYPES`.
    type: str
    #: A key of `OWNERSHIPS`.
    ownership: str
    county: County
    district: District
    #: None when nobody has surveyed it.
    position: tuple[float, float] | None
    opened: date
    closed: date | None
    #: iHRIS knows the DHIS2 id of most; of the others only the code of the master facility list.
    linked: bool


def unit_uid(*parts: str) -> str:
    """An organisation unit's id in DHIS2's form: 11 letters and digits, a letter first."""
    number = int.from_bytes(blake2b("/".join(parts).encode(), digest_size=12).digest())
    number, first = divmod(number, 52)
    characters = [_ALPHABET[first]]
    for _ in range(10):
        number, digit = divmod(number, 62)
        characters.append(_ALPHABET[digit])
    return "".join(characters)


def make_facilities(random: Random, count: int, today: date) -> list[Facility]:
    """So many facilities, spread over the counties by population."""
    made: list[Facility] = []
    taken: set[str] = set()
    for county, share in _shares(count):
        for number in range(share):
            made.append(_facility(random, county, number, len(made) + 1, today, taken))
    return made


def _shares(count: int) -> Iterator[tuple[County, int]]:
    least = min(_LEAST_PER_COUNTY, count // len(COUNTIES))
    spare = count - least * len(COUNTIES)
    population = sum(county.population for county in COUNTIES)
    given = passed = 0
    for county in COUNTIES:
        passed += county.population
        until = spare * passed // population
        yield county, least + until - given
        given = until


def _facility(
    random: Random, county: County, number: int, serial: int, today: date, taken: set[str]
) -> Facility:
    kind = _type(random, number)
    district = county.districts[number % len(county.districts)]
    opened = date(1970, 1, 1) + timedelta(days=random.randrange(19_000))
    closed = today - timedelta(days=random.randrange(30, 2_000)) if random.random() < 0.025 else None
    position = (
        round(district.latitude + random.uniform(-1, 1) * district.reach, 5),
        round(district.longitude + random.uniform(-1, 1) * district.reach, 5),
    )
    return Facility(
        id=f"F{serial:04d}",
        uid=unit_uid("facility", str(serial)),
        code=f"{county.code}-{number + 1:04d}",
        name=_name(random, kind, taken),
        type=kind,
        ownership=random.choices(tuple(OWNERSHIPS), (60, 27, 13))[0],
        county=county,
        district=district,
        position=None if random.random() < 0.03 else position,
        opened=opened,
        closed=closed if closed and closed > opened else None,
        linked=random.random() >= 0.02,
    )


def _type(random: Random, number: int) -> str:
    # Every county has a hospital, as it has in life.
    return "hospital" if number == 0 else random.choices(tuple(TYPES), (3, 8, 89))[0]


def _name(random: Random, kind: str, taken: set[str]) -> str:
    community = random.choice(COMMUNITIES)
    for before in ("", *random.sample(_BEFORE, len(_BEFORE))):
        name = f"{before}{community} {TYPES[kind]}"
        # A few clinics bear the name of another one, as they do in life.
        if name not in taken or random.random() < 0.01:
            taken.add(name)
            return name
    return f"{community} {TYPES[kind]} {len(taken)}"
