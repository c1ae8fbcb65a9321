"""What each kind of channel asks for and understands: the cases of `channels/<kind>.json`."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit
from uuid import UUID

import pytest

from mhero.messaging.callbacks import callback_of
from mhero.messaging.channels import TYPES
from mhero.messaging.channels.callback import Callback
from mhero.messaging.channels.types import Channel, Outgoing, cut
from mhero.messaging.errors import BadCallback
from mhero.messaging.reasons import REASONS
from mhero.platform.gateway import LocalRequest

MESSAGE = UUID("019f0000-0000-7000-8000-000000000001")
CHANNEL = UUID("019f0000-0000-7000-8000-000000000002")
SECRET = "only-ours"
CASES = {
    path.stem: json.loads(
        path.read_text().replace("MESSAGE-ID", str(MESSAGE)).replace("CHANNEL-NAME", f"{CHANNEL}.{SECRET}")
    )
    for path in (Path(__file__).parent / "channels").glob("*.json")
}


def cases(of: str) -> list[Any]:
    return [
        pytest.param(kind, case, id=f"{kind}: {case['says']}")
        for kind, data in sorted(CASES.items())
        for case in data.get(of, ())
    ]


def channel(kind: str, case: dict[str, Any]) -> Channel:
    said = CASES[kind]["channel"] | {
        name: case[name] for name in ("settings", "send_url", "signing_secret") if name in case
    }
    return Channel(
        id=CHANNEL,
        type=kind,
        address=said["address"],
        send_url=said["send_url"],
        settings=said.get("settings", {}),
        secret=said.get("secret", ""),
        signing_secret=said.get("signing_secret", ""),
        callback_secret=SECRET,
        rate=10,
        concurrency=4,
        gateway_url="https://mhero.example.org",
    )


def outgoing(case: dict[str, Any]) -> Outgoing:
    return Outgoing(
        id=MESSAGE,
        number=case.get("number", "+231770000001"),
        text=case["text"],
        segments=1,
        attempts=1,
        priority=case.get("priority", 1),
    )


def call(
    path: str,
    query: str = "",
    body: bytes = b"",
    kind: str = "application/x-www-form-urlencoded",
    method: str = "POST",
    headers: dict[str, str] | None = None,
) -> LocalRequest:
    return LocalRequest(
        method=method, path=path, query_string=query, headers={"content-type": kind} | (headers or {}),
        body=body, client_id="", client_roles=frozenset(), ip="127.0.0.1",
    )  # fmt: skip


def called(kind: str, case: dict[str, Any]) -> Callback:
    """The callback of a case, by the address that this kind of channel hands out."""
    headers = CASES[kind].get("headers", {}) | case.get("headers", {})
    body, content_type = case.get("body", "").encode(), "application/x-www-form-urlencoded"
    if "json" in case:
        body, content_type = json.dumps(case["json"]).encode(), "application/json"
    elif "form" in case:
        body = urlencode(case["form"]).encode()
    path = urlsplit(channel(kind, case).callback_url(case["action"], TYPES[kind].letters)).path
    request = call(
        path,
        urlencode(case.get("query", {})),
        body,
        content_type,
        case.get("method", "POST"),
        headers,
    )
    callback = callback_of(request)
    assert callback is not None
    assert (callback.type, callback.channel_id, callback.secret) == (kind, CHANNEL, SECRET)
    return callback


def test_every_kind_has_cases_and_letters_of_its_own() -> None:
    assert set(CASES) == set(TYPES)
    letters = [kind.letters for kind in TYPES.values()]
    assert len(set(letters)) == len(letters)


@pytest.mark.parametrize(("kind", "case"), cases("requests"))
def test_a_message_is_asked_for_as_the_provider_has_it(kind: str, case: dict[str, Any]) -> None:
    request = TYPES[kind].request(channel(kind, case), outgoing(case))
    assert request.method == case["method"]
    assert request.url.isascii()
    pieces = urlsplit(request.url)
    if "url" in case:
        assert f"{pieces.scheme}://{pieces.netloc}{pieces.path}" == case["url"]
    pairs = parse_qsl(pieces.query, keep_blank_values=True, encoding="latin-1")
    raw = {name: value.encode("latin-1") for name, value in pairs}
    for name, hexadecimal in case.get("bytes", {}).items():
        assert raw.pop(name) == bytes.fromhex(hexadecimal)
    if "query" in case:
        assert {name: value.decode() for name, value in raw.items()} == case["query"]
    for name, value in case.get("headers", {}).items():
        assert request.headers[name] == value
    body = (request.body or b"").decode()
    if "form" in case:
        assert {name: values[0] for name, values in parse_qs(body).items()} == case["form"]
    elif "json" in case:
        assert json.loads(body) == case["json"]
    else:
        assert body == case.get("body", "")


@pytest.mark.parametrize(("kind", "case"), cases("answers"))
def test_an_answer_is_read_with_care(kind: str, case: dict[str, Any]) -> None:
    body = case["body"] if isinstance(case["body"], str) else json.dumps(case["body"])
    outcome = TYPES[kind].outcome(channel(kind, case), case["status"], case["content_type"], body.encode())
    for name, value in case["outcome"].items():
        assert getattr(outcome, name) == value
    assert outcome.external_id == case["outcome"].get("external_id", "")
    assert (outcome.reason in REASONS) == (outcome.kind == "failed")


@pytest.mark.parametrize("kind", sorted(set(TYPES) - {"android"}))
@pytest.mark.parametrize(
    ("status", "outcome"),
    [(500, "retry"), (503, "retry"), (429, "retry"), (401, "retry"), (404, "retry"), (302, "retry"),
     (400, "failed"), (422, "failed")],
)  # fmt: skip
def test_a_refusal_means_the_same_with_every_provider(kind: str, status: int, outcome: str) -> None:
    got = TYPES[kind].outcome(channel(kind, {}), status, "text/plain", b"Not now\0,\n please")
    assert got.kind == outcome
    assert got.words == f"{status} Not now, please"


@pytest.mark.parametrize("kind", sorted(set(TYPES) - {"android"}))
@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"messages": [7], "SMSMessageData": []}', b"\xff{"])
def test_an_answer_that_nobody_expects_loses_no_message(kind: str, body: bytes) -> None:
    if kind == "external":
        pytest.skip("any 2xx without a web page counts")
    assert TYPES[kind].outcome(channel(kind, {}), 200, "application/json", body).kind == "retry"


@pytest.mark.parametrize(("kind", "case"), cases("callbacks"))
def test_a_callback_says_its_news_in_our_words(kind: str, case: dict[str, Any]) -> None:
    callback, ours = called(kind, case), channel(kind, case)
    assert TYPES[kind].is_genuine(ours, callback)
    arrivals = TYPES[kind].arrivals(ours, callback)
    assert [{"kind": each.kind, "key": each.key, "payload": dict(each.payload)} for each in arrivals] == case[
        "arrivals"
    ]
    thanks = TYPES[kind].thanks(ours, callback)
    if isinstance(case.get("thanks"), dict):
        assert thanks is not None
        assert json.loads(thanks.body) == case["thanks"]
    else:
        assert (thanks.body.decode() if thanks else None) == case.get("thanks")


@pytest.mark.parametrize(("kind", "case"), cases("forged"))
def test_a_callback_without_the_right_signature_is_known(kind: str, case: dict[str, Any]) -> None:
    assert not TYPES[kind].is_genuine(channel(kind, case), called(kind, case))


@pytest.mark.parametrize(("kind", "case"), cases("refused"))
def test_a_callback_without_what_it_needs_is_refused_in_words(kind: str, case: dict[str, Any]) -> None:
    callback, ours = called(kind, case), channel(kind, case)
    assert TYPES[kind].is_genuine(ours, callback)
    with pytest.raises(BadCallback, match=case["words"]):
        TYPES[kind].arrivals(ours, callback)


def test_telegram_is_told_our_address_by_ourselves() -> None:
    request = TYPES["telegram"].registration(channel("telegram", {}))
    expected = CASES["telegram"]["registration"]
    assert request is not None
    assert (request.url, json.loads(request.body or b"")) == (expected["url"], expected["json"])


@pytest.mark.parametrize("kind", sorted(kind for kind in TYPES if "longest" in CASES[kind]))
def test_a_long_text_leaves_in_parts_that_the_provider_takes(kind: str) -> None:
    text = "Please count the vaccines. " * 400
    longest = CASES[kind]["longest"]
    parts = TYPES[kind].parts(text)
    assert len(parts) > 1
    assert all(len(part) <= longest for part in parts)
    assert " ".join(parts).split() == text.split()
    assert TYPES[kind].parts("x" * longest) == ["x" * longest]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("one two three", ["one two", "three"]),
        ("onetwothree", ["onetwoth", "ree"]),
        ("a bcdefghijk", ["a bcdefg", "hijk"]),
        ("one\ntwo\nthree", ["one\ntwo", "three"]),
        ("", [""]),
    ],
)
def test_a_text_is_cut_between_words_where_that_is_possible(text: str, pieces: list[str]) -> None:
    assert cut(text, 8) == pieces


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
    "path", ["/c/", "/c/ex", "/c/ex/1/receive", "/c/pigeon/x/receive", "/d/ex/x/receive", "//"]
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
        (b"x" * 300_000, "text/plain"),
        (b"a=1&" * 200, "text/plain"),
        (b"\xff\xfe", "application/json"),
    ],
)
def test_a_body_that_cannot_be_read_is_refused_in_words(body: bytes, kind: str) -> None:
    with pytest.raises(BadCallback):
        callback_of(call(f"/c/ex/{CHANNEL}.s/receive", body=body, kind=kind))
