"""The bodies that other systems send, read into JSON of FHIR R4. Pure."""

import json
import re
from typing import Any, Final

from mhero.outreach.fhir.errors import ResourceRefused
from mhero.registry.canonical import tidy_shape
from mhero.registry.fhir.errors import NotUnderstood
from mhero.registry.shapes import Shape

Json = dict[str, Any]

_REFERENCE: Final = re.compile(
    r"(?:^|/)([A-Z][A-Za-z]{2,63})/([A-Za-z0-9.\-]{1,64})(?:/_history/[A-Za-z0-9.\-]+)?$"
)


def read_json(body: bytes) -> Json:
    """The object in a request's body; raises `NotUnderstood`."""
    try:
        found = json.loads(body, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise NotUnderstood("The body is not JSON.") from error
    if not isinstance(found, dict):
        raise NotUnderstood("The body must be one JSON object.")
    return found


def checked_type(raw: Json, type: str) -> Json:
    """The same, if it is a resource of the type; raises `ResourceRefused`."""
    if raw.get("resourceType") != type:
        raise ResourceRefused(f"This takes a {type}.", "Resource.resourceType")
    return raw


def tidied(shape: Shape, raw: Json, decisive: tuple[str, ...]) -> Json:
    """The R4 resource in it, without `id`, `meta` and what R4 does not have.

    Raises `ResourceRefused` when one of the decisive elements was not understood; others are left out.
    """
    made = tidy_shape(shape, raw, lambda reference: reference)
    for warning in made.warnings:
        path, _, why = warning.partition(": ")
        if path.startswith(decisive):
            raise ResourceRefused(f"{path}: {why}.", f"{raw.get('resourceType', 'Resource')}.{path}")
    return made.body


def split_reference(text: str) -> tuple[str, str] | None:
    """(type, id) of `Practitioner/1` or a whole address that ends so."""
    found = _REFERENCE.search(text)
    return (found[1], found[2]) if found else None


def _refuse_constant(name: str) -> None:
    raise ValueError(name)
