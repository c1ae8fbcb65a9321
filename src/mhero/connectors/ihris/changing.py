"""Corrections to iHRIS: the record is read, changed in the one part, and put back as the version it was.

Who changed it in between is not overwritten: `If-Match` names the version that was read, and iHRIS answers
412, or 409 as HAPI does. Then it is read again; where the part is still what it was, the correction goes on
top of the newer version, else it goes back to the officer (FHIR R4, 3.1.0.5).
"""

from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from mhero.accounts.queries import workspace
from mhero.connectors.changing import DONE, MEDIATORS, Applied, carry_out, key_of, refused
from mhero.connectors.doors import opened
from mhero.connectors.errors import NotAFHIRServer
from mhero.connectors.ihris.mediator import SOURCE
from mhero.connectors.intake import telling
from mhero.connectors.models import ChangeState, SourceChange, System
from mhero.connectors.queries import connected
from mhero.connectors.reading import Document, dicts, part, text
from mhero.exchange.mediators import RunContext, mediator
from mhero.platform.errors import PartnerUnavailable
from mhero.platform.http import Answer, RecordedClient
from mhero.registry.editing import PARTS, PLACE
from mhero.registry.models import Origin

#: How often it is read again, when others keep changing it under our hands.
TRIES: Final = 4
GONE: Final = (404, 410)
CHANGED_MEANWHILE: Final = (409, 412)
#: What says that this very record cannot be as we want it.
REFUSALS: Final = (400, 405, 422)
_JSON: Final = "application/fhir+json"


@mediator(MEDIATORS[System.IHRIS], title=_("Corrections to iHRIS"))
def run(context: RunContext) -> None:
    partner = connected(System.IHRIS)
    with telling(partner), opened(partner, context.http) as http:
        correcting = Correcting(http)
        carry_out(context, System.IHRIS, correcting.apply)


class Correcting:
    def __init__(self, http: RecordedClient) -> None:
        self._http = http
        self._region = workspace().country_code

    def apply(self, change: SourceChange) -> Applied:
        """Raises `PartnerUnavailable` while nothing can be said about what became of it."""
        key = key_of(change, SOURCE)
        if not key:
            return refused(gettext_noop("iHRIS does not have this record."))
        value = change.value
        if change.part == PLACE:
            place = _key_of_place(change.value["place"])
            if not place:
                return refused(gettext_noop("The facility is not in iHRIS."))
            value = {"reference": place}
        words, last_seen = "", ""
        for _try in range(TRIES):
            answer = self._http.request("GET", key, takes=GONE)
            if answer.status in GONE:
                return refused(gettext_noop("iHRIS no longer has this record."))
            document = _resource(answer)
            says = self._read(change.part, document)
            if says == _plain(change.new):
                return DONE
            if says != _plain(change.old):
                return Applied(state=ChangeState.CONFLICT, newer=says)
            version = _version(answer, document)
            if words and version == last_seen:
                # It is not the version that iHRIS minds.
                return refused(words)
            last_seen = version
            edited = PARTS[change.part].write(document, value, self._region)
            answer = self._put(key, edited, version)
            if answer.status < 300:
                return DONE
            words = _reason(answer)
            if answer.status not in CHANGED_MEANWHILE:
                return refused(words)
        raise PartnerUnavailable("Somebody keeps changing a record in iHRIS. It is tried again later.")

    def _put(self, key: str, document: Document, version: str) -> Answer:
        headers = {"Content-Type": _JSON}
        if version:
            headers["If-Match"] = version
        takes = (*CHANGED_MEANWHILE, *REFUSALS)
        return self._http.request("PUT", key, json=document, headers=headers, takes=takes)

    def _read(self, name: str, document: Document) -> str:
        says = _plain(PARTS[name].read(document, self._region))
        if name == PLACE:
            found = Origin.objects.filter(source=SOURCE, key=says).values_list("resource_id", flat=True)
            return str(found.first() or says)
        return says


def _plain(words: str) -> str:
    # The registry keeps a text without the blanks that a source may have in it.
    return " ".join(words.split())


def _key_of_place(place: str) -> str:
    keys = Origin.objects.filter(resource_id=UUID(place), source=SOURCE, key__startswith="Location/")
    return keys.values_list("key", flat=True).first() or ""


def _resource(answer: Answer) -> Document:
    document: Any = answer.json()
    if not isinstance(document, dict) or not document.get("resourceType"):
        raise NotAFHIRServer
    return document


def _version(answer: Answer, document: Document) -> str:
    """As `If-Match` wants it, such as `W/"3"`; empty where the server keeps no versions."""
    number = text(part(document.get("meta")).get("versionId"))
    return answer.headers.get("etag", "") or (f'W/"{number}"' if number else "")


def _reason(answer: Answer) -> str:
    """What iHRIS says in its OperationOutcome."""
    try:
        outcome: Any = answer.json()
    except ValueError:
        outcome = {}
    issues = dicts(part(outcome).get("issue"))
    said = (text(one.get("diagnostics")) or text(part(one.get("details")).get("text")) for one in issues)
    return next(filter(None, said), f"iHRIS refused it (status {answer.status}).")[:300]
