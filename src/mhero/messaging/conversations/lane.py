"""The lane of conversations that wait for other systems, and of what conversations ask for others.

A task is leased, its sprint played in a thread without any database transaction, and written as everything
is: with the contact locked, together with the end of the task. One contact's tasks are done one by one. When
a worker dies the lease runs out, and the task is done again: another system may be asked twice, but nobody
is.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from django.conf import settings

from mhero.messaging.circumstances import Watched
from mhero.messaging.conversations import statements
from mhero.messaging.conversations.batch import Batch
from mhero.messaging.conversations.lending import Calling
from mhero.messaging.conversations.occasions import Heard, Occasion, Start, silent
from mhero.messaging.conversations.others import begin_with_others, write_to_others
from mhero.messaging.conversations.participants import Participant
from mhero.messaging.conversations.published import Publications
from mhero.messaging.database import Connection
from mhero.platform.mail import MailError, MailServer
from mhero.platform.outside import Outside

log = logging.getLogger(__name__)

Json = dict[str, Any]
#: How many tasks are open at one time, in a worker.
AT_ONCE = 24
#: Longer than the longest sprint: its steps may each wait for a system in vain.
LEASE = timedelta(minutes=5)
#: A task that took so many workers with it, or an e-mail that was refused so often, is given up.
MOST_ATTEMPTS = 6


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    id: int
    contact_id: UUID
    kind: str
    data: Json
    attempts: int
    #: The end of our lease, by which it is known as ours.
    until: datetime


class Lane:
    """`step` is the pump's; it begins what waits and does not wait for its end."""

    def __init__(
        self,
        watched: Watched | None = None,
        publications: Publications | None = None,
        *,
        outside: Outside | None = None,
    ) -> None:
        self._watched = watched or Watched()
        self._publications = publications or Publications()
        self._outside = outside or Outside(allowed=settings.CONFIGURATION.webhook_networks)
        self._mail = MailServer.read(settings.CONFIGURATION.smtp_url)
        self._connection = Connection()
        #: One transaction at a time: they are short, what takes long is in threads.
        self._turn = asyncio.Lock()
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="lane")
        self._open: set[asyncio.Task[None]] = set()

    async def step(self) -> bool:
        """Begins what can be begun; True while there may be more, once something has ended."""
        free = AT_ONCE - len(self._open)
        tasks = await self._claimed(free) if free else []
        for task in tasks:
            doing = asyncio.create_task(self._do(task))
            self._open.add(doing)
            doing.add_done_callback(self._open.discard)
        if self._open:
            await asyncio.wait(self._open, timeout=0.2, return_when=asyncio.FIRST_COMPLETED)
        return bool(self._open) or bool(tasks)

    async def close(self) -> None:
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._connection.close()

    async def _claimed(self, most: int) -> list[Task]:
        at = self._watched.clock()
        until = at + LEASE
        async with self._turn:
            connection = await self._connection.get()
            cursor = await connection.execute(
                statements.CLAIM_TASKS, {"now": at, "until": until, "most": most}
            )
            rows = await cursor.fetchall()
        return [
            Task(id=key, contact_id=contact, kind=kind, data=data, attempts=attempts, until=until)
            for key, contact, kind, data, attempts in sorted(rows)
        ]

    async def _do(self, task: Task) -> None:
        doing: Callable[[Task], Awaitable[None]] = self._go_on
        if task.kind == "email":
            doing = self._send_mail
        elif task.kind in ("session_triggered", "broadcast_created"):
            doing = self._involve_others
        try:
            await doing(task)
        except psycopg.OperationalError:
            # The database was away: the lease runs out, and the task is done again.
            log.warning("A task of a conversation could not be written; it is done again.")
        except Exception:
            # The outer wall of a task: the contact's others must not wait behind it for ever.
            log.exception("A task of a conversation stumbled (attempt %d).", task.attempts)
            await self._again(task)

    # Conversations

    async def _go_on(self, task: Task) -> None:
        at = self._watched.clock()
        lent = Calling(self._outside, can_mail=self._mail is not None)
        async with self._turn:
            connection = await self._connection.get()
            allowed, published = await self._watched.get(), await self._publications.get(connection)
            before = Batch(published, allowed, at, services=lent)
            await before.read(connection, [task.contact_id], locks=False)
            is_wanted = await self._is_wanted(connection, task, at)
        participant = before.participants[task.contact_id]
        occasion = _occasion(before, participant, task) if is_wanted else None
        sprint = None
        if occasion is not None and task.attempts <= MOST_ATTEMPTS:
            loop = asyncio.get_running_loop()
            sprint = await loop.run_in_executor(self._threads, before.play, participant, occasion)
        async with self._turn:
            connection = await self._connection.get()
            async with connection.transaction():
                after = Batch(published, allowed, at, services=lent)
                await after.read(connection, [task.contact_id])
                if not await self._finish(connection, task):
                    return
                now_there = after.participants[task.contact_id]
                session_id = None
                if occasion is not None and sprint is not None and _is_as_before(participant, now_there):
                    if now_there.session and participant.session:
                        now_there.session.ended_runs = participant.session.ended_runs
                    held = after.take(now_there, occasion, sprint)
                    session_id = held.id if held else None
                elif now_there.session and task.attempts > MOST_ATTEMPTS:
                    after.fail(now_there, now_there.session, "attempts")
                await after.write(connection)
                if task.kind == "message":
                    await _note_message(connection, task, session_id)
                await connection.execute("SELECT pg_notify('messaging_sessiontasks', '')")

    async def _is_wanted(self, connection: psycopg.AsyncConnection, task: Task, at: datetime) -> bool:
        """False for a start whose send was stopped or has expired."""
        broadcast = task.data.get("broadcast_id") if task.kind == "start" else None
        if broadcast is None:
            return True
        cursor = await connection.execute(statements.IS_SENDING, {"broadcast": broadcast, "now": at})
        row = await cursor.fetchone()
        return bool(row and row[0])

    # What else a conversation asks for

    async def _involve_others(self, task: Task) -> None:
        at = self._watched.clock()
        async with self._turn:
            connection = await self._connection.get()
            allowed = await self._watched.get()
            async with connection.transaction():
                if not await self._finish(connection, task):
                    return
                if task.attempts > MOST_ATTEMPTS:
                    return
                if task.kind == "session_triggered":
                    await begin_with_others(connection, task.data, at)
                else:
                    await write_to_others(connection, task.data, allowed, at)

    async def _send_mail(self, task: Task) -> None:
        data, server = task.data, self._mail
        if server is not None and task.attempts <= MOST_ATTEMPTS:
            loop = asyncio.get_running_loop()
            try:
                await loop.run_in_executor(
                    self._threads,
                    lambda: server.send(data["to"], data["subject"], data["body"], message_id=data["id"]),
                )
            except MailError as error:
                log.warning("An e-mail of a flow could not be sent (%s).", error.code)
                if error.retryable:
                    await self._again(task)
                    return
        async with self._turn:
            await self._finish(await self._connection.get(), task)

    async def _finish(self, connection: psycopg.AsyncConnection, task: Task) -> bool:
        """Ends the task; False when it is not ours any more."""
        cursor = await connection.execute(statements.FINISH_TASKS, {"ids": [task.id], "until": task.until})
        return await cursor.fetchone() is not None

    async def _again(self, task: Task) -> None:
        """Later, and later each time."""
        until = self._watched.clock() + timedelta(seconds=15 * 2**task.attempts)
        async with self._turn:
            connection = await self._connection.get()
            await connection.execute(statements.RELEASE_TASK, {"id": task.id, "until": until})


def _occasion(batch: Batch, participant: Participant, task: Task) -> Occasion | None:
    """What the task comes to, as things are now; None when it has become pointless."""
    if not participant.is_reachable or not batch.allowed.may_be_texted(participant.number):
        return None
    if task.kind == "start":
        return Start.read(task.data)
    if task.kind == "message":
        heard = Heard.read(task.data)
        return batch.occasion_of(participant, heard, is_new=task.data["is_new"])
    held = participant.session
    if held is None or str(held.id) != task.data["session_id"]:
        return None
    return silent(task.kind, held.id, batch.at)


def _is_as_before(before: Participant, after: Participant) -> bool:
    """Whether nothing happened to the contact while another system was asked, such as a STOP."""
    if not after.is_reachable:
        return False
    one, other = before.session, after.session
    return (one is None and other is None) or (
        one is not None and other is not None and (one.id, one.state) == (other.id, other.state)
    )


async def _note_message(connection: psycopg.AsyncConnection, task: Task, session_id: UUID | None) -> None:
    if session_id is not None:
        await connection.execute(statements.NOTE_TAKEN, {"id": task.data["id"], "session": session_id})
    else:
        await connection.execute(statements.NOTE_WAITS, {"id": task.data["id"], "at": task.data["at"]})
