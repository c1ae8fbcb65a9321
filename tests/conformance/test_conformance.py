"""The same cases as `make conformance`: none fails but those known to, whose reasons are in the documents."""

from __future__ import annotations

import pytest
from tests.conformance.cases import ROOT, data, every_case, known_differences, rapidpro
from tests.conformance.table import Family, outcomes


@pytest.fixture(scope="module")
def families() -> dict[str, Family]:
    if not rapidpro().is_dir():
        pytest.skip(f"there are no cases: {data()} has no rapidpro/; MHERO_CONFORMANCE may say where")
    return outcomes(every_case())


def test_no_case_fails_but_those_known_to(families: dict[str, Family]) -> None:
    known = known_differences()
    failing = {
        f"{name}: {id_}": why for name, family in families.items() for id_, why in family.failed.items()
    }
    assert {case: why for case, why in failing.items() if case not in known} == {}


def test_each_known_difference_is_explained() -> None:
    page = (ROOT / "docs/flows/differences.md").read_text(encoding="utf-8")
    assert [reason for reason in known_differences().values() if reason not in page] == []
