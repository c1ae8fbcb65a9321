"""Families: the documented examples of functions, operators, types and router tests."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.cases import Case, load, rapidpro, skipped
from tests.conformance.expressions_functions import NOT_TRIED
from tests.conformance.standard_context import TOP_LEVELS, standard_context, standard_environment

from mhero.flows.excellent.template import compile_template

FILES = {
    "excellent_functions": "documented functions",
    "excellent_operators": "documented operators",
    "excellent_types": "documented types",
    "router_tests": "documented router tests",
}


def families() -> Iterator[Case]:
    """The families of this module."""
    for name, family in FILES.items():
        path = rapidpro() / f"{name}.json"
        for row in load(path) if path.exists() else []:

            def run(row: dict[str, Any] = row) -> None:
                template = compile_template(row["expression"], top_levels=TOP_LEVELS)
                text, problems = template.evaluate(standard_environment(), standard_context())
                if row["error"]:
                    assert problems, text
                    return
                assert not problems, [str(problem) for problem in problems]
                assert text.strip() == row["expected"].strip(), f"got {text!r}, expected {row['expected']!r}"

            why = NOT_TRIED.get(row["function"])
            yield family, row["expression"], skipped(why) if why else run
