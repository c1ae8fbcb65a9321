"""Several requests in one: a batch, whose entries stand alone, or a transaction, of all or nothing."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from django.db import transaction

from mhero.outreach.fhir.answers import Answer, Caller
from mhero.outreach.fhir.errors import ResourceRefused
from mhero.outreach.fhir.reading import Json
from mhero.outreach.fhir.searching import Query
from mhero.registry.fhir.errors import FHIRError
from mhero.registry.fhir.wire import outcome

#: As `Resources.answer`: method, path below the base, query, resource, caller.
Answering = Callable[[str, list[str], Query, Json, Caller], Answer]

MOST_ENTRIES: Final = 500
_WORDS: Final = {200: "200 OK", 201: "201 Created"}


def answer_bundle(raw: Json, answering: Answering, caller: Caller) -> Answer:
    """Raises `ResourceRefused`, and for a transaction whatever its first wrong entry raises."""
    kind, entries = raw.get("type"), raw.get("entry", [])
    if kind not in ("batch", "transaction"):
        raise ResourceRefused("The bundle must be a batch or a transaction.", "Bundle.type")
    if not isinstance(entries, list) or len(entries) > MOST_ENTRIES:
        raise ResourceRefused(f"A bundle has at most {MOST_ENTRIES} entries.", "Bundle.entry")
    if kind == "transaction":
        with transaction.atomic():
            answers = [_answered(entry, answering, caller) for entry in entries]
    else:
        answers = [_answered_alone(entry, answering, caller) for entry in entries]
    return Answer(body={"resourceType": "Bundle", "type": f"{kind}-response", "entry": answers})


def _answered_alone(entry: Any, answering: Answering, caller: Caller) -> Json:
    try:
        with transaction.atomic():
            return _answered(entry, answering, caller)
    except FHIRError as error:
        return {"response": {"status": str(error.status), "outcome": outcome(error)}}


def _answered(entry: Any, answering: Answering, caller: Caller) -> Json:
    entry = _object(entry, "Bundle.entry")
    asked = _object(entry.get("request", {"method": "POST"}), "Bundle.entry.request")
    method, url = asked.get("method"), asked.get("url", "")
    if method not in ("GET", "POST", "PUT") or not isinstance(url, str):
        raise ResourceRefused("An entry asks by GET, POST or PUT.", "Bundle.entry.request")
    resource = {} if method == "GET" else _object(entry.get("resource"), "Bundle.entry.resource")
    if method == "POST":
        # emNutt's callers leave the address out.
        url = url or str(resource.get("resourceType", ""))
    path, _, query = url.partition("?")
    steps = [step for step in path.split("/") if step]
    if not steps or (method == "POST" and len(steps) > 1):
        raise ResourceRefused("An entry names what it asks for.", "Bundle.entry.request.url")
    caller = replace(
        caller, if_none_exist=str(asked.get("ifNoneExist", "")), if_match=str(asked.get("ifMatch", ""))
    )
    answer = answering(method, steps, parse_qsl(query, keep_blank_values=True), resource, caller)
    response: Json = {"status": _WORDS.get(answer.status, str(answer.status))}
    for header, element in (("Location", "location"), ("ETag", "etag")):
        if header in answer.headers:
            response[element] = answer.headers[header]
    return {"resource": answer.body, "response": response}


def _object(raw: Any, where: str) -> Json:
    if not isinstance(raw, dict):
        raise ResourceRefused("This must be an object of JSON.", where)
    return raw
