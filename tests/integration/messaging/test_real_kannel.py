"""mHero beside a real Kannel, whose operator is Kannel's own fake message centre."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.integration.messaging import kannel
from tests.integration.messaging.world import World, pumping, use

pytestmark = pytest.mark.skipif(
    bool(kannel.missing()),
    reason=f"{kannel.missing()} of Kannel is not installed (Debian: apt-get install kannel kannel-extras)",
)
MUSU = "+231770000001"


class Behind(NamedTuple):
    """A world whose channel is a real Kannel."""

    world: World
    operator: kannel.FakeSMSC


@pytest.fixture
async def behind(world: World, tmp_path: Path) -> AsyncIterator[Behind]:
    await world.follow(1)
    await world.make_channel(type="kannel", settings={"username": "mhero"}, secret="not-a-secret", rate=50)
    receive = f"{world.gateway_url}/c/kn/{world.channel.id}.{world.channel.callback_secret}/receive"
    async with kannel.running(tmp_path, receive) as (address, operator):
        world.channel.send_url = address
        await use(world.channel.save)
        yield Behind(world, operator)


@pytest.mark.parametrize(
    ("text", "segments"),
    [
        ("Is there BCG? @ £5 {now}", 1),
        ("Ŋa wi: vɛrɛ ɔ 👍", 1),
        ("Please count the vaccines on your shelf: BCG, polio, measles, penta. " * 5, 3),
        ("Comptez les vaccins ça et là, s’il vous plaît : ŋ. " * 5, 4),
    ],
    ids=["letters of GSM", "Unicode", "a long text", "a long text in Unicode"],
)
async def test_a_text_arrives_as_it_was_written(behind: Behind, text: str, segments: int) -> None:
    world, operator = behind
    await world.send(text.strip())
    async with pumping(world):
        await world.until_all("delivered", 1)
    assert await operator.texts(1) == [(MUSU, text.strip())]
    message = (await world.messages())[0]
    assert (operator.segments, message.segments, message.attempts) == (segments, segments, 1)
    assert message.sent_at <= message.final_at


async def test_a_reply_comes_in_and_is_answered(behind: Behind) -> None:
    from mhero.messaging.models import Contact
    from mhero.messaging.services import reply

    world, operator = behind
    await world.send("Is there BCG?")
    async with pumping(world):
        await world.until_all("delivered", 1)
        await operator.say(MUSU, "1234", "Wi, ŋa 👍 d’accord")

        async def heard() -> bool:
            return bool(await world.messages(is_incoming=True))

        await world.until(heard)
        said = (await world.messages(is_incoming=True))[0]
        assert (said.text, said.number) == ("Wi, ŋa 👍 d’accord", MUSU)
        musu = await use(Contact.objects.get, number=MUSU)
        await use(reply, musu, "Thank you", world.korto)
        await world.until_all("delivered", 2)
    assert await operator.texts(2) == [(MUSU, "Is there BCG?"), (MUSU, "Thank you")]


async def test_a_wrong_password_keeps_the_message_waiting(behind: Behind) -> None:
    world, operator = behind
    world.channel.secret = "another"
    await use(world.channel.save)
    await world.send("Is there BCG?")
    async with pumping(world):

        async def tried() -> bool:
            return any(one.attempts and one.status == "queued" for one in await world.messages())

        await world.until(tried)
        assert operator.received == []
        assert "403" in (await world.messages())[0].provider_words
        world.channel.secret = "not-a-secret"
        await use(world.channel.save)
        await world.until_all("delivered", 1, seconds=30)
    assert await operator.texts(1) == [(MUSU, "Is there BCG?")]
