"""What was answered: the figures of a flow, over all its sends or as far as they are narrowed.

Everything is counted by the database from indexed columns; only single people's answers are read from their
runs.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import (
    Aggregate,
    BigIntegerField,
    Count,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Floor, Left

from mhero.messaging.asked import AnswerKind, Question, questions_of
from mhero.messaging.models import Answer, Broadcast, ConversationStatus, Flow, FlowRevision, FlowRun
from mhero.messaging.scale import Bucket, buckets, step_of

#: What people are compared by; the names of columns.
DIMENSIONS = ("cadre", "county", "operator", "gender")
#: Values of a place or a date beyond these are summed up.
MOST_VALUES = 30
#: Words are counted in this many of the latest answers.
MOST_TEXTS = 2000
#: Upper ends of the classes of the time until the first answer; the last class has none.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=24),
)


class RunCount(NamedTuple):
    """How many runs have all of this in common."""

    #: A cadre, county, operator or gender.
    name: str
    status: str
    node_id: UUID | None
    asked: int
    answered: int
    answered_again: int


RunCounts = Sequence[RunCount]
#: How often each category was kept, by key.
Counts = Mapping[str, Counter[str]]


class Median(Aggregate):
    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"


@dataclass(frozen=True, kw_only=True, slots=True)
class Selection:
    """Which runs are looked at. None and empty stand for all.

    Of somebody who did not answer and was asked again for the same send, the second run alone counts.
    """

    flow_id: UUID
    #: The place whose people alone may be seen.
    area_id: UUID | None
    #: A send and the one that asked again.
    broadcast_ids: tuple[UUID, ...] = ()
    #: Runs that began at or after it, and before `until`.
    since: datetime | None = None
    until: datetime | None = None
    #: By name of `DIMENSIONS`; a value may be empty for those of whom it is not known.
    people: tuple[tuple[str, str], ...] = ()
    #: The sends of this flow that asked again those who had not answered.
    reasks: tuple[UUID, ...] = ()

    def runs(self) -> QuerySet[FlowRun]:
        found = FlowRun.objects.filter(self._condition())
        return found.exclude(id__in=self._superseded()) if self.reasks else found

    def answers(self) -> QuerySet[Answer]:
        found = Answer.objects.filter(self._condition())
        return found.exclude(run_id__in=self._superseded()) if self.reasks else found

    def _condition(self) -> Q:
        found = Q(flow_id=self.flow_id, **dict(self.people))
        if self.broadcast_ids:
            found &= Q(broadcast_id__in=self.broadcast_ids)
        if self.since is not None:
            found &= Q(started_at__gte=self.since)
        if self.until is not None:
            found &= Q(started_at__lt=self.until)
        if self.area_id is not None:
            found &= Q(contact__place_ids__contains=[self.area_id])
        return found

    def _superseded(self) -> QuerySet[FlowRun, UUID]:
        """The runs without an answer of those who were asked again."""
        again = Broadcast.objects.filter(reask_of=OuterRef(OuterRef("broadcast_id"))).values("id")
        second = FlowRun.objects.filter(contact=OuterRef("contact"), broadcast_id__in=again)
        first = FlowRun.objects.filter(
            flow_id=self.flow_id, is_answered=False, broadcast_id__in=self._asked_twice()
        )
        return first.filter(Exists(second)).values_list("id", flat=True)

    def _asked_twice(self) -> QuerySet[Broadcast, UUID | None]:
        return Broadcast.objects.filter(id__in=self.reasks).values_list("reask_of", flat=True)


def select(flow: Flow, area_id: UUID | None, *, send: Broadcast | None = None, **own: Any) -> Selection:
    """A selection of a flow's runs; of a send with its second asking. `own` are further fields."""
    reasks = Broadcast.objects.filter(flow=flow, reask_of__isnull=False)
    if send is not None:
        reasks = reasks.filter(reask_of=send)
    again = tuple(reasks.values_list("id", flat=True))
    of_send = (send.id, *again) if send else ()
    return Selection(flow_id=flow.id, area_id=area_id, broadcast_ids=of_send, reasks=again, **own)


@dataclass(frozen=True, kw_only=True, slots=True)
class Response:
    """How many were asked, and what became of it."""

    asked: int
    answered: int
    #: Of those who answered: only after they were asked again.
    answered_again: int
    #: By `ConversationStatus`; the sum of them is `asked`.
    by_status: Counter[str] = field(default_factory=Counter)

    @property
    def unanswered(self) -> int:
        return self.asked - self.answered


@dataclass(frozen=True, kw_only=True, slots=True)
class Reach:
    """How far people came with one question: `asked` is the sum of the others."""

    answered: int
    #: The question is open: an answer may still come.
    waiting: int
    #: The conversation ended there, by `ConversationStatus`.
    ended: Counter[str]
    #: It went on without an answer that was understood.
    passed: int

    @property
    def gave_up(self) -> int:
        return self.ended.total()

    @property
    def asked(self) -> int:
        return self.answered + self.waiting + self.gave_up + self.passed


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """A distribution of numbers."""

    count: int
    least: float
    median: float
    most: float
    #: Whether all are whole numbers.
    whole: bool
    buckets: list[Bucket]


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """The answers to one question."""

    question: Question
    #: By category, in the question's order, then those it does not know any more.
    categories: list[tuple[str, int]]
    #: Results that are no answer: none in time, or not understood.
    no_answers: int
    #: Of a question for a number.
    numbers: Numbers | None = None
    #: Of a question for a date (days, or months where there are many) or a place: the value, and how often.
    values: list[tuple[str, int]] = field(default_factory=list)
    #: How many had other values than these.
    other_values: int = 0

    @property
    def answered(self) -> int:
        return sum(number for _category, number in self.categories)


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """One line of a comparison: a cadre, a county, an operator or a gender."""

    #: Empty where it is not known.
    name: str
    answered: int
    #: Of a choice: how many gave each answer.
    categories: Counter[str] = field(default_factory=Counter)
    #: Of a number.
    median: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Waited:
    """The time from the start until the first answer."""

    median: timedelta | None
    #: How many answered within each of `WAITS` and not the one before; the last: later.
    within: tuple[int, ...]


def questions(flow: Flow, answers: QuerySet[Answer] | None = None) -> list[Question]:
    """What the published revision asks; with answers, also what they hold from revisions before it."""
    revision = flow.published_revision or flow.latest_revision
    known = list(_questions(flow.id, revision))
    if answers is not None:
        keys = {question.key for question in known}
        gone = answers.exclude(key__in=keys).order_by("key").values_list("key", flat=True).distinct()
        known += [Question(key=key, name=key, kind=AnswerKind.CHOICE, is_asked=False) for key in gone]
    return known


@lru_cache(maxsize=200)
def _questions(flow_id: UUID, revision: int) -> tuple[Question, ...]:
    return tuple(questions_of(definition_of(flow_id, revision)))


def definition_of(flow_id: UUID, revision: int) -> dict[str, Any]:
    """The definition as it was saved then; an empty one when there is none."""
    found = FlowRevision.objects.filter(flow_id=flow_id, revision=revision)
    definition: dict[str, Any] = found.values_list("definition", flat=True).first() or {}
    return definition


def counts_of_runs(selection: Selection, dimension: str = DIMENSIONS[0]) -> RunCounts:
    """How many runs stand where: one reading of them all, from which several figures are made."""
    again = Count("id", filter=Q(is_answered=True, broadcast_id__in=selection.reasks))
    rows = (
        selection.runs()
        .values_list(dimension, "status", "node_id")
        .annotate(asked=Count("id"), answered=Count("id", filter=Q(is_answered=True)), again=again)
    )
    return [RunCount(*row) for row in rows.order_by()]


def response_of(selection: Selection, runs: RunCounts | None = None) -> Response:
    """Who answered at all. `runs` spares reading what `counts_of_runs` found."""
    by_status: Counter[str] = Counter()
    answered = again = 0
    for each in counts_of_runs(selection) if runs is None else runs:
        by_status[each.status] += each.asked
        answered += each.answered
        again += each.answered_again
    return Response(asked=by_status.total(), answered=answered, answered_again=again, by_status=by_status)


def responses_by(
    selection: Selection, dimension: str, runs: RunCounts | None = None
) -> list[tuple[str, int, int]]:
    """(name, asked, answered) for each cadre, county, operator or gender, the largest first.

    `runs` as in `response_of`, of the same dimension.
    """
    asked: Counter[str] = Counter()
    answered: Counter[str] = Counter()
    for each in counts_of_runs(selection, dimension) if runs is None else runs:
        asked[each.name] += each.asked
        answered[each.name] += each.answered
    return sorted(
        ((name, number, answered[name]) for name, number in asked.items()),
        key=lambda row: (-row[1], row[0]),
    )


def waited(selection: Selection) -> Waited:
    took = ExpressionWrapper(F("session__answered_at") - F("session__started_at"), DurationField())
    until = {f"until_{place}": Count("id", filter=Q(took__lt=limit)) for place, limit in enumerate(WAITS)}
    answered = selection.runs().filter(session__answered_at__isnull=False).annotate(took=took)
    found = answered.aggregate(**until, all=Count("id"), median=Median("took", output_field=DurationField()))
    ends = [*(found[name] for name in until), found["all"]]
    return Waited(
        median=found["median"],
        within=tuple(end - begin for begin, end in pairwise([0, *ends])),
    )


def tallies(selection: Selection, asked: Sequence[Question], counted: Counts | None = None) -> list[Tally]:
    """The answers to each question. `counted` spares reading what `counts_of_answers` found."""
    counted = counts_of_answers(selection) if counted is None else counted
    return [_tally(selection, question, counted.get(question.key, Counter())) for question in asked]


def counts_of_answers(selection: Selection) -> Counts:
    """How often each category was kept under each key."""
    rows = selection.answers().values_list("key", "category").annotate(people=Count("key")).order_by()
    counted: dict[str, Counter[str]] = {}
    for key, category, people in rows:
        counted.setdefault(key, Counter())[category] += people
    return counted


def _tally(selection: Selection, question: Question, counted: Counter[str]) -> Tally:
    names = [*question.categories, *sorted(set(counted) - set(question.categories) - question.no_answers)]
    tally = Tally(
        question=question,
        categories=[(name, counted[name]) for name in names],
        no_answers=sum(counted[name] for name in question.no_answers),
    )
    if not tally.answered:
        return tally
    given = given_to(selection, question)
    if question.kind is AnswerKind.NUMBER:
        return replace(tally, numbers=_numbers(given))
    if question.kind is AnswerKind.DATE:
        values = _dates(given)
    elif question.kind is AnswerKind.PLACE:
        values = _places(given)
    else:
        return tally
    shown = values[:MOST_VALUES]
    return replace(tally, values=shown, other_values=sum(number for _value, number in values[MOST_VALUES:]))


def given_to(selection: Selection, question: Question) -> QuerySet[Answer]:
    """The answers to a question, without what is kept where there was none."""
    return selection.answers().filter(key=question.key).exclude(category__in=question.no_answers)


def _numbers(given: QuerySet[Answer]) -> Numbers | None:
    numbers = given.filter(number__isnull=False)
    found = numbers.aggregate(
        count=Count("key"),
        least=Min("number"),
        most=Max("number"),
        median=Median("number"),
        broken=Count("key", filter=~Q(number=Floor("number"))),
    )
    whole = not found.pop("broken")
    if not found["count"]:
        return None
    step = step_of(found["least"], found["most"], whole=whole)
    place = Cast(Floor(F("number") / Value(step, output_field=FloatField())), BigIntegerField())
    counted = dict(numbers.values_list(place).annotate(people=Count("key")).order_by())
    return Numbers(**found, whole=whole, buckets=buckets(counted, step))


def _dates(given: QuerySet[Answer]) -> list[tuple[str, int]]:
    """By day, or by month where the days are many; in their order."""
    rows = given.values_list(Left("value", 10)).annotate(people=Count("key")).order_by()
    days: Counter[str] = Counter(dict(rows))
    if len(days) <= MOST_VALUES // 2:
        return sorted(days.items())
    months: Counter[str] = Counter()
    for day, people in days.items():
        months[day[:7]] += people
    return sorted(months.items())


def _places(given: QuerySet[Answer]) -> list[tuple[str, int]]:
    """By the place's own name; a value names those above it too."""
    rows = given.values_list("value").annotate(people=Count("key")).order_by()
    places: Counter[str] = Counter()
    for value, people in rows:
        places[value.rsplit(">", 1)[-1].strip()] += people
    return sorted(places.items(), key=lambda place: (-place[1], place[0]))


def compared(selection: Selection, question: Question, dimension: str) -> list[Compared]:
    """The answers to a question by cadre, county, operator or gender, the largest first."""
    given = given_to(selection, question)
    by_name: dict[str, Counter[str]] = {}
    rows = given.values_list(dimension, "category").annotate(people=Count("key")).order_by()
    for name, category, people in rows:
        by_name.setdefault(name, Counter())[category] += people
    medians: dict[str, float] = {}
    if question.kind is AnswerKind.NUMBER:
        numbers = given.filter(number__isnull=False).values_list(dimension)
        medians = dict(numbers.annotate(median=Median("number")).order_by())
    lines = [
        Compared(name=name, answered=counted.total(), categories=counted, median=medians.get(name))
        for name, counted in by_name.items()
    ]
    return sorted(lines, key=lambda line: (-line.answered, line.name))


def latest_texts(selection: Selection, question: Question, most: int = MOST_TEXTS) -> list[str]:
    """What people wrote, the latest first; what several wrote stands there as often."""
    given = given_to(selection, question).exclude(value="")
    return list(given.order_by("-answered_at").values_list("value", flat=True)[:most])


def reach_of(
    selection: Selection,
    asked: Iterable[Question],
    counted: Counts | None = None,
    runs: RunCounts | None = None,
) -> dict[str, Reach]:
    """How far people came, by key of each question that a person is asked.

    `counted` as in `tallies`, `runs` as in `response_of`.
    """
    asked = [question for question in asked if question.is_asked]
    counted = counts_of_answers(selection) if counted is None else counted
    standing: dict[UUID, Counter[str]] = {}
    for each in counts_of_runs(selection) if runs is None else runs:
        if each.node_id is not None and each.status != ConversationStatus.COMPLETED:
            standing.setdefault(each.node_id, Counter())[each.status] += each.asked
    again = _asked_again(selection)
    return {
        question.key: _reach(question, counted.get(question.key, Counter()), standing, again)
        for question in asked
    }


def _asked_again(selection: Selection) -> list[tuple[str, str, UUID, int]]:
    """(key, category, node, people) of results whose runs stand at a node and are not finished."""
    standing = selection.answers().exclude(run__status=ConversationStatus.COMPLETED)
    rows = standing.filter(run__node_id__isnull=False).values_list("key", "category", "run__node_id")
    return list(rows.annotate(people=Count("key")).order_by())


def _reach(
    question: Question,
    kept: Counter[str],
    standing: Mapping[UUID, Counter[str]],
    again: Iterable[tuple[str, str, UUID, int]],
) -> Reach:
    """Those who stand at the question count there, whatever they answered to it before."""
    here: Counter[str] = sum((standing.get(node, Counter()) for node in question.node_ids), Counter())
    moved_on = Counter(kept)
    for key, category, node_id, people in again:
        if key == question.key and node_id in question.node_ids:
            moved_on[category] -= people
    passed = sum(moved_on[category] for category in question.no_answers)
    return Reach(
        answered=moved_on.total() - passed,
        waiting=here.pop(ConversationStatus.WAITING, 0),
        ended=here,
        passed=passed,
    )
