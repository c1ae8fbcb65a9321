"""Visits by text: a health worker registers a client's visit, and tells what became of it."""

from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import override

from mhero.accounts.queries import workspace
from mhero.messaging.commands import CommandSaid
from mhero.outreach.care import queries, services
from mhero.outreach.care.answers import asked_back, day_in_words, say
from mhero.outreach.care.models import ClientSource, Visit, VisitState
from mhero.outreach.care.services import Planned, Who
from mhero.outreach.texts.visits import DONE, MISSED, Asked, Registration, VisitNews, read_visit
from mhero.platform.clock import now
from mhero.platform.phones import clean
from mhero.registry.models import Person, PlaceKind

#: A later day is a slip.
MOST_AHEAD: Final = timedelta(days=400)
#: What was done earlier is no news.
MOST_PAST: Final = timedelta(days=60)
#: Questions that an example answers.
_SHOWN_HOW: Final = {Asked.NO_CLIENT, Asked.WHICH_CLIENT, Asked.NO_DAY}


class VisitCommand:
    """Texts about visits as a command of messaging."""

    name: Final = "visits"

    def claims(self, text: str) -> bool:
        return read_visit(text, now().date()) is not None

    def take(self, said: CommandSaid) -> str | None:
        # The words of the console's languages have no place in an answer.
        with override(None):
            return Taking(said).take()


class Taking:
    """One text of one health worker, taken in the caller's transaction."""

    def __init__(self, said: CommandSaid) -> None:
        self._said = said
        self._country = workspace()
        self._today = said.received_at.astimezone(ZoneInfo(self._country.time_zone)).date()
        self._language = "en"

    def take(self) -> str | None:
        """The answer; None when the text is about no visit."""
        kinds = queries.kinds()
        read = read_visit(self._said.text, self._today, queries.kinds_by_name(kinds))
        if read is None:
            return None
        self._language = read.language
        people = Person.objects.select_related("place").filter(is_active=True)
        person = (
            people.filter(id=self._said.contact.person_id).first() if self._said.contact.person_id else None
        )
        if person is None:
            return self._say("not_registered")
        self._person = person
        self._who = Who(name=person.name, message_id=self._said.message_id)
        if read.questions:
            return self._ask(read)
        if isinstance(read, VisitNews):
            return " ".join(self._news(kind, code, read.day) for kind, code in read.told)
        return self._register(read)

    def _ask(self, read: Registration | VisitNews) -> str:
        parts = asked_back(self._language, read.questions, self._today)
        if isinstance(read, Registration) and {question.kind for question in read.questions} & _SHOWN_HOW:
            parts.append(self._say("example"))
        return " ".join(parts)

    def _register(self, read: Registration) -> str | None:
        place = self._person.place
        if place is None or place.kind != PlaceKind.FACILITY:
            return self._say("no_facility")
        if read.day is None:
            return None
        if read.day < self._today:
            return self._say("over", day=self._day(read.day))
        if read.day > self._today + MOST_AHEAD:
            return self._say("far", day=self._day(read.day))
        phone = self._phone(read.phone)
        if phone is None:
            return self._say("bad_number", number=read.phone)
        kinds = queries.kinds()
        kind = next((one for one in kinds if str(one.id) == read.kind), kinds[0])
        is_number = any(letter.isdigit() for letter in read.client) and " " not in read.client
        visit, is_new = services.register(
            Planned(
                facility=place,
                kind=kind,
                due_on=read.day,
                source=ClientSource.TEXT,
                name="" if is_number else read.client[:100],
                number=read.client[:40] if is_number else "",
                phone=phone,
                # Who gives the number says that the client agreed: so health workers are told.
                agreed=bool(phone),
                language=self._language,
                registered_by_id=self._person.id,
            ),
            self._who,
            self._said.received_at,
        )
        answer = self._say(
            "registered" if is_new else "already",
            client=visit.client.shown,
            kind=kind.name(self._language),
            day=self._day(visit.due_on),
            code=visit.code,
        )
        return (
            f"{answer} {self._say('client_told')}"
            if is_new and phone and queries.rules().tells_clients
            else answer
        )

    def _phone(self, written: str) -> str | None:
        """E.164, or nothing where nothing was given; None where it cannot be right."""
        if not written:
            return ""
        numbers = [one.number for one in clean(written, self._country.country_code)]
        return numbers[0] if len(numbers) == 1 and numbers[0] else None

    def _news(self, kind: str, code: str, day: date | None) -> str:
        visits = queries.visits_called(code, self._said.contact)
        if len(visits) != 1:
            return self._say("no_code", code=code)
        visit = visits[0]
        if kind == DONE:
            return self._done(visit, day or self._today)
        if visit.state == VisitState.DONE and not _is_recent(visit, self._today):
            return self._of(visit, "was_done", visit.ended_on or self._today)
        if kind == MISSED:
            services.miss(visit, self._today, self._who, self._said.received_at)
            return self._of(visit, "missed", self._today)
        day = day or self._today
        if not self._today <= day <= self._today + MOST_AHEAD:
            return self._of(visit, "not_ahead", day)
        services.move(visit, day, self._who, self._said.received_at)
        return self._of(visit, "moved", day)

    def _done(self, visit: Visit, day: date) -> str:
        if not self._today - MOST_PAST <= day <= self._today:
            return self._of(visit, "not_past", day)
        if visit.state == VisitState.DONE:
            day = visit.ended_on or day
        services.finish(visit, day, self._who, self._said.received_at)
        return self._of(visit, "done", day)

    def _of(self, visit: Visit, key: str, day: date) -> str:
        return self._say(key, client=visit.client.shown, code=visit.code, day=self._day(day))

    def _day(self, day: date) -> str:
        return day_in_words(self._language, day, self._today)

    def _say(self, key: str, **values: object) -> str:
        return say(self._language, key, **values)


def _is_recent(visit: Visit, today: date) -> bool:
    """Whether what was said of it may still be a slip that is being put right."""
    return visit.ended_on is not None and today - visit.ended_on <= timedelta(days=1)
