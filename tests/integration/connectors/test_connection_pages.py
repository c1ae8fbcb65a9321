"""The pages on which systems are connected."""

from typing import Any

import pytest

from mhero.sandbox.credentials import IHRIS_PASSWORD, IHRIS_USER

PAGE = "/operations/connections/ihris/"


def signed_in(role: str) -> Any:
    from django.test import Client

    from mhero.accounts.models import User

    client = Client()
    client.force_login(User.objects.create_user(f"{role}@example.org", name="Korto", role=role))
    return client


@pytest.fixture
def korto(channels: None) -> Any:
    return signed_in("administrator")


def kept() -> Any:
    from mhero.connectors.models import Connection

    return Connection.objects.filter(system="ihris").first()


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def test_nothing_is_connected_at_first(korto: Any) -> None:
    page = words(korto.get("/operations/connections/"))
    assert page.count("Not connected") == 2
    assert "Connect iHRIS" in page
    assert "Connect DHIS2" in page


@pytest.mark.parametrize("path", ["/operations/connections/", PAGE])
def test_teah_sees_nothing(channels: None, path: str) -> None:
    assert signed_in("viewer").get(path).status_code == 403


def test_an_unknown_system_is_not_found(korto: Any) -> None:
    assert korto.get("/operations/connections/sap/").status_code == 404


def test_a_try_says_what_is_there_and_saves_nothing(korto: Any, sandbox: Any) -> None:
    login = {"url": sandbox.ihris_url, "username": IHRIS_USER, "secret": IHRIS_PASSWORD}
    response = korto.post(PAGE, login | {"action": "try"})
    assert "600 health workers." in words(response)
    assert "no-store" in response["Cache-Control"]
    assert kept() is None
    assert "did not accept the user name" in words(korto.post(PAGE, login | {"action": "try", "secret": "x"}))


def test_saving_keeps_the_secret_and_never_shows_it(korto: Any, sandbox: Any) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.exchange.models import Run

    login = {"url": f"{sandbox.ihris_url}/", "username": IHRIS_USER, "secret": IHRIS_PASSWORD}
    assert korto.post(PAGE, login).status_code == 302
    assert (kept().url, kept().secret) == (sandbox.ihris_url, IHRIS_PASSWORD)
    assert Run.objects.get().requested_by == "administrator@example.org"
    page = words(korto.get(PAGE))
    assert IHRIS_PASSWORD not in page
    assert "Leave it empty to keep the one that is saved." in page
    assert AuditEvent.objects.filter(action="connection.changed", object="iHRIS").exists()
    # The kept secret is used, and what is found is kept with the connection.
    assert "It works" in words(korto.post(PAGE, login | {"secret": "", "action": "try"}))
    assert kept().works is True


def test_the_kept_secret_does_not_go_to_another_host(korto: Any, ihris: Any) -> None:
    other = {"url": "https://elsewhere.example.org/fhir", "username": IHRIS_USER, "secret": ""}
    for action in ("try", "save"):
        page = words(korto.post(PAGE, other | {"action": action}))
        assert "Enter the password or token again" in page
    assert kept().url == ihris.url


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("", "required"),
        ("ihris.example.org", "begins with https:// or http://"),
        ("ftp://ihris.example.org", "begins with https:// or http://"),
        ("https://", "begins with https:// or http://"),
        ("http://[::", "begins with https:// or http://"),
        ("http://ihris:99999/fhir", "begins with https:// or http://"),
        ("https://mhero:secret@ihris.example.org", "in their own boxes"),
    ],
)
def test_a_wrong_address_is_told_beside_its_box(korto: Any, url: str, error: str) -> None:
    page = words(korto.post(PAGE, {"url": url}))
    assert error in page
    assert "Error: Connect iHRIS" in page
    assert kept() is None


def test_the_cadres_of_jobs_are_typed_as_lines(korto: Any) -> None:
    login = {"url": "http://ihris:8080/fhir"}
    assert "Line 2 needs a code" in words(korto.post(PAGE, login | {"cadres": "2230 = Nurse\n2221"}))
    korto.post(PAGE, login | {"cadres": " 2230 = Nurse \n\n2221=Physician"})
    assert kept().options == {"cadres": {"2230": "Nurse", "2221": "Physician"}}
    assert "2230 = Nurse" in korto.get(PAGE).content.decode()


def test_dhis2_asks_for_a_token_or_a_password(korto: Any) -> None:
    page = "/operations/connections/dhis2/"
    login = {"url": "https://dhis2.example.org"}
    assert "Enter a password, or a personal access token." in words(korto.post(page, login))
    assert korto.post(page, login | {"secret": "d2pat_x", "facility_level": "5"}).status_code == 302
    from mhero.connectors.models import Connection

    assert Connection.objects.get(system="dhis2").options == {"facility_level": 5}
