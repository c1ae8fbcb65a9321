"""The door of the FHIR server: which request asks for what, and who may have it."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from mhero.accounts.services import record_audit
from mhero.platform.gateway import LocalRequest, LocalResponse
from mhero.registry.fhir import history
from mhero.registry.fhir.capability import statement
from mhero.registry.fhir.documents import Reader, document
from mhero.registry.fhir.errors import (
    Deleted,
    FHIRError,
    Forbidden,
    NotHere,
    NotSupported,
)
from mhero.registry.fhir.parameters import ABOUT_NUMBERS, PARAMETERS, Search, page, read_search
from mhero.registry.fhir.search import find, included
from mhero.registry.fhir.wire import as_search, base_of, check_format, outcome, respond
from mhero.registry.models import Resource, Version

#: The role of clients that may read how to reach people.
NUMBERS_ROLE: Final = "phone-numbers"

_PERSONAL: Final = {"Practitioner", "PractitionerRole"}

#: Few threads, since each keeps a database connection.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="fhir")


async def serve(request: LocalRequest) -> LocalResponse:
    """Answers a request that the gateway has let through; see `mhero.platform.gateway`."""
    return await sync_to_async(_answer_in_thread, thread_sensitive=False, executor=_threads)(request)


def _answer_in_thread(request: LocalRequest) -> LocalResponse:
    close_old_connections()
    try:
        return answer(request)
    finally:
        close_old_connections()


def answer(request: LocalRequest) -> LocalResponse:
    """The same in the caller's own thread and transaction."""
    try:
        request = as_search(request)
        check_format(request)
        reader = _reader(request)
        body = _answer(request, reader, request.path.strip("/").split("/")[1:])
    except FHIRError as error:
        return respond(outcome(error), status=error.status)
    etag = {"ETag": f'W/"{body["meta"]["versionId"]}"'} if "meta" in body else {}
    return respond(body, headers=etag, head_only=request.method == "HEAD")


def _answer(request: LocalRequest, reader: Reader, path: list[str]) -> dict[str, Any]:
    if request.method not in {"GET", "HEAD"}:
        raise NotSupported("The registry can be read here. It is filled by what it is connected to.")
    match path:
        case ["metadata"]:
            return statement(reader.base)
        case [type, *_] if type not in PARAMETERS:
            raise NotHere(f"This server has {', '.join(PARAMETERS)} and metadata.")
        case [type, *_] if type in _PERSONAL and not reader.client_id:
            raise Forbidden("Health workers are read by known clients only.")
        case [type]:
            return _search(type, request, reader)
        case [type, "_history"]:
            return _audited(history.of_type(type, request.query, reader), type, reader)
        case [type, id]:
            return _audited(document(_stored(type, id), reader), type, reader)
        case [type, id, "_history"]:
            stored = _stored(type, id, even_deleted=True)
            return _audited(history.of_resource(stored, request.query, reader), type, reader)
        case [type, id, "_history", version]:
            return _audited(_version(type, id, version, reader), type, reader)
    raise NotHere


def _stored(type: str, id: str, *, even_deleted: bool = False) -> Resource:
    stored = Resource.objects.filter(type=type, id=_known_id(id)).first()
    if stored is None:
        raise NotHere
    if stored.is_deleted and not even_deleted:
        raise Deleted
    return stored


def _version(type: str, id: str, number: str, reader: Reader) -> dict[str, Any]:
    wanted = int(number) if number.isdecimal() and len(number) < 9 else 0
    version = Version.objects.filter(type=type, resource_id=_known_id(id), version=wanted).first()
    if version is None:
        raise NotHere
    if version.is_deleted:
        raise Deleted
    return document(version, reader)


def _known_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NotHere from error


def _search(type: str, request: LocalRequest, reader: Reader) -> dict[str, Any]:
    search = read_search(type, request.query)
    if not reader.may_see_numbers and any(c.name in ABOUT_NUMBERS for c in search.criteria):
        raise Forbidden("Searching by phone number needs the role for phone numbers.")
    found = find(search)
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": found.count(),
        "link": [{"relation": "self", "url": _address(type, request.query, reader)}],
    }
    if search.counts_only:
        return _audited(bundle, type, reader, 0)
    matches, more = _page(search)
    documents = [document(match, reader) for match in matches]
    others = included(documents, search.includes)
    if more:
        query = [pair for pair in request.query if pair[0] != "_page"]
        following = [*query, ("_page", page(matches[-1].id))]
        bundle["link"].append({"relation": "next", "url": _address(type, following, reader)})
    bundle["entry"] = [
        *(_entry(match, one, "match", reader) for match, one in zip(matches, documents, strict=True)),
        *(_entry(other, document(other, reader), "include", reader) for other in others),
    ]
    people = sum(entry["resource"]["resourceType"] in _PERSONAL for entry in bundle["entry"])
    return _audited(bundle, type, reader, people)


def _page(search: Search) -> tuple[list[Resource], bool]:
    found = find(search)
    if search.after is not None:
        found = found.filter(id__gt=search.after)
    rows = list(found[: search.count + 1])
    return rows[: search.count], len(rows) > search.count


def _entry(stored: Resource, body: dict[str, Any], mode: str, reader: Reader) -> dict[str, Any]:
    return {"fullUrl": reader.url_of(stored.type, stored.id), "resource": body, "search": {"mode": mode}}


def _address(type: str, query: list[tuple[str, str]], reader: Reader) -> str:
    return f"{reader.base}/{type}" + (f"?{urlencode(query)}" if query else "")


def _audited(body: dict[str, Any], type: str, reader: Reader, people: int | None = None) -> dict[str, Any]:
    """The same body, once it is written down who read about how many people."""
    if type in _PERSONAL:
        if people is None:
            people = len(body.get("entry", [body]))
        record_audit(
            "people.read",
            f"FHIR {type}",
            actor=reader.client_id,
            people=people,
            numbers=reader.may_see_numbers,
            ip=reader.ip,
        )
    return body


def _reader(request: LocalRequest) -> Reader:
    return Reader(
        client_id=request.client_id,
        may_see_numbers=NUMBERS_ROLE in request.client_roles,
        base=base_of(request, request.path.strip("/").split("/")[0]),
        ip=request.ip,
    )
