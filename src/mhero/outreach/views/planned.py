"""A send that is made again and again: when, to whom, what became of it; changed and stopped."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.outreach import schedules
from mhero.outreach.audience import Filter
from mhero.outreach.forms import RepeatForm
from mhero.outreach.models import Schedule
from mhero.outreach.planned import how_often
from mhero.outreach.queries import lately_accounted, place_names
from mhero.outreach.reach import Reach
from mhero.outreach.words import describe

#: How many turns that were had the page shows.
TURNS = 20


@requires("messages.view")
@require_http_methods(["GET", "HEAD", "POST"])
def planned(request: SignedInRequest, schedule_id: UUID) -> HttpResponse:
    schedule = _schedule(request, schedule_id)
    may_edit = request.user.may("messages.send")
    form = RepeatForm(
        request.POST if request.method == "POST" and may_edit else None,
        initial={
            "repeats": schedule.repeats,
            "weekdays": schedule.weekdays,
            "month_day": schedule.month_day,
            "time": schedule.at,
            "ends_on": schedule.ends_on,
        },
    )
    if form.is_bound and form.is_valid():
        schedules.change(schedule, form.cleaned_data["pattern"], request.user)
        messages.success(request, gettext("Your changes are saved."))
        return redirect("planned", schedule_id=schedule.id)
    chosen = Filter.from_json(schedule.filter)
    context = {
        "schedule": schedule,
        "how_often": how_often(schedule),
        "zone": ZoneInfo(workspace().time_zone).key,
        "description": describe(chosen, place_names(chosen.places)),
        "people": lately_accounted(chosen, Reach.of(schedule.owner)).will_send,
        "turns": schedule.turns.order_by("-due_at")[:TURNS],
        "form": form,
        "may_edit": may_edit,
    }
    return render(request, "outreach/planned.html", context)


@requires("messages.send")
@require_POST
def planned_stop(request: SignedInRequest, schedule_id: UUID) -> HttpResponse:
    schedules.stop(_schedule(request, schedule_id), request.user)
    messages.success(request, gettext("It is not sent any more."))
    return redirect("planned", schedule_id=schedule_id)


def _schedule(request: SignedInRequest, schedule_id: UUID) -> Schedule:
    return get_object_or_404(schedules.schedules_of(request.user), id=schedule_id)
