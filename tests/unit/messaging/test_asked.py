"""What a flow asks, read from its definition; and how numbers, days and words are gathered for charts."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import django
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.messaging.answering import definition, named


@pytest.fixture(scope="module", autouse=True)
def _apps() -> None:
    django.setup()


FLOW = UUID("019400a0-0000-7000-8000-000000000001")


def asked(flow: dict[str, Any]) -> dict[str, Any]:
    from mhero.messaging.asked import questions_of

    return {question.key: question for question in questions_of(flow)}


def test_each_question_has_its_kind_and_its_words() -> None:
    found = asked(definition(FLOW))
    assert {key: question.kind for key, question in found.items()} == {
        "bcg": "choice",
        "doses": "number",
        "where": "place",
        "since": "date",
        "why": "text",
    }
    assert found["bcg"].prompt == "Is there BCG on your shelf? Answer yes or no."
    assert found["bcg"].categories == ("Yes", "No")


def test_an_answer_that_leads_back_to_its_question_is_none() -> None:
    found = asked(definition(FLOW))
    assert found["bcg"].not_understood == {"Other"}
    # Here everybody goes on, whatever was answered.
    assert found["doses"].not_understood == frozenset()


def test_no_answer_in_time_is_none() -> None:
    flow = definition(FLOW)
    router = flow["nodes"][0]["router"]
    late = {"uuid": named("late"), "name": "No Response", "exit_uuid": router["categories"][0]["exit_uuid"]}
    router["categories"].append(late)
    router["wait"] = {"type": "msg", "timeout": {"seconds": 600, "category_uuid": late["uuid"]}}
    question = asked(flow)["bcg"]
    assert question.timeouts == {"No Response"}
    assert question.no_answers == {"No Response", "Other"}
    assert "No Response" not in question.categories


def test_what_may_be_left_out_is_none_when_it_is() -> None:
    flow = definition(FLOW)
    router = flow["nodes"][3]["router"]
    skipped = {"uuid": named("skip"), "name": "Skipped", "exit_uuid": router["categories"][0]["exit_uuid"]}
    router["categories"].append(skipped)
    router["cases"].append(
        {
            "uuid": named("skips"),
            "type": "has_pattern",
            "arguments": ["skip"],
            "category_uuid": skipped["uuid"],
        }
    )
    question = asked(flow)["where"]
    assert (question.kind, question.skips) == ("place", {"Skipped"})


def test_a_prompt_may_stand_in_the_node_before() -> None:
    flow = definition(FLOW)
    text = flow["nodes"][0].pop("actions")
    before = {
        "uuid": named("before"),
        "actions": text,
        "exits": [{"uuid": named("before exit"), "destination_uuid": named("bcg")}],
    }
    flow["nodes"] = [before, {**flow["nodes"][0], "actions": []}, *flow["nodes"][1:]]
    assert asked(flow)["bcg"].prompt == "Is there BCG on your shelf? Answer yes or no."


def test_a_result_that_nobody_is_asked_for_is_told_from_a_question() -> None:
    flow = definition(FLOW)
    flow["nodes"][1]["actions"].append(
        {"type": "set_run_result", "uuid": named("set"), "name": "Grade", "value": "A", "category": "Good"}
    )
    assert not asked(flow)["grade"].is_asked


def test_steps_stand_in_the_order_in_which_people_meet_them() -> None:
    from mhero.messaging.asked import steps_of

    steps = steps_of(definition(FLOW))
    assert [step.key for step in steps] == ["bcg", "doses", "where", "since", "why", "", ""]
    first = steps[0]
    assert [(branch.labels, branch.leads_to) for branch in first.branches] == [
        (("Yes",), 2),
        (("No",), 2),
        (("Other",), 7),
    ]
    assert steps[5].branches[0].leads_to is None
    assert steps[6].branches[0].leads_to == 1


def test_a_flow_without_nodes_asks_nothing() -> None:
    from mhero.messaging.asked import steps_of

    assert asked({}) == {}
    assert steps_of({"nodes": []}) == []


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1, max_size=200))
def test_every_whole_number_is_in_one_class_and_the_classes_are_few(numbers: list[int]) -> None:
    from math import floor

    from mhero.messaging.scale import buckets, step_of

    step = step_of(min(numbers), max(numbers), whole=True)
    counted: dict[int, int] = {}
    for number in numbers:
        counted[floor(number / step)] = counted.get(floor(number / step), 0) + 1
    found = buckets(counted, step)
    assert step >= 1
    assert len(found) <= 14
    assert sum(bucket.count for bucket in found) == len(numbers)
    assert found[0].low <= min(numbers)
    assert max(numbers) < found[-1].high


def test_classes_are_said_as_people_count() -> None:
    from mhero.messaging.charts import bucket_words
    from mhero.messaging.scale import Bucket

    assert bucket_words(Bucket(low=3, high=4, count=1), whole=True) == "3"
    assert bucket_words(Bucket(low=10, high=20, count=1), whole=True) == "10 to 19"
    assert bucket_words(Bucket(low=0.5, high=1.0, count=1), whole=False) == "0.5 to below 1"


def test_days_months_and_durations_are_said_in_words() -> None:
    from mhero.messaging.charts import day_words, duration_words

    assert day_words("2026-03-03T10:00:00Z") == "3 March 2026"
    assert day_words("2026-03") == "March 2026"
    assert day_words("soon") == "soon"
    assert duration_words(timedelta(minutes=1), threshold=1) == "1 minute"
    assert duration_words(timedelta(hours=24), threshold=1) == "1 day"
    assert duration_words(timedelta(minutes=80)) == "80 minutes"


def test_frequent_words_are_counted_once_a_text_and_small_words_not_at_all() -> None:
    from mhero.messaging.frequent import frequent_words

    texts = ["The fridge, the FRIDGE is broken", "No fridge", "Le frigo est cassé", "broken since Monday"]
    assert dict(frequent_words(texts)) == {"fridge": 2, "broken": 2}
