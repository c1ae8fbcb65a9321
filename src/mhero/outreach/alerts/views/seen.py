"""What of alerts somebody may see and decide, and how it is said."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from mhero.accounts.access import SignedInRequest
from mhero.outreach.alerts.forms import pause_in_words
from mhero.outreach.alerts.models import Alert, AlertState
from mhero.outreach.alerts.queries import View, alerts_of, may_decide
from mhero.registry.queries import names_of, places_of


def alert_of(request: SignedInRequest, alert_id: UUID) -> Alert:
    """One that the person sees; any other does not exist."""
    return get_object_or_404(alerts_of(request.user), id=alert_id)


def prepared_of(request: SignedInRequest, alert_id: UUID) -> Alert:
    """One that the person may still change; 404 when it is not hers or was sent."""
    alert = alert_of(request, alert_id)
    if alert.state != AlertState.PREPARED or not may_decide(request.user, alert):
        raise Http404
    return alert


def view_in(request: SignedInRequest, alert: Alert) -> View:
    """What the address asks for, within the person's area; 404 for what is not there."""
    asked = request.GET.get("place") or request.user.area_id
    try:
        place_id = UUID(str(asked)) if asked else None
    except ValueError as error:
        raise Http404 from error
    place = get_object_or_404(places_of(request.user.area_id), id=place_id) if place_id else None
    return View(alert=alert, area_id=request.user.area_id, place=place)


def above(request: SignedInRequest, view: View) -> dict[str, str] | None:
    """The place above the one that is looked at, as far as the person may see."""
    parent = view.place.parent_id if view.place else None
    if view.place is None or parent is None or view.place.id == request.user.area_id:
        return None
    is_country = len(view.place.path) == 2
    return {"name": names_of([parent])[parent], "href": page_url(view, "alert", "" if is_country else parent)}


def page_url(view: View, page: str, place: Any = None, **more: str) -> str:
    """A page of this alert, at the place that is looked at or at another one; an empty one is the country."""
    chosen = (view.place.id if view.place else "") if place is None else place
    query = urlencode({name: str(value) for name, value in {"place": chosen, **more}.items() if value})
    return f"{reverse(page, args=[view.alert.id])}{'?' if query else ''}{query}"


def plan_in_words(alert: Alert) -> list[str]:
    """What happens after the first text, in sentences."""
    said = []
    if alert.repeat_times:
        said.append(
            ngettext(
                "Those who have not confirmed get it again after %(pause)s, once.",
                "Those who have not confirmed get it again every %(pause)s, at most %(times)s times.",
                alert.repeat_times,
            )
            % {"pause": pause_in_words(alert.repeat_minutes), "times": alert.repeat_times}
        )
    else:
        said.append(gettext("It is not repeated."))
    if whom := second_in_words(alert):
        said.append(whom)
    return said


def second_in_words(alert: Alert) -> str:
    to_people, to_supervisors = alert.second_to_people, alert.second_to_supervisors
    if not to_people and not to_supervisors:
        return ""
    if to_people and to_supervisors:
        whom = gettext("The second wave is for those who have not confirmed and for their supervisors.")
    elif to_people:
        whom = gettext("The second wave is for those who have not confirmed.")
    else:
        whom = gettext("The second wave is for the supervisors of those who have not confirmed.")
    if alert.second_after_minutes is None:
        when = gettext("It goes when somebody presses the button.")
    else:
        when = gettext("It goes %(pause)s after the last text.") % {
            "pause": pause_in_words(alert.second_after_minutes)
        }
    return f"{whom} {when}"
