"""Fictional clients of a programme, with visits that are planned around today."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from random import Random
from typing import Final

from mhero.sandbox.country import Facility
from mhero.sandbox.country.facilities import unit_uid
from mhero.sandbox.country.names import FAMILIES, MEN, WOMEN
from mhero.sandbox.dhis2.metadata import Object

#: Facilities with clients, and how many each has.
FACILITIES: Final = 25
CLIENTS: Final = 3
#: When their visits are planned, counted from today.
DAYS: Final = (-3, 0, 1, 2, 5, 9)

#: A code of the programme's attributes, with what it is called and the type of its value.
ATTRIBUTES: Final = {
    "FIRST_NAME": ("First name", "TEXT"),
    "LAST_NAME": ("Last name", "TEXT"),
    "CLIENT_NO": ("Client number", "TEXT"),
    "PHONE": ("Phone number", "PHONE_NUMBER"),
    "SMS_CONSENT": ("Consent to SMS", "BOOLEAN"),
}
STAGES: Final = {"CHECKUP": "Check-up", "DOSE": "Next dose"}


def program(created: str) -> Object:
    """A tracker programme with two stages."""
    attributes = [
        {
            "displayInList": True,
            "trackedEntityAttribute": {
                "id": unit_uid(f"attribute/{code}"),
                "code": code,
                "name": name,
                "displayName": name,
                "valueType": kind,
            },
        }
        for code, (name, kind) in ATTRIBUTES.items()
    ]
    return {
        "id": unit_uid("program/FOLLOW_UP"),
        "code": "FOLLOW_UP",
        "name": "Follow-up of clients",
        "displayName": "Follow-up of clients",
        "programType": "WITH_REGISTRATION",
        "created": created,
        "lastUpdated": created,
        "trackedEntityType": {"id": unit_uid("tracked/PERSON")},
        "programStages": [
            {"id": unit_uid(f"stage/{code}"), "code": code, "name": name, "displayName": name}
            for code, name in STAGES.items()
        ],
        "programTrackedEntityAttributes": attributes,
    }


def entities(facilities: Iterable[Facility], seed: int) -> Iterator[Object]:
    """So many clients of the first facilities that are open."""
    random = Random(seed)
    still_open = [facility for facility in facilities if facility.closed is None]
    for facility in still_open[:FACILITIES]:
        for number in range(CLIENTS):
            key = f"{facility.id}/{number}"
            is_woman = random.random() < 0.7
            values = {
                "FIRST_NAME": random.choice(WOMEN if is_woman else MEN),
                "LAST_NAME": random.choice(FAMILIES),
                "CLIENT_NO": f"{facility.id}-{number + 1:03d}",
                "PHONE": f"0886{random.randrange(1_000_000):06d}" if random.random() < 0.6 else "",
                "SMS_CONSENT": random.choice(("true", "true", "false")),
            }
            yield {
                "trackedEntity": unit_uid(f"client/{key}"),
                "trackedEntityType": unit_uid("tracked/PERSON"),
                "orgUnit": facility.uid,
                "attributes": [
                    {"attribute": unit_uid(f"attribute/{code}"), "code": code, "value": value}
                    for code, value in values.items()
                    if value
                ],
            }


def events(clients: Iterable[Object], seed: int, today: date, stamp: str) -> Iterator[Object]:
    """One visit of each that is planned."""
    random = Random(seed)
    for client in clients:
        key = client["trackedEntity"]
        day = today + timedelta(days=random.choice(DAYS))
        yield {
            "event": unit_uid(f"event/{key}"),
            "program": unit_uid("program/FOLLOW_UP"),
            "programStage": unit_uid(f"stage/{random.choice(tuple(STAGES))}"),
            "enrollment": unit_uid(f"enrollment/{key}"),
            "trackedEntity": key,
            "orgUnit": client["orgUnit"],
            "status": "SCHEDULE",
            "scheduledAt": datetime.combine(day, time()).isoformat(timespec="milliseconds"),
            "createdAt": stamp,
            "updatedAt": stamp,
            "dataValues": [],
        }
