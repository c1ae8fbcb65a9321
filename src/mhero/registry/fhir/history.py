"""History of a type or of one resource, deletions included: ITI-91, FHIR R4's history interaction."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet

from mhero.registry.fhir.documents import Reader, document, instant
from mhero.registry.fhir.errors import NotUnderstood
from mhero.registry.fhir.parameters import PAGE_SIZE, page, read_count, read_page, read_since
from mhero.registry.models import Resource, Version

Query = Sequence[tuple[str, str]]


def of_type(type: str, query: Query, reader: Reader) -> dict[str, Any]:
    return _bundle(Version.objects.filter(type=type), f"{type}/_history", query, reader)


def of_resource(stored: Resource, query: Query, reader: Reader) -> dict[str, Any]:
    versions = Version.objects.filter(resource_id=stored.id)
    return _bundle(versions, f"{stored.type}/{stored.id}/_history", query, reader)


def _bundle(versions: QuerySet[Version], path: str, query: Query, reader: Reader) -> dict[str, Any]:
    """The newest first, as R4 wants it."""
    given = dict(query)
    if unknown := given.keys() - {"_since", "_count", "_page", "_format", "_pretty"}:
        raise NotUnderstood(f"A history cannot be asked for with {sorted(unknown)[0][:50]!r}.")
    if "_since" in given:
        versions = versions.filter(updated_at__gte=read_since(given["_since"]))
    bundle: dict[str, Any] = {
        "resourceType": "Bundle",
        "type": "history",
        "total": versions.count(),
        "link": [{"relation": "self", "url": _address(path, query, reader)}],
    }
    count = max(1, read_count(given.get("_count", str(PAGE_SIZE))))
    if "_page" in given:
        place = read_page(given["_page"])
        versions = versions.filter(id__lt=int(place) if place.isdecimal() else 0)
    rows = list(versions.order_by("-id")[: count + 1])
    if len(rows) > count:
        following = [*(pair for pair in query if pair[0] != "_page"), ("_page", page(rows[count - 1].id))]
        bundle["link"].append({"relation": "next", "url": _address(path, following, reader)})
    return {**bundle, "entry": [_entry(row, reader) for row in rows[:count]]}


def _entry(version: Version, reader: Reader) -> dict[str, Any]:
    method, status = ("POST", "201") if version.version == 1 else ("PUT", "200")
    entry: dict[str, Any] = {"fullUrl": reader.url_of(version.type, version.resource_id)}
    if version.is_deleted:
        method, status = "DELETE", "204"
    else:
        entry["resource"] = document(version, reader)
    url = version.type if method == "POST" else f"{version.type}/{version.resource_id}"
    return {
        **entry,
        "request": {"method": method, "url": url},
        "response": {
            "status": status,
            "etag": f'W/"{version.version}"',
            "lastModified": instant(version.updated_at),
        },
    }


def _address(path: str, query: Query, reader: Reader) -> str:
    return f"{reader.base}/{path}" + (f"?{urlencode(query)}" if query else "")
