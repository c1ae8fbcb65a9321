"""Referrals by text: who is told, what is asked back, what becomes of them, and what is forgotten."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.integration.outreach.referring import START, Country

from mhero.platform.ids import new_id


@pytest.fixture
def country(db: None) -> Country:
    return Country()


def referral(code: str) -> Any:
    from mhero.outreach.referrals.models import Referral

    return Referral.objects.filter(code=code).latest("made_at")


def at(**later: float) -> datetime:
    return START + timedelta(**later)


def test_the_receiving_facility_is_told_with_a_code_and_without_the_reason(country: Country) -> None:
    answer = country.text("REF Hawa Phebe bleeding")
    code = referral_code()
    assert answer == f"Referral {code}: Hawa to Phebe Hospital. They are told. To call it off: CANCEL {code}"
    assert country.told() == [
        (
            "Korto",
            f"Referral {code}: Hawa from Suakoko Clinic. Send ARR {code} on arrival, NOSHOW {code} if not,"
            f" BACK {code} and outcome after care.",
        )
    ]
    assert referral(code).reason == "bleeding"


def referral_code() -> str:
    from mhero.outreach.referrals.models import Referral

    code: str = Referral.objects.latest("made_at").code
    return code


def test_without_anybody_in_charge_others_who_can_be_texted_are_told(country: Country) -> None:
    from mhero.messaging.models import Contact
    from mhero.registry.models import Person

    korto = Person.objects.filter(id=country.korto.person_id)
    korto.update(on_leave_until=at(days=3).date())
    country.refer()
    korto.update(on_leave_until=at(days=-1).date())
    country.refer("REF Fatu Phebe fever")
    Contact.objects.filter(id=country.korto.id).update(status="stopped")
    country.refer("REF Teta Phebe fever")
    assert [who for who, _ in country.told()] == ["Saah", "Korto", "Saah"]


def test_where_nobody_can_be_texted_the_sender_calls_and_the_supervisor_hears_at_once(
    country: Country,
) -> None:
    from mhero.outreach.referrals.overdue import remind_due

    country.worker("Flomo Dolo", "District Health Officer", "Zorzor", language="fra")
    assert country.text("REF Hawa Zorzor bleeding").endswith("Nobody there can be texted: call them.")
    assert country.told() == []
    remind_due(lambda: at(minutes=1))
    code = referral_code()
    assert country.told() == [
        ("Flomo", f"Zorzor Hospital ne dit pas si Hawa ({code}) de Suakoko Clinic est là. A voir.")
    ]


def test_news_reach_the_sender_once_in_any_case_and_order(country: Country) -> None:
    code = country.refer()
    country.told()
    assert country.text(f"acc {code.lower()}", country.saah) == f"Noted: {code}. Thank you."
    assert country.told() == [("Musu", f"Phebe Hospital expects Hawa ({code}).")]
    assert country.text(f"{code} Arrived", country.korto) == f"Noted: {code}. Thank you."
    assert country.text(f"arr {code}", country.saah) == f"{code} was noted before. Thank you."
    assert country.told() == [("Musu", f"Hawa ({code}) has arrived at Phebe Hospital.")]
    assert country.text(f"noshow {code}", country.saah).startswith(f"{code} has arrived already")
    assert country.text(f"BACK {code} treated, HIV positive, sent home", country.saah).startswith("Noted")
    # Words of which a text may speak, and no diagnosis.
    assert country.told() == [
        ("Musu", f"{code}: Phebe Hospital sends the client back. Outcome: treated, sent home.")
    ]
    assert referral(code).outcome == "treated, HIV positive, sent home"
    assert country.text(f"arr {code}", country.saah) == f"Referral {code} has ended already."
    assert country.told() == []


def test_an_outcome_that_is_missing_is_asked_for_and_told_later(country: Country) -> None:
    code = country.refer()
    country.told()
    assert "What was the outcome?" in country.text(f"back {code}", country.saah)
    assert country.text(f"back {code} admitted", country.saah) == f"Noted: {code}. Thank you."
    assert [text for _, text in country.told()] == [
        f"{code}: Phebe Hospital sends the client back. Ask them for the outcome.",
        f"{code}: Phebe Hospital sends the client back. Outcome: admitted.",
    ]


def test_who_does_not_arrive_may_arrive_later(country: Country) -> None:
    code = country.refer()
    country.told()
    country.text(f"{code} no show", country.saah)
    country.text(f"arr {code}", country.saah)
    assert [text for _, text in country.told()] == [
        f"Hawa ({code}) has not arrived at Phebe Hospital. Find out why.",
        f"Hawa ({code}) has arrived at Phebe Hospital.",
    ]
    assert referral(code).state == "arrived"


def test_a_facility_may_refuse_and_the_sender_may_call_it_off(country: Country) -> None:
    code = country.refer()
    other = country.refer("REF Fatu Phebe fever")
    country.told()
    country.text(f"refused {code}", country.saah)
    country.text(f"cancel {other}")
    assert country.told() == [
        ("Musu", f"Phebe Hospital cannot take Hawa ({code}). Refer to another facility."),
        ("Korto", f"Referral {other} from Suakoko Clinic is called off."),
    ]
    assert [(referral(one).state, referral(one).ending) for one in (code, other)] == [
        ("cancelled", "refused"),
        ("cancelled", ""),
    ]


def test_a_code_of_another_facility_is_as_unknown_as_one_that_is_none(country: Country) -> None:
    code = country.refer()
    elsewhere = country.worker("Teah Nyan", "Nurse", "Zorzor Hospital")
    for step in ("arr", "noshow", "back", "acc", "refused", "cancel"):
        assert country.text(f"{step} {code}", elsewhere).startswith(f"Your facility has no referral {code}")
    # The receiving facility does not call it off, and the sending one sees nobody arrive.
    assert "has no referral" in country.text(f"cancel {code}", country.saah)
    assert "has no referral" in country.text(f"arr {code}")
    assert referral(code).state == "sent"
    wrong = code[:-1] + ("2" if code[-1] != "2" else "3")
    assert "is no code" in country.text(f"arr {wrong}", country.saah)


def test_the_same_again_is_the_same_referral(country: Country) -> None:
    code = country.refer()
    assert country.text(
        "ref HAWA phebe bleeding"
    ) == f"HAWA is referred to Phebe Hospital already: {code}.".replace("HAWA", "Hawa")
    assert len(country.told()) == 1


def test_a_message_that_is_taken_twice_is_one_referral(country: Country) -> None:
    from mhero.messaging.commands import CommandSaid
    from mhero.outreach.referrals.command import ReferralCommand
    from mhero.outreach.referrals.models import Referral

    said = CommandSaid(
        message_id=new_id(START), contact=country.musu, text="REF Hawa Phebe bleeding", received_at=START
    )
    for _ in range(2):
        ReferralCommand().take(said)
    assert Referral.objects.count() == 1
    assert len(country.told()) == 1


def test_a_worker_that_dies_before_the_end_has_told_nobody(country: Country) -> None:
    from django.db import transaction

    from mhero.messaging.commands import CommandSaid
    from mhero.messaging.models import CommandDialogue
    from mhero.outreach.referrals.command import ReferralCommand
    from mhero.outreach.referrals.models import Referral, ReferralDraft
    from mhero.outreach.referrals.overdue import remind_due

    def taken(words: str, is_killed: bool) -> None:
        said = CommandSaid(
            message_id=new_id(START),
            contact=country.musu,
            text=words,
            received_at=START + timedelta(minutes=1),
        )
        with transaction.atomic():
            ReferralCommand().take(said)
            transaction.set_rollback(is_killed)

    for is_killed in (True, False):
        taken("REF Hawa Phebe", is_killed)
        assert ReferralDraft.objects.exists() is CommandDialogue.objects.exists() is not is_killed
    for is_killed in (True, False):
        taken("bleeding", is_killed)
        assert Referral.objects.exists() is not is_killed
        assert ReferralDraft.objects.exists() is CommandDialogue.objects.exists() is is_killed
    assert len(country.told()) == 1
    with transaction.atomic():
        remind_due(lambda: at(hours=25))
        transaction.set_rollback(True)
    assert country.told() == []
    for _ in range(2):
        remind_due(lambda: at(hours=25))
    assert len(country.told()) == 1


@pytest.mark.parametrize(
    ("texts", "made"),
    [
        (["REF", "Hawa", "Phebe hosp", "bleeding"], "Hawa > Phebe Hospital: bleeding"),
        (["refer", "1207", "phebe", "fever, 3 days"], "1207 > Phebe Hospital: fever, 3 days"),
        (["REF Hawa Phebe", "bleeding"], "Hawa > Phebe Hospital: bleeding"),
        (["REF Phebe bleeding", "Hawa", "bleeding"], "Hawa > Phebe Hospital: bleeding"),
        (["REF Hawa Kollie bleeding Phebe", "Hawa", "bleeding"], "Hawa > Phebe Hospital: bleeding"),
        (["REF Hawa Phebee fever", "1", "Hawa", "fever"], "Hawa > Phebe Hospital: fever"),
        (["REF Hawa Gbarnga fever", "2"], "Hawa > Gbarnga Health Center: fever"),
        (["REF Hawa Gbarnga fever", "the clinic at Gbarnga clinic"], "Hawa > Gbarnga Clinic: fever"),
        (["REF Hawa Suakoko fever", "Phebe"], "Hawa > Phebe Hospital: fever"),
        (["REF", "Hawa, Phebe, bleeding"], "Hawa > Phebe Hospital: bleeding"),
        (["REF", "Hawa", "nowhere", "Zorzor", "fall"], "Hawa > Zorzor Hospital: fall"),
        (["rufaa", "Hawa", "Phebe", "homa"], "Hawa > Phebe Hospital: homa"),
    ],
)
def test_what_is_missing_is_asked_one_by_one(country: Country, texts: list[str], made: str) -> None:
    for words in texts[:-1]:
        assert country.text(words).rstrip().endswith(("?", ".")), words
        assert country.told() == []
    country.text(texts[-1])
    found = referral(referral_code())
    assert f"{found.client} > {found.to_facility.name}: {found.reason}" == made


def test_what_is_asked_is_said_in_the_language_of_the_keyword(country: Country) -> None:
    assert country.text("référence") == "Qui est référé ? Envoyez le nom ou le code du client."
    assert country.text("Hawa") == "Vers quelle structure ?"
    assert country.text("Gbarnga") == (
        "Laquelle ? 1 Gbarnga Clinic, 2 Gbarnga Health Center. Envoyez son numéro."
    )
    assert country.text("non") == "Rien n'a été envoyé."
    assert country.text("rufaa") == "Nani anapewa rufaa? Tuma jina au namba ya mteja."


def test_of_facilities_with_one_name_the_near_ones_are_meant(country: Country) -> None:
    # The hospital of that name is in another county.
    assert "Hospital" not in country.text("REF Hawa Gbarnga fever")
    country.text("cancel")
    assert "Gbarnga Hospital" in country.text("REF Hawa Gbarnga Hospital fever")


def test_who_is_not_registered_is_told_so(country: Country) -> None:
    from mhero.messaging.models import Contact

    unknown = Contact.objects.create(number="+231779999999")
    assert country.text("REF Hawa Phebe fever", unknown).startswith("This number is not registered")
    officer = country.worker("Flomo Dolo", "District Health Officer", "Suakoko")
    assert country.text("REF Hawa Phebe fever", officer).startswith("We do not know at which facility")


def test_overdue_ones_are_reminded_of_and_escalated_once_each(country: Country) -> None:
    from mhero.outreach.referrals.overdue import remind_due

    country.worker("Flomo Dolo", "District Health Officer", "Suakoko")
    code = country.refer()
    country.told()
    for hours in (23, 24.1, 24.2, 36, 36.5, 48, 90):
        remind_due(lambda hours=hours: at(hours=hours))  # type: ignore[misc]
    assert country.told() == [
        ("Korto", f"Has Hawa ({code}) from Suakoko Clinic arrived? Send ARR {code} or NOSHOW {code}."),
        (
            "Flomo",
            f"Phebe Hospital has not said whether Hawa ({code}) from Suakoko Clinic arrived. See to it.",
        ),
    ]
    country.text(f"arr {code}", country.saah, at(hours=91))
    country.told()
    for hours in (91 + 71, 91 + 73, 91 + 86, 500):
        remind_due(lambda hours=hours: at(hours=hours))  # type: ignore[misc]
    assert [text for _, text in country.told()] == [
        f"What was the outcome of Hawa ({code})? Send BACK {code} and the outcome.",
        f"Phebe Hospital has not told the outcome of {code} from Suakoko Clinic. See to it.",
    ]


def test_at_night_a_referral_is_told_and_a_reminder_waits(country: Country) -> None:
    from mhero.messaging.models import Message
    from mhero.outreach.referrals.overdue import remind_due

    country.refer()
    remind_due(lambda: at(hours=25))
    # Only the first kind leaves in quiet hours.
    assert list(Message.objects.order_by("id").values_list("priority", flat=True)) == [0, 1]


def test_what_nobody_speaks_of_is_closed_and_later_forgotten(country: Country) -> None:
    from mhero.messaging.models import Message
    from mhero.outreach.referrals.overdue import close_old, forget_old

    code = country.refer()
    Message.objects.create(
        id=referral(code).id,
        is_incoming=True,
        contact_id=country.musu.id,
        sms_channel_id=new_id(),
        number=country.musu.number,
        text="REF Hawa Phebe bleeding",
        status="received",
    )
    close_old(lambda: at(days=29))
    assert referral(code).is_open
    close_old(lambda: at(days=31))
    assert (referral(code).state, referral(code).ending) == ("closed", "expired")
    forget_old(lambda: at(days=31 + 89))
    assert referral(code).client == "Hawa"
    forget_old(lambda: at(days=31 + 91))
    found = referral(code)
    assert (found.client, found.reason, found.outcome) == ("", "", "")
    assert not Message.objects.filter(text__contains="Hawa").exists()
    assert found.events.count() == 2


def test_what_was_begun_and_never_finished_is_forgotten(country: Country) -> None:
    from mhero.outreach.referrals.models import ReferralDraft
    from mhero.outreach.referrals.overdue import forget_old

    country.text("REF Hawa Phebe")
    forget_old(lambda: at(minutes=30))
    assert ReferralDraft.objects.count() == 1
    forget_old(lambda: at(minutes=70))
    assert ReferralDraft.objects.count() == 0
