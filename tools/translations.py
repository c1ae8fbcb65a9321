"""Compiles the translations, and finds what has none.

Texts are collected from Python by Babel and from templates by Django's own `templatize`, so that no gettext
tools have to be installed.
"""

import io
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mhero.platform.settings")

ROOMS = Path(__file__).resolve().parent.parent / "src" / "mhero"
KEYWORDS = {
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "_": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}")


def catalogs() -> Iterator[tuple[Path, Catalog]]:
    for path in sorted(ROOMS.glob("*/locale/*/LC_MESSAGES/django.po")):
        with path.open("rb") as file:
            yield path, read_po(file)


def compile_all() -> None:
    for path, catalog in catalogs():
        with path.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalog)


def texts_of(room: Path) -> Iterator[tuple[Path, int, str | tuple[str, ...], str | None]]:
    from django.utils.translation.template import templatize

    for path in sorted([*room.rglob("*.py"), *room.rglob("*.html"), *room.rglob("*.txt")]):
        if "migrations" in path.parts or "node_modules" in path.parts:
            continue
        source = path.read_text()
        if path.suffix != ".py":
            # What stands before the texts of a template is no indentation of Python.
            source = re.sub(r"^\s+", "", templatize(source), flags=re.MULTILINE)
        for line, message, _comments, context in extract("python", io.BytesIO(source.encode()), KEYWORDS):
            yield path, line, message, context


def complaints() -> Iterator[str]:
    by_room: dict[Path, Catalog] = {path.parents[3]: catalog for path, catalog in catalogs()}
    known = {(message.context, _first(message.id)) for catalog in by_room.values() for message in catalog}
    for room in sorted(path for path in ROOMS.iterdir() if path.is_dir()):
        for path, line, text, context in texts_of(room):
            if _first(text) and (context, _first(text)) not in known:
                yield f"{path.relative_to(ROOMS.parent)}:{line}: no French for {_first(text)!r}"
    for path, catalog in catalogs():
        for message in catalog:
            if message.id and (message.fuzzy or not all(_every(message.string))):
                yield f"{path.relative_to(ROOMS.parent)}: no French for {_first(message.id)!r}"
            elif message.id and not _same_placeholders(message.id, message.string):
                where = path.relative_to(ROOMS.parent)
                yield f"{where}: other placeholders in the French of {_first(message.id)!r}"


def _first(text: str | tuple[str, ...]) -> str:
    return text if isinstance(text, str) else text[0]


def _every(text: str | tuple[str, ...]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def _same_placeholders(text: str | tuple[str, ...], translated: str | tuple[str, ...]) -> bool:
    def placeholders(of: str | tuple[str, ...]) -> set[str]:
        return {"".join(found) for found in PLACEHOLDER.findall(_every(of)[-1])}

    return placeholders(text) == placeholders(translated)


def main(verb: str) -> int:
    if verb == "compile":
        compile_all()
        return 0
    found = list(dict.fromkeys(complaints()))
    print("\n".join(found) or "Every text has its French.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
