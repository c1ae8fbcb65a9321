"""The list of alerts, and one that was sent: how far it is, who has not confirmed, and what to do."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_POST, require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.models import MessageStatus
from mhero.messaging.reasons import reason_of
from mhero.messaging.views.live import fragment
from mhero.outreach.alerts import confirming, queries, services, waves
from mhero.outreach.alerts.models import Alert, AlertState
from mhero.outreach.alerts.plan import next_wave
from mhero.outreach.alerts.views.seen import (
    above,
    alert_of,
    page_url,
    plan_in_words,
    second_in_words,
    view_in,
)
from mhero.outreach.errors import NoSMSChannel
from mhero.platform.clock import now
from mhero.platform.languages import language_name
from mhero.registry.queries import names_of

#: Past alerts that the list shows.
PAST_SHOWN = 50
PAGE = 50


@requires("alerts.view")
@require_GET
def alerts(request: SignedInRequest) -> HttpResponse:
    seen = queries.alerts_of(request.user)
    running = list(seen.filter(state=AlertState.RUNNING))
    past = list(seen.filter(state__in=(AlertState.OVER, AlertState.STOPPED))[:PAST_SHOWN])
    # An alert that is being prepared is the business of those who may send it.
    prepared = (
        [one for one in seen.filter(state=AlertState.PREPARED) if queries.may_decide(request.user, one)]
        if request.user.may("alerts.send")
        else []
    )
    counted = queries.confirmed_of([*running, *past], request.user.area_id)

    def with_counts(found: list[Alert]) -> list[tuple[Alert, int, int]]:
        return [(one, *counted.get(one.id, (0, 0))) for one in found]

    context = {
        "running": with_counts(running),
        "past": with_counts(past),
        "prepared": prepared,
        "may_send": request.user.may("alerts.send"),
    }
    return render(request, "outreach/alerts/list.html", context)


@requires("alerts.view")
@require_safe
def alert(request: SignedInRequest, alert_id: UUID) -> HttpResponse:
    found = alert_of(request, alert_id)
    if not found.started_at:
        if not queries.may_decide(request.user, found):
            raise Http404
        return redirect("alert_check" if found.text else "alert_what", alert_id=found.id)
    view = view_in(request, found)
    text, translations = waves.texts_of(found)
    rows = queries.rows(view)
    context = {
        **_status(request, found, view),
        "above": above(request, view),
        "rows": [(row, _href(view, row)) for row in rows],
        "has_map": any(row.id for row in rows),
        "map_url": page_url(view, "alert_map"),
        "texts": [
            (language_name(code), words) for code, words in [(found.language, text), *translations.items()]
        ],
        "plan": plan_in_words(found),
        "waves": list(found.waves.select_related("broadcast").order_by("number")),
        "may_see_sends": request.user.may("messages.view"),
    }
    return render(request, "outreach/alerts/alert.html", context)


@requires("alerts.view")
@require_safe
def alert_status(request: SignedInRequest, alert_id: UUID) -> HttpResponseBase:
    found = alert_of(request, alert_id)
    return fragment(request, "outreach/alerts/status.html", _status(request, found, view_in(request, found)))


@requires("alerts.view")
@require_GET
def alert_people(request: SignedInRequest, alert_id: UUID) -> HttpResponse:
    """Those who have not confirmed, or those who have."""
    found = alert_of(request, alert_id)
    view, confirmed = view_in(request, found), request.GET.get("confirmed") == "yes"
    after = _number(request.GET.get("after"))
    listed = queries.people(view, confirmed=confirmed, after=after, most=PAGE + 1)
    shown = listed[:PAGE]
    record_audit("alert.people_listed", f"alert {found.id}", request=request, people=len(shown))
    names = names_of({place for one in shown for place in one.path})
    wish = {"confirmed": "yes"} if confirmed else {}
    more = page_url(view, "alert_people", **wish, after=str(shown[-1].id)) if len(listed) > PAGE else ""
    context = {
        "alert": found,
        "view": view,
        "confirmed": confirmed,
        "rows": [(one, names.get(one.path[-1], "") if one.path else "", _state(one)) for one in shown],
        "figures": queries.figures(view),
        "waiting_url": page_url(view, "alert_people"),
        "confirmed_url": page_url(view, "alert_people", confirmed="yes"),
        "next_url": more,
        "back_url": page_url(view, "alert"),
        "file_url": page_url(view, "alert_file"),
        "may_confirm": queries.may_decide(request.user, found) and _is_open(found),
        "may_export": request.user.may("people.export"),
        "shows_numbers": request.user.may("people.numbers"),
    }
    return render(request, "outreach/alerts/people.html", context)


@requires("alerts.send")
@require_POST
def alert_confirm(request: SignedInRequest, alert_id: UUID, one_id: int) -> HttpResponse:
    """Somebody was reached otherwise, and confirmed."""
    found = _decided(request, alert_id)
    people = found.people.select_related("contact")
    if request.user.area_id:
        people = people.filter(path__contains=[request.user.area_id])
    person = get_object_or_404(people, id=one_id)
    confirming.confirm_by_hand(found, person, request.user)
    name = person.contact.name or gettext("No name")
    messages.success(request, gettext("%(name)s counts as confirmed.") % {"name": name})
    return redirect("alert_people", alert_id=found.id)


@requires("alerts.send")
@require_POST
def alert_second(request: SignedInRequest, alert_id: UUID) -> HttpResponse:
    found = _decided(request, alert_id)
    seen = _number(request.POST.get("waves"))
    try:
        wave = services.second_wave(found, request.user, -1 if seen is None else seen)
    except NoSMSChannel:
        wave = None
    if wave is None:
        messages.warning(
            request,
            gettext("Nothing was sent: another wave has just gone, nobody is left, or no SMS channel is on."),
        )
    else:
        messages.success(request, gettext("The second wave is on its way."))
    return redirect("alert", alert_id=found.id)


@requires("alerts.send")
@require_POST
def alert_stop(request: SignedInRequest, alert_id: UUID) -> HttpResponse:
    found = _decided(request, alert_id)
    if services.stop(found, request.user):
        messages.success(request, gettext("The alert is stopped. No more messages leave."))
    else:
        messages.warning(request, gettext("This alert is over already."))
    return redirect("alert", alert_id=found.id)


def _decided(request: SignedInRequest, alert_id: UUID) -> Alert:
    found = alert_of(request, alert_id)
    if not queries.may_decide(request.user, found) or not found.started_at:
        raise Http404
    return found


def _status(request: SignedInRequest, found: Alert, view: queries.View) -> dict[str, Any]:
    """What the page asks for again and again."""
    is_running = found.state == AlertState.RUNNING
    may_decide = queries.may_decide(request.user, found)
    kinds = waves.made(found)
    upcoming = next_wave(waves.rules_of(found), kinds, now()).kind if is_running else None
    figures = queries.figures(view)
    return {
        "alert": found,
        "view": view,
        "figures": figures,
        "is_still": not is_running and not _is_open(found),
        "may_stop": may_decide and is_running,
        "may_send_second": may_decide and is_running and figures.waiting and second_in_words(found),
        "waves_made": len(kinds),
        "upcoming": upcoming,
        "leaves_at": _leaves_at(found) if is_running and len(kinds) == 1 else None,
        "waiting_url": page_url(view, "alert_people"),
        "confirmed_url": page_url(view, "alert_people", confirmed="yes"),
        "status_url": page_url(view, "alert_status"),
        "at": now(),
    }


def _leaves_at(found: Alert) -> datetime | None:
    """When the first text leaves, as long as it has not."""
    first = found.waves.select_related("broadcast").get(number=0).broadcast
    return first.starts_at if first and first.starts_at > now() else None


def _is_open(found: Alert) -> bool:
    """Whether a reply still confirms."""
    return found.open_until is not None and found.open_until > now()


def _href(view: queries.View, row: queries.Row) -> str:
    if row.id is None:
        return ""
    return page_url(view, "alert_people" if row.is_facility else "alert", row.id)


def _state(one: queries.Listed) -> tuple[str, str, str]:
    """How far somebody's last text came: the words, the look, and why it did not arrive."""
    if one.has_opted_out:
        return gettext("Opted out"), "cancelled", ""
    if not one.status:
        return gettext("Not sent yet"), "queued", ""
    status, reason = MessageStatus(one.status), reason_of(one.reason)
    return str(status.label), status.value, str(reason.sentence) if reason else ""


def _number(written: str | None) -> int | None:
    return int(written) if written and written.isdecimal() and len(written) < 19 else None
