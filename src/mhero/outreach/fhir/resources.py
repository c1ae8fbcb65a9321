"""The types of resources that a door serves, and the verbs of FHIR's HTTP on them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qsl

from django.db import connection, transaction

from mhero.outreach.fhir.answers import Answer, Caller
from mhero.outreach.fhir.errors import SeveralMatch
from mhero.outreach.fhir.patching import OPERATIONS, patched
from mhero.outreach.fhir.reading import Json, checked_type
from mhero.outreach.fhir.searching import Query
from mhero.registry.fhir.errors import Forbidden, NotHere, NotSupported

# One conditional create at a time, so that two that come at once make one resource.
ONE_AT_A_TIME: Final = "SELECT pg_advisory_xact_lock(hashtextextended('mhero.fhir.' || %(what)s, 0))"


@dataclass(frozen=True, kw_only=True, slots=True)
class Served:
    """A type of resource with what can be done to it. Each verb raises `FHIRError` for what is refused."""

    type: str
    #: The role of clients that may use it, whatever the channel that they came through.
    role: str
    #: FHIR's types of its search parameters.
    parameters: Mapping[str, str]
    search: Callable[[Query, Caller], Answer]
    read: Callable[[str, Caller], Answer]
    create: Callable[[Json, Caller], Answer] | None = None
    update: Callable[[str, Json, Caller], Answer] | None = None
    #: Whether it can also be updated by a JSON Patch.
    is_patched: bool = False


class Resources:
    """What is served at one base."""

    def __init__(self, served: Iterable[Served]) -> None:
        self._served = {one.type: one for one in served}

    def answer(self, method: str, path: list[str], query: Query, body: Json, caller: Caller) -> Answer:
        """`path` is below the base, such as `["Communication", "1"]`."""
        served = self._served.get(path[0]) if path else None
        if served is None:
            raise NotHere(f"Here are {', '.join(self._served)}.")
        if served.role not in caller.roles:
            raise Forbidden(f"{served.type} needs the role {served.role}.")
        match method, path[1:]:
            case "GET" | "HEAD", []:
                return served.search(query, caller)
            case "POST", ["_search"]:
                return served.search(query, caller)
            case "GET" | "HEAD", [id]:
                return served.read(id, caller)
            case "POST", [] if served.create:
                checked_type(body, served.type)
                return _created(served, served.create, body, caller)
            case "PUT", [id] if served.update:
                return served.update(id, checked_type(body, served.type), caller)
            case "PATCH", [id] if served.update and served.is_patched:
                return _patched(served, served.update, id, body, caller)
        raise NotSupported(f"This cannot be done to {served.type} here.")

    def capabilities(self) -> list[dict[str, Any]]:
        """For the CapabilityStatement of the base."""
        return [_capability(one) for one in self._served.values()]


def _created(served: Served, create: Callable[[Json, Caller], Answer], body: Json, caller: Caller) -> Answer:
    if not caller.if_none_exist:
        return create(body, caller)
    query = parse_qsl(caller.if_none_exist.rpartition("?")[2], keep_blank_values=True)
    with transaction.atomic():
        with connection.cursor() as cursor:
            what = f"{caller.client_id} {served.type} {caller.if_none_exist}"
            cursor.execute(ONE_AT_A_TIME, {"what": what})
        found = served.search(query, caller).body
        matches = [one["resource"] for one in found.get("entry", []) if one["search"]["mode"] == "match"]
        if len(matches) > 1:
            raise SeveralMatch
        if matches:
            return served.read(matches[0]["id"], caller)
        return create(body, caller)


def _patched(
    served: Served, update: Callable[[str, Json, Caller], Answer], id: str, body: Json, caller: Caller
) -> Answer:
    """A change of what is there now: in between nobody else may change it."""
    found = served.read(id, caller)
    changed = patched(found.body, body.get(OPERATIONS))
    return update(id, changed, replace(caller, if_match=caller.if_match or found.headers.get("ETag", "")))


def _capability(served: Served) -> dict[str, Any]:
    verbs = {
        "create": served.create,
        "update": served.update,
        "patch": served.is_patched,
        "read": True,
        "search-type": True,
    }
    return {
        "type": served.type,
        "interaction": [{"code": code} for code, verb in verbs.items() if verb],
        **({"conditionalCreate": True} if served.create else {}),
        "searchParam": [{"name": name, "type": kind} for name, kind in served.parameters.items()],
    }
