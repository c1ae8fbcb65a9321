"""The home page: what needs somebody, and who can be reached, for the country and for one district."""

from copy import copy
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.console.world import World, fill

from mhero.platform.clock import now
from mhero.platform.ids import new_id


@pytest.fixture
def world(db: None) -> World:
    from django.core.cache import cache

    cache.clear()
    return fill()


def test_everyone_is_counted_once_by_place_and_by_cadre(world: World) -> None:
    from mhero.console.reach import reach

    musu = _person(world)
    for name, more in {
        "Without a number": {"phone": "", "phone_state": "missing"},
        "Left": {"is_active": False},
        "Nowhere": {"place_id": None, "place_ids": [], "cadres": []},
    }.items():
        _copy(musu, name, **more)
    whole = reach(None)
    assert (whole.people, whole.reachable) == (3, 1)
    assert whole.level == "County"
    assert [(each.name, each.people, each.reachable) for each in whole.places] == [("Bong", 2, 1), ("", 1, 0)]
    assert [(each.people, each.reachable) for each in whole.cadres] == [(2, 1), (1, 0)]
    assert sum(each.people for each in whole.cadres) == whole.people


def test_whoever_opted_out_or_has_no_number_of_their_own_is_not_reached(world: World) -> None:
    from django.core.cache import cache

    from mhero.console.reach import reach
    from mhero.messaging.models import Contact

    for change in ({"status": "stopped"}, {"status": "active", "number": None}):
        cache.clear()
        Contact.objects.update(**change)
        assert reach(None).reachable == 0


def test_a_district_officer_sees_the_district_by_facility(world: World) -> None:
    from mhero.console.reach import reach

    flomo = world.visitors["Flomo, a district officer"]
    _copy(_person(world), "In Lofa", place_ids=[new_id()])
    found = reach(flomo.area_id)
    assert [(each.name, each.people) for each in found.places] == [("Phebe Hospital", 1)]


def test_the_map_gets_points_and_outlines_and_no_more_than_the_area(world: World) -> None:
    from mhero.registry.models import Place

    bong = Place.objects.get(name="Bong")
    ring = [[-9.5 + n / 1000, 7.0] for n in range(1000)]
    points = _page(world, "administrator", "/home/map.json").json()
    assert [(each["name"], each["text"]) for each in points["points"]] == [("Bong", "1 of 1")]
    bong.outline = {"type": "MultiPolygon", "coordinates": [[ring]]}
    bong.save()
    areas = _page(world, "administrator", "/home/map.json").json()["areas"]
    assert len(areas[0]["rings"][0]) < 200
    assert _page(world, "Teah, who must see nothing", "/home/map.json").status_code == 403


@pytest.mark.parametrize("outline", [None, {}, {"type": "Point", "coordinates": [1, 2]}, [], "x"])
def test_an_outline_that_is_none_is_left_out(outline: Any) -> None:
    from mhero.console.reach import outer_rings

    assert outer_rings(outline) == []


def test_what_waits_is_told_to_those_who_can_do_something(world: World) -> None:
    from mhero.messaging.models import Broadcast, Contact

    Contact.objects.update(waiting_since=now())
    one = Broadcast.objects.order_by("created_at")[:1]
    Broadcast.objects.filter(id__in=one.values("id")).update(status="waiting_for_approval")
    korto = _needs(world, "administrator")
    assert korto == {
        "person waits for an answer",
        "send waits for approval",
        "correction waits for your decision",
        "record could not be loaded",
    }
    assert _needs(world, "viewer") == {"record could not be loaded"}
    assert _needs(world, "Teah, who must see nothing") == set()


def test_a_send_of_which_much_failed_is_named(world: World) -> None:
    from mhero.messaging.models import Message

    sent = Message.objects.get(is_incoming=False)
    Message.objects.filter(id=sent.id).update(status="failed")
    text = _page(world, "administrator", "/").content.decode()
    assert "100%, 1 of 1" in text
    assert "send with more than 3% failed" in text


def test_messages_are_counted_by_the_day_their_send_started(world: World) -> None:
    from mhero.console.attention import figures
    from mhero.messaging.models import Broadcast

    Broadcast.objects.update(started_at=now() - timedelta(days=2))
    week = figures(world.visitors["administrator"]).week
    assert [count for _day, count in week] == [0, 0, 0, 0, 1, 0, 0]


def test_a_new_installation_opens_on_its_first_steps_until_it_is_live(world: World) -> None:
    from mhero.accounts.models import Workspace

    words = "Invite a second manager"
    assert words in _page(world, "administrator", "/").content.decode()
    assert words not in _page(world, "viewer", "/").content.decode()
    Workspace.objects.update(went_live_at=now())
    assert words not in _page(world, "administrator", "/").content.decode()


def test_teah_finds_nothing_on_her_home_page(world: World) -> None:
    text = _page(world, "Teah, who must see nothing", "/").content.decode()
    for word in ("Musu", "Bong", "Vaccine", "iHRIS"):
        assert word not in text


def _needs(world: World, who: str) -> set[str]:
    from mhero.console.attention import figures, needs

    user = world.visitors[who]
    return {need.words for need in needs(user, figures(user))}


def _page(world: World, who: str, address: str) -> Any:
    from django.core.cache import cache
    from django.test import Client

    cache.clear()
    browser = Client()
    browser.force_login(world.visitors[who])
    return browser.get(address)


def _person(world: World) -> Any:
    from mhero.registry.models import Person

    return Person.objects.get(pk=world.samples["person_id"])


def _copy(person: Any, name: str, **more: Any) -> None:
    other = copy(person)
    other.pk, other.name = new_id(), name
    other._state.adding = True
    for field, value in more.items():
        setattr(other, field, value)
    other.save()
