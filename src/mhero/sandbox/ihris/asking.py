"""What a request asks of the FHIR server, and the outcome when that cannot be understood."""

from typing import Final

from aiohttp import hdrs, web

from mhero.sandbox.faults import Handler
from mhero.sandbox.ihris.bundles import DEFAULT_PAGE, LARGEST_PAGE, outcome
from mhero.sandbox.ihris.search import SearchRefused

TYPES: Final = ("Practitioner", "PractitionerRole", "Location", "Basic", "CodeSystem")


@web.middleware
async def outcomes(request: web.Request, handler: Handler) -> web.StreamResponse:
    """FHIR's errors are OperationOutcomes."""
    try:
        return await handler(request)
    except SearchRefused as exc:
        return outcome(400, "processing", str(exc))
    except web.HTTPNotFound:
        if request.path.startswith("/control"):
            raise
        return outcome(404, "processing", f"HAPI-0302: Unknown resource or path {request.path}")


def resource_type(request: web.Request) -> str:
    type_ = request.match_info["type"]
    if type_ not in TYPES:
        raise web.HTTPNotFound
    return type_


def whole_number(request: web.Request, name: str, default: int) -> int:
    text = request.query.get(name, "")
    if text and not text.isdecimal():
        raise SearchRefused(f'Invalid value for {name}: "{text}"')
    return int(text) if text else default


def page_size(request: web.Request) -> int:
    return min(max(whole_number(request, "_count", DEFAULT_PAGE), 1), LARGEST_PAGE)


def expected_version(request: web.Request) -> int | None:
    """The version in `If-Match: W/"3"`, or None without one."""
    raw = request.headers.get(hdrs.IF_MATCH)
    if raw is None:
        return None
    number = raw.removeprefix("W/").strip('"')
    if not number.isdecimal():
        raise SearchRefused(f"Invalid If-Match: {raw}")
    return int(number)
