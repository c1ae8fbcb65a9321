"""Tries every case, prints a table by family: `python -m tests.conformance.table [--failing] [FAMILY …]`."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Column, Table
from tests.conformance.cases import Case, OutOfScope, data, every_case, known_differences, rapidpro


@dataclass
class Family:
    """What came of the cases of one family."""

    cases: int = 0
    passed: int = 0
    #: What was wrong, by the id of the case.
    failed: dict[str, str] = field(default_factory=dict)
    #: How many for each reason.
    skipped: Counter[str] = field(default_factory=Counter)


def try_case(attempt: Callable[[], None]) -> tuple[str, str]:
    """How it went, and why."""
    try:
        attempt()
    except OutOfScope as exc:
        return "skipped", str(exc)
    # A case may fail in any way at all, and the others are tried nevertheless.
    except Exception as exc:  # noqa: BLE001
        return "failed", f"{type(exc).__name__}: {exc}"
    return "passed", ""


def outcomes(cases: Iterable[Case], wanted: Iterable[str] = ()) -> dict[str, Family]:
    """The families, each with what came of its cases; all, or those whose name has one of these words."""
    words = list(wanted)
    seen: Counter[str] = Counter()
    families: dict[str, Family] = {}
    for name, case_id, attempt in cases:
        if words and not any(word in name for word in words):
            continue
        family = families.setdefault(name, Family())
        family.cases += 1
        seen[f"{name}: {case_id}"] += 1
        again = seen[f"{name}: {case_id}"]
        unique = case_id if again == 1 else f"{case_id} ({again})"
        result, why = try_case(attempt)
        if result == "passed":
            family.passed += 1
        elif result == "skipped":
            family.skipped[why] += 1
        else:
            family.failed[unique] = why
    return families


def main(arguments: list[str]) -> int:
    console = Console(width=None if sys.stdout.isatty() else 140)
    if not rapidpro().is_dir():
        console.print(f"There are no cases: {data()} has no rapidpro/; MHERO_CONFORMANCE may say where.")
        return 2
    families = outcomes(every_case(), [word for word in arguments if not word.startswith("-")])
    table = Table("family", *(_right(name) for name in ("cases", "passed", "failed")), "skipped, and why")
    for name, family in sorted(families.items()):
        why = ", ".join(f"{count} {reason}" for reason, count in family.skipped.most_common())
        table.add_row(name, str(family.cases), str(family.passed), str(len(family.failed)), why)
    cases = sum(family.cases for family in families.values())
    passed = sum(family.passed for family in families.values())
    failed = sum(len(family.failed) for family in families.values())
    table.add_section()
    table.add_row("all", str(cases), str(passed), str(failed), str(cases - passed - failed))
    console.print(table)
    if "--failing" in arguments:
        _print_failing(console, families)
    console.print(f"in scope: {passed} of {passed + failed} pass")
    return 1 if failed or not passed else 0


def _print_failing(console: Console, families: dict[str, Family]) -> None:
    known = known_differences()
    for name, family in sorted(families.items()):
        for case_id, why in family.failed.items():
            reason = known.get(f"{name}: {case_id}")
            console.print(f"{name}: {case_id}", f"  {why}"[:1000], markup=False, highlight=False, sep="\n")
            if reason:
                console.print(f"  known: {reason}", markup=False, highlight=False)


def _right(name: str) -> Column:
    return Column(name, justify="right")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
