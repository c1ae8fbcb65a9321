"""Two facilities of Bong that refer to each other, and texts that are taken as the worker does."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from mhero.platform.ids import new_id

START = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: Where each facility is: county, district.
FACILITIES = {
    "Suakoko Clinic": ("Bong", "Suakoko"),
    "Phebe Hospital": ("Bong", "Suakoko"),
    "Gbarnga Clinic": ("Bong", "Jorquelleh"),
    "Gbarnga Health Center": ("Bong", "Jorquelleh"),
    "Zorzor Hospital": ("Lofa", "Zorzor"),
    "Gbarnga Hospital": ("Lofa", "Zorzor"),
}


class Country:
    """Nurse Musu is at Suakoko Clinic; at Phebe Hospital are an officer in charge and a nurse."""

    def __init__(self) -> None:
        from django.core.cache import cache

        from mhero.accounts.models import Workspace
        from mhero.accounts.queries import workspace
        from mhero.messaging.services import create_sms_channel

        cache.clear()
        workspace()
        Workspace.objects.update(went_live_at=START, time_zone="Africa/Monrovia")
        create_sms_channel(type="external", name="Lonestar", address="1234", send_url="http://x.example/")
        self.places: dict[str, Any] = {}
        for name, (county, district) in FACILITIES.items():
            above = None
            for level, one in enumerate(["Liberia", county, district, name], start=1):
                above = self.places[one] = self.places.get(one) or _place(one, level, above)
        self.musu = self.worker("Musu Kollie", "Nurse", "Suakoko Clinic")
        self.korto = self.worker("Korto Flomo", "Officer in Charge", "Phebe Hospital")
        self.saah = self.worker("Saah Tamba", "Nurse", "Phebe Hospital")
        self.texts = 0

    def worker(self, name: str, job: str, at: str, language: str = "eng") -> Any:
        from mhero.messaging.models import Contact
        from mhero.registry.models import Person, Role

        place = self.places[at]
        person = Person.objects.create(
            id=new_id(), name=name, cadres=["Nurse"], place=place, place_ids=place.path, change=1
        )
        Role.objects.create(id=new_id(), person=person, place=place, job=job, cadre="Nurse")
        number = f"+23177{Contact.objects.count():07d}"
        return Contact.objects.create(person_id=person.id, number=number, name=name, language=language)

    def text(self, words: str, who: Any = None, at: datetime = START) -> str:
        """The answer to a text."""
        from mhero.messaging.commands import CommandSaid
        from mhero.outreach.referrals.command import ReferralCommand

        self.texts += 1
        at += timedelta(seconds=self.texts)
        said = CommandSaid(message_id=new_id(at), contact=who or self.musu, text=words, received_at=at)
        answer = ReferralCommand().take(said)
        assert answer is not None
        return answer

    def refer(self, words: str = "REF Hawa Phebe bleeding", at: datetime = START) -> str:
        """The code of a new referral."""
        from mhero.outreach.referrals.models import Referral

        answer = self.text(words, at=at)
        referral = Referral.objects.latest("made_at")
        assert referral.code in answer
        return referral.code

    def told(self) -> list[tuple[str, str]]:
        """Whom we texted unasked, and what; what was read before is left out."""
        from mhero.messaging.models import Contact, Message

        names = dict(Contact.objects.values_list("id", "name"))
        found = list(Message.objects.filter(is_incoming=False).order_by("id"))
        Message.objects.filter(id__in=[one.id for one in found]).update(is_incoming=True)
        return [(names[one.contact_id].split()[0], one.text) for one in found]


def _place(name: str, level: int, above: Any) -> Any:
    from mhero.registry.models import Place

    place_id = new_id()
    path: list[UUID] = [*(above.path if above else []), place_id]
    return Place.objects.create(
        id=place_id,
        kind="facility" if level == 4 else "jurisdiction",
        name=name,
        level=level,
        parent=above,
        path=path,
        facility_type="Clinic" if level == 4 else "",
    )
