"""What became of the people of a send that asks questions, and where they stopped, ready to be drawn."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from mhero.messaging.asked import Question
from mhero.messaging.models import Broadcast, Flow, MessageStatus
from mhero.messaging.queries.results import Reach, questions, reach_of, select
from mhero.messaging.queries.watching import State, watch
from mhero.messaging.reasons import REASONS

#: In the order in which people pass through them, with the tone of the figure.
STATES: dict[State, tuple[str | Promise, str]] = {
    State.AHEAD: (_("Not asked yet"), ""),
    State.NOT_ASKED: (_("Not asked"), ""),
    State.SILENT: (_("No answer yet"), ""),
    State.ANSWERING: (_("Answering"), ""),
    State.FINISHED: (_("Finished"), "good"),
    State.EXPIRED: (_("Expired"), ""),
    State.OPTED_OUT: (_("Opted out"), ""),
    State.STOPPED: (_("Stopped"), ""),
    State.FAILED: (_("Failed"), "bad"),
}
#: States that are shown though nobody is in them.
ALWAYS = (State.SILENT, State.ANSWERING, State.FINISHED)
#: States without a conversation.
UNASKED = (State.AHEAD, State.NOT_ASKED)


@dataclass(frozen=True, kw_only=True, slots=True)
class Stop:
    """A question, with how far people came: a bar of four parts, in hundredths of the most who were asked."""

    question: Question
    reach: Reach
    #: Where each part begins, and how wide it is: answered, still open, went on without, gave up.
    parts: tuple[tuple[str, float, float], ...]


def figures_of(send: Broadcast, flow: Flow, area_id: UUID | None) -> dict[str, Any]:
    """What the page of a send says about its questions."""
    seen = watch(send, area_id)
    return {
        "watch": seen,
        "open_questions": seen.states[State.SILENT] + seen.states[State.ANSWERING],
        "states": [
            (state, label, seen.states[state], tone)
            for state, (label, tone) in STATES.items()
            if seen.states[state] or state in ALWAYS
        ],
        "not_asked": [(REASONS.get(code), number) for code, number in seen.not_asked.most_common()],
        "first_messages": [
            (MessageStatus(status).label, number) for status, number in sorted(seen.messages.items())
        ],
        "word_reasons": [(code, REASONS.get(code), number) for code, number in seen.reasons.most_common()],
        "stops": stops_of(flow, reach_of(select(flow, area_id, send=send), questions(flow))),
    }


def stops_of(flow: Flow, reach: dict[str, Reach]) -> list[Stop]:
    """What stopped people, and where: the questions in their order."""
    longest = max((each.asked for each in reach.values()), default=0) or 1
    return [
        Stop(question=question, reach=reach[question.key], parts=_parts(reach[question.key], longest))
        for question in questions(flow)
        if question.key in reach and reach[question.key].asked
    ]


def _parts(reach: Reach, longest: int) -> tuple[tuple[str, float, float], ...]:
    begins, parts = 0, []
    for name in ("answered", "waiting", "passed", "gave_up"):
        number = getattr(reach, name)
        parts.append((name, round(100 * begins / longest, 2), round(100 * number / longest, 2)))
        begins += number
    return tuple(parts)
