"""Who has reported: by area, by facility and over time; and what was answered, round by round."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from mhero.messaging.asked import AnswerKind, Question
from mhero.messaging.models import FlowRun
from mhero.messaging.queries.answered import answer_of
from mhero.messaging.queries.results import questions
from mhero.outreach.assessments.models import Assessment, AssessmentRound, Outcome, Respondent
from mhero.outreach.assessments.queries import Tally, all_rows, rounds_of, tallies
from mhero.registry.models import Place, PlaceKind
from mhero.registry.queries import names_of

#: How many rounds the trend shows, and the answers over time.
ROUNDS_SHOWN: Final = 12
ROUNDS_OF_ANSWERS: Final = 6
#: The position of a county in a place's path.
COUNTY: Final = 2

# What became of the rows beneath a place, by the next place on their way. Who works at the place itself, and
# nowhere beneath it, stands under it.
BENEATH = """
SELECT coalesce(path[%(depth)s], path[cardinality(path)]), count(*),
       count(*) FILTER (WHERE state = 'answered'), count(*) FILTER (WHERE state = 'late'),
       count(*) FILTER (WHERE state = 'unreached')
FROM outreach_respondent
WHERE round_id = %(round)s AND (%(place)s::uuid IS NULL OR path @> ARRAY[%(place)s::uuid])
GROUP BY 1
"""
ANSWERS = """
SELECT respondent.round_id, answer.key, answer.category, count(*), sum(answer.number), count(answer.number)
FROM outreach_respondent AS respondent
JOIN messaging_answer AS answer ON answer.run_id = respondent.run_id
WHERE respondent.round_id = ANY(%(rounds)s)
  AND (%(place)s::uuid IS NULL OR respondent.path @> ARRAY[%(place)s::uuid])
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What of an assessment is looked at."""

    assessment: Assessment
    #: None while it was never asked.
    round: AssessmentRound | None
    #: None is the whole country.
    place: Place | None

    @property
    def place_id(self) -> UUID | None:
        return self.place.id if self.place else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A place right beneath the one that is looked at."""

    id: UUID | None
    name: str
    is_facility: bool
    tally: Tally


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """The answers to one question in one round."""

    answered: int = 0
    #: How often each answer was given.
    categories: Counter[str] = field(default_factory=Counter)
    #: Of numbers: their mean.
    mean: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One report that is expected, as a table and the file have it."""

    respondent: Respondent
    facility: str
    #: The places above it, the county first.
    within: tuple[str, ...]
    answers: tuple[str | float, ...]


def rows(view: View) -> list[Row]:
    """The places beneath, by name."""
    if view.round is None:
        return []
    depth = len(view.place.path) + 1 if view.place else COUNTY
    found = all_rows(BENEATH, {"round": view.round.id, "place": view.place_id, "depth": depth})
    places = {one.id: one for one in Place.objects.filter(id__in=[row[0] for row in found if row[0]])}
    made = [
        Row(
            id=place_id,
            name=places[place_id].name.strip() if place_id in places else "",
            is_facility=place_id in places and places[place_id].kind == PlaceKind.FACILITY,
            tally=Tally(expected=expected, in_time=in_time, late=late, unreached=unreached),
        )
        for place_id, expected, in_time, late, unreached in found
    ]
    return sorted(made, key=lambda row: (row.name.casefold(), str(row.id)))


def tally_of(view: View) -> Tally:
    return tallies([view.round.id], view.place_id).get(view.round.id, Tally()) if view.round else Tally()


def trend(view: View) -> list[tuple[AssessmentRound, Tally]]:
    """The rounds up to the one that is looked at, the oldest first, as far as somebody was asked."""
    rounds = _rounds_up_to(view, ROUNDS_SHOWN)
    found = tallies([one.id for one in rounds], view.place_id)
    return [(one, found.get(one.id, Tally())) for one in rounds]


def _rounds_up_to(view: View, most: int) -> list[AssessmentRound]:
    if view.round is None:
        return []
    asked = rounds_of(view.assessment).filter(outcome=Outcome.ASKED)
    return list(asked.filter(period_start__lte=view.round.period_start)[:most])[::-1]


def told(view: View) -> tuple[list[AssessmentRound], list[tuple[Question, list[Told]]]]:
    """The latest rounds, the oldest first, and of each question what was answered in each of them."""
    rounds = _rounds_up_to(view, ROUNDS_OF_ANSWERS)
    found: dict[tuple[UUID, str], list[tuple[Any, ...]]] = {}
    for round_id, key, *figures in all_rows(
        ANSWERS, {"rounds": [one.id for one in rounds], "place": view.place_id}
    ):
        found.setdefault((round_id, key), []).append(tuple(figures))
    asked = [question for question in questions(view.assessment.flow) if question.is_asked]
    return rounds, [
        (question, [_told(question, found.get((one.id, question.key), [])) for one in rounds])
        for question in asked
    ]


def _told(question: Question, figures: Sequence[tuple[Any, ...]]) -> Told:
    given = [row for row in figures if row[0] not in question.no_answers]
    numbers = sum(row[3] for row in given)
    total = sum(row[2] or 0 for row in given)
    is_number = question.kind is AnswerKind.NUMBER and numbers
    return Told(
        answered=sum(row[1] for row in given),
        categories=Counter({row[0]: row[1] for row in given}),
        mean=total / numbers if is_number else None,
    )


def lines_of_round(view: View) -> Iterator[Line]:
    """Every report that is expected, by place, with its answers."""
    if view.round is None:
        return iter(())
    found = Respondent.objects.filter(round=view.round)
    if view.place:
        found = found.filter(path__contains=[view.place.id])
    return _lines(view.assessment, list(found.order_by("path", "id")))


def lines_of_place(assessment: Assessment, place: Place) -> Iterator[Line]:
    """What is known of a facility in the latest rounds, the latest first."""
    found = Respondent.objects.filter(round__assessment=assessment, place=place).select_related("round")
    return _lines(assessment, list(found.order_by("-round__period_start", "id")[:ROUNDS_SHOWN]))


def _lines(assessment: Assessment, rows: Sequence[Respondent]) -> Iterator[Line]:
    names = names_of({step for row in rows for step in row.path})
    runs = FlowRun.objects.filter(id__in=[row.run_id for row in rows if row.run_id])
    results: Mapping[UUID, Mapping[str, Any]] = dict(runs.values_list("id", "results"))
    asked = [question for question in questions(assessment.flow) if question.is_asked]
    for row in rows:
        given = results.get(row.run_id, {}) if row.run_id else {}
        yield Line(
            respondent=row,
            facility=names.get(row.place_id, "").strip() if row.place_id else "",
            within=tuple(names.get(step, "").strip() for step in row.path[1:-1]),
            answers=tuple(answer_of(question, given) for question in asked),
        )
