"""The registry to contacts."""

from typing import Any

from tests.integration.connectors.sources import run_channel

from mhero.sandbox.country import Country


def contact_of(person: Any) -> Any:
    from mhero.messaging.models import Contact

    return Contact.objects.get(person_id=person.id)


def musu() -> Any:
    from mhero.registry.models import Origin, Person

    return Person.objects.get(id=Origin.objects.get(key="Practitioner/P000001").resource_id)


def test_each_person_with_a_number_becomes_a_contact(dhis2: Any, ihris: Any, country: Country) -> None:
    from mhero.messaging.models import Contact, Group
    from mhero.registry.models import Person

    dhis2.sync()
    ihris.sync()
    run = run_channel("contacts")
    assert (run.status, run.error) == ("done", "")
    assert run.counts["read"] == len(country.people)
    numbers = set(Person.objects.exclude(phone="").values_list("phone", flat=True))
    assert set(Contact.objects.exclude(number=None).values_list("number", flat=True)) == numbers
    found = contact_of(musu())
    first, facility = country.people[0].given.split()[0], country.people[0].roles[0].facility
    assert found.language == "eng"
    assert found.fields == {
        "first_name": first,
        "cadre": "Nurse",
        "job": "Registered Nurse",
        "facility": facility.name.strip(),
        "district": f"{facility.district.name} District",
        "county": facility.county.name,
    }
    groups = set(Group.objects.filter(contacts=found).values_list("name", flat=True))
    assert groups == {
        "Cadre: Nurse",
        f"County: {facility.county.name}",
        f"District: {facility.district.name} District ({facility.county.name})",
    }


def test_who_sees_to_a_facility_is_found_from_it_upwards(dhis2: Any, ihris: Any, country: Country) -> None:
    from mhero.outreach.supervisors import supervisors_along, supervisors_of
    from mhero.registry.models import Origin, Place

    dhis2.sync()
    ihris.sync()
    run_channel("contacts")
    posts = [(person, role) for person in country.people for role in person.roles]
    officers = {role.office: person for person, role in posts if role.office}
    in_charge, post = next(
        (person, role)
        for person, role in posts
        if role.job.title == "Officer in Charge" and role.facility.district.code in officers
    )

    def names(contacts: Any) -> list[str]:
        return [contact.name for contact in contacts]

    place = Place.objects.get(id=Origin.objects.get(key=f"Location/{post.facility.id}").resource_id)
    of_district = officers[post.facility.district.code]
    assert f"{in_charge.given} {in_charge.family}" in names(supervisors_of(place))
    assert f"{of_district.given} {of_district.family}" in names(supervisors_along(place.path[:-1]))


def test_only_what_changed_is_followed_and_who_left_goes_quiet(ihris: Any) -> None:
    ihris.sync()
    run_channel("contacts")
    assert run_channel("contacts").counts["read"] == 0
    ihris.control(patch=[{"resourceType": "Practitioner", "id": "P000001", "active": False}])
    ihris.sync()
    assert run_channel("contacts").counts["read"] == 1
    assert contact_of(musu()).status == "left"


def test_a_run_is_asked_for_when_the_registry_is_ahead(ihris: Any) -> None:
    from mhero.connectors.contacts.following import follow
    from mhero.exchange.models import Channel, Run

    waiting = Run.objects.filter(channel__mediator="contacts")
    follow()
    assert not waiting.exists()
    ihris.sync()
    follow()
    follow()
    assert waiting.count() == 1
    run_channel("contacts")
    follow()
    assert waiting.count() == 1
    assert Channel.objects.get(mediator="contacts").high_water > 0


def test_contacts_wait_while_a_sync_goes_on(ihris: Any) -> None:
    from mhero.connectors.contacts.following import follow
    from mhero.exchange.models import Run
    from mhero.platform.clock import now

    ihris.sync()
    ihris.connect()
    Run.objects.filter(channel__mediator="ihris", status="waiting").update(status="running", started_at=now())
    follow()
    assert not Run.objects.filter(channel__mediator="contacts").exists()
