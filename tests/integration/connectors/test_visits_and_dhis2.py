"""Planned events of DHIS2's tracker become visits, and what became of them goes back; in every dialect."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.integration.connectors.sources import Loop, Source, run_channel

from mhero.sandbox.country import Country
from mhero.sandbox.credentials import DHIS2_PASSWORD, DHIS2_TOKEN, DHIS2_USER
from mhero.sandbox.dhis2.clients import CLIENTS, FACILITIES
from mhero.sandbox.server import Sandbox, SandboxConfig

EVERY = pytest.mark.parametrize("dhis2", ["2.40", "2.41", "2.42", "2.43"], indirect=True)


class Peer(Source):
    """The tracker of the sandbox, as a client that is not ours sees it."""

    def ask(self, path: str, **asked: str) -> Any:
        answer = httpx.get(f"{self.url}/api/{path}", params=asked, auth=(DHIS2_USER, DHIS2_PASSWORD))
        return answer.raise_for_status().json()

    def event(self, id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.ask(f"tracker/events/{id}")
        return found

    def put(self, id: str, **change: Any) -> None:
        self.control(events=[{"event": id, **change}])


@pytest.fixture
def dhis2(
    request: pytest.FixtureRequest, country: Country, loop_thread: Loop, channels: None
) -> Iterator[Peer]:
    import mhero.outreach.care.dhis2  # noqa: F401 - registers the mediator.
    from mhero.outreach.care import queries

    running = Sandbox(
        SandboxConfig(profile="fast", dialect=getattr(request, "param", "2.42")), country=country
    )
    loop_thread.run(running.start())
    source = Peer(system="dhis2", url=running.dhis2_url, username="", secret=DHIS2_TOKEN)
    source.connect()
    source.sync()
    queries.rules()
    for stage in source.ask("programs", fields="id,programStages[id,name]")["programs"][0]["programStages"]:
        keep_kind(source, stage)
    yield source
    loop_thread.run(running.stop())


def keep_kind(source: Peer, stage: dict[str, str]) -> None:
    from mhero.outreach.care.models import VisitKind

    (program,) = source.ask("programs")["programs"]
    name = {"Check-up": "check-up", "Next dose": "dose"}[stage["name"]]
    names = {"name_en": name, "name_fr": name, "name_sw": name}
    VisitKind.objects.create(program=program["id"], stage=stage["id"], **names)


def sync() -> Any:
    return run_channel("dhis2-visits")


def a_visit() -> Any:
    from mhero.outreach.care import queries
    from mhero.outreach.care.models import Visit

    ahead = Visit.objects.select_related("client", "kind").filter(due_on__gt=queries.today())
    return ahead.order_by("source_key").first()


def outcome(visit: Any, step: str, days: int = 0) -> None:
    from mhero.outreach.care import queries, services
    from mhero.outreach.care.services import Who
    from mhero.platform.clock import now

    day = queries.today() + timedelta(days=days)
    getattr(services, step)(visit, day, Who(name="Musu Kollie"), now())


@EVERY
def test_planned_events_become_visits_once_with_the_clients_who_agreed(dhis2: Peer) -> None:
    from mhero.outreach.care.models import CareClient, Visit
    from mhero.registry.models import PlaceKind

    run = sync()
    assert (run.status, run.counts["new"]) == ("done", FACILITIES * CLIENTS)
    assert sync().counts["new"] == 0
    assert Visit.objects.count() == CareClient.objects.count() == FACILITIES * CLIENTS
    visit = a_visit()
    event = dhis2.event(visit.source_key)
    assert visit.due_on.isoformat() == event["scheduledAt"][:10]
    assert visit.facility.kind == PlaceKind.FACILITY
    entity = dhis2.ask(f"tracker/trackedEntities/{event['trackedEntity']}")
    values = {one["code"]: one["value"] for one in entity["attributes"]}
    client = visit.client
    assert client.name == f"{values['FIRST_NAME']} {values['LAST_NAME']}"
    assert client.number == values["CLIENT_NO"]
    assert (
        client.phone == f"+231{values['PHONE'].removeprefix('0')}" if "PHONE" in values else not client.phone
    )
    assert client.agreed == (values["SMS_CONSENT"] == "true" and "PHONE" in values)


@EVERY
def test_what_became_of_a_visit_is_told_once_and_again_without_harm(dhis2: Peer) -> None:
    from mhero.outreach.care.models import Visit
    from mhero.platform.clock import now

    sync()
    visit = a_visit()
    outcome(visit, "finish")
    assert sync().counts["changed"] == 1
    event = dhis2.event(visit.source_key)
    assert (event["status"], event["occurredAt"]) == ("COMPLETED", visit.ended_on.isoformat())
    before = event["updatedAt"]
    assert sync().counts["changed"] == 0
    assert dhis2.event(visit.source_key)["updatedAt"] == before
    # The answer was lost: it is told again, which changes nothing.
    Visit.objects.filter(id=visit.id).update(waiting_since=now())
    assert sync().counts["changed"] == 1
    assert dhis2.event(visit.source_key)["status"] == "COMPLETED"


def test_a_moved_visit_is_moved_there_and_one_moved_there_is_moved_here(dhis2: Peer) -> None:
    from mhero.outreach.care import queries
    from mhero.outreach.care.models import Visit

    sync()
    visit = a_visit()
    outcome(visit, "move", 20)
    sync()
    day = (queries.today() + timedelta(days=20)).isoformat()
    assert dhis2.event(visit.source_key)["scheduledAt"] == day
    later = queries.today() + timedelta(days=30)
    dhis2.put(visit.source_key, scheduledAt=f"{later}T00:00:00.000")
    sync()
    visit = Visit.objects.get(id=visit.id)
    assert (visit.due_on, visit.waiting_since) == (later, None)


def test_what_was_completed_or_deleted_there_reminds_nobody(dhis2: Peer) -> None:
    from mhero.outreach.care import queries
    from mhero.outreach.care.models import Visit

    sync()
    done, gone = Visit.objects.order_by("source_key")[:2]
    today = queries.today().isoformat()
    dhis2.put(done.source_key, status="COMPLETED", occurredAt=f"{today}T00:00:00.000")
    dhis2.put(gone.source_key, deleted=True)
    sync()
    found = Visit.objects.filter(id__in=[done.id, gone.id]).order_by("source_key")
    assert list(found.values_list("state", "waiting_since")) == [("done", None), ("cancelled", None)]
    assert Visit.objects.exclude(state="due").count() == 2


def test_what_dhis2_refuses_is_said_in_words_and_not_repeated(dhis2: Peer) -> None:
    from mhero.outreach.care.models import Visit

    sync()
    one, two = Visit.objects.order_by("source_key")[:2]
    outcome(one, "finish")
    outcome(two, "finish")
    dhis2.put(one.source_key, deleted=True)
    run = sync()
    assert (run.status, run.counts["refused"], run.counts["changed"]) == ("done_with_problems", 1, 1)
    one.refresh_from_db()
    assert "do not exist" in one.refusal
    assert one.waiting_since is None
    assert dhis2.event(two.source_key)["status"] == "COMPLETED"
    assert sync().counts["refused"] == 0


def test_a_dead_dhis2_loses_no_outcome_and_is_asked_again_later(dhis2: Peer) -> None:
    from mhero.exchange.models import Run
    from mhero.outreach.care.dhis2 import tell_when_due, waiting
    from mhero.platform.clock import now

    sync()
    visit = a_visit()
    outcome(visit, "finish")
    dhis2.control(fault={"kind": "down"})
    assert sync().status == "failed"
    assert waiting().count() == 1
    tell_when_due()
    assert Run.objects.filter(finished_at=None).count() == 0
    dhis2.control(fault=None)
    tell_when_due(lambda: now() + timedelta(minutes=1))
    assert Run.objects.filter(finished_at=None).count() == 1
    assert sync().status == "done"
    assert dhis2.event(visit.source_key)["status"] == "COMPLETED"


def test_without_a_stage_nothing_is_asked_of_dhis2(dhis2: Peer) -> None:
    from mhero.outreach.care.models import VisitKind

    VisitKind.objects.update(stage="")
    before = dhis2.requests()
    assert sync().status == "done"
    assert dhis2.requests() == before
