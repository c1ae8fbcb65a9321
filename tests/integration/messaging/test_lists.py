"""Lists with a query, and campaigns, follow their contacts."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.integration.messaging.world import World, nurse, pumping, use


@pytest.fixture
async def following(world: World) -> AsyncIterator[Any]:
    """What the worker does about changed contacts, step by step."""
    from mhero.messaging.searching.following import Following

    pump = Following(world.clock)

    async def settled() -> None:
        while await pump.step():
            pass
        # What a list takes in may concern a campaign.
        while await pump.step():
            pass

    yield settled
    await pump.close()


async def members(group: Any) -> list[str]:
    return await use(lambda: list(group.contacts.order_by("name").values_list("name", flat=True)))


async def test_a_list_with_a_query_is_filled_and_kept(world: World, following: Any) -> None:
    from mhero.messaging.services import follow_contacts
    from mhero.messaging.services.groups import change_query, create_smart_group

    await world.follow(1, 2, 3)
    group = await use(create_smart_group, "Bong nurses", "cadre = nurse AND county = bong", world.korto)
    assert not group.is_ready or await members(group) == []
    await following()
    await use(group.refresh_from_db)
    assert (group.is_ready, group.evaluated, group.to_evaluate) == (True, 3, 3)
    assert await members(group) == ["Musu 1", "Musu 3"]
    moved = nurse(1, fields={"cadre": "Nurse", "county": "Lofa"}, change=1)
    left = nurse(3, is_active=False, change=1)
    come = nurse(5)
    await use(follow_contacts, [moved, left, come])
    await following()
    assert await members(group) == ["Musu 5"]
    await use(change_query, group, "county = lofa", world.korto)
    await following()
    assert await members(group) == ["Musu 1", "Musu 2"]


async def test_what_a_list_cannot_ask_is_refused(world: World) -> None:
    from mhero.flows.queries import QueryError
    from mhero.messaging.errors import NameTaken, QueryNotForGroups
    from mhero.messaging.services.groups import create_group, create_smart_group

    await use(create_group, "Nurses", [], world.korto)
    with pytest.raises(NameTaken):
        await use(create_group, "nurses", [], world.korto)
    with pytest.raises(QueryNotForGroups):
        await use(create_smart_group, "Circle", "group = Nurses", world.korto)
    with pytest.raises(QueryError):
        await use(create_smart_group, "Broken", "height > 3", world.korto)


DUE = datetime(2030, 5, 6, 9, 0, tzinfo=UTC)


async def campaign_for(world: World, **own: Any) -> Any:
    """A reminder at 9 o'clock, one day before the visit, for a list of everybody there is."""
    from mhero.messaging.models import ContactField
    from mhero.messaging.services.campaigns import PointOrder, add_point, create_campaign
    from mhero.messaging.services.groups import create_group

    people = await world.contact_ids()

    def make() -> Any:
        ContactField.objects.get_or_create(key="visit", defaults={"name": "Visit", "type": "datetime"})
        group = create_group("Visited", people, world.korto)
        campaign = create_campaign("Visits", group, world.korto)
        named = {
            "relative_to": "visit",
            "offset": -1,
            "delivery_hour": 9,
            "texts": {"eng": "Hello @contact.first_name"},
        }
        return add_point(campaign, PointOrder(**(named | own)), world.korto)

    return await use(make)


async def visit(world: World, date: str, *people: int) -> None:
    from mhero.messaging.models import Contact

    numbers = [f"+23177{last:07d}" for last in people]
    await use(lambda: Contact.objects.filter(number__in=numbers).update(own_fields={"visit": date}))


async def firings(**filters: Any) -> list[tuple[str, datetime, str]]:
    from mhero.messaging.models import Firing

    rows = Firing.objects.filter(**filters).order_by("contact__name", "about")
    return await use(lambda: list(rows.values_list("contact__name", "fires_at", "state")))


def at(world: World, moment: datetime) -> None:
    from mhero.platform.clock import now

    world.clock.moved = moment - now()


async def fire(world: World) -> None:
    from mhero.messaging.campaigns.firing import fire_due

    await use(fire_due, world.clock)


async def test_a_point_is_planned_for_those_with_the_date_and_replanned_when_it_changes(
    world: World, following: Any
) -> None:
    from mhero.messaging.models import Contact, Group
    from mhero.messaging.services.campaigns import PointOrder, change_point

    await world.follow(1, 2, 3)
    await visit(world, "2030-05-07", 1, 2)
    await visit(world, "2020-05-07", 3)
    point = await campaign_for(world)
    await following()
    assert await firings() == [("Musu 1", DUE, "waiting"), ("Musu 2", DUE, "waiting")]
    await visit(world, "2030-05-08 14:00", 1)
    group = await use(lambda: Group.objects.get(name="Visited"))
    await use(lambda: group.contacts.remove(Contact.objects.get(name="Musu 2")))
    await following()
    assert await firings() == [("Musu 1", DUE + timedelta(days=1), "waiting")]
    order = PointOrder(relative_to="visit", offset=2, unit="H", texts={"eng": "Thank you"})
    await use(change_point, point, order, world.korto)
    await following()
    assert await firings() == [("Musu 1", datetime(2030, 5, 8, 16, 0, tzinfo=UTC), "waiting")]


async def test_a_date_fires_once_for_ever(world: World, following: Any) -> None:
    from mhero.messaging.models import Broadcast
    from mhero.messaging.services.campaigns import PointOrder, change_point

    await world.follow(1, 2)
    await visit(world, "2030-05-07", 1, 2)
    point = await campaign_for(world)
    await following()
    at(world, DUE - timedelta(minutes=1))
    await fire(world)
    assert await use(Broadcast.objects.count) == 0
    at(world, DUE + timedelta(seconds=1))
    async with pumping(world):
        await fire(world)
        await fire(world)
        await world.until_all("delivered", 2)
    assert await world.sent_to(1) == ["Hello Musu"]
    send = await use(lambda: Broadcast.objects.get())
    assert (send.name, send.campaign_point_id, send.created_by) == ("Visits", point.id, "korto@example.org")
    # To another date and back, and another hour: the same date is over.
    await visit(world, "2030-06-07", 1)
    await following()
    await visit(world, "2030-05-07", 1)
    await following()
    order = PointOrder(relative_to="visit", offset=3, delivery_hour=9, texts={"eng": "Again"})
    await use(change_point, point, order, world.korto)
    await following()
    assert await firings() == [("Musu 1", DUE, "sent"), ("Musu 2", DUE, "sent")]


async def test_whoever_cannot_get_a_point_is_told_apart(world: World, following: Any) -> None:
    from mhero.messaging.models import Broadcast, Contact, Flow, OptOut, Session

    await world.follow(1, 2, 3, 4)
    await visit(world, "2030-05-07", 1, 2, 3, 4)
    await campaign_for(world)
    await following()

    def circumstances() -> None:
        OptOut.objects.create(number="+231770000001", by="STOP")
        flow = Flow.objects.create(name="Stock")
        busy = Contact.objects.get(name="Musu 2")
        Session.objects.create(
            contact=busy, flow=flow, sms_channel_id=world.channel.id, status="waiting", state="{}"
        )

    await use(circumstances)
    at(world, DUE)
    await fire(world)
    assert [state for _, _, state in await firings()] == ["unreachable", "busy", "sent", "sent"]
    send = await use(lambda: Broadcast.objects.get())
    assert await use(lambda: send.recipients.count()) == 2


async def test_a_reminder_that_comes_much_too_late_is_left_out(world: World, following: Any) -> None:
    from mhero.messaging.models import Broadcast

    await world.follow(1)
    await visit(world, "2030-05-07", 1)
    await campaign_for(world)
    await following()
    at(world, DUE + timedelta(hours=13))
    await fire(world)
    assert await firings() == [("Musu 1", DUE, "late")]
    assert await use(Broadcast.objects.count) == 0


async def test_a_district_officers_campaign_stays_in_the_district(world: World, following: Any) -> None:
    from uuid import UUID

    from mhero.accounts.models import User
    from mhero.messaging.models import Campaign
    from mhero.messaging.services import follow_contacts

    bong = UUID(int=7)
    await use(follow_contacts, [nurse(1, place_ids=[bong]), nurse(2)])
    await visit(world, "2030-05-07", 1, 2)
    await campaign_for(world)

    def flomo() -> None:
        user = User.objects.create_user("flomo@example.org", role="communications_officer")
        User.objects.filter(id=user.id).update(area_id=bong)
        Campaign.objects.update(created_by_id=user.id)

    await use(flomo)
    await following()
    at(world, DUE)
    await fire(world)
    assert [state for _, _, state in await firings()] == ["sent", "not_allowed"]


async def test_two_workers_and_a_death_between_make_one_send(world: World, following: Any) -> None:
    """A worker that dies before its transaction ends has done nothing; two at one time do it once."""
    import asyncio

    from django.db import connection, transaction

    from mhero.messaging.campaigns.firing import fire_due
    from mhero.messaging.models import Broadcast

    await world.follow(1, 2, 3)
    await visit(world, "2030-05-07", 1, 2, 3)
    await campaign_for(world)
    await following()
    at(world, DUE)

    class Killed(Exception):
        pass

    def dies() -> None:
        with transaction.atomic():
            fire_due(world.clock)
            with connection.cursor() as cursor:
                cursor.execute("SELECT count(*) FROM messaging_firing WHERE state = 'sent'")
                assert cursor.fetchone()[0] == 3
            raise Killed

    with pytest.raises(Killed):
        await use(dies)
    assert await use(Broadcast.objects.count) == 0
    await asyncio.gather(*(use(fire_due, world.clock) for _ in range(4)))
    send = await use(lambda: Broadcast.objects.get())
    assert await use(lambda: send.recipients.count()) == 3
    assert {state for _, _, state in await firings()} == {"sent"}
