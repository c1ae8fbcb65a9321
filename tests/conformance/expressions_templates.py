"""Families: templates, and how expressions are read, written, changed and inspected."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from tests.conformance.cases import Case, rows
from tests.conformance.tagged import ENVIRONMENTS, check, evaluated, texts, value

from mhero.flows.excellent.functions import FUNCTIONS
from mhero.flows.excellent.parser import parse
from mhero.flows.excellent.refactor import context_references, refactor_template, rename_reference
from mhero.flows.excellent.scanner import Kind, scan
from mhero.flows.excellent.template import compile_template
from mhero.flows.excellent.tree import Binary, Call, Dot, Index, Lambda, Literal, Name, Negation, Node, walk
from mhero.flows.excellent.values import XError, XObject


def templates() -> Iterator[Case]:
    """Templates evaluated to values and to texts, and what errors say."""
    array1d: list[object] = ["a", "b", "c"]
    array2d: list[object] = [array1d, ["one", "two", "three"]]
    base: dict[str, object] = {
        "string1": "foo", "string2": "bar", "string3": "🐒", "int1": Decimal(1), "int2": Decimal(2),
        "dec1": Decimal("1.5"), "dec2": Decimal("2.5"), "words": "one two three", "array1d": array1d,
        "array2d": array2d,
    }  # fmt: skip
    for row in rows("excellent__base_test", "TestEvaluateTemplateValue"):

        def run(row: dict[str, Any] = row) -> None:
            check(evaluated(row["template"], base), value(row["expected"], {"array1d": array1d}))

        yield "go-tables templates", row["template"], run
    thing = XObject({"foo": "bar", "zed": Decimal(123), "missing": None})
    words: dict[str, object] = {
        **{name: known for name, known in base.items() if name != "string3"}, "_special": "🐒",
        "汉字": "simplified chinese", "thing": thing,
        "array1": ["one", "two", "three"],
        "func": FUNCTIONS["upper"], "object1": XObject({"foo": Decimal(456)}, default=Decimal(123)),
        "object2": XObject({"foo": Decimal(456)}, default=None), "err": XError("an error"),
    }  # fmt: skip
    yield from texts("go-tables templates", rows("excellent__base_test", "TestEvaluateTemplate"), words)
    for row in rows("excellent__base_test", "TestEvaluationErrors"):

        def run_error(row: dict[str, Any] = row) -> None:
            template = compile_template(row["template"], top_levels=frozenset({"foo"}))
            said = ", ".join(map(str, template.evaluate(ENVIRONMENTS["dmy"], {"foo": "bar"})[1]))
            assert said == row["errorMsg"], f"got {said!r}"

        yield "go-tables templates", row["template"], run_error
    for row in rows("excellent__base_test", "TestEvaluationBudget"):

        def run_budget(row: dict[str, Any] = row) -> None:
            assert isinstance(evaluated(row["template"], {}), XError)

        yield "go-tables templates", row["desc"], run_budget


def syntax() -> Iterator[Case]:
    """Scanning, parsing, printing, changing and inspecting templates."""
    kinds = {
        "excellent.BODY": Kind.BODY,
        "excellent.IDENTIFIER": Kind.IDENTIFIER,
        "excellent.EXPRESSION": Kind.EXPRESSION,
    }
    for row in rows("excellent__scanner_test", "TestScanner"):

        def run_scan(row: dict[str, Any] = row) -> None:
            expected = [(kinds[kind["$id"]], text) for kind, text in row["tokens"]]
            got = scan(row["input"], {"contact"})
            assert got == expected, got

        yield "go-tables syntax", f"scan {row['input']}", run_scan
    for row in rows("excellent__tree_test", "TestParseTrees"):

        def run_parse(row: dict[str, Any] = row) -> None:
            got = parse(row["expression"])
            # Parentheses are nodes here and not there: what they print to is what counts.
            assert _bare(str(got)) == _bare(str(_node(row["parsed"]))), got

        yield "go-tables syntax", f"parse {row['expression']}", run_parse
    for index, row in enumerate(rows("excellent__tree_test", "TestExpressionVisitAndString")):

        def run_print(row: dict[str, Any] = row) -> None:
            got = [str(node) for node in walk(_node(row["exp"]))]
            assert got == row["expected"], got

        yield "go-tables syntax", f"print {index}", run_print
    top = frozenset({"foo", "bar", "webhook"})
    for row in rows("excellent__tools__context_refs_test", "TestFindContextRefsInTemplate"):

        def run_refs(row: dict[str, Any] = row) -> None:
            got = [list(path) for path in context_references(row["template"], top)]
            assert got == row["paths"], got

        yield "go-tables syntax", f"references {row['template']}", run_refs
    for row in rows("excellent__refactor__base_test", "TestRefactorTemplate"):

        def run_refactor(row: dict[str, Any] = row) -> None:
            got = refactor_template(row["template"], top, lambda node: node)
            assert got == row["refactored"], got

        yield "go-tables syntax", f"refactor {row['template']}", run_refactor
    for row in rows("excellent__refactor__context_rename_test", "TestContextRefRename"):

        def run_rename(row: dict[str, Any] = row) -> None:
            got = rename_reference(row["template"], top, row["from"], row["to"])
            assert got == row["expected"], got

        yield "go-tables syntax", f"rename {row['template']}", run_rename


def _bare(text: str) -> str:
    return text.replace("(", "").replace(")", "")


def _node(tagged: Any) -> Node:
    """The tree that a table describes."""
    known: dict[str, Node] = {
        "foo": Name("foo"),
        "abc": Literal("abc"),
        "one": Literal(Decimal(1)),
        "two": Literal(Decimal(2)),
    }
    signs = {
        "Add": "+", "Subtract": "-", "Multiply": "*", "Divide": "/", "Exponent": "^", "Equal": "=",
        "NotEqual": "!=", "LessThan": "<", "LessThanOrEqual": "<=", "GreaterThan": ">",
        "GreaterThanOrEqual": ">=", "Concatenate": "&",
    }  # fmt: skip
    if not tagged:
        return Literal(None)
    if "$id" in tagged:
        return known[tagged["$id"]]
    if "Value" in tagged:
        return Literal(value(tagged["Value"]))
    if "Name" in tagged:
        return Name(tagged["Name"])
    if "Func" in tagged:
        return Call(_node(tagged["Func"]), tuple(map(_node, tagged["Params"])))
    if "Body" in tagged:
        return Lambda(tuple(tagged["Args"]), _node(tagged["Body"]))
    if "Container" in tagged:
        container, key = _node(tagged["Container"]), tagged["Lookup"]
        return Dot(container, key) if isinstance(key, str) else Index(container, _node(key))
    if "Op" in tagged:
        sign = signs[tagged["Op"]["$id"].partition(".")[2]]
        return Binary(sign, _node(tagged["Exp1"]), _node(tagged["Exp2"]))
    inner = _node(tagged["Exp"])
    return Negation(inner) if isinstance(tagged["Exp"].get("$id"), str) else inner


def families() -> Iterator[Case]:
    """The families of this module."""
    yield from templates()
    yield from syntax()
