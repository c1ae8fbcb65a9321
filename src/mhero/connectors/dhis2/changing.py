"""Corrections to DHIS2: whether a facility is open, and its phone number, by JSON Patch (RFC 6902).

DHIS2 knows no `If-Match`. So the unit is read right before, and only the one property is sent.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from mhero.accounts.queries import workspace
from mhero.connectors.changing import DONE, MEDIATORS, Applied, carry_out, key_of, refused
from mhero.connectors.dhis2.mediator import SOURCE
from mhero.connectors.doors import opened
from mhero.connectors.intake import telling, today
from mhero.connectors.models import ChangeState, SourceChange, System
from mhero.connectors.queries import connected
from mhero.connectors.reading import Document, day, dicts, part, text
from mhero.exchange.mediators import RunContext, mediator
from mhero.platform.errors import PartnerSpokeNonsense
from mhero.platform.http import Answer, RecordedClient
from mhero.platform.phones import clean
from mhero.registry.editing import ACTIVE, INACTIVE, PLACE_PHONE, STATUS

FIELDS: Final = "id,closedDate,phoneNumber"
#: What says that this very unit cannot be as we want it.
REFUSALS: Final = (400, 409, 415, 422)
PATCH: Final = "application/json-patch+json"


@mediator(MEDIATORS[System.DHIS2], title=_("Corrections to DHIS2"))
def run(context: RunContext) -> None:
    partner = connected(System.DHIS2)
    with telling(partner), opened(partner, context.http) as http:
        correcting = Correcting(http, today())
        carry_out(context, System.DHIS2, correcting.apply)


class Correcting:
    def __init__(self, http: RecordedClient, today: date) -> None:
        self._http = http
        self._today = today
        self._region = workspace().country_code

    def apply(self, change: SourceChange) -> Applied:
        """Raises `PartnerUnavailable` while nothing can be said about what became of it."""
        unit = key_of(change, SOURCE).removeprefix("Location/")
        if not unit or change.part not in {STATUS, PLACE_PHONE}:
            return refused(gettext_noop("DHIS2 does not keep this."))
        path = f"organisationUnits/{unit}"
        answer = self._http.request("GET", path, params={"fields": FIELDS}, takes=(404,))
        if answer.status == 404:
            return refused(gettext_noop("DHIS2 no longer has this facility."))
        says = self._read(change.part, _object(answer))
        if says == change.new:
            return DONE
        if says != change.old:
            return Applied(state=ChangeState.CONFLICT, newer=says)
        operation = _operation(change.part, change.value)
        headers = {"Content-Type": PATCH}
        answer = self._http.request("PATCH", path, json=[operation], headers=headers, takes=REFUSALS)
        message = _object(answer)
        if answer.status in REFUSALS or text(message.get("status")).upper() == "ERROR":
            return refused(_reason(message) or f"DHIS2 refused it (status {answer.status}).")
        return DONE

    def _read(self, name: str, unit: Document) -> str:
        if name == STATUS:
            closed = day(unit.get("closedDate"))
            return INACTIVE if closed and closed <= self._today.isoformat() else ACTIVE
        found = clean(text(unit.get("phoneNumber")), self._region)
        return next((one.number for one in found if one.number), "")


def _operation(name: str, value: Mapping[str, Any]) -> dict[str, Any]:
    if name == PLACE_PHONE:
        return {"op": "add", "path": "/phoneNumber", "value": value["number"]}
    if value["status"] == INACTIVE:
        return {"op": "add", "path": "/closedDate", "value": value["on"]}
    return {"op": "remove", "path": "/closedDate"}


def _object(answer: Answer) -> Document:
    document: Any = answer.json()
    if not isinstance(document, dict):
        raise PartnerSpokeNonsense("DHIS2 answered with something that is not an object.")
    return document


def _reason(message: Document) -> str:
    """What DHIS2 says of the property, or else of the whole."""
    reports = dicts(part(message.get("response")).get("errorReports"))
    said = (text(one.get("message")) for one in reports)
    return (next(filter(None, said), "") or text(message.get("message")))[:300]
