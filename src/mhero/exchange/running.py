"""Carrying out a run, so that a channel never has two at a time and a killed one is noticed.

A run that works holds a session-level advisory lock of its channel, on a connection of its own. The lock is
taken before the run is called running and let go after its end is written, so a run that is called running
while nobody holds the lock belongs to a worker that died.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

import psycopg
from django.db import transaction

from mhero.exchange import services
from mhero.exchange.errors import RunLost
from mhero.exchange.mediators import RunContext, mediator_called
from mhero.exchange.models import Channel, Run, RunStatus, Transaction, TransactionStatus
from mhero.platform.clock import now
from mhero.platform.errors import MheroError
from mhero.platform.notify import notify
from mhero.platform.postgres import dsn

log = logging.getLogger(__name__)

TRY_LOCK = "SELECT pg_try_advisory_lock(hashtextextended('exchange.run ' || %s::text, 0))"

CRASHED = "The program stopped while this run was going. It was started again."
CRASHED_OFTEN = "The program stopped while this run was going, as it did in the runs before."
#: A run that was cut off this often in a row is left to the schedule: it may be what kills the worker.
INTERRUPTIONS_IN_A_ROW = 3


class _Lock:
    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def check(self) -> None:
        try:
            self._connection.execute("SELECT 1")
        except psycopg.OperationalError as error:
            raise RunLost from error


@contextmanager
def held(channel_id: UUID, *, tries: int = 1) -> Iterator[_Lock | None]:
    """The hold on a channel, or None when somebody else has it. It ends with its connection."""
    with psycopg.connect(dsn(), autocommit=True) as connection:
        for attempt in range(tries):
            if attempt:
                time.sleep(0.1)
            row = connection.execute(TRY_LOCK, [str(channel_id)]).fetchone()
            if row and row[0]:
                yield _Lock(connection)
                return
        yield None


def perform(run_id: UUID) -> None:
    """Carries out a waiting run. One that is being carried out, or is over, is left alone."""
    run = Run.objects.select_related("channel").filter(id=run_id).first()
    if run is None:
        return
    # Before a waiting run, somebody has the channel for moments only: to look, or to end the run before.
    with held(run.channel_id, tries=50 if run.status == RunStatus.WAITING else 1) as lock:
        if lock is None:
            return
        run.refresh_from_db()
        if run.status == RunStatus.RUNNING:
            interrupt(run)
        elif run.status == RunStatus.WAITING:
            _carry_out(run, lock)


def recover() -> int:
    """Interrupts the runs whose worker died and starts them again; returns how many there were."""
    found = 0
    for run in Run.objects.select_related("channel").filter(status=RunStatus.RUNNING):
        with held(run.channel_id) as lock:
            if lock is None:
                continue
            run.refresh_from_db()
            if run.status == RunStatus.RUNNING:
                interrupt(run)
                found += 1
    return found


def interrupt(run: Run) -> None:
    """Says that a run was cut off, and asks for another in its place. The caller holds the channel."""
    last = Run.objects.filter(channel=run.channel).exclude(id=run.id).order_by("-requested_at")
    cut_off = [status == RunStatus.INTERRUPTED for status in last.values_list("status", flat=True)[:2]]
    is_hopeless = len(cut_off) == INTERRUPTIONS_IN_A_ROW - 1 and all(cut_off)
    with transaction.atomic():
        _end(run, RunStatus.INTERRUPTED, CRASHED_OFTEN if is_hopeless else CRASHED)
        if not is_hopeless:
            services.request_run(run.channel, run.requested_by, is_full=run.is_full)


def _carry_out(run: Run, lock: _Lock) -> None:
    run.status, run.started_at = RunStatus.RUNNING, now()
    run.save(update_fields=["status", "started_at"])
    Transaction.objects.filter(id=run.transaction_id).update(status=TransactionStatus.PROCESSING)
    context = RunContext(run, run.channel, lock)
    error = ""
    try:
        mediator_called(run.channel.mediator).run(context)
        context.write()
    except RunLost:
        # Its end cannot be written by us: whoever finds it without its lock starts it again.
        log.warning("The run of %s lost its hold on the database.", run.channel)
        return
    except MheroError as failure:
        error = str(failure)
    except Exception as failure:
        # The outer wall of a mediator: whatever it stumbles over is the end of this run, told on its page.
        log.exception("The run of %s stumbled.", run.channel)
        error = f"mHero has a fault of its own here ({type(failure).__name__}). The log says more."
    _finish(run, context, error)


def _finish(run: Run, context: RunContext, error: str) -> None:
    with transaction.atomic():
        if error:
            context.write()
            _end(run, RunStatus.FAILED, error)
            return
        if context.new_high_water is not None:
            Channel.objects.filter(id=run.channel_id).update(high_water=context.new_high_water)
        _end(run, RunStatus.DONE_WITH_PROBLEMS if context.counts["refused"] else RunStatus.DONE, "")


TRANSACTION_STATUS = {
    RunStatus.DONE: TransactionStatus.SUCCESSFUL,
    RunStatus.DONE_WITH_PROBLEMS: TransactionStatus.COMPLETED_WITH_ERRORS,
    RunStatus.FAILED: TransactionStatus.FAILED,
    RunStatus.INTERRUPTED: TransactionStatus.FAILED,
}


def _end(run: Run, status: RunStatus, error: str) -> None:
    run.status, run.error, run.finished_at, run.step = status, error, now(), ""
    run.save(update_fields=["status", "error", "finished_at", "step", "counts"])
    started = run.started_at or run.requested_at
    Transaction.objects.filter(id=run.transaction_id).update(
        status=TRANSACTION_STATUS[status],
        error=error,
        seconds=(run.finished_at - started).total_seconds(),
        properties={"requested by": run.requested_by, **run.counts},
    )
    notify("exchange_runs", str(run.id))
