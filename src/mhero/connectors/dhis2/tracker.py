"""DHIS2's tracker, 2.38 to 2.43: planned events of clients, who the clients are, and what became of events.

Lists are called `instances` up to 2.40 and by their name from 2.41 on, and parameters were renamed in 2.41.
Only the pages' own length tells whether there is another one, in every version.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from mhero.connectors.reading import Document, day, dicts, part, text
from mhero.platform.errors import PartnerSpokeNonsense
from mhero.platform.http import PartnerRefusedWith, RecordedClient

PAGE_SIZE: Final = 200
#: What fits into an address, and into one import.
IDS_AT_ONCE: Final = 50
#: The first version with the new names of parameters.
RENAMED_SINCE: Final = (2, 41)
PLANNED: Final = ("SCHEDULE", "OVERDUE")
COMPLETED, SKIPPED, SCHEDULE = "COMPLETED", "SKIPPED", "SCHEDULE"
_EVENT_FIELDS: Final = (
    "event,program,programStage,enrollment,trackedEntity,orgUnit,status,scheduledAt,occurredAt"
)
_PROGRAM_FIELDS: Final = (
    "id,name,programStages[id,name],"
    "programTrackedEntityAttributes[trackedEntityAttribute[id,code,name,valueType]]"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Program:
    id: str
    name: str
    #: (id, name).
    stages: tuple[tuple[str, str], ...]
    #: The attributes that are parts of a client's name, in their order.
    names: tuple[str, ...]
    #: Those for the phone number, the consent to texts, and the facility's own number; empty for none.
    phone: str
    consent: str
    number: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    id: str
    program: str
    stage: str
    enrollment: str
    client: str
    unit: str
    #: `SCHEDULE`, `COMPLETED`, …
    status: str
    scheduled_on: date | None
    occurred_on: date | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Client:
    """A tracked entity, as far as a reminder needs it."""

    id: str
    name: str
    number: str
    #: As it was written.
    phone: str
    agreed: bool


class TrackerClient:
    def __init__(self, http: RecordedClient, version: str) -> None:
        """`version` is what the server says it is, such as `2.42.1`."""
        self._http = http
        numbers = [int(part) for part in version.split(".")[:2] if part.isdecimal()]
        self._is_renamed = tuple(numbers) >= RENAMED_SINCE

    def programs(self) -> list[Program]:
        """The programmes in which clients are followed."""
        asked = [
            ("fields", _PROGRAM_FIELDS),
            ("filter", "programType:eq:WITH_REGISTRATION"),
            ("order", "name:asc"),
            ("paging", "false"),
        ]
        return [_program(raw) for raw in dicts(self._get("programs", asked).get("programs"))]

    def planned(self, program: str, stage: str, first: date, last: date) -> Iterator[list[Event]]:
        """The events that are planned for these days, page by page, over all units that our user may see."""
        for status in PLANNED:
            asked: list[tuple[str, str | int]] = [
                ("program", program),
                ("programStage", stage),
                ("status", status),
                ("scheduledAfter", first.isoformat()),
                ("scheduledBefore", last.isoformat()),
                (self._mode, "ACCESSIBLE"),
                ("fields", _EVENT_FIELDS),
                ("order", "scheduledAt:asc"),
                ("pageSize", PAGE_SIZE),
            ]
            page, rows = 1, PAGE_SIZE
            while rows == PAGE_SIZE:
                found = list(self._list("tracker/events", "events", [*asked, ("page", page)]))
                rows, page = len(found), page + 1
                yield [_event(raw) for raw in found]

    def event(self, id: str) -> Event | None:
        """One event as it is now; None when it is gone."""
        try:
            return _event(self._get(f"tracker/events/{id}", [("fields", _EVENT_FIELDS)]))
        except PartnerRefusedWith as error:
            if error.status == 404:
                return None
            raise

    def clients(self, program: Program, ids: Sequence[str]) -> dict[str, Client]:
        """The clients of these ids that are still there."""
        found: dict[str, Client] = {}
        name, mark = ("trackedEntities", ",") if self._is_renamed else ("trackedEntity", ";")
        for start in range(0, len(ids), IDS_AT_ONCE):
            asked: list[tuple[str, str | int]] = [
                (name, mark.join(ids[start : start + IDS_AT_ONCE])),
                ("program", program.id),
                (self._mode, "ACCESSIBLE"),
                ("fields", "trackedEntity,attributes[attribute,code,value]"),
                ("pageSize", IDS_AT_ONCE),
            ]
            for raw in self._list("tracker/trackedEntities", "trackedEntities", asked):
                client = _client(raw, program)
                found[client.id] = client
        return found

    def send(self, events: Sequence[Mapping[str, str]]) -> dict[str, str]:
        """Changes events that there are; returns what DHIS2 says of each that it refused, by event.

        Sending the same again changes nothing: the events have their ids already.
        """
        answer = self._http.request(
            "POST",
            "tracker",
            # By default DHIS2 only promises to look at them.
            params={"async": "false", "importStrategy": "UPDATE", "atomicMode": "OBJECT"},
            json={"events": list(events)},
            # How it says that it refused some.
            takes={409},
        )
        return _refused(answer.json(), [event["event"] for event in events])

    @property
    def _mode(self) -> str:
        return "orgUnitMode" if self._is_renamed else "ouMode"

    def _list(self, path: str, name: str, asked: Sequence[tuple[str, str | int]]) -> Iterator[Document]:
        answer = self._get(path, asked)
        return dicts(answer.get(name, answer.get("instances")))

    def _get(self, path: str, asked: Sequence[tuple[str, str | int]]) -> Document:
        answer = self._http.get_json(path, asked)
        if not isinstance(answer, dict):
            raise PartnerSpokeNonsense("DHIS2 answered with something that is not an object.")
        return answer


def _program(raw: Document) -> Program:
    attributes = [
        part(one.get("trackedEntityAttribute")) for one in dicts(raw.get("programTrackedEntityAttributes"))
    ]
    texts = [one for one in attributes if text(one.get("valueType")) in ("TEXT", "LONG_TEXT", "LETTER")]
    yes_or_no = [one for one in attributes if text(one.get("valueType")) in ("BOOLEAN", "TRUE_ONLY")]
    numbers = [one for one in attributes if text(one.get("valueType")) == "PHONE_NUMBER"]
    return Program(
        id=text(raw.get("id")),
        name=text(raw.get("name")),
        stages=tuple((text(one.get("id")), text(one.get("name"))) for one in dicts(raw.get("programStages"))),
        names=tuple(text(one.get("id")) for one in texts if _is_called(one, ("name", "nom"))),
        phone=_first(numbers),
        consent=_first([one for one in yes_or_no if _is_called(one, ("sms", "consent", "accord"))]),
        number=_first([one for one in texts if _is_called(one, ("number", "numero", "numéro"))]),
    )


def _is_called(attribute: Document, parts: Sequence[str]) -> bool:
    said = f"{text(attribute.get('name'))} {text(attribute.get('code'))}".casefold()
    # "mother's name" and "next of kin" are other people's.
    return any(part in said for part in parts) and not any(
        other in said for other in ("mother", "father", "kin", "guardian", "mère", "père", "user")
    )


def _first(attributes: Sequence[Document]) -> str:
    return text(attributes[0].get("id")) if attributes else ""


def _event(raw: Document) -> Event:
    return Event(
        id=text(raw.get("event")),
        program=text(raw.get("program")),
        stage=text(raw.get("programStage")),
        enrollment=text(raw.get("enrollment")),
        client=text(raw.get("trackedEntity")),
        unit=text(raw.get("orgUnit")),
        status=text(raw.get("status")).upper(),
        scheduled_on=_date(raw.get("scheduledAt")),
        occurred_on=_date(raw.get("occurredAt")),
    )


def _date(value: Any) -> date | None:
    written = day(value)
    return date.fromisoformat(written) if written else None


def _client(raw: Document, program: Program) -> Client:
    values = {text(one.get("attribute")): text(one.get("value")) for one in dicts(raw.get("attributes"))}
    return Client(
        id=text(raw.get("trackedEntity")),
        name=" ".join(filter(None, (values.get(name, "") for name in program.names))),
        number=values.get(program.number, "") if program.number else "",
        phone=values.get(program.phone, "") if program.phone else "",
        agreed=bool(program.consent) and values.get(program.consent, "").casefold() in ("true", "1", "yes"),
    )


def _refused(answer: Any, ids: Sequence[str]) -> dict[str, str]:
    """What the report of an import says is wrong, by event."""
    report = part(answer)
    # Some versions wrap the report as they wrap all other answers.
    report = part(report.get("response")) if "validationReport" not in report else report
    status = text(report.get("status")).upper()
    if status not in {"OK", "WARNING", "ERROR"}:
        raise PartnerSpokeNonsense("DHIS2 answered to the events with something that is no import report.")
    errors = list(dicts(part(report.get("validationReport")).get("errorReports")))
    found: dict[str, str] = {}
    for error in errors:
        uid = text(error.get("uid"))
        # An error that does not say of which event it is concerns any of them.
        for one in [uid] if uid in ids else ids:
            found.setdefault(one, text(error.get("message"))[:300] or text(error.get("errorCode")))
    if status == "ERROR" and not found:
        found = dict.fromkeys(ids, text(report.get("message")) or "DHIS2 refused it.")
    return found
