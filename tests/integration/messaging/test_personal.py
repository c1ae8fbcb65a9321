"""Texts of sends in which flows' expressions stand, and in several languages."""

import pytest
from tests.integration.messaging.world import World, nurse, pumping, use


async def test_everybody_gets_the_expression_in_their_own_words_and_language(world: World) -> None:
    from mhero.messaging.models import Broadcast, Contact, ContactField, Global
    from mhero.messaging.services import follow_contacts

    def people() -> None:
        ContactField.objects.create(key="age", name="Age", type="number")
        Global.objects.create(key="hotline", name="Hotline", value="4455")
        follow_contacts([nurse(1), nurse(2, language="fra"), nurse(3)])
        Contact.objects.filter(name="Musu 1").update(own_fields={"age": "40"})

    await use(people)
    text = '@(upper(contact.name)), @contact.cadre: @(if(fields.age > 39, "old", "young")) @globals.hotline'
    send = await world.send(text)
    await use(
        lambda: Broadcast.objects.filter(id=send.id).update(
            translations={"fra": "Bonjour @contact.first_name"}
        )
    )
    async with pumping(world):
        await world.until_all("delivered", 3)
    assert await world.sent_to(1) == ["MUSU 1, Nurse: old 4455"]
    assert await world.sent_to(2) == ["Bonjour Musu"]
    assert await world.sent_to(3) == ["MUSU 3, Nurse:  4455"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("Hello @contact.first_name, meet @noon or write a@b.org", ""),
        ('@(upper(contact.name)) @fields.cadre @(default(fields.job, "you")) @urns.tel', ""),
        ("@(join(foreach(array(1, 2), (x) => x * 2), contact.name))", ""),
        ("@fields.height", "@fields.height cannot be filled in: there is no such detail."),
        ("@(fields.height + 1)", "@fields.height cannot be filled in: there is no such detail."),
        ("@globals.hotline", "@globals.hotline cannot be filled in: there is no such shared value."),
        ("@(upper(contact.name)", "@(upper(contact.name) is not written correctly."),
        ("@(1 + )", "@(1 + ) is not written correctly."),
        ("@(shout(contact.name))", "@(shout(contact.name)): there is no function “shout”."),
        ("@results.age", "@results.age can only be used in questions."),
        ("@(colour)", "@(colour) cannot be filled in. You can use: @contact.name"),
        ("@contact.shoe", "@contact.shoe cannot be filled in. You can use: @contact.name"),
    ],
)
def test_what_cannot_be_filled_in_is_said_in_words(db: None, text: str, problem: str) -> None:
    from mhero.messaging.personal import problem_of

    said = problem_of(text)
    assert said.startswith(problem) if problem else said == ""
