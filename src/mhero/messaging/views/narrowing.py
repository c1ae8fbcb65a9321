"""Which part of a flow's results a page is about: the send, the days and the people, as the address says."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.cache import cache
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from mhero.accounts.access import SignedInRequest
from mhero.messaging.charts import day_words
from mhero.messaging.models import Broadcast, Flow, FlowRun
from mhero.messaging.queries.broadcasts import broadcasts_of
from mhero.messaging.queries.results import DIMENSIONS, Selection, select
from mhero.messaging.views.paging import uuid_of
from mhero.platform.newest_first import day_of

#: The latest sends that can be chosen from.
MOST_SENDS = 50
#: Which cadres and counties there are changes slowly.
KEPT_SECONDS = 60


@dataclass(frozen=True, kw_only=True, slots=True)
class Narrowed:
    """A flow's results as far as the address narrows them."""

    flow: Flow
    selection: Selection
    send: Broadcast | None
    #: The sends that there are, the latest first.
    sends: list[Broadcast]
    since: date | None
    until: date | None
    #: What the address says, by name.
    chosen: dict[str, str]

    @property
    def query(self) -> str:
        """The narrowing as the end of an address, to carry it to another page."""
        return urlencode(self.chosen)

    def address(self, path: str, **more: str) -> str:
        query = urlencode(self.chosen | more)
        return f"{path}?{query}" if query else path

    def chips(self, path: str) -> list[tuple[str, str]]:
        """(words, address without it) for each thing that narrows."""
        return [(self._words(name), self._without(path, name)) for name in self.chosen]

    def choices(self, area_id: UUID | None) -> list[tuple[str, str, list[tuple[str, str]], str]]:
        """(name, label, choices, chosen) of what people differ in."""
        values = _values_of(self.flow, area_id)
        return [
            (
                name,
                dimension_words(name),
                [(_or_unknown(value), value_words(name, value)) for value in values[name]],
                self.chosen.get(name, ""),
            )
            for name in DIMENSIONS
        ]

    def dimensions(self, path: str, by: str) -> list[tuple[str, str, bool]]:
        """(words, address, whether it is `by`) of all that people can be compared by."""
        return [(dimension_words(name), self.address(path, by=name), name == by) for name in DIMENSIONS]

    def _without(self, path: str, name: str) -> str:
        query = urlencode({key: value for key, value in self.chosen.items() if key != name})
        return f"{path}?{query}" if query else path

    def _words(self, name: str) -> str:
        value = self.chosen[name]
        if name == "send" and self.send is not None:
            return self.send.name
        if name == "since":
            return _("from %(day)s") % {"day": day_words(value)}
        if name == "until":
            return _("until %(day)s") % {"day": day_words(value)}
        return value_words(name, "" if value == UNKNOWN else value)


#: How an address says that something is not known of a person.
UNKNOWN = "-"


def narrowed(request: SignedInRequest, flow_id: UUID) -> Narrowed:
    """What the address asks for. Raises Http404 for a flow with nothing that the person may see."""
    user = request.user
    flow = Flow.objects.filter(id=flow_id).first()
    if flow is None:
        raise Http404
    seen = broadcasts_of(user.area_id, user.id).filter(flow=flow, reask_of__isnull=True)
    sends = list(seen.order_by("-id")[:MOST_SENDS])
    if not sends and user.area_id is not None:
        runs = FlowRun.objects.filter(flow=flow, contact__place_ids__contains=[user.area_id])
        if not runs.exists():
            raise Http404
    wanted = uuid_of(request, "send")
    send = seen.filter(id=wanted).first() if wanted else None
    if wanted and send is None:
        raise Http404
    since, until = (day_of(request.GET.get(name, "")) for name in ("since", "until"))
    chosen = {"send": str(wanted or ""), "since": _iso(since), "until": _iso(until)}
    chosen |= {name: request.GET.get(name, "") for name in DIMENSIONS}
    people = tuple(
        (name, "" if chosen[name] == UNKNOWN else chosen[name]) for name in DIMENSIONS if chosen[name]
    )
    selection = select(
        flow,
        user.area_id,
        send=send,
        since=_midnight(since) if since else None,
        until=_midnight(until + timedelta(days=1)) if until else None,
        people=people,
    )
    return Narrowed(
        flow=flow,
        selection=selection,
        send=send,
        sends=sends,
        since=since,
        until=until,
        chosen={name: value for name, value in chosen.items() if value},
    )


def frame(request: SignedInRequest, about: Narrowed) -> dict[str, Any]:
    """What the pages of one flow's results share: the filters, the other pages, the files."""
    user, path = request.user, request.path
    can_read = user.may("inbox.view")
    pages = {"results_of": _("Charts"), "results_way": _("How far people came")}
    if can_read:
        pages["results_table"] = _("Table")
    addresses = {name: reverse(name, args=[about.flow.id]) for name in pages}
    return {
        "about": about,
        "flow": about.flow,
        "pages": [
            (words, about.address(addresses[name]), addresses[name] == path) for name, words in pages.items()
        ],
        "chips": about.chips(path),
        "choices": about.choices(user.area_id),
        "query": f"?{about.query}" if about.query else "",
        "can_export": user.may("people.export") and can_read,
    }


def dimension_words(name: str) -> str:
    return {
        "cadre": _("Cadre"),
        "county": _("County"),
        "operator": _("Operator"),
        "gender": _("Gender"),
    }[name]


def value_words(name: str, value: str) -> str:
    """A cadre, county, operator or gender in words."""
    genders = {
        "female": pgettext("people", "Women"),
        "male": pgettext("people", "Men"),
        "other": _("Another gender"),
    }
    if not value:
        return _("Not known")
    return genders.get(value, value) if name == "gender" else value


def _or_unknown(value: str) -> str:
    return value or UNKNOWN


def _values_of(flow: Flow, area_id: UUID | None) -> dict[str, list[str]]:
    def found() -> dict[str, list[str]]:
        runs = Selection(flow_id=flow.id, area_id=area_id).runs()
        return {name: sorted(runs.values_list(name, flat=True).distinct()) for name in DIMENSIONS}

    values: Any = cache.get_or_set(f"results-people:{flow.id}:{area_id}", found, KEPT_SECONDS)
    return dict(values)


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
