"""Changing a metadata object by JSON Patch (RFC 6902): DHIS2 knows `add`, `remove` and `replace` of it."""

from datetime import datetime
from typing import Any, Final

from aiohttp import web

from mhero.platform.errors import MheroError
from mhero.sandbox.dhis2.messages import message, report_message
from mhero.sandbox.dhis2.metadata import Metadata, Object

CONTENT_TYPE: Final = "application/json-patch+json"
_OPERATIONS: Final = frozenset(("add", "remove", "replace"))
#: Longer texts are refused, as DHIS2's schema says.
LONGEST: Final = {"phoneNumber": 150, "contactPerson": 255, "comment": 2147483647, "name": 230}
#: What must be there.
_NEEDED: Final = frozenset(("name", "shortName", "openingDate"))
_DATES: Final = frozenset(("openingDate", "closedDate"))


class PatchRefused(MheroError):
    """The patch cannot be understood."""

    code = "patch_refused"


def patch_unit(metadata: Metadata, identity: str, operations: Any, stamp: str) -> web.Response:
    """Carries the operations out, all or none; answers as DHIS2 does."""
    unit = metadata.units.get(identity)
    if unit is None:
        return message(404, f"OrganisationUnit with id {identity} could not be found.", error_code="E1005")
    try:
        changed, gone = _applied(unit, operations)
    except PatchRefused as refusal:
        return message(400, str(refusal))
    for name, longest in LONGEST.items():
        if len(str(changed.get(name, ""))) > longest:
            words = (
                f"Maximum length of property `{name}` is {longest}, but given length was "
                f"{len(str(changed[name]))}."
            )
            return report_message(identity, "E4001", name, words)
    if missing := sorted(_NEEDED & gone):
        return report_message(identity, "E4000", missing[0], f"Missing required property `{missing[0]}`.")
    for name in gone:
        unit.pop(name, None)
    metadata.put({"id": identity} | changed, stamp)
    return report_message(identity)


def _applied(unit: Object, operations: Any) -> tuple[Object, set[str]]:
    """The properties with their new values, and those that are removed."""
    if not isinstance(operations, list):
        raise PatchRefused("A JSON patch is a list of operations.")
    changed: Object = {}
    gone: set[str] = set()
    for operation in operations:
        kind, path = (operation.get(key) for key in ("op", "path")) if isinstance(operation, dict) else (0, 0)
        if kind not in _OPERATIONS or not isinstance(path, str) or path.count("/") != 1:
            raise PatchRefused(f"This operation is not supported: {operation}")
        name = path.removeprefix("/")
        if kind == "remove":
            if name not in {**unit, **changed}:
                raise PatchRefused(f"There is nothing to remove at {path}.")
            changed.pop(name, None)
            gone.add(name)
        elif "value" not in operation:
            raise PatchRefused(f"The operation at {path} has no value.")
        else:
            changed[name] = _day(operation["value"]) if name in _DATES else operation["value"]
            gone.discard(name)
    return changed, gone


def _day(value: Any) -> str:
    try:
        day = datetime.fromisoformat(str(value)).date()
    except ValueError as exc:
        raise PatchRefused(f"This is not a date: {value}") from exc
    return f"{day}T00:00:00.000"
