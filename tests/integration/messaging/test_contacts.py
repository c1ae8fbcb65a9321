"""Contacts follow the registry: who has a number, who lost it, who shares it."""

from typing import Any
from uuid import UUID

from tests.integration.messaging.world import nurse


def numbers() -> dict[int, str | None]:
    """Each nurse's number in short."""
    from mhero.messaging.models import Contact

    return {
        contact.person_id.int - 0x1000: contact.number and contact.number[-1]
        for contact in Contact.objects.exclude(person_id=None)
    }


def follow(*states: Any) -> None:
    from mhero.messaging.services import follow_contacts

    follow_contacts(states)


def phone(last: int) -> str:
    return f"+23177000000{last}"


def test_there_is_a_contact_for_each_person_with_a_number(db: None) -> None:
    from mhero.messaging.models import Contact

    place = UUID(int=7)
    follow(nurse(1, place_ids=[place], groups=["Cadre: Nurse", "County: Bong"]), nurse(2, number=""))
    (musu,) = Contact.objects.all()
    assert (musu.name, musu.language, musu.status, musu.place_ids) == ("Musu 1", "eng", "active", [place])
    assert {group.name for group in musu.groups.all()} == {"Cadre: Nurse", "County: Bong"}


def test_a_change_is_followed_and_an_older_one_is_not(db: None) -> None:
    from mhero.messaging.models import Contact

    follow(nurse(1, change=5, groups=["County: Bong", "Cadre: Nurse"]))
    follow(nurse(1, change=6, name="Musu Flomo", groups=["County: Lofa", "Cadre: Nurse"]))
    follow(nurse(1, change=4, name="Musu of old"))
    (musu,) = Contact.objects.all()
    assert musu.name == "Musu Flomo"
    assert {group.name for group in musu.groups.all()} == {"County: Lofa", "Cadre: Nurse"}


def test_a_leaver_goes_quiet_and_a_returner_does_not(db: None) -> None:
    from mhero.messaging.models import Contact

    follow(nurse(1))
    follow(nurse(1, is_active=False, change=1))
    assert Contact.objects.get().status == "left"
    follow(nurse(1, change=2))
    assert Contact.objects.get().status == "active"


def test_a_shared_number_stays_with_the_first(db: None) -> None:
    follow(nurse(1))
    follow(nurse(1, change=1), nurse(2, number=phone(1)), nurse(3, number=phone(1)))
    assert numbers() == {1: "1"}
    # When the first gives it up, the next who is followed has it.
    follow(nurse(1, number=phone(9), change=2), nurse(2, number=phone(1), change=2))
    assert numbers() == {1: "9", 2: "1"}


def test_who_works_has_a_number_before_who_left(db: None) -> None:
    follow(nurse(1, is_active=False))
    follow(nurse(2, number=phone(1)))
    assert numbers() == {1: None, 2: "1"}
    follow(nurse(3, number=phone(1), is_active=False))
    assert numbers() == {1: None, 2: "1"}


def test_two_people_can_swap_their_numbers(db: None) -> None:
    follow(nurse(1), nurse(2))
    follow(nurse(1, number=phone(2), change=1), nurse(2, number=phone(1), change=1))
    assert numbers() == {1: "2", 2: "1"}


def test_a_number_that_was_lost_is_given_up_and_the_conversation_stays(db: None) -> None:
    from mhero.messaging.models import Contact

    follow(nurse(1))
    before = Contact.objects.get().id
    follow(nurse(1, number="", change=1))
    assert numbers() == {1: None}
    follow(nurse(1, number=phone(5), change=2))
    assert Contact.objects.get().id == before
    assert numbers() == {1: "5"}
