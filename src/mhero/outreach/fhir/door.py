"""From a request that the gateway let through to its answer, for every door that speaks FHIR."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import parse_qsl

from asgiref.sync import sync_to_async
from django.db import close_old_connections

from mhero.outreach.fhir.answers import Answer, Caller
from mhero.outreach.fhir.errors import FormatNotTaken
from mhero.outreach.fhir.patching import CONTENT_TYPE as PATCH_TYPE
from mhero.outreach.fhir.patching import read_patch
from mhero.outreach.fhir.reading import Json, read_json
from mhero.outreach.fhir.searching import Query
from mhero.platform.gateway import LocalRequest, LocalResponse, LocalService
from mhero.registry.fhir.errors import FHIRError
from mhero.registry.fhir.wire import base_of, check_format, outcome, respond

_FORM: Final = "application/x-www-form-urlencoded"
#: No content type at all is taken for JSON, as iHRIS sends some of its bodies.
_JSON: Final = {"", "application/json", "application/fhir+json", "application/json+fhir", "text/json"}
#: Few threads, since each keeps a database connection.
_threads = ThreadPoolExecutor(max_workers=4, thread_name_prefix="outreach")

#: Answers method, path, query and body for a caller; raises `FHIRError` for what is refused.
Answering = Callable[[str, list[str], Query, Json, Caller], Answer]


def in_threads(answer: Callable[[LocalRequest], LocalResponse]) -> LocalService:
    """A service of the gateway; see `mhero.platform.gateway`."""

    def alone(request: LocalRequest) -> LocalResponse:
        close_old_connections()
        try:
            return answer(request)
        finally:
            close_old_connections()

    async def serve(request: LocalRequest) -> LocalResponse:
        return await sync_to_async(alone, thread_sensitive=False, executor=_threads)(request)

    return serve


def answered(request: LocalRequest, base: str, answering: Answering) -> LocalResponse:
    """The answer in the caller's own thread and transaction; `base` is a path such as `fhir`."""
    try:
        check_format(request)
        query, body = _given(request)
        caller = Caller(
            client_id=request.client_id,
            roles=request.client_roles,
            ip=request.ip,
            base=base_of(request, base),
            if_none_exist=request.headers.get("if-none-exist", ""),
            if_match=request.headers.get("if-match", ""),
        )
        steps = [step for step in request.path.split("/") if step]
        answer = answering(request.method, steps, query, body, caller)
    except FHIRError as error:
        headers = {"Retry-After": "60"} if error.retryable else {}
        return respond(outcome(error), status=error.status, headers=headers)
    return respond(
        answer.body, status=answer.status, headers=answer.headers, head_only=request.method == "HEAD"
    )


def _given(request: LocalRequest) -> tuple[Query, Json]:
    """The query and the body, wherever they stood."""
    if request.method in ("GET", "HEAD") or not request.body.strip():
        return request.query, {}
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "PATCH" and kind == PATCH_TYPE:
        return request.query, read_patch(request.body)
    if kind == _FORM:
        form = parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True)
        return [*request.query, *form], {}
    if kind not in _JSON:
        raise FormatNotTaken
    return request.query, read_json(request.body)
