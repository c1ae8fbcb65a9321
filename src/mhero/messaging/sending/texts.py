"""The words of a send for each of its recipients: in their language, and with what is known of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import psycopg

from mhero.messaging.database import in_thread
from mhero.messaging.personal import evaluated, needs_engine
from mhero.messaging.searching.contacts import READ, Stored
from mhero.messaging.searching.known import known
from mhero.messaging.template import compiled


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressed:
    """A recipient, as far as the words depend on them."""

    contact_id: UUID
    name: str
    #: ISO 639-3.
    language: str
    fields: Mapping[str, str]


async def texts_of(
    connection: psycopg.AsyncConnection,
    text: str,
    translations: Mapping[str, str],
    recipients: Sequence[Addressed],
) -> dict[UUID, str]:
    """The text for each of them; who speaks none of the languages gets `text` itself."""
    chosen = {one.contact_id: translations.get(one.language) or text for one in recipients}
    written = set(chosen.values())
    templates = {words: compiled(words) for words in written if not needs_engine(words)}
    found = {
        one.contact_id: templates[chosen[one.contact_id]].render({"name": one.name, **one.fields})
        for one in recipients
        if chosen[one.contact_id] in templates
    }
    others = [key for key in chosen if key not in found]
    if others:
        world = await in_thread(known)
        rows = await (await connection.execute(READ, {"contacts": others})).fetchall()
        for stored in map(Stored.read, rows):
            found[stored.id] = evaluated(chosen[stored.id], stored.for_engine(world), world)
    return found
