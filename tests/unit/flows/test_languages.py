"""A flow is in languages that there are."""

from __future__ import annotations

import pytest

from mhero.flows.languages import is_language


@pytest.mark.parametrize(
    "code", ["eng", "fra", "kpe", "vai", "und", "mul", "zxx", "fre", "mol", "qaa", "qtz"]
)
def test_codes_of_languages_are_known(code: str) -> None:
    assert is_language(code)


@pytest.mark.parametrize(
    "code", ["", "en", "ENG", "vvv", "xxx", "base", "eng ", "eng\n", "qua_", "qb!", "qzz", None, 3]
)
def test_nothing_else_is_a_language(code: object) -> None:
    assert not is_language(code)
