"""WebMessages, in which DHIS2 says what it refuses, and the door that says whom."""

from typing import Final

from aiohttp import encode_basic_auth, hdrs, web

from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_TOKEN, DHIS2_USER, access_token
from mhero.sandbox.dhis2.metadata import Object
from mhero.sandbox.dhis2.query import QueryRefused
from mhero.sandbox.faults import Handler

_HTTP_STATUS: Final = {
    200: "OK",
    400: "Bad Request",
    401: "Unauthorized",
    404: "Not Found",
    409: "Conflict",
    415: "Unsupported Media Type",
}
_BASIC: Final = encode_basic_auth(DHIS2_USER, DHIS2_PASSWORD)


def message(status: int, text: str, *, error_code: str | None = None) -> web.Response:
    """A WebMessage that refuses."""
    document = {
        "httpStatus": _HTTP_STATUS[status],
        "httpStatusCode": status,
        "status": "ERROR",
        "message": text,
    }
    return web.json_response(document | ({"errorCode": error_code} if error_code else {}), status=status)


def import_message(status: int, summary: Object) -> web.Response:
    """The WebMessage around an import summary.

    Its status is told by the summary, and not by the HTTP status.
    """
    overall, text = {
        "SUCCESS": ("OK", "Import was successful."),
        "WARNING": ("WARNING", "One or more conflicts encountered, please check import summary."),
        "ERROR": ("ERROR", "An error occurred, please check import summary."),
    }[summary["status"]]
    document = {
        "httpStatus": _HTTP_STATUS[status],
        "httpStatusCode": status,
        "status": overall,
        "message": text,
        "response": summary,
    }
    return web.json_response(document, status=status)


def report_message(uid: str, code: str = "", property_: str = "", words: str = "") -> web.Response:
    """The WebMessage around the report about one object: refused with a code, or fine without one."""
    klass = "org.hisp.dhis.organisationunit.OrganisationUnit"
    errors = [{"message": words, "mainKlass": klass, "errorCode": code, "errorProperty": property_}]
    status = 409 if code else 200
    document = {
        "httpStatus": _HTTP_STATUS[status],
        "httpStatusCode": status,
        "status": "ERROR" if code else "OK",
        "response": {
            "klass": klass,
            "uid": uid,
            "errorReports": errors if code else [],
            "responseType": "ObjectReport",
        },
    }
    if code:
        document["message"] = "One or more errors occurred, please see full details in import report."
    return web.json_response(document, status=status)


@web.middleware
async def authorise(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.path.startswith("/control"):
        return await handler(request)
    given = request.headers.get(hdrs.AUTHORIZATION, "")
    scheme, _, token = given.partition(" ")
    if given == _BASIC or (scheme == "ApiToken" and token == DHIS2_TOKEN):
        return await handler(request)
    if scheme == "ApiToken" and token != access_token(token[6:-10]):
        # DHIS2 sees by the token's checksum that it was mistyped, before it looks for it.
        return message(401, "The API token's checksum is wrong", error_code="E1006")
    answer = message(401, "Unauthorized")
    answer.headers[hdrs.WWW_AUTHENTICATE] = 'Basic realm="DHIS2"'
    return answer


@web.middleware
async def messages(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except QueryRefused as exc:
        return message(400, str(exc))
    except web.HTTPNotFound as exc:
        if request.path.startswith("/control"):
            raise
        return message(404, exc.text or "Not Found")
