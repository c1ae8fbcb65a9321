"""A feature phone in the browser, so that a person can read and answer as Musu.

The templates and the two files beside them are plain files. The page works without script; with it, new
messages come by themselves. Nothing inline, so that it may have the strictest Content-Security-Policy.
"""

from hashlib import blake2b
from html import escape
from importlib.resources import files
from string import Template
from typing import Final

from aiohttp import web

from mhero.sandbox.country.dirt import MUSU_NUMBER
from mhero.sandbox.phones.network import Message, Network
from mhero.sandbox.phones.operators import operator_of
from mhero.sandbox.phones.people import Answerers

_FOLDER: Final = files("mhero.sandbox.phones") / "pages"
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
_TYPES: Final = {"phone.css": "text/css", "phone.js": "text/javascript", "phone.svg": "image/svg+xml"}
_SHOWN_PHONES: Final = 12
_LONGEST_TEXT: Final = 1600


class Pages:
    def __init__(self, network: Network, people: Answerers) -> None:
        self._network = network
        self._people = people
        self._templates = {
            name: Template((_FOLDER / f"{name}.html").read_text("utf-8"))
            for name in ("frame", "index", "list", "phone", "bubble", "row")
        }

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.index),
            web.get("/sandbox", self.index),
            web.get("/sandbox/", self.index),
            web.get("/sandbox/phone", self.list),
            web.get("/sandbox/phone/{number}", self.phone),
            web.post("/sandbox/phone/{number}", self.answer),
            web.get("/sandbox/phone/{number}/messages", self.messages),
            web.get("/sandbox/static/{name}", self.file),
        ]

    async def index(self, _: web.Request) -> web.Response:
        return self._page("The sandbox", "index", musu=MUSU_NUMBER)

    async def list(self, _: web.Request) -> web.Response:
        busy = sorted(self._network.phones.values(), key=lambda phone: -len(phone.messages))
        numbers = dict.fromkeys([MUSU_NUMBER, *(phone.number for phone in busy[:_SHOWN_PHONES])])
        rows = (self._row(number) for number in numbers)
        return self._page("Phones", "list", rows="".join(rows))

    async def phone(self, request: web.Request) -> web.Response:
        number = _number(request)
        name, about = self._owner(number)
        return self._page(
            f"{name}'s phone",
            "phone",
            number=escape(number),
            about=escape(about),
            messages=self._bubbles(number),
        )

    async def answer(self, request: web.Request) -> web.Response:
        number = _number(request)
        text = str((await request.post()).get("text", ""))[:_LONGEST_TEXT].strip()
        if text:
            self._network.phone(number).by_hand = True
            self._network.say(number, text)
        raise web.HTTPSeeOther(f"/sandbox/phone/{number}")

    async def messages(self, request: web.Request) -> web.Response:
        """The thread alone, for the page's script; 304 while nothing is new."""
        body = self._bubbles(_number(request)).encode()
        tag = f'"{blake2b(body, digest_size=12).hexdigest()}"'
        headers = _HEADERS | {"ETag": tag}
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=body, content_type="text/html", charset="utf-8", headers=headers)

    async def file(self, request: web.Request) -> web.Response:
        kind = _TYPES.get(request.match_info["name"])
        if kind is None:
            raise web.HTTPNotFound
        body = (_FOLDER / request.match_info["name"]).read_bytes()
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=_HEADERS)

    def _page(self, title: str, template: str, **fields: str) -> web.Response:
        """`fields` are safe to put into a page: escaped, or made of escaped parts."""
        content = self._templates[template].substitute(fields, title=escape(title))
        page = self._templates["frame"].substitute(title=escape(title), content=content)
        return web.Response(text=page, content_type="text/html", headers=_HEADERS)

    def _bubbles(self, number: str) -> str:
        phone = self._network.phones.get(number)
        shown = [m for m in phone.messages if m.status in ("delivered", "sent", "unsent")] if phone else []
        if not shown:
            return '<li class="empty">No messages yet.</li>'
        return "".join(map(self._bubble, shown))

    def _bubble(self, message: Message) -> str:
        mine = message.direction == "out"
        return self._templates["bubble"].substitute(
            direction=message.direction,
            who="You" if mine else escape(message.short_code or "mHero"),
            text=escape(message.text),
            note="Not sent: no message has come from mHero yet." if message.status == "unsent" else "",
            at=message.at.isoformat(timespec="seconds"),
            clock=message.at.strftime("%H:%M"),
        )

    def _row(self, number: str) -> str:
        name, about = self._owner(number)
        phone = self._network.phones.get(number)
        return self._templates["row"].substitute(
            number=escape(number),
            name=escape(name),
            about=escape(about),
            count=str(len(phone.messages) if phone else 0),
        )

    def _owner(self, number: str) -> tuple[str, str]:
        person = self._people.person(number)
        operator = operator_of(number)
        network = operator.name if operator else "no operator"
        if person is None:
            return number, network
        role = person.roles[0] if person.roles else None
        work = f"{role.job.title}, {role.facility.name}, {role.facility.county.name}" if role else "no post"
        return f"{person.given} {person.family}", f"{work} · {network}"


def _number(request: web.Request) -> str:
    raw = request.match_info["number"]
    number = raw if raw.startswith("+") else f"+{raw}"
    if not number[1:].isascii() or not number[1:].isdecimal() or len(number) > 16:
        raise web.HTTPNotFound
    return number
