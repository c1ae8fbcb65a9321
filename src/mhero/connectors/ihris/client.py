"""Reading iHRIS 5 as HAPI serves it.

Links to the next page are HAPI's own: they are followed as they are, and may have expired (410) by the time
they are. Then the reading goes on from the last change it has seen.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

from mhero.connectors.errors import NotAFHIRServer, WrongFHIRVersion
from mhero.connectors.reading import Document, dicts, part, reference_to, text
from mhero.platform.clock import Clock, now
from mhero.platform.errors import PartnerSpokeNonsense
from mhero.platform.http import Answer, PageExpired, PartnerRefusedWith, RecordedClient

PAGE_SIZE: Final = 500
#: Expired links that are forgiven in a row, without a single record between them.
FRUITLESS_RESTARTS: Final = 3
JOB_SYSTEM: Final = "http://ihris.org/fhir/CodeSystem/ihris-job"
#: How a server that does not offer something answers to it.
_NOT_OFFERED: Final = {400, 404, 405}
#: What a server's clock may be off from ours, where it does not tell its own time.
_UNKNOWN_CLOCK: Final = timedelta(hours=1)

Param = tuple[str, str | int]
Params = Sequence[Param]


class IHRISClient:
    """One iHRIS. Not to be shared between threads that read at the same time."""

    def __init__(self, http: RecordedClient, *, clock: Clock = now) -> None:
        self._http = http
        self._clock = clock
        self._server_time: datetime | None = None

    @property
    def server_time(self) -> datetime:
        """The server's own time at its first answer: before anything else was read."""
        if self._server_time is None:
            raise RuntimeError("nothing has been asked yet")
        return self._server_time

    def software(self) -> str:
        """Name and version, such as "HAPI FHIR Server 6.8.0"; raises when it is no FHIR R4 server."""
        statement = _resource(self._get("metadata"), "CapabilityStatement")
        version = text(statement.get("fhirVersion"))
        if not version.startswith("4."):
            raise WrongFHIRVersion(
                f"This server speaks FHIR {version or 'of no version'}. mHero reads FHIR R4."
            )
        software = part(statement.get("software"))
        return " ".join(filter(None, [text(software.get("name")), text(software.get("version"))]))

    def job_systems(self) -> list[Document]:
        """The code systems of jobs, where the cadres are; none where the server does not have them."""
        try:
            return _found(_resource(self._get("CodeSystem", [("url", JOB_SYSTEM)]), "Bundle"), "CodeSystem")
        except PartnerRefusedWith as refusal:
            if refusal.status in _NOT_OFFERED:
                return []
            raise

    def count(self, type_: str) -> int | None:
        """How many there are, where the server tells."""
        try:
            total = _resource(self._get(type_, [("_summary", "count")]), "Bundle").get("total")
        except PartnerRefusedWith as refusal:
            if refusal.status in _NOT_OFFERED:
                return None
            raise
        return total if isinstance(total, int) else None

    def first(self, type_: str) -> list[Document]:
        """One short page, to see what is there."""
        return _found(_resource(self._get(type_, [("_count", 10)]), "Bundle"), type_)

    def changed(self, type_: str, since: datetime | None, params: Params = ()) -> Iterator[list[Document]]:
        """Pages of what was made or changed since then, the oldest change first; of everything for None."""
        last_seen: set[str] = set()
        fruitless = 0
        while True:
            moment = [("_lastUpdated", f"ge{_instant(since)}")] if since else []
            begun_at = since
            try:
                asked: list[Param] = [("_count", PAGE_SIZE), ("_sort", "_lastUpdated"), *moment, *params]
                for bundle in self._bundles(type_, asked):
                    page = _found(bundle, type_)
                    fresh = [one for one in page if text(one.get("id")) not in last_seen]
                    # Those without an id are not all one and the same.
                    last_seen = {text(one.get("id")) for one in page} - {""}
                    since = max(filter(None, [since, *map(_last_updated, page)]), default=None)
                    if fresh:
                        yield fresh
                return
            except PageExpired:
                fruitless = fruitless + 1 if since == begun_at else 0
                if fruitless == FRUITLESS_RESTARTS:
                    raise

    def these(self, type_: str, ids: Sequence[str]) -> list[Document]:
        """The resources of these ids that are still there."""
        found = []
        for bundle in self._bundles(type_, [("_id", ",".join(ids)), ("_count", PAGE_SIZE)]):
            found += _found(bundle, type_)
        return found

    def deleted(self, type_: str, since: datetime) -> list[str] | None:
        """Keys such as `Practitioner/9` of what was deleted and not made again; None if nobody can tell."""
        for attempt in range(FRUITLESS_RESTARTS):
            try:
                return self._deleted(type_, since)
            except PageExpired:
                if attempt == FRUITLESS_RESTARTS - 1:
                    raise
            except PartnerRefusedWith as refusal:
                if refusal.status in _NOT_OFFERED:
                    return None
                raise
        return None

    def _deleted(self, type_: str, since: datetime) -> list[str]:
        # A history is told from its newest version, so the first word about a resource is the last.
        last_word: dict[str, bool] = {}
        asked: list[Param] = [("_since", _instant(since)), ("_count", PAGE_SIZE)]
        for bundle in self._bundles(f"{type_}/_history", asked):
            for entry in dicts(bundle.get("entry")):
                request = part(entry.get("request"))
                resource = part(entry.get("resource"))
                key = (
                    reference_to(entry.get("fullUrl"), type_)
                    or reference_to(request.get("url"), type_)
                    or f"{type_}/{text(resource.get('id'))}"
                )
                last_word.setdefault(key, request.get("method") == "DELETE")
        return [key for key, is_deleted in last_word.items() if is_deleted]

    def _bundles(self, path: str, params: Params) -> Iterator[Document]:
        answer, visited = self._get(path, params), set[str]()
        while True:
            bundle = _resource(answer, "Bundle")
            yield bundle
            links = (one for one in dicts(bundle.get("link")) if one.get("relation") == "next")
            link = next((text(one.get("url")) for one in links), "")
            if not link:
                return
            if link in visited:
                raise PartnerSpokeNonsense("iHRIS gives a page as its own next page.")
            visited.add(link)
            answer = self._get(link)

    def _get(self, url: str, params: Params | None = None) -> Answer:
        answer = self._http.get(url, params)
        if self._server_time is None:
            self._server_time = _told_time(answer) or self._clock() - _UNKNOWN_CLOCK
        return answer


def _resource(answer: Answer, type_: str) -> Document:
    """The resource that was asked for; raises when it is something else."""
    resource = answer.json()
    if not isinstance(resource, dict) or resource.get("resourceType") != type_:
        raise NotAFHIRServer
    return resource


def _found(bundle: Document, type_: str) -> list[Document]:
    """What was searched for, without what came along. One that does not say what it is, is meant too."""
    resources = (
        resource for entry in dicts(bundle.get("entry")) for resource in dicts(entry.get("resource"))
    )
    return [resource for resource in resources if resource.get("resourceType", type_) == type_]


def _told_time(answer: Answer) -> datetime | None:
    try:
        told = parsedate_to_datetime(answer.headers.get("date", ""))
    except ValueError:
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _last_updated(resource: Document) -> datetime | None:
    told = text(part(resource.get("meta")).get("lastUpdated"))
    try:
        moment = datetime.fromisoformat(told)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
