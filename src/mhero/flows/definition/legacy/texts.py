"""Texts of old flows: an object of languages, or just a text; their expressions are those of version 1."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mhero.flows.excellent.migrate import migrate_template

Json = dict[str, Any]


def number(value: object) -> float:
    """A number as it was once saved, as text too; 0 for anything else."""
    try:
        return float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return 0.0


def plain(value: object) -> str:
    return "" if value is None else str(value)


@dataclass(kw_only=True)
class Translations:
    """The translations found so far: language, id of the item, property, texts."""

    language: str
    items: dict[str, dict[str, dict[str, list[str]]]] = field(default_factory=dict)

    def base(self, value: object) -> str:
        """The text in the flow's own language, or in any if it has none in that."""
        if not isinstance(value, dict):
            return plain(value)
        if value.get(self.language) is not None:
            return plain(value[self.language])
        return plain(value.get("base")) or next((plain(text) for text in value.values() if text), "")

    def add(
        self, uuid: str, name: str, value: object, change: Callable[[str], str] = migrate_template
    ) -> str:
        """Keeps the translations of one text and returns it in the base language; both changed."""
        return "".join(self.add_all(uuid, name, [value], change))

    def add_all(
        self, uuid: str, name: str, values: list[Any], change: Callable[[str], str] = migrate_template
    ) -> list[str]:
        """The same for a list of texts that are translated together."""
        languages: list[str] = []
        for value in values:
            if isinstance(value, dict):
                languages += [code for code in value if code not in languages]
        for code in languages:
            if code in (self.language, "base"):
                continue
            texts = [plain(value.get(code)) if isinstance(value, dict) else "" for value in values]
            if any(texts):
                self.items.setdefault(code, {}).setdefault(uuid, {})[name] = [change(text) for text in texts]
        return [change(self.base(value)) for value in values]
