"""Who asks, and what is answered."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Model, QuerySet

from mhero.accounts.services import record_audit
from mhero.outreach.fhir.errors import VersionConflict
from mhero.outreach.fhir.reading import Json
from mhero.outreach.fhir.searching import Search
from mhero.registry.fhir.errors import NotHere
from mhero.registry.fhir.parameters import page

Row = TypeVar("Row", bound=Model)


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """Another system, let in by the exchange, and under which conditions it asks."""

    client_id: str
    roles: frozenset[str]
    ip: str
    #: Where it reached us, such as `https://mhero.example.org/fhir`.
    base: str
    #: The query of If-None-Exist: nothing is made when something fits it.
    if_none_exist: str = ""
    #: The ETag of If-Match: only this version is changed.
    if_match: str = ""

    def url_of(self, type: str, id: object) -> str:
        return f"{self.base}/{type}/{id}"

    def audit(self, action: str, what: str, *, people: int) -> None:
        """Writes down that this caller read or changed something of so many people."""
        record_audit(action, what, actor=self.client_id, people=people, ip=self.ip)

    def check_version(self, version: object) -> None:
        """Raises `VersionConflict` when another version than this was meant. Call it with the row locked."""
        if self.if_match and self.if_match.removeprefix("W/").strip('"') != str(version):
            raise VersionConflict


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    body: Json
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def one(resource: Json, caller: Caller, *, is_new: bool = False) -> Answer:
    """A resource with its version, and as a new one with its address."""
    headers: dict[str, str] = {}
    if version := resource.get("meta", {}).get("versionId"):
        headers["ETag"] = f'W/"{version}"'
    if is_new:
        headers["Location"] = caller.url_of(resource["resourceType"], resource["id"])
    return Answer(body=resource, status=201 if is_new else 200, headers=headers)


def page_of(
    type: str,
    found: QuerySet[Row],
    search: Search,
    caller: Caller,
    show: Callable[[Sequence[Row]], list[Json]],
) -> Answer:
    """A searchset with one page of the rows, in the order of their ids."""
    made = searchset(type, search, caller, found.count())
    if not search.counts_only:
        if search.after is not None:
            found = found.filter(**{"pk__gt" if search.is_oldest_first else "pk__lt": search.after})
        rows = list(found.order_by("pk" if search.is_oldest_first else "-pk")[: search.count + 1])
        if len(rows) > search.count:
            rows.pop()
            link_next(made, type, search, rows[-1].pk, caller)
        made["entry"] = [entry(resource, caller) for resource in show(rows)]
    return Answer(body=made)


def searchset(type: str, search: Search, caller: Caller, total: int | None) -> Json:
    """An empty one that knows its own address; `total` is None where counting would take too long."""
    made: Json = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        made["total"] = total
    return made | {"link": [{"relation": "self", "url": _address(type, search.query, caller)}]}


def entry(resource: Json, caller: Caller, mode: str = "match") -> Json:
    address = caller.url_of(resource["resourceType"], resource["id"])
    return {"fullUrl": address, "resource": resource, "search": {"mode": mode}}


def link_next(made: Json, type: str, search: Search, last: UUID, caller: Caller) -> None:
    following = [*(pair for pair in search.query if pair[0] != "_page"), ("_page", page(last))]
    made["link"].append({"relation": "next", "url": _address(type, following, caller)})


def known_id(text: str) -> UUID:
    """Raises `NotHere` for what is no id of ours."""
    try:
        return UUID(text)
    except ValueError as error:
        raise NotHere from error


def _address(type: str, query: list[tuple[str, Any]], caller: Caller) -> str:
    return f"{caller.base}/{type}" + (f"?{urlencode(query)}" if query else "")
