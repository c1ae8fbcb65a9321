"""Families: whole conversations, from a trigger through its resumes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.conformance.cases import Case, load, rapidpro, skipped
from tests.conformance.engine_support import (
    MockedServices,
    counting,
    fixed_uuids,
    read_assets,
    read_environment,
    same,
)

from mhero.flows.session import resume, start

Json = dict[str, Any]

_NOT_OURS = {
    "airtime": "airtime",
    "ivr": "voice",
    "llm": "language models",
    "ticketing": "ticketing",
    "two_questions_offline": "offline surveys",
}


def families() -> Iterator[Case]:
    folder = rapidpro() / "goflow-testdata/test/testdata/runner"
    for path in sorted(folder.glob("*.*.json")):
        name = path.name.partition(".")[0]
        reason = next((why for start, why in _NOT_OURS.items() if name.startswith(start)), "")
        yield (
            "runner scenarios",
            path.stem,
            skipped(reason) if reason else partial(play, folder / f"{name}.json", path),
        )


def play(assets_path: Path, path: Path) -> None:
    raw, case = load(assets_path), load(path)
    assets = read_assets(raw)
    environment = read_environment(case.get("environment") or {"default_country": "US"}, assets)
    services, uuid = MockedServices(case.get("http_mocks")), counting()
    fixed = fixed_uuids(raw, case["trigger"], case.get("contact"), case.get("resumes"))
    sprint = start(
        assets=assets,
        environment=environment,
        contact=case["contact"],
        trigger=case["trigger"],
        services=services,
        uuid=uuid,
        call=case.get("call"),
    )
    for index, expected in enumerate(case["outputs"]):
        if index:
            sprint = resume(
                assets=assets,
                environment=environment,
                session=json.loads(json.dumps(sprint.session)),
                contact=json.loads(json.dumps(sprint.contact)),
                resume=case["resumes"][index - 1],
                services=services,
                uuid=uuid,
            )
        got = {"events": sprint.events, "segments": sprint.segments, "session": sprint.session}
        if path.stem == "extra.test":
            # It shows the JSON of results as text, with the spaces that a test's own files have in it.
            got, expected = (_without_spaces(item) for item in (got, expected))
        same(got, expected, fixed, f"output {index}")


def _without_spaces(output: Json) -> Json:
    events = [
        {**event, "msg": {**event["msg"], "text": "".join(event["msg"]["text"].split())}}
        if "msg" in event
        else event
        for event in output["events"]
    ]
    return {**output, "events": events}
