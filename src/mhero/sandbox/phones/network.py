"""The network itself: takes messages, delivers them to phones, and brings answers back. No HTTP here."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from secrets import token_hex

from mhero.platform.clock import Clock
from mhero.sandbox.phones.memory import Memory
from mhero.sandbox.phones.operators import FAST, Fate, Profile, fate, operator_of
from mhero.sandbox.phones.people import Answerers
from mhero.sandbox.phones.routes import Callback, Route
from mhero.sandbox.phones.schedule import Schedule
from mhero.sandbox.phones.words import Question


@dataclass(kw_only=True, slots=True)
class Message:
    #: The network's own id.
    id: str
    #: The sender's id, by which a second copy is known; "" where the protocol has none.
    sender_id: str
    #: The phone's number, E.164.
    number: str
    #: The short code at the other end.
    short_code: str
    text: str
    at: datetime
    #: "in" towards the phone, "out" from it.
    direction: str
    #: "accepted", "delivered", "failed" or "lost" towards the phone; "sent" or "unsent" from it.
    status: str


@dataclass(kw_only=True, slots=True)
class Phone:
    number: str
    messages: list[Message] = field(default_factory=list)
    #: How many messages it was sent: the ordinal that its fates and answers are drawn by.
    incoming: int = 0
    #: The way that its answers go: the one its last message came.
    route: Route | None = None
    short_code: str = ""
    #: Somebody answers it in the browser, so no simulated person does.
    by_hand: bool = False
    #: What the simulated person remembers.
    memory: Memory = field(default_factory=Memory)
    #: The simulated person has asked for silence.
    stopped: bool = False


class Network:
    def __init__(
        self,
        *,
        seed: int,
        schedule: Schedule,
        post: Callable[[Callback], None],
        profile: Profile,
        people: Answerers,
        clock: Clock,
    ) -> None:
        self.seed = seed
        self.profile = profile
        self.phones: dict[str, Phone] = {}
        self.counts: Counter[str] = Counter()
        self.by_operator: dict[str, Counter[str]] = {}
        #: Where a phone's words go that was never written to. Unless it is set, the newest message's way.
        self.default_route: Route | None = None
        self._schedule = schedule
        self._post = post
        self._people = people
        self._clock = clock
        self._newest_route: Route | None = None
        self._accepted: dict[tuple[str, str], Message] = {}
        # A receiver remembers message ids for days, so a network started anew must not count from one again.
        self._run = token_hex(4)

    def phone(self, number: str) -> Phone:
        return self.phones.setdefault(number, Phone(number=number))

    def accept(
        self, *, number: str, text: str, short_code: str, route: Route, scope: str = "", sender_id: str = ""
    ) -> Message:
        """Takes one message. A second copy with the same id in the same scope is the first one again."""
        if sender_id and (known := self._accepted.get((scope, sender_id))):
            self.counts["duplicates_refused"] += 1
            return known
        phone = self.phone(number)
        phone.incoming += 1
        phone.route, phone.short_code = route, short_code
        self._newest_route = route
        message = self._message(phone, text, "in", "accepted", sender_id)
        if sender_id:
            self._accepted[scope, sender_id] = message
        self._count(message, "accepted")
        draw = Random(f"{self.seed}/{number}/{phone.incoming}")
        # Somebody is looking at a phone that is answered by hand, and should not wait for a lost message.
        what = fate(operator_of(number), FAST if phone.by_hand else self.profile, draw)
        ordinal = phone.incoming
        if self.profile.reports_sent and what.status != "lost":
            self._schedule.after(min(0.3, what.seconds / 2), lambda: self._report(route, "sent", message))
        self._schedule.after(what.seconds, lambda: self._settle(message, phone, route, what, ordinal))
        return message

    def say(self, number: str, text: str) -> Message:
        """A phone sends a text. It stays "unsent" when nothing tells where it should go."""
        phone = self.phone(number)
        route = phone.route or self.default_route or self._newest_route
        message = self._message(phone, text, "out", "sent", "")
        self._count(message, "replies")
        callback = route and route.receive(
            sender=number, to=phone.short_code, text=text, message_id=message.id, at=message.at
        )
        if not callback:
            self.counts["replies_unroutable"] += 1
            message.status = "unsent"
            return message
        self._post(callback)
        return message

    def _settle(self, message: Message, phone: Phone, route: Route, what: Fate, ordinal: int) -> None:
        message.status = what.status
        self._count(message, what.status)
        if what.reported:
            self._report(route, what.status, message)
        if what.status == "delivered" and self.profile.answers and not phone.by_hand:
            self._answer(message, phone, ordinal)

    def _answer(self, message: Message, phone: Phone, ordinal: int) -> None:
        if phone.stopped:
            return
        now = self._clock()
        answer = self._people.answer(
            number=phone.number,
            ordinal=ordinal,
            text=message.text,
            hour=now.hour,  # Liberia's time is UTC.
            today=now.date(),
            before=phone.memory.before(message.text, now),
        )
        asks = Question.of(message.text).kind != "none"
        phone.memory.keep(message.text, now, asks=asks, answered=answer is not None)
        if answer is None:
            return
        phone.stopped = answer.stops
        self._schedule.after(
            min(answer.seconds / self.profile.hurry, self.profile.longest_seconds),
            lambda: self._speak(phone, answer.text),
        )

    def _speak(self, phone: Phone, text: str) -> None:
        # Whoever took the phone over in the browser in the meantime speaks for it.
        if not phone.by_hand:
            self.say(phone.number, text)

    def _report(self, route: Route, status: str, message: Message) -> None:
        callback = route.report(status, message.sender_id or message.id)
        if callback:
            self._post(callback)

    def _message(self, phone: Phone, text: str, direction: str, status: str, sender_id: str) -> Message:
        self.counts["messages"] += 1
        message = Message(
            id=f"{self._run}-{self.counts['messages']}",
            sender_id=sender_id,
            number=phone.number,
            short_code=phone.short_code,
            text=text,
            at=self._clock(),
            direction=direction,
            status=status,
        )
        phone.messages.append(message)
        return message

    def _count(self, message: Message, what: str) -> None:
        self.counts[what] += 1
        operator = operator_of(message.number)
        self.by_operator.setdefault(operator.name if operator else "none", Counter())[what] += 1
