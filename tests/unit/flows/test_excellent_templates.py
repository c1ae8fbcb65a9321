"""What flows' authors write after an @, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from mhero.flows import times
from mhero.flows.environment import Environment
from mhero.flows.excellent.convert import compare, equal
from mhero.flows.excellent.lazy import LazyObject
from mhero.flows.excellent.migrate import migrate_template
from mhero.flows.excellent.patterns import compile_pattern
from mhero.flows.excellent.refactor import context_references, rename_reference
from mhero.flows.excellent.template import compile_template
from mhero.flows.excellent.values import Deprecated, XError, XObject

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
ENV = Environment(
    date_format="DD-MM-YYYY", timezone=ZoneInfo("Africa/Monrovia"), now=lambda: NOW, random=lambda: 0.25
)
CONTACT = XObject(
    {
        "name": "Musu Kollie",
        "first_name": "Musu",
        "id": Deprecated("12", "@contact.id is deprecated, use @contact.ref instead"),
        "fields": XObject({"age": Decimal(31), "cadre": None}),
        "groups": [XObject({"name": "Nurses"}), XObject({"name": "Bong"})],
    },
    default="Musu Kollie",
)
CONTEXT = {
    "contact": CONTACT,
    "results": XObject({"stock": XObject({"value": "12 boxes"}, default="12 boxes")}),
}
TOP = frozenset(CONTEXT)


def evaluated(text: str) -> tuple[str, list[str]]:
    """The text of a template and what was wrong with it."""
    rendered, problems = compile_template(text, top_levels=TOP).evaluate(ENV, CONTEXT)
    return rendered, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("Hi @contact.first_name, you said @results.stock!", "Hi Musu, you said 12 boxes!"),
        ("@contact", "Musu Kollie"),
        ("@CONTACT.First_Name", "Musu"),
        ("Write to korto@moh.gov.lr or @@korto", "Write to korto@moh.gov.lr or @korto"),
        ("@(contact.fields.age + 1) years", "32 years"),
        ("@(100 / 3)", "33.3333333333333333"),
        ("@contact.fields.cadre.", "."),
        ('@(join(foreach(contact.groups, extract, "name"), " and "))', "Nurses and Bong"),
        ('@(count(filter(contact.groups, (g) => g.name = "Bong")))', "1"),
        ("@(format_date(today()))", "23-11-2026"),
        ('@(datetime_add("31-01-2026", 1, "M"))', "2026-03-03T00:00:00.000000Z"),
        ("@(unfinished", "@(unfinished"),
    ],
)
def test_an_expression_becomes_its_value(template: str, expected: str) -> None:
    assert evaluated(template) == (expected, [])


def test_what_fails_leaves_a_gap_and_says_why() -> None:
    text, problems = evaluated("Age: @(contact.fields.age / 0), @contact.nickname.")
    assert text == "Age: , ."
    assert problems == [
        "error evaluating @(contact.fields.age / 0): division by zero",
        "error evaluating @contact.nickname: object has no property 'nickname'",
    ]


def test_a_deprecated_property_works_with_a_warning() -> None:
    assert evaluated("@contact.id") == ("12", ["@contact.id is deprecated, use @contact.ref instead"])


def test_a_template_of_one_expression_keeps_its_type() -> None:
    assert compile_template("@contact.fields.age", top_levels=TOP).value(ENV, CONTEXT)[0] == Decimal(31)
    assert compile_template("@(1 / 0)", top_levels=TOP).value(ENV, CONTEXT)[0] == XError("division by zero")
    assert compile_template("@contact.name!", top_levels=TOP).value(ENV, CONTEXT)[0] == "Musu Kollie!"


def test_what_an_expression_adds_can_be_escaped() -> None:
    template = compile_template('name = "@contact.name"', top_levels=TOP)
    assert template.evaluate(ENV, CONTEXT, escape=str.upper)[0] == 'name = "MUSU KOLLIE"'


def test_a_lazy_object_is_built_when_first_looked_into() -> None:
    built: list[int] = []

    def fill() -> dict[str, object]:
        built.append(1)
        return {"name": "Flomo"}

    lazy = LazyObject(fill)
    template = compile_template("@contact.name @contact.name", top_levels=TOP)
    assert built == []
    assert template.evaluate(ENV, {"contact": lazy})[0] == "Flomo Flomo"
    assert built == [1]


def test_clocks_put_back_do_not_make_an_hour_disappear() -> None:
    env = ENV.changed(timezone=ZoneInfo("Europe/London"))
    template = '@(datetime_diff("24-10-2026 12:00", "25-10-2026 12:00", "h"))'
    assert compile_template(template, top_levels=TOP).evaluate(env, {})[0] == "25"


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("epoch(moment)", "1497286619.123456789"),
        ('epoch(datetime_add(moment, 1, "M"))', "1499878619.123456789"),
        ('epoch(datetime_add(moment, -1, "s"))', "1497286618.123456789"),
        ("epoch(datetime_from_epoch(epoch(moment)))", "1497286619.123456789"),
        ('format_datetime(moment, "fffffffff", "Africa/Kigali")', "123456789"),
        ('epoch(parse_datetime("1970 .000000001Z", "YYYY .fffffffffZ"))', "0.000000001"),
        ("text(moment)", "2017-06-12T16:56:59.123456Z"),
    ],
)
def test_a_moment_is_known_to_the_nanosecond(expression: str, expected: str) -> None:
    replaced = expression.replace("moment", 'datetime("2017-06-12T16:56:59.123456789Z")')
    assert evaluated(f"@({replaced})") == (expected, [])


def test_moments_are_told_apart_by_nanoseconds() -> None:
    earlier, later = (times.read(f"2026-11-23T12:00:00.00000000{digit}Z") for digit in "12")
    assert (compare(later, earlier), compare(earlier, earlier), equal(earlier, later)) == (1, 0, False)
    assert equal(earlier, times.read("2026-11-23T14:00:00.000000001+02:00"))


def test_the_paths_that_a_template_uses_are_found() -> None:
    used = list(context_references('@contact.name @(upper(results["stock"].value))', TOP))
    assert ("contact", "name") in used
    assert ("results", "stock", "value") in used


def test_a_path_is_renamed_in_expressions_only() -> None:
    top = frozenset({"webhook"})
    assert rename_reference("webhook: @webhook.x @( 1+1 )", top, "webhook", "webhook.json") == (
        "webhook: @webhook.json.x @( 1+1 )"
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Hi @contact, @flow.stock.category", "Hi @contact, @results.stock.category_localized"),
        ('@(IF(flow.a <> "x ""y""", 1))', '@(if(results.a != "x \\"y\\"", 1, false))'),
        ("@(contact.due - 7)", "@(legacy_add(fields.due, -7))"),
        ("@(NOT VALID", "@(NOT VALID"),
    ],
)
def test_old_expressions_are_written_anew(old: str, new: str) -> None:
    assert migrate_template(old) == new


def test_old_expressions_in_addresses_are_encoded() -> None:
    assert migrate_template("http://dhis2.gov.lr/?n=@contact.name", url_encode=True) == (
        "http://dhis2.gov.lr/?n=@(url_encode(contact.name))"
    )


@pytest.mark.parametrize(
    ("pattern", "text", "groups"),
    [
        (r"stock\s+(\d+)", "My STOCK  12", ("STOCK  12", "12")),
        (r"(?-i)STOCK|boxes", "stock, boxes", ("boxes",)),
        (r"^(\w+\s*)+$", "one two three " * 20 + "!", None),
        (r"(a|b|ab)*c", "ababababc", ("ababababc", "ab")),
        (r"[[:digit:]]{2}\z", "id 42", ("42",)),
        (r"\Q(x)\E", "f(x)", ("(x)",)),
    ],
)
def test_patterns_of_any_kind_match_in_time(pattern: str, text: str, groups: tuple[str, ...] | None) -> None:
    found = compile_pattern(pattern).search(text)
    assert (found and found[0]) == (groups and groups[0])
    assert (found and len(found)) == (groups and len(groups))
