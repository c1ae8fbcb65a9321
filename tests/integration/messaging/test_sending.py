"""A send from its making to the network's last report, over HTTP."""

from tests.integration.messaging.world import World, pumping


async def test_a_send_reaches_everybody_once_in_their_own_words(world: World) -> None:
    await world.follow(1, 2, 3)
    await world.send("Hello @contact.name, is there paracetamol?")
    async with pumping(world):
        await world.until_all("delivered", 3)
    assert await world.sent_to(1) == ["Hello Musu 1, is there paracetamol?"]
    assert (await world.control())["accepted"] == 3
