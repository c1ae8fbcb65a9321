"""Bundles and outcomes as HAPI writes them, and the paging links that it forgets after a while."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import token_hex
from typing import Any, Final
from urllib.parse import urlencode

from aiohttp import web

from mhero.sandbox.ihris.store import Version

FHIR_JSON: Final = "application/fhir+json"
DEFAULT_PAGE: Final = 20
LARGEST_PAGE: Final = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The answer to a search or history request, of which each page is a slice."""

    versions: Sequence[Version]
    #: "searchset" or "history".
    bundle_type: str
    #: The `_include` parameters.
    includes: Sequence[str]
    #: Whether the total was asked for; HAPI leaves it out otherwise.
    total: bool
    #: On the monotonic clock.
    expires: float


class Pages:
    """The searches that a `_getpages` link still finds."""

    def __init__(self, now: Callable[[], float], lifetime_seconds: float) -> None:
        self._now = now
        self.lifetime_seconds = lifetime_seconds
        self._kept: dict[str, Found] = {}

    def keep(self, found: Found) -> str:
        self._kept = {token: kept for token, kept in self._kept.items() if kept.expires > self._now()}
        token = token_hex(16)
        self._kept[token] = found
        return token

    def find(self, token: str) -> Found | None:
        found = self._kept.get(token)
        return found if found and found.expires > self._now() else None

    def expiry(self) -> float:
        return self._now() + self.lifetime_seconds

    def expire_all(self) -> None:
        self._kept.clear()


def bundle(
    found: Found,
    base: str,
    *,
    offset: int,
    count: int,
    token: str,
    self_url: str,
    included: Sequence[Version],
) -> web.Response:
    """One page. Without a `token` there is no other one."""
    page = found.versions[offset : offset + count]
    links = [{"relation": "self", "url": self_url}]
    if token and offset + count < len(found.versions):
        links.append({"relation": "next", "url": page_url(base, token, offset + count, count, found)})
    if token and offset:
        links.append(
            {"relation": "previous", "url": page_url(base, token, max(0, offset - count), count, found)}
        )
    head: dict[str, Any] = {"resourceType": "Bundle", "id": token_hex(16), "type": found.bundle_type}
    if found.total:
        head["total"] = len(found.versions)
    head["link"] = links
    write = _history_entry if found.bundle_type == "history" else _match_entry
    entries = [write(base, version) for version in page]
    entries += [_entry(base, version, b'"search":{"mode":"include"}') for version in included]
    body = json.dumps(head, separators=(",", ":")).encode()
    if entries:
        body = body[:-1] + b',"entry":[' + b",".join(entries) + b"]}"
    return web.Response(body=body, content_type=FHIR_JSON, charset="utf-8")


def page_url(base: str, token: str, offset: int, count: int, found: Found) -> str:
    parameters = {
        "_getpages": token,
        "_getpagesoffset": offset,
        "_count": count,
        "_bundletype": found.bundle_type,
    }
    return f"{base}?{urlencode(parameters)}"


def outcome(status: int, code: str, diagnostics: str, headers: dict[str, str] | None = None) -> web.Response:
    document = {
        "resourceType": "OperationOutcome",
        "issue": [{"severity": "error", "code": code, "diagnostics": diagnostics}],
    }
    return web.json_response(document, status=status, content_type=FHIR_JSON, headers=headers)


def resource(version: Version, status: int = 200) -> web.Response:
    headers = {
        "ETag": f'W/"{version.number}"',
        "Last-Modified": version.updated.strftime("%a, %d %b %Y %H:%M:%S GMT"),
    }
    return web.Response(
        body=version.body, status=status, content_type=FHIR_JSON, charset="utf-8", headers=headers
    )


def _entry(base: str, version: Version, rest: bytes) -> bytes:
    url = f'{{"fullUrl":"{base}/{version.type}/{version.id}",'.encode()
    body = b'"resource":' + version.body + b"," if version.body is not None else b""
    return url + body + rest + b"}"


def _match_entry(base: str, version: Version) -> bytes:
    return _entry(base, version, b'"search":{"mode":"match"}')


def _history_entry(base: str, version: Version) -> bytes:
    method = "DELETE" if version.body is None else "POST" if version.number == 1 else "PUT"
    status = {"DELETE": "204 No Content", "POST": "201 Created", "PUT": "200 OK"}[method]
    place = f"{version.type}/{version.id}"
    rest = {
        "request": {
            "method": method,
            "url": place if method == "POST" else f"{place}/_history/{version.number}",
        },
        "response": {
            "status": status,
            "etag": f'W/"{version.number}"',
            "lastModified": version.updated.isoformat(timespec="milliseconds"),
        },
    }
    return _entry(base, version, json.dumps(rest, separators=(",", ":")).encode()[1:-1])
