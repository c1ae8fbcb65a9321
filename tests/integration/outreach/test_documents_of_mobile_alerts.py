"""The examples of docs/mobile-alerts.md are run, one after the other."""

import json
import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.integration.outreach.asking_machines import PAGES, STANDARD, Machine, known_to_ihris, machine

PAGE = Path(__file__).resolve().parents[3] / "docs" / "mobile-alerts.md"
EXAMPLE = re.compile(r"```http\n(\w+) (\S+)\n(.*?)```\n```json\n(.*?)```", re.DOTALL)


def test_the_examples_are_answered_as_the_page_says(country: SimpleNamespace) -> None:
    known_to_ihris()
    clients = {"fhir": machine("ministry", *STANDARD), "emNutt": machine("ihris", *PAGES)}
    seen: dict[str, Any] = {}
    examples = EXAMPLE.findall(PAGE.read_text())
    assert len(examples) == 6
    for method, path, body, expected in examples:
        asking: Machine = clients[path.split("/")[1]]
        said = json.loads(filled(body, seen)) if body else None
        _, answer = asking.ask(method, filled(path, seen), said)
        assert_holds(answer, json.loads(expected))
        seen |= {name: answer[name] for name in ("id", "reqID") if name in answer}


def filled(text: str, seen: dict[str, Any]) -> str:
    for name, value in seen.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def assert_holds(answer: Any, expected: Any) -> None:
    """The answer has what the page shows of it; `…` stands for anything."""
    if isinstance(expected, dict):
        for name, value in expected.items():
            assert_holds(answer[name], value)
    elif isinstance(expected, list):
        assert len(answer) == len(expected), answer
        for one, value in zip(answer, expected, strict=True):
            assert_holds(one, value)
    else:
        assert expected in ("…", answer)
