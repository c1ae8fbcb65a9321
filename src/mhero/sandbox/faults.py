"""Servers that misbehave on request, so that tests and demonstrations can see what mHero does then.

A fault is set by `POST /control {"fault": {"kind": "html", "requests": 3}}` and taken away by `{"fault":
null}`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

KINDS: Final = ("down", "unavailable", "error", "unauthorised", "slow", "timeout", "html", "nonsense")

_LOGIN_PAGE: Final = "<!DOCTYPE html><html><title>Sign in</title><body><form>User name</form></body></html>"


@dataclass(kw_only=True, slots=True)
class Fault:
    #: One of `KINDS`.
    kind: str
    #: How many requests it still hits; None until it is taken away.
    requests: int | None = None
    #: For "slow" and "timeout".
    seconds: float = 5.0
    #: Only requests whose path contains this.
    path: str = ""

    @classmethod
    def from_json(cls, document: Any) -> "Fault | None":
        """Raises `web.HTTPBadRequest` with the reason when the document is no fault."""
        if document is None:
            return None
        try:
            fault = cls(**document)
        except TypeError as exc:
            raise web.HTTPBadRequest(text=f"A fault has kind, requests, seconds and path: {exc}") from exc
        if fault.kind not in KINDS:
            raise web.HTTPBadRequest(text=f"The kind of a fault is one of {', '.join(KINDS)}.")
        return fault

    def strikes(self, path: str) -> bool:
        """Whether it hits this request; uses up one of its count."""
        if self.path not in path or self.requests == 0:
            return False
        if self.requests is not None:
            self.requests -= 1
        return True


class Faults:
    """One server's present fault, as middleware in front of everything but its controls."""

    def __init__(self) -> None:
        self.current: Fault | None = None
        self.struck = 0

    @web.middleware
    async def middleware(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        fault = self.current
        spared = request.path.startswith(("/control", "/sandbox"))
        if fault is None or spared or not fault.strikes(request.path):
            return await handler(request)
        self.struck += 1
        return await self._act(fault, request, handler)

    async def _act(self, fault: Fault, request: web.Request, handler: Handler) -> web.StreamResponse:
        match fault.kind:
            case "down":
                if request.transport is not None:
                    request.transport.abort()
                return web.Response(status=503)
            case "timeout":
                # What was sent is never taken, as when a firewall swallows it.
                await asyncio.sleep(fault.seconds)
                return web.Response(status=504, text="Gateway Timeout")
            case "slow":
                await asyncio.sleep(fault.seconds)
                return await handler(request)
            case "html":
                return web.Response(text=_LOGIN_PAGE, content_type="text/html")
            case "nonsense":
                return web.Response(body=b'{"resourceType": "Bund\xff\x00', content_type="application/json")
            case "unauthorised":
                return web.Response(status=401, text="Unauthorized")
            case "unavailable":
                return web.Response(status=503, text="Service Unavailable")
            case _:
                return web.Response(status=500, text="Internal Server Error")


@web.middleware
async def refuse_other_sites(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A page of another site, open in the same browser, must not turn the controls or answer as Musu."""
    origin = request.headers.get("Origin")
    if origin is not None and request.method != "GET" and urlsplit(origin).netloc != request.host:
        raise web.HTTPForbidden(text="This request comes from another site.")
    return await handler(request)


async def read_json(request: web.Request) -> dict[str, Any]:
    """The request's JSON object; raises `web.HTTPBadRequest` when it is none."""
    try:
        document = await request.json()
    except ValueError as exc:
        raise web.HTTPBadRequest(text=f"This is not JSON: {exc}") from exc
    if not isinstance(document, dict):
        raise web.HTTPBadRequest(text="This is not a JSON object.")
    return document
