"""Commands: texts that another room takes, once each and in their order, before any conversation."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.messaging.world import World, pumping, use


@dataclass
class Echo:
    """A command that answers with what it was told."""

    name: str = "echo"
    taken: list[str] = field(default_factory=list)
    #: How often it stumbles first.
    stumbles: int = 0

    def claims(self, text: str) -> bool:
        return text.lower().startswith("echo")

    def take(self, said: Any) -> str | None:
        if self.stumbles:
            self.stumbles -= 1
            raise ValueError("stumbled")
        self.taken.append(said.text)
        words: str = said.text[4:].strip()
        return None if words == "nothing" else words


@pytest.fixture
def echo() -> Iterator[Echo]:
    from mhero.messaging.commands import REGISTERED, register

    command = Echo()
    register(command)
    yield command
    del REGISTERED[command.name]


async def heard(world: World, *texts: str) -> None:
    """Musu's phone says these."""
    for number, text in enumerate(texts):
        fields = {"from": "+231770000001", "text": text, "id": f"n-{number}-{text}"}
        status, _ = await world.callback("receive", fields)
        assert status == 200


async def taken_in(world: World) -> None:
    from mhero.messaging.taking.pump import Taking

    taking = Taking()
    while await taking.step():
        pass
    await taking.close()


async def take_waiting() -> None:
    from mhero.messaging.taking.commands import take_waiting

    await use(take_waiting)


async def test_a_text_for_a_command_is_answered_and_waits_for_nobody(world: World, echo: Echo) -> None:
    await world.follow(1)
    async with pumping(world):
        await heard(world, "echo hello", "What now?", "ECHO again")

        async def answered() -> bool:
            await take_waiting()
            return len(await world.sent_to(1)) == 2

        await world.until(answered)
    assert await world.sent_to(1) == ["hello", "again"]
    handled = {one.text: one.is_handled for one in await world.messages(is_incoming=True)}
    assert handled == {"echo hello": True, "What now?": False, "ECHO again": True}


async def test_stop_wins_over_a_command_and_who_opted_out_is_not_answered(world: World, echo: Echo) -> None:
    await world.follow(1)
    await heard(world, "STOP")
    await taken_in(world)
    await heard(world, "echo hello")
    await taken_in(world)
    await take_waiting()
    assert echo.taken == ["echo hello"]
    assert all("hello" not in one.text for one in await world.messages(is_incoming=False))


async def test_a_text_is_taken_once_whatever_is_killed(world: World, echo: Echo) -> None:
    from mhero.messaging.models import CommandText

    await world.follow(1)
    await heard(world, "echo hello", "echo hello")
    await heard(world, "echo hello")
    await taken_in(world)
    assert await use(CommandText.objects.count) == 2
    # Killed in the middle: the transaction is gone with all it did, and the text is taken again.
    echo.stumbles = 1
    await take_waiting()
    await take_waiting()
    assert await use(CommandText.objects.count) == 0
    answers = [one.text for one in await world.messages(is_incoming=False)]
    assert answers == ["hello", "hello"]


async def test_what_a_command_stumbles_over_or_gives_back_goes_to_the_inbox(world: World, echo: Echo) -> None:
    from mhero.messaging.models import CommandText, Contact

    await world.follow(1)
    await heard(world, "echo nothing", "echo hello")
    await taken_in(world)
    echo.stumbles = 100
    await take_waiting()
    echo.stumbles = 0
    await heard(world, "echo again", "echo nothing more")
    await taken_in(world)
    await take_waiting()
    assert await use(CommandText.objects.count) == 0
    handled = {one.text: one.is_handled for one in await world.messages(is_incoming=True)}
    assert (handled["echo nothing"], handled["echo hello"], handled["echo again"]) == (False, False, True)
    musu = await use(lambda: Contact.objects.get(number="+231770000001"))
    assert musu.waiting_since is not None


async def test_who_was_asked_back_answers_with_any_text_until_it_is_too_late(
    world: World, echo: Echo
) -> None:
    from mhero.messaging.commands import ask_back, ask_no_more
    from mhero.messaging.models import CommandDialogue, Contact
    from mhero.platform.clock import now

    await world.follow(1)
    musu = await use(lambda: Contact.objects.get(number="+231770000001"))
    await use(ask_back, "echo", musu.id, now() + timedelta(minutes=5))
    await heard(world, "to be echoed")
    await taken_in(world)
    await take_waiting()
    assert echo.taken == ["to be echoed"]
    await use(lambda: CommandDialogue.objects.update(until=now() - timedelta(seconds=1)))
    await heard(world, "too late")
    await taken_in(world)
    await use(ask_no_more, "echo", musu.id)
    await heard(world, "not asked")
    await taken_in(world)
    await take_waiting()
    assert echo.taken == ["to be echoed"]
    handled = {one.text: one.is_handled for one in await world.messages(is_incoming=True)}
    assert handled == {"to be echoed": True, "too late": False, "not asked": False}


async def test_stop_wins_over_what_was_asked_back(world: World, echo: Echo) -> None:
    from mhero.messaging.commands import ask_back
    from mhero.messaging.models import Contact
    from mhero.platform.clock import now

    await world.follow(1)
    musu = await use(lambda: Contact.objects.get(number="+231770000001"))
    await use(ask_back, "echo", musu.id, now() + timedelta(minutes=5))
    await heard(world, "STOP")
    await taken_in(world)
    await take_waiting()
    assert echo.taken == []
    assert (await use(lambda: Contact.objects.get(id=musu.id))).status == "stopped"


async def test_what_is_forgotten_is_gone_as_it_came_and_as_it_was_kept(world: World, echo: Echo) -> None:
    from mhero.messaging.models import Message, Received
    from mhero.messaging.services.forgetting import forget_words

    await world.follow(1)
    await heard(world, "echo Hawa is ill", "something else")
    await taken_in(world)
    message = await use(lambda: Message.objects.get(text="echo Hawa is ill"))
    await use(forget_words, [message.id])
    kept = await use(lambda: list(Message.objects.values_list("text", flat=True)))
    came = await use(lambda: [one.payload["text"] for one in Received.objects.all()])
    assert sorted(kept) == sorted(came) == ["", "something else"]
