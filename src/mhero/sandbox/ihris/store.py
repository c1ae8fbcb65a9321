"""The resources and all their versions, in memory."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from mhero.platform.clock import Clock
from mhero.platform.errors import MheroError

_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class VersionConflict(MheroError):
    """The resource has been changed since the version that the request names."""

    code = "version_conflict"


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """One version of a resource, as the bytes that are sent:

    a page of 500 is then a join and not a rendering.
    """

    type: str
    id: str
    number: int
    updated: datetime
    #: None when this version is the deletion.
    body: bytes | None

    def document(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body or b"{}")
        return document


class ResourceStore:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._current: dict[str, dict[str, Version]] = {}
        self._history: dict[str, list[Version]] = {}
        self._last = _to_the_millisecond(clock()) - timedelta(days=365)

    def load(self, resources: Iterable[dict[str, Any]]) -> None:
        """The first filling, dated in the month before, so that it is no change of today."""
        moment = _to_the_millisecond(self._clock()) - timedelta(days=30)
        for resource in resources:
            moment += timedelta(milliseconds=7)
            self._keep(resource, 1, moment)

    def put(self, resource: dict[str, Any], *, expected: int | None = None) -> Version:
        """Creates or replaces; raises `VersionConflict` if the present version is not the expected one."""
        known = self.version(resource["resourceType"], resource["id"])
        if expected is not None and (known is None or known.body is None or known.number != expected):
            raise VersionConflict
        return self._keep(resource, known.number + 1 if known else 1, self._moment())

    def delete(self, type_: str, identity: str) -> Version | None:
        known = self.current(type_, identity)
        if known is None:
            return None
        gone = Version(type=type_, id=identity, number=known.number + 1, updated=self._moment(), body=None)
        self._add(gone)
        return gone

    def version(self, type_: str, identity: str) -> Version | None:
        """The newest version, a deletion too."""
        return self._current.get(type_, {}).get(identity)

    def current(self, type_: str, identity: str) -> Version | None:
        known = self.version(type_, identity)
        return known if known and known.body is not None else None

    def all(self, type_: str) -> list[Version]:
        return [version for version in self._current.get(type_, {}).values() if version.body is not None]

    def history(self, type_: str, since: datetime | None, identity: str | None = None) -> list[Version]:
        """Versions newest first, as `_history` gives them."""
        found = []
        for version in reversed(self._history.get(type_, [])):
            if since and version.updated < since:
                break
            if identity is None or version.id == identity:
                found.append(version)
        return found

    def counts(self) -> dict[str, int]:
        return {type_: len(self.all(type_)) for type_ in self._current}

    def _moment(self) -> datetime:
        # No two versions share a moment, so that a reader's high-water mark can be tested to the millisecond.
        self._last = max(_to_the_millisecond(self._clock()), self._last + timedelta(milliseconds=1))
        return self._last

    def _keep(self, resource: dict[str, Any], number: int, updated: datetime) -> Version:
        stamped = updated.isoformat(timespec="milliseconds")
        meta = resource.get("meta", {}) | {"versionId": str(number), "lastUpdated": stamped}
        document = {"resourceType": resource["resourceType"], "id": resource["id"]} | resource
        document["meta"] = meta
        body = _encode(document).encode()
        version = Version(
            type=resource["resourceType"], id=resource["id"], number=number, updated=updated, body=body
        )
        self._add(version)
        return version

    def _add(self, version: Version) -> None:
        self._current.setdefault(version.type, {})[version.id] = version
        self._history.setdefault(version.type, []).append(version)


def _to_the_millisecond(moment: datetime) -> datetime:
    """What is compared later is what was sent, and that has three digits."""
    return moment.replace(microsecond=moment.microsecond // 1000 * 1000)
