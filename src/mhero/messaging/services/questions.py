"""Questions: kept while they are written, a flow once they are finished, published when they are sent."""

from typing import Any
from uuid import UUID

from django.db import transaction

from mhero.accounts.models import User
from mhero.messaging.errors import FlowChangedMeanwhile, QuestionsUnfinished
from mhero.messaging.models import Flow
from mhero.messaging.queries.flows import definition_of
from mhero.messaging.questions.content import Questions
from mhero.messaging.questions.definition import definition
from mhero.messaging.questions.problems import problems
from mhero.messaging.questions.typed import finished
from mhero.messaging.services.flows import create_flow, publish_flow, rename_flow, save_revision
from mhero.platform.clock import Clock, now

Json = dict[str, Any]


def keep_questions(
    flow_id: UUID | None, name: str, whole: Questions, user: User, *, based_on: int = 0, clock: Clock = now
) -> Flow:
    """Keeps what was written, finished or not. Nobody is asked it yet, not even in a conversation under way.

    `based_on` is the revision that was open: raises FlowChangedMeanwhile when somebody saved a newer one.
    """
    with transaction.atomic():
        if flow_id is None:
            return create_flow(name, user, language=whole.language, questions=whole.to_json(), clock=clock)
        flow = Flow.objects.select_for_update().get(id=flow_id)
        if flow.latest_revision != based_on:
            latest = flow.revisions.get(revision=flow.latest_revision)
            raise FlowChangedMeanwhile(latest.revision, latest.saved_by)
        if flow.name != name:
            flow = rename_flow(flow_id, name, user, clock=clock)
        flow.questions, flow.changed_at = whole.to_json(), clock()
        flow.save(update_fields=["questions", "changed_at"])
    return flow


def save_questions(flow_id: UUID, user: User, *, clock: Clock = now) -> Flow:
    """Makes a revision of the questions as they are kept, where they have changed since the last one.

    Raises QuestionsUnfinished.
    """
    with transaction.atomic():
        flow = Flow.objects.select_for_update().get(id=flow_id)
        whole = finished(Questions.from_json(flow.questions or {}))
        if problems(whole):
            raise QuestionsUnfinished
        made = definition(whole, flow.id, flow.name)
        if not _is_same(made, definition_of(flow)):
            save_revision(
                flow.id, made, user, based_on=flow.latest_revision, questions=whole.to_json(), clock=clock
            )
            flow.refresh_from_db()
    return flow


def ready_to_send(flow_id: UUID, user: User, *, clock: Clock = now) -> Flow:
    """The flow as people will meet it: questions are published as they are kept now, other flows as they are.

    Those who are in a conversation go on with the new words at the question where they are. Raises
    QuestionsUnfinished, InvalidFlow and NotAllowedNow.
    """
    with transaction.atomic():
        flow = Flow.objects.get(id=flow_id)
        if flow.questions:
            flow = save_questions(flow_id, user, clock=clock)
        if flow.published_revision is None or (
            flow.questions and flow.published_revision != flow.latest_revision
        ):
            flow = publish_flow(flow_id, user)
    return flow


def _is_same(one: Json, other: Json) -> bool:
    """Whether two definitions ask the same."""
    apart = {"revision", "name", "spec_version"}
    return {key: value for key, value in one.items() if key not in apart} == {
        key: value for key, value in other.items() if key not in apart
    }
