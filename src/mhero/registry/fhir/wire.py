"""How the FHIR servers of mHero speak HTTP: formats, addresses, answers and refusals."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from mhero.platform.gateway import LocalRequest, LocalResponse
from mhero.registry.fhir.errors import FHIRError, NotAcceptable, NotUnderstood

CONTENT_TYPE: Final = "application/fhir+json; charset=utf-8"
_JSON: Final = {"json", "application/json", "application/fhir+json", "text/json", "*/*", "application/*"}
_HOST = re.compile(r"[A-Za-z0-9.\-]+(:\d{1,5})?|\[[0-9a-fA-F:]+\](:\d{1,5})?")


def base_of(request: LocalRequest, path: str) -> str:
    """The address under which the caller reached us, such as `https://mhero.example.org/fhir`."""
    headers = request.headers
    host = headers.get("x-forwarded-host") or headers.get("host", "")
    scheme = headers.get("x-forwarded-proto", "http")
    return "{}://{}/{}".format(
        scheme if scheme in {"http", "https"} else "http",
        host if _HOST.fullmatch(host) else "localhost",
        path,
    )


def check_format(request: LocalRequest) -> None:
    """Raises `NotUnderstood` or `NotAcceptable` when something other than JSON is asked for."""
    wanted = dict(request.query).get("_format", "").replace(" ", "+")
    if wanted and wanted.partition(";")[0] not in _JSON:
        raise NotUnderstood("_format can be json.")
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")]
    if not wanted and not _JSON & {*accepted}:
        raise NotAcceptable


def as_search(request: LocalRequest) -> LocalRequest:
    """A search by POST (`…/_search` with a form as its body) as the search by GET that it stands for."""
    if request.method != "POST" or not request.path.endswith("/_search"):
        return request
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.body and kind != "application/x-www-form-urlencoded":
        raise NotUnderstood("A search by POST has a form as its body.")
    form = request.body.decode("ascii", errors="replace")
    query = "&".join(filter(None, (request.query_string, form)))
    return replace(request, method="GET", path=request.path.removesuffix("/_search"), query_string=query)


def outcome(error: FHIRError) -> dict[str, Any]:
    """The error as an OperationOutcome."""
    issue: dict[str, Any] = {"severity": "error", "code": error.issue, "diagnostics": str(error)}
    if error.expression:
        issue["expression"] = [error.expression]
    return {"resourceType": "OperationOutcome", "issue": [issue]}


def respond(
    body: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    head_only: bool = False,
) -> LocalResponse:
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return LocalResponse(
        status=status,
        body=b"" if head_only else text.encode(),
        content_type=CONTENT_TYPE,
        # What a role may read must not stay in a cache that asks for none.
        headers={"Cache-Control": "no-store", **(headers or {})},
    )
