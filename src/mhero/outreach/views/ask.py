"""The second step of a send that asks questions: which."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from mhero.accounts.access import SignedInRequest, requires
from mhero.messaging.queries.questions import askable_flows
from mhero.outreach import services
from mhero.outreach.audience import Filter
from mhero.outreach.queries import lately_accounted, place_names
from mhero.outreach.reach import Reach
from mhero.outreach.views.asked import draft_of, flow_named
from mhero.outreach.words import describe

#: Flows on the page, those that were changed last.
MOST_FLOWS = 50


@requires("messages.send")
@require_http_methods(["GET", "HEAD", "POST"])
def send_ask(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    draft = draft_of(request, draft_id)
    if draft.broadcast_id:
        return redirect("broadcast", draft.broadcast_id)
    wrong = ""
    if request.method == "POST":
        flow = flow_named(request.POST.get("flow"))
        if flow is not None:
            services.ask(draft, flow)
            return redirect("send_check", draft_id=draft.id)
        wrong = gettext("Choose the questions.")
    chosen = Filter.from_json(draft.filter)
    asked = request.GET.get("flow") or (draft.flow_id and str(draft.flow_id))
    context = {
        "draft": draft,
        "flows": askable_flows(MOST_FLOWS),
        "asked": asked,
        "wrong": wrong,
        "problems": [("flow", wrong)] if wrong else [],
        "people": lately_accounted(chosen, Reach.of(request.user).as_if_live()).will_send,
        "description": describe(chosen, place_names(chosen.places)),
        "query": chosen.to_query(),
        "can_write": request.user.may("flows.edit"),
    }
    return render(request, "outreach/ask.html", context)
