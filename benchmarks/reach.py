"""How many more answer when the product does what it can: the same people, the same questions, two ways.

plain    one text to all at once, with all the questions in it, at an hour at which offices work
levers   announced, one question in a text, at the best hour, in each one's language, the silent asked again

The people are the sandbox's: who answers, and when, was written down from studies before any of this was
built (`sandbox/phones/people.py`, `memory.py`). Everything else is the product: its send, its pumps, its SMS
channel over HTTP, its conversations. Only the clock is moved, so that days pass in seconds.

Of everybody who was chosen, those count who answered all questions; a plain text is taken as answered in full
by any reply but STOP. Nothing is known of the hours yet, so the levers ask in the afternoon, as the product
does then. The plain text comes in two kinds: as the questions are, and with the ministry's name before them,
which the studies let twice as many answer. The last line compares with the better one.
"""

import argparse
import asyncio
import heapq
import os
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from math import sqrt
from pathlib import Path
from statistics import mean, stdev
from time import monotonic
from typing import Any
from uuid import UUID, uuid5

from aiohttp import web
from django.utils.crypto import get_random_string
from tests.integration.messaging.world import gateway, serving, use

from mhero.sandbox.phones.schedule import Schedule

#: Office hours at which somebody presses the button for a plain text, one for each seed.
HOURS = (10, 15, 8, 13, 11, 16, 9, 14, 12, 17)
#: Student's t for 95 % by number of seeds.
T = {2: 12.71, 3: 4.30, 4: 3.18, 5: 2.78, 6: 2.57, 7: 2.45, 8: 2.36, 9: 2.31, 10: 2.26}
LASTS = timedelta(days=5)
STEP = timedelta(minutes=10)
MINISTRY = "Ministry of Health"
QUESTIONS = (
    ("yes_no", "Is your facility open today?", "Votre établissement est-il ouvert aujourd'hui ?"),
    ("number", "How many nurses are on duty?", "Combien d'infirmiers sont de service ?"),
    ("text", "What do you need most?", "De quoi avez-vous le plus besoin ?"),
)
PLAIN = " ".join(english for _, english, _ in QUESTIONS)
ARMS = ("plain", "plain, naming the ministry", "levers")
EMPTY = """
TRUNCATE messaging_contact, messaging_broadcast, messaging_message, messaging_received, messaging_optout,
    registry_person, outreach_draft, outreach_reachround, outreach_reachsend, outreach_reachask CASCADE
"""
# What may leave now, or is leaving.
LEAVING = """
SELECT count(*) FROM messaging_message m LEFT JOIN messaging_broadcast b ON b.id = m.broadcast_id
WHERE m.status = 'wired'
   OR m.status = 'queued' AND (m.priority < 1 OR NOT %(is_quiet)s) AND (b.id IS NULL OR b.status = 'sending')
      AND (m.next_attempt_at IS NULL OR m.next_attempt_at <= %(now)s) AND m.expires_at > %(now)s
"""
NEXT = """
SELECT min(at) FROM (
    SELECT min(starts_at) AS at FROM messaging_broadcast WHERE status IN ('scheduled', 'held')
    UNION ALL SELECT min(reask_at) - interval '1 minute' FROM messaging_broadcast
    UNION ALL SELECT min(least(timeout_at, expires_at)) FROM messaging_session WHERE status = 'waiting'
    UNION ALL SELECT min(next_attempt_at) FROM messaging_message WHERE status = 'queued'
) AS ahead
"""
ANSWERED = """
SELECT (SELECT count(*) FROM messaging_contact),
    (SELECT count(DISTINCT m.contact_id) FROM messaging_message m
     WHERE m.is_incoming AND NOT EXISTS (SELECT FROM messaging_optout o WHERE o.number = m.number)),
    (SELECT count(DISTINCT contact_id) FROM messaging_session WHERE answers > 0),
    (SELECT count(DISTINCT contact_id) FROM messaging_session WHERE answers > 0 AND status = 'completed'),
    (SELECT count(*) FROM messaging_optout),
    (SELECT coalesce(sum(segments), 0) FROM messaging_message WHERE NOT is_incoming AND sent_at IS NOT NULL)
"""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    people: int
    #: Answered the first question, and all of them.
    first: int
    all: int
    stopped: int
    sms: int


class Clock:
    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


class Moved(Schedule):
    """What is to happen later, by the moved clock."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(asyncio.get_running_loop())
        self._clock = clock
        self._events: list[tuple[datetime, int, Callable[[], None]]] = []
        self._numbers = count()

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        due = self._clock() + timedelta(seconds=seconds)
        heapq.heappush(self._events, (due, next(self._numbers), act))

    @property
    def next(self) -> datetime | None:
        return self._events[0][0] if self._events else None

    def happen(self) -> bool:
        """Does what is due; False when nothing was."""
        was_due = False
        while self._events and self._events[0][0] <= self._clock():
            was_due = True
            heapq.heappop(self._events)[2]()
        return was_due


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--seeds", type=int, default=10, help="countries, up to ten")
    arguments.add_argument("--people", type=int, default=300, help="records in each country")
    arguments.add_argument(
        "--assume", action="append", default=[], metavar="FIGURE=VALUE",
        help="another value for a figure of sandbox/phones/people.py, such as ANNOUNCED_BEFORE=1",
    )  # fmt: skip
    given = arguments.parse_args()
    assume(given.assume)
    from mhero.platform.testing import started_database

    with tempfile.TemporaryDirectory(prefix="mhero-bench-", ignore_cleanup_errors=True) as home:
        os.environ["MHERO_HOME"] = home
        os.environ["MHERO_SECRET_KEY"] = get_random_string(40)
        os.environ["DJANGO_SETTINGS_MODULE"] = "mhero.platform.settings"
        with started_database(Path(home)):
            asyncio.run(measure(given.seeds, given.people))


def assume(figures: list[str]) -> None:
    from mhero.sandbox.phones import people

    for figure in figures:
        name, _, value = figure.partition("=")
        if not isinstance(getattr(people, name, None), float):
            raise SystemExit(f"{name} is no figure of people.py")
        setattr(people, name, float(value))
        print(f"assumed: {name} = {value}")


async def measure(seeds: int, people: int) -> None:
    found: dict[str, list[Outcome]] = {arm: [] for arm in ARMS}
    async with receiving() as gateway_url:
        prepared = await use(prepare)
        for seed in range(1, seeds + 1):
            for arm in ARMS:
                began = monotonic()
                outcome = await lived(arm, seed, people, gateway_url, prepared)
                found[arm].append(outcome)
                print(
                    f"seed {seed}, {arm}: {outcome.all} of {outcome.people} answered all, "
                    f"{outcome.first} the first; {outcome.stopped} stopped; {outcome.sms:,} SMS "
                    f"({monotonic() - began:.0f} s)",
                    flush=True,
                )
    show(found)


def show(found: dict[str, list[Outcome]]) -> None:
    for arm, outcomes in found.items():
        print(f"{arm}: answered all {words([one.all / one.people for one in outcomes])}")
        if arm == "levers":
            print(f"{arm}: answered the first {words([one.first / one.people for one in outcomes])}")
        sms, answers = sum(one.sms for one in outcomes), sum(one.all for one in outcomes)
        print(f"{arm}: {sms / max(1, answers):.1f} SMS for each who answered all")
    levers, plain, named = (
        [one.all / one.people for one in found[arm]] for arm in ("levers", ARMS[0], ARMS[1])
    )
    print(f"against a plain text without a name: {ratio(levers, plain)}")
    print(f"against a plain text that names the ministry: {ratio(levers, named)}")
    print(f"ratio: {mean(levers) / mean(named):.1f}")


def words(shares: list[float]) -> str:
    reach = T.get(len(shares), 2.26) * stdev(shares) / sqrt(len(shares)) if len(shares) > 1 else 0.0
    return f"{mean(shares):.1%} ({mean(shares) - reach:.1%} to {mean(shares) + reach:.1%})"


def ratio(one: list[float], other: list[float]) -> str:
    """Of the means, with its 95 % interval by the delta method over the seeds."""
    value = mean(one) / mean(other)
    if len(one) < 2:
        return f"{value:.2f}"
    off = [(a - value * b) / mean(other) for a, b in zip(one, other, strict=True)]
    reach = T.get(len(one), 2.26) * stdev(off) / sqrt(len(off))
    return f"{value:.2f} ({value - reach:.2f} to {value + reach:.2f})"


# What is the same for all


@asynccontextmanager
async def receiving() -> AsyncIterator[str]:
    """The gateway's receiving end."""
    from django.conf import settings

    from mhero.messaging.receive import close

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", gateway)
    async with serving(application) as url:
        settings.CONFIGURATION = replace(settings.CONFIGURATION, gateway_url=url)
        try:
            yield url
        finally:
            await close()


def prepare() -> tuple[Any, UUID]:
    """The officer, and the questions as she wrote them."""
    from mhero.accounts.models import User, Workspace
    from mhero.accounts.queries import workspace
    from mhero.messaging.questions.content import Question, Questions
    from mhero.messaging.services import keep_questions, ready_to_send
    from mhero.platform.clock import now

    workspace()
    Workspace.objects.update(went_live_at=now(), time_zone="Africa/Monrovia", name=MINISTRY)
    korto = User.objects.create_user("korto@example.org", name="Korto", role="administrator")
    whole = Questions(
        translations=("fra",),
        thanks={"eng": "Thank you.", "fra": "Merci."},
        not_understood={"eng": "Sorry, we did not understand.", "fra": "Nous n'avons pas compris."},
        questions=tuple(
            Question(
                id=f"q{number}",
                kind=kind,
                name=f"Question {number}",
                text={"eng": english, "fra": french},
                least=0 if kind == "number" else None,
            )
            for number, (kind, english, french) in enumerate(QUESTIONS, 1)
        ),
    )
    flow = keep_questions(None, "Facilities", whole, korto)
    return korto, ready_to_send(flow.id, korto).id


# One arm


async def lived(arm: str, seed: int, people: int, gateway_url: str, prepared: tuple[Any, UUID]) -> Outcome:
    """Five days of a country that nothing was sent to before."""
    from mhero.messaging.services import create_sms_channel
    from mhero.sandbox.country import Country
    from mhero.sandbox.phones.server import PhoneServer

    made = Country.generate(seed=seed, people=people, facilities=max(20, people // 10))
    clock = Clock(start(HOURS[(seed - 1) % len(HOURS)]))
    schedule = Moved(clock)
    phones = PhoneServer(made, schedule, callback_base=gateway_url, profile="life", clock=clock)
    await phones.start()
    async with serving(phones.application()) as url:
        await use(settle, made)
        await use(
            create_sms_channel, type="external", name=f"{arm} {seed}", address="1234", send_url=f"{url}/send",
            rate=100_000, concurrency=64,
        )  # fmt: skip
        await use(send, arm, *prepared, clock)
        await live(clock, schedule, phones.postman)
        outcome = await use(counted, arm)
    await phones.stop()
    return outcome


def start(hour: int) -> datetime:
    """A Monday that is ahead, a minute before the hour: what is held for a minute leaves then."""
    today = datetime.now(UTC).replace(hour=hour, minute=0, second=0, microsecond=0)
    return today + timedelta(days=7 - today.weekday()) - timedelta(minutes=1)


def settle(made: Any) -> None:
    """The country's people, in an empty registry, each with a contact."""
    from django.core.cache import cache
    from django.db import connection

    from mhero.connectors.contacts.languages import three_letters
    from mhero.messaging.models import SMSChannel
    from mhero.messaging.services import ContactState, follow_contacts
    from mhero.registry.models import Person

    cache.clear()
    with connection.cursor() as cursor:
        cursor.execute(EMPTY)
    SMSChannel.objects.all().delete()
    country = UUID(int=1)
    own = {
        f"+231{person.number}": person
        for person in made.people
        if person.number and person.roles and person.active
    }
    persons, states = [], []
    for number, person in own.items():
        role = person.roles[0]
        county = role.facility.county.name
        key = uuid5(country, number)
        places = [country, uuid5(country, county)]
        persons.append(
            Person(
                id=key, name=f"{person.family}, {person.given}", given_name=person.given, phone=number,
                phone_state="usable", languages=list(person.languages), cadres=[role.job.cadre],
                place_id=places[-1], place_ids=places, facility_types=[],
            )
        )  # fmt: skip
        states.append(
            ContactState(
                person_id=key, number=number, name=person.given, language=three_letters(person.languages[0]),
                fields={"first_name": person.given, "county": county, "cadre": role.job.cadre},
                place_ids=places, change=1,
            )
        )  # fmt: skip
    Person.objects.bulk_create(persons)
    follow_contacts(states)


def send(arm: str, korto: Any, flow_id: UUID, clock: Clock) -> None:
    """As the officer does on the pages."""
    from mhero.messaging.models import Contact
    from mhero.outreach.models import Draft
    from mhero.outreach.reaching.levers import Levers
    from mhero.outreach.reaching.texts import announcement
    from mhero.outreach.services import Plan, pull_levers
    from mhero.outreach.services import send as sent

    draft = Draft.objects.create(owner=korto, name=arm)
    if arm == "levers":
        draft.flow_id = flow_id
        draft.save()
        texts = {each: announcement(each, sender=MINISTRY, asks=len(QUESTIONS)) for each in ("eng", "fra")}
        pull_levers(draft, Levers(announcement=texts))
    else:
        draft.text = PLAIN if arm == "plain" else f"{MINISTRY}: {PLAIN}"
        draft.save()
    sent(draft, korto, Plan(shown=Contact.objects.count()), clock=clock)


async def live(clock: Clock, schedule: Moved, postman: Any) -> None:
    """Lets the days pass: at each step everything happens that is due, until nothing more does."""
    from mhero.messaging.circumstances import Watched
    from mhero.messaging.conversations.published import Publications
    from mhero.messaging.conversations.timers import Timers
    from mhero.messaging.database import Connection
    from mhero.messaging.sending.expansion import Expansion
    from mhero.messaging.sending.station import Station
    from mhero.messaging.services.reasking import reask_due
    from mhero.messaging.taking.pump import Taking

    watched, publications, own = Watched(clock), Publications(), Connection()
    station, connection = Station(watched), await own.get()
    expansion, taking = Expansion(watched, publications), Taking(watched, publications)
    timers = Timers(watched, publications)
    running = asyncio.create_task(station.run())
    end = clock() + LASTS
    try:
        while clock() < end:
            busy = True
            while busy:
                busy = schedule.happen()
                while postman.pending:
                    await asyncio.sleep(0.002)
                if await use(reask_due, clock):
                    busy = True
                for pump in (expansion, taking, timers):
                    while await pump.step():
                        busy = True
                await station.wake()
                quiet = (await watched.get()).is_quiet(clock())
                while (
                    await (await connection.execute(LEAVING, {"now": clock(), "is_quiet": quiet})).fetchone()
                )[0]:  # type: ignore[index]
                    busy = True
                    await asyncio.sleep(0.005)
            if running.done():
                running.result()
            ahead = (await (await connection.execute(NEXT)).fetchone())[0]  # type: ignore[index]
            coming = [moment for moment in (ahead, schedule.next) if moment is not None]
            if not coming:
                break
            clock.at = max(clock.at + STEP, min(coming))
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        for each in (expansion, taking, timers, own):
            await each.close()


def counted(arm: str) -> Outcome:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(ANSWERED)
        people, replied, first, whole, stopped, sms = cursor.fetchone()
    if arm != "levers":
        first = whole = replied
    return Outcome(people=people, first=first, all=whole, stopped=stopped, sms=sms)


if __name__ == "__main__":
    main()
