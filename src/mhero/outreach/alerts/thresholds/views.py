"""The pages of threshold rules: which there are, whom they told, and one of them, which can be tried."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.connectors.errors import ConnectorError
from mhero.connectors.queries import data_sets
from mhero.connectors.services import reported
from mhero.exchange.errors import NotConnected
from mhero.messaging.languages import spoken
from mhero.outreach.alerts.queries import confirmed_of
from mhero.outreach.alerts.thresholds import queries, services, watching
from mhero.outreach.alerts.thresholds.adding import plain_number
from mhero.outreach.alerts.thresholds.forms import RuleForm
from mhero.outreach.alerts.thresholds.models import ThresholdRule
from mhero.outreach.periods import Period
from mhero.outreach.words import period_in_words
from mhero.platform.clock import now
from mhero.platform.errors import PartnerError
from mhero.registry.models import Place, PlaceKind
from mhero.registry.queries import COUNTY_LEVEL, level_names

#: Crossings that the list shows, and places that a trial does.
SHOWN = 50
#: A page waits for DHIS2 this long.
TIMEOUT_SECONDS = 10.0
#: The districts of most countries.
USUAL_LEVEL = 3


@requires("alerts.view")
@require_GET
def thresholds(request: SignedInRequest) -> HttpResponse:
    crossings = list(queries.crossings_of(request.user)[:SHOWN])
    alerts = [one.alert for one in crossings if one.alert]
    counted = confirmed_of(alerts, request.user.area_id)
    levels = level_names()
    context = {
        "rules": [
            (rule, plain_number(rule.limit), levels.get(rule.level, ""))
            for rule in queries.rules_of(request.user)
        ],
        "crossings": [
            {
                "crossing": one,
                "number": plain_number(one.number),
                "latest": plain_number(one.latest),
                "period": period_in_words(Period.named(one.period)),
                "confirmed": counted.get(one.alert_id, (0, 0)) if one.alert_id else None,
            }
            for one in crossings
        ],
        "may_edit": request.user.may("alerts.send"),
    }
    return render(request, "outreach/thresholds/list.html", context)


@requires("alerts.send")
@require_http_methods(["GET", "POST"])
def threshold_new(request: SignedInRequest) -> HttpResponse:
    # An officer with an area sets up rules for that area.
    rule = ThresholdRule(owner=request.user, within_id=request.user.area_id, level=USUAL_LEVEL, limit=0)
    return _rule_page(request, rule)


@requires("alerts.send")
@require_http_methods(["GET", "POST"])
def threshold(request: SignedInRequest, threshold_id: UUID) -> HttpResponse:
    return _rule_page(request, get_object_or_404(queries.rules_of(request.user), id=threshold_id))


@requires("alerts.send")
@require_POST
def threshold_archive(request: SignedInRequest, threshold_id: UUID) -> HttpResponse:
    services.archive_rule(get_object_or_404(queries.rules_of(request.user), id=threshold_id), request.user)
    messages.success(request, gettext("The rule was put away. What it raised stays."))
    return redirect("thresholds")


def _rule_page(request: SignedInRequest, rule: ThresholdRule) -> HttpResponse:
    is_new = rule._state.adding
    counties = Place.objects.filter(kind=PlaceKind.JURISDICTION, level=COUNTY_LEVEL, is_active=True)
    # A rule of somebody with an area stays in that area, whoever changes it.
    areas = list(counties.order_by("name")) if rule.owner.whole_country else None
    form = RuleForm(
        rule,
        data_sets=data_sets(),
        levels=level_names(),
        areas=areas,
        languages=list(dict.fromkeys([rule.language, *spoken()] if rule.text else spoken())),
        data=request.POST or None,
    )
    tried: dict[str, Any] = {}
    if request.method == "POST" and form.is_valid():
        changed = form.as_rule()
        if "try" in request.POST:
            tried = _tried(changed)
        else:
            services.save_rule(changed, request.user)
            messages.success(request, gettext("The rule was saved. DHIS2 is looked at with it now."))
            return redirect("thresholds")
    context = {"form": form, "is_new": is_new, "rule": rule, **tried}
    return render(request, "outreach/thresholds/rule.html", context)


def _tried(rule: ThresholdRule) -> dict[str, Any]:
    """What the rule would have raised in the last period that is over, and whom it would have told."""
    period, _current = watching.periods_of(rule, now)
    said = period_in_words(period)
    try:
        with reported(timeout_seconds=TIMEOUT_SECONDS, attempts=1) as dhis2:
            found = watching.looked_at(rule, period, dhis2)
    except (PartnerError, ConnectorError, NotConnected):
        return {"tried": True, "no_answer": True}
    shown = []
    for one in found[:SHOWN]:
        officers, members = watching.told_of(rule, one.place)
        people = len(officers) + len(members)
        shown.append({"place": one.place.name, "number": plain_number(one.number), "people": people})
    text = watching.text_for(rule, rule.language, rule.text, period, found[0]) if found else ""
    return {"tried": True, "found": shown, "places": len(found), "period": said, "text": text}
