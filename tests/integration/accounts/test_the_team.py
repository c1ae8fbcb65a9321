"""Inviting, changing and ending what people may do."""

from datetime import timedelta
from typing import Any

import pytest

from mhero.platform.clock import now
from mhero.platform.ids import new_id

PASSWORD = "three dry river stones"


@pytest.fixture
def korto(db: None) -> Any:
    return _user("korto", "administrator")


def test_an_invited_person_joins_with_the_role_and_area_given(korto: Any) -> None:
    from django.test import Client

    from mhero.accounts.models import Invitation, User

    bong, _lofa = _counties()
    page = _browser(korto).post(
        "/settings/team/invite/",
        {"email": "Flomo@Example.org", "role": "communications_officer", "area": str(bong.id)},
    )
    link = page.context["link"]
    secret = link.rstrip("/").rsplit("/", 1)[1]
    assert secret not in str(Invitation.objects.values_list())
    browser, address = Client(), f"/join/{secret}/"
    assert "flomo@example.org" in browser.get(address).content.decode()
    assert browser.post(address, {"name": "Flomo", "password": "short"}).status_code == 200
    assert browser.post(address, {"name": "Flomo", "password": PASSWORD})["Location"] == "/"
    flomo = User.objects.get(email="flomo@example.org")
    assert (flomo.role, flomo.area_id, flomo.name) == ("communications_officer", bong.id, "Flomo")
    assert browser.get("/").status_code == 200
    assert Client().get(address).status_code == 404


def test_an_invitation_is_over_after_two_days(korto: Any) -> None:
    from mhero.accounts.queries import invitation_of
    from mhero.accounts.services import invite

    _invitation, secret = invite("saye@example.org", "viewer", None, _request(korto))
    assert invitation_of(secret) is not None
    assert invitation_of(secret, lambda: now() + timedelta(days=2, minutes=1)) is None


def test_a_second_invitation_takes_the_place_of_the_first(korto: Any) -> None:
    from mhero.accounts.queries import invitation_of
    from mhero.accounts.services import invite

    _one, first = invite("saye@example.org", "administrator", None, _request(korto))
    _two, second = invite("saye@example.org", "viewer", None, _request(korto))
    assert invitation_of(first) is None
    assert invitation_of(second) is not None


def test_a_member_is_not_invited_again(korto: Any) -> None:
    page = _browser(korto).post(
        "/settings/team/invite/", {"email": korto.email, "role": "viewer", "area": "country"}
    )
    assert "on the team already" in page.content.decode()


def test_the_last_administrator_stays(korto: Any) -> None:
    from mhero.accounts.errors import LastAdministrator
    from mhero.accounts.services import change_member, deactivate

    saye = _user("saye", "administrator")
    deactivate(saye, _request(korto))
    for act in (
        lambda: deactivate(korto, _request(saye)),
        lambda: change_member(korto, "viewer", None, _request(saye)),
    ):
        with pytest.raises(LastAdministrator):
            act()


def test_nobody_changes_what_they_may_do_themselves(korto: Any) -> None:
    browser = _browser(korto)
    browser.post(f"/settings/team/{korto.id}/", {"role": "viewer", "area": "country"})
    browser.post(f"/settings/team/{korto.id}/deactivate/")
    browser.post(f"/settings/team/{korto.id}/reset/")
    before = korto.password
    korto.refresh_from_db()
    assert (korto.role, korto.is_active, korto.password) == ("administrator", True, before)


def test_an_administrator_of_a_county_gives_no_more_than_the_county(korto: Any) -> None:
    from mhero.accounts.models import Invitation

    bong, lofa = _counties()
    of_bong = _user("kebbeh", "administrator", area_id=bong.id)
    browser = _browser(of_bong)
    for area in ("", "country", str(lofa.id)):
        page = browser.post(
            "/settings/team/invite/", {"email": "x@example.org", "role": "viewer", "area": area}
        )
        assert page.status_code == 200
    assert not Invitation.objects.exists()
    assert browser.post(f"/settings/team/{korto.id}/deactivate/").status_code == 403
    assert browser.get(f"/settings/team/{korto.id}/").status_code == 403


def test_a_one_time_password_is_shown_once_and_must_be_changed(korto: Any) -> None:
    flomo = _user("flomo", "viewer")
    page = _browser(korto).post(f"/settings/team/{flomo.id}/reset/")
    flomo.refresh_from_db()
    assert flomo.check_password(page.context["password"])
    assert flomo.must_change_password
    assert "no-store" in page["Cache-Control"]


def test_access_ends_and_comes_back(korto: Any) -> None:
    flomo = _user("flomo", "viewer")
    browser = _browser(flomo)
    _browser(korto).post(f"/settings/team/{flomo.id}/deactivate/")
    assert browser.get("/").status_code == 302
    _browser(korto).post(f"/settings/team/{flomo.id}/reactivate/")
    assert _browser(flomo).get("/").status_code == 200


def test_whoever_may_not_manage_the_team_cannot(db: None) -> None:
    flomo, teah = _user("flomo", "communications_officer"), _user("teah", "nobody")
    for user in (flomo, teah):
        for address in ("/settings/team/", "/settings/team/invite/", f"/settings/team/{flomo.id}/"):
            assert _browser(user).get(address).status_code == 403
            assert _browser(user).post(address, {"role": "administrator"}).status_code == 403


def test_the_team_page_asks_for_a_second_administrator_until_there_is_one(korto: Any) -> None:
    words = "Add a second administrator"
    assert words in _browser(korto).get("/settings/team/").content.decode()
    _user("saye", "administrator")
    assert words not in _browser(korto).get("/settings/team/").content.decode()


def test_going_live_happens_once_and_is_written_down(korto: Any) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.accounts.queries import workspace

    browser = _browser(korto)
    assert browser.get("/settings/go-live/").status_code == 200
    assert not workspace().is_live
    browser.post("/settings/go-live/")
    assert workspace().is_live
    browser.post("/settings/go-live/")
    assert AuditEvent.objects.filter(action="workspace.went_live").count() == 1


def test_the_first_steps_know_what_is_done(korto: Any) -> None:
    from mhero.connectors.models import Connection
    from mhero.console.first_steps import steps

    assert not any(step.is_done for step in steps(korto))
    Connection.objects.create(system="ihris", url="https://ihris.example.org", works=True)
    Connection.objects.create(system="dhis2", url="https://dhis2.example.org", works=False)
    _user("saye", "administrator")
    assert [str(step.title) for step in steps(korto) if step.is_done] == [
        "Connect iHRIS",
        "Invite a second manager",
    ]


def test_the_settings_take_only_what_exists(korto: Any) -> None:
    from mhero.accounts.queries import workspace

    browser = _browser(korto)
    good = {"name": "Liberia", "country_code": "GN", "time_zone": "Africa/Conakry", "currency": "GNF"}
    for wrong in ({"time_zone": "Mars/Crater"}, {"country_code": "XX"}, {"currency": "DOGE"}):
        assert browser.post("/settings/", good | wrong).status_code == 200
    assert browser.post("/settings/", good).status_code == 302
    assert (workspace().country_code, workspace().currency) == ("GN", "GNF")


def _user(name: str, role: str, **more: Any) -> Any:
    from mhero.accounts.models import User

    return User.objects.create_user(f"{name}@example.org", name=name.title(), role=role, **more)


def _browser(user: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


def _request(user: Any) -> Any:
    from django.test import RequestFactory

    request = RequestFactory().post("/")
    request.user = user
    return request


def _counties() -> list[Any]:
    from mhero.registry.models import Place

    country = new_id()
    Place.objects.create(id=country, kind="jurisdiction", name="Liberia", level=1, path=[country])
    counties = []
    for name in ("Bong", "Lofa"):
        county = new_id()
        counties.append(
            Place.objects.create(
                id=county,
                kind="jurisdiction",
                name=name,
                level=2,
                parent_id=country,
                path=[country, county],
            )
        )
    return counties
