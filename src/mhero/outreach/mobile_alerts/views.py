"""A send that another system has made again and again: looked at, and stopped."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.outreach.mobile_alerts.repeated import repeated, repeated_of
from mhero.outreach.mobile_alerts.services import stop

#: How many turns that were had the page shows.
TURNS = 20


@requires("messages.view")
@require_GET
def asked(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    found = get_object_or_404(repeated_of(request.user), id=request_id)
    turns = found.turns.filter(broadcast__isnull=False).select_related("broadcast").order_by("-id")
    context = {
        "asked": repeated(found),
        "turns": turns[:TURNS],
        "can_see_flows": request.user.may("flows.view"),
        "may_stop": request.user.may("messages.send") and found.next_at is not None,
    }
    return render(request, "outreach/mobile_alerts/asked.html", context)


@requires("messages.send")
@require_POST
def asked_stop(request: SignedInRequest, request_id: UUID) -> HttpResponse:
    stop(get_object_or_404(repeated_of(request.user), id=request_id).id, request.user)
    messages.success(request, gettext("It is not sent any more."))
    return redirect("asked", request_id=request_id)
