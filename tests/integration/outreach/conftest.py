"""A small country: Bomi and Bong, and people whom a message reaches or does not, each for one reason."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest

COUNTRY, BOMI, BONG, GBARNGA, CLINIC, HOSPITAL = (
    UUID(f"00000000-0000-4000-8000-0000000000{n:02d}") for n in range(1, 7)
)
PATHS = {
    COUNTRY: [COUNTRY],
    BOMI: [COUNTRY, BOMI],
    BONG: [COUNTRY, BONG],
    GBARNGA: [COUNTRY, BONG, GBARNGA],
    CLINIC: [COUNTRY, BOMI, CLINIC],
    HOSPITAL: [COUNTRY, BONG, GBARNGA, HOSPITAL],
}
NAMES = {COUNTRY: "Liberia", BOMI: "Bomi", BONG: "Bong", GBARNGA: "Gbarnga", CLINIC: "Klay Clinic"} | {
    HOSPITAL: "Phebe Hospital"
}


def add_person(number: int, name: str, at: UUID, phone: str = "", **changes: Any) -> UUID:
    """A nurse with a phone whose contact has followed; anything else is a change."""
    from mhero.messaging.models import Contact
    from mhero.registry.models import Person

    status = changes.pop("status", "active")
    has_contact = changes.pop("has_contact", True)
    person = Person(
        id=UUID(int=number, version=4),
        name=name,
        given_name=name.split()[0],
        place_id=at,
        place_ids=PATHS[at],
        facility_types=["Clinic" if at == CLINIC else "Hospital"],
        phone=phone,
        **(
            {
                "cadres": ["Nurse"],
                "gender": "female",
                "languages": ["en"],
                "phone_state": "usable" if phone else "missing",
            }
            | changes
        ),
    )
    person.save(force_insert=True)
    if phone and has_contact and not Contact.objects.filter(number=phone).exists():
        Contact.objects.create(
            person_id=person.id,
            number=phone,
            name=name,
            status=status,
            fields={"first_name": person.given_name, "facility": NAMES[at]},
            place_ids=PATHS[at],
        )
    return person.id


@pytest.fixture
def country(db: None) -> SimpleNamespace:
    from django.core.cache import cache

    from mhero.accounts.models import User
    from mhero.accounts.queries import workspace
    from mhero.messaging.services import create_sms_channel
    from mhero.platform.clock import now
    from mhero.registry.models import Place

    cache.clear()
    for place, path in PATHS.items():
        is_facility = place in (CLINIC, HOSPITAL)
        Place.objects.create(
            id=place,
            name=NAMES[place],
            kind="facility" if is_facility else "jurisdiction",
            level=4 if is_facility else len(path),
            parent_id=path[-2] if len(path) > 1 else None,
            path=path,
        )
    add_person(1, "Musu Kollie", HOSPITAL, "+231770000001")
    add_person(2, "Hawa Johnson", CLINIC, "+231770000002", cadres=["Midwife"], languages=["fr"])
    add_person(3, "Saah Tamba", HOSPITAL, "+231880000003", gender="male", skills=["Surgery"])
    add_person(4, "No Phone", HOSPITAL)
    add_person(5, "Bad Phone", CLINIC, phone_state="invalid")
    add_person(6, "Opted Out", HOSPITAL, "+231770000006", status="stopped")
    add_person(7, "On Leave", CLINIC, "+231770000007", on_leave_until=now().date() + timedelta(days=2))
    add_person(8, "Back Today", CLINIC, "+231770000008", on_leave_until=now().date() - timedelta(days=1))
    add_person(9, "Shares Musu", CLINIC, "+231770000001")
    add_person(10, "Too New", HOSPITAL, "+231770000010", has_contact=False)
    add_person(11, "Has Left", HOSPITAL, "+231770000011", is_active=False)
    space = workspace()
    space.went_live_at = now()
    space.save()
    create = User.objects.create_user
    return SimpleNamespace(
        places=SimpleNamespace(
            country=COUNTRY, bomi=BOMI, bong=BONG, gbarnga=GBARNGA, clinic=CLINIC, hospital=HOSPITAL
        ),
        add_person=add_person,
        korto=create("korto@example.org", name="Korto", role="administrator", phone="+231770000001"),
        flomo=create("flomo@example.org", name="Flomo", role="communications_officer", area_id=BONG),
        teah=create("teah@example.org", name="Teah", role="exchange_operator"),
        space=space,
        channel=create_sms_channel(
            type="external", name="Lonestar", address="1234", send_url="http://127.0.0.1:1/send"
        ),
    )
