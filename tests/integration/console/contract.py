"""What every page of the console promises, checked on its HTML."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element

import html5lib

XHTML = "{http://www.w3.org/1999/xhtml}"
#: On a slow line, before anything else is loaded.
LARGEST_PAGE = 100_000
UNLABELLED = {"hidden", "submit", "button", "image", "reset"}


def breaches_of_page(html: str, *, language: str, has_frame: bool) -> Iterator[str]:
    """What a whole page does not keep to, in words."""
    tree = yield from _parsed(html)
    if tree is None:
        return
    yield from _of_any(tree, html)
    headings = [_text(each) for each in tree.iter(f"{XHTML}h1")]
    if len(headings) != 1:
        yield f"has {len(headings)} h1 elements: {headings}"
    title = _text(next(tree.iter(f"{XHTML}title")))
    if headings and headings[0] not in title:
        yield f"has the title {title!r} but the heading {headings[0]!r}"
    if tree.get("lang") != language:
        yield f"has lang={tree.get('lang')!r} instead of {language!r}"
    if len(list(tree.iter(f"{XHTML}main"))) != 1:
        yield "does not have one main landmark"
    if has_frame and not any(tree.iter(f"{XHTML}nav")):
        yield "has no navigation landmark"
    primary = [each for each in tree.iter() if _is_primary(each)]
    if len(primary) > 1:
        yield f"has {len(primary)} primary buttons: {[_text(each) for each in primary]}"


def breaches_of_fragment(html: str) -> Iterator[str]:
    """A part of a page, which a live update puts into it."""
    tree = yield from _parsed(f"<!doctype html><title>.</title><body>{html}")
    if tree is not None:
        yield from _of_any(tree, html)


def main_text(html: str) -> str:
    """The words of a page's main part."""
    tree = html5lib.parse(html)
    return _text(next(tree.iter(f"{XHTML}main")))


def _parsed(html: str) -> Iterator[Any]:
    try:
        return html5lib.HTMLParser(strict=True).parse(html)
    except html5lib.html5parser.ParseError as error:
        yield f"is not valid HTML: {error}"
        return None


def _of_any(tree: Element, html: str) -> Iterator[str]:
    if len(html.encode()) > LARGEST_PAGE:
        yield f"weighs {len(html.encode()):,} bytes"
    doubled = [name for name, times in Counter(_ids(tree)).items() if times > 1]
    if doubled:
        yield f"has the same id more than once: {doubled}"
    yield from _inline_code(tree)
    labelled = {each.get("for") for each in tree.iter(f"{XHTML}label")}
    inside = {id(control) for label in tree.iter(f"{XHTML}label") for control in label.iter()}
    for control in _controls(tree):
        named = control.get("aria-label") or control.get("aria-labelledby")
        if not (named or control.get("id") in labelled or id(control) in inside):
            yield f"has a {_tag(control)} without a label: {control.attrib}"
    known = set(_ids(tree))
    for each in tree.iter():
        for reference in (each.get("aria-describedby") or "").split():
            if reference not in known:
                yield f"describes {_tag(each)} by {reference!r}, which is not there"


def _inline_code(tree: Element) -> Iterator[str]:
    for each in tree.iter():
        if _tag(each) == "style":
            yield "has a style element"
        if _tag(each) == "script" and not each.get("src") and each.get("type") != "application/json":
            yield "has an inline script"
        for name, value in each.attrib.items():
            if name == "style":
                yield f"has an inline style on {_tag(each)}"
            elif name.startswith("on"):
                yield f"has the inline handler {name}"
            elif name in {"href", "src", "action"} and value.strip().lower().startswith(
                ("javascript:", "data:")
            ):
                yield f"has {name}={value[:30]!r}"


def _controls(tree: Element) -> Iterator[Element]:
    for each in tree.iter():
        if _tag(each) in {"select", "textarea"} or (
            _tag(each) == "input" and each.get("type", "text") not in UNLABELLED
        ):
            yield each


def _is_primary(each: Element) -> bool:
    classes = (each.get("class") or "").split()
    return "govuk-button" in classes and not any(
        name in classes for name in ("govuk-button--secondary", "govuk-button--warning")
    )


def _ids(tree: Element) -> list[str]:
    return [name for each in tree.iter() if (name := each.get("id"))]


def _tag(each: Element) -> str:
    return str(each.tag).removeprefix(XHTML)


def _text(each: Element) -> str:
    return " ".join("".join(each.itertext()).split())
