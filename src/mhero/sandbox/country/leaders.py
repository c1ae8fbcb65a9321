"""Who leads: somebody in charge of each facility, an officer of each district and of each county.

They are chosen by rule from the people who are there anyway, and the random generator is not asked, so that
everything else that a seed makes stays as it is.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from mhero.sandbox.country.cadres import COUNTY_OFFICER, DISTRICT_OFFICER, IN_CHARGE, Job
from mhero.sandbox.country.people import Person, Role

#: Who is asked first; the other cadres come after them.
_SENIOR: Final = ("physician", "physician-assistant", "midwife", "nurse")


def appoint(people: Sequence[Person]) -> list[Person]:
    """The same people: the most senior of each facility in charge of it, who comes next an officer above.

    Somebody whom nobody can call is in charge where there is nobody else, and no officer.
    """
    shared = Counter(person.number for person in people)
    led: set[str] = set()
    appointed: dict[str, Person] = {}
    for person in sorted(_candidates(people), key=lambda one: _rank(one, shared)):
        role = person.roles[0]
        facility, cadre = role.facility, role.job.cadre
        if facility.id not in led:
            led.add(facility.id)
            appointed[person.id] = replace(person, roles=(replace(role, job=IN_CHARGE[cadre]),))
        elif not _is_reached(person, shared):
            continue
        elif facility.county.code not in led:
            led.add(facility.county.code)
            appointed[person.id] = _officer(person, COUNTY_OFFICER[cadre], facility.county.code)
        elif facility.district.code not in led:
            led.add(facility.district.code)
            appointed[person.id] = _officer(person, DISTRICT_OFFICER[cadre], facility.district.code)
    return [appointed.get(person.id, person) for person in people]


def _candidates(people: Sequence[Person]) -> Iterable[Person]:
    # The first is Musu, who stays the nurse that she is.
    for person in people[1:]:
        if person.active and len(person.roles) == 1 and person.roles[0].end is None:
            yield person


def _rank(person: Person, shared: Counter[str]) -> tuple[bool, int, str]:
    """Those who can be reached first, then by cadre."""
    cadre = person.roles[0].job.cadre
    seniority = _SENIOR.index(cadre) if cadre in _SENIOR else len(_SENIOR)
    return not _is_reached(person, shared), seniority, person.id


def _is_reached(person: Person, shared: Counter[str]) -> bool:
    """Whether a call reaches her: by her own number, written so that nobody can misread it."""
    if not person.number or shared[person.number] > 1 or person.leave is not None:
        return False
    digits = "".join(letter for letter in person.phones[0] if letter.isdigit())
    return digits.endswith(person.number)


def _officer(person: Person, job: Job, office: str) -> Person:
    """Somebody keeps her post at the facility, which is the newer one and so the one she is known by."""
    role = person.roles[0]
    post = Role(
        id=f"{role.id}-office",
        job=job,
        facility=role.facility,
        start=role.start - timedelta(days=1),
        office=office,
    )
    return replace(person, roles=(role, post))
