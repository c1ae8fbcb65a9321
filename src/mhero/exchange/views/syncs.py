"""Loading data on a schedule: the polling channels, their runs, and what a run could not take in."""

import json
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import conditional_page, require_POST

from mhero.accounts.access import SignedInRequest, requires
from mhero.accounts.services import record_audit
from mhero.exchange import queries, services
from mhero.exchange.mediators import COUNTS
from mhero.exchange.models import Channel, ChannelType, RefusedRecord, Run
from mhero.exchange.views.guards import requires_whole_country
from mhero.platform.spreadsheets import csv_lines

REFUSED_ON_A_PAGE = 50


@requires("syncs.view")
def syncs(request: SignedInRequest) -> HttpResponse:
    """A card for each polling channel."""
    context = {
        "syncs": queries.syncs(),
        "may_run": request.user.may("syncs.run"),
        "user_may_connect": request.user.may("connections.manage"),
    }
    return render(request, "exchange/syncs.html", context)


@requires("syncs.run")
@require_POST
def sync_now(request: SignedInRequest, channel_id: UUID) -> HttpResponseBase:
    channel = get_object_or_404(Channel, id=channel_id, type=ChannelType.POLLING, is_enabled=True)
    run = services.request_run(channel, request.user.email, is_full=request.POST.get("full") == "yes")
    record_audit("sync.requested", channel.name, request=request, full=run.is_full)
    return redirect("run", run_id=run.id)


@requires("syncs.view")
def run(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    found = get_object_or_404(Run.objects.select_related("channel"), id=run_id)
    after = request.GET.get("after", "")
    # Somebody who is responsible for one district sees how many, not which.
    records = (
        found.channel.refused.filter(key__gt=after).order_by("key").defer("raw")[: REFUSED_ON_A_PAGE + 1]
        if request.user.whole_country
        else []
    )
    rows = list(records)
    context = {
        **_progress(found),
        "refused": rows[:REFUSED_ON_A_PAGE],
        "older": f"?after={rows[REFUSED_ON_A_PAGE - 1].key}" if len(rows) > REFUSED_ON_A_PAGE else "",
        "newer": "?" if after else "",
        "may_see_exchange": request.user.may("exchange.view") and request.user.whole_country,
        "may_read_bodies": request.user.may("exchange.bodies") and request.user.whole_country,
        "may_run": request.user.may("syncs.run"),
    }
    return render(request, "exchange/run.html", context)


@requires("syncs.view")
@conditional_page
def run_status(request: SignedInRequest, run_id: UUID) -> HttpResponse:
    """The part of the run's page that changes while it goes."""
    found = get_object_or_404(Run.objects.select_related("channel"), id=run_id)
    return render(request, "exchange/run_status.html", _progress(found))


@requires_whole_country("syncs.view")
def refused_file(request: SignedInRequest, channel_id: UUID) -> HttpResponseBase:
    """What could not be taken in and why, as a file to work from."""
    channel = get_object_or_404(Channel, id=channel_id)
    record_audit("refused.downloaded", channel.name, request=request)
    response = StreamingHttpResponse(
        csv_lines(queries.refused_rows(channel)), content_type="text/csv; charset=utf-8"
    )
    response["Content-Disposition"] = 'attachment; filename="refused-records.csv"'
    return response


@requires_whole_country("exchange.bodies")
@never_cache
def refused_record(request: SignedInRequest, record_id: UUID) -> HttpResponse:
    """One refused record as the source sent it. That somebody read it is written down."""
    record = get_object_or_404(RefusedRecord.objects.select_related("channel"), id=record_id)
    record_audit("refused.read", f"{record.channel.name}: {record.key}", request=request, people=1)
    content = json.dumps(record.raw, indent=2, ensure_ascii=False)
    return render(request, "exchange/refused_record.html", {"record": record, "content": content})


def _progress(run: Run) -> dict[str, Any]:
    names = {
        "read": gettext("Read"),
        "new": gettext("New"),
        "changed": gettext("Changed"),
        "unchanged": gettext("Unchanged"),
        "deactivated": gettext("No longer active"),
        "refused": gettext("Refused"),
    }
    return {
        "run": run,
        "is_finished": run.status not in services.UNFINISHED,
        "counts": [(kind, names[kind], run.counts.get(kind, 0)) for kind in COUNTS],
        "read": run.counts.get("read", 0),
        "expected": run.counts.get("expected", 0),
        "seconds": (run.finished_at - run.started_at).total_seconds()
        if run.finished_at and run.started_at
        else None,
    }
