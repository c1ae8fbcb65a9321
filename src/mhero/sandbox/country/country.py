"""The whole country, made from a seed."""

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Final

from mhero.platform.clock import now
from mhero.sandbox.country.facilities import Facility, make_facilities
from mhero.sandbox.country.leaders import appoint
from mhero.sandbox.country.people import Person, make_people

DEFAULT_SEED: Final = 2014


@dataclass(frozen=True, kw_only=True, slots=True)
class Country:
    seed: int
    facilities: tuple[Facility, ...]
    people: tuple[Person, ...]

    @classmethod
    def generate(
        cls,
        *,
        seed: int = DEFAULT_SEED,
        people: int = 12_000,
        facilities: int = 800,
        today: date | None = None,
    ) -> "Country":
        """The same seed, counts and day give the same country."""
        random = Random(seed)
        day = today or now().date()
        made = make_facilities(random, facilities, day)
        workers = appoint(make_people(random, people, made, day))
        return cls(seed=seed, facilities=tuple(made), people=tuple(workers))
