"""What other systems have sent again and again, as the team sees it among its own."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext

from mhero.accounts.models import User
from mhero.accounts.queries import workspace
from mhero.exchange.models import Client
from mhero.messaging.models import Flow
from mhero.messaging.planned import Planned
from mhero.outreach.mobile_alerts.models import AlertRequest
from mhero.outreach.mobile_alerts.reading import content_of
from mhero.outreach.mobile_alerts.recurrence import next_turn, pattern_of, recurrence_of
from mhero.outreach.planned import how_often
from mhero.outreach.services import NAME_FROM_TEXT

#: As many turns ahead are told.
TURNS_AHEAD = 3


@dataclass(frozen=True, kw_only=True, slots=True)
class Repeated:
    """One schedule, ready for its page."""

    request: AlertRequest
    #: Its text, or the name of the flow that it starts.
    name: str
    text: str
    flow_id: UUID | None
    #: How the team calls the client.
    asked_by: str
    how_often: str
    #: The next turns; empty when it is over.
    ahead: tuple[datetime, ...]
    #: How many recipients it names: people, lists and places.
    named: int


def repeated_of(user: User) -> QuerySet[AlertRequest]:
    """Those that the person may see. They can reach anybody, so they are for the whole country's team."""
    found = AlertRequest.objects.exclude(cron="")
    return found if user.whole_country else found.none()


def planned_by_others(user: User) -> list[Planned]:
    """Those that are ahead, for the list of sends."""
    found = repeated_of(user).filter(next_at__isnull=False)
    return [
        Planned(
            name=one.name,
            url=reverse("asked", args=[one.request.id]),
            next_at=one.request.next_at,
            how_often=one.how_often,
            by=one.asked_by,
        )
        for one in map(repeated, found)
        if one.request.next_at
    ]


def repeated(request: AlertRequest) -> Repeated:
    text, flow_id = content_of(request.body.get("payload", []))
    flow = Flow.objects.filter(id=flow_id).first() if flow_id else None
    client = Client.objects.filter(client_id=request.client_id).first()
    return Repeated(
        request=request,
        name=flow.name if flow else " ".join(text.split())[:NAME_FROM_TEXT],
        text=text,
        flow_id=flow.id if flow else None,
        asked_by=client.name if client else request.client_id,
        how_often=_in_words(request),
        ahead=tuple(_ahead(request)),
        named=len(request.body.get("recipient", [])),
    )


def _in_words(request: AlertRequest) -> str:
    recurrence = recurrence_of(request.body.get("extension", []))
    if recurrence is not None and recurrence.is_once:
        return gettext("Once")
    pattern = pattern_of(request.cron)
    return how_often(pattern) if pattern else gettext("By a calendar of its own")


def _ahead(request: AlertRequest) -> list[datetime]:
    recurrence = recurrence_of(request.body.get("extension", []))
    turns: list[datetime] = []
    turn = request.next_at
    while turn is not None and len(turns) < TURNS_AHEAD:
        turns.append(turn)
        is_last = recurrence is not None and recurrence.is_once
        turn = None if is_last else next_turn(request.cron, turn, ZoneInfo(workspace().time_zone))
    return turns
