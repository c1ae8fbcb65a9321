"""Assessments: the list, the board of who has reported, a facility's answers, and the file."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.connectors.queries import refused_of
from mhero.messaging.queries.results import questions
from mhero.outreach.assessments import board, queries
from mhero.outreach.assessments.models import Assessment, AssessmentRound, Outcome, State
from mhero.outreach.assessments.queries import Tally
from mhero.outreach.assessments.words import (
    answers_in_words,
    how_often,
    reason_in_words,
    round_in_short,
    round_in_words,
    who_in_words,
)
from mhero.outreach.periods import Period
from mhero.outreach.stock.chart import chart
from mhero.outreach.words import period_in_words
from mhero.platform.spreadsheets import csv_lines
from mhero.registry.models import Person, PlaceKind
from mhero.registry.queries import names_of, places_of

#: Rounds that one can go back to.
ROUNDS_CHOSEN = 24
TONES = {
    State.ASKED: "blue",
    State.ANSWERED: "green",
    State.LATE: "yellow",
    State.SILENT: "red",
    State.UNREACHED: "grey",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """An assessment as the list shows it."""

    assessment: Assessment
    who: str
    how_often: str
    round: str
    tally: Tally | None
    is_running: bool


@requires("assessments.view")
@require_GET
def assessments(request: SignedInRequest) -> HttpResponse:
    may_edit = request.user.may("assessments.edit")
    found = [one for one in queries.visible_to(request.user) if may_edit or one.started_at]
    rounds = queries.latest_rounds(found)
    tallies = queries.tallies([one.id for one in rounds.values()], request.user.area_id)
    listed = [_listed(one, rounds.get(one.id), tallies) for one in found]
    context = {
        "running": [one for one in listed if one.is_running],
        "others": [one for one in listed if not one.is_running],
        "may_edit": may_edit,
    }
    return render(request, "outreach/assessments/list.html", context)


def _listed(assessment: Assessment, latest: AssessmentRound | None, tallies: dict[UUID, Tally]) -> Listed:
    return Listed(
        assessment=assessment,
        who=who_in_words(assessment),
        how_often=how_often(assessment) if assessment.starts_on else "",
        round=round_in_words(latest) if latest else "",
        tally=tallies.get(latest.id, Tally()) if latest else None,
        is_running=assessment.next_at is not None,
    )


@requires("assessments.view")
@require_GET
def assessment(request: SignedInRequest, assessment_id: UUID) -> HttpResponse:
    """Who has reported, and what was answered over time."""
    found = get_object_or_404(queries.visible_to(request.user), id=assessment_id)
    may_edit = queries.may_change(request.user, found)
    if found.started_at is None:
        if may_edit:
            return redirect("assessment_check", assessment_id=found.id)
        raise Http404
    view = chosen_view(request, found)
    rows = board.rows(view)
    trend = [(one, tally) for one, tally in board.trend(view) if one.due_at <= timezone.now()]
    rounds, told = board.told(view)
    context = {
        "assessment": found,
        "view": view,
        "round": round_in_words(view.round) if view.round else "",
        "is_due": view.round is not None and view.round.due_at <= timezone.now(),
        "tally": board.tally_of(view),
        "rows": [(row, _href(view, row), *_state_of(row, view)) for row in rows],
        "above": _above(request, view),
        "chart": chart(
            [(round_in_short(one), tally.percent if tally.expected else None) for one, tally in trend],
            top=100,
        ),
        "trend": [(round_in_words(one), tally) for one, tally in trend[::-1]],
        "rounds": [round_in_short(one) for one in rounds],
        "told": [
            (
                _first_line(question.prompt) or question.name,
                [answers_in_words(question, one) for one in answers],
            )
            for question, answers in told
        ],
        "choices": [(str(one.id), _choice(one)) for one in queries.rounds_of(found)[:ROUNDS_CHOSEN]],
        "query": _query(view),
        "may_edit": may_edit,
        # The charts hold every answer, of the whole country.
        "user_may_see_results": request.user.may("messages.view"),
        "how_often": how_often(found),
        "who": who_in_words(found),
    }
    return render(request, "outreach/assessments/board.html", context)


def _state_of(row: board.Row, view: board.View) -> tuple[str, str]:
    """Of a facility with one report the words for its state, and their colour; empty where there are more."""
    tally = row.tally
    if not row.is_facility or tally.expected != 1 or view.round is None:
        return "", ""
    if tally.reported:
        state = State.LATE if tally.late else State.ANSWERED
    elif tally.unreached:
        state = State.UNREACHED
    else:
        state = State.SILENT if view.round.due_at <= timezone.now() else State.ASKED
    return str(state.label), TONES[state]


def _first_line(prompt: str) -> str:
    """The question itself: its answers stand beneath it."""
    return prompt.split("\n", 1)[0]


def _choice(made: AssessmentRound) -> str:
    words = round_in_words(made)
    if made.outcome == Outcome.ASKED:
        return words
    return gettext("%(period)s: %(outcome)s") % {"period": words, "outcome": made.get_outcome_display()}


def chosen_view(request: SignedInRequest, found: Assessment) -> board.View:
    """What the address asks for, within the person's area; 404 for what is not there."""
    try:
        round_id = UUID(request.GET["round"]) if request.GET.get("round") else None
        place_id = UUID(request.GET["place"]) if request.GET.get("place") else request.user.area_id
    except ValueError as error:
        raise Http404 from error
    rounds = queries.rounds_of(found)
    return board.View(
        assessment=found,
        round=get_object_or_404(rounds, id=round_id) if round_id else rounds.first(),
        place=get_object_or_404(places_of(request.user.area_id), id=place_id) if place_id else None,
    )


@requires("assessments.view")
@require_GET
def assessment_facility(request: SignedInRequest, assessment_id: UUID, place_id: UUID) -> HttpResponse:
    """What a facility answered over time."""
    found = get_object_or_404(queries.visible_to(request.user), id=assessment_id)
    place = get_object_or_404(places_of(request.user.area_id), id=place_id, kind=PlaceKind.FACILITY)
    lines = list(board.lines_of_place(found, place))
    people = [line.respondent.person_id for line in lines if line.respondent.person_id]
    names = dict(Person.objects.filter(id__in=people).values_list("id", "name"))
    if lines:
        record_audit("assessment.read", f"facility {place.id}", request=request, people=len(lines))
    back = f"?{urlencode({'place': str(place.parent_id)})}" if place.parent_id else ""
    context = {
        "assessment": found,
        "place": place,
        "refused": list(_refused(found, place.id)),
        "back": reverse("assessment", args=[found.id]) + back,
        "questions": [one.name for one in questions(found.flow) if one.is_asked],
        "lines": [
            (
                line,
                round_in_words(line.respondent.round),
                names.get(line.respondent.person_id, "") if line.respondent.person_id else "",
                TONES[State(line.respondent.state)],
                reason_in_words(line.respondent.reason) if line.respondent.reason else "",
            )
            for line in lines
        ],
    }
    return render(request, "outreach/assessments/facility.html", context)


def _refused(found: Assessment, place_id: UUID) -> Iterator[tuple[str, str, str, str]]:
    """Of each value that DHIS2 did not take: the period, the question, the value, and DHIS2's own words."""
    if not found.data_set:
        return
    names = {question.key: question.name for question in questions(found.flow)}
    asked = {one["id"]: names.get(key, key) for key, one in found.elements.items()}
    for value in refused_of(place_id, found.data_set):
        if value.data_element in asked:
            period = period_in_words(Period.named(value.value_set.period))
            yield period, asked[value.data_element], value.value, value.words


@requires("assessments.view")
@require_safe
def assessment_file(request: SignedInRequest, assessment_id: UUID) -> HttpResponseBase:
    """Every report that is expected in what is looked at, with its answers, for a spreadsheet."""
    found = get_object_or_404(queries.visible_to(request.user), id=assessment_id)
    view = chosen_view(request, found)
    record_audit("assessment.exported", f"assessment {found.id}", request=request)
    response = StreamingHttpResponse(
        _file_lines(view, translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    period = (view.round.period or view.round.period_start.isoformat()) if view.round else "none"
    name = f"{slugify(found.name) or 'assessment'}-{period}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _file_lines(view: board.View, language: str | None) -> Iterator[str]:
    # The lines are made when the request is over, and its language with it.
    with translation.override(language):
        header = (
            gettext("County"),
            gettext("District"),
            gettext("Facility"),
            gettext("Period"),
            gettext("Status"),
            gettext("Reported at"),
            *(question.name for question in questions(view.assessment.flow) if question.is_asked),
        )
        yield from csv_lines(chain([header], _file_rows(view)))


def _file_rows(view: board.View) -> Iterator[tuple[str, ...]]:
    made = view.round
    period = (made.period or made.period_start.isoformat()) if made else ""
    for line in board.lines_of_round(view):
        county, district = (*line.within, "", "")[:2]
        row = line.respondent
        status = State(row.state).label
        at = timezone.localtime(row.answered_at).isoformat(timespec="minutes") if row.answered_at else ""
        why = reason_in_words(row.reason) if row.reason else str(status)
        yield (county, district, line.facility, period, why, at, *map(str, line.answers))


def _href(view: board.View, row: board.Row) -> str:
    """Where a row leads; nowhere from those who work at the place itself."""
    if row.id is None or row.id == view.place_id:
        return ""
    if row.is_facility:
        return reverse("assessment_facility", args=[view.assessment.id, row.id])
    return _address(view, place=row.id)


def _above(request: SignedInRequest, view: board.View) -> dict[str, str] | None:
    """The place above the one that is looked at, as far as the person may see."""
    parent = view.place.parent_id if view.place else None
    if view.place is None or parent is None or view.place.id == request.user.area_id:
        return None
    is_country = len(view.place.path) == board.COUNTY
    return {"name": names_of([parent])[parent], "href": _address(view, place="" if is_country else parent)}


def _query(view: board.View, **other: Any) -> str:
    asked = {"place": view.place_id or "", "round": view.round.id if view.round else ""}
    return urlencode({name: str(value) for name, value in (asked | other).items() if value})


def _address(view: board.View, **other: Any) -> str:
    return f"{reverse('assessment', args=[view.assessment.id])}?{_query(view, **other)}"
