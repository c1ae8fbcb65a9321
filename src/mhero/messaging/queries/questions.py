"""What can be asked: questions that were written, and flows that people can meet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from mhero.messaging.models import Flow
from mhero.messaging.queries.flows import definition_of, published_definition
from mhero.messaging.questions.content import Questions
from mhero.messaging.questions.definition import definition
from mhero.messaging.questions.problems import problems
from mhero.messaging.questions.typed import finished
from mhero.messaging.questions.weight import Weight, first_words, weigh

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Askable:
    """A flow as a send of it would begin now."""

    flow: Flow
    #: None while the questions are unfinished, so that they cannot be sent.
    definition: Json | None

    @property
    def first_words(self) -> str:
        """As they are written, in the flow's own language."""
        return "\n".join(first_words(self.definition)) if self.definition else ""

    @property
    def weight(self) -> Weight:
        return weigh(self.definition or {})

    @property
    def waits_hours(self) -> int:
        """After so many hours without an answer the conversation ends; 72 where the flow does not say."""
        minutes = int((self.definition or {}).get("expire_after_minutes") or 0)
        return minutes // 60 or 72


def askable(flow: Flow) -> Askable:
    """Questions as they are kept now, since sending publishes them; any other flow as it is published."""
    if not flow.questions:
        return Askable(flow=flow, definition=published_definition(flow) or definition_of(flow))
    whole = finished(Questions.from_json(flow.questions))
    if problems(whole):
        return Askable(flow=flow, definition=None)
    return Askable(flow=flow, definition=definition(whole, flow.id, flow.name))


def askable_flows(limit: int) -> Sequence[Askable]:
    """Those that were changed last, the newest first."""
    flows = Flow.objects.filter(
        Q(questions__isnull=False) | Q(published_revision__isnull=False), is_archived=False
    )
    return [askable(flow) for flow in flows.order_by("-changed_at", "-id")[:limit]]
