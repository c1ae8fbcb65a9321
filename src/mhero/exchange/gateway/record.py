"""One request on its way, and what is written down of it in the end."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from multidict import CIMultiDict

from mhero.exchange.gateway.configuration import Exchange
from mhero.exchange.gateway.identity import Identity
from mhero.exchange.gateway.journal import Entry
from mhero.exchange.gateway.matching import HIDDEN, Caller, Way, path_to_keep, query_to_keep
from mhero.platform.calls import Call

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


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """The answer to be, and what its transaction says beyond it."""

    status: int
    body: bytes = b""
    headers: CIMultiDict[str] = field(default_factory=CIMultiDict)
    error: str = ""
    calls: tuple[Call, ...] = ()


def entry_of(exchange: Exchange, request: Request, outcome: Outcome) -> Entry:
    """The transaction of a finished request: without secrets, and with bodies only where they are kept."""
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
