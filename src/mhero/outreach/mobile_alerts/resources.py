"""CommunicationRequest (ITI-84) and Communication (ITI-85) at either door: made, taken back, found."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from mhero.accounts.queries import workspace
from mhero.exchange.seeds import MESSAGING_PAGES, MOBILE_ALERTS
from mhero.outreach.fhir.answers import (
    Answer,
    Caller,
    entry,
    known_id,
    link_next,
    one,
    page_of,
    searchset,
)
from mhero.outreach.fhir.reading import Json
from mhero.outreach.fhir.resources import Served
from mhero.outreach.fhir.searching import Query, read_search
from mhero.outreach.mobile_alerts import communications
from mhero.outreach.mobile_alerts.communications import Reply, Told, reply_of, runs_of
from mhero.outreach.mobile_alerts.documents import (
    Dialect,
    communication_document,
    reply_document,
    request_document,
)
from mhero.outreach.mobile_alerts.models import AlertRequest
from mhero.outreach.mobile_alerts.reading import is_ended, read_alert
from mhero.outreach.mobile_alerts.searching import (
    COMMUNICATION_PARAMETERS,
    REQUEST_PARAMETERS,
    communications_wanted,
    requests_wanted,
)
from mhero.outreach.mobile_alerts.services import revoke, take
from mhero.platform.clock import now
from mhero.registry.fhir.errors import NotHere, NotSupported

REQUEST: Final = "CommunicationRequest"
COMMUNICATION: Final = "Communication"
#: A search that includes what each Communication came of.
_INCLUDES: Final = ("Communication:based-on",)


class Alerts:
    """Both resources of one client, who sees its own only; in emNutt's dialect with emNutt's extensions."""

    def __init__(self, *, role: str, is_dialect: bool) -> None:
        self._role = role
        self._is_dialect = is_dialect

    def served(self) -> list[Served]:
        return [
            Served(
                type=REQUEST,
                role=self._role,
                parameters=REQUEST_PARAMETERS,
                search=self.search_requests,
                read=self.read_request,
                create=self.make,
                update=self.change,
            ),
            Served(
                type=COMMUNICATION,
                role=self._role,
                parameters=COMMUNICATION_PARAMETERS,
                search=self.search_communications,
                read=self.read_communication,
            ),
        ]

    def make(self, raw: Json, caller: Caller) -> Answer:
        """ITI-84: takes a request. 201 for a new one, 200 for one that is there already."""
        zone = ZoneInfo(workspace().time_zone)
        alert = read_alert(raw, at=now(), zone=zone, is_dialect=self._is_dialect)
        request, is_new = take(alert, caller.client_id, caller.roles, is_dialect=self._is_dialect)
        return one(self._request(request), caller, is_new=is_new)

    def change(self, id: str, raw: Json, caller: Caller) -> Answer:
        """Takes a request back; nothing else of it can be changed."""
        request = _found(id, caller)
        if not is_ended(raw):
            raise NotSupported("A request can only be taken back: PUT it with the status revoked.")
        caller.check_version(self._request(request)["meta"]["versionId"])
        return one(self._request(revoke(request.id, caller.client_id)), caller)

    def read_request(self, id: str, caller: Caller) -> Answer:
        request = _found(id, caller)
        _audit(REQUEST, len(request.body.get("recipient", [])), caller)
        return one(self._request(request), caller)

    def search_requests(self, query: Query, caller: Caller) -> Answer:
        search = read_search(query)

        def show(rows: Sequence[AlertRequest]) -> list[Json]:
            _audit(REQUEST, sum(len(row.body.get("recipient", [])) for row in rows), caller)
            return [self._request(row) for row in rows]

        return page_of(REQUEST, requests_wanted(caller.client_id, search.criteria), search, caller, show)

    def read_communication(self, id: str, caller: Caller) -> Answer:
        """What was said to one recipient, or what one wrote back."""
        told = communications.find(caller.client_id, {"ids": [known_id(id)]}, 1)
        shown = told[0] if told else reply_of(caller.client_id, known_id(id))
        if shown is None:
            raise NotHere
        _audit(COMMUNICATION, 1, caller)
        return Answer(body=self._communications([shown])[0])

    def search_communications(self, query: Query, caller: Caller) -> Answer:
        search = read_search(query, includes=_INCLUDES)
        wanted = communications_wanted(search.criteria)
        # Counting all that a client ever sent would take longer than any page of it.
        is_narrow = not {"ids", "requests", "keys", "recipients"}.isdisjoint(wanted)
        total = None
        if search.counts_only or is_narrow:
            total = communications.count(caller.client_id, wanted)
        made = searchset(COMMUNICATION, search, caller, total)
        if search.counts_only:
            return Answer(body=made)
        rows = communications.find(caller.client_id, {**wanted, "after": search.after}, search.count + 1)
        if len(rows) > search.count:
            rows.pop()
            link_next(made, COMMUNICATION, search, rows[-1].id, caller)
        included = [
            # What came back belongs to what was said, and counts for no match of its own.
            *self._communications(communications.replies_to(rows)),
            *(self._requests_of(rows) if search.includes else []),
        ]
        made["entry"] = [
            *(entry(resource, caller) for resource in self._communications(rows)),
            *(entry(resource, caller, "include") for resource in included),
        ]
        _audit(COMMUNICATION, len(rows), caller)
        return Answer(body=made)

    def _communications(self, shown: Sequence[Told | Reply]) -> list[Json]:
        told = [row.to if isinstance(row, Reply) else row for row in shown]
        requests = AlertRequest.objects.in_bulk({row.request_id for row in told})
        dialect = Dialect(runs=runs_of(told)) if self._is_dialect else None
        return [
            reply_document(row, requests[row.to.request_id], dialect)
            if isinstance(row, Reply)
            else communication_document(row, requests[row.request_id], dialect)
            for row in shown
        ]

    def _requests_of(self, rows: Sequence[Told]) -> list[Json]:
        wanted = {row.request_id for row in rows}
        found = AlertRequest.objects.filter(id__in=wanted).select_related("broadcast").order_by("id")
        return [self._request(request) for request in found]

    def _request(self, request: AlertRequest) -> Json:
        return request_document(request, is_dialect=self._is_dialect)


def _found(id: str, caller: Caller) -> AlertRequest:
    found = AlertRequest.objects.filter(id=known_id(id), client_id=caller.client_id)
    request = found.select_related("broadcast").first()
    if request is None:
        raise NotHere
    return request


def _audit(what: str, people: int, caller: Caller) -> None:
    caller.audit("alerts.read", what, people=people)


#: IHE mACM.
STANDARD: Final = Alerts(role=MOBILE_ALERTS, is_dialect=False)
#: emNutt, for iHRIS 5.
DIALECT: Final = Alerts(role=MESSAGING_PAGES, is_dialect=True)
