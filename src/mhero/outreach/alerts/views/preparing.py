"""Preparing an alert: who, what, and the last check."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.queries import workspace
from mhero.messaging.circumstances import present
from mhero.messaging.languages import spoken
from mhero.messaging.models import SMSChannel
from mhero.messaging.quiet import next_allowed
from mhero.outreach import queries
from mhero.outreach.alerts import services
from mhero.outreach.alerts.forms import AlertForm, CheckForm
from mhero.outreach.alerts.models import Alert
from mhero.outreach.alerts.views.seen import plan_in_words, prepared_of
from mhero.outreach.alerts.waves import HOLD_SECONDS, texts_of
from mhero.outreach.audience import Filter
from mhero.outreach.errors import NobodyToText, NoSMSChannel, NothingWritten, PeopleChanged
from mhero.outreach.estimate import estimate
from mhero.outreach.reach import Reach
from mhero.outreach.recipients import account_for
from mhero.outreach.views.asked import choices_of, figures, filter_in, people_url
from mhero.outreach.words import describe
from mhero.platform.clock import now
from mhero.platform.languages import language_name


@requires("alerts.send")
@require_GET
def alert_who(request: SignedInRequest) -> HttpResponse:
    chosen = filter_in(request.GET)
    context = {
        **choices_of(request, chosen),
        "lists": [(one, Filter.from_json(one.filter).to_query()) for one in queries.audiences()],
        **_counted(request, chosen),
    }
    return render(request, "outreach/alerts/who.html", context)


@requires("alerts.send")
@require_GET
def alert_count(request: SignedInRequest) -> HttpResponse:
    """The account beside the choices, while one chooses; the page's address follows."""
    chosen = filter_in(request.GET)
    response = render(request, "outreach/alerts/count.html", _counted(request, chosen))
    begun = urlencode({"alert": request.GET["alert"]}) if request.GET.get("alert") else ""
    query = "&".join(filter(None, [chosen.to_query(), begun]))
    response["HX-Replace-Url"] = f"{reverse('alert_who')}?{query}" if query else reverse("alert_who")
    return response


@requires("alerts.send")
@require_POST
def alert_start(request: SignedInRequest) -> HttpResponse:
    """On to the text, with the people as they are ticked now."""
    chosen = filter_in(request.POST)
    alert = services.prepare(request.user, chosen, _begun(request, request.POST))
    return redirect("alert_what", alert_id=alert.id)


@requires("alerts.send")
@require_http_methods(["GET", "POST"])
def alert_what(request: SignedInRequest, alert_id: UUID) -> HttpResponse:
    alert = prepared_of(request, alert_id)
    languages = list(dict.fromkeys([alert.language, *spoken()] if alert.text else spoken()))
    form = AlertForm(alert, languages, request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.save(form.as_alert(), request.user)
        return redirect("alert_check", alert_id=alert.id)
    chosen = Filter.from_json(alert.filter)
    context = {
        "alert": alert,
        "form": form,
        "query": chosen.to_query(),
        "description": describe(chosen, queries.place_names(chosen.places)),
        "people": account_for(chosen, Reach.of(request.user).as_if_live()).will_send,
    }
    return render(request, "outreach/alerts/what.html", context)


@requires("alerts.send")
@require_http_methods(["GET", "POST"])
def alert_check(request: SignedInRequest, alert_id: UUID) -> HttpResponse:
    """Everything about it on one page, and the button."""
    alert = _sent_by(request, alert_id) or prepared_of(request, alert_id)
    if alert.started_at:
        return redirect("alert", alert_id=alert.id)
    if not alert.text:
        return redirect("alert_what", alert_id=alert.id)
    form = CheckForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.send(alert, request.user, form.cleaned_data["shown"])
            return redirect("alert", alert_id=alert.id)
        except (NobodyToText, NoSMSChannel, NothingWritten, PeopleChanged) as error:
            form.add_error(None, _in_words(error))
    return render(request, "outreach/alerts/check.html", _context(request, alert, form))


@requires("alerts.send")
@require_POST
def alert_discard(request: SignedInRequest, alert_id: UUID) -> HttpResponse:
    services.discard(prepared_of(request, alert_id), request.user)
    messages.success(request, gettext("The alert was put away. Nothing was sent."))
    return redirect("alerts")


def _sent_by(request: SignedInRequest, alert_id: UUID) -> Alert | None:
    """A button that is pressed twice leads to the alert that the first press sent."""
    return Alert.objects.filter(id=alert_id, owner=request.user, started_at__isnull=False).first()


def _counted(request: SignedInRequest, chosen: Filter) -> dict[str, Any]:
    reach = Reach.of(request.user).as_if_live()
    accounted = account_for(chosen, reach)
    return {
        "accounted": accounted,
        "figures": figures(chosen, accounted, reach),
        "description": describe(chosen, queries.place_names(chosen.places)),
        "query": chosen.to_query(),
        "all_url": people_url(chosen, reach),
        "begun": request.GET.get("alert", ""),
    }


def _begun(request: SignedInRequest, query: QueryDict) -> Alert | None:
    """The alert that gets other people."""
    named = query.get("alert")
    if not named:
        return None
    try:
        return prepared_of(request, UUID(named))
    except ValueError as error:
        raise BadRequest("The alert is not an identifier.") from error


def _context(request: SignedInRequest, alert: Alert, form: CheckForm) -> dict[str, Any]:
    chosen, reach, at = Filter.from_json(alert.filter), Reach.of(request.user), now()
    accounted, allowed = account_for(chosen, reach), present()
    text, translations = texts_of(alert)
    is_quiet = allowed.is_quiet(at)
    return {
        "alert": alert,
        "form": form,
        "accounted": accounted,
        "figures": figures(chosen, accounted, reach),
        "all_url": people_url(chosen, reach),
        "description": describe(chosen, queries.place_names(chosen.places)),
        "query": chosen.to_query(),
        "texts": [
            (language_name(code), words) for code, words in [(alert.language, text), *translations.items()]
        ],
        "estimate": estimate(
            text, queries.readers(text, chosen, reach, accounted.will_send), simplifies=False
        ),
        "plan": plan_in_words(alert),
        "hold_seconds": HOLD_SECONDS,
        "quiet_from": allowed.quiet_from,
        "quiet_until": allowed.quiet_until,
        "waits_until": next_allowed(at, allowed.quiet_from, allowed.quiet_until, allowed.zone)
        if is_quiet and not alert.in_quiet_hours
        else None,
        "has_channel": SMSChannel.objects.filter(is_enabled=True).exists(),
        "is_trial": not workspace().is_live,
    }


def _in_words(error: Exception) -> str:
    match error:
        case PeopleChanged():
            return gettext(
                "The number of people changed from %(shown)s to %(found)s meanwhile. Check again, then send."
            ) % {"shown": error.shown, "found": error.found}
        case NobodyToText():
            return gettext("Nobody can be sent this message. Choose other people.")
        case NoSMSChannel():
            return gettext("There is no way to send yet. An administrator must connect an SMS provider.")
        case _:
            return gettext("Write the message first.")
