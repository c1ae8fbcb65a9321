"""Bringing corrections back to the systems that records came from, one after the other, each once.

What a system does not answer to waits for the next run, which comes the later the longer it has been away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from asgiref.sync import sync_to_async
from django.db import close_old_connections
from django.utils.translation import gettext_noop

from mhero.connectors.changes import WAITING
from mhero.connectors.dhis2.pushing import next_try
from mhero.connectors.models import ChangeState, Connection, SourceChange, System
from mhero.exchange.mediators import RunContext
from mhero.exchange.models import Channel
from mhero.exchange.services import request_run
from mhero.platform.clock import Clock, now
from mhero.platform.worker import Pump
from mhero.registry.models import Origin

#: The mediator of each system.
MEDIATORS: Final = {System.IHRIS: "ihris-changes", System.DHIS2: "dhis2-changes"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Applied:
    """What became of a correction."""

    state: ChangeState
    #: Why it was refused.
    words: str = ""
    #: What the system says by now.
    newer: str = ""


DONE: Final = Applied(state=ChangeState.DONE)


def refused(words: str) -> Applied:
    return Applied(state=ChangeState.REFUSED, words=words)


def carry_out(context: RunContext, system: System, apply: Callable[[SourceChange], Applied]) -> None:
    """Applies what waits for a system. Each end is written before the next one begins."""
    waiting = SourceChange.objects.filter(system=system, state=ChangeState.WAITING).order_by("id")
    context.expect(waiting.count())
    context.step(gettext_noop("Sending corrections"))
    last = 0
    while change := waiting.filter(id__gt=last).first():
        last = change.id
        applied = apply(change)
        SourceChange.objects.filter(id=change.id, state=ChangeState.WAITING, made_at=change.made_at).update(
            state=applied.state, words=applied.words, newer=applied.newer, ended_at=now(), is_news=True
        )
        _tell(context, change, applied)


def _tell(context: RunContext, change: SourceChange, applied: Applied) -> None:
    key = f"{change.ref}/{change.part}"
    is_done = applied.state == ChangeState.DONE
    context.count(read=1, changed=int(is_done))
    if is_done:
        context.accept(key)
    elif applied.state == ChangeState.REFUSED:
        context.refuse(key, applied.words, {"part": change.part})
    else:
        context.refuse(key, "It says something else by now, so a person has to look again.", {})


def key_of(change: SourceChange, source: str) -> str:
    """The system's own key of the record, such as `Practitioner/9`; empty when it has none."""
    keys = Origin.objects.filter(resource_id=change.resource_id, source=source).order_by("id")
    return keys.values_list("key", flat=True).first() or ""


def push_when_due(clock: Clock = now) -> None:
    """Asks for a run of each system that corrections wait for and that is not being left alone."""
    close_old_connections()
    waiting = SourceChange.objects.filter(state=ChangeState.WAITING)
    for system in waiting.order_by().values_list("system", flat=True).distinct():
        channel = Channel.objects.filter(mediator=MEDIATORS[System(system)], is_enabled=True).first()
        is_connected = Connection.objects.filter(system=system).exclude(url="").exists()
        if channel and is_connected and clock() >= next_try(channel):
            request_run(channel, "corrections")


async def _step() -> bool:
    await sync_to_async(push_when_due, thread_sensitive=True)()
    return False


def pump() -> Pump:
    return Pump(name="corrections to sources", step=_step, wakes_on=WAITING, every_seconds=10)
