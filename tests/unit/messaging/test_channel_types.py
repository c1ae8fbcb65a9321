"""What each type of channel asks for and understands, as cases run for every type."""

import json
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import pytest

from mhero.messaging.callbacks import callback_of
from mhero.messaging.channels import TYPES
from mhero.messaging.channels.types import Channel, Outgoing
from mhero.messaging.errors import BadCallback
from mhero.platform.gateway import LocalRequest

MESSAGE = UUID("019f0000-0000-7000-8000-000000000001")
CHANNEL = UUID("019f0000-0000-7000-8000-000000000002")


def channel(kind: str, **settings: str) -> Channel:
    return Channel(
        id=CHANNEL,
        type=kind,
        address="1234",
        send_url="https://sms.example.org/send?account=7",
        settings=settings,
        secret="a-token",
        callback_secret="only-ours",
        rate=10,
        concurrency=4,
        gateway_url="https://mhero.example.org",
    )


def outgoing(text: str, priority: int = 1) -> Outgoing:
    return Outgoing(id=MESSAGE, number="+231770000001", text=text, segments=1, attempts=1, priority=priority)


def call(
    path: str, query: str = "", body: bytes = b"", kind: str = "application/x-www-form-urlencoded"
) -> LocalRequest:
    return LocalRequest(
        method="POST", path=path, query_string=query, headers={"content-type": kind}, body=body,
        client_id="", client_roles=frozenset(), ip="127.0.0.1",
    )  # fmt: skip


def test_the_external_form_carries_our_id_and_the_way_back() -> None:
    request = TYPES["external"].request(channel("external"), outgoing("Hello & ça va?"))
    fields = {name: values[0] for name, values in parse_qs((request.body or b"").decode()).items()}
    assert request.method == "POST"
    assert fields == {
        "id": str(MESSAGE),
        "to": "+231770000001",
        "from": "1234",
        "text": "Hello & ça va?",
        "channel": f"{CHANNEL}.only-ours",
    }
    assert request.headers["Authorization"] == "a-token"


def test_the_external_form_can_be_json_or_an_address() -> None:
    as_json = TYPES["external"].request(channel("external", format="json"), outgoing("Hello"))
    assert json.loads(as_json.body or b"")["text"] == "Hello"
    as_address = TYPES["external"].request(channel("external", method="GET"), outgoing("Hello"))
    assert parse_qs(urlsplit(as_address.url).query)["account"] == ["7"]


def test_kannel_gets_the_alphabet_that_the_text_needs() -> None:
    plain = parse_qs(urlsplit(TYPES["kannel"].request(channel("kannel"), outgoing("Déjà")).url).query)
    assert plain["text"] == ["Déjà"]
    assert "coding" not in plain
    wide = urlsplit(TYPES["kannel"].request(channel("kannel"), outgoing("ŋa 👍", priority=0)).url).query
    fields = parse_qs(wide, encoding="latin-1")
    assert fields["text"][0].encode("latin-1").decode("utf-16-be") == "ŋa 👍"
    assert (fields["coding"], fields["priority"]) == (["2"], ["1"])
    assert fields["dlr-url"] == [
        f"https://mhero.example.org/c/kn/{CHANNEL}.only-ours/status?uuid={MESSAGE}&status=%d"
    ]


@pytest.mark.parametrize("kind", sorted(TYPES))
@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (500, "retry"),
        (503, "retry"),
        (429, "retry"),
        (401, "retry"),
        (404, "retry"),
        (302, "retry"),
        (400, "failed"),
        (422, "failed"),
    ],
)
def test_a_refusal_means_the_same_with_every_provider(kind: str, status: int, outcome: str) -> None:
    got = TYPES[kind].outcome(channel(kind), status, "text/plain", b"Not now\0,\n please")
    assert got.kind == outcome
    assert got.words == f"{status} Not now, please"


@pytest.mark.parametrize(
    ("kind", "content_type", "body", "outcome"),
    [
        ("external", "application/json", b'{"id": "p-7"}', "sent"),
        ("external", "text/plain", b"", "sent"),
        ("external", "text/html", b"<html>Sign in</html>", "retry"),
        ("kannel", "text/html", b"0: Accepted for delivery", "sent"),
        ("kannel", "text/html", b"3: Queued for later delivery", "sent"),
        ("kannel", "text/html", b"<html>Sign in</html>", "retry"),
    ],
)
def test_an_answer_is_read_with_care(kind: str, content_type: str, body: bytes, outcome: str) -> None:
    assert TYPES[kind].outcome(channel(kind), 200, content_type, body).kind == outcome


def test_the_words_of_a_good_answer_can_be_set() -> None:
    strict = channel("external", answer_contains="accepted")
    assert TYPES["external"].outcome(strict, 200, "text/html", b"<p>accepted</p>").kind == "sent"
    assert TYPES["external"].outcome(strict, 200, "text/plain", b"no credit").kind == "retry"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (f"/c/ex/{CHANNEL}.s%2Fecret/receive", ""),
        (f"/c/external/{CHANNEL}/s%2Fecret/receive", ""),
        (f"/c/EX/{CHANNEL}/receive", "secret=s/ecret"),
    ],
)
def test_the_secret_has_its_place_in_three_forms_of_address(path: str, query: str) -> None:
    callback = callback_of(call(path, query))
    assert callback is not None
    assert (callback.type, callback.channel_id, callback.secret, callback.action) == (
        "external", CHANNEL, "s/ecret", "receive",
    )  # fmt: skip


@pytest.mark.parametrize(
    "path", ["/c/", "/c/ex", "/c/ex/1/receive", "/c/telegram/x/receive", "/d/ex/x/receive", "//"]
)
def test_any_other_address_is_no_callback(path: str) -> None:
    assert callback_of(call(path)) is None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b"from=1&text=%F0%9F%91%8D", "👍"),
        (b"from=1&text=d%E9j%E0", "déjà"),
        (b"from=1&text=d\xe9j\xe0", "déjà"),
        (b"from=1&text=a%00b", "ab"),
        (b"from=1&text=a+%26+b", "a & b"),
        (b"from=1&text=" + b"x" * 10_500, "x" * 10_000),
    ],
)
def test_whatever_bytes_a_network_sends_become_text(body: bytes, text: str) -> None:
    callback = callback_of(call(f"/c/ex/{CHANNEL}.s/receive", body=body))
    assert callback is not None
    assert callback.fields["text"] == text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"x" * 70_000, "text/plain"),
        (b"\xff\xfe", "application/json"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_words(body: bytes, kind: str) -> None:
    with pytest.raises(BadCallback):
        callback_of(call(f"/c/ex/{CHANNEL}.s/receive", body=body, kind=kind))


@pytest.mark.parametrize(
    ("kind", "action", "fields"),
    [
        ("external", "receive", {"text": "hello"}),
        ("external", "receive", {"from": "+231770000001"}),
        ("external", "delivered", {}),
        ("external", "stopped", {}),
        ("external", "dance", {"id": "1"}),
        ("kannel", "receive", {"message": "hello"}),
        ("kannel", "status", {"uuid": "1", "status": "3"}),
        ("kannel", "status", {"status": "1"}),
    ],
)
def test_a_callback_without_what_it_needs_is_refused_in_words(
    kind: str, action: str, fields: dict[str, str]
) -> None:
    with pytest.raises(BadCallback, match=r"field|action"):
        TYPES[kind].arrival(action, fields)


def test_the_same_report_twice_has_the_same_key() -> None:
    reports = [
        TYPES["kannel"].arrival("status", {"uuid": "7", "status": status}) for status in ("1", "1", "8")
    ]
    assert reports[0].key == reports[1].key != reports[2].key
