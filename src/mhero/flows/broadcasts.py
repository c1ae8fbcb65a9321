"""What a broadcast says to one contact: each part of it in the best language that it has."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mhero.flows.actions.messages import locale
from mhero.flows.environment import Environment

Json = dict[str, Any]
PARTS = ("text", "attachments", "quick_replies")


def translated(
    translations: Mapping[str, Json], *, base_language: str, contact_language: str, env: Environment
) -> tuple[Json, str]:
    """The `text`, `attachments` and `quick_replies` for a contact, and the locale of the text.

    The contact's language comes first where it is an allowed one, then the environment's default, then the
    broadcast's own. A part that a language lacks is taken from the next.
    """
    wanted = [contact_language] if contact_language in env.allowed_languages else []
    languages = dict.fromkeys([*wanted, env.default_language, base_language])
    content: Json = {}
    spoken = base_language
    for language in languages:
        for part in PARTS:
            found = translations.get(language, {}).get(part)
            if found and part not in content:
                content[part] = found
                spoken = language if part == "text" else spoken
    return content, locale(spoken, env.default_country)
