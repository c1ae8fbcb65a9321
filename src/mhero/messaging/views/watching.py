"""Watching a send that asks questions: the people in each state, and how far they came."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.asked import Branch, Step, steps_of
from mhero.messaging.models import Flow, FlowRun, Recipient, Session
from mhero.messaging.queries.results import definition_of, questions, reach_of
from mhero.messaging.queries.watching import (
    State,
    conversations_of,
    state_of,
    step_counts,
    without_conversation,
)
from mhero.messaging.views.broadcasts import visible_send
from mhero.messaging.views.narrowing import Narrowed, frame, narrowed
from mhero.messaging.views.paging import page_of
from mhero.messaging.views.stops import STATES, UNASKED, stops_of

PAGE = 50


@requires("messages.view")
@require_safe
def broadcast_conversations(request: SignedInRequest, broadcast_id: UUID) -> HttpResponse:
    """The people of a send that asks questions, by what became of them."""
    send = visible_send(request, broadcast_id)
    if send.flow is None:
        raise Http404
    state = _state_of(request)
    area = request.user.area_id
    rows: list[Any]
    if state in UNASKED:
        rows, newer, older = _page(request, without_conversation(send, area))
        shown = [(each.contact, "", 0, "") for each in rows]
    else:
        rows, newer, older = _page(request, conversations_of(send, area, state))
        places = _places(send.flow, rows)
        shown = [(each.contact, _state_words(each), each.answers, places.get(each.id, "")) for each in rows]
    record_audit("messages.listed", f"send {send.id}", request=request, people=len(rows))
    return render(
        request,
        "messaging/broadcast_conversations.html",
        {
            "send": send,
            "state_words": STATES[state][0] if state else "",
            "rows": shown,
            "is_unasked": state in UNASKED,
            "can_read": request.user.may("inbox.view"),
            "newer": newer,
            "older": older,
        },
    )


def _state_of(request: HttpRequest) -> State | None:
    try:
        return State(request.GET.get("state", ""))
    except ValueError:
        return None


def _page(request: HttpRequest, found: Any) -> tuple[list[Any], str, str]:
    """Session ids are identifiers in no order that means anything, but in one; recipients are numbered."""
    model: type[Session] | type[Recipient] = found.model
    if before := request.GET.get("before", ""):
        try:
            found = found.filter(id__gt=model._meta.pk.to_python(before))
        except (ValueError, TypeError) as error:
            raise Http404 from error
    return page_of(request, list(found.order_by("id")[: PAGE + 1]), PAGE, lambda each: each.id)


def _state_words(session: Session) -> str:
    return str(STATES[state_of(session.status, session.reason, has_answered=session.answers > 0)][0])


def _places(flow: Flow, sessions: list[Session]) -> dict[UUID, str]:
    """At which question each conversation stands or ended, if not at its end."""
    names = {node: question.name for question in questions(flow) for node in question.node_ids}
    runs = FlowRun.objects.filter(session__in=sessions, flow=flow).exclude(status="completed")
    standing = runs.values_list("session_id", "node_id")
    return {session: names.get(node, "") for session, node in standing if node is not None}


@requires("messages.view")
@require_safe
def results_way(request: SignedInRequest, flow_id: UUID) -> HttpResponse:
    """How far people came: each question, and the whole flow with the counts on its ways."""
    about = narrowed(request, flow_id)
    flow = about.flow
    definition = definition_of(flow.id, flow.published_revision or flow.latest_revision)
    steps = steps_of(definition)
    counts = step_counts(flow, about.send.id if about.send else None) if _sees_counts(request, about) else {}
    context = frame(request, about) | {
        "stops": stops_of(flow, reach_of(about.selection, questions(flow))),
        "steps": [_counted(step, counts) for step in steps] if counts else [],
        "shows_counts": _sees_counts(request, about),
    }
    return render(request, "messaging/results_way.html", context)


@requires("messages.view")
@require_safe
def results_counts(request: SignedInRequest, flow_id: UUID) -> JsonResponse:
    """How many conversations took each way out of a step, of all sends or of `?send=`: {"exits": {id: n}}."""
    about = narrowed(request, flow_id)
    if not _sees_counts(request, about):
        raise Http404
    counts = step_counts(about.flow, about.send.id if about.send else None)
    return JsonResponse({"exits": {str(exit_id): times for exit_id, times in counts.items()}})


def _sees_counts(request: SignedInRequest, about: Narrowed) -> bool:
    """The counts on the ways are kept for the whole country, all days and all people."""
    return request.user.whole_country and not set(about.chosen) - {"send"}


def _counted(step: Step, counts: Mapping[UUID, int]) -> tuple[Step, list[tuple[Branch, int, float]]]:
    """The step with (branch, times, length of its bar in hundredths) for each way out of it."""
    whole = sum(counts.get(branch.exit_id, 0) for branch in step.branches) or 1
    return step, [
        (branch, counts.get(branch.exit_id, 0), round(100 * counts.get(branch.exit_id, 0) / whole, 1))
        for branch in step.branches
    ]
