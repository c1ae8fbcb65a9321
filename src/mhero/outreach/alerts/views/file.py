"""The people of an alert as a file for a spreadsheet."""

from collections.abc import Iterator, Sequence
from itertools import chain
from uuid import UUID

from django.http import HttpResponseBase, StreamingHttpResponse
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.messaging.models import MessageStatus
from mhero.outreach.alerts import queries
from mhero.outreach.alerts.views.seen import alert_of, view_in
from mhero.platform.spreadsheets import csv_lines, harmless
from mhero.registry.queries import names_of


@requires("people.export")
@require_safe
def alert_file(request: SignedInRequest, alert_id: UUID) -> HttpResponseBase:
    """Those who have not confirmed, with where they work and how to call them."""
    alert = alert_of(request, alert_id)
    listed = queries.people(view_in(request, alert), confirmed=False)
    record_audit("alert.exported", f"alert {alert.id}", request=request, people=len(listed))
    shows_numbers = request.user.may("people.numbers")
    response = StreamingHttpResponse(
        _lines(listed, shows_numbers, translation.get_language()), content_type="text/csv; charset=utf-8"
    )
    name = slugify(alert.name) or "alert"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}-not-confirmed.csv"'
    return response


def _lines(listed: Sequence[queries.Listed], shows_numbers: bool, language: str | None) -> Iterator[str]:
    # The lines are made when the request is over, and its language with it.
    with translation.override(language):
        header = (
            gettext("Name"),
            gettext("Phone number"),
            gettext("Cadre"),
            gettext("County"),
            gettext("District"),
            gettext("Facility"),
            gettext("Status of the last text"),
            gettext("As of"),
        )
        # A phone number begins with a plus; the other cells are made harmless one by one.
        yield from csv_lines(chain([header], _rows(listed, shows_numbers)), cell=str)


def _rows(listed: Sequence[queries.Listed], shows_numbers: bool) -> Iterator[tuple[str, ...]]:
    names = names_of({place for one in listed for place in one.path})
    at = timezone.localtime().isoformat(timespec="minutes")
    for one in listed:
        county, district, *_ = [*(names.get(place, "").strip() for place in one.path[1:3]), "", ""]
        status = str(MessageStatus(one.status).label) if one.status else gettext("Not sent yet")
        yield (
            harmless(one.name),
            one.number if shows_numbers else "",
            harmless(one.cadre),
            harmless(county),
            harmless(district),
            harmless(names.get(one.path[-1], "").strip() if one.path else ""),
            gettext("Opted out") if one.has_opted_out else status,
            at,
        )
