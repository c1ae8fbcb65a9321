"""Client visits as Appointments: planned, found, moved and ended by another system."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from tests.integration.outreach.asking_machines import Json, Machine, machine
from tests.integration.outreach.caring import Clinic

IDENTIFIER = {"system": "https://emr.example.org/appointments", "value": "A-17"}


@pytest.fixture
def clinic(db: None) -> Clinic:
    return Clinic()


@pytest.fixture
def hospital(clinic: Clinic) -> Machine:
    """The records that another system keeps."""
    from mhero.registry.models import Person, Place, Resource

    at = {"updated_at": datetime(2026, 3, 1, tzinfo=UTC), "body": {}}
    for place in Place.objects.all():
        Resource.objects.create(id=place.id, type="Location", **at)
    for person in Person.objects.all():
        Resource.objects.create(id=person.id, type="Practitioner", **at)
    return machine("phebe-emr", "client-visits")


def day(ahead: int) -> str:
    from mhero.outreach.care import queries

    moment = datetime.combine(queries.today() + timedelta(days=ahead), time(9, 30), UTC)
    return moment.isoformat().replace("+00:00", "Z")


def appointment(clinic: Clinic, **elements: Any) -> Json:
    musu = clinic.musu.person_id
    return {
        "resourceType": "Appointment",
        "identifier": [IDENTIFIER],
        "status": "booked",
        "start": day(5),
        "end": day(5).replace("09:30", "10:00"),
        "contained": [
            {
                "resourceType": "Patient",
                "id": "p",
                "extension": [{"url": "urn:mhero:agrees-to-texts", "valueBoolean": True}],
                "name": [{"given": ["Hawa"], "family": "Dolo"}],
                "telecom": [{"system": "phone", "value": "0770 000 099"}],
            }
        ],
        "participant": [
            {"actor": {"reference": "#p"}, "status": "accepted"},
            {"actor": {"reference": f"Practitioner/{musu}"}, "status": "accepted"},
            {"actor": {"reference": f"Location/{clinic.place.id}"}, "status": "accepted"},
        ],
        **elements,
    }


def the_visit() -> Any:
    from mhero.outreach.care.models import Visit

    return Visit.objects.select_related("client", "facility").get()


def test_an_appointment_becomes_a_visit_once(clinic: Clinic, hospital: Machine) -> None:
    from mhero.accounts.models import AuditEvent

    status, made = hospital.ask("POST", "Appointment", appointment(clinic))
    assert (status, made["status"], made["meta"]["versionId"]) == (201, "booked", "1")
    visit = the_visit()
    client = visit.client
    assert (client.name, client.phone, client.agreed) == ("Hawa Dolo", "+231770000099", True)
    assert client.worker_id == clinic.musu.person_id
    assert visit.facility_id == clinic.place.id
    again, same = hospital.ask("POST", "Appointment", appointment(clinic))
    assert (again, same["id"]) == (200, made["id"])
    response = hospital.response("POST", "Appointment", appointment(clinic))
    assert response.headers["ETag"] == 'W/"1"'
    assert AuditEvent.objects.filter(action="clients.added", actor="phebe-emr", people=1).count() == 1
    _, read = hospital.ask("GET", f"Appointment/{made['id']}")
    assert {IDENTIFIER["value"], visit.code} == {one["value"] for one in read["identifier"]}
    assert read["start"][:10] == visit.due_on.isoformat()
    assert AuditEvent.objects.filter(action="clients.read", actor="phebe-emr").exists()


def test_it_is_moved_and_ended_by_a_put_and_an_old_version_changes_nothing(
    clinic: Clinic, hospital: Machine
) -> None:
    _, made = hospital.ask("POST", "Appointment", appointment(clinic))
    path = f"Appointment/{made['id']}"
    later = appointment(clinic, start=day(9), end=day(9))
    status, moved = hospital.ask("PUT", path, later, {"if-match": 'W/"1"'})
    assert (status, moved["start"][:10], moved["meta"]["versionId"]) == (200, day(9)[:10], "2")
    assert hospital.ask("PUT", path, later, {"if-match": 'W/"1"'})[0] == 412
    operations = [{"op": "replace", "path": "/status", "value": "noshow"}]
    status, missed = hospital.ask("PATCH", path, operations, {"content-type": "application/json-patch+json"})
    assert (status, missed["status"]) == (200, "noshow")
    assert the_visit().client.phone == "+231770000099"
    assert hospital.ask("PUT", path, appointment(clinic, status="cancelled"))[1]["status"] == "cancelled"


def test_the_outcome_that_a_health_worker_texts_is_seen_there(clinic: Clinic, hospital: Machine) -> None:
    from mhero.messaging.commands import CommandSaid
    from mhero.outreach.care.commands import VisitCommand
    from mhero.platform.clock import now
    from mhero.platform.ids import new_id

    _, made = hospital.ask("POST", "Appointment", appointment(clinic))
    said = CommandSaid(
        message_id=new_id(), contact=clinic.musu, text=f"done {the_visit().code}", received_at=now()
    )
    assert (VisitCommand().take(said) or "").startswith("Thank you.")
    assert hospital.ask("GET", f"Appointment/{made['id']}")[1]["status"] == "fulfilled"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"start": None}, "Appointment.start"),
        ({"start": "soon"}, "Appointment.start"),
        ({"start": "2020-01-01T09:00:00Z"}, "Appointment.start"),
        ({"status": "perhaps"}, "Appointment.status"),
        ({"status": "fulfilled"}, "Appointment.status"),
        ({"participant": []}, "Appointment.participant"),
        (
            {"participant": [{"actor": {"display": "Hawa"}, "status": "accepted"}]},
            "Appointment.participant",
        ),
        (
            {"participant": [{"actor": {"reference": "Location/nowhere"}, "status": "accepted"}]},
            "Appointment.participant",
        ),
    ],
)
def test_what_cannot_be_taken_is_told_with_its_element(
    clinic: Clinic, hospital: Machine, change: Json, where: str
) -> None:
    raw = {name: value for name, value in appointment(clinic, **change).items() if value is not None}
    status, refused = hospital.ask("POST", "Appointment", raw)
    assert status == 422
    assert refused["issue"][0]["expression"] == [where]


def test_a_system_sees_its_own_clients_alone_and_none_without_the_role(
    clinic: Clinic, hospital: Machine
) -> None:
    _, made = hospital.ask("POST", "Appointment", appointment(clinic))
    other = machine("other-emr", "client-visits")
    assert other.ask("GET", f"Appointment/{made['id']}")[0] == 404
    assert other.ask("PUT", f"Appointment/{made['id']}", appointment(clinic))[0] == 404
    assert other.ask("GET", "Appointment")[1]["total"] == 0
    stranger = Machine("stranger", {"referrals", "health-workers"})
    assert stranger.ask("GET", "Appointment")[0] == 403
    assert stranger.ask("POST", "Appointment", appointment(clinic))[0] == 403


def test_it_is_found_by_what_is_known_of_it(clinic: Clinic, hospital: Machine) -> None:
    patient = {"actor": {"reference": "Patient/17", "display": "Hawa Dolo"}, "status": "accepted"}
    raw = appointment(clinic)
    raw["participant"][0] = patient
    _, made = hospital.ask("POST", "Appointment", raw)
    musu = clinic.musu.person_id
    found = (
        "Appointment",
        f"Appointment?_id={made['id']}",
        "Appointment?identifier=https://emr.example.org/appointments|A-17",
        "Appointment?identifier=A-17",
        f"Appointment?identifier={the_visit().code}",
        "Appointment?status=booked,arrived",
        f"Appointment?date={day(5)[:10]}",
        f"Appointment?date=ge{day(1)[:10]}&date=lt{day(6)[:10]}",
        f"Appointment?location=Location/{clinic.place.id}",
        f"Appointment?practitioner=Practitioner/{musu}",
        "Appointment?patient=Patient/17",
        "Appointment?patient=17",
        "Appointment?actor=Patient/17",
        f"Appointment?actor=Location/{clinic.place.id}",
    )
    for path in found:
        assert hospital.ask("GET", path)[1]["total"] == 1, path
    for path in (
        "Appointment?status=noshow",
        "Appointment?identifier=A-18",
        f"Appointment?date=gt{day(5)[:10]}",
        f"Appointment?location=Location/{clinic.place.parent_id}",
        "Appointment?patient=Patient/18",
    ):
        assert hospital.ask("GET", path)[1]["total"] == 0, path
    assert hospital.ask("GET", "Appointment?name=hawa")[0] == 400
