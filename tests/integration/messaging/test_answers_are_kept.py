"""The database keeps each answer of a run as a row of its own."""

from datetime import timedelta
from typing import Any

import pytest

from mhero.platform.clock import now
from mhero.platform.ids import new_id


@pytest.fixture
def run(db: None) -> Any:
    from mhero.messaging.models import Contact, Flow, FlowRun, Session

    contact = Contact.objects.create(name="Musu Kollie", number="+231770000001")
    flow = Flow.objects.create(name="Stock")
    session = Session.objects.create(
        contact=contact, flow=flow, sms_channel_id=new_id(), status="waiting", started_at=now()
    )
    return FlowRun.objects.create(
        session=session,
        contact=contact,
        flow=flow,
        status="waiting",
        started_at=session.started_at,
        changed_at=session.started_at,
        person={"cadre": "Nurse", "county": "Bong", "operator": "Lonestar MTN"},
    )


def result(value: str, category: str, **own: Any) -> dict[str, str]:
    return {
        "name": "Stock",
        "value": value,
        "category": category,
        "node_uuid": str(new_id()),
        "created_on": now().isoformat(),
    } | own


def test_a_run_without_answers_has_none(run: Any) -> None:
    assert run.answers.count() == 0
    run.refresh_from_db()
    assert (run.cadre, run.county, run.gender) == ("Nurse", "Bong", "")


def test_each_answer_is_a_row_with_what_it_is_compared_by(run: Any) -> None:
    run.results = {"stock": result("12", "Has number"), "why": result("No fridge", "All Responses")}
    run.save()
    stock, why = run.answers.order_by("key")
    assert (stock.key, stock.number, stock.category) == ("stock", 12.0, "Has number")
    assert (stock.cadre, stock.county, stock.operator) == ("Nurse", "Bong", "Lonestar MTN")
    assert (why.value, why.number) == ("No fridge", None)
    assert stock.answered_at.isoformat() == run.results["stock"]["created_on"]


def test_an_answer_given_again_takes_the_place_of_the_first(run: Any) -> None:
    run.results = {"stock": result("maybe", "Other")}
    run.save()
    run.results = {"stock": result("12", "Has number", created_on=(now() + timedelta(minutes=1)).isoformat())}
    run.save()
    assert [(each.value, each.category) for each in run.answers.all()] == [("12", "Has number")]


def test_what_is_no_number_and_no_time_keeps_no_run_from_being_written(run: Any) -> None:
    run.results = {"stock": result("1e999999", "", node_uuid="here", created_on="soon")}
    run.save()
    answer = run.answers.get()
    assert (answer.number, answer.node_id) == (None, None)
    assert answer.answered_at == run.changed_at


def test_answers_go_with_their_contact(run: Any) -> None:
    from mhero.messaging.models import Answer

    run.results = {"stock": result("12", "Has number")}
    run.save()
    run.contact.delete()
    assert Answer.objects.count() == 0
