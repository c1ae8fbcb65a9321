"""Families: templates evaluated in the standard session, run by the engine itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache, partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.conformance.cases import Case, load, rapidpro, rows
from tests.conformance.engine_support import (
    MockedServices,
    counting,
    difference,
    fixed_uuids,
    normal,
    read_assets,
    read_environment,
    testdata,
)

from mhero.flows.run import Run
from mhero.flows.services import WebhookRequest, WebhookResponse
from mhero.flows.session import resume, start

Json = dict[str, Any]
_MOMENT = re.compile(r"2025-05-04T[\d:.]+Z")


class EchoServices(MockedServices):
    """Answers a webhook with the content that its own address asks for."""

    def call_webhook(self, request: WebhookRequest) -> WebhookResponse:
        query = parse_qs(urlsplit(request.url).query)
        body = (query.get("content") or ['{ "ok": "true" }'])[0].encode()
        headers = {
            "Content-Length": str(len(body)),
            "Content-Type": "text/plain; charset=utf-8",
            "Date": "Wed, 11 Apr 2018 18:24:30 GMT",
        }
        return WebhookResponse(status=200, headers=headers, body=body)


def _file(name: str) -> Any:
    return load(rapidpro() / "standard_session" / f"{name}.json")


@cache
def standard_run(redacted: bool) -> Run:
    """The run of the standard session after its message."""
    assets = read_assets(_file("sessionAssets"))
    data = {**_file("environment"), "redaction_policy": "urns" if redacted else "none"}
    environment = read_environment(data, assets)
    services = EchoServices({})
    first = start(
        assets=assets,
        environment=environment,
        contact=_file("sessionContact"),
        trigger=_file("sessionTrigger"),
        services=services,
        uuid=counting(),
    )
    second = resume(
        assets=assets,
        environment=environment,
        session=json.loads(json.dumps(first.session)),
        contact=first.contact,
        resume=_file("sessionResume"),
        services=services,
        uuid=counting(),
    )
    return second.runs[0]


def families() -> Iterator[Case]:
    for row in testdata("flows/engine/testdata/templates.json"):
        redacted = " (redacted)" if row.get("redact_urns") else ""
        yield "engine: templates", row["template"] + redacted, partial(evaluated, row)
    for row in rows("flows__engine__run_test", "TestRunContext"):
        yield "engine: run context", row["template"], partial(shown, row)


def evaluated(row: Json) -> None:
    run = standard_run(bool(row.get("redact_urns")))
    run.session.events.clear()
    text, _ = run.text(row["template"], bounded=False)
    expected = row.get("output_json")
    fixed = fixed_uuids(*map(_file, ("sessionAssets", "sessionContact", "sessionTrigger", "sessionResume")))
    if expected is not None:
        found = difference(_fair(normal(json.loads(text), fixed)), _fair(normal(expected, fixed)))
        assert found is None, found
    else:
        assert text == (row.get("output") or ""), f"got {text!r}, expected {row.get('output')!r}"
    events = [{key: event.get(key) for key in ("type", "text", "code")} for event in run.session.events]
    wanted = [{key: event.get(key) for key in ("type", "text", "code")} for event in row.get("events") or []]
    assert events == wanted, f"events: {events}"


def _fair(value: Any) -> Any:
    """Without what is our own: the code of a contact, and the port of the other's test server."""
    if isinstance(value, dict):
        return {
            key: "ref" if key == "ref" and item else _fair(item)
            for key, item in value.items()
            if not (key == "input" and isinstance(item, str) and item.startswith("GET http"))
        }
    return [_fair(item) for item in value] if isinstance(value, list) else value


def shown(row: Json) -> None:
    run = standard_run(False)
    text, _ = run.text(row["template"])
    fixed = fixed_uuids(*map(_file, ("sessionAssets", "sessionContact", "sessionTrigger", "sessionResume")))
    got, expected = (_MOMENT.sub("a moment", normal(item, fixed)) for item in (text, row["expected"]))
    assert got == expected, f"got {got!r}, expected {expected!r}"
