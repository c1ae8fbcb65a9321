"""Whatever people write, expressions answer in time and raise nothing but their own errors."""

from __future__ import annotations

import contextlib
import tracemalloc
from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mhero.flows.cases import TESTS, Match, NoMatch
from mhero.flows.cleaning import clean_text
from mhero.flows.environment import Environment
from mhero.flows.excellent.convert import from_json, parse_json, to_json
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions import FUNCTIONS
from mhero.flows.excellent.migrate import migrate_template
from mhero.flows.excellent.parser import parse
from mhero.flows.excellent.refactor import context_references, refactor_template
from mhero.flows.excellent.template import Template
from mhero.flows.excellent.values import Scope, XError, XObject

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
ENV = Environment(
    now=lambda: NOW, random=lambda: 0.25, default_country="LR", timezone=ZoneInfo("Africa/Kigali")
)
CONTEXT = {
    "contact": XObject(
        {"name": "Musu Kollie", "fields": XObject({"age": Decimal(31)})}, default="Musu Kollie"
    ),
    "results": XObject({"stock": XObject({"value": "12"}, default="12")}),
}
TOP = frozenset(CONTEXT)
#: Far more than any expression needs.
MOST_BYTES = 100 * 2**20

fragments = st.sampled_from(
    [
        "@", "@@", "@(", ")", "(", "contact", ".name", "@contact.name", "results.stock", '"', "\\", "[",
        "]", ",", "=>", "x", " ", "+", "-", "*", "/", "^", "&", "=", "!=", "<", "<=", "1", "0.5", "null",
        "TRUE", "upper",
        "foreach", "array", "repeat", "word", "has_number", "now", "1e9", "é", "😀", "\n", "999999999",
    ]
)  # fmt: skip
templates = st.one_of(st.text(max_size=60), st.lists(fragments, max_size=25).map("".join))
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=12),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12),
    st.datetimes(timezones=st.just(UTC)),
    st.dates(),
    st.times(),
    st.just(XError("broken")),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3).map(XObject)
    ),
    max_leaves=5,
)


@given(templates)
@settings(max_examples=250, deadline=None)
def test_any_template_evaluates(text: str) -> None:
    template = Template(text, TOP)
    rendered, problems = template.evaluate(ENV, CONTEXT)
    assert isinstance(rendered, str)
    assert all(problem.message for problem in problems if "syntax" not in problem.message)
    template.value(ENV, CONTEXT)


@given(templates)
@settings(max_examples=150, deadline=None)
def test_any_template_can_be_inspected_changed_and_migrated(text: str) -> None:
    list(context_references(text, TOP))
    migrate_template(text, default_to_self=True, url_encode=True)
    once = refactor_template(text, TOP, lambda node: node)
    assert refactor_template(once, TOP, lambda node: node) == once


@given(templates)
@settings(max_examples=150, deadline=None)
def test_an_expression_written_anew_is_the_same_expression(text: str) -> None:
    try:
        tree = parse(text)
    except ExpressionError:
        return
    assert parse(str(tree)) == tree


@given(st.sampled_from(sorted(FUNCTIONS)), st.lists(values, max_size=4))
@settings(max_examples=500, deadline=None)
def test_any_function_takes_any_arguments(name: str, args: list[object]) -> None:
    with contextlib.suppress(ExpressionError):
        FUNCTIONS[name].call(Scope(ENV, {}), args)


@given(st.sampled_from(sorted(TESTS)), st.lists(values, max_size=4))
@settings(max_examples=250, deadline=None)
def test_any_router_test_takes_any_arguments(name: str, args: list[object]) -> None:
    assert isinstance(TESTS[name](ENV, *args), (Match, NoMatch, XError))


clean_texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | clean_texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(clean_texts, inner, max_size=4),
    max_leaves=10,
)


@given(json_values)
@settings(max_examples=200, deadline=None)
def test_json_survives_a_journey_through_expressions(given_value: object) -> None:
    value = from_json(given_value)
    assert parse_json(to_json(value)) == value


@pytest.mark.parametrize(
    "expression",
    ["char(0)", "char(55296)", r"""parse_json("\"\\ud800\\u0000\"")""", 'html_decode("&#0;&#xD800;")'],
)
def test_no_expression_makes_a_text_that_no_database_keeps(expression: str) -> None:
    text, problems = Template(f"@({expression})", TOP).evaluate(ENV, CONTEXT)
    assert problems == []
    assert clean_text(text) == text


@pytest.mark.parametrize(
    "expression",
    [
        "(" * 5000 + "1" + ")" * 5000,
        "-" * 5000 + "1",
        " & ".join(["1"] * 5000),
        "contact" + ".a" * 5000,
        "contact" + "[0]" * 3000,
        "upper(" * 3000 + ")" * 3000,
        "(x) => " * 3000 + "1",
        "array(" * 59 + ")" * 59,
        'foreach(split(repeat("a ", 5000)), (v) => foreach(split(repeat("a ", 5000)), repeat, 1000))',
        '((f) => f(f))((f) => f(f) & "x")',
        "9 ^ 99 ^ 99 ^ 99",
        "round(0.5, 2000000000) + round(5, -2000000000)",
        'regex_match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a+)+$")',
        'regex_match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "(a|a)*$")',
        'regex_match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", "a{1000}{1000}{1000}")',
        "((f) => " + "f(" * 20 + "1" + ")" * 20 + ")((x) => array(x, x, x, x))",
        'parse_json("' + "[" * 4000 + '")',
    ],
    ids=lambda expression: expression[:24],
)
def test_a_runaway_expression_is_stopped(expression: str) -> None:
    tracemalloc.start()
    text, problems = Template(f"@({expression})", TOP).evaluate(ENV, CONTEXT)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(text) < 100_000
    assert len(problems) <= 1
    assert most < MOST_BYTES
