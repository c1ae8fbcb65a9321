"""How long it takes to count an audience of a country with 100,000 health workers.

The people and their contacts are made in a database of its own, which is gone afterwards.
"""

import os
import random
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import TYPE_CHECKING, Any
from uuid import UUID

import psutil

if TYPE_CHECKING:
    from mhero.messaging.models import Contact
    from mhero.outreach.audience import Filter
    from mhero.registry.models import Person

PEOPLE = 100_000
ROUNDS = 200
BATCH = 5_000
COUNTIES, DISTRICTS, FACILITIES = range(1, 16), range(50, 200), range(200, 1_700)
FACILITY_TYPES = ["Clinic", "Health Center", "Hospital"]
LANGUAGES = ["en", "fr", "kpe"]


def main() -> None:
    from mhero.platform.testing import started_database

    with tempfile.TemporaryDirectory(prefix="mhero-bench-", ignore_cleanup_errors=True) as home:
        os.environ["MHERO_HOME"] = home
        with started_database(Path(home)):
            fill()
            _measure()


def fill(people: int = PEOPLE) -> None:
    """People with life's dirt: without a number, with an invalid or a shared one, on leave, opted out."""
    from django.db import connection

    from mhero.messaging.models import Contact
    from mhero.registry.models import Person

    chooser = random.Random(1)
    for start in range(0, people, BATCH):
        batch = list(_persons(range(start, min(start + BATCH, people)), chooser))
        Person.objects.bulk_create(batch)
        Contact.objects.bulk_create(_contacts(batch, chooser), ignore_conflicts=True)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE registry_person, messaging_contact, messaging_optout")


def _persons(numbers: range, chooser: random.Random) -> "Iterator[Person]":
    from mhero.platform.clock import now
    from mhero.registry.models import Person, PhoneState

    for n in numbers:
        facility = chooser.choice(FACILITIES)
        county, district = COUNTIES[facility % 15], DISTRICTS[facility % 150]
        dirt = chooser.random()
        state = next(
            (
                state
                for below, state in ((0.033, "missing"), (0.043, "invalid"), (0.08, "shared"))
                if dirt < below
            ),
            PhoneState.USABLE.value,
        )
        yield Person(
            id=UUID(int=chooser.getrandbits(128), version=4),
            name=f"Family{chooser.randrange(900)}, Given{n}",
            given_name=f"Given{n}",
            family_name="Family",
            gender=chooser.choice(["female", "male"]),
            languages=[chooser.choice(LANGUAGES)],
            # A few cadres are most of the workforce, as everywhere.
            cadres=[f"Cadre {int(chooser.random() ** 2 * 16)}"],
            skills=[f"Skill {n % 40}"],
            place_id=_place(facility),
            place_ids=[_place(0), _place(county), _place(district), _place(facility)],
            facility_types=[FACILITY_TYPES[facility % 3]],
            is_active=n % 25 != 0,
            on_leave_until=now().date() + timedelta(days=5) if n % 50 == 1 else None,
            phone=""
            if state in ("missing", "invalid")
            else f"+23177{n - (n % 2 if state == 'shared' else 0):07d}",
            phone_state=state,
            change=n,
        )


def _contacts(persons: "list[Person]", chooser: random.Random) -> "Iterator[Contact]":
    from mhero.messaging.models import Contact

    for person in persons:
        if person.phone:
            yield Contact(
                person_id=person.id,
                number=person.phone,
                name=person.name,
                language="eng",
                status="stopped" if chooser.random() < 0.03 else "active",
                fields={
                    "first_name": person.given_name,
                    "cadre": person.cadres[0],
                    "facility": str(person.place_id),
                },
                place_ids=person.place_ids,
            )


def _place(number: int) -> UUID:
    return UUID(f"00000000-0000-4000-8000-{number:012d}")


def _measure() -> None:
    from mhero.outreach.audience import Filter
    from mhero.outreach.reach import Reach
    from mhero.outreach.recipients import account_for
    from mhero.platform.clock import now

    reach = Reach(area_id=None, today=now().date(), trial_phones=None)
    accounted = account_for(Filter(), reach)
    everyone = [_milliseconds(lambda: account_for(Filter(), reach)) for _ in range(20)]
    chooser = random.Random(2)
    varied = [_some_filter(chooser) for _ in range(ROUNDS)]
    times = [_milliseconds(lambda chosen=chosen: account_for(chosen, reach)) for chosen in varied]
    busy = _processor_milliseconds(lambda: [account_for(chosen, reach) for chosen in varied]) / ROUNDS
    print(f"people: {PEOPLE:,}, of whom {accounted.chosen:,} work and {accounted.will_send:,} can be texted")
    print(f"everyone at once: {median(everyone):.0f} ms; median of {ROUNDS} filters: {median(times):.0f} ms")
    print(f"processor time of the database for one count, whatever else the machine does: {busy:.0f} ms")
    print(f"audience count: {quantiles(times, n=20)[-1]:.0f} ms")


def _some_filter(chooser: random.Random) -> "Filter":
    from mhero.outreach.audience import Filter

    def some(values: list[Any], chance: float) -> tuple[Any, ...]:
        return tuple(chooser.sample(values, chooser.randint(1, 3))) if chooser.random() < chance else ()

    return Filter(
        cadres=some([f"Cadre {n}" for n in range(16)], 0.7),
        places=some([_place(n) for n in (*COUNTIES, *DISTRICTS)], 0.6),
        facility_types=some(FACILITY_TYPES, 0.2),
        skills=some([f"Skill {n}" for n in range(40)], 0.1),
        languages=some(LANGUAGES, 0.2),
        genders=("female",) if chooser.random() < 0.2 else (),
    )


def _milliseconds(action: Callable[[], object]) -> float:
    start = perf_counter()
    action()
    return 1000 * (perf_counter() - start)


def _processor_milliseconds(action: Callable[[], object]) -> float:
    """What the database's process for our connection spends."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        process = psutil.Process(cursor.fetchone()[0])
    before = process.cpu_times()
    action()
    after = process.cpu_times()
    return 1000 * (after.user + after.system - before.user - before.system)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mhero.platform.settings")
    main()
