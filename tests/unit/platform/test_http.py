"""Asking a connected system that behaves badly, over real HTTP."""

import gzip
import http.server
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from mhero.platform.calls import Call
from mhero.platform.errors import PartnerRefused, PartnerSpokeNonsense, PartnerUnavailable
from mhero.platform.http import PageExpired, PartnerRefusedWith, RecordedClient, without_secrets

Handler = Callable[[http.server.BaseHTTPRequestHandler], None]


@dataclass
class Partner:
    """A small system whose answers a test lists; the last one is given again and again."""

    url: str = ""
    answers: list[Handler] = field(default_factory=list)
    asked: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)


@pytest.fixture
def partner() -> Iterator[Partner]:
    system = Partner()

    class Answering(http.server.BaseHTTPRequestHandler):
        def _answer(self) -> None:
            system.asked.append((self.command, self.path, dict(self.headers)))
            answer = system.answers.pop(0) if len(system.answers) > 1 else system.answers[0]
            answer(self)

        do_GET = do_POST = _answer  # noqa: N815 - the names are the library's.

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    system.url = f"http://127.0.0.1:{server.server_port}/fhir"
    yield system
    server.shutdown()
    server.server_close()


def answer(status: int, body: bytes = b"{}", **headers: str) -> Handler:
    def send(request: http.server.BaseHTTPRequestHandler) -> None:
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name.replace("_", "-"), value)
        request.end_headers()
        request.wfile.write(body)

    return send


def hang_up(request: http.server.BaseHTTPRequestHandler) -> None:
    request.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    request.close_connection = True


@dataclass
class Asking:
    client: RecordedClient
    calls: list[Call]
    pauses: list[float]


@pytest.fixture
def asking(partner: Partner) -> Iterator[Asking]:
    calls: list[Call] = []
    pauses: list[float] = []
    with RecordedClient(
        partner.url,
        partner="iHRIS",
        auth=("mhero", "s3cret"),
        record=calls.append,
        timeout_seconds=2,
        attempts=3,
        max_bytes=10_000,
        sleep=pauses.append,
    ) as client:
        yield Asking(client, calls, pauses)


def test_an_answer_is_read_and_recorded(partner: Partner, asking: Asking) -> None:
    partner.answers = [answer(200, gzip.compress(b'{"total": 3}'), Content_Encoding="gzip")]
    assert asking.client.get_json("/Practitioner", {"_count": 5, "token": "x"}) == {"total": 3}
    (method, path, headers) = partner.asked[0]
    assert (method, path) == ("GET", "/fhir/Practitioner?_count=5&token=x")
    assert headers["Authorization"].startswith("Basic ")
    (call,) = asking.calls
    assert (call.name, call.method, call.status, call.bytes) == ("iHRIS", "GET", 200, 12)
    assert call.url.endswith("/fhir/Practitioner?_count=5&token=hidden")
    assert call.error == ""


def test_a_fault_that_passes_is_asked_again_and_each_try_recorded(partner: Partner, asking: Asking) -> None:
    partner.answers = [answer(503, Retry_After="7"), hang_up, answer(200)]
    asking.client.get("Practitioner")
    assert asking.pauses == [7, 1]
    assert [call.status for call in asking.calls] == [503, 200, 200]
    assert asking.calls[1].error == "The connection to iHRIS broke off."


def test_a_fault_that_stays_is_said_in_words(partner: Partner, asking: Asking) -> None:
    partner.answers = [answer(500)]
    with pytest.raises(PartnerUnavailable, match="iHRIS has a fault of its own and answered 500"):
        asking.client.get("Practitioner")
    assert len(asking.calls) == 3


def test_what_changes_something_is_sent_once(partner: Partner, asking: Asking) -> None:
    partner.answers = [answer(503)]
    with pytest.raises(PartnerUnavailable):
        asking.client.request("POST", "dataValueSets", json={})
    assert len(asking.calls) == 1


@pytest.mark.parametrize(
    ("status", "error", "words"),
    [
        (401, PartnerRefusedWith, "did not accept the user name"),
        (403, PartnerRefusedWith, "does not allow our user"),
        (404, PartnerRefusedWith, "has nothing at this address"),
        (410, PageExpired, "next page has expired"),
    ],
)
def test_a_refusal_is_not_asked_again(
    partner: Partner, asking: Asking, status: int, error: type[PartnerRefusedWith], words: str
) -> None:
    partner.answers = [answer(status)]
    with pytest.raises(error, match=words) as raised:
        asking.client.get("Practitioner")
    assert raised.value.status == status
    assert len(asking.calls) == 1


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"<!DOCTYPE html><title>Sign in</title>", "a web page in place of data"),
        (b"", "with nothing where data was expected"),
        (b'{"resourceType": "Bund', "something that is not JSON"),
        (b"[" * 5_000, "something that is not JSON"),
        (b"x" * 20_000, "more than 0 MB at once"),
    ],
)
def test_nonsense_is_called_so(partner: Partner, asking: Asking, body: bytes, words: str) -> None:
    partner.answers = [answer(200, body)]
    with pytest.raises(PartnerSpokeNonsense, match=words):
        asking.client.get_json("Practitioner")


def test_a_link_to_another_host_does_not_carry_our_password_there(partner: Partner, asking: Asking) -> None:
    partner.answers = [answer(200)]
    asking.client.get("http://inner.example.org:8080/fhir?_getpages=1")
    assert partner.asked[0][1] == "/fhir?_getpages=1"


def test_nobody_at_the_address_is_said_in_words() -> None:
    client = RecordedClient("http://127.0.0.1:9", partner="DHIS2", attempts=1)
    with client, pytest.raises(PartnerUnavailable, match="DHIS2 cannot be reached"):
        client.get("api/system/info")


@pytest.mark.parametrize("address", ["nonsense", "ftp://example.org", "http://[::"])
def test_what_is_no_web_address_is_said_in_words(address: str) -> None:
    with pytest.raises(PartnerRefused, match="address of DHIS2"):
        RecordedClient(address, partner="DHIS2", attempts=1).get("api")


def test_secrets_leave_an_address_before_it_is_written_down() -> None:
    address = "https://user:pw@example.org/send?to=1&Password=x&apikey=y"
    assert without_secrets(address) == "https://example.org/send?to=1&Password=hidden&apikey=hidden"
    assert without_secrets(httpx.URL("https://example.org/a?b=c")) == "https://example.org/a?b=c"
