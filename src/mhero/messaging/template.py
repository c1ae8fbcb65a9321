"""Personalised texts: `@contact.first_name` and its like, as RapidPro writes them.

`@@` is an at sign. Expressions in brackets, `@(…)`, belong to flows and are not understood here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

#: What a message can say of its reader.
VARIABLES = ("name", "first_name", "cadre", "job", "facility", "district", "county")

#: RapidPro's top levels: after any other word an at sign is just an at sign, as in `meet @noon`.
_TOP = "contact|fields|urns|globals|results|input|run|child|parent|ticket|trigger|webhook|node|resume"
_FOUND = re.compile(
    rf"@@|(?<![\w@])@(?P<path>(?:{_TOP})\b(?:\.[a-z_][a-z0-9_]*)*)|(?<!\w)@\((?P<expression>[^)]*)\)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Template:
    """A text taken apart once, to be put together for many people."""

    #: Literal text and, at every second place, the name of a variable.
    parts: tuple[str, ...]

    def render(self, fields: Mapping[str, str]) -> str:
        if len(self.parts) == 1:
            return self.parts[0]
        parts = list(self.parts)
        parts[1::2] = [str(fields.get(name) or "") for name in parts[1::2]]
        return "".join(parts)


def compiled(text: str) -> Template:
    """A variable that is not known stays in the text as it was written."""
    parts, literal, end = [], "", 0
    for found in _FOUND.finditer(text):
        literal += text[end : found.start()]
        end = found.end()
        name = _variable(found)
        if found.group() == "@@":
            literal += "@"
        elif name in VARIABLES:
            parts += [literal, name]
            literal = ""
        else:
            literal += found.group()
    return Template(parts=(*parts, literal + text[end:]))


def render(text: str, fields: Mapping[str, str]) -> str:
    """The text for one person; a variable that the person has no value for is left out."""
    return compiled(text).render(fields)


def variables(text: str) -> list[str]:
    """What the text personalises with, as it is written, each once."""
    return list(dict.fromkeys(found.group() for found in _FOUND.finditer(text) if found.group() != "@@"))


def unknown_variables(text: str) -> list[str]:
    """Those that cannot be filled."""
    found = (match for match in _FOUND.finditer(text) if match.group() != "@@")
    return list(dict.fromkeys(match.group() for match in found if _variable(match) not in VARIABLES))


def _variable(found: re.Match[str]) -> str:
    path = (found.group("path") or "").lower()
    return "name" if path == "contact" else path.removeprefix("contact.")
