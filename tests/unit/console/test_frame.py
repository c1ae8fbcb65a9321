from pathlib import Path

import pytest
from django.http import HttpRequest, HttpResponse

from mhero.accounts.roles import PERMISSIONS
from mhero.console import assets
from mhero.console.middleware import SecurityHeaders
from mhero.console.navigation import NAVIGATION, Entry, navigation

#: Pages that exist whatever rooms are there.
ENTRIES = (
    Entry(label="Home", url_name="home"),
    Entry(label="Nowhere", url_name="no-such-page"),
    Entry(
        label="Settings",
        pages=(
            Entry(label="Health", url_name="health", permission="settings.manage"),
            Entry(label="Ready", url_name="ready", permission="usage.view"),
        ),
    ),
)


def labels(entries: tuple[Entry, ...]) -> list[str]:
    return [str(entry.label) for entry in entries]


def test_what_a_person_may_not_do_is_not_offered(korto, flomo, teah):
    assert labels(navigation(korto, "/", ENTRIES)) == ["Home", "Settings"]
    (settings,) = [entry for entry in navigation(flomo, "/", ENTRIES) if entry.pages]
    assert labels(settings.pages) == ["Ready"]
    assert settings.url == "/ready"
    assert labels(navigation(teah, "/", ENTRIES)) == ["Home"]


def test_a_page_that_does_not_exist_yet_is_left_out(korto):
    assert "Nowhere" not in labels(navigation(korto, "/", ENTRIES))


@pytest.mark.parametrize(
    ("path", "section", "page"),
    [
        ("/", "Home", None),
        ("/ready", "Settings", "Ready"),
        ("/health/more", "Settings", "Health"),
        ("/x", None, None),
    ],
)
def test_the_navigation_shows_where_one_is(korto, path: str, section: str | None, page: str | None):
    seen = navigation(korto, path, ENTRIES)
    assert [str(entry.label) for entry in seen if entry.is_current] == [name for name in [section] if name]
    pages = [each for entry in seen for each in entry.pages]
    assert [str(entry.label) for entry in pages if entry.is_current] == [name for name in [page] if name]


def test_every_permission_of_the_navigation_exists():
    entries = [page for entry in NAVIGATION for page in (entry, *entry.pages)]
    assert {entry.permission for entry in entries if entry.permission} <= set(PERMISSIONS)


def test_a_page_may_run_and_load_only_what_is_ours():
    response = SecurityHeaders(lambda _request: HttpResponse())(HttpRequest())
    assert response.headers["Content-Security-Policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'"
    )
    assert response.headers["Cache-Control"] == "no-cache, private"


def test_the_address_of_a_file_changes_with_its_content(tmp_path: Path):
    file = tmp_path / "console.css"
    file.write_text("a { color: red }")
    before = assets._mark(file, 1)
    file.write_text("a { color: green }")
    assert assets._mark(file, 2) != before


def test_a_file_that_is_not_built_still_has_an_address():
    assert assets.url("no-such-file.css") == "/static/console/no-such-file.css"
