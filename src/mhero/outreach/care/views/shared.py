"""What the pages of visits share: whose visits somebody may see, and how a visit's state is said."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext

from mhero.accounts.access import SignedInRequest
from mhero.outreach.care import queries
from mhero.outreach.care.models import CareClient, Visit, VisitState
from mhero.registry.models import Person, Place
from mhero.registry.queries import places_of

_COLOURS = {VisitState.DONE: "green", VisitState.MISSED: "red", VisitState.CANCELLED: "grey"}


@dataclass(frozen=True, kw_only=True, slots=True)
class ShownVisit:
    """A visit as lists write it."""

    visit: Visit
    kind: str
    #: The state in words, and its colour.
    words: str
    colour: str
    worker: str


def shown(visits: Iterable[Visit], today: date) -> list[ShownVisit]:
    found = list(visits)
    workers = names_of_workers(visit.client for visit in found)
    return [
        ShownVisit(
            visit=visit,
            kind=str(visit.kind),
            words=words,
            colour=colour,
            worker=workers.get(visit.client_id, ""),
        )
        for visit in found
        for words, colour in [_state(visit, today)]
    ]


def names_of_workers(clients: Iterable[CareClient]) -> Mapping[UUID, str]:
    """Who is responsible, by client, where somebody is named or registered the client."""
    of = {client.id: client.worker_id or client.registered_by_id for client in clients}
    names = dict(Person.objects.filter(id__in=filter(None, of.values())).values_list("id", "name"))
    return {client: names[person] for client, person in of.items() if person in names}


def _state(visit: Visit, today: date) -> tuple[str, str]:
    if visit.state == VisitState.DUE:
        if visit.due_on < today:
            return gettext("Overdue"), "yellow"
        return (gettext("Due today") if visit.due_on == today else gettext("Due")), "blue"
    return str(VisitState(visit.state).label), _COLOURS[VisitState(visit.state)]


def client_or_404(request: SignedInRequest, care_client_id: UUID) -> CareClient:
    clients = queries.clients_of(request.user.area_id).select_related("facility")
    return get_object_or_404(clients, id=care_client_id)


def visit_or_404(request: SignedInRequest, visit_id: UUID) -> Visit:
    visits = queries.visits_of(request.user.area_id).select_related("client", "facility", "kind")
    return get_object_or_404(visits, id=visit_id)


def chosen_place(request: SignedInRequest) -> Place | None:
    """The place that the address names, within the person's area; the area itself when it names none."""
    try:
        place_id = UUID(request.GET["place"]) if request.GET.get("place") else request.user.area_id
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(places_of(request.user.area_id), id=place_id) if place_id else None


def may_edit(request: SignedInRequest) -> bool:
    return request.user.may("clients.edit")


def refuse_districts(request: SignedInRequest) -> None:
    """Rules and kinds are the whole country's, so a district's officers may look at them alone."""
    if not (may_edit(request) and request.user.whole_country):
        raise Http404
