"""How a part of a name is looked for: by the beginnings of its words."""

from __future__ import annotations

from mhero.flows.excellent.words import words

#: Shorter words are not looked for, and no more of a longer one than this.
MIN_TOKEN, MAX_TOKEN = 2, 8


def name_tokens(text: str) -> list[str]:
    """The words of a text that are long enough to be looked for, each cut to what is compared."""
    return [word.casefold()[:MAX_TOKEN] for word in words(text) if len(word) >= MIN_TOKEN]


def name_contains(name: str, text: str) -> bool:
    """Whether each word of the text begins a word of the name."""
    present = name_tokens(name)
    wanted = name_tokens(text)
    return bool(wanted) and all(any(word.startswith(token) for word in present) for token in wanted)
