"""Officers' writes: an assessment is set up, started, changed and stopped."""

from django.db import transaction

from mhero.accounts.models import User
from mhero.accounts.services import record_audit
from mhero.messaging.services import ready_to_send
from mhero.outreach.assessments.models import Assessment, Respondent
from mhero.outreach.assessments.rounds import first_turn
from mhero.outreach.errors import AssessmentOver
from mhero.platform.clock import Clock, now


def save(assessment: Assessment, user: User, *, clock: Clock = now) -> None:
    """Keeps what was set up. Of one that runs, it counts from the next round on."""
    is_new = assessment._state.adding
    with transaction.atomic():
        if not is_new:
            # What the worker or a colleague did meanwhile is not undone.
            there = Assessment.objects.select_for_update().get(id=assessment.id)
            for name in ("started_at", "next_at", "stopped_at", "stopped_by"):
                setattr(assessment, name, getattr(there, name))
        if assessment.started_at and not assessment.stopped_at:
            _look_ahead(assessment, clock)
        assessment.save()
        action = "assessment.made" if is_new else "assessment.changed"
        record_audit(action, f"assessment {assessment.id}", user=user)


def start(assessment: Assessment, user: User, *, clock: Clock = now) -> Assessment:
    """From now on it is asked, once however often it is started; one that was stopped goes on.

    Raises `QuestionsUnfinished` and `InvalidFlow` for questions that cannot be asked, and `AssessmentOver`
    when the only day has passed.
    """
    with transaction.atomic():
        assessment = Assessment.objects.select_for_update().get(id=assessment.id)
        if assessment.started_at is not None and assessment.stopped_at is None:
            return assessment
        ready_to_send(assessment.flow_id, user, clock=clock)
        assessment.started_at = assessment.started_at or clock()
        assessment.stopped_at, assessment.stopped_by = None, ""
        _look_ahead(assessment, clock)
        if assessment.next_at is None or (not assessment.repeats and assessment.rounds.exists()):
            raise AssessmentOver
        assessment.save(update_fields=["started_at", "next_at", "stopped_at", "stopped_by"])
        record_audit("assessment.started", f"assessment {assessment.id}", user=user)
    return assessment


def stop(assessment: Assessment, user: User, *, clock: Clock = now) -> None:
    """Nobody is asked or reminded any more. Who still answers is counted."""
    with transaction.atomic():
        stopped = Assessment.objects.select_for_update().filter(id=assessment.id, stopped_at=None)
        if not stopped.update(next_at=None, stopped_at=clock(), stopped_by=user.email):
            return
        Respondent.objects.filter(round__assessment_id=assessment.id).update(next_at=None)
        record_audit("assessment.stopped", f"assessment {assessment.id}", user=user)


def _look_ahead(assessment: Assessment, clock: Clock) -> None:
    turn = first_turn(assessment, clock())
    assessment.next_at = turn.asked_at if turn else None
