"""Says of messages that cannot leave any more, or were never reported on, what became of them."""

from datetime import timedelta

from mhero.messaging.circumstances import Watched
from mhero.messaging.database import Connection
from mhero.messaging.sending.statements import (
    CANCEL_EXPIRED,
    CANCEL_OPTED_OUT,
    CANCEL_STOPPED,
    FORGET_RECEIVED,
    GIVE_UP,
    TAKE_BACK_LENT,
    TRY_REPORTS_AGAIN,
)

#: How long a repeated callback is known as such.
RECEIVED_KEPT = timedelta(days=7)
#: How long a report on a message that we do not know may be ahead of the note that we sent it.
UNKNOWN_TRIED = timedelta(minutes=1)


class Sweep:
    def __init__(self, watched: Watched | None = None) -> None:
        self._watched = watched or Watched()
        self._connection = Connection()

    async def step(self) -> bool:
        allowed = await self._watched.get()
        at = self._watched.clock()
        connection = await self._connection.get()
        await connection.execute(TAKE_BACK_LENT, {"now": at})
        for statement in (CANCEL_EXPIRED, CANCEL_OPTED_OUT, CANCEL_STOPPED):
            await connection.execute(statement, {"now": at})
        given_up = at - timedelta(hours=allowed.gives_up_after_hours)
        await connection.execute(GIVE_UP, {"now": at, "sent_before": given_up})
        await connection.execute(TRY_REPORTS_AGAIN, {"received_after": at - UNKNOWN_TRIED})
        await connection.execute(FORGET_RECEIVED, {"received_before": at - RECEIVED_KEPT})
        return False

    async def close(self) -> None:
        await self._connection.close()
