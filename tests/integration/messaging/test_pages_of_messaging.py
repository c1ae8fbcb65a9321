"""The pages, visited as the named cast: Korto, Flomo of one district, and Teah who must see nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.integration.messaging.world import nurse

from mhero.platform.clock import now
from mhero.platform.ids import derived_id, new_id

BONG, LOFA = UUID(int=1), UUID(int=2)


class Cast:
    """One send to two nurses of two counties, a reply of each, and an unknown number."""

    def __init__(self) -> None:
        from mhero.accounts.models import User
        from mhero.accounts.queries import workspace
        from mhero.messaging.models import Broadcast, Contact, Message, Recipient
        from mhero.messaging.services import create_sms_channel, follow_contacts

        country = workspace()
        country.went_live_at = now()
        country.save()
        self.korto = User.objects.create_user("korto@example.org", name="Korto", role="administrator")
        self.flomo = User.objects.create_user(
            "flomo@example.org", name="Flomo", role="communications_officer", area_id=BONG
        )
        self.teah = User.objects.create_user("teah@example.org", name="Teah", role="nobody")
        self.viewer = User.objects.create_user("saye@example.org", name="Saye", role="viewer")
        self.channel = create_sms_channel(
            type="external", name="Lonestar", address="1234", send_url="https://sms.example.org/send"
        )
        follow_contacts([nurse(1, place_ids=[BONG]), nurse(2, place_ids=[LOFA])])
        self.musu, self.kebbeh = Contact.objects.order_by("number")
        at = now()
        self.send = Broadcast.objects.create(
            name="Vaccine stock",
            text="Is there BCG?",
            sms_channel=self.channel,
            status="sent",
            created_by="korto@example.org",
            created_by_id=self.korto.id,
            starts_at=at,
            started_at=at,
            finished_at=at,
            expires_at=at + timedelta(days=1),
            expanded=2,
        )
        self.sent = {}
        for contact, status, reason in ((self.musu, "delivered", ""), (self.kebbeh, "failed", "no_report")):
            Recipient.objects.create(broadcast=self.send, contact=contact, is_expanded=True)
            self.sent[contact.id] = Message.objects.create(
                id=derived_id(at, self.send.id, contact.id),
                is_incoming=False,
                contact_id=contact.id,
                broadcast_id=self.send.id,
                sms_channel_id=self.channel.id,
                number=contact.number,
                text="Is there BCG?",
                status=status,
                reason=reason,
                sent_at=at,
                final_at=at,
                operator="Orange",
                cadre="Nurse",
                county=contact.fields["county"],
            )
        self.unknown = Contact.objects.create(number="+231770000077")
        for contact in (self.musu, self.kebbeh, self.unknown):
            Message.objects.create(
                is_incoming=True,
                contact_id=contact.id,
                sms_channel_id=self.channel.id,
                number=contact.number,
                text=f"Reply of {contact.number[-2:]} <b>",
                status="received",
                is_handled=False,
            )
            Contact.objects.filter(id=contact.id).update(last_message_at=at, waiting_since=at)

    def visit(self, user: Any, url_name: str, *arguments: Any, query: str = "") -> Any:
        from django.test import Client
        from django.urls import reverse

        client = Client()
        client.force_login(user)
        return client.get(reverse(url_name, args=arguments) + query)

    def post(self, user: Any, url_name: str, *arguments: Any, **fields: Any) -> Any:
        from django.test import Client
        from django.urls import reverse

        client = Client()
        client.force_login(user)
        return client.post(reverse(url_name, args=arguments), fields)


@pytest.fixture
def cast(db: None) -> Cast:
    from mhero.messaging.queries import broadcasts

    broadcasts._kept.clear()
    return Cast()


def test_the_whole_country_is_seen_by_korto_and_one_county_by_flomo(cast: Cast) -> None:
    for user, people in ((cast.korto, 2), (cast.flomo, 1)):
        page = cast.visit(user, "broadcast", cast.send.id).content.decode()
        assert f"{people} of {people} messages have a final status." in page
    text = cast.visit(cast.flomo, "broadcast", cast.send.id).content.decode()
    assert "Bong" in text
    assert "Lofa" not in text


def test_flomo_cannot_reach_anybody_outside_her_county(cast: Cast) -> None:
    for contact in (cast.kebbeh, cast.unknown):
        assert cast.visit(cast.flomo, "conversation", contact.id).status_code == 404
        assert cast.post(cast.flomo, "conversation", contact.id, text="Hello").status_code == 404
        assert cast.post(cast.flomo, "opt_out", contact.id).status_code == 404
        assert cast.post(cast.flomo, "conversation_handled", contact.id).status_code == 404
    assert cast.visit(cast.flomo, "message", cast.sent[cast.kebbeh.id].id).status_code == 404
    assert cast.visit(cast.flomo, "person_conversation", cast.kebbeh.person_id).status_code == 404
    inbox = cast.visit(cast.flomo, "inbox").content.decode()
    assert "Reply of 01" in inbox
    assert "Reply of 02" not in inbox
    assert "Reply of 77" not in inbox


def test_teah_and_a_viewer_do_not_read_replies(cast: Cast) -> None:
    for user in (cast.teah, cast.viewer):
        for name, arguments in (("inbox", ()), ("conversation", (cast.musu.id,))):
            assert cast.visit(user, name, *arguments).status_code == 403
        assert cast.visit(user, "broadcast_file", cast.send.id).status_code == 403
        assert cast.post(user, "broadcast_stop", cast.send.id).status_code == 403
    assert cast.visit(cast.teah, "broadcast", cast.send.id).status_code == 403


def test_phone_numbers_are_masked_for_who_may_not_see_them(cast: Cast) -> None:
    page = cast.visit(cast.viewer, "message", cast.sent[cast.musu.id].id).content.decode()
    assert cast.musu.number not in page
    assert cast.musu.number in cast.visit(cast.korto, "message", cast.sent[cast.musu.id].id).content.decode()


def test_what_a_phone_said_is_text_and_never_markup(cast: Cast) -> None:
    page = cast.visit(cast.korto, "conversation", cast.musu.id).content.decode()
    assert "Reply of 01 &lt;b&gt;" in page


def test_reading_is_audited(cast: Cast) -> None:
    from mhero.accounts.models import AuditEvent

    cast.visit(cast.korto, "conversation", cast.musu.id)
    cast.visit(cast.korto, "broadcast_messages", cast.send.id)
    list(cast.visit(cast.korto, "broadcast_file", cast.send.id).streaming_content)
    actions = dict(AuditEvent.objects.values_list("action", "people"))
    actions.pop("sign_in.done", None)
    assert actions == {"conversation.read": 1, "messages.listed": 2, "messages.exported": 2}


def test_a_figure_leads_to_its_people(cast: Cast) -> None:
    for query, names in (
        ("", {"Musu 1", "Musu 2"}),
        ("?status=failed", {"Musu 2"}),
        ("?reason=no_report&county=Lofa", {"Musu 2"}),
        ("?status=failed&county=Bong", set()),
        ("?before=nonsense", {"Musu 1", "Musu 2"}),
    ):
        page = cast.visit(cast.korto, "broadcast_messages", cast.send.id, query=query).content.decode()
        assert {name for name in ("Musu 1", "Musu 2") if name in page} == names


def test_the_file_has_everybody_and_no_formula(cast: Cast) -> None:
    from mhero.messaging.models import Contact

    Contact.objects.filter(id=cast.musu.id).update(name="=HYPERLINK(1)")
    response = cast.visit(cast.korto, "broadcast_file", cast.send.id)
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert len(lines) == 3
    assert any(line.startswith("'=HYPERLINK(1),+231770000001,Nurse,Bong,Orange,Delivered") for line in lines)
    assert response.headers["Content-Disposition"] == 'attachment; filename="vaccine-stock.csv"'


def test_an_unchanged_fragment_is_not_sent_again(cast: Cast) -> None:
    from django.test import Client
    from django.urls import reverse

    from mhero.messaging.models import Broadcast

    client = Client()
    # Korto also has the button that stops it.
    Broadcast.objects.update(status="sending", finished_at=None)
    client.force_login(cast.korto)
    address = reverse("broadcast_status", args=[cast.send.id])
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


def test_an_answer_is_queued_before_all_bulk_and_the_conversation_is_dealt_with(cast: Cast) -> None:
    from mhero.messaging.models import Contact, Message

    response = cast.post(cast.flomo, "conversation", cast.musu.id, text="Thank you")
    assert response.status_code == 302
    answer = Message.objects.get(text="Thank you")
    assert (answer.status, answer.priority, answer.author) == ("queued", 0, "flomo@example.org")
    assert Contact.objects.get(id=cast.musu.id).waiting_since is None
    waiting = cast.visit(cast.korto, "inbox").content.decode()
    assert [f"Reply of {who}" in waiting for who in ("01", "02", "77")] == [False, True, True]


def test_who_opted_out_cannot_be_answered(cast: Cast) -> None:
    from mhero.messaging.models import Message

    cast.post(cast.korto, "opt_out", cast.musu.id)
    assert "opted out" in cast.visit(cast.korto, "conversation", cast.musu.id).content.decode()
    response = cast.post(cast.korto, "conversation", cast.musu.id, text="But wait")
    assert response.status_code == 200
    assert not Message.objects.filter(text="But wait").exists()
    cast.post(cast.korto, "opt_out", cast.musu.id, wish="in")
    assert cast.post(cast.korto, "conversation", cast.musu.id, text="Welcome back").status_code == 302


def test_an_empty_answer_is_refused_with_words(cast: Cast) -> None:
    page = cast.post(cast.korto, "conversation", cast.musu.id, text="  ")
    assert "Write your answer." in page.content.decode()


def test_a_held_send_can_be_stopped_by_its_area_and_approved_by_another(cast: Cast) -> None:
    from mhero.messaging.models import Broadcast

    def held(author: Any, status: str) -> Any:
        from mhero.messaging.models import Recipient

        send = Broadcast.objects.create(
            name="Held",
            text="Hello",
            sms_channel=cast.channel,
            status=status,
            created_by=author.email,
            created_by_id=author.id,
            starts_at=now() + timedelta(minutes=1),
            expires_at=now() + timedelta(days=1),
        )
        Recipient.objects.create(broadcast=send, contact=cast.musu)
        return send

    of_country, of_county = held(cast.korto, "held"), held(cast.flomo, "waiting_for_approval")
    # A send of the whole country is not for a county's officer to stop.
    assert cast.post(cast.flomo, "broadcast_stop", of_country.id).status_code == 404
    assert "data-hold-seconds" in cast.visit(cast.korto, "broadcast", of_country.id).content.decode()
    cast.post(cast.korto, "broadcast_stop", of_country.id)
    cast.post(cast.flomo, "broadcast_approve", of_county.id)
    of_county.refresh_from_db()
    assert of_county.status == "waiting_for_approval"
    cast.post(cast.korto, "broadcast_approve", of_county.id)
    of_country.refresh_from_db()
    of_county.refresh_from_db()
    assert (of_country.status, of_county.status) == ("stopped", "held")
    assert of_county.approved_by == "korto@example.org"


def test_a_person_without_a_contact_has_an_empty_conversation(cast: Cast) -> None:
    assert cast.visit(cast.korto, "person_conversation", uuid4()).status_code == 200
    assert cast.visit(cast.korto, "person_conversation", cast.musu.person_id).status_code == 302


def test_a_test_message_goes_to_ones_own_phone(cast: Cast) -> None:
    from mhero.messaging.models import Message

    cast.post(cast.korto, "sms_channel_test", cast.channel.id)
    assert not Message.objects.filter(author="korto@example.org").exists()
    cast.korto.phone = "+231770000088"
    cast.korto.save()
    cast.post(cast.korto, "sms_channel_test", cast.channel.id)
    assert Message.objects.get(author="korto@example.org").number == "+231770000088"


def test_the_rules_are_read_with_care(cast: Cast) -> None:
    from mhero.messaging.circumstances import rules

    fields = {
        "hold_seconds": "90",
        "approval_above": "2000",
        "quiet_from": "21:00",
        "quiet_until": "06:30",
        "expires_after_hours": "12",
        "gives_up_after_hours": "48",
        "stop_words": "STOP\nARRET\nkwɛlɛ\n",
        "stop_confirmation": "Bye.",
        "prices": "Orange: 0,015\nLonestar MTN: 0.012\n0.02",
    }
    assert cast.post(cast.korto, "sending_rules", **fields).status_code == 302
    ours = rules()
    assert ours.prices == {"Orange": "0.015", "Lonestar MTN": "0.012", "": "0.02"}
    assert ours.stop_words == ["STOP", "ARRET", "kwɛlɛ"]
    for wrong, words in (
        ({"stop_words": "ARRET"}, "STOP has to be one of the words."),
        ({"prices": "Orange: much"}, "is not a price."),
        ({"prices": "Orange: NaN"}, "is not a price."),
        ({"hold_seconds": "-1"}, "greater than or equal to 0"),
    ):
        page = cast.post(cast.korto, "sending_rules", **(fields | wrong))
        assert words in page.content.decode()


def test_usage_is_counted_in_sms_and_money(cast: Cast) -> None:
    from mhero.messaging.circumstances import rules
    from mhero.messaging.queries import months

    ours = rules()
    ours.prices = {"Orange": "0.015"}
    ours.save()
    assert "$0.03" in cast.visit(cast.korto, "usage").content.decode()
    (month,) = months("Africa/Monrovia", ours.prices)
    assert (month.total.sent, month.total.segments, str(month.total.cost)) == (2, 2, "0.030")


def test_an_identifier_that_nobody_has_is_not_found(cast: Cast) -> None:
    for name in ("broadcast", "broadcast_status", "message", "conversation", "sms_channel"):
        assert cast.visit(cast.korto, name, new_id()).status_code == 404
