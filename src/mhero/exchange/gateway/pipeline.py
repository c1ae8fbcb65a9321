"""What happens to one request, from its first line to the answer that leaves when its transaction is kept."""

import asyncio
import logging
import time
from collections.abc import Mapping

import aiohttp
from aiohttp import web
from multidict import CIMultiDict

from mhero.exchange.gateway.configuration import CurrentExchange, Exchange
from mhero.exchange.gateway.identity import Doorkeeper
from mhero.exchange.gateway.journal import Journal, JournalAwayError
from mhero.exchange.gateway.matching import Way, match, may_use
from mhero.exchange.gateway.record import Outcome, Request, entry_of
from mhero.exchange.gateway.upstream import TRANSACTION_HEADER, forward
from mhero.platform.gateway import LocalRequest, LocalService
from mhero.platform.ids import new_id

log = logging.getLogger(__name__)
#: The largest body of a request that is taken.
LARGEST_REQUEST = 16 * 1024 * 1024
#: How long a caller may take to send one.
PATIENCE_SECONDS = 60
PLAIN = "text/plain; charset=utf-8"


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
            await self._journal.write(entry_of(exchange, request, outcome))
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
