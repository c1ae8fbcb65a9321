"""Families: expressions of old flows written as today's."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.conformance.cases import Case, rows
from tests.conformance.standard_context import TOP_LEVELS, standard_context, standard_environment

from mhero.flows.excellent.migrate import migrate_template
from mhero.flows.excellent.parser import parse
from mhero.flows.excellent.template import compile_template


def migrated(old: str, new: str, **options: Any) -> None:
    """Fails where the old template is not written as the new one, alone or among text."""
    for before, after in (("", ""), ("Hello ", " there"), ("x ", "")):
        got = migrate_template(f"{before}{old}{after}", **options)
        assert got == f"{before}{new}{after}", got


def families() -> Iterator[Case]:
    """The families of this module."""
    for row in rows("flows__definition__legacy__expressions__migrate_test", "TestMigrateTemplate"):

        def run(row: dict[str, Any] = row) -> None:
            migrated(row["old"], row["new"], default_to_self=row.get("defaultToSelf", False))

        yield "legacy templates", row["old"], run
    for row in rows("flows__definition__legacy__expressions__functions_test", "TestMigrateFunctionCall"):

        def run_function(row: dict[str, Any] = row) -> None:
            migrated(row["old"], row["new"])
            parse(row["new"][2:-1])
            if row.get("val"):
                template = compile_template(row["new"], top_levels=TOP_LEVELS)
                text, problems = template.evaluate(standard_environment(), standard_context())
                assert text == row["val"], (text, [str(problem) for problem in problems])

        yield "legacy functions", row["old"], run_function
