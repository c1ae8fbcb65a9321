"""The network's doors:

`/send` (External HTTP), `/cgi-bin/sendsms` (Kannel), `/control`, and a phone in the browser.
"""

import json
from dataclasses import replace
from typing import Any, Final
from urllib.parse import parse_qsl

from aiohttp import web

from mhero.platform.clock import Clock, now
from mhero.sandbox.country import Country
from mhero.sandbox.country.dirt import MUSU_NUMBER
from mhero.sandbox.credentials import KANNEL_PASSWORD, KANNEL_USER
from mhero.sandbox.faults import Fault, Faults, read_json, refuse_other_sites
from mhero.sandbox.phones.network import Network
from mhero.sandbox.phones.operators import PROFILES
from mhero.sandbox.phones.page import Pages
from mhero.sandbox.phones.people import Answerers
from mhero.sandbox.phones.postman import Postman, is_loopback
from mhero.sandbox.phones.routes import ExternalRoute, KannelRoute
from mhero.sandbox.phones.schedule import Schedule

FORM: Final = "application/x-www-form-urlencoded"


class PhoneServer:
    """Make it inside the running loop, then `start` and `stop` around serving its `application`."""

    def __init__(
        self,
        country: Country,
        schedule: Schedule,
        *,
        callback_base: str,
        profile: str = "demo",
        clock: Clock = now,
    ) -> None:
        self.schedule = schedule
        self.callback_base = callback_base.rstrip("/")
        self.postman = Postman(schedule)
        self.people = Answerers(country.seed, country.people)
        self.network = Network(
            seed=country.seed,
            schedule=schedule,
            post=self.postman.post,
            profile=PROFILES[profile],
            people=self.people,
            clock=clock,
        )
        # Musu's phone is played by a person.
        self.network.phone(MUSU_NUMBER).by_hand = True
        self.faults = Faults()
        self._routes: dict[str, ExternalRoute] = {}

    async def start(self) -> None:
        await self.postman.start()

    async def stop(self) -> None:
        self.schedule.stop()
        await self.postman.stop()

    def application(self) -> web.Application:
        app = web.Application(middlewares=[refuse_other_sites, self.faults.middleware])
        app.add_routes(
            [
                web.get("/send", self.send),
                web.post("/send", self.send),
                web.get("/cgi-bin/sendsms", self.kannel_send),
                web.post("/control", self.control),
                web.get("/control/stats", self.stats),
                web.get("/control/phones", self.phones),
                web.get("/control/phones/{number}", self.phone),
                *Pages(self.network, self.people).routes(),
            ]
        )
        return app

    async def send(self, request: web.Request) -> web.Response:
        """The External HTTP form. An id seen before is the same message, and gets the same answer."""
        fields = await _fields(request)
        number = e164(fields.get("to", ""))
        text = fields.get("text", "")
        if not number or not text:
            return _refused(400, "A message needs the fields to and text.")
        route = self._external(fields.get("channel", ""))
        if route is None:
            return _refused(403, "The channel's reports would go to another machine.")
        message = self.network.accept(
            number=number,
            text=text,
            short_code=fields.get("from", ""),
            route=route,
            scope=route.channel,
            sender_id=fields.get("id", ""),
        )
        return web.json_response({"status": "accepted", "id": message.id})

    async def kannel_send(self, request: web.Request) -> web.Response:
        fields = _kannel_fields(request.rel_url.raw_query_string)
        if (fields.get("username"), fields.get("password")) != (KANNEL_USER, KANNEL_PASSWORD):
            return web.Response(status=403, text="Authorization failed for sendsms")
        number = e164(fields.get("to", ""))
        if not number:
            return web.Response(status=400, text="Empty receiver number not allowed, rejected")
        url = fields.get("dlr-url", "")
        if url and not is_loopback(url):
            return web.Response(status=403, text="The sandbox reports to this machine only.")
        mask = fields.get("dlr-mask", "0")
        self.network.accept(
            number=number,
            text=fields.get("text", ""),
            short_code=fields.get("from", ""),
            route=KannelRoute(dlr_url=url, dlr_mask=int(mask) if mask.isdecimal() else 0),
        )
        return web.Response(status=202, text="0: Accepted for delivery")

    async def control(self, request: web.Request) -> web.Response:
        """`profile`, `answers`, `hurry`, `callback_base`, `default_channel`, `fault`, and `say`:

        texts from phones.
        """
        wish = await read_json(request)
        if "profile" in wish:
            if wish["profile"] not in PROFILES:
                raise web.HTTPBadRequest(text=f"The profile is one of {', '.join(PROFILES)}.")
            self.network.profile = PROFILES[wish["profile"]]
        changes = {name: wish[name] for name in ("answers", "hurry", "longest_seconds") if name in wish}
        self.network.profile = replace(self.network.profile, **changes)
        if "callback_base" in wish:
            self.callback_base = wish["callback_base"].rstrip("/")
            self._routes.clear()
        if "default_channel" in wish:
            self.network.default_route = self._external(wish["default_channel"])
        if "fault" in wish:
            self.faults.current = Fault.from_json(wish["fault"])
        for words in wish.get("say", []):
            self.network.say(e164(words["from"]), words["text"])
        return await self.stats(request)

    async def stats(self, _: web.Request) -> web.Response:
        counts = self.network.counts
        return web.json_response(
            {
                "profile": self.network.profile.name,
                "accepted": counts["accepted"],
                "duplicates_refused": counts["duplicates_refused"],
                "delivered": counts["delivered"],
                "failed": counts["failed"],
                "lost": counts["lost"],
                "in_flight": counts["accepted"] - counts["delivered"] - counts["failed"] - counts["lost"],
                "replies": counts["replies"],
                "replies_unroutable": counts["replies_unroutable"],
                "phones": sum(phone.incoming > 0 for phone in self.network.phones.values()),
                "by_operator": self.network.by_operator,
                "callbacks_pending": self.postman.pending,
                "callbacks_accepted": self.postman.accepted,
                "callbacks_retried": self.postman.retried,
                "callbacks_given_up": self.postman.given_up,
                "faults_struck": self.faults.struck,
            }
        )

    async def phones(self, _: web.Request) -> web.Response:
        """How many messages each phone was sent: each of a kill test's recipients must have one."""
        counts = {n: phone.incoming for n, phone in self.network.phones.items() if phone.incoming}
        return web.json_response(counts)

    async def phone(self, request: web.Request) -> web.Response:
        number = e164(request.match_info["number"])
        phone = self.network.phones.get(number)
        messages = phone.messages if phone else []
        return web.json_response(
            {
                "number": number,
                "messages": [
                    {
                        "id": message.id,
                        "sender_id": message.sender_id,
                        "direction": message.direction,
                        "status": message.status,
                        "short_code": message.short_code,
                        "text": message.text,
                        "at": message.at.isoformat(),
                    }
                    for message in messages
                ],
            }
        )

    def _external(self, channel: str) -> ExternalRoute | None:
        """The way back to a channel; None when it leads off this machine."""
        if not is_loopback(self.callback_base):
            return None
        route = self._routes.get(channel)
        if route is None:
            route = self._routes[channel] = ExternalRoute(base=self.callback_base, channel=channel)
        return route


def e164(raw: str) -> str:
    """The number as the network knows it: `+231…` also from `0…`, `00231…` and `231…`; "" for no number."""
    digits = "".join(character for character in raw if character.isdecimal())
    if raw.strip().startswith("+"):
        return f"+{digits}"
    digits = digits.removeprefix("00")
    if digits.startswith("0"):
        return f"+231{digits[1:]}"
    return f"+{digits}" if digits else ""


async def _fields(request: web.Request) -> dict[str, str]:
    """The message's fields from the query, a form or a JSON object."""
    fields = dict(request.query)
    if request.method == "GET":
        return fields
    if request.content_type == "application/json":
        document: dict[str, Any] = await read_json(request)
        return fields | {name: str(value) for name, value in document.items()}
    if request.content_type == FORM:
        # aiohttp's own reader copies more than a thousand messages in a second can afford.
        return fields | dict(parse_qsl(await request.text(), keep_blank_values=True))
    return fields | {name: str(value) for name, value in (await request.post()).items()}


def _kannel_fields(raw_query: str) -> dict[str, str]:
    """Kannel's parameters. The text is bytes: in `charset`, or UTF-16BE when `coding` is 2, or UTF-8."""
    raw = dict(parse_qsl(raw_query, keep_blank_values=True, encoding="latin-1"))
    coding_charset = "utf-16-be" if raw.get("coding") == "2" else "utf-8"
    fields = {}
    for name, value in raw.items():
        charset = raw.get("charset", coding_charset) if name == "text" else "utf-8"
        try:
            fields[name] = value.encode("latin-1").decode(charset, "replace")
        except LookupError:
            fields[name] = value
    return fields


def _refused(status: int, reason: str) -> web.Response:
    return web.Response(
        status=status,
        text=json.dumps({"status": "refused", "reason": reason}),
        content_type="application/json",
    )
