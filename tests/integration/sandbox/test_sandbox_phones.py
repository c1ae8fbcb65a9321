"""The phone network takes, delivers, reports, answers and never forgets."""

from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from mhero.sandbox.country.dirt import MUSU_NUMBER
from mhero.sandbox.credentials import KANNEL_PASSWORD, KANNEL_USER
from mhero.sandbox.server import Sandbox

CHANNEL = "5d3f2b9e-0000-4000-8000-000000000001"

Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.fixture
def message() -> dict[str, str]:
    return {
        "id": "0198-first",
        "to": MUSU_NUMBER,
        "from": "1234",
        "text": "Ministry of Health: is your clinic open? Reply 1 for yes or 2 for no",
        "channel": CHANNEL,
    }


async def _send(client: aiohttp.ClientSession, sandbox: Sandbox, message: dict[str, str]) -> Any:
    async with client.post(f"{sandbox.phones_url}/send", data=message) as response:
        assert response.status == 200, await response.text()
        return await response.json()


async def _stats(client: aiohttp.ClientSession, sandbox: Sandbox) -> Any:
    async with client.get(f"{sandbox.phones_url}/control/stats") as response:
        return await response.json()


async def _control(client: aiohttp.ClientSession, sandbox: Sandbox, **wish: object) -> None:
    async with client.post(f"{sandbox.phones_url}/control", json=wish) as response:
        assert response.status == 200, await response.text()


async def _phone(client: aiohttp.ClientSession, sandbox: Sandbox, number: str = MUSU_NUMBER) -> Any:
    async with client.get(f"{sandbox.phones_url}/control/phones/{number}") as response:
        return (await response.json())["messages"]


async def test_a_message_reaches_the_phone_and_its_delivery_is_reported(
    sandbox: Sandbox, client: aiohttp.ClientSession, gateway: Any, message: dict[str, str], patience: Until
) -> None:
    answer = await _send(client, sandbox, message)
    assert answer["status"] == "accepted"
    await patience(lambda: bool(gateway.heard))
    assert gateway.heard == [("POST", f"/c/ex/{CHANNEL}/delivered", {"id": "0198-first"})]
    (shown,) = await _phone(client, sandbox)
    assert (shown["text"], shown["status"]) == (message["text"], "delivered")


async def test_the_same_id_twice_is_one_message_with_the_same_answer(
    sandbox: Sandbox, client: aiohttp.ClientSession, message: dict[str, str]
) -> None:
    answers = [await _send(client, sandbox, message) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(await _phone(client, sandbox)) == 1
    stats = await _stats(client, sandbox)
    assert (stats["accepted"], stats["duplicates_refused"]) == (1, 2)
    async with client.get(f"{sandbox.phones_url}/control/phones") as response:
        assert await response.json() == {MUSU_NUMBER: 1}


@pytest.mark.parametrize("form", ["query", "json", "form", "multipart"])
async def test_every_form_of_the_request_is_understood(
    sandbox: Sandbox, client: aiohttp.ClientSession, message: dict[str, str], form: str
) -> None:
    url = f"{sandbox.phones_url}/send"
    message |= {"text": "Oui, ça va 👍 & 100 %"}
    multipart = aiohttp.FormData(message, default_to_multipart=True)
    request = {
        "query": lambda: client.get(url, params=message),
        "json": lambda: client.post(url, json=message),
        "form": lambda: client.post(url, data=message),
        "multipart": lambda: client.post(url, data=multipart),
    }[form]
    async with request() as response:
        assert response.status == 200
    (shown,) = await _phone(client, sandbox)
    assert shown["text"] == message["text"]


@pytest.mark.parametrize("missing", ["to", "text"])
async def test_a_message_without_number_or_text_is_refused(
    sandbox: Sandbox, client: aiohttp.ClientSession, message: dict[str, str], missing: str
) -> None:
    del message[missing]
    async with client.post(f"{sandbox.phones_url}/send", data=message) as response:
        assert response.status == 400


async def test_reports_are_brought_again_until_the_gateway_accepts_them(
    sandbox: Sandbox, client: aiohttp.ClientSession, gateway: Any, message: dict[str, str], patience: Until
) -> None:
    gateway.failing = 3
    await _send(client, sandbox, message)
    await patience(lambda: bool(gateway.heard))
    stats = await _stats(client, sandbox)
    assert (stats["callbacks_retried"], stats["callbacks_pending"]) == (3, 0)


async def test_nothing_is_lost_while_no_gateway_is_there(
    sandbox: Sandbox, client: aiohttp.ClientSession, message: dict[str, str]
) -> None:
    await _control(client, sandbox, callback_base="http://127.0.0.1:9")
    await _send(client, sandbox, message)
    await _control(client, sandbox, say=[{"from": MUSU_NUMBER, "text": "hello"}])
    stats = await _stats(client, sandbox)
    while stats["callbacks_retried"] < 3:
        stats = await _stats(client, sandbox)
    assert stats["callbacks_pending"] == 2
    assert stats["callbacks_given_up"] == 0


async def test_a_reply_comes_with_an_id_of_its_own(
    sandbox: Sandbox, client: aiohttp.ClientSession, gateway: Any, message: dict[str, str], patience: Until
) -> None:
    await _send(client, sandbox, message)
    words = [{"from": MUSU_NUMBER, "text": text} for text in ("1", "oui, ça va 👍")]
    await _control(client, sandbox, say=words)
    await patience(lambda: len(gateway.of("receive")) == 2)
    received = sorted(gateway.of("receive"), key=lambda fields: fields["text"])
    assert [fields["text"] for fields in received] == ["1", "oui, ça va 👍"]
    assert {fields["from"] for fields in received} == {MUSU_NUMBER}
    assert len({fields["id"] for fields in received}) == 2
    assert received[0]["date"].endswith("Z")


async def test_a_reply_that_nobody_waits_for_is_counted(
    sandbox: Sandbox, client: aiohttp.ClientSession
) -> None:
    await _control(client, sandbox, say=[{"from": MUSU_NUMBER, "text": "anybody?"}])
    assert (await _stats(client, sandbox))["replies_unroutable"] == 1
    assert (await _phone(client, sandbox))[0]["status"] == "unsent"


async def test_reports_go_to_this_machine_only(
    sandbox: Sandbox, client: aiohttp.ClientSession, message: dict[str, str]
) -> None:
    await _control(client, sandbox, callback_base="http://gateway.example")
    async with client.post(f"{sandbox.phones_url}/send", data=message) as response:
        assert response.status == 403


def _kannel(gateway_url: str, **more: str) -> dict[str, str]:
    return {
        "username": KANNEL_USER,
        "password": KANNEL_PASSWORD,
        "from": "1234",
        "to": "0773000001",
        "text": "Good morning",
        "dlr-mask": "27",
        "dlr-url": f"{gateway_url}/c/kn/{CHANNEL}/status?uuid=42&status=%d",
    } | more


async def test_kannel_accepts_reports_by_number_and_passes_answers_on(
    sandbox: Sandbox, client: aiohttp.ClientSession, gateway: Any, patience: Until
) -> None:
    url = f"{sandbox.phones_url}/cgi-bin/sendsms"
    async with client.get(url, params=_kannel(gateway.url)) as response:
        assert (response.status, await response.text()) == (202, "0: Accepted for delivery")
    await patience(lambda: bool(gateway.heard))
    assert gateway.heard == [("GET", f"/c/kn/{CHANNEL}/status", {"uuid": "42", "status": "1"})]
    await _control(client, sandbox, say=[{"from": MUSU_NUMBER, "text": "Good morning too"}])
    await patience(lambda: bool(gateway.of("receive")))
    (received,) = gateway.of("receive")
    assert (received["sender"], received["message"]) == (MUSU_NUMBER, "Good morning too")
    assert received["ts"].isdecimal()


async def test_kannel_reads_sixteen_bit_texts(
    sandbox: Sandbox, client: aiohttp.ClientSession, gateway: Any
) -> None:
    quoted = "".join(f"%{byte:02X}" for byte in "ɛɛ 👍".encode("utf-16-be"))
    query = "&".join(
        ["username=mhero", f"password={KANNEL_PASSWORD}", "to=%2B231773000001", "coding=2", f"text={quoted}"]
    )
    async with client.get(f"{sandbox.phones_url}/cgi-bin/sendsms?{query}") as response:
        assert response.status == 202
    assert (await _phone(client, sandbox))[0]["text"] == "ɛɛ 👍"


@pytest.mark.parametrize(
    ("change", "status"),
    [({"password": "guess"}, 403), ({"to": ""}, 400), ({"dlr-url": "http://elsewhere.example/%d"}, 403)],
)
async def test_kannel_refuses(
    sandbox: Sandbox, client: aiohttp.ClientSession, gateway: Any, change: dict[str, str], status: int
) -> None:
    params = _kannel(gateway.url, **change)
    async with client.get(f"{sandbox.phones_url}/cgi-bin/sendsms", params=params) as response:
        assert response.status == status


async def test_the_lifelike_network_reports_sent_before_delivered_and_people_answer(
    sandbox: Sandbox, client: aiohttp.ClientSession, gateway: Any, message: dict[str, str], patience: Until
) -> None:
    await _control(client, sandbox, profile="demo", hurry=10_000, longest_seconds=0.5)
    for n in range(200):
        await _send(client, sandbox, message | {"id": f"m{n}", "to": f"+23188310{n:04d}"})
    await patience(lambda: len(gateway.of("delivered")) > 150 and len(gateway.of("receive")) > 20)
    await patience(lambda: len(gateway.of("failed")) > 0)
    assert len(gateway.of("failed")) < 30
    firsts: dict[str, str] = {}
    for _, path, fields in gateway.heard:
        if "receive" not in path:
            firsts.setdefault(fields["id"], path.rpartition("/")[2])
    assert list(firsts.values()).count("sent") > 150
    assert len(gateway.of("receive")) < 100


async def test_the_network_itself_can_fail(
    sandbox: Sandbox, client: aiohttp.ClientSession, message: dict[str, str]
) -> None:
    await _control(client, sandbox, fault={"kind": "error", "requests": 2})
    statuses = []
    for _ in range(3):
        async with client.post(f"{sandbox.phones_url}/send", data=message) as response:
            statuses.append(response.status)
    assert statuses == [500, 500, 200]
    assert (await _stats(client, sandbox))["accepted"] == 1


async def test_musus_phone_shows_messages_and_sends_her_answer_without_script(
    sandbox: Sandbox, client: aiohttp.ClientSession, gateway: Any, message: dict[str, str], patience: Until
) -> None:
    await _send(client, sandbox, message | {"text": "Is <b>it</b> open?"})
    await patience(lambda: bool(gateway.of("delivered")))
    page = f"{sandbox.phones_url}/sandbox/phone/{MUSU_NUMBER}"
    async with client.get(page) as response:
        html = await response.text()
        policy = response.headers["Content-Security-Policy"]
    assert "Is &lt;b&gt;it&lt;/b&gt; open?" in html
    assert "Musu Kollie&#x27;s phone" in html
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "<style" not in html
    assert " style=" not in html
    async with client.post(page, data={"text": "Yes pls"}) as response:
        assert "Yes pls" in await response.text()
    await patience(lambda: bool(gateway.of("receive")))
    assert gateway.of("receive")[0]["text"] == "Yes pls"


async def test_the_page_asks_again_cheaply(sandbox: Sandbox, client: aiohttp.ClientSession) -> None:
    url = f"{sandbox.phones_url}/sandbox/phone/{MUSU_NUMBER}/messages"
    async with client.get(url) as response:
        tag = response.headers["ETag"]
    async with client.get(url, headers={"If-None-Match": tag}) as response:
        assert response.status == 304


@pytest.mark.parametrize("path", ["/", "/sandbox/", "/sandbox/phone", "/sandbox/static/phone.js"])
async def test_every_page_opens(sandbox: Sandbox, client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(f"{sandbox.phones_url}{path}") as response:
        assert response.status == 200
        assert "Content-Security-Policy" in response.headers


@pytest.mark.parametrize(
    "path", ["/sandbox/phone/Musu", "/sandbox/static/page.py", "/sandbox/static/none.css"]
)
async def test_what_is_no_page_is_404(sandbox: Sandbox, client: aiohttp.ClientSession, path: str) -> None:
    async with client.get(f"{sandbox.phones_url}{path}") as response:
        assert response.status == 404
