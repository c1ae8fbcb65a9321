"""Made-up health workers, with what is wrong with their records in life."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import accumulate
from random import Random
from typing import Final

from mhero.sandbox.country.cadres import JOBS, SKILLS, Job
from mhero.sandbox.country.dirt import MUSU_NATIONAL, numbers, written, written_cleanly
from mhero.sandbox.country.facilities import STAFF_WEIGHTS, Facility
from mhero.sandbox.country.names import FAMILIES, MEN, UNUSUAL_FAMILIES, WOMEN

#: Shares of the records. The iHRIS demo data has 13 ended roles of 1,008 still active and 7 of 1,007
#: people without a role; the others are what the reference names without a figure, set low enough to
#: leave a working country.
MISSING_NUMBER: Final = 0.12
SHARED_NUMBER: Final = 0.03
SECOND_NUMBER: Final = 0.05
LEGACY_NUMBER: Final = 0.02
SAME_PERSON_TWICE: Final = 0.015
ENDED_BUT_ACTIVE: Final = 0.013
LEFT: Final = 0.03
WITHOUT_ROLE: Final = 0.007
SECOND_ROLE: Final = 0.03
ON_LEAVE: Final = 0.04


@dataclass(frozen=True, kw_only=True, slots=True)
class Role:
    id: str
    job: Job
    facility: Facility
    start: date
    end: date | None = None
    #: What the record says. A role that has ended is often still called active.
    active: bool = True
    #: The code of the district or county at whose office it is held; None at the facility itself.
    office: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Leave:
    id: str
    #: "annual", "sick", "maternity", "study".
    kind: str
    start: date
    end: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    id: str
    given: str
    family: str
    #: "female" or "male"; None where nobody filled it in.
    gender: str | None
    birth_date: date | None
    employee_number: str
    #: The nine national digits that reach the person; "" for somebody without a phone.
    number: str
    #: The mobile numbers as they were typed.
    phones: tuple[str, ...]
    #: The number stands in iHRIS's old extension and not in `telecom`.
    legacy_phone: bool
    #: BCP 47 codes, preferred first.
    languages: tuple[str, ...]
    skills: tuple[str, ...]
    roles: tuple[Role, ...]
    leave: Leave | None
    active: bool


def make_people(random: Random, count: int, facilities: Sequence[Facility], today: date) -> list[Person]:
    """So many records in iHRIS, those of people who are in it twice included. The first is Musu."""
    makers = _Makers(random, facilities, today, numbers(random, count))
    people: list[Person] = [makers.musu()]
    last_at: dict[str, Person] = {}
    while len(people) < count:
        serial = len(people) + 1
        if random.random() < SAME_PERSON_TWICE and serial > 100:
            people.append(makers.again(people[random.randrange(1, len(people))], serial))
            continue
        person = makers.person(serial, last_at)
        people.append(person)
        if person.roles and person.number:
            last_at[person.roles[0].facility.id] = person
    return people


class _Makers:
    """What each of many people is made with: the generator and the tables it draws from."""

    def __init__(
        self, random: Random, facilities: Sequence[Facility], today: date, free_numbers: list[str]
    ) -> None:
        self.random = random
        self.today = today
        self.free_numbers = free_numbers
        self.facilities = [facility for facility in facilities if facility.closed is None]
        self.staff = _staff_weights(self.facilities)
        self.jobs = {kind: [job for job in JOBS if kind in job.facility_types] for kind in STAFF_WEIGHTS}
        self.job_weights = {
            kind: tuple(accumulate(job.weight for job in jobs)) for kind, jobs in self.jobs.items()
        }

    def person(self, serial: int, last_at: dict[str, Person]) -> Person:
        random = self.random
        facility = random.choices(self.facilities, cum_weights=self.staff)[0]
        job = random.choices(self.jobs[facility.type], cum_weights=self.job_weights[facility.type])[0]
        female = random.random() < (0.96 if job.cadre == "midwife" else 0.5)
        number, phones = self._phones(last_at.get(facility.id))
        birth = self.today - timedelta(days=random.randrange(21 * 365, 62 * 365))
        roles, active = self._roles(serial, job, facility)
        return Person(
            id=f"P{serial:06d}",
            given=random.choice(WOMEN if female else MEN),
            family=random.choice(UNUSUAL_FAMILIES if random.random() < 0.01 else FAMILIES),
            gender=None if random.random() < 0.04 else ("female" if female else "male"),
            birth_date=None if random.random() < 0.2 else birth,
            employee_number=f"{100_000 + serial}",
            number=number,
            phones=phones,
            legacy_phone=bool(phones) and random.random() < LEGACY_NUMBER,
            languages=self._languages(facility.county.language),
            skills=tuple(random.sample(tuple(SKILLS), random.choice((1, 1, 2))))
            if random.random() < 0.3
            else (),
            roles=roles,
            leave=self._leave(serial) if random.random() < ON_LEAVE else None,
            active=active,
        )

    def again(self, person: Person, serial: int) -> Person:
        """The same person entered a second time:

        a new id, the name spelled otherwise, the number rewritten.
        """
        random = self.random
        given = random.choice(
            (person.given, person.given.upper(), f"{person.given} {random.choice('ABDKMTW')}.")
        )
        return replace(
            person,
            id=f"P{serial:06d}",
            given=given,
            employee_number=f"{100_000 + serial}",
            phones=(written_cleanly(random, person.number),) if person.number else (),
            birth_date=person.birth_date if random.random() < 0.7 else None,
            roles=tuple(
                replace(role, id=f"R{serial:06d}-{number}") for number, role in enumerate(person.roles, 1)
            ),
            leave=None,
        )

    def musu(self) -> Person:
        facility = next(f for f in self.facilities if f.county.code == "LR-BG")
        role = Role(id="R000001-1", job=JOBS[0], facility=facility, start=date(2015, 3, 2))
        return Person(
            id="P000001",
            given="Musu",
            family="Kollie",
            gender="female",
            birth_date=date(1988, 7, 26),
            employee_number="100001",
            number=MUSU_NATIONAL,
            phones=(f"0{MUSU_NATIONAL}",),
            legacy_phone=False,
            languages=("en", "kpe"),
            skills=("ipc", "ebola"),
            roles=(role,),
            leave=None,
            active=True,
        )

    def _phones(self, colleague: Person | None) -> tuple[str, tuple[str, ...]]:
        random = self.random
        if random.random() < MISSING_NUMBER:
            return "", ()
        shared = colleague is not None and random.random() < SHARED_NUMBER
        number = colleague.number if colleague and shared else self.free_numbers.pop()
        # The other number of a joined pair is another person's, as it is on a phone that two people use.
        other = colleague.number if colleague else self.free_numbers[0]
        phones = [written(random, number, other)]
        if random.random() < SECOND_NUMBER:
            phones.append(written_cleanly(random, number[:3] + number[:2:-1]))
        return number, tuple(phones)

    def _languages(self, local: str) -> tuple[str, ...]:
        chance = self.random.random()
        if chance < 0.03:
            return ("fr", "en")
        if chance < 0.06:
            return (local, "en")
        return ("en", local) if chance < 0.7 else ("en",)

    def _roles(self, serial: int, job: Job, facility: Facility) -> tuple[tuple[Role, ...], bool]:
        """The roles and whether the person is called active."""
        random = self.random
        chance = random.random()
        if chance < WITHOUT_ROLE:
            return (), True
        start = self.today - timedelta(days=random.randrange(60, 30 * 365))
        role = Role(id=f"R{serial:06d}-1", job=job, facility=facility, start=start)
        chance -= WITHOUT_ROLE
        ended = self.today - timedelta(days=random.randrange(1, 50))
        if chance < ENDED_BUT_ACTIVE:
            return (replace(role, end=ended),), True
        if chance < ENDED_BUT_ACTIVE + LEFT:
            return (replace(role, end=ended, active=False),), False
        if chance > 1 - SECOND_ROLE - WITHOUT_ROLE:
            elsewhere = random.choices(self.facilities, cum_weights=self.staff)[0]
            later = start + (self.today - start) / 2
            second = Role(id=f"R{serial:06d}-2", job=job, facility=elsewhere, start=later)
            return (role, second), True
        return (role,), True

    def _leave(self, serial: int) -> Leave:
        start = self.today + timedelta(days=self.random.randrange(-40, 3))
        kind = self.random.choice(("annual", "annual", "sick", "maternity", "study"))
        days = {"annual": 60, "sick": 45, "maternity": 90, "study": 365}[kind]
        return Leave(id=f"L{serial:06d}", kind=kind, start=start, end=start + timedelta(days=days))


def _staff_weights(facilities: Sequence[Facility]) -> tuple[float, ...]:
    """Running weights of the facilities: a county's people by its population, within it by type."""
    within: dict[str, float] = {}
    for facility in facilities:
        code = facility.county.code
        within[code] = within.get(code, 0) + STAFF_WEIGHTS[facility.type]
    return tuple(
        accumulate(
            facility.county.population * STAFF_WEIGHTS[facility.type] / within[facility.county.code]
            for facility in facilities
        )
    )
