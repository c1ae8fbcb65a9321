"""The reach page, the step in which a send is planned for more answers, and the sends that came of one."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.models import User
from mhero.accounts.queries import workspace
from mhero.messaging.errors import OwnSend
from mhero.messaging.models import Broadcast, BroadcastStatus
from mhero.messaging.queries.broadcasts import broadcasts_of
from mhero.messaging.services.broadcasts import STOPPABLE
from mhero.outreach import services as sending
from mhero.outreach.asking import asked_by
from mhero.outreach.audience import Filter
from mhero.outreach.queries import place_names
from mhero.outreach.reach import Reach
from mhero.outreach.reaching import queries, services
from mhero.outreach.reaching.advice import advice
from mhero.outreach.reaching.facts import counted as counted_of
from mhero.outreach.reaching.figures import hour_words, interval_words, of_words, scale, tables
from mhero.outreach.reaching.forms import LeversForm
from mhero.outreach.reaching.hours import Best
from mhero.outreach.reaching.models import ReachRound
from mhero.outreach.reaching.shares import Share
from mhero.outreach.recipients import contact_ids
from mhero.outreach.views.asked import draft_of
from mhero.outreach.words import describe
from mhero.platform.clock import now
from mhero.platform.languages import language_name

#: How far back the page looks, in days; 0 is for ever.
SPANS: Final = {
    "30": _("The last 30 days"),
    "90": _("The last 3 months"),
    "365": _("The last 12 months"),
    "0": _("All the time"),
}
USUAL_SPAN: Final = "90"
#: The latest, on the reach page.
ROUNDS_SHOWN: Final = 10


@dataclass(frozen=True, kw_only=True, slots=True)
class Hour:
    """When a county is asked, in words."""

    county: str
    hour: str
    again: str
    is_learned: bool
    within: str
    others: str


@requires("messages.view")
@require_GET
def reach(request: SignedInRequest) -> HttpResponse:
    sends = list(queries.asked_sends(request.user)[: queries.MOST_SENDS])
    span = request.GET.get("span", "")
    span = span if span in SPANS else USUAL_SPAN
    chosen = _chosen_send(request)
    # A send is looked at as a whole, however long ago it was.
    since = None if span == "0" or chosen else now() - timedelta(days=int(span))
    selection = queries.Selection(
        area_id=request.user.area_id,
        since=since,
        sends=queries.with_reasks(chosen.id) if chosen else None,
    )
    counted, hours = queries.counted(selection), queries.county_hours(selection)
    context = {
        "sends": sends,
        "chosen": chosen,
        "span": span,
        "spans": SPANS.items(),
        "counted": counted,
        "first_words": of_words(counted.first),
        "all_words": of_words(counted.all),
        "all_interval": interval_words(counted.all),
        "tables": tables(counted),
        "scale": round(100 * scale(counted)),
        "advice": advice(counted, hours),
        "hours": _hours_of(request.user, counted),
        "rounds": queries.rounds_of(request.user).order_by("-made_at")[:ROUNDS_SHOWN],
        "can_send": request.user.may("messages.send"),
    }
    return render(request, "outreach/reaching/reach.html", context)


def _chosen_send(request: SignedInRequest) -> Broadcast | None:
    """The send that is looked at; 404 for one that the person must not see."""
    try:
        wanted = UUID(request.GET["send"]) if request.GET.get("send") else None
    except ValueError as error:
        raise Http404 from error
    if wanted is None:
        return None
    seen = broadcasts_of(request.user.area_id, request.user.id)
    return get_object_or_404(seen, id=wanted, flow__isnull=False)


def _hours_of(user: User, counted: queries.Counted) -> list[Hour]:
    """The hour that sends use now, of the counties that the page is about; then that of all others."""
    hours = queries.learned_hours()
    shown = sorted(county for county in counted.by.get("county", {}) if county)
    return [_hour(county, hours) for county in [*shown, *([""] if user.whole_country else [])]]


def _hour(county: str, hours: dict[str, Best]) -> Hour:
    best = hours.get(county, hours[""])
    return Hour(
        county=county,
        hour=hour_words(best.hour),
        again=hour_words(best.again),
        is_learned=best.is_learned and county in hours,
        within=of_words(best.within),
        others=of_words(best.others),
    )


@requires("messages.send")
@require_http_methods(["GET", "HEAD", "POST"])
def send_reach(request: SignedInRequest, draft_id: UUID) -> HttpResponse:
    """What is done so that more people answer the questions of a send."""
    draft = draft_of(request, draft_id)
    if draft.broadcast_id:
        return redirect("broadcast", draft.broadcast_id)
    asked = asked_by(draft)
    if asked is None or asked.definition is None:
        return redirect("send_ask", draft.id)
    written_in = [asked.definition.get("language") or "eng", *(asked.definition.get("localization") or {})]
    form = LeversForm(
        request.POST if request.method == "POST" else None,
        languages=written_in,
        asks=asked.weight.questions,
        sender=workspace().name,
        kept=sending.levers_of(draft),
    )
    if request.POST.get("wish") == "plain":
        sending.pull_levers(draft, None)
        return redirect("send_check", draft_id=draft.id)
    if form.is_bound and form.is_valid():
        sending.pull_levers(draft, form.levers)
        return redirect("send_check", draft_id=draft.id)
    chosen = Filter.from_json(draft.filter)
    contacts = contact_ids(chosen, Reach.of(request.user).as_if_live())
    hours = queries.learned_hours()
    languages = queries.languages_of(contacts)
    context = {
        "draft": draft,
        "form": form,
        "asked": asked,
        "description": describe(chosen, place_names(chosen.places)),
        "people": len(contacts),
        "first_size": asked.weight.fewest,
        "can_write": bool(asked.flow.questions) and request.user.may("flows.edit"),
        "written_in": [language_name(code) for code in written_in],
        "others": [
            (language_name(code), people) for code, people in languages if code and code not in written_in
        ],
        "unknown": sum(people for code, people in languages if not code),
        "hours": [_hour(county, hours) for county in sorted(queries.by_county(contacts)) if county],
    }
    return render(request, "outreach/reaching/levers.html", context)


@requires("messages.view")
@require_safe
def reach_round(request: SignedInRequest, round_id: UUID) -> HttpResponse:
    """The sends of one asking: what happens when, and what came of it."""
    made = _round(request, round_id)
    parts = list(made.parts.select_related("broadcast").order_by("broadcast__starts_at", "broadcast_id"))
    asks = [part.broadcast for part in parts if not part.is_announcement]
    again = list(Broadcast.objects.filter(reask_of__in=asks).order_by("starts_at"))
    figures = counted_of([send.id for send in (*asks, *again)])
    asked = sum(figures.get(send.id, (0, 0, 0))[0] for send in asks)
    first, whole = (sum(numbers[place] for numbers in figures.values()) for place in (1, 2))
    sends = [part.broadcast for part in parts]
    may = request.user.may("messages.send")
    waits = any(send.status == BroadcastStatus.WAITING_FOR_APPROVAL for send in sends)
    context = {
        "made": made,
        "parts": [(part, part.broadcast.recipients.count()) for part in parts],
        "again": again,
        "planned_again": [send for send in asks if send.reask_at],
        "audience": asks[0].audience_description if asks else "",
        "flow": asks[0].flow if asks else None,
        "asked": asked,
        "answered_first": of_words(Share(asked=asked, answered=first)),
        "answered_all": of_words(Share(asked=asked, answered=whole)),
        "interval": interval_words(Share(asked=asked, answered=whole)),
        "can_stop": may and any(send.status in STOPPABLE or send.reask_at for send in (*sends, *again)),
        "waits_for_approval": waits,
        "can_approve": waits and request.user.may("messages.approve") and made.owner_id != request.user.id,
        "zone": ZoneInfo(workspace().time_zone).key,
    }
    return render(request, "outreach/reaching/round.html", context)


@requires("messages.send")
@require_POST
def reach_round_stop(request: SignedInRequest, round_id: UUID) -> HttpResponse:
    services.stop_round(_round(request, round_id), request.user)
    messages.success(request, gettext("Everything is stopped. No more messages leave."))
    return redirect("reach_round", round_id=round_id)


@requires("messages.approve")
@require_POST
def reach_round_approve(request: SignedInRequest, round_id: UUID) -> HttpResponse:
    try:
        services.approve_round(_round(request, round_id), request.user)
    except OwnSend:
        messages.warning(request, gettext("Somebody else has to approve what you made."))
    else:
        messages.success(request, gettext("You approved all of it."))
    return redirect("reach_round", round_id=round_id)


def _round(request: SignedInRequest, round_id: UUID) -> ReachRound:
    return get_object_or_404(queries.rounds_of(request.user), id=round_id)
