"""The gateway over real HTTP: who gets in, what the others learn (nothing), and what is written down."""

import asyncio
import http.client
import ssl
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from aiohttp import web

PASSWORD = "correct horse battery"


@pytest.fixture
def seeded(live_db: str) -> None:
    from mhero.exchange import services

    services.ensure_seeds()


@pytest.fixture
def teah(live_db: str) -> Any:
    """A client that may see nothing."""
    return new_client("teah", [])


@pytest.fixture
def planner(live_db: str) -> Any:
    """A client that may read health workers."""
    return new_client("planner", ["health-workers"])


def new_client(client_id: str, roles: list[str]) -> Any:
    from django.contrib.auth.hashers import make_password

    from mhero.exchange.models import Client

    return Client.objects.create(
        client_id=client_id, name=client_id, roles=roles, password_hash=make_password(PASSWORD)
    )


def new_channel(**fields: Any) -> Any:
    from mhero.exchange.models import Channel

    return Channel.objects.create(
        **{"name": "Upstream", "url_pattern": "^/up", "methods": ["GET", "POST"], "is_public": True, **fields}
    )


def recorded(answer: httpx.Response) -> Any:
    from mhero.exchange.models import Transaction

    return Transaction.objects.get(id=answer.headers["X-OpenHIM-TransactionID"])


def test_facilities_are_open_to_all(seeded: None, gateway: Any) -> None:
    with gateway.client() as caller:
        answer = caller.get("/fhir/Location?name=Redemption")
    assert (answer.status_code, answer.json()) == (200, {"who": "Musu"})
    assert answer.headers["content-type"] == "application/fhir+json"
    assert gateway.asked[0].query == [("name", "Redemption")]
    record = recorded(answer)
    assert (record.status, record.response_status, record.path) == ("Successful", 200, "/fhir/Location")
    assert record.querystring == "name=Redemption"


def test_a_stranger_learns_nothing_about_health_workers(seeded: None, gateway: Any) -> None:
    with gateway.client() as caller:
        answer = caller.get("/fhir/Practitioner?name=Musu", headers={"X-Word": "echo-me"})
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic realm=")
    assert "Musu" not in answer.text
    assert "echo-me" not in answer.text
    assert gateway.asked == []
    record = recorded(answer)
    assert (record.status, record.response_status, record.client_id) == ("Completed", 401, "")
    # What somebody searched for is personal too.
    assert record.querystring == "name=[hidden]"


def test_a_known_client_without_the_role_gets_403(seeded: None, gateway: Any, teah: Any) -> None:
    gateway.refresh()
    with gateway.client(auth=("teah", PASSWORD)) as caller:
        answer = caller.get("/fhir/Practitioner")
    assert (answer.status_code, gateway.asked) == (403, [])
    assert recorded(answer).client_id == "teah"


def test_a_client_with_the_role_reads_and_its_roles_are_passed_on(
    seeded: None, gateway: Any, planner: Any
) -> None:
    gateway.refresh()
    with gateway.client(auth=("planner", PASSWORD)) as caller:
        answer = caller.get("/fhir/Practitioner")
    assert answer.status_code == 200
    assert gateway.asked[0].client_roles == frozenset({"health-workers"})
    record = recorded(answer)
    assert record.client_id == "planner"
    assert record.request_headers["authorization"] == "Basic [hidden]"
    assert bytes(record.response_body) == b""


def test_a_wrong_password_gets_401_and_a_new_one_counts_at_once(
    seeded: None, gateway: Any, planner: Any
) -> None:
    from django.contrib.auth.hashers import make_password

    gateway.refresh()
    with gateway.client() as caller:
        assert caller.get("/fhir/Practitioner", auth=("planner", "wrong")).status_code == 401
        assert caller.get("/fhir/Practitioner", auth=("nobody", "wrong")).status_code == 401
        assert caller.get("/fhir/Practitioner", auth=("planner", PASSWORD)).status_code == 200
        planner.password_hash = make_password("another one")
        planner.save()
        gateway.refresh()
        assert caller.get("/fhir/Practitioner", auth=("planner", PASSWORD)).status_code == 401


def test_guessing_passwords_is_soon_ignored_but_the_right_client_works_on(
    seeded: None, gateway: Any, planner: Any
) -> None:
    gateway.refresh()
    with gateway.client() as caller:
        assert caller.get("/fhir/Practitioner", auth=("planner", PASSWORD)).status_code == 200
        for guess in range(12):
            assert caller.get("/fhir/Practitioner", auth=("planner", f"{guess}")).status_code == 401
        assert caller.get("/fhir/Practitioner", auth=("planner", PASSWORD)).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/fhir/Location/../Practitioner", "/fhir/Location/%2e%2e/Practitioner", "/fhir/Locations"],
)
def test_where_no_channel_leads_the_answer_is_404(seeded: None, gateway: Any, path: str) -> None:
    from mhero.exchange.models import Transaction

    # The standard library's client, since httpx would tidy the path.
    caller = http.client.HTTPConnection(gateway.url.removeprefix("http://"), timeout=30)
    caller.request("GET", path)
    answer = caller.getresponse()
    assert (answer.status, answer.read()) == (404, b"Not found.\n")
    record = Transaction.objects.get(id=answer.headers["X-OpenHIM-TransactionID"])
    assert (record.channel_id, record.path) == (None, path)
    caller.close()


def test_a_method_that_the_channel_does_not_know_is_404(seeded: None, gateway: Any) -> None:
    with gateway.client() as caller:
        assert caller.delete("/fhir/Location/1").status_code == 404


def test_the_first_channel_in_order_decides_and_broken_ones_harm_nobody(live_db: str, gateway: Any) -> None:
    new_channel(name="Broken", url_pattern="^/up(", priority=1)
    new_channel(name="Closed", is_public=False, priority=2)
    new_channel(name="Open", priority=None)
    gateway.refresh()
    with gateway.client() as caller:
        assert caller.get("/up").status_code == 401


def test_only_listed_addresses_pass_a_whitelist(live_db: str, gateway: Any) -> None:
    new_channel(whitelist=["192.0.2.1"], routes=[{"service": "registry.fhir"}])
    gateway.refresh()
    with gateway.client() as caller:
        assert caller.get("/up").status_code == 401
    new_channel(name="Home", priority=1, whitelist=["127.0.0.1"], routes=[{"service": "registry.fhir"}])
    gateway.refresh()
    with gateway.client() as caller:
        assert caller.get("/up").status_code == 200


def test_a_phone_networks_secret_is_not_written_down(seeded: None, gateway: Any) -> None:
    with gateway.client() as caller:
        for method in ("POST", "PUT"):
            answer = caller.request(
                method,
                "/c/external/0190/s3cret/receive?from=%2B231770000001",
                content=b"text=Hello",
            )
            record = recorded(answer)
            assert record.path == "/c/external/0190/[hidden]/receive"
            assert record.querystring == "from=[hidden]"
            assert bytes(record.request_body) == b""


def test_a_fault_in_a_service_is_a_neutral_500(seeded: None, gateway: Any) -> None:
    with gateway.client() as caller:
        answer = caller.get("/fhir/Location/broken")
    assert (answer.status_code, answer.text) == (500, "Something went wrong here.\n")
    record = recorded(answer)
    assert (record.status, record.error) == ("Failed", "mHero has a fault of its own here (RuntimeError).")


def test_every_answer_finds_its_transaction_written(seeded: None, gateway: Any, live_db: str) -> None:
    async def ask(caller: httpx.AsyncClient, watching: psycopg.AsyncConnection, lock: asyncio.Lock) -> None:
        answer = await caller.get("/fhir/Location")
        async with lock:
            found = await watching.execute(
                "SELECT count(*) FROM exchange_transaction WHERE id = %s",
                [answer.headers["X-OpenHIM-TransactionID"]],
            )
            assert await found.fetchone() == (1,)

    async def crowd() -> None:
        async with (
            httpx.AsyncClient(base_url=gateway.url, timeout=30) as caller,
            await psycopg.AsyncConnection.connect(live_db, autocommit=True) as watching,
        ):
            lock = asyncio.Lock()
            await asyncio.gather(*(ask(caller, watching, lock) for _ in range(100)))

    asyncio.run(crowd())


def test_while_the_database_is_away_nothing_is_answered_as_done(
    seeded: None, gateway: Any, live_db: str
) -> None:
    with gateway.client() as caller:
        assert caller.get("/fhir/Location").status_code == 200
        with psycopg.connect(live_db, autocommit=True) as other:
            other.execute("ALTER TABLE exchange_transaction RENAME TO elsewhere")
            assert caller.get("/fhir/Location").status_code == 503
            other.execute("ALTER TABLE elsewhere RENAME TO exchange_transaction")
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        # The first one may still meet the connection that was cut.
        assert 200 in {caller.get("/fhir/Location").status_code for _ in range(2)}


def test_a_request_passes_to_another_system_and_back(live_db: str, gateway: Any, upstream: Any) -> None:
    from mhero.exchange.models import Orchestration

    new_client("planner", ["any"])
    new_channel(
        is_public=False, allow=["any"], routes=[{"name": "Up", "host": "127.0.0.1", "port": upstream.port}]
    )
    gateway.refresh()
    with gateway.client(auth=("planner", PASSWORD)) as caller:
        answer = caller.post(
            "/up/a%20b?x=1&x=2",
            content=b"\x00\xffbinary",
            headers={
                "X-OpenHIM-ClientID": "somebody-else",
                "X-Forwarded-For": "1.2.3.4",
                "X-Only-Here": "1",
                "Connection": "X-Only-Here",
                "X-Kept": "yes",
            },
        )
    assert (answer.status_code, answer.content, answer.headers["x-own"]) == (200, b"from upstream", "yes")
    asked = upstream.asked[0]
    assert asked.raw_path == "/up/a%20b?x=1&x=2"
    assert upstream.bodies == [b"\x00\xffbinary"]
    assert asked.headers["X-OpenHIM-ClientID"] == "planner"
    assert asked.headers["X-OpenHIM-TransactionID"] == answer.headers["X-OpenHIM-TransactionID"]
    assert asked.headers["X-Forwarded-For"] == "127.0.0.1"
    assert asked.headers["X-Kept"] == "yes"
    assert "Authorization" not in asked.headers
    assert "X-Only-Here" not in asked.headers
    record = recorded(answer)
    assert bytes(record.request_body) == b"\x00\xffbinary"
    assert bytes(record.response_body) == b"from upstream"
    call = Orchestration.objects.get(transaction_id=record.id)
    assert (call.name, call.method, call.status, call.bytes) == ("Up", "POST", 200, 13)


def test_redirects_and_cookies_pass_as_they_are(live_db: str, gateway: Any, upstream: Any) -> None:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        response = web.Response(status=302, headers={"Location": "/elsewhere"})
        response.headers.add("Set-Cookie", "a=1; Path=/")
        response.headers.add("Set-Cookie", "b=2; HttpOnly")
        return response

    upstream.answer = answer
    new_channel(routes=[{"name": "Up", "host": "127.0.0.1", "port": upstream.port}])
    gateway.refresh()
    with gateway.client() as caller:
        got = caller.get("/up")
    assert (got.status_code, got.headers["location"]) == (302, "/elsewhere")
    assert got.headers.get_list("set-cookie") == ["a=1; Path=/", "b=2; HttpOnly"]
    record = recorded(got)
    assert record.status == "Completed"
    assert record.response_headers["set-cookie"] == "[hidden]"


def test_a_slow_system_is_a_504_and_an_absent_one_a_502(live_db: str, gateway: Any, upstream: Any) -> None:
    async def answer(_request: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(5)
        return web.Response()

    upstream.answer = answer
    new_channel(routes=[{"name": "Up", "host": "127.0.0.1", "port": upstream.port}], timeout_seconds=0.2)
    new_channel(
        name="Absent", url_pattern="^/absent", routes=[{"name": "Gone", "host": "127.0.0.1", "port": 9}]
    )
    gateway.refresh()
    with gateway.client() as caller:
        slow, absent = caller.get("/up"), caller.get("/absent")
    assert (slow.status_code, absent.status_code) == (504, 502)
    assert recorded(slow).error == "Up did not answer within 0.2 seconds."
    assert recorded(absent).error == "Gone cannot be reached at 127.0.0.1:9."
    assert "127.0.0.1" not in absent.text


def test_too_large_a_request_is_refused(seeded: None, gateway: Any) -> None:
    new_channel(routes=[{"service": "registry.fhir"}])
    gateway.refresh()
    with gateway.client() as caller:
        answer = caller.post("/up", content=b"x" * (17 * 1024 * 1024))
    assert answer.status_code == 413


def test_a_client_certificate_made_here_is_known_by_its_fingerprint(
    seeded: None, gateway: Any, planner: Any, tmp_path: Path
) -> None:
    from mhero.exchange import certificates

    issued = certificates.issue_client_certificate(gateway.home, "planner")
    planner.certificate, planner.certificate_fingerprint = issued.certificate, issued.fingerprint
    planner.save()
    gateway.refresh()
    with tls_caller(gateway, issued.certificate, issued.key) as caller:
        answer = caller.get("/fhir/Practitioner")
    assert (answer.status_code, recorded(answer).client_id) == (200, "planner")

    planner.is_enabled = False
    planner.save()
    gateway.refresh()
    with tls_caller(gateway, issued.certificate, issued.key) as caller:
        assert caller.get("/fhir/Practitioner").status_code == 401


def test_without_a_certificate_https_still_serves_what_is_public(seeded: None, gateway: Any) -> None:
    with tls_caller(gateway) as caller:
        assert caller.get("/fhir/Location").status_code == 200
        assert caller.get("/fhir/Practitioner").status_code == 401


def test_a_certificate_of_a_clients_own_is_trusted_once_it_is_registered(
    seeded: None, gateway: Any, planner: Any, tmp_path: Path
) -> None:
    from mhero.exchange import certificates

    # Another installation's authority stands for one that we know nothing of.
    own = certificates.issue_client_certificate(tmp_path / "elsewhere", "planner")
    with tls_caller(gateway, own.certificate, own.key) as caller, pytest.raises(httpx.TransportError):
        caller.get("/fhir/Practitioner")
    planner.certificate, planner.certificate_fingerprint = own.certificate, own.fingerprint
    planner.save()
    gateway.refresh()
    with tls_caller(gateway, own.certificate, own.key) as caller:
        assert caller.get("/fhir/Practitioner").status_code == 200


def tls_caller(gateway: Any, certificate: str = "", key: str = "") -> httpx.Client:
    context = ssl.create_default_context(cafile=str(gateway.home / "tls" / "ca.pem"))
    if certificate:
        both = gateway.home / "client.pem"
        both.write_text(certificate + key)
        context.load_cert_chain(both)
    return httpx.Client(base_url=gateway.tls_url, verify=context, timeout=30)


def test_a_taken_port_is_named_with_its_setting(live_db: str, tmp_path: Path, upstream: Any) -> None:
    from mhero.exchange.gateway.server import run_gateway
    from mhero.platform.configuration import load
    from mhero.platform.errors import ConfigurationError

    configuration = load(
        {
            "MHERO_HOME": str(tmp_path),
            "MHERO_GATEWAY_PORT": str(upstream.port),
            "MHERO_GATEWAY_TLS_PORT": "7311",
        }
    )
    with pytest.raises(ConfigurationError, match="is taken; set MHERO_GATEWAY_PORT to another one"):
        asyncio.run(run_gateway({}, configuration))


def test_a_change_is_in_force_within_a_second_and_stopping_is_orderly(
    seeded: None, tmp_path: Path, planner: Any
) -> None:
    from django.db import connection, transaction

    from mhero.exchange import services
    from mhero.exchange.gateway.server import run_gateway
    from mhero.platform.clock import now
    from mhero.platform.configuration import load

    configuration = load(
        {"MHERO_HOME": str(tmp_path), "MHERO_GATEWAY_PORT": "7312", "MHERO_GATEWAY_TLS_PORT": "7313"}
    )

    def change() -> None:
        with transaction.atomic():
            new_channel(routes=[])
            services.configuration_changed()
        # The thread's own.
        connection.close()

    async def main() -> None:
        serving = asyncio.create_task(run_gateway({}, configuration))
        async with httpx.AsyncClient(base_url="http://127.0.0.1:7312") as caller:
            while True:
                try:
                    if (await caller.get("/up")).status_code == 404:
                        break
                except httpx.ConnectError:
                    await asyncio.sleep(0.05)
            await asyncio.to_thread(change)
            until = now() + timedelta(seconds=2)
            while (await caller.get("/up")).status_code != 502:
                assert now() < until
        serving.cancel()
        with pytest.raises(asyncio.CancelledError):
            await serving

    asyncio.run(main())
