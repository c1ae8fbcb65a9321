"""A worker that is killed in the middle of a run, in processes of their own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

#: A worker with one mediator, which on its first run never comes to its end.
WORKER = """
import asyncio, sys, time
import django
django.setup()
from mhero.exchange import tasks
from mhero.exchange.mediators import mediator
from mhero.platform import worker

@mediator("slow", title="Slow")
def slow(context):
    context.advance("seen")
    context.count(read=1)
    context.write()
    if sys.argv[1] == "hang":
        time.sleep(600)

asyncio.run(worker.run(tasks.pumps()))
"""


def test_a_killed_worker_loses_nothing_and_the_next_one_starts_the_run_again(live_db: str) -> None:
    from mhero.exchange import services
    from mhero.exchange.models import Channel, Run

    channel = Channel.objects.create(
        name="Slow to registry", type="polling", mediator="slow", polling_schedule="1 day"
    )
    services.schedule(channel, at_once=True)
    first = start_worker("hang")
    try:
        wait_until(lambda: Run.objects.filter(status="running", counts__read=1).exists(), first)
    finally:
        first.kill()
        first.wait()
    channel.refresh_from_db()
    assert channel.high_water is None
    second = start_worker("finish")
    try:
        wait_until(lambda: Run.objects.filter(status="done").exists(), second)
    finally:
        second.kill()
        second.wait()
    channel.refresh_from_db()
    assert channel.high_water == "seen"
    statuses = Run.objects.order_by("requested_at").values_list("status", flat=True)
    assert list(statuses) == ["interrupted", "done"]


def start_worker(what: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", WORKER, what], env=os.environ.copy())


def wait_until(is_so: Callable[[], Any], process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while not is_so():
        assert process.poll() is None, "the worker ended by itself"
        assert time.monotonic() < until
        time.sleep(0.2)
