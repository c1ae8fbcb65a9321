"""The figures of what was answered: each accounts for everybody."""

from datetime import timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from tests.integration.messaging.answering import ask, make_contacts, make_flow, make_send, named

from mhero.platform.ids import new_id

BONG, LOFA = new_id(), new_id()


@pytest.fixture
def asked(db: None) -> Any:
    """A flow, its send, and 200 people of whom every second works in Bong."""
    from mhero.messaging.models import SMSChannel

    channel = SMSChannel.objects.create(type="external", name="N", address="1234", send_url="http://x.test")
    flow = make_flow()
    send = make_send(flow, channel)
    ask(flow, send, make_contacts(200, lambda n: [BONG if n % 2 else LOFA]))
    return flow, send


def test_who_answered_and_who_did_not_are_all_who_were_asked(asked: Any) -> None:
    from mhero.messaging.models import FlowRun
    from mhero.messaging.queries.results import response_of, select

    flow, send = asked
    response = response_of(select(flow, None, send=send))
    assert response.asked == 200 == response.by_status.total()
    assert 0 < response.answered < 200
    assert response.answered == FlowRun.objects.filter(is_answered=True).count()
    assert response.answered + response.unanswered == response.asked


def test_of_each_question_everybody_asked_is_accounted_for(asked: Any) -> None:
    from mhero.messaging.models import FlowRun
    from mhero.messaging.queries.results import questions, reach_of, select

    flow, send = asked
    selection = select(flow, None, send=send)
    reach = reach_of(selection, questions(flow))
    runs = list(FlowRun.objects.all())
    order = ["bcg", "doses", "where", "since", "why"]
    assert list(reach) == order
    assert reach["bcg"].asked == 200
    for key, following in pairwise(order):
        assert reach[key].answered == sum(key in run.results for run in runs) == reach[following].asked
        assert reach[key].gave_up == sum(
            run.node_id == UUID(named(key)) and run.status in {"expired", "failed", "interrupted"}
            for run in runs
        )
    assert reach["why"].answered == sum(run.status == "completed" for run in runs)


def test_somebody_who_is_asked_again_has_not_answered(asked: Any) -> None:
    from mhero.messaging.models import FlowRun
    from mhero.messaging.queries.results import questions, reach_of, select, tallies

    flow, send = asked
    selection = select(flow, None, send=send)
    before = reach_of(selection, questions(flow))["bcg"]
    run = FlowRun.objects.filter(status="waiting", results={}).first()
    assert run is not None
    run.results = {
        "bcg": {
            "name": "BCG",
            "value": "maybe",
            "category": "Other",
            "node_uuid": named("bcg"),
            "created_on": "",
        }
    }
    run.save()
    after = reach_of(selection, questions(flow))["bcg"]
    assert (after.asked, after.answered, after.waiting) == (before.asked, before.answered, before.waiting)
    tally = tallies(selection, questions(flow))[0]
    assert tally.no_answers == 1
    assert [name for name, _number in tally.categories] == ["Yes", "No"]
    run.status, run.node_id = "completed", UUID(named("thanks"))
    run.save()
    gone_on = reach_of(selection, questions(flow))["bcg"]
    assert (gone_on.asked, gone_on.passed, gone_on.waiting) == (before.asked, 1, before.waiting - 1)


def test_each_kind_of_answer_is_counted_in_its_own_way(asked: Any) -> None:
    from statistics import median

    from mhero.messaging.models import FlowRun
    from mhero.messaging.queries.results import questions, select, tallies

    flow, send = asked
    bcg, doses, where, since, why = tallies(select(flow, None, send=send), questions(flow))
    runs = list(FlowRun.objects.all())
    assert dict(bcg.categories) == {
        name: sum(run.results.get("bcg", {}).get("category") == name for run in runs)
        for name in ("Yes", "No")
    }
    given = [float(run.results["doses"]["value"]) for run in runs if "doses" in run.results]
    assert doses.numbers is not None
    assert doses.numbers.count == len(given) == sum(bucket.count for bucket in doses.numbers.buckets)
    assert (doses.numbers.least, doses.numbers.most) == (min(given), max(given))
    assert doses.numbers.median == pytest.approx(median(given))
    assert len(doses.numbers.buckets) <= 14
    assert where.values[0][0].startswith("District ")
    assert sum(number for _place, number in where.values) == where.answered
    assert [month for month, _number in since.values] == sorted(month for month, _number in since.values)
    assert sum(number for _day, number in since.values) == since.answered
    assert why.answered == sum("why" in run.results for run in runs)


def test_a_comparison_accounts_for_everybody(asked: Any) -> None:
    from mhero.messaging.queries.results import (
        DIMENSIONS,
        compared,
        questions,
        response_of,
        responses_by,
        select,
        tallies,
    )

    flow, send = asked
    selection = select(flow, None, send=send)
    response = response_of(selection)
    tally = tallies(selection, questions(flow))[0]
    for dimension in DIMENSIONS:
        rows = responses_by(selection, dimension)
        assert sum(number for _name, number, _answered in rows) == response.asked
        assert sum(answered for _name, _number, answered in rows) == response.answered
        lines = compared(selection, tally.question, dimension)
        assert sum(line.answered for line in lines) == tally.answered
        for name, number in tally.categories:
            assert sum(line.categories[name] for line in lines) == number


def test_a_district_officer_has_the_figures_of_her_own_people(asked: Any) -> None:
    from mhero.messaging.queries.results import questions, reach_of, response_of, select, tallies

    flow, send = asked
    whole, bong, lofa = (select(flow, area, send=send) for area in (None, BONG, LOFA))
    assert response_of(bong).asked == 100
    assert response_of(bong).answered + response_of(lofa).answered == response_of(whole).answered
    for in_whole, in_bong, in_lofa in zip(
        *(tallies(selection, questions(flow)) for selection in (whole, bong, lofa)), strict=True
    ):
        assert in_bong.answered + in_lofa.answered == in_whole.answered
    assert reach_of(bong, questions(flow))["bcg"].asked == 100


def test_the_time_to_answer_accounts_for_all_who_answered(asked: Any) -> None:
    from statistics import median

    from mhero.messaging.models import Session
    from mhero.messaging.queries.results import response_of, select, waited

    flow, send = asked
    found = waited(select(flow, None, send=send))
    assert sum(found.within) == response_of(select(flow, None, send=send)).answered
    took = [each.answered_at - each.started_at for each in Session.objects.exclude(answered_at=None)]
    assert found.median is not None
    expected = median(each.total_seconds() for each in took)
    assert found.median.total_seconds() == pytest.approx(expected, abs=0.01)


def test_whoever_is_asked_again_counts_once(asked: Any) -> None:
    from mhero.messaging.models import FlowRun, Session
    from mhero.messaging.queries.results import questions, reach_of, response_of, select

    flow, send = asked
    before = response_of(select(flow, None, send=send))
    silent = [run.contact for run in FlowRun.objects.filter(is_answered=False).select_related("contact")]
    Session.objects.filter(status="waiting").update(status="interrupted", reason="other_flow")
    FlowRun.objects.filter(status="waiting").update(status="interrupted")
    again = make_send(flow, send.sms_channel, at=send.started_at + timedelta(days=1), reask_of=send)
    ask(flow, again, silent, seed=2)
    answered_again = FlowRun.objects.filter(broadcast_id=again.id, is_answered=True).count()
    for selection in (select(flow, None, send=send), select(flow, None)):
        after = response_of(selection)
        assert after.asked == before.asked == 200
        assert after.answered == before.answered + answered_again
        assert after.answered_again == answered_again
        assert reach_of(selection, questions(flow))["bcg"].asked == 200


def test_results_are_narrowed_by_send_period_and_people(asked: Any) -> None:
    from mhero.messaging.queries.results import response_of, select

    flow, send = asked
    second = make_send(flow, send.sms_channel, at=send.started_at - timedelta(days=10))
    ask(flow, second, make_contacts(50, first=1000))
    assert response_of(select(flow, None)).asked == 250
    assert response_of(select(flow, None, send=second)).asked == 50
    assert response_of(select(flow, None, since=send.started_at)).asked == 200
    assert response_of(select(flow, None, until=send.started_at)).asked == 50
    assert response_of(select(flow, None, people=(("cadre", "Nurse"),))).asked == 63
    assert response_of(select(flow, None, people=(("cadre", ""), ("county", "Bong")))).asked == 12
