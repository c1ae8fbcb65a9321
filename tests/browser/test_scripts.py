"""The console's scripts in a real browser, against a server that answers as the console does."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from tests.browser.chromium import launched

from mhero.console.middleware import CONTENT_SECURITY_POLICY

BUILT = Path(__file__).resolve().parents[2] / "src/mhero/console/static/console"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
}


class Console(ThreadingHTTPServer):
    """Answers what a test put into `pages`, and remembers what was asked."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.pages: dict[str, list[tuple[int, str]]] = {}
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.address = f"http://127.0.0.1:{self.server_port}"

    def page(self, body: str, *scripts: str) -> None:
        tags = "".join(f'<script type="module" src="/{name}"></script>' for name in ("console.js", *scripts))
        self.pages["/"] = [
            (
                200,
                '<!doctype html><html lang="en"><head><title>T</title>'
                '<link rel="stylesheet" href="/console.css">'
                f'<meta name="htmx-config" content=\'{{"includeIndicatorCSS": false}}\'>{tags}</head>'
                f'<body>{body}<div id="announcements" aria-live="polite"></div></body></html>',
            )
        ]

    def answers(self, path: str, *bodies: str | int) -> None:
        """One after the other; the last one stays. A number is a status without a body."""
        self.pages[path] = [(200, each) if isinstance(each, str) else (each, "") for each in bodies]

    def times_asked(self, path: str) -> int:
        return sum(1 for asked, _, _ in self.asked if asked == path)


class Answer(BaseHTTPRequestHandler):
    server: Console

    def do_GET(self) -> None:
        path, _, query = self.path.partition("?")
        self.server.asked.append((path, query, dict(self.headers)))
        file = BUILT / path.lstrip("/")
        if path in self.server.pages:
            queue = self.server.pages[path]
            status, body = queue.pop(0) if len(queue) > 1 else queue[0]
            self.send(status, body.encode(), ".json" if path.endswith(".json") else ".html")
        elif file.is_file():
            self.send(200, file.read_bytes(), file.suffix)
        else:
            self.send(404, b"", ".html")

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.server.asked.append((self.path, sent, dict(self.headers)))
        status, body = self.server.pages[self.path][0]
        self.send(status, body.encode(), ".html")

    def send(self, status: int, body: bytes, suffix: str) -> None:
        etag = f'"{hash(body)}"'
        if status == 200 and self.headers.get("If-None-Match") == etag:
            status, body = 304, b""
        self.send_response(status)
        self.send_header("Content-Type", TYPES.get(suffix, "application/octet-stream"))
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", etag)
        self.send_header("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def console() -> Iterator[Console]:
    if not (BUILT / "console.js").is_file():
        pytest.skip("the front end is not built; run make assets")
    server = Console()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launched(playwright) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 360, "height": 700})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    context.close()
    assert [text for text in complaints if "Content Security Policy" in text or "Error" in text] == []


def test_a_live_part_follows_the_server_and_stops_when_all_is_done(console: Console, page: Page) -> None:
    console.page('<div id="part" data-live-url="/live" data-live-seconds="0.1"><p>0 of 3</p></div>')
    console.answers(
        "/live",
        '<p data-live-announce>1 of 3</p><input id="note">',
        '<p data-live-announce>2 of 3</p><input id="note">',
        '<p>3 of 3</p><input id="note"><i data-live-finished></i>',
    )
    page.goto(console.address)
    expect(page.locator("#part")).to_contain_text("3 of 3")
    expect(page.locator("#announcements")).to_have_text("1 of 3")
    page.wait_for_timeout(400)
    assert console.times_asked("/live") == 3


def test_what_one_types_survives_an_update_around_it(console: Console, page: Page) -> None:
    console.page(
        '<div id="part" data-live-url="/live" data-live-seconds="0.3">'
        '<p>0</p><p id="row"><input id="note"></p></div>'
    )
    console.answers(
        "/live",
        '<p>1</p><p id="row"><input id="note"></p>',
        '<p>2</p><p id="row"><input id="note"></p><i data-live-finished></i>',
    )
    page.goto(console.address)
    page.fill("#note", "half a sen")
    expect(page.locator("#part")).to_contain_text("1")
    expect(page.locator("#note")).to_be_focused()
    expect(page.locator("#note")).to_have_value("half a sen")


def test_a_live_part_asks_with_its_etag_and_survives_a_server_that_is_away(
    console: Console, page: Page
) -> None:
    console.page('<div id="part" data-live-url="/live" data-live-seconds="0.1"></div>')
    console.answers("/live", "<p>one</p>", "<p>one</p>", 503, "<p>two</p><i data-live-finished></i>")
    page.goto(console.address)
    expect(page.locator("#part")).to_contain_text("two")
    asked = [headers for path, _, headers in console.asked if path == "/live"]
    assert [("If-None-Match" in headers) for headers in asked] == [False, True, True, True]


def test_a_text_is_counted_by_the_server_while_one_types(console: Console, page: Page) -> None:
    console.page(
        '<form><input name="simplify" value="yes"><textarea name="text" data-count-url="/count" '
        'data-count-target="line">Hello</textarea><div id="line"></div></form>'
    )
    console.answers("/count", "<p>1 message for each person</p>")
    page.goto(console.address)
    expect(page.locator("#line")).to_have_text("1 message for each person")
    page.locator("textarea").press_sequentially(" Musu, how are you?")
    page.wait_for_timeout(600)
    # Once for what stood there, and once for the whole of what was typed quickly.
    assert console.times_asked("/count") in {2, 3}
    assert "Musu" in console.asked[-1][1]


def test_a_hold_counts_down_to_nothing(console: Console, page: Page) -> None:
    console.page('Sending starts in <span id="left" data-hold-seconds="2">2</span> seconds')
    page.goto(console.address)
    expect(page.locator("#left")).to_have_text("0")


def test_a_form_shortens_its_trip_without_evaluating_anything(console: Console, page: Page) -> None:
    console.page(
        '<form action="/" hx-get="/audience" hx-trigger="change delay:50ms" '
        'hx-target="#figures" hx-sync="this:replace">'
        '<input type="checkbox" name="cadre" value="nurse" id="nurse"><label for="nurse">Nurses</label>'
        "</form>"
        '<div id="figures" aria-live="polite">0 people</div>'
    )
    console.answers("/audience", '<span data-hold-seconds="1" id="left">1</span> 1,204 people')
    page.goto(console.address)
    page.check("#nurse")
    expect(page.locator("#figures")).to_contain_text("1,204 people")
    _path, query, headers = next(asked for asked in console.asked if asked[0] == "/audience")
    assert parse_qs(query) == {"cadre": ["nurse"]}
    assert headers["HX-Request"] == "true"
    # What came in is alive as well.
    expect(page.locator("#left")).to_have_text("0")


def test_the_menu_button_opens_the_navigation_of_a_phone(console: Console, page: Page) -> None:
    console.page(
        '<button data-menu aria-controls="navigation" aria-expanded="false" hidden>Menu</button>'
        '<nav class="app-side" id="navigation"><a href="/">Home</a></nav>'
    )
    page.goto(console.address)
    expect(page.locator("nav")).to_be_hidden()
    page.click("text=Menu")
    expect(page.locator("nav")).to_be_visible()
    expect(page.locator("[data-menu]")).to_have_attribute("aria-expanded", "true")


def test_the_map_draws_areas_and_points_and_no_names_become_markup(console: Console, page: Page) -> None:
    console.page(
        '<link rel="stylesheet" href="/map.css"><div class="app-map" data-map-url="/places.json"></div>',
        "map.js",
    )
    bad = "<img src=x onerror=alert(1)>"
    places = {
        "legend": "People",
        "areas": [{"name": bad, "value": 3, "text": bad, "rings": [[[-10, 6], [-9, 6], [-9, 7], [-10, 6]]]}],
        "points": [
            {"name": "Nimba", "value": 9, "text": "9 of 12", "href": "/people", "lon": -8.7, "lat": 6.8}
        ],
    }
    console.answers("/places.json", json.dumps(places))
    page.goto(console.address)
    expect(page.locator(".app-map path")).to_have_count(2)
    page.locator(".app-map path").first.hover(force=True)
    expect(page.locator(".leaflet-tooltip")).to_contain_text("<img")
    assert page.locator(".app-map img").count() == 0


def test_the_chart_is_drawn(console: Console, page: Page) -> None:
    console.page(
        '<link rel="stylesheet" href="/chart.css"><div class="app-chart" data-chart-url="/rates.json"></div>',
        "chart.js",
    )
    console.answers(
        "/rates.json", json.dumps({"times": [1, 2, 3], "series": [{"label": "Sent", "values": [1, 5, 2]}]})
    )
    page.goto(console.address)
    expect(page.locator(".app-chart canvas")).to_be_visible()


def test_the_error_summary_takes_the_focus(console: Console, page: Page) -> None:
    console.page(
        '<div class="govuk-error-summary" data-module="govuk-error-summary"><h2>'
        'There is a problem</h2><a href="#name">Enter a name</a></div>'
        '<label for="name">Name</label><input id="name">'
    )
    page.goto(console.address)
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.click("text=Enter a name")
    expect(page.locator("#name")).to_be_focused()


def test_a_button_pressed_twice_sends_once(console: Console, page: Page) -> None:
    console.page('<form method="post" action="/send"><button>Send</button></form>')
    # "No content" leaves the browser on the page, as a slow answer would.
    console.answers("/send", 204)
    page.goto(console.address)
    page.locator("button").dblclick()
    page.wait_for_timeout(300)
    assert console.times_asked("/send") == 1


def test_what_a_live_part_brings_is_alive_as_well(console: Console, page: Page) -> None:
    console.page('<div data-live-url="/live" data-live-seconds="0.1"></div>')
    console.answers("/live", '<b id="left" data-hold-seconds="1">1</b><i data-live-finished></i>')
    page.goto(console.address)
    expect(page.locator("#left")).to_have_text("0")


def test_a_part_that_is_wrong_leaves_the_others_alone(console: Console, page: Page) -> None:
    console.page('<div data-module="govuk-checkboxes"></div><b id="left" data-hold-seconds="1">1</b>')
    page.goto(console.address)
    expect(page.locator("#left")).to_have_text("0")
