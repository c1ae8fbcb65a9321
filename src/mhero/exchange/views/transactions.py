"""The transaction log: its list, one transaction, and what was sent in it."""

import contextlib
import json
from dataclasses import dataclass
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from mhero.accounts.access import SignedInRequest
from mhero.accounts.services import record_audit
from mhero.exchange import queries
from mhero.exchange.errors import SearchTooWide
from mhero.exchange.models import Orchestration, Run, Transaction, TransactionStatus
from mhero.exchange.queries import TransactionFilter
from mhero.exchange.views.guards import requires_whole_country
from mhero.platform.ids import time_of
from mhero.platform.newest_first import Page

#: More than this of a body is not put on a page.
SHOWN_OF_A_BODY = 20_000
CALLS_ON_A_PAGE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class CallRow:
    """A call as a line of the page, its time as a bar on the scale of the whole transaction."""

    call: Orchestration
    milliseconds: int
    #: In hundredths of the transaction.
    begins: float
    length: float


@requires_whole_country("exchange.view")
def transactions(request: SignedInRequest) -> HttpResponse:
    chosen = TransactionFilter.of(request.GET)
    before, after = (queries.identifier(request.GET.get(name)) for name in ("before", "after"))
    problem = ""
    try:
        page = queries.page_of(chosen, before=before, after=after)
    except SearchTooWide:
        page = Page(rows=[], newer=None, older=None)
        problem = gettext("This search takes too long. Choose a first and a last day, or a channel.")
    names = queries.channel_names()
    context = {
        "chosen": chosen,
        "channels": [(str(identifier), name) for identifier, name in names.items()],
        "statuses": TransactionStatus.choices,
        "methods": queries.METHODS,
        "rows": [
            (
                each,
                time_of(each.id),
                names.get(each.channel_id) if each.channel_id else "",
                _colour(each),
            )
            for each in page.rows
        ],
        "newer": f"?{chosen.query(after=page.newer)}" if page.newer else "",
        "older": f"?{chosen.query(before=page.older)}" if page.older else "",
        "chips": _chips(chosen, names),
        "problem": problem,
        "slow_seconds": queries.SLOW_SECONDS,
    }
    return render(request, "exchange/transactions.html", context)


@requires_whole_country("exchange.view")
def transaction(request: SignedInRequest, transaction_id: UUID) -> HttpResponse:
    """One transaction, without what was sent in it."""
    record = _transaction(transaction_id)
    calls = queries.orchestrations_of(
        record.id, queries.identifier(request.GET.get("after")), CALLS_ON_A_PAGE + 1
    )
    shown = calls[:CALLS_ON_A_PAGE]
    context = {
        "record": record,
        "at": time_of(record.id),
        "colour": _colour(record),
        "channel": queries.channel_names().get(record.channel_id) if record.channel_id else None,
        "run": Run.objects.filter(transaction_id=record.id).first(),
        "calls": _rows(record, shown),
        "may_read_bodies": request.user.may("exchange.bodies"),
        "older": f"?after={shown[-1].id}" if len(calls) > CALLS_ON_A_PAGE else "",
        "newer": "?" if "after" in request.GET else "",
    }
    return render(request, "exchange/transaction.html", context)


@requires_whole_country("exchange.bodies")
@never_cache
def transaction_body(request: SignedInRequest, transaction_id: UUID) -> HttpResponse:
    """What the systems sent to each other. That somebody read it is written down."""
    record = _transaction(transaction_id)
    record_audit("transaction.read", str(record.id), request=request, path=record.path)
    context = {
        "record": record,
        "at": time_of(record.id),
        "request_body": _shown(bytes(record.request_body)),
        "response_body": _shown(bytes(record.response_body)),
        "limit": SHOWN_OF_A_BODY,
    }
    return render(request, "exchange/transaction_body.html", context)


def _transaction(transaction_id: UUID) -> Transaction:
    found = Transaction.objects.filter(id=transaction_id).first()
    if found is None:
        raise Http404
    return found


def _colour(record: Transaction) -> str:
    """Completed is OpenHIM's word for an answer that was no success, such as a refusal: not a green one."""
    return "grey" if record.status == TransactionStatus.COMPLETED else record.status


def _rows(record: Transaction, calls: list[Orchestration]) -> list[CallRow]:
    began = time_of(record.id).timestamp()
    offsets = [max(0.0, time_of(call.id).timestamp() - began) for call in calls]
    ends = [offset + call.seconds for offset, call in zip(offsets, calls, strict=True)]
    whole = max([record.seconds or 0, *ends, 0.001])
    return [
        CallRow(
            call=call,
            milliseconds=round(call.seconds * 1000),
            begins=round(100 * offset / whole, 2),
            # Never so short that it cannot be seen.
            length=max(0.4, round(100 * call.seconds / whole, 2)),
        )
        for offset, call in zip(offsets, calls, strict=True)
    ]


def _shown(body: bytes) -> str:
    """A body as text: JSON in lines, other text as it is, and of the rest only its size."""
    if not body:
        return ""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        return gettext("%(bytes)s bytes that are not text") % {"bytes": len(body)}
    with contextlib.suppress(ValueError, RecursionError):
        text = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    return text[:SHOWN_OF_A_BODY]


def _chips(chosen: TransactionFilter, names: dict[UUID, str]) -> list[tuple[str, str]]:
    """What the list is narrowed by, each with the address without it."""
    statuses = dict(TransactionStatus.choices)
    named = {
        "channel": names.get(chosen.channel, gettext("a channel that is gone")) if chosen.channel else "",
        "client": chosen.client,
        "status": str(statuses.get(chosen.status, "")),
        "method": chosen.method,
        "path": chosen.path,
        "since": chosen.since and gettext("since %(day)s") % {"day": chosen.since},
        "until": chosen.until and gettext("until %(day)s") % {"day": chosen.until},
        "slow": gettext("slow") if chosen.is_slow else "",
    }
    return [(str(words), f"?{chosen.query(**{name: ''})}") for name, words in named.items() if words]
