"""The second step of a send: what it says."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.messaging.personal import problem_of
from mhero.messaging.segments import Segments, count, simplified
from mhero.messaging.template import VARIABLES
from mhero.outreach.audience import Filter
from mhero.outreach.estimate import Estimate, estimate
from mhero.outreach.forms import MOST_CHARACTERS, TextForm
from mhero.outreach.models import Draft
from mhero.outreach.queries import lately_accounted, place_names, readers
from mhero.outreach.reach import Reach
from mhero.outreach.views.asked import draft_of
from mhero.outreach.words import describe


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What is said below a text while it is written."""

    #: As it will be read, but for what differs from person to person.
    text: str
    segments: Segments
    kept: Estimate
    #: None when there is nothing to simplify, or nothing is won by it.
    simplified: Estimate | None
    #: Variables that cannot be filled, in words.
    problem: str


@requires("messages.send")
@require_http_methods(["GET", "POST"])
def send_what(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    draft = draft_of(request, draft_id)
    if draft.broadcast_id:
        return redirect("broadcast", draft.broadcast_id)
    line = _line(request, draft)
    form = TextForm(request.POST or None, instance=draft)
    form.fields["text"].widget.attrs |= {
        "data-count-url": reverse("segment_count", args=[draft.id]),
        "data-count-target": "line",
    }
    if request.method == "POST" and form.is_valid():
        draft = form.save(commit=False)
        draft.flow_id = None
        draft.save()
        return redirect("send_check", draft_id=draft.id)
    chosen = Filter.from_json(draft.filter)
    context = {
        "form": form,
        "draft": draft,
        "line": line,
        "people": lately_accounted(chosen, Reach.of(request.user).as_if_live()).will_send,
        "description": describe(chosen, place_names(chosen.places)),
        "query": chosen.to_query(),
        "variables": [f"@contact.{name}" for name in VARIABLES],
    }
    return render(request, "outreach/what.html", context)


@requires("messages.send")
@require_POST
def segment_count(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    draft = draft_of(request, draft_id)
    return render(request, "outreach/line.html", {"line": _line(request, draft)})


def _line(request: SignedInRequest, draft: Draft) -> Line:
    """For the text as it is typed, or as it was saved."""
    is_typed = request.method == "POST"
    text = request.POST.get("text", "") if is_typed else draft.text
    text = text.replace("\r\n", "\n").strip()[:MOST_CHARACTERS]
    simplifies = bool(request.POST.get("simplifies_accents")) if is_typed else draft.simplifies_accents
    chosen, reach = Filter.from_json(draft.filter), Reach.of(request.user).as_if_live()
    reached = readers(text, chosen, reach, lately_accounted(chosen, reach).will_send)
    kept, simpler = (estimate(text, reached, simplifies=choice) for choice in (False, True))
    return Line(
        text=simplified(text) if simplifies else text,
        segments=count(text, simplify=simplifies),
        kept=kept,
        simplified=simpler if simpler.segments < kept.segments else None,
        problem=problem_of(text),
    )
