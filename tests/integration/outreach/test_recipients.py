from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest


def reach(area: UUID | None = None, trial_phones: tuple[str, ...] | None = None) -> Any:
    from mhero.outreach.reach import Reach
    from mhero.platform.clock import now

    return Reach(area_id=area, today=now().date(), trial_phones=trial_phones)


def account(reach: Any, **parts: Any) -> dict[str, int]:
    """Only what is not zero."""
    from mhero.outreach.audience import Filter
    from mhero.outreach.recipients import account_for

    said = account_for(Filter(**parts), reach).to_json()
    assert said["chosen"] == sum(said.values()) - said["chosen"]
    return {key: people for key, people in said.items() if people}


def test_everyone_is_accounted_for_by_one_reason_each(country: SimpleNamespace) -> None:
    assert account(reach()) == {
        "chosen": 10,
        "will_send": 4,
        "no_number": 1,
        "invalid": 1,
        "opted_out": 1,
        "on_leave": 1,
        "not_ready": 1,
        "duplicate": 1,
    }


@pytest.mark.parametrize(
    ("parts", "chosen", "will_send"),
    [
        ({"cadres": ("Midwife",)}, 1, 1),
        ({"cadres": ("Midwife", "Nurse")}, 10, 4),
        ({"cadres": ("midwife",)}, 0, 0),
        ({"facility_types": ("Clinic",)}, 5, 3),
        ({"skills": ("Surgery",)}, 1, 1),
        ({"languages": ("fr",)}, 1, 1),
        ({"genders": ("male",)}, 1, 1),
        ({"genders": ("male",), "cadres": ("Midwife",)}, 0, 0),
        ({"places": (UUID(int=9),)}, 0, 0),
    ],
)
def test_people_fit_each_part_that_says_something(
    country: SimpleNamespace, parts: dict[str, Any], chosen: int, will_send: int
) -> None:
    said = account(reach(), **parts)
    assert (said.get("chosen", 0), said.get("will_send", 0)) == (chosen, will_send)


def test_a_place_of_any_level_holds_everybody_below_it(country: SimpleNamespace) -> None:
    places = country.places
    for place in (places.bong, places.gbarnga, places.hospital):
        assert account(reach(), places=(place,))["chosen"] == 5
    assert account(reach(), places=(places.bomi, places.bong))["chosen"] == 10


def test_cadre_and_place_must_be_those_of_one_post(country: SimpleNamespace) -> None:
    from uuid import uuid4

    from mhero.registry.models import Person, Role

    places = country.places
    person = country.add_person(
        20, "Two Posts", places.hospital, "+231770000020", cadres=["Nurse", "Registrar"]
    )
    Person.objects.filter(id=person).update(
        place_ids=[places.country, places.bong, places.gbarnga, places.hospital, places.bomi, places.clinic],
        facility_types=["Clinic", "Hospital"],
    )
    Role.objects.create(id=uuid4(), person_id=person, place_id=places.hospital, cadre="Nurse")
    Role.objects.create(id=uuid4(), person_id=person, place_id=places.clinic, cadre="Registrar")
    assert account(reach(), cadres=("Registrar",), places=(places.bomi,)) == {"chosen": 1, "will_send": 1}
    assert account(reach(), cadres=("Registrar",), places=(places.bong,)) == {}
    assert account(reach(), cadres=("Registrar",)) == {"chosen": 1, "will_send": 1}


def test_a_phone_that_two_people_share_is_reached_through_either_of_them(country: SimpleNamespace) -> None:
    # Only the one whose contact is not under her own name is chosen: the phone still gets the message.
    said = account(reach(), places=(country.places.clinic,))
    assert said == {"chosen": 5, "will_send": 3, "invalid": 1, "on_leave": 1}


def test_a_language_set_by_an_officer_counts(country: SimpleNamespace) -> None:
    country.add_person(
        20, "Kpelle Speaker", country.places.clinic, "+231770000020", language_correction="kpe"
    )
    assert account(reach(), languages=("kpe",))["will_send"] == 1


def test_an_area_is_never_left_whatever_is_asked_for(country: SimpleNamespace) -> None:
    assert account(reach(country.places.bong))["chosen"] == 5
    assert account(reach(country.places.bong), places=(country.places.bomi,)) == {}
    assert account(reach(UUID(int=77))) == {}


def test_in_trial_mode_only_the_teams_phones_are_left(country: SimpleNamespace) -> None:
    said = account(reach(trial_phones=("+231770000001",)))
    assert (said["will_send"], said["trial"], said["opted_out"]) == (1, 3, 1)
    nobody = account(reach(trial_phones=()))
    assert (nobody.get("will_send", 0), nobody["trial"]) == (0, 5)


def test_each_figure_is_as_long_as_the_list_behind_it(country: SimpleNamespace) -> None:
    from mhero.outreach.audience import Filter
    from mhero.outreach.reach import Reason
    from mhero.outreach.recipients import account_for, contact_ids, people_behind

    said = account_for(Filter(), reach()).to_json()
    for reason in Reason:
        assert len(people_behind(Filter(), reach(), reason)) == said[reason.value], reason
    assert len(people_behind(Filter(), reach(), None)) == said["chosen"]
    assert len(contact_ids(Filter(), reach())) == said["will_send"]
    (sharer,) = people_behind(Filter(), reach(), Reason.DUPLICATE)
    assert sharer.name == "Shares Musu"


def test_the_people_of_a_figure_come_page_by_page(country: SimpleNamespace) -> None:
    from mhero.outreach.audience import Filter
    from mhero.outreach.recipients import people_behind

    names, after = [], None
    while page := people_behind(Filter(), reach(), None, after, limit=3):
        names += [person.name for person in page]
        after = (page[-1].name, page[-1].id)
    assert names == sorted(names)
    assert len(names) == 10


def test_recipients_are_walked_by_name_and_found_by_part_of_it(country: SimpleNamespace) -> None:
    from mhero.outreach.audience import Filter
    from mhero.outreach.recipients import recipient_before, recipients

    everyone = recipients(Filter(), reach(), limit=10)
    assert [one.name for one in everyone] == ["Back Today", "Hawa Johnson", "Musu Kollie", "Saah Tamba"]
    hawa = everyone[1]
    assert [one.name for one in recipients(Filter(), reach(), start=hawa.id, limit=2)] == [
        "Hawa Johnson",
        "Musu Kollie",
    ]
    before = recipient_before(Filter(), reach(), hawa.id)
    assert before is not None
    assert before.name == "Back Today"
    assert recipient_before(Filter(), reach(), everyone[0].id) is None
    assert [one.name for one in recipients(Filter(), reach(), words="KOLL", limit=5)] == ["Musu Kollie"]
    assert recipients(Filter(), reach(), words="%", limit=5) == []
    assert recipients(Filter(), reach(), start=UUID(int=5), limit=5) == []


def test_choices_say_how_many_people_each_stands_for(country: SimpleNamespace) -> None:
    from mhero.outreach import choices

    options = choices.options(None)
    assert options.cadres == [("Nurse", 9), ("Midwife", 1)]
    assert options.people_at[country.places.bong] == 5
    tree = choices.area_tree(None, options.people_at)
    assert [(top.name, top.people, [child.name for child in top.children]) for top in tree] == [
        ("Bomi", 5, []),
        ("Bong", 5, ["Gbarnga"]),
    ]
    named = choices.facilities(None, options.people_at, words="phebe")
    assert [(place.name, place.people, place.within) for place in named] == [("Phebe Hospital", 5, "Gbarnga")]


def test_choices_stay_within_the_area(country: SimpleNamespace) -> None:
    from mhero.outreach import choices

    bong = country.places.bong
    options = choices.options(bong)
    assert options.cadres == [("Nurse", 5)]
    assert [top.name for top in choices.area_tree(bong, options.people_at)] == ["Gbarnga"]
    assert choices.area_tree(country.places.gbarnga, {}) == ()
    assert choices.facilities(bong, {}, words="clinic") == []
    assert [place.name for place in choices.facilities(bong, {}, lists_all=True)] == ["Phebe Hospital"]
