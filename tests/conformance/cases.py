"""Where the cases of other programs are, and what a case of ours is: a callable that returns, or raises."""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]

#: The family, what tells this case from the others of its family, and what tries it.
Case = tuple[str, str, Callable[[], None]]


class OutOfScope(Exception):
    """This case is about something that mHero does not do."""


def data() -> Path:
    """The cases, which are never part of this project."""
    return Path(os.environ.get("MHERO_CONFORMANCE") or ROOT.parent / "shared" / "conformance")


def rapidpro() -> Path:
    return data() / "rapidpro"


@cache
def load(path: Path) -> Any:
    """The JSON in a file. It is read once: cases must not change it."""
    return json.loads(path.read_text(encoding="utf-8"))


def rows(name: str, table: str) -> list[dict[str, Any]]:
    """The rows of one of the tables in a file of `go-tables`; none where this tree has no such file."""
    path = rapidpro() / "go-tables" / f"{name}.json"
    if not path.exists():
        return []
    return [row for item in load(path) if item["func"] == table for row in item["rows"]]


def equal(found: object, expected: object) -> None:
    """What a case asserts: the table shows both."""
    assert found == expected, f"got {found!r}, expected {expected!r}"


def skipped(reason: str) -> Callable[[], None]:
    """A case that is counted, but not tried."""

    def skip() -> None:
        raise OutOfScope(reason)

    return skip


def every_case() -> Iterator[Case]:
    """The cases of all the modules here that have a function `families`."""
    for path in sorted(HERE.glob("*.py")):
        if path.stem.startswith("test_") or path.stem in ("cases", "table"):
            continue
        module = importlib.import_module(f"tests.conformance.{path.stem}")
        if hasattr(module, "families"):
            yield from module.families()


def known_differences() -> dict[str, str]:
    """Why a case fails that is known to, by `family: case`. The reasons are in docs/flows/differences.md."""
    found: dict[str, str] = json.loads((HERE / "known_differences.json").read_text(encoding="utf-8"))
    return found
