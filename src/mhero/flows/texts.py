"""Texts of a definition that may have expressions in them, compiled at their first use."""

from __future__ import annotations

from functools import lru_cache

from mhero.flows.excellent.template import Template

#: The names that an expression may begin with; anything else after an @ is plain text.
TOP_LEVELS = frozenset((
    "child", "contact", "fields", "globals", "input", "legacy_extra", "locals", "node", "parent", "results",
    "resume", "run", "ticket", "trigger", "urns", "webhook",
))  # fmt: skip


@lru_cache(maxsize=20_000)
def template(text: str) -> Template:
    """The compiled template of a text, from the cache where it was compiled before."""
    return Template(text, TOP_LEVELS)


def ellipsis(text: str, longest: int) -> str:
    """The text, or as much of it as there is room for before three dots."""
    return text if len(text) <= longest else text[: longest - 3] + "..."
