"""The first step of a send: whom it is for."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.outreach import queries, services
from mhero.outreach.audience import Filter
from mhero.outreach.models import Draft
from mhero.outreach.reach import Reach
from mhero.outreach.recipients import account_for
from mhero.outreach.views.asked import choices_of, draft_of, figures, filter_in, flow_named, people_url
from mhero.outreach.words import describe


@requires("messages.send")
@require_GET
def send(request: SignedInRequest) -> HttpResponse:
    chosen = filter_in(request.GET)
    context = {
        **choices_of(request, chosen),
        "audiences": queries.audiences(),
        **_counted(request, chosen),
    }
    return render(request, "outreach/send.html", context)


@requires("messages.send")
@require_GET
def audience_count(request: SignedInRequest) -> HttpResponse:
    """The account beside the choices, while one chooses; the page's address follows."""
    chosen = filter_in(request.GET)
    response = render(request, "outreach/count.html", _counted(request, chosen))
    query = "&".join(filter(None, [chosen.to_query(), _further(request.GET)]))
    response["HX-Replace-Url"] = f"{reverse('send')}?{query}" if query else reverse("send")
    return response


@requires("messages.send")
@require_POST
def send_start(request: SignedInRequest) -> HttpResponse:
    """On to the text, with the people as they are ticked now."""
    chosen = filter_in(request.POST)
    draft = services.prepare(request.user, chosen, _draft(request, request.POST))
    flow = flow_named(request.POST.get("flow"))
    if flow is not None:
        services.ask(draft, flow)
    return redirect("send_check" if draft.flow_id else "send_what", draft_id=draft.id)


def _counted(request: SignedInRequest, chosen: Filter) -> dict[str, Any]:
    reach = Reach.of(request.user).as_if_live()
    accounted = account_for(chosen, reach)
    return {
        "accounted": accounted,
        "figures": figures(chosen, accounted, reach),
        "description": describe(chosen, queries.place_names(chosen.places)),
        "query": chosen.to_query(),
        "all_url": people_url(chosen, reach),
        "draft_id": request.GET.get("draft", ""),
        "flow": flow_named(request.GET.get("flow")),
    }


def _draft(request: SignedInRequest, query: QueryDict) -> Draft | None:
    """The send that gets other people, if it is one that has not gone out."""
    named = query.get("draft")
    if not named:
        return None
    try:
        draft = draft_of(request, UUID(named))
    except ValueError as error:
        raise BadRequest("The draft is not an identifier.") from error
    return None if draft.broadcast_id else draft


def _further(query: QueryDict) -> str:
    """What the address says beside the people: the send that was begun, the questions that were chosen."""
    return urlencode({name: query[name] for name in ("draft", "flow") if query.get(name)})
