"""Kinds of channels over HTTP: a phone that fetches, a bot, signed callbacks, and the log of it all."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from tests.integration.messaging.provider import providing
from tests.integration.messaging.world import World, pumping, use

MUSU = "+231770000001"


async def call(
    world: World, kind: str, action: str, *, headers: dict[str, str] | None = None, **sent: Any
) -> tuple[int, str]:
    """What a provider does at one of the channel's addresses: a POST with `json` or `data`, else a GET."""
    url = f"{world.gateway_url}/c/{kind}/{world.channel.id}.{world.channel.callback_secret}/{action}"
    method = "POST" if sent.keys() & {"json", "data"} else "GET"
    async with world.session.request(method, url, headers=headers, **sent) as response:
        return response.status, await response.text()


async def fetched(world: World, most: int = 20) -> list[dict[str, str]]:
    url = f"{world.gateway_url}/c/an/{world.channel.id}.{world.channel.callback_secret}/messages?most={most}"
    async with world.session.get(url) as response:
        assert response.status == 200
        answer = await response.json()
    assert answer["again_in_seconds"] > 0
    messages: list[dict[str, str]] = answer["messages"]
    return messages


async def log(world: World, **filters: Any) -> list[Any]:
    from mhero.messaging.models import ChannelLogEntry

    return await use(lambda: list(ChannelLogEntry.objects.filter(**filters).order_by("id")))


async def test_a_phone_fetches_messages_and_says_what_became_of_them(world: World) -> None:
    await world.follow(1, 2, 3)
    await world.make_channel(type="android", send_url="", rate=100)
    await world.send("Hello @contact.first_name")
    async with pumping(world):
        await world.until_all("queued", 3)
        first = await fetched(world, most=2)
        second = await fetched(world)
        assert (len(first), len(second), len(await fetched(world))) == (2, 1, 0)
        assert first[0].keys() == {"id", "to", "text"}
        assert first[0]["text"] == "Hello Musu"
        assert {one["to"] for one in (*first, *second)} == {f"+23177000000{last}" for last in (1, 2, 3)}
        ids = [message["id"] for message in (*first, *second)]
        assert len(set(ids)) == 3
        became = [(ids[0], "sent"), (ids[0], "delivered"), (ids[1], "sent")]
        reports = [{"id": key, "status": status} for key, status in became]
        reports.append({"id": ids[2], "status": "failed", "reason": "No credit"})
        assert (await call(world, "an", "status", json={"reports": reports}))[0] == 200

        async def told() -> bool:
            return await world.statuses() == {"delivered": 1, "sent": 1, "failed": 1}

        await world.until(told)
        await call(world, "an", "receive", json={"messages": [{"id": "1", "from": MUSU, "text": "Yes"}]})
        await call(world, "an", "receive", json={"messages": [{"id": "1", "from": MUSU, "text": "Yes"}]})

        async def heard() -> bool:
            return bool(await world.messages(is_incoming=True))

        await world.until(heard)
    assert [one.text for one in await world.messages(is_incoming=True)] == ["Yes"]
    assert (await world.messages(status="failed"))[0].provider_words == "No credit"


async def test_what_a_phone_never_speaks_of_again_is_lent_again_under_the_same_id(world: World) -> None:
    await world.follow(1)
    await world.make_channel(type="android", send_url="", rate=100)
    await world.send()
    async with pumping(world):
        await world.until_all("queued", 1)
        first = await fetched(world)
        assert await fetched(world) == []
        world.clock.moved = timedelta(minutes=9)
        assert await world.statuses() == {"wired": 1}
        world.clock.moved = timedelta(minutes=11)
        await world.until_all("queued", 1)
        assert await fetched(world) == first


async def test_a_phone_gets_no_more_than_its_rate_and_nothing_in_trial_mode(world: World) -> None:
    from mhero.accounts.models import Workspace

    await world.follow(*range(1, 11))
    await world.make_channel(type="android", send_url="", rate=0.1)
    await world.send()
    async with pumping(world):
        await world.until_all("queued", 10)
        # A minute's worth at the most, and then one every ten seconds.
        assert len(await fetched(world)) == 6
        assert await fetched(world) == []
    await use(lambda: Workspace.objects.update(went_live_at=None))
    await world.make_channel(type="android", send_url="", rate=100)
    # The gateway has not heard of the channel before its next look.
    await asyncio.sleep(1.1)
    assert await fetched(world) == []


async def test_a_bot_answers_people_who_wrote_to_it_and_learns_who_they_are(world: World) -> None:
    from mhero.messaging.channels import TYPES
    from mhero.messaging.models import Contact
    from mhero.messaging.services import reply
    from mhero.messaging.services.channels import as_channel

    def telegram(_path: str, fields: dict[str, Any]) -> tuple[int, Any]:
        return 200, {"ok": True, "result": {"message_id": fields["chat_id"] + 1}}

    await world.follow(1)
    async with providing(telegram) as (bot, url), pumping(world):
        await world.make_channel(type="telegram", send_url=url, secret="12:token", settings={})
        request = TYPES["telegram"].registration(as_channel(world.channel))
        assert request is not None
        token = {"x-telegram-bot-api-secret-token": json.loads(request.body or b"")["secret_token"]}
        number = 0

        async def update(**message: Any) -> tuple[int, str]:
            nonlocal number
            number += 1
            said = {"from": {"id": 77}, "chat": {"id": 77, "type": "private"}, **message}
            return await call(
                world, "tg", "receive", headers=token, json={"update_id": number, "message": said}
            )

        assert (await call(world, "tg", "receive", json={"update_id": 9}))[0] == 403
        status, greeting = await update(text="/start")
        assert (status, '"sendMessage"' in greeting) == (200, True)
        await update(text="Is anybody there?")

        async def heard(text: str) -> bool:
            return bool(await world.messages(is_incoming=True, text=text))

        await world.until(lambda: heard("Is anybody there?"))
        stranger = await use(Contact.objects.get, number="tg:77")
        await use(reply, stranger, "Yes. Who are you?", world.korto)
        await world.until_all("sent", 1)
        await update(contact={"phone_number": "231770000001", "user_id": 77})
        await update(text="I am Musu")
        await world.until(lambda: heard("I am Musu"))
        musu = await use(Contact.objects.get, number=MUSU)
        assert {one.contact_id for one in await world.messages()} == {musu.id}
        await use(stranger.refresh_from_db)
        assert (stranger.waiting_since, stranger.last_message_at) == (None, None)
        await use(reply, musu, "Welcome, Musu", world.korto)
        await world.until_all("sent", 2)
        await world.follow(2)
        await world.send("Hello")

        async def told() -> bool:
            return await world.statuses() == {"sent": 3, "failed": 1}

        await world.until(told)
        assert [(path, fields["chat_id"], fields["text"]) for path, fields in bot.asked] == [
            ("/bot12:token/sendMessage", 77, "Yes. Who are you?"),
            ("/bot12:token/sendMessage", 77, "Welcome, Musu"),
            ("/bot12:token/sendMessage", 77, "Hello"),
        ]
        assert (await world.messages(status="failed"))[0].reason == "not_linked"
        await update(text="STOP")

        async def stopped() -> bool:
            await use(musu.refresh_from_db)
            return bool(musu.status == "stopped")

        await world.until(stopped)
    assert "12:token" not in "".join(entry.address for entry in await log(world, kind="request"))


async def test_who_opted_out_of_a_bot_stays_so_when_the_number_is_known(world: World) -> None:
    from mhero.messaging.models import Contact, OptOut, Received

    await world.follow(1)
    async with pumping(world):
        for number, (kind, payload) in enumerate(
            [
                ("message", {"from": "tg:8", "text": "STOP", "id": ""}),
                ("linked", {"from": "tg:8", "number": MUSU}),
            ]
        ):
            await use(
                lambda kind=kind, payload=payload, number=number: Received.objects.create(  # type: ignore[misc]
                    sms_channel_id=world.channel.id, kind=kind, key=f"k{number}", payload=payload
                )
            )

        async def stopped() -> bool:
            return await use(OptOut.objects.filter(number=MUSU).exists)

        await world.until(stopped)
    assert (await use(Contact.objects.get, number=MUSU)).status == "stopped"


async def test_a_signed_callback_counts_and_a_forged_one_does_not(world: World) -> None:
    await world.make_channel(
        type="twilio", send_url="http://127.0.0.1:9", secret="a-token", settings={"account_sid": "AC1"}
    )
    fields = {"MessageSid": "SM1", "From": MUSU, "Body": "Yes & no"}
    address = f"{world.gateway_url}/c/t/{world.channel.id}.{world.channel.callback_secret}/receive"
    signed = address + "".join(name + value for name, value in sorted(fields.items()))
    digest = hmac.new(b"a-token", signed.encode(), hashlib.sha1).digest()
    right = {"X-Twilio-Signature": base64.b64encode(digest).decode()}
    async with pumping(world):
        assert (await call(world, "t", "receive", data=fields))[0] == 403
        assert (await call(world, "t", "receive", headers=right, data=fields | {"Body": "STOP"}))[0] == 403
        assert await call(world, "t", "receive", headers=right, data=fields) == (
            200, '<?xml version="1.0" encoding="UTF-8"?><Response/>',
        )  # fmt: skip

        async def heard() -> bool:
            return bool(await world.messages(is_incoming=True))

        await world.until(heard)
    assert [one.text for one in await world.messages(is_incoming=True)] == ["Yes & no"]


async def test_meta_finds_its_challenge_answered(world: World) -> None:
    await world.make_channel(
        type="whatsapp", settings={"phone_number_id": "12345"}, secret="a", signing_secret="b"
    )
    asked = {"hub.mode": "subscribe", "hub.challenge": "1158201444", "hub.verify_token": "wrong"}
    assert (await call(world, "wac", f"receive?{urlencode(asked)}"))[0] == 403
    right = asked | {"hub.verify_token": world.channel.callback_secret}
    assert await call(world, "wac", f"receive?{urlencode(right)}") == (200, "1158201444")


@asynccontextmanager
async def africas_talking(world: World) -> AsyncIterator[Any]:
    def answer(_path: str, fields: dict[str, Any]) -> tuple[int, Any]:
        recipient = {"statusCode": 101, "status": "Success", "messageId": f"ATPid_{fields['to'][-1]}"}
        return 201, {"SMSMessageData": {"Recipients": [recipient]}}

    async with providing(answer) as (provider, url):
        await world.make_channel(
            type="africastalking", send_url=url, secret="a-token", settings={"username": "ministry"}
        )
        yield provider


async def test_a_report_that_is_faster_than_the_answer_is_not_lost(world: World) -> None:
    await world.follow(1)
    async with africas_talking(world), pumping(world):
        assert (await call(world, "at", "status", data={"id": "ATPid_1", "status": "Success"}))[0] == 200
        from mhero.messaging.models import Received

        async def refused() -> bool:
            return await use(Received.objects.exclude(error="").exists)

        await world.until(refused)
        await world.send()
        await world.until_all("delivered", 1)


async def test_a_long_text_goes_on_where_it_was_cut_off(world: World) -> None:
    """Twilio takes 1,600 characters: when the second part fails, the first is not sent again."""
    texts: list[str] = []

    def twilio(_path: str, fields: dict[str, Any]) -> tuple[int, Any]:
        texts.append(fields["Body"])
        return (503, {}) if len(texts) == 2 else (201, {"sid": f"SM{len(texts)}"})

    await world.follow(1)
    async with providing(twilio) as (_, url), pumping(world):
        await world.make_channel(
            type="twilio", send_url=url, secret="a-token", settings={"account_sid": "AC1"}
        )
        text = "Please count the vaccines. " * 100
        await world.send(text.strip())

        async def half_sent() -> bool:
            words = [one.provider_words for one in await world.messages()]
            return words == ["A part of the text has left. 503 {}"]

        await world.until(half_sent)
        await world.until_all("sent", 1)
    first, failed, second = texts
    assert failed == second
    assert f"{first} {second}" == text.strip()


async def test_the_log_tells_what_happened_and_nothing_personal(world: World) -> None:
    from mhero.messaging.models import ChannelLogEntry

    def provider(_path: str, fields: dict[str, Any]) -> tuple[int, Any]:
        return 400, f"Cannot send ({fields['text']}) to {fields['to']} with a-very-secret-token"

    await world.follow(1, 2)
    async with providing(provider) as (_, url), pumping(world):
        await world.make_channel(send_url=f"{url}/send?key=a-query-key", secret="a-very-secret-token")
        await world.send("Y a-t-il du vaccin à Zota ?")
        await world.until_all("failed", 2)
        await call(world, "ex", "receive", data={"from": MUSU, "text": "Yes, there is"})
        await call(world, "ex", "receive", data={"text": "Yes, there is"})

        async def logged() -> bool:
            return await use(ChannelLogEntry.objects.filter(sms_channel_id=world.channel.id).count) >= 3

        await world.until(logged)
    requests = await log(world, kind="request")
    assert sum(entry.alike for entry in requests) == 2
    assert {(entry.outcome, entry.status) for entry in requests} == {("failed", 400)}
    assert requests[0].address == f"POST {url}/send"
    assert requests[0].words == '400 "Cannot send (•••) to ••• with •••"'
    callbacks = await log(world, kind="callback")
    assert [(entry.address, entry.outcome, entry.status, entry.words) for entry in callbacks] == [
        ("POST receive", "accepted", 200, ""),
        ("POST receive", "refused", 400, "The field from is missing."),
    ]
