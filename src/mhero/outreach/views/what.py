"""The second step of a send: what it says."""

from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.messaging.circumstances import rules
from mhero.messaging.segments import Segments, count
from mhero.messaging.template import VARIABLES, unknown_variables, variables
from mhero.outreach.audience import Filter
from mhero.outreach.estimate import SAMPLE, Estimate, by_operator, estimate
from mhero.outreach.forms import MOST_CHARACTERS, TextForm, unknown_in_words
from mhero.outreach.models import Draft
from mhero.outreach.queries import lately_accounted, place_names
from mhero.outreach.reach import Reach
from mhero.outreach.recipients import numbers, recipients
from mhero.outreach.views.asked import draft_of
from mhero.outreach.words import describe


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What is said below a text while it is written."""

    text: str
    segments: Segments
    kept: Estimate
    #: None when there is nothing to simplify, or nothing is won by it.
    simplified: Estimate | None
    currency: str
    #: Variables that cannot be filled, in words.
    problem: str


@requires("messages.send")
@require_http_methods(["GET", "POST"])
def send_what(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    draft = draft_of(request, draft_id)
    if draft.broadcast_id:
        return redirect("broadcast", draft.broadcast_id)
    form = TextForm(request.POST or None, instance=draft)
    if request.method == "POST" and form.is_valid():
        form.save()
        return redirect("send_check", draft_id=draft.id)
    text = request.POST.get("text", draft.text)
    chosen = Filter.from_json(draft.filter)
    reach = Reach.of(request.user).as_if_live()
    context = {
        "form": form,
        "draft": draft,
        "line": line_of(text, draft, request),
        "people": lately_accounted(chosen, reach).will_send,
        "description": describe(chosen, place_names(chosen.places)),
        "query": chosen.to_query(),
        "variables": [f"@contact.{name}" for name in VARIABLES],
    }
    return render(request, "outreach/what.html", context)


@requires("messages.send")
@require_POST
def segment_count(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    draft = draft_of(request, draft_id)
    return render(
        request, "outreach/line.html", {"line": line_of(request.POST.get("text", ""), draft, request)}
    )


def line_of(text: str, draft: Draft, request: SignedInRequest) -> Line:
    text = text.replace("\r\n", "\n").strip()[:MOST_CHARACTERS]
    chosen, reach = Filter.from_json(draft.filter), Reach.of(request.user).as_if_live()
    kept = estimated(text, False, chosen, reach)
    simplified = estimated(text, True, chosen, reach)
    unknown = unknown_variables(text)
    return Line(
        text=text,
        segments=count(text),
        kept=kept,
        simplified=simplified if simplified.segments < kept.segments else None,
        currency=workspace().currency,
        problem=unknown_in_words(unknown) if unknown else "",
    )


def estimated(text: str, simplifies: bool, chosen: Filter, reach: Reach) -> Estimate:
    """The estimate of a text for those who would get it now."""
    sample = recipients(chosen, reach, limit=SAMPLE) if variables(text) else []
    return estimate(
        text,
        simplifies=simplifies,
        people=lately_accounted(chosen, reach).will_send,
        sample=sample,
        by_operator=by_operator(numbers(chosen, reach)),
        prices=rules().prices,
    )
