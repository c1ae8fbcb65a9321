"""How a send that asks questions goes: everybody chosen, and what became of their conversation."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from time import monotonic
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum

from mhero.messaging.models import Broadcast, Flow, Recipient, Session, StepCount
from mhero.messaging.queries.broadcasts import KEPT_SECONDS, MOST_KEPT, RECIPIENTS
from mhero.platform.ids import lowest_id

#: One row for each state of conversations.
SESSIONS = """
SELECT s.status, s.reason, s.answers > 0, count(*)
FROM messaging_session s
WHERE s.broadcast_id = %(broadcast)s
  AND (%(area)s::uuid IS NULL OR EXISTS (
      SELECT FROM messaging_contact c WHERE c.id = s.contact_id AND c.place_ids @> ARRAY[%(area)s::uuid]))
GROUP BY s.status, s.reason, s.answers > 0
"""
# The first words carry the send. They were made after it began, so older partitions are not read. What was
# made without a session is for somebody who could not be asked.
FIRST_WORDS = """
SELECT m.status, m.reason, m.session_id IS NULL, count(*), coalesce(sum(m.segments), 0)
FROM messaging_message m
WHERE m.broadcast_id = %(broadcast)s AND m.id >= %(from)s
  AND (%(area)s::uuid IS NULL OR EXISTS (
      SELECT FROM messaging_contact c WHERE c.id = m.contact_id AND c.place_ids @> ARRAY[%(area)s::uuid]))
GROUP BY m.status, m.reason, m.session_id IS NULL
"""


class State(StrEnum):
    """What became of somebody who was chosen; everybody is in exactly one."""

    #: Not yet asked, while the send goes on.
    AHEAD = "ahead"
    #: Will not be asked: opted out before, no number, stopped before their turn.
    NOT_ASKED = "not_asked"
    SILENT = "silent"
    ANSWERING = "answering"
    FINISHED = "finished"
    EXPIRED = "expired"
    OPTED_OUT = "opted_out"
    STOPPED = "stopped"
    FAILED = "failed"


#: The conversations of a state.
CONDITIONS: dict[State, Q] = {
    State.SILENT: Q(status="waiting", answers=0),
    State.ANSWERING: Q(status="waiting", answers__gt=0),
    State.FINISHED: Q(status="completed"),
    State.EXPIRED: Q(status="expired"),
    State.OPTED_OUT: Q(status="interrupted", reason="opted_out"),
    State.STOPPED: Q(status="interrupted") & ~Q(reason="opted_out"),
    State.FAILED: Q(status="failed"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Watch:
    """The figures of one send that asks questions, at one moment."""

    #: Everybody; the sum of `states`.
    chosen: int
    states: Counter[State] = field(default_factory=Counter)
    #: Of those who were asked: at least one answer.
    answered: int = 0
    #: By code of `messaging.reasons`: why people were not asked.
    not_asked: Counter[str] = field(default_factory=Counter)
    #: The first words, by `MessageStatus`: one person may get several messages.
    messages: Counter[str] = field(default_factory=Counter)
    #: By code of `messaging.reasons`: why first words did not arrive.
    reasons: Counter[str] = field(default_factory=Counter)
    #: SMS of the first words that left.
    segments: int = 0

    @property
    def asked(self) -> int:
        return self.chosen - self.states[State.AHEAD] - self.states[State.NOT_ASKED]

    @property
    def over(self) -> int:
        """How many are done with it, whichever way."""
        return self.chosen - sum(self.states[state] for state in (State.AHEAD, State.SILENT, State.ANSWERING))


_kept: dict[tuple[UUID, UUID | None], tuple[float, Watch]] = {}


def watch(broadcast: Broadcast, area_id: UUID | None) -> Watch:
    """The figures as far as the area reaches; at most a second old."""
    key = (broadcast.id, area_id)
    at, known = _kept.get(key, (float("-inf"), None))
    if known is not None and monotonic() - at < KEPT_SECONDS:
        return known
    counted = _counted(broadcast, area_id)
    if len(_kept) >= MOST_KEPT:
        _kept.clear()
    _kept[key] = (monotonic(), counted)
    return counted


def _counted(broadcast: Broadcast, area_id: UUID | None) -> Watch:
    asked: dict[str, Any] = {"broadcast": broadcast.id, "area": area_id}
    sessions: list[tuple[str, str, bool, int]] = []
    words: list[tuple[str, str, bool, int, int]] = []
    with connection.cursor() as cursor:
        cursor.execute(RECIPIENTS, asked)
        chosen = cursor.fetchone()[0]
        if broadcast.started_at is not None:
            cursor.execute(SESSIONS, asked)
            sessions = cursor.fetchall()
            cursor.execute(FIRST_WORDS, asked | {"from": lowest_id(broadcast.started_at)})
            words = cursor.fetchall()
    states: Counter[State] = Counter()
    for status, reason, has_answered, people in sessions:
        states[state_of(status, reason, has_answered=has_answered)] += people
    not_asked, reasons, messages = _words(words)
    without = chosen - states.total()
    # Once it is over, nobody is ahead any more: those who are left were stopped with it, or it expired.
    states[State.NOT_ASKED] = without if broadcast.finished_at else min(without, not_asked.total())
    states[State.AHEAD] = without - states[State.NOT_ASKED]
    return Watch(
        chosen=chosen,
        states=states,
        answered=sum(people for _status, _reason, has_answered, people in sessions if has_answered),
        not_asked=not_asked,
        messages=messages,
        reasons=reasons,
        segments=sum(size for status, *_, size in words if status in ("sent", "delivered", "failed")),
    )


def _words(
    rows: Iterable[tuple[str, str, bool, int, int]],
) -> tuple[Counter[str], Counter[str], Counter[str]]:
    not_asked: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    messages: Counter[str] = Counter()
    for status, reason, is_for_nobody, number, _segments in rows:
        if is_for_nobody:
            not_asked[reason] += number
            continue
        messages[status] += number
        if reason:
            reasons[reason] += number
    return not_asked, reasons, messages


def state_of(status: str, reason: str, *, has_answered: bool) -> State:
    """What became of somebody who was asked, from what their conversation says."""
    if status == "waiting":
        return State.ANSWERING if has_answered else State.SILENT
    if status == "interrupted":
        return State.OPTED_OUT if reason == "opted_out" else State.STOPPED
    return {"completed": State.FINISHED, "expired": State.EXPIRED}.get(status, State.FAILED)


def conversations_of(broadcast: Broadcast, area_id: UUID | None, state: State | None) -> QuerySet[Session]:
    """The conversations of a send, in one state or in any, with their contacts."""
    found = Session.objects.filter(broadcast_id=broadcast.id).select_related("contact")
    if state is not None:
        found = found.filter(CONDITIONS[state])
    return found if area_id is None else found.filter(contact__place_ids__contains=[area_id])


def without_conversation(broadcast: Broadcast, area_id: UUID | None) -> QuerySet[Recipient]:
    """Those who were chosen and have not been asked, with their contacts."""
    asked = Session.objects.filter(broadcast_id=OuterRef("broadcast_id"), contact_id=OuterRef("contact_id"))
    found = Recipient.objects.filter(~Exists(asked), broadcast=broadcast).select_related("contact")
    return found if area_id is None else found.filter(contact__place_ids__contains=[area_id])


def step_counts(flow: Flow, broadcast_id: UUID | None) -> Mapping[UUID, int]:
    """How many conversations took each way out of a step, by the exit; of the whole country."""
    counted = StepCount.objects.filter(flow=flow)
    if broadcast_id is not None:
        counted = counted.filter(broadcast_id=broadcast_id)
    return dict(counted.values_list("exit_id").annotate(times=Sum("count")).order_by())
