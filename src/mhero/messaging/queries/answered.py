"""Single people's answers, for tables and files, and the flows that have any."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypedDict
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django_stubs_ext import WithAnnotations

from mhero.messaging.asked import AnswerKind, Question
from mhero.messaging.models import Broadcast, Flow, FlowRun
from mhero.messaging.queries.broadcasts import broadcasts_of
from mhero.messaging.queries.results import Selection


class Latest(TypedDict):
    started: datetime | None
    planned: datetime | None
    #: When somebody was asked, or will be.
    latest: datetime


def answered_flows(area_id: UUID | None, user_id: UUID) -> "QuerySet[WithAnnotations[Flow, Latest]]":
    """The flows with which somebody was asked, or will be, the latest first."""
    runs = FlowRun.objects.filter(flow=OuterRef("pk"))
    if area_id is not None:
        runs = runs.filter(contact__place_ids__contains=[area_id])
    sends = broadcasts_of(area_id, user_id).filter(flow=OuterRef("pk"))
    return (
        Flow.objects.annotate(
            started=Subquery(runs.order_by("-started_at", "-id").values("started_at")[:1]),
            planned=Subquery(sends.order_by("-id").values("starts_at")[:1]),
        )
        .filter(Q(started__isnull=False) | Q(planned__isnull=False))
        .annotate(latest=Coalesce("started", "planned"))
        .order_by("-latest", "-id")
    )


def counts_of(flows: Sequence[Flow], area_id: UUID | None) -> dict[UUID, tuple[int, int]]:
    """(asked, answered) of each flow. Who was asked again counts once, with the answer."""
    runs = FlowRun.objects.filter(flow__in=[flow.id for flow in flows])
    if area_id is not None:
        runs = runs.filter(contact__place_ids__contains=[area_id])
    again = Broadcast.objects.filter(flow__in=[flow.id for flow in flows], reask_of__isnull=False)
    reasks = list(again.values_list("id", flat=True))
    # Each who was asked again had been asked before and had not answered.
    rows = runs.values_list("flow_id").annotate(
        asked=Count("id", filter=~Q(broadcast_id__in=reasks)),
        answered=Count("id", filter=Q(is_answered=True)),
    )
    return {flow_id: (asked, answered) for flow_id, asked, answered in rows.order_by()}


def waiting_to_be_asked(flow: Flow, send: Broadcast | None, area_id: UUID | None) -> int:
    """How many people the sends of a flow are for."""
    from mhero.messaging.models import Recipient

    chosen = Recipient.objects.filter(broadcast__flow=flow)
    if send is not None:
        chosen = chosen.filter(broadcast=send)
    if area_id is not None:
        chosen = chosen.filter(contact__place_ids__contains=[area_id])
    return chosen.count()


def rows_of(
    selection: Selection,
    *,
    answered: bool | None = None,
    given: tuple[str, str] | None = None,
    before: tuple[datetime, UUID] | None = None,
) -> QuerySet[FlowRun]:
    """Runs with their contacts and sessions, the latest first.

    `given` is a key and a category, `before` a row: when it began and its id.
    """
    found = (
        selection.runs()
        .select_related("contact", "session")
        .defer("session__state")
        .order_by("-started_at", "-id")
    )
    if answered is not None:
        found = found.filter(is_answered=answered)
    if given is not None:
        key, category = given
        found = found.filter(
            Exists(selection.answers().filter(run=OuterRef("pk"), key=key, category=category))
        )
    if before is not None:
        at, run_id = before
        # The first condition alone finds the place in the index.
        found = found.filter(Q(started_at__lte=at), Q(started_at__lt=at) | Q(started_at=at, id__lt=run_id))
    return found


def answer_of(question: Question, results: Mapping[str, Any]) -> str | float:
    """What somebody answered, as a table shows it: a number where one was asked for; empty for none."""
    result: Mapping[str, Any] = results.get(question.key) or {}
    category, value = str(result.get("category") or ""), str(result.get("value") or "")
    if category in question.timeouts | question.skips:
        return ""
    if category in question.not_understood:
        return value
    match question.kind:
        case AnswerKind.CHOICE:
            return category or value
        case AnswerKind.NUMBER:
            return _number(value)
        case AnswerKind.DATE:
            return value[:10]
        case AnswerKind.PLACE:
            return value.rsplit(">", 1)[-1].strip()
    return value


def _number(value: str) -> str | float:
    try:
        number = float(value)
    except ValueError:
        return value
    # As text it stays what it is: a spreadsheet would round it, or take it for no number at all.
    if abs(number) >= 1e15 or number != number:
        return value
    return int(number) if number == int(number) else number
