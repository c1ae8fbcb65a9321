"""DHIS2's server: `/api` in one of two dialects, and `/control` to change things under a reader's feet."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from mhero.platform.clock import Clock, now
from mhero.sandbox.country import Country
from mhero.sandbox.credentials import DHIS2_USER
from mhero.sandbox.dhis2.clients import entities, events, program
from mhero.sandbox.dhis2.dialects import DIALECTS
from mhero.sandbox.dhis2.messages import authorise, import_message, message, messages
from mhero.sandbox.dhis2.metadata import Metadata, Object
from mhero.sandbox.dhis2.patching import CONTENT_TYPE, patch_unit
from mhero.sandbox.dhis2.query import choose, paged, parse_fields, render, sort
from mhero.sandbox.dhis2.surveillance import report
from mhero.sandbox.dhis2.tracker import Tracker
from mhero.sandbox.dhis2.values import DataValues
from mhero.sandbox.faults import Fault, Faults, Handler, read_json, refuse_other_sites

#: What the server believes its address is. It is wrong, as in life, so nobody can follow `nextPage`.
CONFIGURED_BASE: Final = "http://dhis2.sandbox.invalid:8080"

Answer = Callable[[web.Request, str], Awaitable[web.Response]]


class DHIS2Server:
    def __init__(
        self,
        country: Country,
        *,
        dialect: str = "2.42",
        clock: Clock = now,
        zone: str = "Africa/Monrovia",
    ) -> None:
        self.dialect = DIALECTS[dialect]
        self._clock = clock
        self.zone = ZoneInfo(zone)
        self.metadata = Metadata(country, clock() - timedelta(days=30), self._stamp)
        self.values = DataValues(self.metadata, self.dialect)
        report(self.metadata, self.values, self._stamp(clock()), self._today())
        self.tracker = self._tracker(country)
        self.faults = Faults()
        self.requests: Counter[str] = Counter()
        self._answers: dict[tuple[str, str], Answer] = {
            ("GET", "system/info"): self.info,
            ("GET", "me"): self.me,
            ("GET", "deletedObjects"): self.deleted_objects,
            ("GET", "filledOrganisationUnitLevels"): self.filled_levels,
            ("POST", "dataValueSets"): self.take_values,
            ("GET", "dataValueSets"): self.read_values,
            ("POST", "completeDataSetRegistrations"): self.complete,
            ("GET", "completeDataSetRegistrations"): self.completed,
            ("DELETE", "completeDataSetRegistrations"): self.uncomplete,
            ("GET", "tracker/events"): self.find_events,
            ("GET", "tracker/trackedEntities"): self.find_entities,
            ("POST", "tracker"): self.take_events,
        }

    def application(self) -> web.Application:
        app = web.Application(
            middlewares=[refuse_other_sites, self._count, self.faults.middleware, authorise, messages],
            client_max_size=20 * 2**20,
        )
        app.add_routes(
            [
                web.route("*", "/api/{path:.+}", self.dispatch),
                web.post("/control", self.control),
                web.get("/control/stats", self.stats),
            ]
        )
        return app

    async def dispatch(self, request: web.Request) -> web.Response:
        """`/api/43/me.json` is `/api/me`: version and ending change nothing."""
        path = request.match_info["path"].removesuffix(".json").strip("/")
        version, _, rest = path.partition("/")
        if version.isdecimal() and rest:
            path = rest
        answer = self._answers.get((request.method, path))
        if answer:
            return await answer(request, path)
        if request.method == "GET" and path.startswith("tracker/"):
            return self._tracked(request, path)
        if request.method == "GET":
            return self._objects(request, path)
        if request.method == "PATCH":
            return await self._patch(request, path)
        raise web.HTTPNotFound

    def _objects(self, request: web.Request, path: str) -> web.Response:
        kind, _, identity = path.partition("/")
        objects = self.metadata.collections().get(kind)
        if objects is None:
            raise web.HTTPNotFound
        query = request.query
        if identity:
            thing = objects.get(identity)
            if thing is None:
                return message(404, f"{kind} with id {identity} could not be found.", error_code="E1005")
            return web.json_response(render(thing, parse_fields(query.get("fields", ":all"))))
        found = self._shaped(list(objects.values()), query)
        found = choose(found, query.getall("filter", []), query.get("rootJunction", "AND"), self.zone)
        found = sort(found, query.get("order", "name:asc"))
        return web.json_response(paged(kind, found, query, CONFIGURED_BASE))

    async def _patch(self, request: web.Request, path: str) -> web.Response:
        kind, _, identity = path.partition("/")
        if kind != "organisationUnits" or not identity:
            raise web.HTTPNotFound
        if request.content_type != CONTENT_TYPE:
            return message(415, f"Content type '{request.content_type}' not supported")
        try:
            operations = await request.json()
        except ValueError:
            return message(400, "The body is not JSON.")
        return patch_unit(self.metadata, identity, operations, self._stamp(self._clock()))

    @staticmethod
    def _shaped(found: list[Object], query: Mapping[str, str]) -> list[Object]:
        """`level`, `maxLevel` and `query`."""
        if level := query.get("level"):
            found = [thing for thing in found if str(thing.get("level")) == level]
        if highest := query.get("maxLevel"):
            found = [thing for thing in found if thing.get("level", 0) <= int(highest)]
        if words := query.get("query", "").casefold():
            found = [thing for thing in found if words in thing["name"].casefold()]
        return found

    async def info(self, *_: object) -> web.Response:
        return web.json_response(
            {
                "contextPath": CONFIGURED_BASE,
                "version": self.dialect.version,
                "revision": "sandbox",
                "serverDate": self._stamp(self._clock()),
                "serverTimeZoneId": str(self.zone),
                "serverTimeZoneDisplayName": str(self.zone),
                "calendar": "iso8601",
                "dateFormat": "yyyy-mm-dd",
                "systemName": "DHIS2 of the sandbox",
            }
        )

    async def me(self, *_: object) -> web.Response:
        root = {"id": self.metadata.root["id"]}
        return web.json_response(
            {
                "id": "SandboxUser",
                "username": DHIS2_USER,
                "firstName": "mHero",
                "surname": "Connector",
                "displayName": "mHero Connector",
                "organisationUnits": [root],
                "dataViewOrganisationUnits": [root],
                "authorities": ["F_DATAVALUE_ADD", "F_ORGANISATIONUNIT_VIEW", "M_dhis-web-dataentry"],
            }
        )

    async def filled_levels(self, *_: object) -> web.Response:
        levels = [render(level, parse_fields("id,name,level")) for level in self.metadata.levels.values()]
        return web.json_response(levels)

    async def deleted_objects(self, request: web.Request, _: str) -> web.Response:
        filters = [
            f"{name}:eq:{request.query[name]}" for name in ("klass", "uid", "code") if name in request.query
        ]
        found = choose(self.metadata.deleted, filters, "AND", self.zone)
        if since := request.query.get("deletedAt"):
            found = [thing for thing in found if thing["deletedAt"] >= since[:23]]
        query = {"fields": "*"} | dict(request.query)
        return web.json_response(paged("deletedObjects", found, query, CONFIGURED_BASE))

    async def take_values(self, request: web.Request, _: str) -> web.Response:
        payload = await read_json(request)
        status, summary = self.values.take(payload, request.query, self._stamp(self._clock()), self._today())
        return import_message(status, summary)

    async def read_values(self, request: web.Request, _: str) -> web.Response:
        query = request.query
        if not (query.get("dataSet") or query.get("dataElement") or query.get("dataElementGroup")):
            return message(
                409, "At least one data set or data element group must be specified", error_code="E2001"
            )
        if not query.get("orgUnit") and not query.get("orgUnitGroup"):
            return message(409, "At least one organisation unit must be specified", error_code="E2006")
        return web.json_response(self.values.read(query, self._units(request)))

    def _tracker(self, country: Country) -> Tracker:
        stamp = self._stamp(self._clock())
        followed = program(stamp)
        self.metadata.programs[followed["id"]] = followed
        clients = list(entities(country.facilities, country.seed))
        planned = list(events(clients, country.seed, self._today(), stamp))
        return Tracker(self.dialect.version, clients, planned)

    async def find_events(self, request: web.Request, _: str) -> web.Response:
        local = self._clock().astimezone(self.zone)
        return web.json_response(self.tracker.find_events(request.query, local))

    async def find_entities(self, request: web.Request, _: str) -> web.Response:
        return web.json_response(self.tracker.find_entities(request.query))

    def _tracked(self, request: web.Request, path: str) -> web.Response:
        """One event or one tracked entity."""
        _, kind, identity = path.split("/", 2)
        things = {"events": self.tracker.events, "trackedEntities": self.tracker.entities}.get(kind, {})
        thing = things.get(identity)
        if thing is None:
            return message(404, f"{kind} with id {identity} could not be found.", error_code="E1005")
        return web.json_response(render(thing, parse_fields(request.query.get("fields", "*"))))

    async def take_events(self, request: web.Request, _: str) -> web.Response:
        """Its report when it is waited for; a job's address by default."""
        stamp = self._stamp(self._clock())
        status, report = self.tracker.take(await read_json(request), request.query, stamp)
        if request.query.get("async", "true") != "false":
            job = {"id": "SandboxJob1", "location": f"{CONFIGURED_BASE}/api/tracker/jobs/SandboxJob1"}
            return web.json_response({"httpStatusCode": 200, "status": "OK", "response": job})
        return web.json_response(report, status=status)

    async def complete(self, request: web.Request, _: str) -> web.Response:
        status, summary = self.values.register(
            await read_json(request), request.query, self._stamp(self._clock())
        )
        return import_message(status, summary)

    async def completed(self, request: web.Request, _: str) -> web.Response:
        query = request.query
        rows = self.values.registrations(
            query.getall("dataSet", []), query.getall("period", []), self._units(request)
        )
        return web.json_response({"completeDataSetRegistrations": rows})

    async def uncomplete(self, request: web.Request, _: str) -> web.Response:
        query = request.query
        self.values.unregister(query.get("ds", ""), query.get("pe", ""), query.get("ou", ""))
        return web.Response(status=204)

    def _units(self, request: web.Request) -> set[str]:
        """The units that are asked for, with everything below them when `children=true`."""
        asked = set(request.query.getall("orgUnit", []))
        if request.query.get("children") != "true":
            return asked
        return {
            identity
            for identity, unit in self.metadata.units.items()
            if not asked.isdisjoint(unit["path"].split("/"))
        }

    async def control(self, request: web.Request) -> web.Response:
        """`put` (create or change units, `parent` as `{"id": …}`), `delete` (ids), `events` and `fault`."""
        wish = await read_json(request)
        stamp = self._stamp(self._clock())
        units = [self.metadata.put(change, stamp)["id"] for change in wish.get("put", [])]
        for identity in wish.get("delete", []):
            self.metadata.delete(identity, stamp)
        for event in wish.get("events", []):
            if event.get("deleted"):
                self.tracker.events.pop(event["event"], None)
            else:
                self.tracker.events.setdefault(event["event"], {}).update(event)
        if "fault" in wish:
            self.faults.current = Fault.from_json(wish["fault"])
        return web.json_response({"units": units})

    async def stats(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "organisationUnits": len(self.metadata.units),
                "requests": dict(self.requests),
                "faults_struck": self.faults.struck,
            }
        )

    def _stamp(self, moment: datetime) -> str:
        """DHIS2's time: the server's own, without a zone."""
        local = moment.astimezone(self.zone).replace(tzinfo=None)
        return local.isoformat(timespec="milliseconds")

    def _today(self) -> date:
        return self._clock().astimezone(self.zone).date()

    @web.middleware
    async def _count(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        self.requests[f"{request.method} {request.path}"] += 1
        return await handler(request)
