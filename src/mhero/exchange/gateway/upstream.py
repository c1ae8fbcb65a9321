"""Passing a request on to another system, and its answer back."""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from mhero.exchange.gateway.matching import Route
from mhero.platform.calls import Call
from mhero.platform.clock import now
from mhero.platform.ids import new_id

#: The largest answer that is passed on.
LARGEST_ANSWER = 32 * 1024 * 1024
TRANSACTION_HEADER = "X-OpenHIM-TransactionID"
CLIENT_HEADER = "X-OpenHIM-ClientID"
#: Headers that speak of one connection and not of the message (RFC 9110, 7.6.1), and those set anew.
_OF_THE_CONNECTION = {
    "connection",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
}
_NOT_FORWARDED = _OF_THE_CONNECTION | {
    "host",
    "authorization",
    "expect",
    "x-forwarded-for",
    "x-forwarded-host",
    TRANSACTION_HEADER.lower(),
    CLIENT_HEADER.lower(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Forwarded:
    """What came of it: the other system's answer, or our own with the reason."""

    status: int
    headers: CIMultiDict[str]
    body: bytes
    #: In words, when there was no answer; empty otherwise.
    error: str
    call: Call


async def forward(
    session: aiohttp.ClientSession,
    route: Route,
    *,
    transaction_id: UUID,
    client_id: str,
    ip: str,
    method: str,
    path: str,
    query_string: str,
    headers: Iterable[tuple[str, str]],
    host: str,
    body: bytes,
    timeout_seconds: float,
) -> Forwarded:
    """Asks the system behind a route once. It is not asked again: it may have acted before it fell silent."""
    url = address_of(route, path, query_string)
    sent = _headers_to_send(headers, {TRANSACTION_HEADER: str(transaction_id), "X-Forwarded-For": ip})
    if host:
        sent["X-Forwarded-Host"] = host
    if client_id:
        sent[CLIENT_HEADER] = client_id
    if route.username:
        sent["Authorization"] = aiohttp.BasicAuth(route.username, route.password).encode()
    begun, clock = now(), time.monotonic()
    status, error = 502, ""
    answered: int | None = None
    answer, answer_headers = b"", CIMultiDict[str]()
    try:
        async with session.request(
            method,
            url,
            headers=sent,
            data=body or None,
            allow_redirects=False,
            timeout=aiohttp.ClientTimeout(total=timeout_seconds, connect=min(10.0, timeout_seconds)),
        ) as response:
            answer = await _read(response)
            answered = status = response.status
            answer_headers = _headers_to_return(response.headers)
    except TimeoutError:
        status, error = 504, f"{route.name} did not answer within {timeout_seconds:g} seconds."
    except _TooLargeError:
        error = f"{route.name} answered with more than {LARGEST_ANSWER // 2**20} MB."
    except aiohttp.ClientConnectorError:
        error = f"{route.name} cannot be reached at {route.host}:{route.port}."
    except (aiohttp.ClientError, OSError, ValueError) as problem:
        error = f"{route.name} broke off or did not speak HTTP ({type(problem).__name__})."
    call = Call(
        id=new_id(begun),
        name=route.name,
        method=method,
        # Without the query, whose values are not ours to keep here.
        url=str(url.with_query(None)),
        status=answered,
        seconds=time.monotonic() - clock,
        bytes=len(answer),
        error=error,
    )
    return Forwarded(status=status, headers=answer_headers, body=answer, error=error, call=call)


def address_of(route: Route, path: str, query_string: str) -> URL:
    """The path as it came, percent-encoding and all, unless the route has one of its own."""
    scheme = "https" if route.secured else "http"
    host = f"[{route.host}]" if ":" in route.host else route.host
    query = f"?{query_string}" if query_string else ""
    return URL(f"{scheme}://{host}:{route.port}{route.path or path}{query}", encoded=True)


class _TooLargeError(Exception):
    pass


async def _read(response: aiohttp.ClientResponse) -> bytes:
    pieces, size = [], 0
    async for piece in response.content.iter_any():
        size += len(piece)
        if size > LARGEST_ANSWER:
            raise _TooLargeError
        pieces.append(piece)
    return b"".join(pieces)


def _headers_to_send(headers: Iterable[tuple[str, str]], ours: Mapping[str, str]) -> CIMultiDict[str]:
    pairs = list(headers)
    dropped = _NOT_FORWARDED | _named_by_connection(pairs)
    sent = CIMultiDict[str]((name, value) for name, value in pairs if name.lower() not in dropped)
    sent.update(ours)
    return sent


def _headers_to_return(headers: Mapping[str, str]) -> CIMultiDict[str]:
    pairs = list(headers.items())
    dropped = _OF_THE_CONNECTION | _named_by_connection(pairs)
    return CIMultiDict((name, value) for name, value in pairs if name.lower() not in dropped)


def _named_by_connection(pairs: Iterable[tuple[str, str]]) -> set[str]:
    """`Connection: X-Secret` says that X-Secret is for this connection only."""
    values = [value for name, value in pairs if name.lower() == "connection"]
    return {part.strip().lower() for value in values for part in value.split(",")}
