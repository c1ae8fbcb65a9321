"""Setting an assessment up, reading its board, and who may see which part of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from tests.integration.outreach.assessing import District

from mhero.platform.clock import now


@pytest.fixture
def district(db: None) -> District:
    from django.core.cache import cache

    cache.clear()
    return District()


def browser(user: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


def officer(name: str, area: Any = None) -> Any:
    from mhero.accounts.models import User

    return User.objects.create_user(
        f"{name}@example.org", name=name, role="communications_officer", area_id=area.id if area else None
    )


def words(response: Any) -> str:
    text = re.sub(r"<[^>]+>", " ", response.content.decode())
    return " ".join(text.replace("&quot;", '"').split())


WHEN = {
    "repeats": "Monthly",
    "ask_on": "1",
    "ask_at": "09:00",
    "is_about_before": "before",
    "due_after_days": "5",
    "remind_before": "2, 1",
    "remind_after": "1",
    "escalate_after": "3",
}


def test_an_assessment_is_set_up_on_four_pages(district: District) -> None:
    from mhero.accounts.models import AuditEvent
    from mhero.outreach.assessments.models import Assessment

    korto = browser(district.korto)
    answer = korto.post("/assessments/new", {"name": "Cold chain", "flow": str(district.flow.id)})
    made = Assessment.objects.get()
    base = f"/assessments/{made.id}"
    assert answer["Location"] == f"{base}/who"
    answer = korto.post(f"{base}/who", {"who": "in_charge", "facility_type": "Clinic", "do": "continue"})
    assert answer["Location"] == f"{base}/when"
    answer = korto.post(f"{base}/when", WHEN | {"starts_on": str(now().date())})
    assert answer["Location"] == f"{base}/check"
    check = words(korto.get(f"{base}/check"))
    assert "2 people are asked , for 3 facilities" in check
    assert "Nobody is known to be in charge: 1" in check
    assert "Every month on day 1, at 9 a.m." in check
    assert "A reminder 2 days before the due day" in check
    # A button that is pressed twice starts it once.
    for _ in range(2):
        assert korto.post(f"{base}/check")["Location"] == f"{base}/"
    made.refresh_from_db()
    assert made.next_at is not None
    actions = AuditEvent.objects.filter(action__startswith="assessment.").values_list("action", flat=True)
    assert sorted(actions) == [
        "assessment.changed",
        "assessment.changed",
        "assessment.made",
        "assessment.started",
    ]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"ask_on": "29"}, "Enter a day from 1 to 28."),
        ({"ask_on": ""}, "Choose the day on which it is asked."),
        ({"repeats": "Weekly", "ask_on": "8"}, "Enter a day from 1 to 7."),
        ({"repeats": "Weekly", "due_after_days": "6"}, "Choose 5 days or fewer"),
        ({"remind_before": "5"}, "There are only 5 days from asking to the due day."),
        ({"repeats": "Weekly", "due_after_days": "3", "escalate_after": "4"}, "asked again 4 days after"),
        ({"repeats": "Weekly", "due_after_days": "3", "remind_after": "5"}, "asked again 4 days after"),
        ({"remind_before": "two"}, "Enter different numbers from 1 to 60"),
        ({"remind_after": "1 2 3 4 5 6"}, "Enter 5 numbers or fewer."),
        ({"starts_on": "2020-01-01"}, "This day has passed."),
        ({"ask_at": "03:00"}, "This is in the quiet hours."),
    ],
)
def test_what_cannot_be_is_said_at_the_field_and_what_was_typed_stays(
    district: District, changes: dict[str, str], said: str
) -> None:
    from mhero.messaging.models import SendingRules
    from mhero.outreach.assessments.models import Assessment

    SendingRules.objects.update(quiet_from="21:00", quiet_until="06:00")
    made = Assessment.objects.create(name="A", flow=district.flow, owner=district.korto)
    typed = WHEN | {"starts_on": str(now().date())} | changes
    answer = browser(district.korto).post(f"/assessments/{made.id}/when", typed)
    assert said in words(answer)
    value = list(changes.values())[-1]
    assert not value or f'value="{value}"' in answer.content.decode()


def test_a_facility_is_found_by_name_and_what_was_ticked_stays(district: District) -> None:
    from mhero.outreach.assessments.models import Assessment

    made = Assessment.objects.create(name="A", flow=district.flow, owner=district.korto)
    answer = browser(district.korto).post(
        f"/assessments/{made.id}/who",
        {"who": "people", "place": str(district.bong.id), "facility": "Phebe"},
    )
    page = answer.content.decode()
    assert "Phebe Hospital" in page
    assert re.search(rf'value="{district.bong.id}"[^>]* checked', page)
    assert re.search(r'value="people"[^>]* checked', page)


def test_the_board_leads_from_the_country_to_a_facility_and_into_a_file(district: District) -> None:
    from mhero.accounts.models import AuditEvent

    made = district.assessment()
    district.ask()
    district.talk(district.in_charge["Clinic One"], 0.01, ended=0.02, bcg="yes", doses="4", why="None")
    district.talk(district.in_charge["Clinic Two"], 0.01, ended=5, bcg="no", doses="8", why="None")
    district.follow(5)
    korto = browser(district.korto)
    address = f"/assessments/{made.id}/"
    country = words(korto.get(address))
    assert "Bong 2 of 4" in country
    assert "6 on average, 2 answers" in country
    assert "Yes: 1 of 2" in country
    assert "Suakoko 2 of 4" in words(korto.get(f"{address}?place={district.bong.id}"))
    clinics = words(korto.get(f"{address}?place={district.suakoko.id}"))
    for line in (
        "Clinic One Reported in time 1 0 0 0",
        "Clinic Two Reported late 0 1 0 0",
        "Clinic Three Could not be asked 0 0 0 1",
    ):
        assert line in clinics
    facility = words(korto.get(f"{address}facilities/{district.facilities['Clinic Two'].id}/"))
    assert "Reported late" in facility
    assert "In charge of Clinic Two" in facility
    assert AuditEvent.objects.filter(action="assessment.read").exists()
    assert "What DHIS2 did not take" not in facility
    file = b"".join(korto.get(f"{address}file.csv")).decode()
    assert "Bong,Suakoko,Clinic One,2026W9,Reported in time,2026-03-02T09:28" in file
    assert "Bong,Suakoko,Clinic Three,2026W9,Nobody is known to be in charge," in file
    assert AuditEvent.objects.filter(action="assessment.exported").exists()


def test_a_facility_shows_what_dhis2_did_not_take_in_its_own_words(district: District) -> None:
    from mhero.connectors.models import DataValue

    made = district.assessment(
        data_set="status", elements={"doses": {"id": "doses", "type": "INTEGER_ZERO_OR_POSITIVE"}}
    )
    district.ask()
    district.talk(district.in_charge["Clinic One"], 0.01, ended=0.02, doses="4")
    district.follow(1)
    DataValue.objects.update(is_waiting=False, refusal="untimely", words="Period 2026W9 is closed")
    page = browser(district.korto).get(
        f"/assessments/{made.id}/facilities/{district.facilities['Clinic One'].id}/"
    )
    assert "week 9 of 2026 Doses 4 Period 2026W9 is closed" in words(page)


def test_a_district_officer_sees_her_area_alone_and_changes_only_what_is_hers(district: District) -> None:
    from mhero.outreach.assessments.models import Assessment

    lofa = district.place("Lofa", district.liberia)
    clinic = district.place("Clinic Lofa", lofa, facility=True)
    district.worker("In charge of Lofa", "Officer in Charge", clinic)
    made = district.assessment()
    theirs = Assessment.objects.create(
        name="Of Lofa", flow=district.flow, owner=district.korto, area_id=lofa.id, started_at=now()
    )
    hers = Assessment.objects.create(
        name="Of Suakoko", flow=district.flow, owner=district.korto, area_id=district.suakoko.id
    )
    district.ask()
    flomo = browser(officer("flomo", district.suakoko))
    listed = words(flomo.get("/assessments/"))
    assert "Of Suakoko" in listed
    assert "Of Lofa" not in listed
    assert "0 of 4" in listed
    base = f"/assessments/{made.id}"
    assert "Lofa" not in words(flomo.get(f"{base}/"))
    for address in (
        f"{base}/?place={lofa.id}",
        f"{base}/facilities/{clinic.id}/",
        f"{base}/check",
        f"{base}/when",
        f"/assessments/{theirs.id}/",
        f"/assessments/{theirs.id}/file.csv",
    ):
        assert flomo.get(address).status_code == 404, address
    assert flomo.post(f"{base}/stop").status_code == 404
    assert flomo.get(f"/assessments/{hers.id}/when").status_code == 200
    file = b"".join(flomo.get(f"{base}/file.csv")).decode()
    assert "Clinic One" in file
    assert "Lofa" not in file


def test_what_she_sets_up_reaches_her_area_alone(district: District) -> None:
    from mhero.outreach.assessments.models import Assessment, Respondent
    from mhero.outreach.assessments.rounds import ask_due

    lofa = district.place("Lofa", district.liberia)
    district.worker(
        "In charge of Lofa", "Officer in Charge", district.place("Clinic Lofa", lofa, facility=True)
    )
    flomo = browser(officer("flomo", district.suakoko))
    flomo.post("/assessments/new", {"name": "Cold chain", "flow": str(district.flow.id)})
    made = Assessment.objects.get()
    flomo.post(f"/assessments/{made.id}/who", {"who": "in_charge", "place": str(lofa.id), "do": "continue"})
    tomorrow = now() + timedelta(days=1)
    flomo.post(f"/assessments/{made.id}/when", WHEN | {"repeats": "once", "starts_on": str(tomorrow.date())})
    flomo.post(f"/assessments/{made.id}/check")
    made.refresh_from_db()
    assert made.next_at is not None
    ask_due(lambda: tomorrow + timedelta(days=1))
    assert not Respondent.objects.filter(path__contains=[lofa.id]).exists()


def test_each_answer_goes_to_an_element_that_takes_it(district: District) -> None:
    from django.core.cache import cache

    from mhero.connectors.models import Connection
    from mhero.connectors.queries import DataElement, DataSet
    from mhero.outreach.assessments.models import Assessment

    made = Assessment.objects.create(
        name="A", flow=district.flow, owner=district.korto, repeats="Weekly", starts_on=now().date()
    )
    dhis2 = Connection.objects.create(system="dhis2", url="https://dhis2.example.org")
    elements = (
        DataElement(id="open", name="Facility is open", value_type="BOOLEAN", keeps_zero=True),
        DataElement(id="staff", name="Staff", value_type="INTEGER", keeps_zero=True),
    )
    sets = [
        DataSet(id="weekly", name="Weekly status", period_type="Weekly", elements=elements),
        DataSet(id="monthly", name="Monthly stock", period_type="Monthly", elements=elements),
    ]
    # What DHIS2 said a moment ago.
    cache.set(f"connectors:data-sets:{dhis2.id}:{dhis2.updated_at.timestamp()}", sets, 60)
    korto, address = browser(district.korto), f"/assessments/{made.id}/dhis2"
    assert "Monthly stock" not in words(korto.get(address))
    assert korto.post(address, {"data_set": "weekly"})["Location"] == address
    page = korto.get(address).content.decode()
    bcg = page[page.index("element_bcg") : page.index("element_doses")]
    assert "Facility is open" in bcg
    assert "Staff" not in bcg
    chosen = {"data_set": "weekly", "element_bcg": "open", "element_doses": "staff"}
    assert "/check" in korto.post(address, chosen)["Location"]
    made.refresh_from_db()
    assert made.elements == {
        "bcg": {"id": "open", "type": "BOOLEAN"},
        "doses": {"id": "staff", "type": "INTEGER"},
    }


def test_before_it_was_ever_asked_the_page_says_when(district: District) -> None:
    made = district.assessment()
    page = words(browser(district.korto).get(f"/assessments/{made.id}/"))
    assert "Not asked yet" in page
    assert "Every week on Monday, at 9 a.m." in page
