"""A stand-in for a provider whose answers a test chooses; it remembers every request."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from tests.integration.messaging.world import serving

#: The path and the fields of a request, and what it is answered with: a status and a JSON body.
Answering = Callable[[str, dict[str, Any]], tuple[int, Any]]


class Provider:
    def __init__(self, answer: Answering) -> None:
        self.answer = answer
        #: The path and the fields of each request.
        self.asked: list[tuple[str, dict[str, Any]]] = []

    async def serve(self, request: web.Request) -> web.Response:
        if request.content_type == "application/json":
            fields = await request.json()
        else:
            fields = dict(await request.post())
        self.asked.append((request.path, fields))
        status, body = self.answer(request.path, fields)
        return web.json_response(body, status=status)


@asynccontextmanager
async def providing(answer: Answering) -> AsyncIterator[tuple[Provider, str]]:
    """The provider and its address."""
    provider = Provider(answer)
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", provider.serve)
    async with serving(application) as url:
        yield provider, url
