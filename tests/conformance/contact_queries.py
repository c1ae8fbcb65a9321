"""The families of contact queries: parsing, checks, evaluation, inspection, groups with queries."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from typing import Any

from tests.conformance.cases import Case, equal, load, rapidpro, rows

from mhero.flows.assets import Assets, assets_from_json
from mhero.flows.contact import Contact
from mhero.flows.environment import Environment, environment_from_json
from mhero.flows.queries import AssetsResolver, Combination, Condition, Node, QueryError, parse
from mhero.flows.queries.groups import matches
from mhero.flows.queries.tree import simplified

#: What the tests of parsing, inspecting and evaluating know of; the cases name these, but do not carry them.
FIELDS = {
    "age": "number",
    "gender": "text",
    "color": "text",
    "dob": "datetime",
    "state": "state",
    "district": "district",
    "ward": "ward",
    "xyz": "text",
    "activation_token": "text",
}
ASSETS = assets_from_json(
    {
        "fields": [{"key": key, "name": key.title(), "type": kind} for key, kind in FIELDS.items()],
        "groups": [{"uuid": "8de30b78-d9ef-4db2-b2e8-4f7b6aef64cf", "name": "U-Reporters"}],
        "flows": [{"uuid": "ea351bb4-8e19-4aa0-ba7b-4d4c6e8a7e5e", "name": "Registration"}],
    }
)
BOB = {
    "uuid": "c7d9bece-6bbd-4b3b-8a86-eb0cf1ac9d05",
    "id": 12345,
    "ref": "A6YWQL",
    "name": "Bob Smithwick",
    "flow": {"uuid": "ea351bb4-8e19-4aa0-ba7b-4d4c6e8a7e5e", "name": "Registration"},
    "urns": ["tel:+59313145145", "twitter:bob_smith"],
    "created_on": "2018-06-20T11:40:30Z",
    "fields": {
        "gender": {"text": "Male"},
        "age": {"text": "36", "number": 36},
        "dob": {"text": "1981/05/28", "datetime": "1981-05-28T13:30:23Z"},
        "state": {"text": "Kigali", "state": "Rwanda > Kigali"},
        "district": {"text": "Gasabo", "district": "Rwanda > Kigali > Gasabo"},
        "ward": {"text": "Ndera", "ward": "Rwanda > Kigali > Gasabo > Ndera"},
    },
}
BEN = {
    "uuid": "ba96bf7f-bc2a-4873-a7c7-254d1927c4e3",
    "id": 1234567,
    "name": "Ben Haggerty",
    "language": "eng",
    "status": "active",
    "urns": ["tel:+12065551212", "tel:+12065551313", "twitter:ewok"],
    "created_on": "2020-01-24T13:24:30Z",
    "last_seen_on": "2020-08-06T15:41:30Z",
    "tickets": [{"uuid": "78d1fe0d-7e39-461e-81c3-a6a25f15ed69", "status": "open"}],
    "fields": {"age": {"text": "39", "number": 39}},
}


def environment(redacted: bool = False, date_format: str = "DD-MM-YYYY", country: str = "US") -> Environment:
    return environment_from_json(
        {
            "date_format": date_format,
            "default_country": country,
            "redaction_policy": "urns" if redacted else "none",
        },
        now=lambda: datetime(2020, 1, 1, tzinfo=UTC),
        random=lambda: 0.5,
    )


def resolver(row: dict[str, Any]) -> AssetsResolver | None:
    return AssetsResolver(ASSETS) if row.get("resolver") else None


def failure(attempt: Callable[[], object]) -> QueryError:
    """The error that an attempt must end in."""
    try:
        found = attempt()
    except QueryError as exc:
        return exc
    raise AssertionError(f"parsed as {found}")


def families() -> Iterator[Case]:
    name = "contactql__parse__parse_test"
    for row in rows(name, "TestParseQuery"):
        redacted = " (redacted)" if row.get("redactURNs") else ""
        yield "contact queries: parse", row["text"] + redacted, partial(parsed, row)
    for row in rows(name, "TestParsingErrors"):
        yield "contact queries: errors", row["query"], partial(refused, row)
    for row in rows(name, "TestSimplify"):
        yield "contact queries: parse", row["text"], partial(parsed, {**row, "resolver": True})
    for row in rows(name, "TestQueryBuilding"):
        yield "contact queries: trees", row["query"], partial(written, row)
    for row in rows("contactql__evaluator_test", "TestEvaluateQuery"):
        yield "contact queries: evaluate", row["query"], partial(evaluated, row)
    for row in rows("core__contact_test", "TestContactQuery"):
        yield "contact queries: contacts", row["query"], partial(asked, row)
    for row in rows("contactql__inspect_test", "TestInspect"):
        yield "contact queries: inspect", row["query"], partial(inspected, row)
    yield from _files()


def _files() -> Iterator[Case]:
    path = rapidpro() / "goflow-testdata/contactql/es/testdata/to_query.json"
    for row in load(path) if path.exists() else []:
        yield "contact queries: searches", row["description"], partial(searched, row)
    path = rapidpro() / "goflow-testdata/core/testdata/smart_groups.json"
    if path.exists():
        assets = assets_from_json(load(path.with_name("smart_groups.assets.json")))
        for row in load(path):
            yield "smart groups", row["description"], partial(grouped, row, assets)


def parsed(row: dict[str, Any]) -> None:
    env = environment(bool(row.get("redactURNs")))
    if row.get("err"):
        exc = failure(lambda: parse(row["text"], env, resolver(row)))
        equal(str(exc), row["err"])
        return
    query = parse(row["text"], env, resolver(row))
    equal(str(query), row["parsed"])
    if not row.get("redactURNs"):
        equal(parse(str(query), env, resolver(row)).root, query.root)


def refused(row: dict[str, Any]) -> None:
    exc = failure(lambda: parse(row["query"], environment(), AssetsResolver(ASSETS)))
    equal(exc.code, row["errCode"])
    if exc.code != "syntax":  # Where our wording is our own.
        equal((str(exc), exc.extra), (row["errMsg"], row["errExtra"]))


def written(row: dict[str, Any]) -> None:
    equal(str(simplified(tree(row["node"]))), row["query"])


def tree(data: dict[str, Any]) -> Node:
    first, *rest = data["args"]
    if data["$call"].endswith("NewCondition"):
        kinds = {"Field": "field", "Attribute": "attribute", "URN": "scheme", "Scheme": "scheme"}
        return Condition(kinds[first["$id"].removeprefix("contactql.PropertyType")], *rest)  # type: ignore[arg-type]
    return Combination("AND" if first["$id"].endswith("And") else "OR", tuple(tree(child) for child in rest))


def evaluated(row: dict[str, Any]) -> None:
    env = environment(date_format="YYYY-MM-DD")
    query = parse(row["query"], env, None if "Catch All" in row["query"] else AssetsResolver(ASSETS))
    assert query.matches(env, Contact(BOB, ASSETS)) is row["result"]


def asked(row: dict[str, Any]) -> None:
    env = environment(row["redaction"]["$id"].endswith("URNs"))
    if row["err"]:
        exc = failure(lambda: parse(row["query"], env, AssetsResolver(ASSETS)))
        equal(str(exc), row["err"])
        return
    query = parse(row["query"], env, AssetsResolver(ASSETS))
    assert query.matches(env, Contact(BEN, ASSETS)) is row["result"]


def inspected(row: dict[str, Any]) -> None:
    found = parse(row["query"], environment(), resolver(row)).inspect()
    expected = row["inspection"]
    equal(list(found.attributes), expected["Attributes"])
    equal(list(found.schemes), expected["Schemes"])
    fields = [[item["key"], item["name"]] for item in found.fields]
    equal(fields, [item["args"] for item in expected["Fields"]])
    named = [[item["name_match"]] if "name_match" in item else list(item.values()) for item in found.groups]
    equal(named, [item["args"] for item in expected["Groups"]])
    assert found.allow_as_group is expected["AllowAsGroup"]


def searched(row: dict[str, Any]) -> None:
    """The search engine's own query is no concern of ours; that the text is one of ours is."""
    env = environment(row["redact_urns"], "YYYY-MM-DD")
    query = parse(row["query"], env, AssetsResolver(ASSETS))
    equal(parse(str(query), env, AssetsResolver(ASSETS)).root, query.root)


def grouped(row: dict[str, Any], assets: Assets) -> None:
    env = environment(row["redact_urns"], "YYYY-MM-DD")
    contact = Contact(row["contact_before"], assets)
    able = contact.status == "active"
    found = [group.uuid for group in assets.query_groups if able and matches(group.query, contact, env)]
    equal(found, [group["uuid"] for group in row["contact_after"].get("groups", [])])
