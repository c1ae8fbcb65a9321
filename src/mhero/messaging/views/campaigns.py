"""Reminders around a date: all of them, one with its moments, and one moment."""

from typing import Any
from uuid import UUID

from django.contrib import messages as news
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.messaging.campaigns.words import when_in_words
from mhero.messaging.languages import spoken
from mhero.messaging.list_forms import CampaignForm, NameForm, PointForm
from mhero.messaging.models import Campaign, CampaignPoint, FiringState
from mhero.messaging.queries import campaigns as queries
from mhero.messaging.queries.broadcasts import broadcasts_of
from mhero.messaging.queries.groups import groups as every_group
from mhero.messaging.queries.groups import listed
from mhero.messaging.services import campaigns as services
from mhero.messaging.services.campaigns import PointOrder

#: How many of the days ahead, and of the sends made, a page shows.
AHEAD, SENT = 10, 10


@requires("messages.view")
@require_safe
def campaigns(request: SignedInRequest) -> HttpResponse:
    found = list(queries.campaigns())
    rows = []
    for one in found:
        figures = queries.figures(queries.points_of(one), request.user.area_id).values()
        coming = [each.next_at for each in figures if each.next_at]
        planned = sum(each.by_state["waiting"] for each in figures)
        rows.append((one, planned, min(coming, default=None)))
    context = {"rows": rows, "may_edit": request.user.may("messages.send")}
    return render(request, "messaging/campaigns.html", context)


@requires("messages.send")
@require_http_methods(["GET", "HEAD", "POST"])
def campaign_new(request: SignedInRequest) -> HttpResponse:
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        made = services.create_campaign(form.cleaned_data["name"], form.cleaned_data["group"], request.user)
        return redirect("reminder_point_new", campaign_id=made.id)
    return render(request, "messaging/campaign_new.html", {"form": form, "any_list": every_group().exists()})


@requires("messages.view")
@require_safe
def campaign(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    one, area = _campaign(campaign_id), request.user.area_id
    points = queries.points_of(one)
    figures = queries.figures(points, area)
    words = {point.id: when_in_words(point, queries.date_name(point.relative_to)) for point in points}
    ahead = queries.days_ahead(points, area, workspace().time_zone, AHEAD)
    seen = broadcasts_of(area, request.user.id)
    labels = dict(FiringState.choices)
    context = {
        "campaign": one,
        "people": listed(every_group().filter(id=one.group_id), area)[:1],
        "points": [
            {
                "point": point,
                "words": words[point.id],
                "figures": figures[point.id],
                "left_out": [
                    (labels[state], number)
                    for state, number in sorted(figures[point.id].by_state.items())
                    if state not in ("waiting", "sent")
                ],
            }
            for point in points
        ],
        "ahead": [(words[point_id], day, number) for point_id, day, number in ahead],
        "sends": queries.sends_of(one).filter(id__in=seen.values("id"))[:SENT],
        "may_edit": request.user.may("messages.send"),
        "name_form": NameForm(initial={"name": one.name}),
    }
    return render(request, "messaging/campaign.html", context)


@requires("messages.send")
@require_POST
def campaign_rename(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    one, form = _campaign(campaign_id), NameForm(request.POST)
    if form.is_valid():
        services.rename_campaign(one, form.cleaned_data["name"], request.user)
        news.success(request, _("The new name was saved."))
    else:
        news.warning(request, _("Give it a name of up to 64 letters."))
    return redirect("reminder", campaign_id=one.id)


@requires("messages.send")
@require_POST
def campaign_archive(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    one = _campaign(campaign_id)
    services.archive_campaign(one, request.user)
    news.success(request, _("“%(name)s” was put away. Nothing more of it is sent.") % {"name": one.name})
    return redirect("reminders")


@requires("messages.send")
@require_http_methods(["GET", "HEAD", "POST"])
def point_new(request: SignedInRequest, campaign_id: UUID) -> HttpResponse:
    one = _campaign(campaign_id)
    form = PointForm(request.POST or None, languages=spoken())
    if request.method == "POST" and form.is_valid():
        services.add_point(one, _order(form), request.user)
        news.success(request, _("The reminder is planned. Nothing is sent for dates that have passed."))
        return redirect("reminder", campaign_id=one.id)
    return render(request, "messaging/campaign_point.html", {"campaign": one, "form": form})


@requires("messages.send")
@require_http_methods(["GET", "HEAD", "POST"])
def point(request: SignedInRequest, point_id: UUID) -> HttpResponse:
    one = _point(point_id)
    languages = [one.base_language, *(each for each in (*spoken(), *one.texts) if each != one.base_language)]
    form = PointForm(request.POST or None, languages=list(dict.fromkeys(languages)), initial=_initial(one))
    if request.method == "POST" and form.is_valid():
        services.change_point(one, _order(form), request.user)
        news.success(request, _("Your changes are saved. What was planned is planned anew."))
        return redirect("reminder", campaign_id=one.campaign_id)
    context = {"campaign": one.campaign, "point": one, "form": form}
    return render(request, "messaging/campaign_point.html", context)


@requires("messages.send")
@require_POST
def point_archive(request: SignedInRequest, point_id: UUID) -> HttpResponse:
    one = _point(point_id)
    services.archive_point(one, request.user)
    news.success(request, _("The reminder was put away. Nothing more of it is sent."))
    return redirect("reminder", campaign_id=one.campaign_id)


def _campaign(campaign_id: UUID) -> Campaign:
    return get_object_or_404(queries.campaigns(), id=campaign_id)


def _point(point_id: UUID) -> CampaignPoint:
    points = CampaignPoint.objects.filter(is_archived=False, campaign__is_archived=False)
    return get_object_or_404(points.select_related("campaign"), id=point_id)


def _order(form: PointForm) -> PointOrder:
    said, languages = form.cleaned_data, form.languages
    is_flow = said["what"] == "flow"
    texts = {language: said[f"text_{language}"] for language in languages if said[f"text_{language}"]}
    return PointOrder(
        relative_to=said["relative_to"],
        offset=-said["amount"] if said["side"] == PointForm.BEFORE else said["amount"],
        unit=said["unit"],
        delivery_hour=said["delivery_hour"],
        flow_id=said["flow"].id if is_flow else None,
        texts={} if is_flow else texts,
        base_language=languages[0],
        start_mode=said["start_mode"],
    )


def _initial(one: CampaignPoint) -> dict[str, Any]:
    return {
        "amount": abs(one.offset),
        "unit": one.unit,
        "side": PointForm.BEFORE if one.offset < 0 else PointForm.AFTER,
        "relative_to": one.relative_to,
        "delivery_hour": one.delivery_hour,
        "what": "flow" if one.flow_id else "text",
        "flow": one.flow_id,
        "start_mode": one.start_mode,
        **{f"text_{language}": text for language, text in one.texts.items()},
    }
