"""Fixtures of the messaging tests; what they are made of is in `world`."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import aiohttp
import pytest
from aiohttp import web
from tests.integration.messaging.world import Time, World, gateway, serving, use


@pytest.fixture
async def world(live_db: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    from django.conf import settings

    from mhero.accounts.models import User, Workspace
    from mhero.accounts.queries import workspace
    from mhero.messaging.receive import close
    from mhero.platform.clock import now
    from mhero.sandbox.country import Country
    from mhero.sandbox.phones.schedule import Schedule
    from mhero.sandbox.phones.server import PhoneServer

    def people() -> User:
        workspace()
        Workspace.objects.update(went_live_at=now(), time_zone="Africa/Monrovia")
        return User.objects.create_user("korto@example.org", name="Korto", role="administrator")

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", gateway)
    async with serving(application) as gateway_url:
        monkeypatch.setattr(
            settings, "CONFIGURATION", replace(settings.CONFIGURATION, gateway_url=gateway_url)
        )
        country = Country.generate(seed=1, people=300, facilities=50)
        schedule = Schedule(asyncio.get_running_loop())
        phones = PhoneServer(country, schedule, callback_base=gateway_url, profile="fast")
        await phones.start()
        async with serving(phones.application()) as phones_url, aiohttp.ClientSession() as session:
            made = World(
                clock=Time(),
                gateway_url=gateway_url,
                phones=phones,
                phones_url=phones_url,
                korto=await use(people),
                session=session,
            )
            await made.rules(hold_seconds=0, quiet_from="00:00", quiet_until="00:00")
            await made.make_channel()
            try:
                yield made
            finally:
                await phones.stop()
                await close()
