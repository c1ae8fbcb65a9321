"""A clinic whose nurse registers clients' visits by text, and its in-charge."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from mhero.platform.ids import new_id

#: A Monday, at eleven in Liberia.
MONDAY = datetime(2026, 3, 9, 11, tzinfo=UTC)


class Clinic:
    """Phebe clinic with its nurse Musu and its in-charge Korto."""

    def __init__(self) -> None:
        from mhero.accounts.models import Workspace
        from mhero.accounts.queries import workspace
        from mhero.messaging.services import create_sms_channel
        from mhero.outreach.care import queries
        from mhero.registry.models import Place

        workspace()
        Workspace.objects.update(went_live_at=MONDAY, time_zone="Africa/Monrovia", country_code="LR")
        create_sms_channel(type="external", name="Lonestar", address="1234", send_url="http://x.example/")
        path: list[UUID] = []
        for level, name in enumerate(["Liberia", "Bong", "Suakoko", "Phebe Clinic"], start=1):
            path = [*path, new_id()]
            self.place = Place.objects.create(
                id=path[-1],
                kind="facility" if level == 4 else "jurisdiction",
                name=name,
                level=level,
                parent_id=path[-2] if level > 1 else None,
                path=path,
            )
        self.musu = self.worker("Musu Kollie", "Registered Nurse")
        self.korto = self.worker("Korto Flomo", "Officer in Charge", "fra")
        queries.rules()
        queries.kinds()
        self.texts = 0

    def worker(self, name: str, job: str, language: str = "eng", place: Any = None) -> Any:
        from mhero.messaging.models import Contact
        from mhero.registry.models import Person, Role

        place = place or self.place
        person = Person.objects.create(id=new_id(), name=name, place=place, place_ids=place.path, change=1)
        Role.objects.create(id=new_id(), person=person, place=place, job=job, cadre="Nurse")
        number = f"+23177{Contact.objects.count():07d}"
        return Contact.objects.create(
            person_id=person.id, number=number, name=name, language=language, place_ids=place.path
        )

    def text(self, words: str, at: datetime = MONDAY, contact: Any = None) -> str:
        """The answer to a text, queued as it is when it comes in."""
        from mhero.messaging.circumstances import present
        from mhero.messaging.commands import CommandSaid
        from mhero.messaging.models import Message, SMSChannel
        from mhero.messaging.services.notices import notice
        from mhero.outreach.care.commands import VisitCommand

        self.texts += 1
        at += timedelta(seconds=self.texts)
        contact, channel = contact or self.musu, SMSChannel.objects.get()
        said = CommandSaid(message_id=new_id(at), contact=contact, text=words, received_at=at)
        Message.objects.create(
            id=said.message_id,
            is_incoming=True,
            contact_id=contact.id,
            sms_channel_id=channel.id,
            number=contact.number,
            text=words,
            status="received",
        )
        assert VisitCommand().claims(words)
        answer = VisitCommand().take(said)
        assert answer is not None
        of = (said.message_id, "answer")
        notice(contact, answer, of=of, at=at, allowed=present(), sms_channel_id=channel.id)
        return answer

    def register(self, words: str, at: datetime = MONDAY, contact: Any = None) -> Any:
        """The visit that a text registers."""
        from mhero.outreach.care.models import Visit

        self.text(words, at, contact)
        return Visit.objects.select_related("client").latest("id")

    def remind(self, *moment: int) -> list[tuple[str, str]]:
        """Who is sent what at a day and hour of March 2026."""
        from mhero.messaging.models import Contact, Message
        from mhero.outreach.care.reminding import remind_when_due

        before = set(Message.objects.values_list("id", flat=True))
        day, hour = moment
        at = datetime(2026, 3, 1, hour, 5, tzinfo=UTC) + timedelta(days=day - 1)
        assert remind_when_due(lambda: at) is False
        contacts = Contact.objects.in_bulk()
        sent = Message.objects.exclude(id__in=before).order_by("contact_id", "id")
        return sorted((contacts[one.contact_id].name or "client", one.text) for one in sent)
