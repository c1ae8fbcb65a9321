"""The door of the FHIR server: which request asks for what, and who may have it."""

import json
import re
from collections.abc import Mapping
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
    NotAcceptable,
    NotHere,
    NotSupported,
    NotUnderstood,
)
from mhero.registry.fhir.parameters import ABOUT_NUMBERS, PARAMETERS, Search, page, read_search
from mhero.registry.fhir.search import find, included
from mhero.registry.models import Resource, Version

#: The role of clients that may read how to reach people.
NUMBERS_ROLE: Final = "phone-numbers"
CONTENT_TYPE: Final = "application/fhir+json; charset=utf-8"

_PERSONAL: Final = {"Practitioner", "PractitionerRole"}
_JSON: Final = {"json", "application/json", "application/fhir+json", "text/json", "*/*", "application/*"}
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?")

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
        _check_format(request)
        reader = _reader(request)
        body = _answer(request, reader, request.path.strip("/").split("/")[1:])
    except FHIRError as error:
        return _respond(_outcome(error), status=error.status)
    etag = f'W/"{body["meta"]["versionId"]}"' if "meta" in body else ""
    return _respond(body, etag=etag, head_only=request.method == "HEAD")


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
    headers = request.headers
    host = headers.get("x-forwarded-host") or headers.get("host", "")
    scheme = headers.get("x-forwarded-proto", "http")
    return Reader(
        client_id=request.client_id,
        may_see_numbers=NUMBERS_ROLE in request.client_roles,
        base="{}://{}/{}".format(
            scheme if scheme in {"http", "https"} else "http",
            host if _HOST.fullmatch(host) else "localhost",
            request.path.strip("/").split("/")[0],
        ),
        ip=request.ip,
    )


def _check_format(request: LocalRequest) -> None:
    wanted = dict(request.query).get("_format", "").replace(" ", "+")
    if wanted and wanted.partition(";")[0] not in _JSON:
        raise NotUnderstood("_format can be json.")
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")]
    if not wanted and not _JSON & {*accepted}:
        raise NotAcceptable


def _outcome(error: FHIRError) -> dict[str, Any]:
    issue = {"severity": "error", "code": error.issue, "diagnostics": str(error)}
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def _respond(
    body: Mapping[str, Any], *, status: int = 200, etag: str = "", head_only: bool = False
) -> LocalResponse:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return LocalResponse(
        status=status,
        body=b"" if head_only else text.encode(),
        content_type=CONTENT_TYPE,
        # What a role may read must not stay in a cache that asks for none.
        headers={"Cache-Control": "no-store", **({"ETag": etag} if etag else {})},
    )
