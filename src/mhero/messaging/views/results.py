"""What was answered: the flows with answers, the charts of one, one question, and the table of people."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.asked import AnswerKind, Question
from mhero.messaging.charts import (
    Line,
    answer_lines,
    day_words,
    duration_words,
    lines_of,
    number_words,
    waited_lines,
)
from mhero.messaging.frequent import frequent_words
from mhero.messaging.models import ConversationStatus, FlowRun
from mhero.messaging.queries.answered import (
    answer_of,
    answered_flows,
    counts_of,
    rows_of,
    waiting_to_be_asked,
)
from mhero.messaging.queries.results import (
    DIMENSIONS,
    Compared,
    RunCounts,
    Tally,
    compared,
    counts_of_answers,
    counts_of_runs,
    latest_texts,
    questions,
    reach_of,
    response_of,
    responses_by,
    tallies,
    waited,
)
from mhero.messaging.views.narrowing import (
    Narrowed,
    dimension_words,
    frame,
    narrowed,
    value_words,
)
from mhero.messaging.views.paging import page_of
from mhero.platform.clock import now

PAGE = 50
FLOWS = 25
#: Of what people wrote: as many as a chart has room for.
TEXTS_SHOWN = 3
TEXTS_LISTED = 20
TEXTS_LOOKED_AT = 200
#: Answers that a comparison has colours for; those of the others are summed up.
MOST_COMPARED = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """A question with what was answered to it."""

    tally: Tally
    lines: list[Line]
    #: How many were asked; None for what nobody is asked.
    asked: int | None
    #: The latest texts, for those who may read replies.
    texts: list[str]
    address: str

    @property
    def question(self) -> Question:
        return self.tally.question

    @property
    def measures(self) -> list[tuple[str, str]]:
        """Of numbers: what each measure is called, and its value."""
        numbers = self.tally.numbers
        if numbers is None:
            return []
        return [
            (_("Middle answer"), number_words(numbers.median)),
            (_("Lowest"), number_words(numbers.least)),
            (_("Highest"), number_words(numbers.most)),
        ]


@requires("messages.view")
@require_safe
def results(request: SignedInRequest) -> HttpResponse:
    user = request.user
    found = answered_flows(user.area_id, user.id)
    if before := parse_datetime(request.GET.get("before", "").replace(" ", "+")):
        found = found.filter(latest__lt=before)
    rows, newer, older = page_of(
        request, list(found[: FLOWS + 1]), FLOWS, lambda flow: flow.latest.isoformat()
    )
    counted = counts_of(rows, user.area_id)
    return render(
        request,
        "messaging/results.html",
        {
            "flows": [(flow, *counted.get(flow.id, (0, 0))) for flow in rows],
            "newer": newer,
            "older": older,
        },
    )


@requires("messages.view")
@require_safe
def results_of(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    """A flow's results, as charts."""
    about = narrowed(request, flow_id)
    by = request.GET.get("by", "")
    dimension = by if by in DIMENSIONS else DIMENSIONS[0]
    runs = counts_of_runs(about.selection, dimension)
    response = response_of(about.selection, runs)
    context = frame(request, about) | {"response": response, "at": now()}
    if not response.asked:
        context["to_be_asked"] = waiting_to_be_asked(about.flow, about.send, request.user.area_id)
    if response.answered:
        found = waited(about.selection)
        context |= {
            "charts": _charts(request, about, runs),
            "waited": waited_lines(found),
            "median_wait": duration_words(found.median) if found.median is not None else "",
            "by_words": dimension_words(dimension),
            "dimensions": about.dimensions(request.path, dimension),
            "compared": _responses(request, about, dimension, runs),
        }
    return render(request, "messaging/results_of.html", context)


@requires("messages.view")
@require_safe
def results_question(request: SignedInRequest, flow_id: UUID, key: str) -> HttpResponse:
    """One question: its chart, by place on a map, compared, and what people wrote."""
    about = narrowed(request, flow_id)
    question = _question(about, key)
    by = request.GET.get("by", "")
    dimension = by if by in DIMENSIONS else "county"
    runs = counts_of_runs(about.selection)
    (chart,) = _charts(request, about, runs, only=question, texts=TEXTS_LISTED)
    context = (
        frame(request, about)
        | {
            "chart": chart,
            "by_words": dimension_words(dimension),
            "dimensions": about.dimensions(request.path, dimension),
            "comparison": _comparison(chart.tally, compared(about.selection, question, dimension), dimension),
        }
        | _map(request, about, chart.tally)
    )
    if question.kind is AnswerKind.TEXT and request.user.may("inbox.view"):
        texts = latest_texts(about.selection, question)
        context["words"] = lines_of(
            [(word, number, "") for word, number in frequent_words(texts)],
            len(texts),
        )
        record_audit("results.read", f"flow {flow_id}", request=request, people=len(chart.texts))
    return render(request, "messaging/results_question.html", context)


@requires("inbox.view")
@require_safe
def results_table(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    """Everybody who was asked, with their answers."""
    about = narrowed(request, flow_id)
    asked = questions(about.flow, about.selection.answers())
    answered, given = _wanted(request)
    found = rows_of(about.selection, answered=answered, given=given, before=_place_of(request))
    rows, newer, older = page_of(request, list(found[: PAGE + 1]), PAGE, _row_key)
    record_audit("results.listed", f"flow {flow_id}", request=request, people=len(rows))
    context = frame(request, about) | {
        "questions": asked,
        "rows": [
            (
                run,
                ConversationStatus(run.status).label,
                [(_shown(answer_of(question, run.results), question), question.kind) for question in asked],
            )
            for run in rows
        ],
        "whom": [
            (words, about.address(request.path, **({"answered": value} if value else {})), answered is wanted)
            for words, value, wanted in (
                (_("Everybody"), "", None),
                (_("Have answered"), "yes", True),
                (_("Have not answered"), "no", False),
            )
        ],
        "given_words": _given_words(asked, given),
        "newer": newer,
        "older": older,
    }
    return render(request, "messaging/results_table.html", context)


def _map(request: SignedInRequest, about: Narrowed, tally: Tally) -> dict[str, Any]:
    """The map shows how many answered, or how many gave one of the answers."""
    try:
        address = reverse("results_map", args=[about.flow.id])
    except NoReverseMatch:
        return {}
    is_choice = tally.question.kind is AnswerKind.CHOICE
    names = [name for name, _number in tally.categories if name] if is_choice else []
    answer = request.GET.get("answer", "")
    return {
        "map_url": about.address(address, question=tally.question.key, answer=answer),
        "map_shows": [
            (name or _("Have answered"), about.address(request.path, answer=name), name == answer)
            for name in ("", *names)
        ],
    }


def _question(about: Narrowed, key: str) -> Question:
    for question in questions(about.flow, about.selection.answers()):
        if question.key == key:
            return question
    raise Http404


def _charts(
    request: SignedInRequest,
    about: Narrowed,
    runs: RunCounts,
    *,
    only: Question | None = None,
    texts: int = TEXTS_SHOWN,
) -> list[Chart]:
    asked = [only] if only else questions(about.flow, about.selection.answers())
    counted = counts_of_answers(about.selection)
    reach = reach_of(about.selection, asked, counted, runs)
    can_read = request.user.may("inbox.view")
    return [
        Chart(
            tally=tally,
            lines=answer_lines(tally, _people_who(request, about, tally.question)),
            asked=reach[tally.question.key].asked if tally.question.key in reach else None,
            texts=_texts(about, tally, texts) if can_read else [],
            address=about.address(reverse("results_question", args=[about.flow.id, tally.question.key])),
        )
        for tally in tallies(about.selection, asked, counted)
    ]


def _texts(about: Narrowed, tally: Tally, most: int) -> list[str]:
    """The latest answers in people's own words, each once."""
    if tally.question.kind is not AnswerKind.TEXT:
        return []
    latest = latest_texts(about.selection, tally.question, TEXTS_LOOKED_AT)
    return list(dict.fromkeys(latest))[:most]


def _people_who(request: SignedInRequest, about: Narrowed, question: Question) -> Callable[[str], str]:
    """The address of the people who gave an answer; none for those who may not read replies."""
    if not request.user.may("inbox.view"):
        return lambda _category: ""
    path = reverse("results_table", args=[about.flow.id])
    return lambda category: about.address(path, question=question.key, answer=category)


def _responses(request: SignedInRequest, about: Narrowed, dimension: str, runs: RunCounts) -> list[Line]:
    rows = responses_by(about.selection, dimension, runs)
    return [
        Line(
            label=value_words(dimension, name),
            number=answered,
            whole=asked,
            length=round(100 * answered / asked, 1),
            href=about.address(request.path, by=dimension, **{dimension: name or "-"}),
        )
        for name, asked, answered in rows
    ]


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """The answers of several groups beside one another."""

    #: The answers that have a column and a colour, with the number of the colour.
    answers: list[tuple[int, str]]
    #: (group, how many answered, [(colour, number, where its bar begins, how wide it is)], median in words).
    groups: list[tuple[str, int, list[tuple[int, int, float, float]], str]]


def _comparison(tally: Tally, lines: list[Compared], dimension: str) -> Comparison:
    is_choice = tally.question.kind is AnswerKind.CHOICE
    names = [name for name, _number in tally.categories] if is_choice else []
    answers = list(enumerate(names[:MOST_COMPARED]))
    if len(names) > MOST_COMPARED:
        answers = [*answers[:-1], (MOST_COMPARED - 1, _("Others"))]
    return Comparison(
        answers=answers,
        groups=[
            (
                value_words(dimension, line.name),
                line.answered,
                _parts(line.categories, names),
                number_words(line.median) if line.median is not None else "",
            )
            for line in lines
        ],
    )


def _parts(counted: Counter[str], names: list[str]) -> list[tuple[int, int, float, float]]:
    numbers = [counted[name] for name in names]
    if len(names) > MOST_COMPARED:
        numbers = [*numbers[: MOST_COMPARED - 1], sum(numbers[MOST_COMPARED - 1 :])]
    whole = sum(numbers) or 1
    begins = [sum(numbers[:place]) for place in range(len(numbers))]
    return [
        (place, number, round(100 * begins[place] / whole, 2), round(100 * number / whole, 2))
        for place, number in enumerate(numbers)
    ]


def _wanted(request: HttpRequest) -> tuple[bool | None, tuple[str, str] | None]:
    answered = {"yes": True, "no": False}.get(request.GET.get("answered", ""))
    question = request.GET.get("question", "")
    return answered, (question, request.GET.get("answer", "")) if question else None


def _given_words(asked: list[Question], given: tuple[str, str] | None) -> str:
    if given is None:
        return ""
    name = next((question.name for question in asked if question.key == given[0]), given[0])
    return f"{name}: {given[1]}"


def _row_key(run: FlowRun) -> str:
    return f"{run.started_at.isoformat()}~{run.id}"


def _place_of(request: HttpRequest) -> tuple[datetime, UUID] | None:
    """The row that the address names; None when it names none."""
    at, _tilde, identity = request.GET.get("before", "").replace(" ", "+").partition("~")
    try:
        moment = parse_datetime(at)
        return (moment, UUID(identity)) if moment else None
    except ValueError:
        return None


def _shown(answer: str | float, question: Question) -> str:
    if not isinstance(answer, str):
        return number_words(answer)
    return day_words(answer) if question.kind is AnswerKind.DATE else answer
