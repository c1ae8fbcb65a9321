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
    from mhero.messaging.models import ContactField, Flow, Group, Label, Trigger

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
    for model in (Trigger, Flow, Group, Label, ContactField):
        model.objects.all().delete()
    import_flows(json.dumps(sent).encode(), user)
    again = export_flows([flow.id for flow in flows])
    assert without_revisions(again) == without_revisions(sent)
    return len(flows)


def without_revisions(export: Json) -> Json:
    return {**export, "flows": [{**flow, "revision": 0} for flow in export["flows"]]}
