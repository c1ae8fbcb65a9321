"""Flows are kept as revisions; people meet what was published."""

from datetime import UTC, datetime
from typing import Any

import pytest

Json = dict[str, Any]

NODE = "5c2f3b1e-1111-4a6c-9d1e-000000000001"
EXIT = "5c2f3b1e-1111-4a6c-9d1e-000000000002"
ACTION = "5c2f3b1e-1111-4a6c-9d1e-000000000003"


@pytest.fixture
def korto(db: None) -> Any:
    from mhero.accounts.models import User

    return User.objects.create_user("korto@example.org", name="Korto", role="administrator")


def saying(flow: Any, text: str, **more: Any) -> Json:
    """The flow's definition when it says one thing and ends."""
    from mhero.messaging.definitions import empty_definition

    action = {"uuid": ACTION, "type": "send_msg", "text": text}
    node = {"uuid": NODE, "actions": [action], "exits": [{"uuid": EXIT, "destination_uuid": None}]}
    return {**empty_definition(flow.id, flow.name, "eng"), "nodes": [node], **more}


def test_people_meet_what_was_published_while_a_newer_draft_is_written(korto: Any) -> None:
    from mhero.messaging.queries.flows import definition_of, published_definition
    from mhero.messaging.services import create_flow, publish_flow, save_revision

    flow = create_flow("Stock", korto)
    assert published_definition(flow) is None
    save_revision(flow.id, saying(flow, "Good morning"), korto, based_on=1)
    flow = publish_flow(flow.id, korto)
    save_revision(flow.id, saying(flow, "Good evening"), korto, based_on=2)
    flow.refresh_from_db()
    assert (flow.published_revision, flow.latest_revision) == (2, 3)
    published = published_definition(flow)
    assert published
    assert published["nodes"][0]["actions"][0]["text"] == "Good morning"
    assert definition_of(flow)["nodes"][0]["actions"][0]["text"] == "Good evening"


def test_who_saves_over_somebody_elses_work_hears_of_it(korto: Any) -> None:
    from mhero.messaging.errors import FlowChangedMeanwhile
    from mhero.messaging.services import create_flow, save_revision

    flow = create_flow("Stock", korto)
    save_revision(flow.id, saying(flow, "One"), korto, based_on=1)
    with pytest.raises(FlowChangedMeanwhile) as refused:
        save_revision(flow.id, saying(flow, "Two"), korto, based_on=1)
    assert (refused.value.revision, refused.value.saved_by) == (2, "korto@example.org")


def test_a_broken_draft_is_kept_with_its_faults_and_not_published(korto: Any) -> None:
    from mhero.messaging.errors import InvalidFlow
    from mhero.messaging.services import create_flow, publish_flow, save_revision

    flow = create_flow("Stock", korto)
    with pytest.raises(InvalidFlow):
        publish_flow(flow.id, korto)
    save_revision(flow.id, saying(flow, ""), korto, based_on=1)
    flow.refresh_from_db()
    (issue,) = flow.issues
    assert (issue["type"], issue["node_uuid"], issue["action_uuid"]) == ("invalid", NODE, ACTION)
    assert issue["description"].startswith("field 'text'")
    with pytest.raises(InvalidFlow):
        publish_flow(flow.id, korto)


def test_a_definition_says_what_it_refers_to_and_is_not_there(korto: Any) -> None:
    from mhero.messaging.services import create_flow, save_revision

    flow = create_flow("Stock", korto)
    save_revision(flow.id, saying(flow, "@fields.shoe_size of @fields.cadre"), korto, based_on=1)
    flow.refresh_from_db()
    assert [issue["dependency"]["key"] for issue in flow.issues] == ["shoe_size"]


@pytest.mark.parametrize("text", ["a\x00b", "\ud83d"])
def test_characters_that_are_none_are_refused(korto: Any, text: str) -> None:
    from mhero.messaging.errors import InvalidFlow
    from mhero.messaging.services import create_flow, save_revision

    flow = create_flow("Stock", korto)
    with pytest.raises(InvalidFlow):
        save_revision(flow.id, saying(flow, text), korto, based_on=1)
    save_revision(flow.id, saying(flow, r"a backslash, \u0000, is text"), korto, based_on=1)


def test_a_copy_has_ids_of_its_own_and_its_translations(korto: Any) -> None:
    from mhero.messaging.queries.flows import definition_of
    from mhero.messaging.services import create_flow, duplicate_flow, save_revision

    flow = create_flow("Stock", korto)
    french = {"fra": {ACTION: {"text": ["Bonjour"]}}}
    save_revision(flow.id, saying(flow, "Hello", localization=french), korto, based_on=1)
    flow.refresh_from_db()
    copy = definition_of(duplicate_flow(flow.id, "Stock again", korto))
    (node,) = copy["nodes"]
    assert node["uuid"] != NODE
    assert node["actions"][0]["uuid"] != ACTION
    assert copy["localization"] == {"fra": {node["actions"][0]["uuid"]: {"text": ["Bonjour"]}}}
    assert copy["name"] == "Stock again"


def test_an_earlier_revision_comes_back_as_the_newest(korto: Any) -> None:
    from mhero.messaging.queries.flows import definition_of
    from mhero.messaging.services import create_flow, publish_flow, restore_revision, save_revision

    flow = create_flow("Stock", korto)
    save_revision(flow.id, saying(flow, "One"), korto, based_on=1)
    publish_flow(flow.id, korto)
    save_revision(flow.id, saying(flow, "Two"), korto, based_on=2)
    restore_revision(flow.id, 2, korto, based_on=3)
    flow.refresh_from_db()
    assert flow.latest_revision == 4
    assert definition_of(flow)["nodes"][0]["actions"][0]["text"] == "One"


def test_a_step_that_asks_another_system_gives_the_flow_its_lane(korto: Any) -> None:
    from mhero.messaging.services import create_flow, publish_flow, save_revision

    flow = create_flow("Stock", korto)
    definition = saying(flow, "Hello")
    call = {"uuid": ACTION, "type": "call_webhook", "method": "GET", "url": "https://example.org"}
    definition["nodes"][0]["actions"] = [call]
    save_revision(flow.id, definition, korto, based_on=1)
    assert publish_flow(flow.id, korto).calls_out


def test_of_drafts_saved_in_a_row_the_last_one_stays(korto: Any) -> None:
    from mhero.messaging.services import create_flow, publish_flow, save_revision

    def clock() -> datetime:
        return datetime(2026, 11, 24, 9, minute, second, tzinfo=UTC)

    minute, second = 0, 0
    flow = create_flow("Stock", korto, clock=clock)
    for number, text in enumerate("abcdef", start=1):
        minute, second = number // 4 * 5, number
        save_revision(flow.id, saying(flow, text), korto, based_on=number, clock=clock)
        if text == "b":
            publish_flow(flow.id, korto, clock=clock)
    # The first, the published one, the last of each five minutes.
    kept = list(flow.revisions.order_by("revision").values_list("revision", flat=True))
    assert kept == [1, 3, 4, 7]
