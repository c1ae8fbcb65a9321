"""Stock reports by text: what is on hand and answered, who hears of a stock-out, what waits for DHIS2."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from mhero.platform.ids import new_id

#: In the grace of February, so about January.
FIRST = datetime(2026, 2, 2, 9, tzinfo=UTC)


class Clinic:
    """Phebe clinic with its nurse Musu, its officer in charge, and three products."""

    def __init__(self) -> None:
        from mhero.accounts.models import Workspace
        from mhero.accounts.queries import workspace
        from mhero.messaging.services import create_sms_channel
        from mhero.outreach.stock import queries
        from mhero.outreach.stock.models import StockProduct
        from mhero.registry.models import Place

        workspace()
        Workspace.objects.update(went_live_at=FIRST, time_zone="Africa/Monrovia")
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
                facility_type="Clinic" if level == 4 else "",
            )
        self.musu = self.worker("Musu Kollie", "Registered Nurse", self.place)
        for code, unit in (("mal", "tablet"), ("co", "tablet"), ("ors", "sachet")):
            StockProduct.objects.create(
                name=code.title(), code=code, unit=unit, data_element=f"element-{code}"
            )
        rules = queries.rules()
        rules.data_set = "set"
        rules.save()
        self.texts = 0

    def worker(self, name: str, job: str, place: Any, language: str = "eng") -> Any:
        from mhero.messaging.models import Contact
        from mhero.registry.models import Person, Role

        person = Person.objects.create(
            id=new_id(), name=name, cadres=["Nurse"], place=place, place_ids=place.path, change=1
        )
        Role.objects.create(id=new_id(), person=person, place=place, job=job, cadre="Nurse")
        number = f"+23177{Contact.objects.count():07d}"
        return Contact.objects.create(person_id=person.id, number=number, name=name, language=language)

    def text(self, words: str, at: datetime = FIRST, contact: Any = None) -> str:
        """The answer to a text."""
        from mhero.messaging.commands import CommandSaid
        from mhero.outreach.stock.reporting import StockCommand

        self.texts += 1
        said = CommandSaid(
            message_id=new_id(at),
            contact=contact or self.musu,
            text=words,
            received_at=at + timedelta(seconds=self.texts),
        )
        answer = StockCommand().take(said)
        assert answer is not None
        return answer

    def levels(self, period: str = "202601") -> dict[str, tuple[int | None, int | None]]:
        from mhero.outreach.stock.models import StockLevel

        found = StockLevel.objects.filter(period=period).select_related("product")
        return {level.product.code: (level.on_hand, level.used) for level in found}

    def notices(self) -> list[tuple[str, str]]:
        from mhero.messaging.models import Contact, Message

        names = dict(Contact.objects.values_list("id", "name"))
        return [(names[one.contact_id], one.text) for one in Message.objects.order_by("id")]

    def waiting(self) -> dict[str, str]:
        from mhero.connectors.models import DataValue

        values = DataValue.objects.filter(is_waiting=True).select_related("value_set")
        return {f"{one.value_set.period}/{one.data_element}": one.value for one in values}


@pytest.fixture
def clinic(db: None) -> Clinic:
    return Clinic()


def test_a_report_is_kept_answered_and_waits_for_dhis2(clinic: Clinic) -> None:
    from mhero.connectors.models import ValueSet

    answer = clinic.text("SOH mal 20, co 5")
    assert answer == "Recorded for Phebe Clinic: mal 20, co 5. Still missing: ors."
    assert clinic.levels() == {"mal": (20, None), "co": (5, None)}
    assert clinic.waiting() == {"202601/element-mal": "20", "202601/element-co": "5"}
    assert ValueSet.objects.get().completed_on is None
    assert clinic.text("soh ors 0 rec ors 10") == (
        "Recorded for Phebe Clinic: ors 0, ors received 10. Thank you."
    )
    assert clinic.waiting()["202601/element-ors"] == "0"
    assert ValueSet.objects.get().completed_on is not None


def test_a_late_or_another_report_of_the_period_replaces_the_first(clinic: Clinic) -> None:
    clinic.text("soh mal 20")
    clinic.text("soh mal 18")
    assert clinic.levels() == {"mal": (18, None)}
    clinic.text("soh mal 15", FIRST + timedelta(days=10))
    assert clinic.levels() == {"mal": (18, None)}
    assert clinic.levels("202602") == {"mal": (15, 3)}
    clinic.text("soh mal 40 rec mal 60", FIRST + timedelta(days=11))
    assert clinic.levels("202602") == {"mal": (40, 38)}


def test_what_is_not_clear_is_asked_back_in_the_language_of_the_report(clinic: Clinic) -> None:
    assert clinic.text("soh mal 20, co 2 boxes, xyz 3") == (
        "Recorded for Phebe Clinic: mal 20. How many tablets of co? No product is called xyz."
        " Still missing: ors."
    )
    assert (
        clinic.text("sdu mal co 5")
        == "Noté pour Phebe Clinic : co 5. Combien de mal ? Il manque encore : ors."
    )
    assert clinic.text("hmk mal 20 co") == "Haieleweki: mal 20 co. Tuma hivi: hmk mal 20 co 5"
    assert clinic.levels()["mal"] == (20, None)


def test_who_names_no_product_is_asked_for_one_after_the_other(clinic: Clinic) -> None:
    from mhero.messaging.models import CommandDialogue
    from mhero.outreach.stock.models import StockQuestion

    assert clinic.text("SOH") == "How many tablets of mal (Mal)? Answer with a number, or SKIP."
    assert clinic.text("l2 tabs") == "mal 12. How many tablets of co (Co)? Answer with a number, or SKIP."
    assert clinic.text("Skip") == "How many sachets of ors (Ors)? Answer with a number, or SKIP."
    assert clinic.text("none") == "Recorded for Phebe Clinic: ors 0. Still missing: co."
    assert not CommandDialogue.objects.exists()
    assert not StockQuestion.objects.exists()
    assert clinic.levels() == {"mal": (12, None), "ors": (0, None)}
    # Only what nobody has told yet is asked for; a whole report ends the asking.
    assert clinic.text("sdu") == "Combien de comprimés de co (Co) ? Répondez par un nombre, ou PASSER."
    assert clinic.text("pas de comptage") == "Pas clair : co pas comptage. Envoyez ainsi : sdu mal 20 co 5"
    assert clinic.text("7") == "Noté pour Phebe Clinic : co 7. Merci."
    later = FIRST + timedelta(days=30)
    assert clinic.text("soh", later).startswith("How many tablets of mal")
    assert clinic.text("900", later) == (
        "mal 900 is far more than before (12). If it is right, send the same again."
    )
    assert clinic.text("900", later).startswith("mal 900. How many tablets of co")
    assert clinic.text("Enough", later) == "Thank you. Still missing: co, ors."
    assert clinic.levels("202602") == {"mal": (900, None)}


def test_an_amount_that_can_hardly_be_right_is_taken_when_it_is_told_again(clinic: Clinic) -> None:
    clinic.text("soh mal 20 co 5 ors 7")
    later = FIRST + timedelta(days=30)
    asked = clinic.text("soh mal 2000 co 4", later)
    assert asked == (
        "Recorded for Phebe Clinic: co 4. mal 2000 is far more than before (20)."
        " If it is right, send the same again."
    )
    assert clinic.levels("202602") == {"co": (4, 1)}
    # Another amount confirms nothing; the same one does, however it is written.
    assert "send the same again" in clinic.text("soh mal 1900", later)
    assert "send the same again" in clinic.text("soh mal 2000", later)
    assert clinic.text("SOH 2000 mal", later) == "Recorded for Phebe Clinic: mal 2000. Still missing: ors."
    assert clinic.levels("202602")["mal"] == (2000, None)


def test_after_an_hour_the_same_text_confirms_nothing(clinic: Clinic) -> None:
    clinic.text("soh mal 20")
    later = FIRST + timedelta(days=30)
    clinic.text("soh mal 2000", later)
    assert "send the same again" in clinic.text("soh mal 2000", later + timedelta(hours=2))


def test_a_stock_out_is_told_to_who_is_in_charge_once_and_in_their_language(clinic: Clinic) -> None:
    clinic.worker("Korto", "Officer in Charge", clinic.place, language="fra")
    clinic.worker("Flomo", "District Health Officer", clinic.place.parent)
    clinic.text("soh mal 0 co 0 ors 3")
    clinic.text("soh mal 0")
    assert clinic.notices() == [("Korto", "Rupture à Phebe Clinic : mal, co. Signalé par Musu Kollie.")]
    clinic.text("soh mal 9")
    clinic.text("soh mal 0")
    assert len(clinic.notices()) == 2


def test_without_anybody_in_charge_the_district_hears_of_it(clinic: Clinic) -> None:
    clinic.worker("Flomo", "District Health Officer", clinic.place.parent)
    clinic.text("soh mal 0")
    assert clinic.notices() == [("Flomo", "Stock out at Phebe Clinic: mal. Reported by Musu Kollie.")]


def test_who_may_not_report_is_told_so_and_nothing_is_kept(clinic: Clinic) -> None:
    from mhero.messaging.models import Contact
    from mhero.outreach.stock import queries

    unknown = Contact.objects.create(number="+231779999999")
    assert clinic.text("soh mal 20", contact=unknown).startswith("This number is not registered")
    officer = clinic.worker("Flomo", "District Health Officer", clinic.place.parent)
    assert clinic.text("soh mal 20", contact=officer).startswith("We do not know at which facility")
    rules = queries.rules()
    rules.cadres = ["Midwife"]
    rules.save()
    assert clinic.text("soh mal 20").startswith("Your post does not report stock")
    assert clinic.levels() == {}


def test_a_kind_of_facility_that_keeps_no_such_product_does_not_lack_it(clinic: Clinic) -> None:
    from mhero.outreach.stock.models import StockProduct

    StockProduct.objects.filter(code__in=["co", "ors"]).update(facility_types=["Hospital"])
    assert clinic.text("soh mal 20").endswith("Thank you.")


def test_what_dhis2_refuses_is_told_to_the_reporter_in_words_and_once(clinic: Clinic) -> None:
    from mhero.connectors.models import DataValue
    from mhero.outreach.refusals import tell_of_refusals

    clinic.text("sdu mal 20 co 5")
    DataValue.objects.update(is_waiting=False, refusal="untimely", refusal_is_news=True)
    tell_of_refusals()
    tell_of_refusals()
    (told,) = clinic.notices()
    assert told[0] == "Musu Kollie"
    assert told[1] in {
        "DHIS2 n'a pas pris mal, co de Phebe Clinic : la période y est close.",
        "DHIS2 n'a pas pris co, mal de Phebe Clinic : la période y est close.",
    }


def test_reporters_are_asked_on_the_day_once(clinic: Clinic) -> None:
    from mhero.accounts.models import User
    from mhero.messaging.models import Broadcast
    from mhero.outreach.stock import queries
    from mhero.outreach.stock.asking import ask_when_due
    from mhero.outreach.stock.services import save_rules

    clinic.worker("Flomo", "District Health Officer", clinic.place.parent)
    rules = queries.rules()
    # The last day of a shorter month.
    rules.ask_on, rules.ask_text = 30, "Send your stock: soh mal 20 co 5"
    save_rules(rules, User.objects.create_user("korto@example.org", role="administrator"))
    for moment in ((2, 27, 12), (2, 28, 8), (2, 28, 9), (2, 28, 10), (3, 1, 9), (3, 29, 9)):
        ask_when_due(lambda moment=moment: datetime(2026, *moment, 30, tzinfo=UTC))  # type: ignore[misc]
    send = Broadcast.objects.get()
    assert [one.contact_id for one in send.recipients.all()] == [clinic.musu.id]
