"""Taking stock reports: what a text says becomes what is on hand, an answer, and values for DHIS2."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import override

from mhero.accounts.queries import workspace
from mhero.connectors.services import put_values
from mhero.messaging.commands import CommandSaid
from mhero.outreach.languages import language_of
from mhero.outreach.periods import Period
from mhero.outreach.stock import alerts, dialogue, queries
from mhero.outreach.stock.answers import (
    LONGEST_NAME,
    amounts_in_words,
    asked_back,
    codes_in_words,
    say,
    unit_in_words,
)
from mhero.outreach.stock.models import (
    ReportState,
    StockLevel,
    StockProduct,
    StockQuestion,
    StockReport,
    StockRules,
)
from mhero.outreach.stock.plausibility import Doubt, Told, doubt_about, used
from mhero.outreach.texts import grammars
from mhero.outreach.texts.stock import Amount, Asked, Question, StockReader, StockReading
from mhero.registry.models import Person, Place, PlaceKind

#: How long the same text again confirms amounts that were doubted.
CONFIRMED_WITHIN: Final = timedelta(hours=1)
#: Products in the example of a text.
EXAMPLES: Final = ((0, 20), (1, 5))


@dataclass(frozen=True, kw_only=True, slots=True)
class _Reporter:
    person: Person
    facility: Place


@dataclass(frozen=True, kw_only=True, slots=True)
class _Doubted:
    amount: Amount
    doubt: Doubt
    before: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    answer: str
    taken: Sequence[Amount]
    #: Nothing was doubted or asked back.
    is_clear: bool


class Reporting:
    """One text of one reporter, taken in the caller's transaction."""

    def __init__(self, said: CommandSaid, products: Sequence[StockProduct], rules: StockRules) -> None:
        self._said = said
        self._rules = rules
        self._products = {product.code: product for product in products}
        self._language = language_of(said.contact.language)

    def take(self) -> str | None:
        """The answer; None when the text is no stock report."""
        reader = StockReader(queries.as_read(self._products.values()))
        reading = reader.read(self._said.text)
        question = None if reading else dialogue.open_question(self._said)
        known = reading or question
        if known is None:
            return None
        self._language = known.language
        reporter = self._reporter()
        if isinstance(reporter, str):
            return say(self._language, reporter)
        day = self._said.received_at.astimezone(ZoneInfo(workspace().time_zone)).date()
        self._period = Period.reported_on(day, self._rules.period_type, self._rules.grace_days)
        if reading is None:
            return self._told_one(question, reporter, reader, day) if question else None
        dialogue.end(self._said)
        if reading.questions == (Question(Asked.NOTHING),) and (asks := self._ask(reporter.facility)):
            return asks
        return self._told(reading, reporter, day).answer

    def _told(self, reading: StockReading, reporter: _Reporter, day: date) -> _Outcome:
        """Keeps what is believed and passes it on."""
        taken, doubted = self._believed(reading.amounts, reporter.facility)
        report = self._keep(reporter, taken, doubted)
        gone = self._keep_levels(report, reporter.facility, taken)
        if gone:
            alerts.tell_of_stock_outs(report, reporter.person, reporter.facility, gone)
        missing = self._missing(reporter.facility, reading.questions)
        if taken:
            self._push(reporter.facility, taken, day if not missing and not doubted else None)
        answer = self._answer(reporter.facility, taken, doubted, reading.questions, missing)
        return _Outcome(answer=answer, taken=taken, is_clear=not doubted and not reading.questions)

    def _told_one(self, question: StockQuestion, reporter: _Reporter, reader: StockReader, day: date) -> str:
        """Takes the text as the answer about one product, and asks for the next that is missing."""
        facility, text = reporter.facility, self._said.text
        if dialogue.is_enough(text):
            return self._ended(facility)
        if dialogue.skips(text):
            return self._ask(facility, after=question.product) or self._ended(facility)
        outcome = self._told(dialogue.read_answer(reader, question, text), reporter, day)
        if not outcome.is_clear:
            # The same again: with the number once more, or with one that can be read.
            dialogue.ask(self._said, question.product, self._language)
            return outcome.answer
        if asks := self._ask(facility, after=question.product):
            return f"{amounts_in_words(self._language, outcome.taken)}. {asks}"
        return outcome.answer

    def _ask(self, facility: Place, after: StockProduct | None = None) -> str | None:
        """Asks for the first product that is missing, or the first after another; None when none is."""
        codes = list(self._products)
        behind = codes[codes.index(after.code) + 1 :] if after and after.code in codes else codes
        missing = set(self._missing(facility, ()))
        code = next((code for code in behind if code in missing), None)
        if code is None:
            dialogue.end(self._said)
            return None
        product = self._products[code]
        dialogue.ask(self._said, product, self._language)
        unit = unit_in_words(self._language, product.unit)
        return say(self._language, "ask", code=code, name=product.name[:LONGEST_NAME], unit=unit)

    def _ended(self, facility: Place) -> str:
        dialogue.end(self._said)
        missing = self._missing(facility, ())
        words = [say(self._language, "missing", codes=codes_in_words(missing))] if missing else []
        return " ".join([say(self._language, "thanks"), *words])

    def _reporter(self) -> _Reporter | str:
        """Who reports for which facility; or the key of the answer that says why not."""
        person_id = self._said.contact.person_id
        people = Person.objects.select_related("place").filter(is_active=True)
        person = people.filter(id=person_id).first() if person_id else None
        if person is None:
            return "not_registered"
        if person.place is None or person.place.kind != PlaceKind.FACILITY:
            return "no_facility"
        if self._rules.cadres and not set(self._rules.cadres) & set(person.cadres):
            return "not_asked"
        return _Reporter(person=person, facility=person.place)

    def _believed(self, amounts: Iterable[Amount], facility: Place) -> tuple[list[Amount], list[_Doubted]]:
        """What is taken, and what is to be confirmed unless this text does so."""
        amounts = list(amounts)
        before = queries.before(facility.id, self._period)
        doubted: list[_Doubted] = []
        for code, told in _by_product(amounts).items():
            known = before.get(self._products[code].id, queries.NOTHING_BEFORE)
            if doubt := doubt_about(told, known):
                doubted += [
                    _Doubted(amount=amount, doubt=doubt, before=known.on_hand)
                    for amount in amounts
                    if amount.product == code
                ]
        if doubted and self._is_confirmed([one.amount for one in doubted]):
            doubted = []
        held = {one.amount for one in doubted}
        return [amount for amount in amounts if amount not in held], doubted

    def _is_confirmed(self, amounts: Sequence[Amount]) -> bool:
        """Whether the same person told the same within the last hour, and was asked to tell it again."""
        asked = StockReport.objects.filter(
            contact_id=self._said.contact.id,
            state=ReportState.TO_CONFIRM,
            reported_at__gte=self._said.received_at - CONFIRMED_WITHIN,
            reported_at__lte=self._said.received_at,
        )
        last = asked.exclude(id=self._said.message_id).order_by("-reported_at").first()
        return last is not None and sorted(last.doubted) == sorted(_as_json(amounts))

    def _keep(self, reporter: _Reporter, taken: Sequence[Amount], doubted: Sequence[_Doubted]) -> StockReport:
        state = ReportState.TAKEN if taken else ReportState.NOT_UNDERSTOOD
        return StockReport.objects.create(
            id=self._said.message_id,
            contact_id=self._said.contact.id,
            person_id=reporter.person.id,
            facility=reporter.facility,
            period=self._period.name,
            text=self._said.text,
            reported_at=self._said.received_at,
            state=ReportState.TO_CONFIRM if doubted else state,
            doubted=_as_json([one.amount for one in doubted]),
            language=self._language,
        )

    def _keep_levels(
        self, report: StockReport, facility: Place, taken: Sequence[Amount]
    ) -> list[StockProduct]:
        """Keeps what is on hand; returns the products of which nothing is left since this report."""
        before = queries.before(facility.id, self._period)
        now_there = {
            level.product_id: level
            for level in StockLevel.objects.filter(facility=facility, period=self._period.name)
        }
        gone = []
        for code, told in _by_product(taken).items():
            product = self._products[code]
            level = now_there.get(product.id) or StockLevel(
                facility=facility,
                product=product,
                period=self._period.name,
                period_start=self._period.start,
            )
            was_gone = level.on_hand == 0
            for metric in ("on_hand", "received", "issued"):
                if (number := getattr(told, metric)) is not None:
                    setattr(level, metric, number)
            whole = Told(on_hand=level.on_hand, received=level.received, issued=level.issued)
            level.used = used(whole, before.get(product.id, queries.NOTHING_BEFORE).on_hand)
            level.report = report
            level.save()
            if level.on_hand == 0 and not was_gone:
                gone.append(product)
        return gone

    def _missing(self, facility: Place, questions: Sequence[Question]) -> list[str]:
        """The products of this facility that nobody has told of in this period, but for those asked about."""
        told = set(
            StockLevel.objects.filter(
                facility=facility, period=self._period.name, on_hand__isnull=False
            ).values_list("product_id", flat=True)
        )
        asked = {question.product for question in questions}
        return [
            code
            for code, product in self._products.items()
            if product.id not in told and code not in asked and queries.keeps(facility, product)
        ]

    def _push(self, facility: Place, taken: Sequence[Amount], completed_on: date | None) -> None:
        values = {
            element: str(amount.number)
            for amount in taken
            if amount.metric == grammars.ON_HAND and (element := self._products[amount.product].data_element)
        }
        if self._rules.data_set and values:
            put_values(
                facility.id,
                self._rules.data_set,
                self._period.name,
                values,
                at=self._said.received_at,
                completed_on=completed_on,
            )

    def _answer(
        self,
        facility: Place,
        taken: Sequence[Amount],
        doubted: Sequence[_Doubted],
        questions: Sequence[Question],
        missing: Sequence[str],
    ) -> str:
        language = self._language
        parts = []
        if taken:
            words = amounts_in_words(language, taken)
            parts.append(say(language, "recorded", facility=facility.name.strip(), amounts=words))
        for one in doubted:
            values = {"code": one.amount.product, "number": one.amount.number, "before": one.before or 0}
            parts.append(say(language, one.doubt, **values))
        if doubted:
            parts.append(say(language, "confirm"))
        units = {code: product.unit for code, product in self._products.items()}
        parts += asked_back(language, questions, units)
        if any(question.kind in {Asked.WHICH_NUMBER, Asked.NOTHING} for question in questions):
            parts.append(say(language, "example", example=self._example()))
        elif missing and taken and not doubted:
            parts.append(say(language, "missing", codes=codes_in_words(missing)))
        elif not questions and not doubted:
            parts.append(say(language, "thanks"))
        return " ".join(parts)

    def _example(self) -> str:
        codes = list(self._products)
        return " ".join(f"{codes[place]} {number}" for place, number in EXAMPLES if place < len(codes))


def _by_product(amounts: Iterable[Amount]) -> dict[str, Told]:
    told: dict[str, dict[str, int]] = {}
    for amount in amounts:
        told.setdefault(amount.product, {})[amount.metric] = amount.number
    return {code: Told(**metrics) for code, metrics in told.items()}


def _as_json(amounts: Iterable[Amount]) -> list[list[object]]:
    return [[amount.metric, amount.product, amount.number] for amount in amounts]


class StockCommand:
    """Stock reports as a command of messaging."""

    name: Final = dialogue.COMMAND

    def __init__(self) -> None:
        # Until the products are read nothing is a stock report; they are before the first text is taken in.
        self._reader = StockReader(())

    def learn(self) -> None:
        """Reads the products, by whose names a text is claimed."""
        self._reader = StockReader(queries.as_read(queries.products()))

    def claims(self, text: str) -> bool:
        return self._reader.claims(text)

    def take(self, said: CommandSaid) -> str | None:
        # The words of the console's languages have no place in an answer.
        with override(None):
            return Reporting(said, queries.products(), queries.rules()).take()
