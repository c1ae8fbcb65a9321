"""Seeing who has reported: conversations that came to their end, in time or late.

An answer moves its row on and asks for its values to be brought to DHIS2 in one transaction, so each is
taken once, by whichever worker sees it.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from mhero.accounts.queries import workspace
from mhero.connectors.services import put_values
from mhero.messaging.models import FlowRun
from mhero.messaging.queries.results import questions
from mhero.outreach.assessments.models import Assessment, Respondent, State
from mhero.outreach.assessments.values import value_for
from mhero.platform.clock import Clock, now
from mhero.registry.models import PlaceKind

AT_ONCE: Final = 500
#: An answer may be seen a little after the round was closed.
_SLACK: Final = timedelta(days=1)

# Of each row that waits, the first conversation since the round was asked that came to its end. Somebody has
# few conversations and a flow has many: so they are read by their contact, whatever the planner believes of
# young tables. Locked rows are another worker's.
ANSWERED = """
SELECT respondent.id, run.id, run.ended_at
FROM outreach_assessmentround AS round
JOIN outreach_assessment AS assessment ON assessment.id = round.assessment_id
JOIN outreach_respondent AS respondent
    ON respondent.round_id = round.id AND respondent.state IN ('asked', 'silent')
CROSS JOIN LATERAL (
    WITH theirs AS MATERIALIZED (
        SELECT id, flow_id, status, is_answered, started_at, ended_at FROM messaging_flowrun
        WHERE contact_id = respondent.contact_id
    )
    SELECT id, ended_at FROM theirs
    WHERE flow_id = assessment.flow_id AND started_at >= round.asked_at AND started_at < round.closes_at
      AND status = 'completed' AND is_answered
    ORDER BY ended_at LIMIT 1
) AS run
WHERE round.outcome = 'asked' AND round.closes_at > %(open_since)s
ORDER BY respondent.id LIMIT %(limit)s
FOR UPDATE OF respondent SKIP LOCKED
"""
FELL_SILENT = """
UPDATE outreach_respondent AS respondent SET state = 'silent'
FROM outreach_assessmentround AS round
WHERE respondent.round_id = round.id AND respondent.state = 'asked' AND round.due_at <= %(now)s
"""


def take_answers(clock: Clock = now) -> bool:
    """Takes those who reported since the last look; True while there may be more."""
    at = clock()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ANSWERED, {"open_since": at - _SLACK, "limit": AT_ONCE})
            found = {row: (run_id, ended_at) for row, run_id, ended_at in cursor.fetchall()}
        rows = Respondent.objects.filter(id__in=found).select_related("round__assessment__flow", "place")
        runs = _results_of({run_id for run_id, _ended in found.values()})
        for row in rows.order_by("id"):
            row.run_id, row.answered_at = found[row.id]
            row.state = State.ANSWERED if row.answered_at <= row.round.due_at else State.LATE
            row.next_at = None
            row.save(update_fields=["run_id", "answered_at", "state", "next_at"])
            _bring(row, runs.get(found[row.id][0], {}), row.answered_at)
    return len(found) == AT_ONCE


def let_fall_silent(clock: Clock = now) -> None:
    """Whoever has not reported by the due day has not reported in time."""
    with connection.cursor() as cursor:
        cursor.execute(FELL_SILENT, {"now": clock()})


def _results_of(run_ids: set[UUID]) -> dict[UUID, Mapping[str, Any]]:
    return dict(FlowRun.objects.filter(id__in=run_ids).values_list("id", "results"))


def values_of(assessment: Assessment, results: Mapping[str, Any]) -> dict[str, str]:
    """What DHIS2 is to hold of these answers, by data element."""
    values: dict[str, str] = {}
    for question in questions(assessment.flow):
        element = assessment.elements.get(question.key)
        if element and (value := value_for(question, results.get(question.key) or {}, element["type"])):
            values[element["id"]] = value
    return values


def _bring(row: Respondent, results: Mapping[str, Any], at: datetime) -> None:
    assessment = row.round.assessment
    if not assessment.data_set or not row.round.period or row.place is None:
        return
    if row.place.kind != PlaceKind.FACILITY:
        return
    if values := values_of(assessment, results):
        day = at.astimezone(ZoneInfo(workspace().time_zone)).date()
        period = row.round.period
        put_values(row.place.id, assessment.data_set, period, values, at=at, completed_on=day)
