from collections import Counter
from pathlib import Path
from re import DOTALL, IGNORECASE, findall, search

import html5lib
import pytest
from django.template.loader import render_to_string
from django.utils import translation

from mhero.console.examples import examples

ROOMS = Path(__file__).resolve().parents[3] / "src" / "mhero"
TEMPLATES = sorted([*ROOMS.glob("*/templates/**/*.html"), *ROOMS.glob("**/templates/**/*.html")])
#: What the content policy would block, and what would be a hole in it.
INLINE = {
    "a style attribute": r"<[^>{]*\sstyle\s*=",
    "a style element": r"<style\b",
    "a script of its own": r"<script\b(?![^>]*\ssrc=)",
    "an event handler": r"<[a-z][^>]*\son[a-z]+\s*=",
    "an address that is a script": r"javascript:",
    "a script run by htmx": r"\bhx-on\b|[\"']js:",
}


def parsed(page: str) -> object:
    """The page's tree; html5lib raises at the first thing that is not HTML."""
    return html5lib.HTMLParser(strict=True).parse(page.strip())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOMS)))
def test_no_template_of_any_room_carries_script_or_style(path: Path):
    source = path.read_text()
    found = [what for what, pattern in INLINE.items() if search(pattern, source, IGNORECASE | DOTALL)]
    assert found == []


@pytest.fixture
def styleguide(as_seen_by, korto) -> str:
    return render_to_string("console/styleguide.html", {**examples({}), **as_seen_by(korto, "/styleguide")})


def test_every_piece_together_is_valid_html(styleguide: str):
    parsed(styleguide)


def test_no_id_stands_twice(styleguide: str):
    ids = Counter(findall(r'\sid="([^"]+)"', styleguide))
    assert [name for name, times in ids.items() if times > 1] == []


def test_every_reference_within_a_page_leads_somewhere(styleguide: str):
    ids = set(findall(r'\sid="([^"]+)"', styleguide))
    named = findall(r'\s(?:for|aria-describedby|aria-controls|aria-labelledby)="([^"]+)"', styleguide)
    assert {name for names in named for name in names.split()} <= ids


def test_the_windows_title_says_what_the_heading_says(styleguide: str):
    assert "<title>Style guide – Liberia – mHero</title>" in styleguide
    assert search(r"<h1[^>]*>Style guide</h1>", styleguide)


def test_the_title_says_that_there_is_an_error(as_seen_by, korto):
    context = {**examples({"name": ""}), **as_seen_by(korto)}
    assert "<title>Error: Style guide" in render_to_string("console/styleguide.html", context)


def test_a_title_with_a_name_in_it_is_escaped_once(as_seen_by, korto, draw):
    source = '{% extends "console/base.html" %}{% block title %}Clinic “{{ name }}”{% endblock %}'
    page = draw(source, name="A&B <East>", **as_seen_by(korto))
    assert "<title>Clinic “A&amp;B &lt;East&gt;” – Liberia" in page
    assert search(r"<h1[^>]*>Clinic “A&amp;B &lt;East&gt;”</h1>", page)


def test_trial_mode_is_on_every_page_until_the_workspace_is_live(as_seen_by, korto, draw):
    source = '{% extends "console/base.html" %}'
    context = as_seen_by(korto)
    assert "Trial mode" in draw(source, **context)
    context["workspace"].went_live_at = "2026-01-01"
    assert "Trial mode" not in draw(source, **context)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", ["400", "403", "404", "csrf", "500"])
def test_a_page_about_a_failure_is_valid_in_each_language(name: str, language: str, as_seen_by, korto):
    with translation.override(language):
        page = render_to_string(f"console/errors/{name}.html", {**as_seen_by(korto), "language": language})
    parsed(page)
    assert f'<html lang="{language}">' in page


def test_the_page_about_a_fault_of_ours_needs_neither_database_nor_person():
    parsed(render_to_string("console/errors/500.html", {"language": "en"}))


def test_a_page_of_an_unnamed_installation_is_called_mhero(as_seen_by, korto, draw):
    context = as_seen_by(korto)
    context["workspace"].name = "mHero"
    page = draw('{% extends "console/base_plain.html" %}{% block title %}Sign in{% endblock %}', **context)
    assert "<title>Sign in – mHero</title>" in page
