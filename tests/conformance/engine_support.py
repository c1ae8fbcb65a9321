"""What the families of the engine share: a ticking clock, ids in a row, mocked webhooks, comparison."""

# ruff: noqa: ARG002 - The mocked services answer without looking.

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conformance.cases import load, rapidpro

from mhero.flows.assets import Assets, assets_from_json
from mhero.flows.contact import Contact
from mhero.flows.environment import Environment, environment_from_json
from mhero.flows.errors import ServiceFailed
from mhero.flows.locations import hierarchy
from mhero.flows.queries import groups
from mhero.flows.services import WebhookRequest, WebhookResponse

Json = dict[str, Any]

#: The first number that the seeded generator of the cases draws.
FIRST_RANDOM = 0.774856886849196
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
#: Moments are the other clock's; that there is one is compared, not which.
_TIMES = {"created_on", "modified_on", "arrived_on", "exited_on", "time", "last_seen_on", "triggered_on"}
#: How an exchange looked on the wire is up to who made it.
_WIRE = {"request", "response", "elapsed_ms", "sizes", "retries"}


def testdata(path: str) -> Any:
    found = rapidpro() / "goflow-testdata" / path
    return load(found) if found.exists() else []


def ticking() -> Callable[[], datetime]:
    moment = datetime(2025, 5, 4, 12, 30, 45, 123456, tzinfo=UTC)

    def now() -> datetime:
        nonlocal moment
        moment += timedelta(seconds=1)
        return moment

    return now


def counting() -> Callable[[], str]:
    count = 0

    def uuid() -> str:
        nonlocal count
        count += 1
        return f"00000000-0000-7000-8000-{count:012x}"

    return uuid


def read_assets(data: Json) -> Assets:
    return assets_from_json(data, uuid=counting())


def read_environment(data: Json | None, assets: Assets) -> Environment:
    return environment_from_json(
        data, locations=hierarchy(assets.locations), now=ticking(), random=lambda: FIRST_RANDOM
    )


class MockedServices:
    """Answers webhooks from a case's own list, one after the other."""

    def __init__(self, mocks: Json | None, email_error: str = "") -> None:
        self.mocks = {url: list(answers) for url, answers in (mocks or {}).items()}
        self.email_error = email_error

    def call_webhook(self, request: WebhookRequest) -> WebhookResponse:
        answers = self.mocks.get(request.url)
        if not answers:
            raise AssertionError(f"no answer is mocked for {request.url}")
        answer = answers.pop(0)
        body = (answer.get("body") or "") * (answer.get("body_repeat") or 1)
        return WebhookResponse(
            status=answer["status"],
            headers=answer.get("headers") or {},
            body=body.encode("utf-8", "surrogateescape"),
        )

    def send_email(self, to: list[str], subject: str, body: str) -> None:
        if self.email_error:
            raise ServiceFailed(self.email_error)

    def matches(self, query: str, contact: Contact, env: Environment) -> bool:
        return groups.matches(query, contact, env)

    def owns_other(self, urn: str, contact: Contact) -> bool:
        return "taken" in urn

    def is_forbidden(self, text: str) -> bool:
        return "FORBIDDEN" in text

    def is_blocked_host(self, host: str) -> bool:
        return host == "graph.facebook.com"


def fixed_uuids(*inputs: object) -> set[str]:
    """The ids that a case comes with: they must be the same in what comes out."""
    return {uuid for item in inputs for uuid in _UUID.findall(json.dumps(item))}


def normal(value: Any, fixed: Iterable[str]) -> Any:
    """The same value with new ids numbered as they appear, and without what may well differ."""
    kept, numbers = set(fixed), dict[str, str]()

    def uuid(found: re.Match[str]) -> str:
        text = found[0]
        return text if text in kept else numbers.setdefault(text, f"uuid-{len(numbers) + 1}")

    def walk(item: Any) -> Any:
        if isinstance(item, dict):
            walked: Json = {}
            # The lists are in the order of time, so what is new gets its number there first.
            for key in sorted(item, key=lambda name: (not isinstance(item[name], list), name)):
                if (key in _WIRE and "url" in item) or key == "format":
                    continue
                if key in _TIMES and isinstance(item[key], str):
                    walked[key] = "a moment"
                elif key == "expires_on":
                    walked[key] = _duration(item)
                else:
                    walked[key] = walk(item[key])
            return walked
        if isinstance(item, list):
            return [walk(entry) for entry in item]
        if isinstance(item, str):
            return _UUID.sub(uuid, item)
        return float(item) if isinstance(item, int) and not isinstance(item, bool) else item

    return walk(value)


def _duration(event: Json) -> int:
    """The minutes from an event to its expiry; its clock may have ticked a little between."""
    ends, begins = (
        datetime.fromisoformat(event[key][:26].rstrip("Z")) for key in ("expires_on", "created_on")
    )
    return round((ends - begins).total_seconds() / 60)


def same(actual: Any, expected: Any, fixed: Iterable[str], what: str) -> None:
    """Compares, and says where the first difference is."""
    found = difference(normal(actual, fixed), normal(expected, fixed))
    assert found is None, f"{what}{found}"


def difference(actual: Any, expected: Any, path: str = "") -> str | None:
    if isinstance(actual, dict) and isinstance(expected, dict):
        for key in sorted(actual.keys() | expected.keys()):
            if key not in actual or key not in expected:
                where = "missing" if key not in actual else "not expected"
                return f"{path}.{key} is {where}: {json.dumps(actual.get(key, expected.get(key)))[:400]}"
            found = difference(actual[key], expected[key], f"{path}.{key}")
            if found:
                return found
        return None
    if isinstance(actual, list) and isinstance(expected, list):
        for index, (one, other) in enumerate(zip(actual, expected, strict=False)):
            found = difference(one, other, f"{path}[{index}]")
            if found:
                return found
        if len(actual) != len(expected):
            extra = (actual + expected[len(actual) :])[min(len(actual), len(expected)) :]
            return f"{path} has {len(actual)} items, expected {len(expected)}: {json.dumps(extra)[:400]}"
        return None
    if actual != expected or type(actual) is not type(expected):
        return f"{path}: got {json.dumps(actual)[:400]}, expected {json.dumps(expected)[:400]}"
    return None
