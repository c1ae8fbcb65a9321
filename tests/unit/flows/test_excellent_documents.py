"""The page about expressions says what is there, and its examples are true."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from mhero.flows import cases
from mhero.flows.environment import Environment
from mhero.flows.excellent.functions import FUNCTIONS
from mhero.flows.excellent.template import compile_template
from mhero.flows.excellent.values import XObject

PAGE = (Path(__file__).parents[3] / "docs/flows/expressions.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\| `([^`]*@[^`]*)` \| (.*?) \|$", PAGE, re.MULTILINE)
NOW = datetime(2026, 11, 23, tzinfo=UTC)
FIELDS = XObject({"age": Decimal(31), "cadre": None})
GROUPS = [XObject({"name": "Nurses"}), XObject({"name": "Bong"})]
CONTACT = XObject({"name": "Musu Kollie", "first_name": "Musu", "fields": FIELDS, "groups": GROUPS})
CONTEXT = {"contact": CONTACT, "fields": FIELDS}


@pytest.mark.parametrize(("template", "becomes"), EXAMPLES)
def test_an_example_of_the_page_is_true(template: str, becomes: str) -> None:
    env = Environment(now=lambda: NOW, random=lambda: 0.5)
    assert compile_template(template, top_levels=frozenset(CONTEXT)).evaluate(env, CONTEXT) == (becomes, [])


def test_every_function_and_test_is_on_the_page() -> None:
    assert len(EXAMPLES) >= 10
    assert [name for name in {**FUNCTIONS, **cases.TESTS} if f"`{name}`" not in PAGE] == []
