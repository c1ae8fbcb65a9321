"""Old definitions come to the present version, whole."""

from __future__ import annotations

import json
from typing import Any

import pytest

from mhero.flows.definition.exports import read_export
from mhero.flows.definition.migration import migrate
from mhero.flows.definition.read import read_flow
from mhero.flows.errors import UnsupportedVersion

Json = dict[str, Any]


def id_of(kind: str, number: int) -> str:
    return f"{kind}{number:07x}-0000-4000-8000-000000000000"


class Ids:
    """Ids in a row."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self) -> str:
        self.count += 1
        return id_of("8", self.count)


def old_flow() -> Json:
    """As a ministry may have it from 2017: a question, and a thank you."""
    rules = [
        {
            "uuid": id_of("e", 1),
            "category": {"eng": "Yes", "fra": "Oui"},
            "destination": id_of("b", 3),
            "test": {"type": "contains_any", "test": {"eng": "yes", "fra": "oui"}},
        },
        {"uuid": id_of("e", 2), "category": {"eng": "Other"}, "destination": None, "test": {"type": "true"}},
    ]
    return {
        "version": "11.12",
        "flow_type": "M",
        "base_language": "eng",
        "entry": id_of("b", 1),
        "metadata": {"uuid": id_of("f", 1), "name": "Stock", "expires": 720},
        "action_sets": [
            {
                "uuid": id_of("b", 1),
                "exit_uuid": id_of("e", 3),
                "destination": id_of("b", 2),
                "x": 0,
                "y": 0,
                "actions": [
                    {
                        "type": "reply",
                        "uuid": id_of("d", 1),
                        "msg": {"eng": "Gloves, @contact?", "fra": "Gants ?"},
                    }
                ],
            },
            {
                "uuid": id_of("b", 3),
                "exit_uuid": id_of("e", 4),
                "destination": None,
                "x": 0,
                "y": 200,
                "actions": [{"type": "reply", "uuid": id_of("d", 2), "msg": {"eng": "Thanks, @flow.gloves"}}],
            },
        ],
        "rule_sets": [
            {
                "uuid": id_of("b", 2),
                "label": "Gloves",
                "ruleset_type": "wait_message",
                "operand": "@step.value",
                "x": 0,
                "y": 100,
                "rules": rules,
                "config": {},
            }
        ],
    }


def test_a_flow_of_2017_keeps_its_questions_translations_and_ways() -> None:
    flow = read_flow(old_flow(), uuid=Ids())
    assert [node.uuid for node in flow.nodes] == [id_of("b", 1), id_of("b", 2), id_of("b", 3)]
    assert flow.expire_after_minutes == 720
    assert flow.localization["fra"][id_of("d", 1)]["text"] == ["Gants ?"]
    assert flow.nodes[2].actions[0].data["text"] == "Thanks, @results.gloves"
    assert flow.nodes[1].exits[0].destination_uuid == id_of("b", 3)


def test_migrating_leaves_the_original_as_it_was_and_is_done_only_once() -> None:
    original = old_flow()
    migrated = migrate(original, uuid=Ids())
    assert original == old_flow()
    assert migrate(migrated, uuid=Ids()) == migrated


def test_one_broken_flow_keeps_no_other_from_being_imported() -> None:
    broken = {
        "uuid": id_of("f", 2),
        "name": "Broken",
        "spec_version": "13.1.0",
        "nodes": None,
        "type": "dance",
    }
    export = read_export({"version": "13", "flows": [broken, old_flow()]}, uuid=Ids())
    assert [flow.name for flow in export.flows] == ["Stock"]
    assert [problem.where for problem in export.problems] == ["flow Broken"]


def test_what_a_file_asks_for_and_cannot_be_done_is_named() -> None:
    ticket = {"uuid": id_of("d", 9), "type": "open_ticket", "note": "Broken fridge"}
    exit_ = {"uuid": id_of("e", 9), "destination_uuid": None}
    call = {
        "uuid": id_of("f", 3),
        "name": "Fridges",
        "spec_version": "14.4.2",
        "language": "eng",
        "type": "voice",
        "nodes": [{"uuid": id_of("b", 9), "actions": [ticket], "exits": [exit_]}],
    }
    data = {"version": "13", "flows": [call, 3], "triggers": {}, "groups": [None]}
    before = json.dumps(data)
    export = read_export(data, uuid=Ids())
    assert [flow.name for flow in export.flows] == ["Fridges"]
    assert [str(problem) for problem in export.problems] == [
        "flows[1]: must be an object",
        "triggers: must be a list",
        "groups[0]: must be an object",
        "flow Fridges: is a flow of calls, which cannot be made",
        "flow Fridges: has actions of type open_ticket, which are not done",
    ]
    assert json.dumps(data) == before


def test_a_file_of_a_version_to_come_is_refused() -> None:
    with pytest.raises(UnsupportedVersion):
        read_export({"version": "15", "flows": []}, uuid=Ids())
