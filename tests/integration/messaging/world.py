"""A phone network, a gateway's receiving end and the worker's pumps, in one event loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

import aiohttp
from aiohttp import web

T = TypeVar("T")
#: Seconds, for a machine that is busy with other things.
PATIENCE = 60


@dataclass
class Time:
    """The tests' clock: the real time, moved."""

    moved: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        from mhero.platform.clock import now

        return now() + self.moved


async def use(function: Callable[..., T], *arguments: Any, **named: Any) -> T:
    """Calls a service that uses Django's models."""
    from mhero.messaging.database import in_thread

    return await in_thread(lambda: function(*arguments, **named))


def nurse(last: int, /, **own: Any) -> Any:
    """The state of a nurse with the given last digits of her phone."""
    from mhero.messaging.services import ContactState

    named = {
        "person_id": UUID(int=0x1000 + last),
        "number": f"+23177{last:07d}",
        "name": f"Musu {last}",
        "language": "eng",
        "fields": {"first_name": "Musu", "cadre": "Nurse", "county": "Bong" if last % 2 else "Lofa"},
    }
    return ContactState(**(named | own))


@dataclass
class World:
    clock: Time
    gateway_url: str
    phones: Any
    phones_url: str
    korto: Any
    session: aiohttp.ClientSession
    channel: Any = None

    async def make_channel(self, *, is_off: bool = False, **own: Any) -> Any:
        """A channel to the simulated network; the one that later sends take."""
        from mhero.messaging.models import SMSChannel
        from mhero.messaging.services import create_sms_channel

        named = {
            "type": "external",
            "name": f"Lonestar {uuid4().hex[:6]}",
            "address": "1234",
            "send_url": f"{self.phones_url}/send",
            "rate": 1000,
            "concurrency": 32,
        }
        self.channel = await use(create_sms_channel, **(named | own))
        if is_off:
            await use(lambda: SMSChannel.objects.filter(id=self.channel.id).update(is_enabled=False))
        return self.channel

    async def turn_on(self) -> None:
        from mhero.messaging.models import SMSChannel

        await use(lambda: SMSChannel.objects.update(is_enabled=True))

    async def callback(
        self, action: str, fields: dict[str, str], *, channel: str = "", secret: str | None = None
    ) -> tuple[int, str]:
        """What the network calls the gateway with; the answer's status and words."""
        name = f"{channel or self.channel.id}.{self.channel.callback_secret if secret is None else secret}"
        async with self.session.post(f"{self.gateway_url}/c/ex/{name}/{action}", data=fields) as response:
            return response.status, await response.text()

    async def report(self, action: str, message_id: str) -> None:
        assert await self.callback(action, {"id": message_id}) == (200, "Status Update Accepted")

    async def follow(self, *numbers: int) -> None:
        from mhero.messaging.services import follow_contacts

        await use(follow_contacts, [nurse(number) for number in numbers])

    async def contact_ids(self) -> list[UUID]:
        from mhero.messaging.models import Contact

        people = Contact.objects.exclude(person_id=None).order_by("number")
        return await use(lambda: list(people.values_list("id", flat=True)))

    async def send(self, text: str = "Hello @contact.first_name", **own: Any) -> Any:
        """A broadcast to every contact of a person."""
        from mhero.messaging.services import BroadcastOrder, make_broadcast

        named = {
            "name": "A test",
            "text": text,
            "contact_ids": await self.contact_ids(),
            "created_by": self.korto,
            "sms_channel_id": self.channel.id,
        }
        return await use(make_broadcast, BroadcastOrder(**(named | own)), clock=self.clock)

    async def rules(self, **changes: Any) -> None:
        from mhero.messaging.circumstances import rules
        from mhero.messaging.models import SendingRules

        await use(lambda: (rules(), SendingRules.objects.update(**changes)))

    async def statuses(self, **filters: Any) -> dict[str, int]:
        from django.db.models import Count

        from mhero.messaging.models import Message

        rows = (
            Message.objects.filter(is_incoming=False, **filters).values_list("status").annotate(n=Count("id"))
        )
        return await use(lambda: dict(rows.order_by()))

    async def messages(self, **filters: Any) -> list[Any]:
        from mhero.messaging.models import Message

        return await use(lambda: list(Message.objects.filter(**filters).order_by("id")))

    async def until(self, asked: Callable[[], Coroutine[Any, Any, bool]], seconds: float = PATIENCE) -> None:
        async with asyncio.timeout(seconds):
            while not await asked():
                await asyncio.sleep(0.05)

    async def until_all(self, status: str, number: int, seconds: float = PATIENCE) -> None:
        async def reached() -> bool:
            return (await self.statuses()).get(status, 0) == number

        try:
            await self.until(reached, seconds)
        except TimeoutError:
            raise AssertionError(f"not {number} {status} but {await self.statuses()}") from None

    async def say(self, number: int, text: str) -> None:
        """Somebody texts the short code."""
        await self.control(say=[{"from": f"+23177{number:07d}", "text": text}])

    async def control(self, **wishes: Any) -> Any:
        async with self.session.post(f"{self.phones_url}/control", json=wishes) as response:
            response.raise_for_status()
            return await response.json()

    async def sent_to(self, number: int) -> list[str]:
        """The texts that a phone got."""
        address = f"{self.phones_url}/control/phones/+23177{number:07d}"
        async with self.session.get(address) as response:
            messages = (await response.json())["messages"]
        return [message["text"] for message in messages if message["direction"] == "in"]


@asynccontextmanager
async def pumping(world: World, *, outside: Any = None, **options: Any) -> AsyncIterator[None]:
    """The worker, as far as messages are concerned, until the end of the block."""
    from mhero.messaging.circumstances import Watched
    from mhero.messaging.conversations.lane import Lane
    from mhero.messaging.conversations.published import Publications
    from mhero.messaging.conversations.timers import Timers
    from mhero.messaging.sending.expansion import Expansion
    from mhero.messaging.sending.station import Station
    from mhero.messaging.sending.sweep import Sweep
    from mhero.messaging.taking.pump import Taking

    watched, publications = Watched(world.clock), Publications()
    station = Station(watched, **options)
    expansion, taking = Expansion(watched, publications), Taking(watched, publications)
    sweep, timers = Sweep(watched), Timers(watched, publications)
    lane = Lane(watched, publications, outside=outside)

    async def turn(*steps: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        while True:
            for step in steps:
                await step()
            await asyncio.sleep(0.05)

    tasks = [
        asyncio.create_task(station.run()),
        asyncio.create_task(
            turn(publications.forget, station.wake, expansion.step, taking.step, timers.step, sweep.step)
        ),
        asyncio.create_task(turn(lane.step)),
    ]
    try:
        yield
        for task in tasks:
            if task.done():
                task.result()
    finally:
        for task in tasks:
            if task.done() and (stumbled := task.exception()):
                print("a pump stumbled:", repr(stumbled))
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for pump in (expansion, taking, sweep, timers, lane):
            await pump.close()


async def gateway(request: web.Request) -> web.Response:
    """What the exchange's gateway does with a public channel, as far as the service can tell."""
    from mhero.messaging.receive import serve
    from mhero.platform.gateway import LocalRequest

    answer = await serve(
        LocalRequest(
            method=request.method,
            path=request.rel_url.raw_path,
            query_string=request.rel_url.raw_query_string,
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
            client_id="",
            client_roles=frozenset(),
            ip="127.0.0.1",
        )
    )
    return web.Response(status=answer.status, body=answer.body, headers={"Content-Type": answer.content_type})


@asynccontextmanager
async def serving(application: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
