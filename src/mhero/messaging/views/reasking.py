"""Asking those again who did not answer: how many they are, and when."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages as news
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.messaging.circumstances import rules
from mhero.messaging.errors import AskedAgain
from mhero.messaging.models import Broadcast
from mhero.messaging.quiet import is_quiet
from mhero.messaging.reasking import another_time
from mhero.messaging.services import reasking as services
from mhero.messaging.views.broadcasts import may_decide, visible_send
from mhero.platform.clock import now


class WhenAgainForm(forms.Form):
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput)
    time = forms.TimeField(
        label=gettext_lazy("Time"),
        widget=forms.TimeInput,
        help_text=gettext_lazy("Another time of day reaches people who were busy the first time."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.errors:
            return cleaned
        zone, ours = ZoneInfo(workspace().time_zone), rules()
        at = datetime.combine(cleaned["day"], cleaned["time"], tzinfo=zone)
        if at <= now():
            self.add_error("time", _("This time has passed. Choose a later one."))
        elif is_quiet(at, ours.quiet_from, ours.quiet_until, zone):
            self.add_error("time", _("This is in the quiet hours. Choose a time outside them."))
        cleaned["at"] = at
        return cleaned


@requires("messages.send")
@require_http_methods(["GET", "HEAD", "POST"])
def broadcast_reask(request: SignedInRequest, broadcast_id: UUID) -> HttpResponse:
    send = visible_send(request, broadcast_id)
    if send.flow_id is None or send.reask_of_id is not None or not may_decide(request.user, send):
        raise Http404
    form = WhenAgainForm(request.POST if request.method == "POST" else None, initial=_usual(send))
    try:
        if request.POST.get("wish") == "not":
            services.ask_again(send.id, None, request.user)
            news.success(request, _("They are not asked again."))
            return redirect("broadcast", broadcast_id=send.id)
        if form.is_bound and form.is_valid():
            services.ask_again(send.id, form.cleaned_data["at"], request.user)
            news.success(request, _("Those who have not answered by then are asked once more."))
            return redirect("broadcast", broadcast_id=send.id)
    except AskedAgain:
        news.warning(request, _("They were asked again already."))
        return redirect("broadcast", broadcast_id=send.id)
    context = {
        "send": send,
        "form": form,
        "people": len(services.silent(send, request.user.area_id)),
        "again": Broadcast.objects.filter(reask_of=send).first(),
    }
    return render(request, "messaging/reask.html", context)


def _usual(send: Broadcast) -> dict[str, Any]:
    zone, ours = ZoneInfo(workspace().time_zone), rules()
    at = send.reask_at or services.usual_time(send)
    if at <= now():
        at = another_time(now(), ours.quiet_from, ours.quiet_until, zone)
    local = at.astimezone(zone)
    return {"day": local.date(), "time": local.time()}
