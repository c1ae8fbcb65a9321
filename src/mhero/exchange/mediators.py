"""Mediators: what a polling channel starts. Each is a function of the room that knows the foreign system."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.utils.functional import Promise

from mhero.exchange.errors import UnknownMediator
from mhero.exchange.models import Channel, Orchestration, RefusedRecord, Run
from mhero.platform.calls import Call
from mhero.platform.clock import now
from mhero.platform.ids import new_id

if TYPE_CHECKING:
    from mhero.platform.http import Auth, RecordedClient

#: The kinds of counts that a mediator adds up; refused records are counted by `refuse`.
COUNTS = ("read", "new", "changed", "unchanged", "deactivated", "refused")
#: A person looks at the run page; more often than this nobody can read it.
SECONDS_BETWEEN_WRITES = 0.5

MediatorFunction = Callable[["RunContext"], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Mediator:
    name: str
    #: What people read, such as "iHRIS".
    title: str | Promise
    run: MediatorFunction


#: Filled by `mediator` as the rooms' modules are imported.
MEDIATORS: dict[str, Mediator] = {}


def mediator(name: str, *, title: str | Promise) -> Callable[[MediatorFunction], MediatorFunction]:
    """Registers a function as the mediator that channels name. It runs in a thread of the worker.

    What it raises ends the run as failed, with the error's message as the reason; the high-water mark then
    stays where it was. `MheroError`s are written as they are, so their messages are sentences for operators.
    """

    def register(function: MediatorFunction) -> MediatorFunction:
        if name in MEDIATORS:
            raise RuntimeError(f"there is a mediator called {name} already")
        MEDIATORS[name] = Mediator(name=name, title=title, run=function)
        return function

    return register


def mediator_called(name: str) -> Mediator:
    try:
        return MEDIATORS[name]
    except KeyError as error:
        raise UnknownMediator(f"There is no mediator called {name!r} in this installation.") from error


class Hold(Protocol):
    """What makes sure that a run is the only one of its channel."""

    def check(self) -> None:
        """Raises `RunLost` when it no longer is."""


class RunContext:
    """What a mediator sees of its run, and the only way in which it tells of it.

    What it tells is written about twice a second by the run's own thread: in `count`, `step` and `refuse`.
    `orchestrate`, and so the clients made by `http`, may be used from other threads too.
    """

    def __init__(self, run: Run, channel: Channel, hold: Hold) -> None:
        self.channel = channel
        #: Whether everything is to be read, and not only what changed since the high-water mark.
        self.is_full = run.is_full or channel.high_water is None
        #: What `advance` was given in the last run that succeeded; None before the first.
        self.high_water: Any | None = None if run.is_full else channel.high_water
        self._run = run
        self._hold = hold
        self._new_high_water: Any | None = None
        self._counts: dict[str, int] = dict.fromkeys(COUNTS, 0)
        self._refused: dict[str, tuple[str, Any]] = {}
        self._accepted: set[str] = set()
        self._calls: list[Call] = []
        self._calls_lock = Lock()
        self._written_at = 0.0

    @property
    def run_id(self) -> UUID:
        return self._run.id

    @property
    def counts(self) -> Mapping[str, int]:
        return self._counts

    def count(
        self, *, read: int = 0, new: int = 0, changed: int = 0, unchanged: int = 0, deactivated: int = 0
    ) -> None:
        """Adds to the counts that the run page shows."""
        given = {"read": read, "new": new, "changed": changed, "unchanged": unchanged}
        for kind, number in {**given, "deactivated": deactivated}.items():
            self._counts[kind] += number
        self._write_now_and_then()

    def expect(self, total: int) -> None:
        """How many records there will be to read, where the source tells."""
        self._counts["expected"] = total
        self._write_now_and_then()

    def step(self, text: str) -> None:
        """What it is doing now, in words for the run page."""
        self._run.step = text
        self._write_now_and_then()

    def refuse(self, key: str, reason: str, raw: Any) -> None:
        """Keeps, and counts, a record that cannot be taken in, with a reason that its owner can act on."""
        self._refused[key] = (reason, raw)
        self._accepted.discard(key)
        self._counts["refused"] += 1
        self._write_now_and_then()

    def accept(self, key: str) -> None:
        """Forgets an earlier refusal of this record."""
        self._accepted.add(key)
        self._refused.pop(key, None)

    def refused(self) -> list[RefusedRecord]:
        """The records that earlier runs refused and that no run has taken in since."""
        return list(self.channel.refused.order_by("key"))

    def refused_keys(self) -> list[str]:
        return list(self.channel.refused.order_by("key").values_list("key", flat=True))

    def advance(self, high_water: Any) -> None:
        """Where the next run begins: a JSON value, taken before the read, kept only if this run succeeds."""
        self._new_high_water = high_water

    def orchestrate(self, call: Call) -> None:
        """Records a call that was made in the course of the run."""
        with self._calls_lock:
            self._calls.append(call)

    def http(
        self,
        base_url: str,
        *,
        partner: str,
        auth: "Auth" = None,
        headers: Mapping[str, str] | None = None,
        timeout_seconds: float = 30,
        attempts: int = 4,
    ) -> "RecordedClient":
        """A client whose every call becomes an orchestration of this run's transaction. Close it."""
        from mhero.platform.http import RecordedClient

        return RecordedClient(
            base_url,
            partner=partner,
            auth=auth,
            headers=headers,
            record=self.orchestrate,
            timeout_seconds=timeout_seconds,
            attempts=attempts,
        )

    @property
    def new_high_water(self) -> Any | None:
        return self._new_high_water

    def write(self) -> None:
        """Puts what was told since the last time into the database; raises `RunLost` if that is not ours."""
        self._hold.check()
        with self._calls_lock:
            calls, self._calls = self._calls, []
        refused, self._refused = self._refused, {}
        accepted, self._accepted = self._accepted, set()
        Orchestration.objects.bulk_create([_orchestration(call, self._run.transaction_id) for call in calls])
        if accepted:
            self.channel.refused.filter(key__in=accepted).delete()
        if refused:
            _keep_refused(self.channel, refused)
        self._run.counts = dict(self._counts)
        self._run.save(update_fields=["counts", "step"])
        self._written_at = time.monotonic()

    def _write_now_and_then(self) -> None:
        if time.monotonic() - self._written_at >= SECONDS_BETWEEN_WRITES:
            self.write()


def _orchestration(call: Call, transaction_id: UUID) -> Orchestration:
    return Orchestration(
        id=call.id,
        transaction_id=transaction_id,
        name=call.name,
        method=call.method,
        url=call.url,
        request_body=b"",
        status=call.status,
        seconds=call.seconds,
        bytes=call.bytes,
        response_body=b"",
        error=call.error,
    )


def _keep_refused(channel: Channel, refused: Mapping[str, tuple[str, Any]]) -> None:
    at = now()
    RefusedRecord.objects.bulk_create(
        [
            RefusedRecord(
                id=new_id(at),
                channel=channel,
                key=key[:200],
                reason=reason,
                raw=_storable(raw),
                first_refused_at=at,
                last_refused_at=at,
            )
            for key, (reason, raw) in refused.items()
        ],
        update_conflicts=True,
        unique_fields=["channel", "key"],
        update_fields=["reason", "raw", "last_refused_at"],
    )


def _storable(value: Any) -> Any:
    """JSON without the character that PostgreSQL's text cannot hold: broken records may well carry it."""
    if isinstance(value, str):
        return value.replace("\x00", "\ufffd")
    if isinstance(value, Mapping):
        return {_storable(str(key)): _storable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_storable(item) for item in value]
    return value
