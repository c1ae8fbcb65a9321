"""Families: templates evaluated in the standard session, once the engine itself has run it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache, partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.conformance.cases import Case, equal, load, rapidpro, rows
from tests.conformance.engine_support import (
    MockedServices,
    counting,
    difference,
    read_assets,
    read_environment,
)

from mhero.flows.run import Run
from mhero.flows.services import WebhookRequest, WebhookResponse
from mhero.flows.session import resume, start

Json = dict[str, Any]

#: Ids of the other program's own generator, and moments of its clock.
_NOT_COMPARED = {"@child.uuid", "@(json(results.favorite_color))"}
_MADE = {"created_on", "uuid", "arrived_on", "modified_on", "exited_on", "ref"}
_ELSEWHERE = re.compile(r"http://127\.0\.0\.1:\d+/")
#: What is compared of an event.
_SAID = ("type", "text", "code", "extra")
_ANSWERS = {"success": (200, '{ "ok": "true" }'), "unavailable": (503, "{}"), "badrequest": (400, "{}")}


def families() -> Iterator[Case]:
    path = rapidpro() / "goflow-testdata/flows/engine/testdata/templates.json"
    for row in load(path) if path.exists() else []:
        redacted = bool(row.get("redact_urns"))
        yield "session templates", row["template"] + " (redacted)" * redacted, partial(evaluated, row)
    for row in rows("flows__engine__run_test", "TestRunContext"):
        yield "go-tables run context", row["template"], partial(expected, row)


class Localhost(MockedServices):
    """The web server of the standard session: it answers with the `content`, or as the `cmd` says."""

    def __init__(self) -> None:
        super().__init__(None)

    def call_webhook(self, request: WebhookRequest) -> WebhookResponse:
        asked = parse_qs(urlsplit(request.url).query)
        if "content" in asked:
            status, body = 200, asked["content"][0]
        else:
            status, body = _ANSWERS[asked["cmd"][0]]
        headers = {
            "Content-Length": str(len(body)),
            "Content-Type": "text/plain; charset=utf-8",
            "Date": "Wed, 11 Apr 2018 18:24:30 GMT",
        }
        return WebhookResponse(status=status, headers=headers, body=body.encode())


def _part(name: str) -> Json:
    found: Json = load(rapidpro() / "standard_session" / f"{name}.json")
    return found


@cache
def standard_run(redacted: bool) -> Run:
    """The first run of the standard session, for evaluations that change nothing."""
    return new_standard_run(redacted)


def new_standard_run(redacted: bool = False) -> Run:
    """The first run of the session, whose child has ended and which has had its answer."""
    assets = read_assets(_part("sessionAssets"))
    policy = "urns" if redacted else "none"
    environment = read_environment({**_part("environment"), "redaction_policy": policy}, assets)
    services, uuid = Localhost(), counting()
    sprint = start(
        assets=assets,
        environment=environment,
        contact=_part("sessionContact"),
        trigger=_part("sessionTrigger"),
        services=services,
        uuid=uuid,
    )
    sprint = resume(
        assets=assets,
        environment=environment,
        session=json.loads(json.dumps(sprint.session)),
        contact=sprint.contact,
        resume=_part("sessionResume"),
        services=services,
        uuid=uuid,
    )
    return sprint.runs[0]


def evaluated(row: Json) -> None:
    run = standard_run(bool(row.get("redact_urns")))
    del run.session.events[:]
    text, _ = run.text(row["template"])
    problems = [{key: event.get(key) for key in _SAID} for event in run.session.events]
    equal(problems, [{key: event.get(key) for key in _SAID} for event in row["events"]])
    if "output_json" in row:
        found = difference(_settled(json.loads(text)), _settled(row["output_json"]))
        assert found is None, found
    elif "created_on" not in row["template"]:
        equal(text, row.get("output", ""))


def _settled(value: Any) -> Any:
    """The same without what clocks and generators made, and with the web server where it is for us."""
    if isinstance(value, dict):
        return {key: _settled(item) for key, item in value.items() if key not in _MADE}
    if isinstance(value, str):
        return _ELSEWHERE.sub("http://localhost/", value)
    return [_settled(item) for item in value] if isinstance(value, list) else value


def expected(row: Json) -> None:
    text, _ = standard_run(False).text(row["template"])
    if row["template"] in _NOT_COMPARED:
        assert text
    else:
        equal(text, row["expected"])
