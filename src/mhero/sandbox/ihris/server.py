"""iHRIS 5's FHIR server:

`/fhir` as HAPI answers it, and `/control` to change things under a reader's feet.
"""

import json
import time
from collections import Counter
from secrets import token_hex
from typing import Any, Final

from aiohttp import encode_basic_auth, hdrs, web

from mhero.platform.clock import Clock, now
from mhero.sandbox.country import Country
from mhero.sandbox.credentials import IHRIS_PASSWORD, IHRIS_USER
from mhero.sandbox.faults import Fault, Faults, Handler, read_json, refuse_other_sites
from mhero.sandbox.ihris.asking import (
    TYPES,
    expected_version,
    outcomes,
    page_size,
    resource_type,
    whole_number,
)
from mhero.sandbox.ihris.bundles import FHIR_JSON, Found, Pages, bundle, outcome, resource
from mhero.sandbox.ihris.resources import resources
from mhero.sandbox.ihris.search import SearchRefused, included, parse_instant, search
from mhero.sandbox.ihris.store import ResourceStore, Version, VersionConflict

_AUTHORIZATION: Final = encode_basic_auth(IHRIS_USER, IHRIS_PASSWORD)


class IHRISServer:
    def __init__(self, country: Country, *, clock: Clock = now, page_lifetime_seconds: float = 3600) -> None:
        self.store = ResourceStore(clock)
        self.store.load(resources(country))
        self.pages = Pages(time.monotonic, page_lifetime_seconds)
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        #: HAPI answers 409 to an outdated `If-Match`; a server that keeps to the standard says 412.
        self.conflict_status = 409
        #: What somebody else saves of a record right after it is read next: changes by `Practitioner/9`.
        self.meddling: dict[str, dict[str, Any]] = {}

    def application(self) -> web.Application:
        app = web.Application(
            middlewares=[refuse_other_sites, self._count, self.faults.middleware, self._authorise, outcomes],
            client_max_size=20 * 2**20,
        )
        app.add_routes(
            [
                web.get("/fhir/metadata", self.metadata),
                web.get("/fhir", self.next_page),
                web.get("/fhir/{type}/_history", self.history),
                web.get("/fhir/{type}/{id}/_history", self.history),
                web.get("/fhir/{type}/{id}", self.read),
                web.put("/fhir/{type}/{id}", self.update),
                web.delete("/fhir/{type}/{id}", self.remove),
                web.get("/fhir/{type}", self.search),
                web.post("/fhir/{type}", self.create),
                web.post("/control", self.control),
                web.get("/control/stats", self.stats),
            ]
        )
        return app

    async def metadata(self, _: web.Request) -> web.Response:
        document = {
            "resourceType": "CapabilityStatement",
            "status": "active",
            "date": "2024-06-01",
            "kind": "instance",
            "software": {"name": "HAPI FHIR Server", "version": "6.8.0"},
            "implementation": {"description": "The sandbox's stand-in for iHRIS 5"},
            "fhirVersion": "4.0.1",
            "format": [FHIR_JSON, "json"],
            "rest": [{"mode": "server", "resource": [{"type": type_} for type_ in TYPES]}],
        }
        return web.json_response(document, content_type=FHIR_JSON)

    async def search(self, request: web.Request) -> web.Response:
        type_ = resource_type(request)
        query = request.query
        found = Found(
            versions=search(self.store, type_, query.items()),
            bundle_type="searchset",
            includes=query.getall("_include", []),
            total=query.get("_total") == "accurate" or query.get("_summary") == "count",
            expires=self.pages.expiry(),
        )
        if query.get("_summary") == "count":
            return self._page(request, found, offset=0, count=0)
        return self._page(
            request, found, offset=whole_number(request, "_offset", 0), count=page_size(request)
        )

    async def history(self, request: web.Request) -> web.Response:
        since = request.query.get("_since")
        found = Found(
            versions=self.store.history(
                resource_type(request), parse_instant(since) if since else None, request.match_info.get("id")
            ),
            bundle_type="history",
            includes=(),
            total=True,
            expires=self.pages.expiry(),
        )
        return self._page(request, found, offset=0, count=page_size(request))

    async def next_page(self, request: web.Request) -> web.Response:
        token = request.query.get("_getpages", "")
        found = self.pages.find(token)
        if found is None:
            return outcome(410, "processing", f'Search ID "{token}" does not exist and may have expired')
        offset = whole_number(request, "_getpagesoffset", 0)
        return self._page(request, found, offset=offset, count=page_size(request), token=token)

    def _page(
        self, request: web.Request, found: Found, *, offset: int, count: int, token: str = ""
    ) -> web.Response:
        if not token and count and len(found.versions) > offset + count:
            token = self.pages.keep(found)
        extra: list[Version] = []
        if found.includes:
            extra = included(self.store, list(found.versions[offset : offset + count]), list(found.includes))
        return bundle(
            found,
            f"{request.scheme}://{request.host}/fhir",
            offset=offset,
            count=count,
            token=token,
            self_url=str(request.url),
            included=extra,
        )

    async def read(self, request: web.Request) -> web.Response:
        type_, identity = resource_type(request), request.match_info["id"]
        version = self.store.version(type_, identity)
        if version is None:
            return outcome(404, "processing", f"HAPI-2001: Resource {type_}/{identity} is not known")
        if version.body is None:
            return outcome(410, "processing", f"Resource was deleted at {version.updated.isoformat()}")
        if changes := self.meddling.pop(f"{type_}/{identity}", None):
            self.store.put(version.document() | changes)
        return resource(version)

    async def create(self, request: web.Request) -> web.Response:
        document = await self._document(request) | {"id": token_hex(8)}
        return resource(self.store.put(document), 201)

    async def update(self, request: web.Request) -> web.Response:
        identity = request.match_info["id"]
        document = await self._document(request)
        if document.get("id", identity) != identity:
            return outcome(400, "processing", "HAPI-0420: the id in the URL differs from the resource's id")
        try:
            version = self.store.put(document | {"id": identity}, expected=expected_version(request))
        except VersionConflict:
            return outcome(
                self.conflict_status, "conflict", "HAPI-0974: Trying to update an outdated version"
            )
        return resource(version, 201 if version.number == 1 else 200)

    async def remove(self, request: web.Request) -> web.Response:
        self.store.delete(resource_type(request), request.match_info["id"])
        return web.Response(status=204)

    async def control(self, request: web.Request) -> web.Response:
        """`put`, `patch` (merged at the top level) and `delete` lists, `fault`, what concerns paging links,
        and `meddle`: what is patched right after the record is read next.
        """
        wish = await read_json(request)
        for document in wish.get("put", []):
            self.store.put(document)
        for patch in wish.get("patch", []):
            self._patch(patch)
        for reference in wish.get("delete", []):
            self.store.delete(*reference.split("/"))
        self.meddling |= wish.get("meddle", {})
        if "fault" in wish:
            self.faults.current = Fault.from_json(wish["fault"])
        if wish.get("expire_pages"):
            self.pages.expire_all()
        if "page_lifetime_seconds" in wish:
            self.pages.lifetime_seconds = float(wish["page_lifetime_seconds"])
        if "conflict_status" in wish:
            self.conflict_status = int(wish["conflict_status"])
        return await self.stats(request)

    def _patch(self, patch: dict[str, Any]) -> None:
        known = self.store.current(patch["resourceType"], patch["id"])
        if known is None:
            raise web.HTTPNotFound(text=f"There is no {patch['resourceType']}/{patch['id']}.")
        self.store.put(known.document() | patch)

    async def stats(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "resources": self.store.counts(),
                "requests": dict(self.requests),
                "faults_struck": self.faults.struck,
            }
        )

    @staticmethod
    async def _document(request: web.Request) -> dict[str, Any]:
        try:
            document = json.loads(await request.read())
        except ValueError as exc:
            raise SearchRefused(f"HAPI-1861: Failed to parse request body as JSON: {exc}") from exc
        if not isinstance(document, dict) or document.get("resourceType") != resource_type(request):
            raise SearchRefused("The resource's type differs from the URL's.")
        return document

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests[f"{request.method} {request.path}"] += 1
        return await handler(request)

    @web.middleware
    async def _authorise(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/control") or request.path == "/fhir/metadata":
            return await handler(request)
        if request.headers.get(hdrs.AUTHORIZATION) != _AUTHORIZATION:
            return outcome(401, "login", "Unauthorized", {hdrs.WWW_AUTHENTICATE: 'Basic realm="iHRIS"'})
        return await handler(request)
