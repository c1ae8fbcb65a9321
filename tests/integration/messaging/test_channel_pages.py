"""The pages of SMS channels: one form a kind, secrets that stay secret, and what the log shows."""

from typing import Any

import pytest
from tests.integration.messaging.test_pages_of_messaging import Cast, cast  # noqa: F401 - a fixture

from mhero.messaging.channels import TYPES

#: What every channel has.
COMMON = {
    "name": "Another",
    "prefixes": "",
    "weight": "50",
    "rate": "20",
    "concurrency": "8",
    "is_enabled": "on",
}
#: What each kind asks for beyond that.
OWN: dict[str, dict[str, str]] = {
    "external": {"address": "1234", "send_url": "https://sms.example.org/send", "secret": "s3cret-one",
                 "method": "POST", "format": "form"},
    "kannel": {"address": "1234", "send_url": "http://10.0.0.7:13013/cgi-bin/sendsms", "username": "mhero",
               "secret": "s3cret-one"},
    "jasmin": {"address": "1234", "send_url": "http://10.0.0.7:1401/send", "username": "mhero",
               "secret": "s3cret-one"},
    "africastalking": {"address": "MHERO", "username": "ministry", "secret": "s3cret-one", "is_shared": "no"},
    "twilio": {"address": "+15005550006", "account_sid": "AC" + "0" * 32, "secret": "s3cret-one"},
    "infobip": {"address": "1234", "send_url": "https://abc.api.infobip.com", "secret": "s3cret-one"},
    "clickatell": {"address": "1234", "is_two_way": "yes", "secret": "s3cret-one"},
    "vonage": {"address": "1234", "api_key": "k", "secret": "s3cret-one", "signing_secret": "s3cret-two",
               "signature": "sha512"},
    "android": {"address": "+231770000099"},
    "telegram": {"address": "mhero_bot", "secret": "s3cret-one", "greeting": "Welcome", "button": "Share"},
    "whatsapp": {"address": "+231770000099", "phone_number_id": "1234567890", "secret": "s3cret-one",
                 "signing_secret": "s3cret-two"},
}  # fmt: skip


@pytest.fixture
def telegram(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody outside is asked."""
    from mhero.messaging.channels.telegram.channel import Telegram

    monkeypatch.setattr(Telegram, "send_url", "http://127.0.0.1:9")


def made(cast: Cast, kind: str, **changes: str) -> Any:  # noqa: F811
    from mhero.messaging.models import SMSChannel

    answer = cast.post(cast.korto, "sms_channel_new", type=kind, **(COMMON | OWN[kind] | changes))
    assert answer.status_code == 302, answer.content.decode()
    return SMSChannel.objects.get(name=changes.get("name", "Another"))


def test_every_kind_has_a_name_and_is_offered(cast: Cast) -> None:  # noqa: F811
    from mhero.messaging.models import SMSChannelType

    assert set(SMSChannelType.values) == set(TYPES) == set(OWN)
    page = cast.visit(cast.korto, "sms_channel_new").content.decode()
    for kind in TYPES:
        assert f"?kind={kind}" in page
        assert cast.visit(cast.korto, "sms_channel_new", query=f"?kind={kind}").status_code == 200


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_a_channel_keeps_its_secrets_when_the_boxes_are_left_empty(
    cast: Cast,  # noqa: F811
    telegram: None,
    kind: str,
) -> None:
    channel = made(cast, kind)
    secrets = (channel.secret, channel.signing_secret)
    assert secrets == (OWN[kind].get("secret", ""), OWN[kind].get("signing_secret", ""))
    kept = {name: value for name, value in OWN[kind].items() if name in channel.settings}
    assert channel.settings == kept
    assert channel.send_url == OWN[kind].get("send_url", TYPES[kind].send_url)
    assert len(channel.callback_secret) > 20
    page = cast.visit(cast.korto, "sms_channel", channel.id).content.decode()
    assert "s3cret" not in page
    for callback in TYPES[kind].callbacks:
        assert f"/c/{TYPES[kind].letters}/{channel.id}.{channel.callback_secret}/{callback.action}" in page
    assert (f">{channel.callback_secret}<" in page) == bool(TYPES[kind].verify_token)
    again = {name: value for name, value in OWN[kind].items() if not name.endswith("secret")}
    cast.post(cast.korto, "sms_channel", channel.id, **(COMMON | again | {"type": kind, "rate": "5"}))
    channel.refresh_from_db()
    assert (channel.secret, channel.signing_secret, channel.rate) == (*secrets, 5)
    assert channel.settings == kept


@pytest.mark.parametrize(
    ("kind", "changes", "words"),
    [
        ("kannel", {"username": ""}, "This field is required."),
        ("external", {"secret": "", "format": "xml"}, "Write the body that the provider expects as XML."),
        ("twilio", {"account_sid": "AC12"}, "An account SID is AC and 32 digits"),
        ("whatsapp", {"signing_secret": ""}, "This field is required."),
        ("whatsapp", {"address": "1234"}, "Use a whole number"),
        ("external", {"address": "!"}, "Use a number such as 1234"),
        ("external", {"prefixes": "+23177, 0770"}, None),
        ("external", {"prefixes": "+23177, Orange"}, "“+Orange” is not the beginning of a number."),
        ("external", {"send_url": "ftp//nowhere"}, "Enter a valid URL."),
    ],
)
def test_what_is_wrong_is_said_beside_the_box(
    cast: Cast,  # noqa: F811
    kind: str,
    changes: dict[str, str],
    words: str | None,
) -> None:
    answer = cast.post(cast.korto, "sms_channel_new", type=kind, **(COMMON | OWN[kind] | changes))
    assert answer.status_code == (200 if words else 302)
    if words:
        assert words in answer.content.decode()


def test_a_new_weight_ends_what_trouble_moved(cast: Cast) -> None:  # noqa: F811
    from mhero.messaging.models import SMSChannel
    from mhero.platform.clock import now

    channel = made(cast, "external", prefixes="23177;+23178 +23177", weight="80")
    assert (channel.prefixes, channel.weight, channel.share) == (["+23177", "+23178"], 80, 80)
    SMSChannel.objects.filter(id=channel.id).update(share=20, share_reason="errors", share_moved_at=now())
    page = cast.visit(cast.korto, "sms_channels").content.decode()
    assert "Requests failed: 25% of its messages leave by it now." in page
    same = COMMON | OWN["external"] | {"type": "external", "weight": "80", "rate": "9"}
    cast.post(cast.korto, "sms_channel", channel.id, **same)
    channel.refresh_from_db()
    assert (channel.share, channel.rate) == (20, 9)
    cast.post(cast.korto, "sms_channel", channel.id, **(same | {"weight": "60"}))
    channel.refresh_from_db()
    assert (channel.share, channel.share_reason) == (60, "")


def test_the_log_shows_what_was_said(cast: Cast) -> None:  # noqa: F811
    from mhero.messaging.models import ChannelLogEntry

    empty = cast.visit(cast.korto, "sms_channel_log", cast.channel.id).content.decode()
    assert "Nothing has been said yet" in empty
    for number in range(60):
        ChannelLogEntry.objects.create(
            sms_channel_id=cast.channel.id, kind="request", outcome="retry" if number == 59 else "sent",
            address="POST https://sms.example.org/send", status=503 if number == 59 else 200,
            milliseconds=12, words="Busy" if number == 59 else "", alike=3,
        )  # fmt: skip
    page = cast.visit(cast.korto, "sms_channel_log", cast.channel.id).content.decode()
    assert page.count("https://sms.example.org/send") == 50
    assert "Busy" in page
    assert "Tried again later" in page
    assert "?before=" in page
    states = cast.visit(cast.korto, "sms_channels").content.decode()
    assert ">180<" in states
    assert "3 failed" in states
    assert cast.visit(cast.flomo, "sms_channel_log", cast.channel.id).status_code == 403


async def test_a_bot_is_told_our_address(world: Any) -> None:
    """Telegram is asked to bring updates to us, with the word that proves them."""
    from aiohttp import web
    from tests.integration.messaging.world import serving, use

    from mhero.messaging.errors import NotRegistered
    from mhero.messaging.services.channels import as_channel, create_sms_channel, register

    asked: list[tuple[str, Any]] = []

    async def set_webhook(request: web.Request) -> web.Response:
        asked.append((request.path, await request.json()))
        return web.json_response(
            {"ok": "bad" not in request.path}, status=401 if "bad" in request.path else 200
        )

    application = web.Application()
    application.router.add_post("/{path:.*}", set_webhook)
    async with serving(application) as url:
        bot = await use(
            create_sms_channel,
            type="telegram",
            name="Bot",
            address="mhero_bot",
            send_url=url,
            secret="12:token",
        )
        assert await use(register, bot)
        path, document = asked[0]
        assert path == "/bot12:token/setWebhook"
        assert document["url"] == as_channel(bot).callback_url("receive", "tg")
        bot.secret = "12:bad-token"
        with pytest.raises(NotRegistered) as refused:
            await use(register, bot)
    assert "bad-token" not in str(refused.value)
    assert not await use(register, world.channel)
