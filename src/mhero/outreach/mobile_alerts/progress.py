"""How far requests are, in emNutt's words."""

from collections.abc import Collection
from typing import Final

from django.db.models import QuerySet

from mhero.messaging.queries.broadcasts import progress_of
from mhero.outreach.fhir.answers import known_id
from mhero.outreach.fhir.reading import Json
from mhero.outreach.mobile_alerts.documents import status_of
from mhero.outreach.mobile_alerts.models import AlertRequest
from mhero.registry.fhir.errors import NotHere

#: As many requests are listed.
MOST_LISTED: Final = 50
_WORDS: Final = {
    "on-hold": "waiting",
    "active": "in-progress",
    "completed": "done",
    "revoked": "cancelled",
}


def progress(id: str, client_id: str) -> Json:
    """Raises `NotHere` when it is no request of the client."""
    request = _requests(client_id).filter(id=known_id(id)).first()
    if request is None:
        raise NotHere
    return _progress(request)


def progress_of_all(client_id: str) -> list[Json]:
    """Of those that were not cleared yet, the newest first."""
    watched = _requests(client_id).filter(is_watched=True).order_by("-id")[:MOST_LISTED]
    return [_progress(request) for request in watched]


def clear(ids: Collection[str], client_id: str) -> int:
    """Takes these, or all when none is named, off the list; how many were on it."""
    found = AlertRequest.objects.filter(client_id=client_id, is_watched=True)
    return (found.filter(id__in=ids) if ids else found).update(is_watched=False)


def _requests(client_id: str) -> QuerySet[AlertRequest]:
    return AlertRequest.objects.filter(client_id=client_id).select_related("broadcast")


def _progress(request: AlertRequest) -> Json:
    # A schedule finds out at each turn whom it reaches; until then it has those it names.
    total = request.accounted.get("chosen", len(request.body.get("recipient", [])))
    will_send = request.accounted.get("will_send", total if request.cron else 0)
    counts: dict[str, int] = {}
    if request.broadcast is not None:
        counts = dict(progress_of(request.broadcast, None).by_status)
    sent = sum(counts.get(status, 0) for status in ("sent", "delivered"))
    failed = sum(counts.get(status, 0) for status in ("failed", "cancelled"))
    status = status_of(request)
    is_over = status in ("completed", "revoked")
    return {
        "reqID": str(request.id),
        "status": _WORDS[status],
        "percent": 100 if is_over else min(99, 100 * (sent + failed) // max(1, will_send)),
        "total": total,
        "sent": sent,
        "delivered": counts.get("delivered", 0),
        "failed": failed,
        # Nothing is sent to them: no number, opted out, not known, on leave.
        "ignored": total - will_send,
        "error": None,
    }
