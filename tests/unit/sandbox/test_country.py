"""The demonstration country is a country: the same from its seed, and as clean and dirty as life."""

from collections import Counter
from dataclasses import replace
from datetime import date
from random import Random

import phonenumbers
import pytest

from mhero.sandbox.country import COUNTIES, Country, Person
from mhero.sandbox.country.dirt import MUSU_NATIONAL
from mhero.sandbox.country.facilities import make_facilities
from mhero.sandbox.country.people import make_people

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def country() -> Country:
    return Country.generate(people=6_000, facilities=800, today=TODAY)


def test_the_same_seed_gives_the_same_country() -> None:
    made = [Country.generate(seed=7, people=300, facilities=60, today=TODAY) for _ in range(2)]
    assert made[0] == made[1]


def test_another_seed_gives_another_country() -> None:
    one, other = (Country.generate(seed=seed, people=300, facilities=60, today=TODAY) for seed in (7, 8))
    assert one.people != other.people


def test_liberia_has_its_fifteen_counties_and_their_districts() -> None:
    assert len(COUNTIES) == 15
    assert {county.code[:3] for county in COUNTIES} == {"LR-"}
    assert "Jorquelleh" in {d.name for county in COUNTIES for d in county.districts if county.name == "Bong"}
    assert len({d.code for county in COUNTIES for d in county.districts}) == 123


def test_every_county_has_a_hospital_and_every_facility_lies_near_its_county(country: Country) -> None:
    assert {f.county.code for f in country.facilities if f.type == "hospital"} == {c.code for c in COUNTIES}
    for facility in country.facilities:
        if facility.position:
            north = abs(facility.position[0] - facility.county.latitude)
            east = abs(facility.position[1] - facility.county.longitude)
            assert max(north, east) <= facility.county.reach


def test_ids_are_in_the_form_of_each_system_and_never_twice(country: Country) -> None:
    uids = [facility.uid for facility in country.facilities]
    assert len(set(uids)) == 800
    assert all(len(uid) == 11 and uid[0].isalpha() and uid.isalnum() for uid in uids)
    assert len({person.id for person in country.people}) == 6_000


def test_some_facilities_are_closed_and_nobody_is_posted_to_one(country: Country) -> None:
    assert 5 < sum(facility.closed is not None for facility in country.facilities) < 50
    assert all(role.facility.closed is None for person in country.people for role in person.roles)


def test_most_people_are_where_most_people_live_and_no_cadre_is_missing(country: Country) -> None:
    counties = Counter(role.facility.county.name for person in country.people for role in person.roles)
    assert counties.most_common(1)[0][0] == "Montserrado"
    cadres = Counter(role.job.cadre for person in country.people for role in person.roles)
    assert cadres.most_common(1)[0][0] == "nurse"
    assert len(cadres) == 16


def _usable(raw: str) -> bool:
    try:
        number = phonenumbers.parse(raw, "LR")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)


def test_every_number_behind_the_dirt_is_a_valid_liberian_mobile(country: Country) -> None:
    for person in country.people:
        if person.number:
            number = phonenumbers.parse(f"+231{person.number}")
            assert phonenumbers.is_valid_number(number)
            assert phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
            assert person.number.startswith(("773", "883"))


def test_numbers_are_missing_shared_joined_and_unusable_as_often_as_in_life(country: Country) -> None:
    people = country.people
    share = 1 / len(people)
    assert 0.10 < share * sum(not person.phones for person in people) < 0.14
    first = [person.phones[0] for person in people if person.phones]
    joined = [raw for raw in first if "/" in raw or " or " in raw]
    assert 0.01 < len(joined) / len(first) < 0.04
    assert 0.01 < sum(not _usable(raw) for raw in first if raw not in joined) / len(first) < 0.05
    numbers = Counter(person.number for person in people if person.number)
    assert 0.02 < share * sum(count - 1 for count in numbers.values()) < 0.08
    for start in ("+231", "00231", "231", "0", "(0"):
        assert any(raw.startswith(start) for raw in first)


def test_leavers_and_people_on_leave_and_people_without_a_post_are_among_them(country: Country) -> None:
    def ended_but_active(person: Person) -> bool:
        return any(role.end and role.end < TODAY and role.active for role in person.roles)

    people = country.people
    assert 30 < sum(map(ended_but_active, people)) < 150
    assert 100 < sum(not person.active for person in people) < 300
    assert 100 < sum(person.leave is not None for person in people) < 400
    assert 10 < sum(not person.roles for person in people) < 100
    assert 80 < sum(len([r for r in person.roles if not r.office]) == 2 for person in people) < 300


def test_some_people_are_in_it_twice_under_the_same_number_and_family(country: Country) -> None:
    pairs = Counter((p.family, p.number, p.roles[0].start) for p in country.people if p.number and p.roles)
    assert sum(count == 2 for count in pairs.values()) > 40


def test_names_that_stock_ihris_would_refuse_occur(country: Country) -> None:
    assert any(not person.family.isascii() or "-" in person.family for person in country.people)


def test_facilities_districts_and_counties_have_somebody_who_leads(country: Country) -> None:
    posts = [(person, role) for person in country.people for role in person.roles]
    in_charge = Counter(role.facility.id for _, role in posts if role.job.title == "Officer in Charge")
    staffed = {role.facility.id for person, role in posts if person.active and not role.end}
    assert set(in_charge.values()) == {1}
    assert len(in_charge) > 0.95 * len(staffed)
    offices = Counter(role.office for _, role in posts if role.office)
    assert set(offices.values()) == {1}
    assert {county.code for county in COUNTIES} <= set(offices)
    assert sum(code.count("-") == 2 for code in offices) > 110
    assert all(person.number and person.leave is None for person, role in posts if role.office)


def test_who_leads_is_chosen_without_the_generator(country: Country) -> None:
    """So that every other figure of a seed stays as it was before there were leaders."""
    random = Random(2014)
    facilities = make_facilities(random, 800, TODAY)
    plain = make_people(random, 6_000, facilities, TODAY)
    assert [replace(person, roles=()) for person in plain] == [
        replace(person, roles=()) for person in country.people
    ]
    assert [[role.job.cadre for role in person.roles[:1]] for person in plain] == [
        [role.job.cadre for role in person.roles[:1]] for person in country.people
    ]


def test_musu_is_a_nurse_in_bong_and_her_number_is_hers_alone(country: Country) -> None:
    musu = country.people[0]
    assert (musu.given, musu.roles[0].job.cadre) == ("Musu", "nurse")
    assert musu.roles[0].facility.county.name == "Bong"
    assert [p.id for p in country.people if p.number == MUSU_NATIONAL] == [musu.id]
