"""Families: functions, router tests and operators with typed arguments."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.conformance.cases import Case, rows, skipped
from tests.conformance.tagged import (
    CASE_ENVIRONMENTS,
    ENVIRONMENTS,
    called,
    check,
    environment,
    evaluated,
    texts,
    value,
)

from mhero.flows import cases
from mhero.flows.environment import NumberFormat
from mhero.flows.excellent.functions import FUNCTIONS
from mhero.flows.excellent.values import XError, XObject

NOT_TRIED = {
    "rand": "draws from another program's random numbers",
    "rand_between": "draws from another program's random numbers",
    "prompt": "is about language models",
}


def identity(row: dict[str, Any]) -> str:
    """What tells this row from others, wherever in the table it stands."""
    args = json.dumps(row["args"], ensure_ascii=False)
    return f"{row['name']} {row['env']['$id']} {args}"[:120]


def functions() -> Iterator[Case]:
    """Calls of functions with typed arguments."""
    for row in rows("excellent__functions__builtin_test", "TestFunctions"):

        def run(row: dict[str, Any] = row) -> None:
            env, args = ENVIRONMENTS[row["env"]["$id"]], row["args"]
            given = value(args) if isinstance(args, dict) else [value(arg) for arg in args]
            check(called(FUNCTIONS[row["name"]], env, given), value(row["expected"]))

        why = NOT_TRIED.get(row["name"])
        yield "go-tables functions", identity(row), skipped(why) if why else run


def case_tests() -> Iterator[Case]:
    """Router tests with typed arguments."""
    tests = "flows__routers__cases__tests_test"
    for row in rows(tests, ""):

        def run(row: dict[str, Any] = row) -> None:
            got = cases.TESTS[row["name"]](CASE_ENVIRONMENTS[row["env"]["$id"]], *map(value, row["args"]))
            check(got, value(row["expected"]))

        yield "go-tables case tests", identity(row), run
    for index, row in enumerate(rows(tests, "TestHasPhone")):

        def run_phone(row: dict[str, Any] = row) -> None:
            got = cases.TESTS["has_phone"](CASE_ENVIRONMENTS["dmy"], row["input"], row["country"])
            check(got, cases.Match(row["expected"]) if row["expected"] else cases.NO_MATCH)

        yield "go-tables case tests", f"phone {index}", run_phone
    for index, row in enumerate(rows(tests, "TestHasNumberWithNumberFormats")):

        def run_number(row: dict[str, Any] = row) -> None:
            style = NumberFormat(
                decimal_symbol=row["decimalSymbol"], digit_grouping_symbol=row["digitGroupingSymbol"]
            )
            got = cases.TESTS["has_number"](environment(number_format=style), row["input"])
            expected = row["expected"]
            check(got, cases.Match(Decimal(expected)) if expected else cases.NO_MATCH)

        yield "go-tables case tests", f"number {index}", run_number
    context = XObject(
        {
            "array1": ["one", "two", "three"],
            "thing": XObject({"foo": "bar", "zed": Decimal(123), "missing": None}),
            "err": XError("an error"),
        }
    )
    yield from texts("go-tables case tests", rows(tests, "TestEvaluateTemplate"), context)


def operators() -> Iterator[Case]:
    """Operators between typed values."""
    signs = {
        "Concatenate": "&", "Equal": "=", "NotEqual": "!=", "Add": "+", "Subtract": "-", "Multiply": "*",
        "Divide": "/", "Exponent": "^", "LessThan": "<", "LessThanOrEqual": "<=", "GreaterThan": ">",
        "GreaterThanOrEqual": ">=",
    }  # fmt: skip
    for table in ("TestBinaryOperators", "TestUnaryOperators"):
        for index, row in enumerate(rows("excellent__operators__builtin_test", table)):

            def run(row: dict[str, Any] = row) -> None:
                context = {name: value(row[name]) for name in ("arg", "arg1", "arg2") if name in row}
                sign = signs.get(row["operator"]["$id"].partition(".")[2])
                template = f"@(arg1 {sign} arg2)" if sign else "@(-arg)"
                check(evaluated(template, context), value(row["expected"]))

            yield "go-tables operators", f"{table} {index}", run


def families() -> Iterator[Case]:
    """The families of this module."""
    yield from functions()
    yield from case_tests()
    yield from operators()
