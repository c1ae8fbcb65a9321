"""Families: definitions migrated, refused, inspected, and export files of every age."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from tests.conformance.cases import Case, load, rapidpro, rows, skipped
from tests.conformance.engine_support import counting, difference, normal, read_assets, testdata

from mhero.flows.definition.exports import read_export
from mhero.flows.definition.inspect import inspect, template_references
from mhero.flows.definition.legacy import migrate as migrate_legacy
from mhero.flows.definition.legacy.actions import migrate_action
from mhero.flows.definition.legacy.rulesets import migrate_ruleset
from mhero.flows.definition.legacy.tests import migrate_test
from mhero.flows.definition.legacy.texts import Translations
from mhero.flows.definition.migration import migrate, parse_version
from mhero.flows.definition.read import read_flow
from mhero.flows.errors import FlowError

Json = dict[str, Any]

MEDIA = "https://myfiles.com"
#: The ids that the seeded generator of the cases makes, in order.
IDS = (
    "1b2083ab-a0cb-48da-924e-9de1a11831b3",
    "ad9bdcfa-5604-4542-98c7-1f0d5859f77e",
    "b26fcae1-abb6-49f8-95cf-9fca95f1c30a",
    "5a66dd9c-356e-4287-92ed-42cbd11a03fd",
    "59ad8481-1332-4457-b20c-e3cb6203e029",
)


def families() -> Iterator[Case]:
    base = rapidpro() / "goflow-testdata/flows/definition"
    for path in sorted((base / "migrations/testdata/migrations").glob("*.json")):
        for case in load(path):
            yield "migrations", f"{path.stem}: {case['description']}", partial(migrated, path.stem, case)
    yield from legacy_cases()
    for path in sorted((base / "testdata/broken_flows").glob("*.json")):
        yield "broken flows", path.stem, partial(broken, path)
    for path in sorted((base / "testdata/inspection").glob("*.json")):
        yield "inspection", path.stem, partial(inspected, path)
    for name in ("legacy_vars", "missing_dependency", "invalid_regex"):
        for case in testdata(f"flows/inspect/issues/testdata/{name}.json"):
            yield "issues", f"{name}: {case['description']}", partial(issues, case)
    for row in rows("flows__inspect__templates_test", "TestExtractFromTemplate"):
        yield "inspection", row["template"], partial(extracted, row)
    folder = rapidpro() / "rapidpro-test-flows-v7.5.142"
    for path in sorted(folder.rglob("*.json")):
        attempt: Callable[[], None] = partial(exported, path)
        try:
            load(path)
        except ValueError:
            attempt = skipped("not JSON on purpose")
        yield "export files", str(path.relative_to(folder)), attempt


def expect(actual: Any, expected: Any) -> None:
    found = difference(normal(actual, IDS), normal(expected, IDS))
    assert found is None, found


def seeded() -> Callable[[], str]:
    """The ids of the cases, then others."""
    known, more = iter(IDS), counting()
    return lambda: next(known, None) or more()


def migrated(version: str, case: Json) -> None:
    got = migrate(case["original"], uuid=seeded(), to=parse_version(version))
    assert got == case["migrated"], difference(got, case["migrated"])


# Legacy


def legacy_cases() -> Iterator[Case]:
    base = "flows/definition/legacy/testdata"
    for number, case in enumerate(testdata(f"{base}/actions.json")):
        kind = case["legacy_action"]["type"]
        yield (
            "legacy: actions",
            f"{number} {kind} {case.get('description', '')}".strip(),
            partial(old_action, case),
        )
    for number, case in enumerate(testdata(f"{base}/tests.json")):
        yield "legacy: tests", f"{number} {case['legacy_test']['type']}", partial(old_test, case)
    for number, case in enumerate(testdata(f"{base}/rulesets.json")):
        yield (
            "legacy: rulesets",
            f"{number} {case['legacy_ruleset']['ruleset_type']}",
            partial(old_ruleset, case),
        )
    for number, case in enumerate(testdata(f"{base}/flows.json")):
        yield "legacy: flows", f"{number} {case.get('description', '')}".strip(), partial(old_flow, case)


def old_action(case: Json) -> None:
    translations = Translations(language="eng")
    got = migrate_action(copy.deepcopy(case["legacy_action"]), translations, seeded(), MEDIA)
    expect(got, case["expected_action"])
    expect(translations.items, case.get("expected_localization") or {})


def old_test(case: Json) -> None:
    translations = Translations(language="eng")
    uuid = seeded()
    category = uuid()
    got, look = migrate_test(copy.deepcopy(case["legacy_test"]), uuid(), category, translations)
    expect(got, case["expected_case"])
    expect(translations.items, case.get("expected_localization") or {})
    expect(look, case.get("expected_ui") or {})


def old_ruleset(case: Json) -> None:
    translations = Translations(language="eng")
    item = copy.deepcopy(case["legacy_ruleset"])
    known = {rule.get("destination") for rule in item["rules"]}
    node, look = migrate_ruleset(item, known, translations, seeded())
    expect(_same_spaces(node), _same_spaces(case["expected_node"]))
    expect(translations.items, case["expected_localization"])
    expect(look, {key: value for key, value in case["expected_ui"].items() if key != "position"})


def _same_spaces(value: Any) -> Any:
    """Expressions that are written over several lines mean the same on one."""
    if isinstance(value, dict):
        return {
            key: re.sub(r"\s+|(?<=\() | (?=\))", " ", _tight(item)) if key == "body" else _same_spaces(item)
            for key, item in value.items()
        }
    return [_same_spaces(item) for item in value] if isinstance(value, list) else value


def _tight(text: str) -> str:
    return re.sub(r"\s*([(),])\s*", r"\1", text)


def old_flow(case: Json) -> None:
    got = migrate_legacy(case["legacy"], uuid=seeded(), base_media_url=MEDIA)
    expect(got, case["expected"])


# Reading and inspecting


def broken(path: Path) -> None:
    """Some are broken only in what they refer to: those are read, and their inspection says so."""
    data = load(path)
    assets = read_assets(data)
    flows = data.get("flows", [data])
    try:
        read = [read_flow(flow, uuid=counting()) for flow in flows]
    except FlowError:
        return
    found = [issue for flow in read for issue in inspect(flow, assets)["issues"]]
    assert found, "was read, and nothing is wrong with it"


def inspected(path: Path) -> None:
    raw = load(rapidpro() / f"goflow-testdata/test/testdata/runner/{path.stem}.json")
    assets = read_assets(raw)
    flow = assets.flow(raw["flows"][0]["uuid"])
    got, expected = inspect(flow, assets), load(path)
    assert got == expected, difference(got, expected)


def issues(case: Json) -> None:
    assets = (
        None if case.get("no_assets") else read_assets(testdata("flows/inspect/issues/testdata/_assets.json"))
    )
    got = inspect(read_flow(case["flow"], uuid=counting()), assets)["issues"]
    assert got == case["issues"], difference(got, case["issues"])


def extracted(row: Json) -> None:
    kinds = {"field": "Field", "global": "Global"}
    got = [[kinds[kind], key] for kind, key in template_references(row["template"])]
    expected = [
        [item["$call"].removeprefix("assets.New").removesuffix("Reference"), item["args"][0]]
        for item in row["assetRefs"]
    ]
    assert got == expected, got


def exported(path: Path) -> None:
    """It is read without an exception; each flow can be run, or what is wrong with it is said."""
    original = load(path)
    before = json.dumps(original)
    found = read_export(original, uuid=counting())
    assert json.dumps(original) == before, "the file was changed"
    json.dumps([flow.definition for flow in found.flows])
    read = {flow.name for flow in found.flows}
    refused = [problem for problem in found.problems if problem.where.removeprefix("flow ") not in read]
    refused = [problem for problem in refused if problem.where.startswith("flow")]
    held = len(original["flows"]) if "flows" in original else 1
    assert len(found.flows) + len(refused) == held, "a flow was lost, and nothing said"
    assert found.flows or found.problems or found.campaigns, "nothing was found in it, and nothing said"
    for flow in found.flows:
        again = read_flow(flow.definition, uuid=counting())
        assert again.definition == flow.definition
