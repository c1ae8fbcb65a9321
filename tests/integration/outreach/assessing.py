"""A district of three clinics and a hospital, with who leads them, and what they are asked."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from mhero.platform.ids import new_id

#: A Monday; the time of the workspace is UTC.
MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


class District:
    """Suakoko in Bong: Phebe Hospital and three clinics; Flomo sees to the district.

    Nobody is in charge of the third clinic. Musu has a facility's post that leads nothing.
    """

    def __init__(self) -> None:
        from tests.integration.messaging.answering import make_flow

        from mhero.accounts.models import User, Workspace
        from mhero.accounts.queries import workspace
        from mhero.messaging.models import SendingRules
        from mhero.messaging.services import create_sms_channel

        workspace()
        Workspace.objects.update(went_live_at=self.at(-1), time_zone="Africa/Monrovia")
        SendingRules.objects.update_or_create(id=1, defaults={"hold_seconds": 0})
        create_sms_channel(type="external", name="Lonestar", address="1234", send_url="http://x.example/")
        self.liberia = self.place("Liberia")
        self.bong = self.place("Bong", self.liberia)
        self.suakoko = self.place("Suakoko", self.bong)
        names = ("Clinic One", "Clinic Two", "Clinic Three", "Phebe Hospital")
        self.facilities = {name: self.place(name, self.suakoko, facility=True) for name in names}
        self.in_charge = {
            name: self.worker(f"In charge of {name}", "Officer in Charge", place)
            for name, place in self.facilities.items()
            if name != "Clinic Three"
        }
        self.musu = self.worker("Musu Kollie", "Registered Nurse", self.facilities["Clinic Three"])
        self.flomo = self.worker("Flomo", "District Health Officer", self.suakoko)
        self.korto = User.objects.create_user("korto@example.org", name="Korto", role="administrator")
        self.flow = make_flow("Clinic check")

    @staticmethod
    def at(days: float) -> datetime:
        """So many days after Monday 2 March 2026, 9 in the morning."""
        return MONDAY + timedelta(days=days)

    def place(self, name: str, parent: Any = None, *, facility: bool = False) -> Any:
        from mhero.registry.models import Place

        place_id = new_id()
        path: list[UUID] = [*(parent.path if parent else []), place_id]
        return Place.objects.create(
            id=place_id,
            kind="facility" if facility else "jurisdiction",
            name=name,
            level=len(path),
            parent=parent,
            path=path,
            facility_type=name.split()[0 if name.startswith("Clinic") else -1] if facility else "",
        )

    def worker(self, name: str, job: str, place: Any, language: str = "eng") -> Any:
        from mhero.messaging.models import Contact
        from mhero.registry.models import Person, Role

        number = f"+23177{Contact.objects.count():07d}"
        person = Person.objects.create(
            id=new_id(),
            name=name,
            cadres=["Nurse"],
            place=place,
            place_ids=place.path,
            facility_types=[place.facility_type] if place.facility_type else [],
            phone=number,
            phone_state="usable",
            change=1,
        )
        Role.objects.create(id=new_id(), person=person, place=place, job=job, cadre="Nurse")
        return Contact.objects.create(
            person_id=person.id, number=number, name=name, language=language, place_ids=place.path
        )

    def assessment(self, **changes: Any) -> Any:
        """Every week from Monday, about the week before; due on Thursday."""
        from mhero.outreach.assessments.models import Assessment
        from mhero.outreach.assessments.services import start

        made = Assessment.objects.create(
            name="Clinic check",
            flow=self.flow,
            owner=self.korto,
            **(
                {
                    "who": "in_charge",
                    "repeats": "Weekly",
                    "starts_on": date(2026, 3, 2),
                    "ask_on": 1,
                    "ask_at": time(9),
                    "due_after_days": 3,
                }
                | changes
            ),
        )
        start(made, self.korto, clock=lambda: self.at(-1))
        made.refresh_from_db()
        return made

    def ask(self, days: float = 0) -> None:
        from mhero.outreach.assessments.rounds import ask_due

        while ask_due(lambda: self.at(days)):
            pass

    def follow(self, days: float) -> None:
        from mhero.outreach.assessments.tasks import follow

        while follow(lambda: self.at(days)):
            pass

    def talk(self, contact: Any, days: float, *, ended: float | None = None, **results: str) -> Any:
        """A conversation that began then: over and answered, or still going on."""
        from mhero.messaging.models import FlowRun, Session, SMSChannel

        ended_at = self.at(ended) if ended is not None else None
        common = {
            "contact": contact,
            "flow": self.flow,
            "status": "completed" if ended_at else "waiting",
            "started_at": self.at(days),
            "ended_at": ended_at,
        }
        channel = SMSChannel.objects.get()
        session = Session.objects.create(id=new_id(), sms_channel_id=channel.id, **common)
        return FlowRun.objects.create(
            id=new_id(),
            session=session,
            changed_at=ended_at or self.at(days),
            is_answered=ended_at is not None,
            results={
                key: {"name": key, "value": value, "category": value.title(), "created_on": ""}
                for key, value in results.items()
            },
            **common,
        )

    def states(self, **of: Any) -> dict[str, str]:
        from mhero.outreach.assessments.models import Respondent

        rows = Respondent.objects.filter(**of).select_related("place").order_by("id")
        return {row.place.name: row.state for row in rows if row.place}

    def texts(self) -> list[tuple[str, str]]:
        from mhero.messaging.models import Contact, Message

        names = dict(Contact.objects.values_list("id", "name"))
        said = Message.objects.filter(is_incoming=False, session_id=None).order_by("id")
        return [(names[one.contact_id], one.text) for one in said]

    def sends(self) -> list[list[str]]:
        """Who is asked by each send, the first send first."""
        from mhero.messaging.models import Broadcast

        sends = Broadcast.objects.order_by("created_at", "id")
        return [
            sorted(one.contact.name for one in send.recipients.select_related("contact")) for send in sends
        ]
