"""The pages of referrals: what is counted, who may see whom, and what officers do."""

from typing import Any

import pytest
from tests.integration.console.world import World, fill


@pytest.fixture
def world(db: None) -> World:
    return fill()


def browser(world: World, who: str) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(world.visitors[who])
    return client


def text(response: Any) -> str:
    content = b"".join(response) if response.streaming else response.content
    words: str = content.decode()
    return words


def stored(world: World) -> Any:
    from mhero.outreach.referrals.models import Referral

    return Referral.objects.select_related("to_facility").get(id=world.samples["referral_id"])


def place(name: str) -> Any:
    from mhero.registry.models import Place

    return Place.objects.get(name=name)


def test_the_board_counts_each_way_and_each_figure_leads_to_its_list(world: World) -> None:
    korto = browser(world, "administrator")
    page = text(korto.get("/referrals/"))
    # Hawa's name is nobody's on a page of counts.
    assert "Hawa" not in page
    bong, lofa = place("Bong"), place("Lofa")
    assert f"/referrals/list/?place={bong.id}&amp;shown=open&amp;way=out" in page
    assert f"/referrals/list/?place={lofa.id}&amp;shown=awaited&amp;way=in" in page
    for address, is_there in (
        (f"?place={bong.id}&shown=open&way=out", True),
        (f"?place={bong.id}&shown=open&way=in", False),
        (f"?place={lofa.id}&shown=awaited&way=in", True),
        ("?shown=back", False),
        (f"?code={stored(world).code.lower()}", True),
        ("?code=nonsense", False),
    ):
        assert ("Hawa Johnson" in text(korto.get(f"/referrals/list/{address}"))) == is_there, address
    assert korto.get("/referrals/list/?shown=all").status_code == 404


def test_each_read_of_a_client_is_audited_and_the_reason_is_on_its_page_alone(world: World) -> None:
    from mhero.accounts.models import AuditEvent

    korto = browser(world, "administrator")
    assert "bleeding" not in text(korto.get("/referrals/list/"))
    lines = text(korto.get("/referrals/file.csv"))
    assert "Hawa Johnson,Phebe Hospital,Zorzor Clinic,On the way" in lines
    assert "bleeding" not in lines
    assert "bleeding" in text(korto.get(f"/referrals/{world.samples['referral_id']}/"))
    read = dict(AuditEvent.objects.filter(action__startswith="referral").values_list("action", "people"))
    assert read == {"referrals.listed": 1, "referrals.exported": 1, "referral.read": 1}
    assert not AuditEvent.objects.filter(object__contains="Hawa").exists()


def test_a_district_officer_sees_what_leaves_or_enters_her_district_alone(world: World) -> None:
    from mhero.outreach.referrals.models import Referral
    from mhero.platform.ids import new_id

    flomo = browser(world, "Flomo, a district officer")
    assert "Hawa Johnson" in text(flomo.get("/referrals/list/"))
    zorzor = place("Zorzor Clinic")
    clinic = new_id()
    other = type(zorzor).objects.create(
        id=clinic,
        kind="facility",
        name="Salayea",
        level=3,
        parent=zorzor.parent,
        path=[*zorzor.path[:-1], clinic],
    )
    one = stored(world)
    Referral.objects.filter(id=one.id).update(from_facility=other)
    assert "Hawa" not in text(flomo.get("/referrals/list/"))
    assert "Hawa" not in text(flomo.get("/referrals/file.csv"))
    assert "No referral matches" in text(flomo.get(f"/referrals/list/?code={one.code}"))
    for address in (f"/referrals/{one.id}/", f"/referrals/?place={zorzor.id}", f"/referrals/{one.id}/move"):
        assert flomo.get(address).status_code == 404
    for address in ("again", "close", "move"):
        assert flomo.post(f"/referrals/{one.id}/{address}").status_code == 404
    assert flomo.get("/referrals/rules/").status_code == 200
    assert flomo.post("/referrals/rules/", {}).status_code == 404


def test_an_officer_tells_again_chooses_another_facility_and_closes(world: World) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.platform.ids import new_id

    korto = browser(world, "administrator")
    one = stored(world)
    page = text(korto.post(f"/referrals/{one.id}/again", follow=True))
    assert "Nobody at the facility can be texted now" in page
    gbarnga = place("Gbarnga")
    clinic = new_id()
    salala = type(gbarnga).objects.create(
        id=clinic,
        kind="facility",
        name="Salala Clinic",
        level=4,
        parent=gbarnga,
        path=[*gbarnga.path, clinic],
    )
    address = f"/referrals/{one.id}/move"
    assert "Salala Clinic, Gbarnga" in text(korto.get(f"{address}?q=sala"))
    assert "Choose a facility." in text(korto.post(address, {"q": "sala"}))
    assert "already" in text(korto.post(address, {"facility": str(one.to_facility_id)}))
    assert korto.post(address, {"facility": str(salala.id)}).status_code == 302
    assert stored(world).to_facility.name == "Salala Clinic"
    assert "It was Zorzor Clinic before." in text(korto.get(f"/referrals/{one.id}/"))
    for words in ("The referral was closed.", "The referral has ended already."):
        assert words in text(korto.post(f"/referrals/{one.id}/close", follow=True))
    assert stored(world).state == "closed"
    done = set(AuditEvent.objects.values_list("action", flat=True))
    assert {"referral.told_again", "referral.moved", "referral.closed"} <= done


def test_the_rules_are_kept_and_say_what_is_wrong_at_the_field(world: World) -> None:
    from mhero.outreach.referrals import queries

    korto = browser(world, "administrator")
    rules = {
        "hours_to_arrive": 12,
        "hours_to_return": 48,
        "hours_to_escalate": 6,
        "days_to_close": 20,
        "days_kept": 1,
    }
    page = text(korto.post("/referrals/rules/", rules))
    assert "greater than or equal to 2" in page
    assert 'value="12"' in page
    assert korto.post("/referrals/rules/", rules | {"days_kept": 30}).status_code == 302
    assert (queries.rules().hours_to_arrive, queries.rules().days_kept) == (12, 30)
