"""Runs of polling channels: never two at once, nothing lost when one fails or is killed."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from mhero.platform.clock import now
from mhero.platform.errors import PartnerUnavailable

MediatorFunction = Callable[[Any], None]


@pytest.fixture
def source() -> Iterator[Callable[[MediatorFunction], None]]:
    """Says what the mediator of the test's channel does."""
    from mhero.exchange.mediators import MEDIATORS, Mediator

    def set_to(function: MediatorFunction) -> None:
        MEDIATORS["test"] = Mediator(name="test", title="Test", run=function)

    yield set_to
    MEDIATORS.pop("test", None)


@pytest.fixture
def channel(live_db: str) -> Any:
    from mhero.exchange.models import Channel

    return Channel.objects.create(
        name="Test to registry", type="polling", mediator="test", polling_schedule="10 minutes"
    )


def run_now(channel: Any, **how: Any) -> Any:
    from mhero.exchange import running, services

    run = services.request_run(channel, "korto@example.org", **how)
    running.perform(run.id)
    run.refresh_from_db()
    return run


def transaction_of(run: Any) -> Any:
    from mhero.exchange.models import Transaction

    return Transaction.objects.get(id=run.transaction_id)


def test_a_run_is_a_transaction_with_its_counts(channel: Any, source: Any) -> None:
    def mediate(context: Any) -> None:
        context.count(read=3, new=2)
        context.count(unchanged=1)
        context.advance("2026-03-01")

    source(mediate)
    run = run_now(channel)
    assert run.status == "done"
    assert run.counts["read"] == 3
    assert run.counts["new"] == 2
    record = transaction_of(run)
    assert (record.status, record.channel_id) == ("Successful", channel.id)
    assert record.properties["read"] == 3
    assert record.seconds >= 0
    channel.refresh_from_db()
    assert channel.high_water == "2026-03-01"


def test_the_high_water_mark_stays_when_a_run_fails(channel: Any, source: Any) -> None:
    def mediate(context: Any) -> None:
        context.advance("2026-03-01")
        context.count(read=5)
        raise PartnerUnavailable("iHRIS did not answer within 30 seconds.")

    source(mediate)
    run = run_now(channel)
    assert (run.status, run.error) == ("failed", "iHRIS did not answer within 30 seconds.")
    assert run.counts["read"] == 5
    assert transaction_of(run).status == "Failed"
    channel.refresh_from_db()
    assert channel.high_water is None


def test_a_fault_of_our_own_ends_the_run_and_says_so(channel: Any, source: Any) -> None:
    def mediate(_context: Any) -> None:
        raise ZeroDivisionError

    source(mediate)
    assert "fault of its own here (ZeroDivisionError)" in run_now(channel).error


def test_a_mediator_that_is_missing_fails_the_run_in_words(channel: Any) -> None:
    assert run_now(channel).error == "There is no mediator called 'test' in this installation."


def test_a_refused_record_is_kept_until_it_is_accepted(channel: Any, source: Any) -> None:
    def refusing(context: Any) -> None:
        context.refuse("Practitioner/7", "There is no name.", {"id": "7", "note": "a\x00b"})
        context.advance("1")

    source(refusing)
    run = run_now(channel)
    assert (run.status, run.counts["refused"]) == ("done_with_problems", 1)
    assert transaction_of(run).status == "Completed with error(s)"
    first = channel.refused.get()
    assert first.reason == "There is no name."

    run_now(channel)
    again = channel.refused.get()
    assert again.first_refused_at == first.first_refused_at
    assert again.last_refused_at > first.last_refused_at

    def accepting(context: Any) -> None:
        assert context.refused_keys() == ["Practitioner/7"]
        context.accept("Practitioner/7")

    source(accepting)
    assert run_now(channel).status == "done"
    assert channel.refused.count() == 0


def test_a_full_run_begins_without_a_high_water_mark(channel: Any, source: Any) -> None:
    seen = []

    def mediate(context: Any) -> None:
        seen.append((context.is_full, context.high_water))
        context.advance("7")

    source(mediate)
    run_now(channel)
    channel.refresh_from_db()
    run_now(channel)
    run_now(channel, is_full=True)
    assert seen == [(True, None), (False, "7"), (True, None)]


def test_asking_twice_gives_the_same_run(channel: Any) -> None:
    from django.db import connection

    from mhero.exchange import services

    first = services.request_run(channel, "korto@example.org")
    second = services.request_run(channel, "schedule", is_full=True)
    assert first.id == second.id
    assert second.is_full
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pgqueuer WHERE entrypoint = 'exchange.run'")
        assert cursor.fetchone() == (1,)


def test_two_runs_of_a_channel_never_overlap(channel: Any, source: Any) -> None:
    from mhero.exchange import running

    inner = []

    def mediate(context: Any) -> None:
        # A second worker takes the same job, as it may after a lost heartbeat.
        running.perform(context.run_id)
        inner.append(running.recover())

    source(mediate)
    assert run_now(channel).status == "done"
    assert inner == [0]


def test_a_run_whose_worker_died_is_interrupted_and_started_again(channel: Any, source: Any) -> None:
    from mhero.exchange import running, services
    from mhero.exchange.models import Run

    dead = services.request_run(channel, "korto@example.org", is_full=True)
    Run.objects.filter(id=dead.id).update(status="running", started_at=now())
    assert running.recover() == 1
    dead.refresh_from_db()
    assert dead.status == "interrupted"
    assert transaction_of(dead).status == "Failed"
    again = Run.objects.exclude(id=dead.id).get()
    assert (again.status, again.is_full, again.requested_by) == ("waiting", True, "korto@example.org")


def test_a_run_that_is_cut_off_each_time_is_left_to_the_schedule(channel: Any) -> None:
    from mhero.exchange import running, services
    from mhero.exchange.models import Run

    services.request_run(channel, "schedule")
    for _ in range(5):
        Run.objects.filter(status="waiting").update(status="running", started_at=now())
        running.recover()
    assert set(Run.objects.values_list("status", flat=True)) == {"interrupted"}
    assert Run.objects.count() == 3


def test_a_run_that_lost_its_connection_stops_and_is_found(channel: Any, source: Any, live_db: str) -> None:
    from mhero.exchange import running
    from mhero.exchange.models import Run

    def mediate(context: Any) -> None:
        with psycopg.connect(live_db, autocommit=True) as other:
            other.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted"
            )
        context.write()
        raise AssertionError("the run went on without its lock")

    source(mediate)
    assert run_now(channel).status == "running"
    assert running.recover() == 1
    assert set(Run.objects.values_list("status", flat=True)) == {"interrupted", "waiting"}


def test_due_channels_are_run_and_scheduled_anew(channel: Any) -> None:
    from mhero.exchange import services
    from mhero.exchange.models import Run

    at = now()
    assert services.start_due_runs(at) == 0
    services.schedule(channel, after=at, at_once=True)
    assert services.start_due_runs(at) == 1
    channel.refresh_from_db()
    assert channel.due_at == at + timedelta(minutes=10)
    assert Run.objects.get().requested_by == "schedule"
