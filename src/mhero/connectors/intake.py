"""What all syncs into the registry have in common: batches, counts, refusals, and what vanished."""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from mhero.accounts.queries import workspace
from mhero.connectors.errors import ConnectorError
from mhero.connectors.models import Connection
from mhero.connectors.reading import Document, Unmappable, text
from mhero.connectors.services import keep_finding
from mhero.exchange.mediators import RunContext
from mhero.platform.clock import Clock, now
from mhero.platform.errors import PartnerError
from mhero.registry import services as registry
from mhero.registry.models import Origin
from mhero.registry.values import Incoming

#: A source that suddenly lacks more than this part of what it had has more likely broken than been tidied up.
LARGEST_LOSS: Final = 0.1
#: What small sources may lose at a time all the same.
SMALL_LOSS: Final = 20

#: What keys of ours begin with where the source has given none. No FHIR id can.
NAMELESS: Final = "?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Mapped:
    """One page in the registry's form."""

    records: list[Incoming]
    #: What has no form there, with the reason.
    unmappable: list[tuple[Document, str]]


def mapped_page(raws: Iterable[Document], mapping: Callable[[Document], Incoming]) -> Mapped:
    """Maps one page. It touches nothing else, so that it can be done ahead in another thread."""
    records: list[Incoming] = []
    unmappable: list[tuple[Document, str]] = []
    for raw in raws:
        try:
            records.append(mapping(raw))
        except Unmappable as reason:
            unmappable.append((raw, str(reason)))
    return Mapped(records=records, unmappable=unmappable)


class Intake:
    """Hands one run's records to the registry, and tells the run what became of them."""

    def __init__(self, run: RunContext, source: str) -> None:
        self._run = run
        self._source = source
        self._began_at = now()
        self._refused_before = set(run.refused_keys())
        #: Those of them that the source has shown again.
        self._met: set[str] = set()
        self._refused_now: set[str] = set()

    def take(self, page: Mapped) -> None:
        """Takes in one page. A record that cannot be, stays behind with its reason."""
        for raw, reason in page.unmappable:
            self._refuse(_key_of_nameless(raw), reason, raw)
        self._run.count(read=len(page.records) + len(page.unmappable))
        if page.records:
            self._take_in(page.records)

    def _take_in(self, records: Sequence[Incoming]) -> None:
        taken = registry.take_in(self._source, records)
        refused = {key for key, _, _ in taken.refused}
        keys = {record.key for record in records}
        self._met |= keys & self._refused_before
        for key, reason, raw in taken.refused:
            self._refuse(key, reason, raw)
        for key in self._refused_before.intersection(keys) - refused:
            self._run.accept(key)
        self._run.count(
            new=taken.new,
            changed=taken.changed,
            unchanged=taken.unchanged,
            deactivated=taken.deactivated,
        )

    def _refuse(self, key: str, reason: str, raw: object) -> None:
        self._refused_now.add(key)
        self._run.refuse(key, reason, raw)

    def remove(self, keys: Sequence[str]) -> None:
        """Carries deletions over."""
        for key in self._refused_before.intersection(keys):
            self._run.accept(key)
        if keys:
            self._run.count(deactivated=registry.remove(self._source, keys))

    def try_refused_again(
        self,
        type_: str,
        these: Callable[[Sequence[str]], list[Document]],
        mapping: Callable[[Document], Incoming],
    ) -> None:
        """Asks again for the records that earlier runs refused and that this one has not met."""
        prefix = f"{type_}/"
        keys = sorted(key for key in self._refused_before - self._met if key.startswith(prefix))
        # A record without an id cannot be asked for: it comes again with the next full pass.
        named = [key for key in keys if not _is_nameless(key)]
        for start in range(0, len(named), 50):
            batch = named[start : start + 50]
            self.take(mapped_page(these([key.removeprefix(prefix) for key in batch]), mapping))
            for gone in set(batch) - self._met:
                self._run.accept(gone)

    def remove_vanished(self, type_: str) -> None:
        """After everything was read: removes what is no longer there, unless that is suspiciously much."""
        known = Origin.objects.filter(source=self._source, key__startswith=f"{type_}/").count()
        # What was refused is still there, as broken as it is.
        vanished = sorted(set(registry.unseen(self._source, self._began_at, type_)) - self._refused_now)
        if len(vanished) <= max(SMALL_LOSS, LARGEST_LOSS * known):
            self.remove(vanished)
        else:
            self._refuse(
                f"{type_}/{NAMELESS}vanished",
                f"{len(vanished):,} of {known:,} records are no longer listed by the source. "
                "They were kept: so many at once are rather a fault than a change.",
                {"vanished": vanished[:100]},
            )
        for key in self._refused_before - self._refused_now:
            if key.startswith(f"{type_}/{NAMELESS}"):
                self._run.accept(key)


def _key_of_nameless(raw: Document) -> str:
    """A key for a record that has none, the same one each time it comes."""
    digest = hashlib.sha256(json.dumps(raw, sort_keys=True, default=str).encode()).hexdigest()
    return f"{text(raw.get('resourceType')) or 'record'}/{NAMELESS}{digest[:16]}"


def _is_nameless(key: str) -> bool:
    return f"/{NAMELESS}" in key


def today(clock: Clock = now) -> date:
    """The day it is in the country."""
    return clock().astimezone(ZoneInfo(workspace().time_zone)).date()


@contextmanager
def telling(connection: Connection) -> Iterator[None]:
    """Keeps with the connection whether it worked, and the reason if it did not."""
    try:
        yield
    except (PartnerError, ConnectorError) as error:
        keep_finding(connection, works=False, words=str(error))
        raise
    keep_finding(connection, works=True, words=connection.last_finding if connection.works else "")
