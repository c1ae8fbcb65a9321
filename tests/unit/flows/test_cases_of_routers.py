"""The tests that answers of health workers are put to."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from mhero.flows.cases import TESTS, Match, NoMatch
from mhero.flows.environment import Environment, NumberFormat
from mhero.flows.excellent.template import compile_template
from mhero.flows.excellent.values import XError

NOW = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
ENV = Environment(date_format="DD-MM-YYYY", default_country="LR", now=lambda: NOW, random=lambda: 0.25)
FRENCH = ENV.changed(number_format=NumberFormat(decimal_symbol=",", digit_grouping_symbol="."))


@pytest.mark.parametrize(
    ("test", "answer", "args", "match"),
    [
        ("has_any_word", "Yes, I am", ("yes yeah",), "Yes"),
        ("has_all_words", "the ORS is finished", ("ors finished",), "ORS finished"),
        ("has_phrase", "We have No More Gloves", ("no more",), "No More"),
        ("has_beginning", " STOP now", ("stop",), "STOP"),
        ("has_number", "I have about 1,200.5 tablets", (), Decimal("1200.5")),
        ("has_number_between", "3 or 12", ("10", "20"), Decimal(12)),
        ("has_date", "since 02/11/2026", (), datetime(2026, 11, 2, 12, 30, tzinfo=UTC)),
        ("has_phone", "call 0770 555 009", (), "+231770555009"),
        ("has_email", "It is flomo@moh.gov.lr.", (), "flomo@moh.gov.lr"),
        ("has_pattern", "code AB-12", (r"([a-z]+)-(\d+)",), "AB-12"),
    ],
)
def test_an_answer_passes_with_what_matched(
    test: str, answer: str, args: tuple[str, ...], match: object
) -> None:
    result = TESTS[test](ENV, answer, *args)
    assert isinstance(result, Match)
    assert result.match == match


@pytest.mark.parametrize(
    ("test", "answer", "args"),
    [
        ("has_text", "  ", ()),
        ("has_any_word", "maybe", ("yes no",)),
        ("has_number", "lOO", ()),
        ("has_date", "31/02/2026", ()),
        ("has_phone", "12", ()),
        ("has_only_phrase", "yes please", ("yes",)),
    ],
)
def test_an_answer_does_not_pass(test: str, answer: str, args: tuple[str, ...]) -> None:
    assert isinstance(TESTS[test](ENV, answer, *args), NoMatch)


def test_numbers_are_read_as_the_country_writes_them() -> None:
    result = TESTS["has_number"](FRENCH, "1.200,5 comprimés")
    assert isinstance(result, Match)
    assert result.match == Decimal("1200.5")


def test_a_test_whose_argument_makes_no_sense_is_an_error() -> None:
    assert isinstance(TESTS["has_number_lt"](ENV, "12", "many"), XError)
    assert isinstance(TESTS["has_pattern"](ENV, "12", "["), XError)
    assert isinstance(TESTS["has_state"](ENV, "Bong"), XError)


def test_the_groups_of_a_pattern_are_kept() -> None:
    result = TESTS["has_pattern"](ENV, "AB-12", r"([a-z]+)-(\d+)")
    assert isinstance(result, Match)
    assert result.extra == {"0": "AB-12", "1": "AB", "2": "12"}


def test_a_router_test_can_be_called_in_an_expression() -> None:
    template = compile_template('@(has_number("12 boxes").match + 1)', top_levels=frozenset())
    assert template.evaluate(ENV, {}) == ("13", [])
