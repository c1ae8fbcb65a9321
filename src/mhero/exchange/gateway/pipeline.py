"""What happens to one request, from its first line to the answer that leaves when its transaction is kept."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from mhero.exchange.gateway.configuration import CurrentExchange, Exchange
from mhero.exchange.gateway.identity import Doorkeeper, Identity
from mhero.exchange.gateway.journal import Entry, Journal, JournalAwayError
from mhero.exchange.gateway.matching import HIDDEN, Caller, Way, match, may_use, path_to_keep, query_to_keep
from mhero.exchange.gateway.upstream import TRANSACTION_HEADER, forward
from mhero.platform.gateway import LocalRequest, LocalService
from mhero.platform.http import Call
from mhero.platform.ids import new_id

log = logging.getLogger(__name__)
#: The largest body of a request that is taken.
LARGEST_REQUEST = 16 * 1024 * 1024
#: How long a caller may take to send one.
PATIENCE_SECONDS = 60
#: How much of a body is kept with its transaction.
KEPT_OF_A_BODY = 256 * 1024
KEPT_OF_A_PATH = 2_000
KEPT_OF_A_NAME = 100
SECRET_HEADERS = {
    "authorization",
    "proxy-authorization",
    "cookie",
    "set-cookie",
    "x-api-key",
    "x-auth-token",
}
PLAIN = "text/plain; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The answer to be, and what its transaction says beyond it."""

    status: int
    body: bytes = b""
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    error: str = ""
    calls: tuple[Call, ...] = ()


def refusal(status: int, error: str, **headers: str) -> Outcome:
    """A short answer that says nothing but the status; the reason is for the transaction alone."""
    words = {
        400: b"Bad request\n",
        401: b"Sign in with a client id and its password.\n",
        403: b"Not allowed.\n",
        404: b"Not found.\n",
        408: b"Too slow.\n",
        413: b"Too large.\n",
        500: b"Something went wrong here.\n",
        502: b"The system behind this address does not answer.\n",
        503: b"Try again later.\n",
        504: b"The system behind this address does not answer in time.\n",
    }
    return Outcome(
        status=status,
        body=words[status],
        headers=CIMultiDict({"Content-Type": PLAIN, **headers}),
        error=error,
    )


@dataclass(slots=True)
class Request:
    """One request on its way: what came, and what is found out about it."""

    id: UUID
    began: float
    method: str
    path: str
    query_string: str
    ip: str
    headers: Mapping[str, str]
    body: bytes = b""
    identity: Identity = field(default_factory=lambda: Identity(caller=None))
    way: Way | None = None

    @property
    def caller(self) -> Caller | None:
        return self.identity.caller


class Gateway:
    """Handles requests; its `handle` is what the server calls."""

    def __init__(
        self,
        services: Mapping[str, LocalService],
        current: CurrentExchange,
        journal: Journal,
        session: aiohttp.ClientSession,
    ) -> None:
        self._services = services
        self._current = current
        self._journal = journal
        self._session = session
        self._doorkeeper = Doorkeeper()

    async def handle(self, raw: web.BaseRequest) -> web.StreamResponse:
        path, _, query_string = raw.raw_path.partition("?")
        request = Request(
            id=new_id(),
            began=time.monotonic(),
            method=raw.method.upper(),
            path=path,
            query_string=query_string,
            ip=(raw.remote or "").removeprefix("::ffff:"),
            headers={name.lower(): value for name, value in raw.headers.items()},
        )
        exchange = self._current.value
        if exchange is None:
            return _answer(request, refusal(503, ""))
        try:
            outcome = await self._outcome(exchange, request, raw)
        except Exception as error:
            # The outer wall of a request: whatever goes wrong in it, the caller learns only that it did.
            log.exception("A request to %s stumbled.", request.way.name if request.way else "no channel")
            outcome = refusal(500, f"mHero has a fault of its own here ({type(error).__name__}).")
        try:
            await self._journal.write(_entry(exchange, request, outcome))
        except JournalAwayError:
            return _answer(request, refusal(503, "", **{"Retry-After": "5"}))
        return _answer(request, outcome)

    async def _outcome(self, exchange: Exchange, request: Request, raw: web.BaseRequest) -> Outcome:
        if not request.path.startswith("/"):
            return refusal(400, "The request named a whole address in place of a path.")
        request.identity = await self._doorkeeper.identify(
            exchange,
            authorization=request.headers.get("authorization", ""),
            certificate=_certificate(raw),
            ip=request.ip,
        )
        way = match(exchange.ways, request.method, request.path)
        if way is None:
            return refusal(404, "No channel leads there.")
        request.way = way
        if not may_use(way, request.caller, request.ip):
            return self._refused(request)
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                request.body = await raw.read()
        except web.HTTPRequestEntityTooLarge:
            return refusal(413, f"The request was larger than {LARGEST_REQUEST // 2**20} MB.")
        except TimeoutError:
            return refusal(408, f"The request was not whole after {PATIENCE_SECONDS} seconds.")
        return await self._routed(way, request, raw)

    def _refused(self, request: Request) -> Outcome:
        if request.caller is not None:
            return refusal(403, "The client may not use this channel from this address.")
        said = "with a wrong password or name" if request.identity.claimed else "without saying who it is"
        return refusal(401, f"The caller came {said}.", **{"WWW-Authenticate": 'Basic realm="mHero"'})

    async def _routed(self, way: Way, request: Request, raw: web.BaseRequest) -> Outcome:
        if way.route is None:
            return refusal(502, "The channel leads nowhere yet: it has no route.")
        if way.route.service:
            return await self._served(way, way.route.service, request)
        done = await forward(
            self._session,
            way.route,
            transaction_id=request.id,
            client_id=request.caller.client_id if request.caller else "",
            ip=request.ip,
            method=request.method,
            path=request.path,
            query_string=request.query_string,
            headers=raw.headers.items(),
            host=request.headers.get("host", ""),
            body=request.body,
            timeout_seconds=way.timeout_seconds,
        )
        if done.error:
            failed = refusal(done.status, done.error)
            return Outcome(
                status=failed.status,
                body=failed.body,
                headers=failed.headers,
                error=done.error,
                calls=(done.call,),
            )
        return Outcome(status=done.status, body=done.body, headers=done.headers, calls=(done.call,))

    async def _served(self, way: Way, name: str, request: Request) -> Outcome:
        service = self._services.get(name)
        if service is None:
            return refusal(502, f"There is no service called {name!r} in this installation.")
        asked = LocalRequest(
            method=request.method,
            path=request.path,
            query_string=request.query_string,
            headers=request.headers,
            body=request.body,
            client_id=request.caller.client_id if request.caller else "",
            client_roles=request.caller.roles if request.caller else frozenset(),
            ip=request.ip,
        )
        try:
            async with asyncio.timeout(way.timeout_seconds):
                answer = await service(asked)
        except TimeoutError:
            return refusal(504, f"{name} did not answer within {way.timeout_seconds:g} seconds.")
        headers = CIMultiDict[str](answer.headers)
        headers["Content-Type"] = answer.content_type
        return Outcome(status=answer.status, body=answer.body, headers=headers)


def _certificate(raw: web.BaseRequest) -> bytes | None:
    """The certificate that the caller showed, DER; the handshake has checked that it holds its key."""
    tls = raw.transport.get_extra_info("ssl_object") if raw.transport else None
    return tls.getpeercert(binary_form=True) if tls else None


def _answer(request: Request, outcome: Outcome) -> web.Response:
    response = web.Response(status=outcome.status, body=outcome.body, headers=outcome.headers)
    response.headers[TRANSACTION_HEADER] = str(request.id)
    # In place of aiohttp's own, which would name its version.
    response.headers["Server"] = "mHero"
    return response


def _entry(exchange: Exchange, request: Request, outcome: Outcome) -> Entry:
    way = request.way
    keeps_request = way is not None and way.keeps_request_body
    keeps_response = way is not None and way.keeps_response_body
    return Entry(
        id=request.id,
        channel_id=way.id if way else None,
        client_id=request.identity.claimed[:KEPT_OF_A_NAME],
        client_ip=request.ip,
        status=transaction_status(outcome.status),
        method=request.method,
        path=path_to_keep(exchange.secret_patterns, request.path)[:KEPT_OF_A_PATH],
        query_string=query_to_keep(request.query_string, keeps_values=keeps_request)[:KEPT_OF_A_PATH],
        request_headers=headers_to_keep(request.headers),
        request_body=request.body[:KEPT_OF_A_BODY] if keeps_request else b"",
        response_status=outcome.status,
        response_headers=headers_to_keep(outcome.headers),
        response_body=outcome.body[:KEPT_OF_A_BODY] if keeps_response else b"",
        error=outcome.error,
        seconds=time.monotonic() - request.began,
        calls=outcome.calls,
    )


def transaction_status(status: int) -> str:
    """OpenHIM's word for how a request ended."""
    if status >= 500:
        return "Failed"
    return "Successful" if 200 <= status < 300 else "Completed"


def headers_to_keep(headers: Mapping[str, str]) -> dict[str, str]:
    """Headers as they may be written down: of a secret only its kind, such as `Basic`."""
    kept = {}
    for name, value in headers.items():
        if name.lower() in SECRET_HEADERS:
            scheme, _, rest = value.partition(" ")
            value = f"{scheme} {HIDDEN}" if rest and name.lower().endswith("authorization") else HIDDEN
        kept[name.lower()] = value
    return kept
