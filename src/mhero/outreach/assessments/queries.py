"""Reads of assessments: which of them somebody may see and change, and how far each is."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from mhero.accounts.models import User
from mhero.outreach.assessments.models import Assessment, AssessmentRound, Outcome
from mhero.registry.models import Place

# Of each round, in one place or everywhere: how many are expected, and what became of them.
TALLIES = """
SELECT round_id, count(*), count(*) FILTER (WHERE state = 'answered'), count(*) FILTER (WHERE state = 'late'),
       count(*) FILTER (WHERE state = 'unreached')
FROM outreach_respondent
WHERE round_id = ANY(%(rounds)s) AND (%(place)s::uuid IS NULL OR path @> ARRAY[%(place)s::uuid])
GROUP BY round_id
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """What became of those of whom a report is expected."""

    expected: int = 0
    in_time: int = 0
    late: int = 0
    #: Could not be asked.
    unreached: int = 0

    @property
    def reported(self) -> int:
        return self.in_time + self.late

    @property
    def missing(self) -> int:
        """Were asked and have not reported."""
        return self.expected - self.reported - self.unreached

    @property
    def percent(self) -> int:
        return 100 * self.reported // self.expected if self.expected else 0

    @property
    def percent_in_time(self) -> int:
        return 100 * self.in_time // self.expected if self.expected else 0


def visible_to(user: User) -> QuerySet[Assessment]:
    """Those of the whole country, of the areas above the person's own, and of those within it."""
    found = Assessment.objects.select_related("owner", "flow").order_by("name", "id")
    if user.area_id is None:
        return found
    above = Place.objects.filter(id=user.area_id).values_list("path", flat=True).first() or []
    within = Place.objects.filter(path__contains=[user.area_id]).values("id")
    return found.filter(Q(area_id=None) | Q(area_id__in=above) | Q(area_id__in=within))


def may_change(user: User, assessment: Assessment) -> bool:
    """Whether it is within what the person is responsible for."""
    if not user.may("assessments.edit"):
        return False
    if user.area_id is None:
        return True
    if assessment.area_id is None:
        return False
    return Place.objects.filter(id=assessment.area_id, path__contains=[user.area_id]).exists()


def rounds_of(assessment: Assessment) -> QuerySet[AssessmentRound]:
    """The latest first."""
    return assessment.rounds.order_by("-period_start", "-id")


def latest_rounds(assessments: Iterable[Assessment]) -> dict[UUID, AssessmentRound]:
    """Of each assessment its latest round in which somebody was asked."""
    rounds = AssessmentRound.objects.filter(assessment__in=list(assessments), outcome=Outcome.ASKED)
    newest = rounds.order_by("assessment_id", "-period_start", "-id").distinct("assessment_id")
    return {one.assessment_id: one for one in newest}


def tallies(rounds: Iterable[UUID], place_id: UUID | None) -> dict[UUID, Tally]:
    """By round; one in which nobody is expected there is left out."""
    return {
        round_id: Tally(expected=expected, in_time=in_time, late=late, unreached=unreached)
        for round_id, expected, in_time, late, unreached in all_rows(
            TALLIES, {"rounds": list(rounds), "place": place_id}
        )
    }


def all_rows(query: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
