"""Export files come in whole, and go out again as they came."""

import json
from pathlib import Path
from typing import Any

import pytest

Json = dict[str, Any]

FILES = "rapidpro/rapidpro-test-flows-v7.5.142/media/test_flows"
SMALL: Json = {
    "version": "13",
    "site": "https://rapidpro.example.org",
    "flows": [
        {
            "uuid": "11111111-0000-4000-8000-000000000001",
            "name": "Registration",
            "spec_version": "13.1.0",
            "language": "eng",
            "type": "messaging",
            "nodes": [
                {
                    "uuid": "11111111-0000-4000-8000-000000000002",
                    "actions": [
                        {
                            "uuid": "11111111-0000-4000-8000-000000000003",
                            "type": "add_contact_groups",
                            "groups": [
                                {"uuid": "11111111-0000-4000-8000-000000000004", "name": "Vaccinators"}
                            ],
                        },
                        {
                            "uuid": "11111111-0000-4000-8000-000000000005",
                            "type": "set_contact_field",
                            "field": {"key": "cold_chain", "name": "Cold Chain"},
                            "value": "yes",
                        },
                    ],
                    "exits": [{"uuid": "11111111-0000-4000-8000-000000000006", "destination_uuid": None}],
                }
            ],
        }
    ],
    "triggers": [
        {
            "trigger_type": "K",
            "flow": {"uuid": "11111111-0000-4000-8000-000000000001", "name": "Registration"},
            "groups": [{"uuid": "11111111-0000-4000-8000-000000000004", "name": "Vaccinators"}],
            "exclude_groups": [],
            "keywords": ["Join"],
            "match_type": "O",
        }
    ],
    "campaigns": [],
    "fields": [{"key": "cold_chain", "name": "Cold Chain", "type": "text"}],
    "groups": [{"uuid": "11111111-0000-4000-8000-000000000004", "name": "Vaccinators", "query": None}],
}


@pytest.fixture
def korto(db: None) -> Any:
    from mhero.accounts.models import User

    return User.objects.create_user("korto@example.org", name="Korto", role="administrator")


def test_a_file_brings_its_flows_and_what_they_need(korto: Any) -> None:
    from mhero.messaging.flow_files import import_flows
    from mhero.messaging.models import ContactField, Group, Trigger

    (flow,) = import_flows(json.dumps(SMALL).encode(), korto)
    assert (str(flow.id), flow.name, flow.published_revision) == (
        SMALL["flows"][0]["uuid"],
        "Registration",
        1,
    )
    assert flow.issues == []
    assert ContactField.objects.get(key="cold_chain").name == "Cold Chain"
    trigger = Trigger.objects.get()
    assert (trigger.type, trigger.keywords, trigger.match) == ("keyword", ["join"], "only")
    assert list(trigger.groups.all()) == [Group.objects.get(name="Vaccinators")]


def test_what_is_here_by_its_name_stays_and_is_used(korto: Any) -> None:
    from mhero.messaging.flow_files import import_flows, plan_import
    from mhero.messaging.models import Flow, Group
    from mhero.messaging.queries.flows import definition_of
    from mhero.messaging.services import create_flow

    group = Group.objects.create(name="vaccinators")
    flow = create_flow("REGISTRATION", korto)
    content = json.dumps(SMALL).encode()
    plan = plan_import(content)
    assert [(coming.id, coming.is_here) for coming in plan.flows + plan.groups] == [
        (str(flow.id), True),
        (str(group.id), True),
    ]
    import_flows(content, korto, publish=False)
    flow = Flow.objects.get()
    assert (flow.latest_revision, flow.published_revision, flow.name) == (2, None, "Registration")
    action = definition_of(flow)["nodes"][0]["actions"][0]
    assert action["groups"] == [{"uuid": str(group.id), "name": "Vaccinators"}]


def test_coming_in_twice_changes_nothing_the_second_time(korto: Any) -> None:
    from mhero.messaging.flow_files import export_flows, import_flows
    from mhero.messaging.models import Flow, Trigger

    content = json.dumps(SMALL).encode()
    import_flows(content, korto)
    first = export_flows(Flow.objects.values_list("id", flat=True))
    import_flows(content, korto)
    assert Trigger.objects.count() == 1
    assert without_revisions(export_flows(Flow.objects.values_list("id", flat=True))) == without_revisions(
        first
    )


def test_reminders_come_in_with_their_moments_and_go_out_as_they_came(korto: Any) -> None:
    from mhero.messaging.flow_files import export_flows, import_flows
    from mhero.messaging.models import CampaignPoint, ContactField

    flow, group = SMALL["flows"][0], SMALL["groups"][0]
    event = {
        "uuid": "11111111-0000-4000-8000-000000000011",
        "offset": -2,
        "unit": "D",
        "event_type": "F",
        "delivery_hour": 9,
        "relative_to": {"key": "training_on", "label": "Training On"},
        "start_mode": "I",
        "flow": {"uuid": flow["uuid"], "name": flow["name"]},
    }
    text = {"message": {"eng": "Well done"}, "base_language": "eng", "event_type": "M", "offset": 1}
    other = {key: value for key, value in event.items() if key != "flow"} | text
    other["uuid"] = "11111111-0000-4000-8000-000000000012"
    campaign = {
        "uuid": "11111111-0000-4000-8000-000000000010",
        "name": "Training",
        "group": {"uuid": group["uuid"], "name": group["name"]},
        "events": [event, other],
    }
    import_flows(json.dumps({**SMALL, "campaigns": [campaign]}).encode(), korto)
    assert ContactField.objects.get(key="training_on").type == "datetime"
    assert [point.offset for point in CampaignPoint.objects.order_by("offset")] == [-2, 1]
    exported = export_flows([flow["uuid"]])
    assert exported["campaigns"] == [campaign]
    assert "training_on" in {field["key"] for field in exported["fields"]}


def test_a_word_that_means_something_here_keeps_its_meaning(korto: Any) -> None:
    from mhero.messaging.flow_files import import_flows, plan_import
    from mhero.messaging.models import Group, Trigger
    from mhero.messaging.services import create_flow

    group = Group.objects.create(name="Vaccinators")
    taken = Trigger.objects.create(type="keyword", flow=create_flow("Other", korto), keywords=["join"])
    taken.groups.set([group])
    words = [{**SMALL["triggers"][0], "keywords": ["join", "stop", "register"]}]
    content = json.dumps({**SMALL, "triggers": words}).encode()
    assert [coming.name for coming in plan_import(content).triggers] == ["register"]
    import_flows(content, korto)
    assert Trigger.objects.exclude(id=taken.id).get().keywords == ["register"]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"nothing", b'{"version": 99, "flows": []}', b"\xff"])
def test_what_is_no_export_is_refused(korto: Any, content: bytes) -> None:
    from mhero.messaging.errors import NotAnExport
    from mhero.messaging.flow_files import plan_import

    with pytest.raises(NotAnExport):
        plan_import(content)


def test_every_published_file_comes_in_and_goes_out_without_loss(
    conformance: Path, korto: Any, subtests: pytest.Subtests
) -> None:
    from django.db import transaction

    tried = 0
    for path in sorted((conformance / FILES).rglob("*.json")):
        with subtests.test(file=path.name), transaction.atomic():
            tried += goes_round(path.read_bytes(), korto)
            transaction.set_rollback(True)
    assert tried > 60


def goes_round(content: bytes, user: Any) -> int:
    """How many flows came in, went out, came in again and went out the same."""
    from mhero.messaging.errors import NotAnExport
    from mhero.messaging.flow_files import export_flows, import_flows, plan_import
    from mhero.messaging.models import Campaign, ContactField, Flow, Group, Label, Trigger

    try:
        plan = plan_import(content)
    except NotAnExport:
        return 0
    if not plan.flows:
        return 0
    # The file's own ids, or those it was given now: reading it again must not give others.
    flows = import_flows(content, user)
    assert len(flows) == len(plan.flows)
    sent = export_flows([flow.id for flow in flows])
    assert {flow["name"] for flow in sent["flows"]} == {coming.name for coming in plan.flows}
    for model in (Campaign, Trigger, Flow, Group, Label, ContactField):
        model.objects.all().delete()
    import_flows(json.dumps(sent).encode(), user)
    again = export_flows([flow.id for flow in flows])
    assert without_revisions(again) == without_revisions(sent)
    return len(flows)


def without_revisions(export: Json) -> Json:
    return {**export, "flows": [{**flow, "revision": 0} for flow in export["flows"]]}
