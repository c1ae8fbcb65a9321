"""The pages about people, facilities and phone problems, as their officers use them."""

import re
from html import unescape
from typing import Any

import pytest

BASE = {"active": True, "location": [{"reference": "Location/C1"}], "code": [{"text": "Nurse"}]}


@pytest.fixture
def country(db: None) -> Any:
    """Two counties with a clinic each, and people with and without a usable number."""
    from mhero.registry.models import Place
    from mhero.registry.services import Incoming, take_in

    records: list[tuple[str, dict[str, Any]]] = [
        ("Location/LR", {"name": "Liberia", "type": [{"text": "c", "coding": [{"code": "country"}]}]}),
        *(
            (
                f"Location/{code}",
                {
                    "name": name,
                    "type": [{"coding": [{"code": "county"}]}],
                    "partOf": {"reference": "Location/LR"},
                },
            )
            for code, name in (("BG", "Bong"), ("LO", "Lofa"))
        ),
        (
            "Location/C1",
            {
                "name": "Phebe Clinic",
                "type": [{"text": "Clinic"}],
                "partOf": {"reference": "Location/BG"},
                "position": {"longitude": -9.5, "latitude": 6.9},
            },
        ),
        (
            "Location/C2",
            {"name": "Foya Clinic", "type": [{"text": "Clinic"}], "partOf": {"reference": "Location/LO"}},
        ),
    ]
    people = [
        ("1", "Musu Kollie", "0770 123 456", "C1"),
        ("2", "Garmai Flumo", "07701", "C1"),
        ("3", "=HYPERLINK(1)", "", "C1"),
        ("4", "Saah Tamba", "0770111111/0886222222", "C2"),
    ]
    for n, name, phone, clinic in people:
        telecom = [{"system": "phone", "value": phone}] if phone else []
        records += [
            (f"Practitioner/{n}", {"name": [{"text": name}], "telecom": telecom}),
            (
                f"PractitionerRole/{n}",
                {
                    **BASE,
                    "practitioner": {"reference": f"Practitioner/{n}"},
                    "location": [{"reference": f"Location/{clinic}"}],
                },
            ),
        ]
    take_in("ihris", [Incoming(key=key, type=key.split("/")[0], body=body) for key, body in records])
    return {place.name: place for place in Place.objects.all()}


def browser(email: str, role: str, area: Any = None) -> Any:
    from django.test import Client

    from mhero.accounts.models import User

    user = User.objects.create_user(email, "a long password", role=role, area_id=area)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def korto(country: Any) -> Any:
    return browser("korto@example.org", "administrator")


@pytest.fixture
def flomo(country: Any) -> Any:
    """Of Bong alone."""
    return browser("flomo@example.org", "communications_officer", country["Bong"].id)


@pytest.fixture
def teah(country: Any) -> Any:
    """Of an area in which nobody is, with the role that may see least."""
    return browser("teah@example.org", "viewer", country["Liberia"].id.__class__(int=1))


def names_on(page: Any) -> list[str]:
    """The people that a page lists, in its order."""
    assert page.status_code == 200
    return [unescape(name) for name in re.findall(r'href="/people/[0-9a-f-]{36}/[^"]*">([^<]*)<', text(page))]


def text(page: Any) -> str:
    return str(page.content.decode())


def person_id(name: str) -> Any:
    from mhero.registry.models import Person

    return Person.objects.get(name=name).id


def test_korto_finds_people_by_every_filter(korto: Any, country: Any) -> None:
    def found(**query: Any) -> list[str]:
        return names_on(korto.get("/people/", query))

    assert len(found()) == 4
    assert found(name="musu") == ["Musu Kollie"]
    assert found(place=country["Lofa"].id) == ["Saah Tamba"]
    assert found(facility="phebe", phone="usable") == ["Musu Kollie"]
    assert found(cadre="Nurse", phone="invalid") == ["Garmai Flumo"]
    assert found(working="left") == []
    assert len(found(place="rubbish", phone="rubbish", after="rubbish")) == 4


def test_a_long_list_is_read_page_by_page_and_back(korto: Any) -> None:
    from mhero.registry import lists

    assert lists.PAGE == 50
    from mhero.registry.services import Incoming, take_in

    take_in(
        "more",
        [
            Incoming(key=f"Practitioner/{n}", type="Practitioner", body={"name": [{"text": f"Z{n:03d}"}]})
            for n in range(120)
        ],
    )

    def follow(page: Any, relation: str) -> Any:
        found = re.search(rf'href="([^"]*)" rel="{relation}"', text(page))
        return korto.get(f"/people/{unescape(found[1])}") if found else None

    page, seen = korto.get("/people/?working=all"), []
    while page:
        last = page
        seen += names_on(page)
        page = follow(page, "next")
    assert len(seen) == len(set(seen)) == 124
    assert names_on(follow(last, "prev")) == seen[50:100]


def test_flomo_sees_his_county_alone(flomo: Any, country: Any) -> None:
    page = flomo.get("/people/").content.decode()
    assert "Musu Kollie" in page
    assert "Saah Tamba" not in page
    assert flomo.get(f"/people/{person_id('Saah Tamba')}/").status_code == 404
    assert (
        flomo.post(f"/people/{person_id('Saah Tamba')}/number", {"number": "0770000000"}).status_code == 404
    )
    assert flomo.get(f"/facilities/{country['Foya Clinic'].id}/").status_code == 404
    assert flomo.get(f"/facilities/{country['Foya Clinic'].id}/point").status_code == 404
    assert "Foya" not in flomo.get("/facilities/").content.decode()
    assert "Saah Tamba" not in flomo.get("/people/phone-problems/").content.decode()
    assert b"Saah" not in b"".join(flomo.get("/people/file").streaming_content)


def test_teah_sees_nobody_and_downloads_nothing(teah: Any) -> None:
    for address in ("/people/", "/facilities/", "/people/phone-problems/"):
        page = teah.get(address).content.decode()
        assert "Musu" not in page
        assert "yet" in page, "an empty page says what will appear"
    assert teah.get("/people/file").status_code == 403
    assert teah.get("/people/phone-problems/file").status_code == 403
    assert teah.post(f"/people/{person_id('Musu Kollie')}/number", {"number": "0770"}).status_code == 403


def test_a_viewer_sees_numbers_masked_everywhere(country: Any) -> None:
    viewer = browser("viewer@example.org", "viewer")
    addresses = ["/people/", f"/people/{person_id('Musu Kollie')}/", "/people/phone-problems/"]
    addresses.append(f"/facilities/{country['Phebe Clinic'].id}/")
    for address in addresses:
        page = viewer.get(address).content.decode()
        for number in ("123456", "123 456", "+231770123456", "0770111111"):
            assert number not in page, address


def test_a_corrected_number_outlives_the_next_sync_and_is_written_down(flomo: Any) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.registry.models import Person
    from mhero.registry.services import Incoming, take_in

    id = person_id("Garmai Flumo")
    response = flomo.post(f"/people/{id}/number", {"number": "0886 333 444"}, follow=True)
    assert "The number was corrected." in text(response)
    body = {"name": [{"text": "Garmai Flumo"}], "telecom": [{"system": "phone", "value": "0770999"}]}
    take_in("ihris", [Incoming(key="Practitioner/2", type="Practitioner", body=body)])
    garmai = Person.objects.get(id=id)
    assert (garmai.phone, garmai.phone_state) == ("+231886333444", "usable")
    event = AuditEvent.objects.get(action="people.corrected")
    assert (event.actor, event.detail) == ("flomo@example.org", {"what": "number"})
    assert "flomo@example.org" in flomo.get(f"/people/{id}/").content.decode()
    flomo.post(f"/people/{id}/number", {"number": ""})
    assert Person.objects.get(id=id).phone_state == "invalid"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("07701", "Too short for Liberia"),
        ("0770123456/0886123456", "more than one number"),
        ("call me", "Not a number"),
    ],
)
def test_a_number_that_cannot_be_right_is_refused_in_words(flomo: Any, typed: str, said: str) -> None:
    response = flomo.post(f"/people/{person_id('Musu Kollie')}/number", {"number": typed})
    page = text(response)
    assert said in page
    assert "<title>Error: Musu Kollie" in page
    assert f'value="{typed}"' in page, "what was typed is kept"


def test_a_corrected_language_comes_first(flomo: Any) -> None:
    from mhero.registry.models import Person

    id = person_id("Musu Kollie")
    before = Person.objects.get(id=id).change
    flomo.post(f"/people/{id}/language", {"language": "fr"})
    musu = Person.objects.get(id=id)
    assert musu.languages == ["fr"]
    assert musu.change > before
    assert flomo.post(f"/people/{id}/language", {"language": "xx"}).status_code == 200


def test_phone_problems_are_counted_explained_and_downloaded(korto: Any) -> None:
    from mhero.accounts.models import AuditEvent

    page = korto.get("/people/phone-problems/")
    counts = re.findall(r'phone=(\w+)">[^<]*</a></th>\s*<td class="app-bars__value">(\d+)<', text(page))
    assert counts == [("missing", "1"), ("invalid", "1"), ("shared", "0"), ("ambiguous", "1")]
    assert "Too short for Liberia" in text(page)
    file = b"".join(korto.get("/people/phone-problems/file", {"phone": "invalid"}).streaming_content)
    assert "07701" in file.decode()
    assert "Saah" not in file.decode()
    assert AuditEvent.objects.get(action="people.exported").people == 1


def test_a_file_of_people_runs_nothing_in_a_spreadsheet(korto: Any) -> None:
    response = korto.get("/people/file")
    lines = b"".join(response.streaming_content).decode("utf-8-sig").splitlines()
    assert response["Content-Disposition"] == 'attachment; filename="people.csv"'
    assert len(lines) == 5
    assert any(line.startswith("'=HYPERLINK(1)") for line in lines)
    assert any("+231770123456" in line for line in lines)


def test_a_facility_shows_its_place_its_people_and_its_point(korto: Any, country: Any) -> None:
    phebe = country["Phebe Clinic"]
    page = korto.get(f"/facilities/{phebe.id}/").content.decode()
    assert "3 people work here" in page
    assert f"?place={country['Bong'].id}" in page
    (point,) = korto.get(f"/facilities/{phebe.id}/point").json()["points"]
    assert (point["lon"], point["lat"]) == (-9.5, 6.9)
    assert korto.get(f"/facilities/{country['Bong'].id}/").status_code == 404


def test_each_list_of_people_is_written_down_once(korto: Any) -> None:
    from mhero.accounts.models import AuditEvent

    korto.get("/people/")
    event = AuditEvent.objects.get(action="people.listed")
    assert (event.actor, event.people) == ("korto@example.org", 4)
