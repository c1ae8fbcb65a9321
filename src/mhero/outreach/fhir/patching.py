"""JSON Patch (RFC 6902), as far as a change of a resource's own elements needs it. Pure."""

import copy
import json
from typing import Any, Final

from mhero.outreach.fhir.errors import ResourceRefused, VersionConflict
from mhero.outreach.fhir.reading import Json
from mhero.registry.fhir.errors import NotUnderstood

CONTENT_TYPE: Final = "application/json-patch+json"
#: Under this name the operations stand in the body that is handed on.
OPERATIONS: Final = "operations"
MOST_OPERATIONS: Final = 50


def read_patch(body: bytes) -> Json:
    """The operations in a request's body; raises `NotUnderstood`."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood("The body is not JSON.") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NotUnderstood("A patch is a list of operations.")
    return {OPERATIONS: found[:MOST_OPERATIONS]}


def patched(document: Json, operations: Any) -> Json:
    """The document after the operations on its own elements, such as `/status`.

    Raises `VersionConflict` when a test of theirs fails, and `ResourceRefused` for what goes deeper.
    """
    if not isinstance(operations, list):
        raise ResourceRefused("A change is a JSON Patch, of the type application/json-patch+json.")
    made = copy.deepcopy(document)
    for one in operations:
        _apply(made, one)
    return made


def _apply(made: Json, operation: Json) -> None:
    path, kind = operation.get("path"), operation.get("op")
    name = path.removeprefix("/") if isinstance(path, str) and path.startswith("/") else ""
    if not name or "/" in name or "~" in name:
        raise ResourceRefused("A path names one element of the resource, such as /status.", "path")
    if kind == "test":
        if made.get(name) != operation.get("value"):
            raise VersionConflict
    elif kind == "remove":
        made.pop(name, None)
    elif kind in ("add", "replace") and "value" in operation:
        made[name] = operation["value"]
    else:
        raise ResourceRefused("An operation is test, add, replace or remove.", "op")
