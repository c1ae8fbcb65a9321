"""Contacts as queries look for them: their rows made of what is known of them, and kept."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from mhero.flows import times
from mhero.flows.contact import Contact
from mhero.flows.queries import name_tokens
from mhero.flows.queries.subject import ContactSubject
from mhero.messaging.searching.conditions import CREATED_ON, microseconds
from mhero.messaging.searching.known import Known

Json = dict[str, Any]
#: Our states of a contact as the engine knows them.
STATUSES = {"active": "active", "stopped": "stopped", "left": "archived"}

# Locked as conversations lock them, so that two who change a contact's lists wait for each other.
LOCK = """
SELECT id FROM messaging_contact WHERE id = ANY(%(contacts)s) ORDER BY id FOR NO KEY UPDATE
"""
READ = """
SELECT c.id, coalesce(c.number, ''), c.name, c.language, c.status, c.fields::text, c.own_fields::text,
    c.created_at, c.last_message_at, c.place_ids,
    (SELECT array_agg(m.group_id) FROM messaging_group_contacts m WHERE m.contact_id = c.id)
FROM messaging_contact c WHERE c.id = ANY(%(contacts)s)
"""
KEEP = """
INSERT INTO messaging_searched AS s
    (contact_id, number, name, words, status, language, texts, numbers, moments, place_ids)
SELECT t.id, t.number, t.name, t.words, t.status, t.language, t.texts, t.numbers, t.moments, c.place_ids
FROM unnest(%(ids)s::uuid[], %(numbers_to_text)s::text[], %(names)s::text[], %(words)s::text[],
    %(statuses)s::text[], %(languages)s::text[], %(texts)s::jsonb[], %(numbers)s::jsonb[],
    %(moments)s::jsonb[])
    AS t(id, number, name, words, status, language, texts, numbers, moments)
JOIN messaging_contact c ON c.id = t.id
ON CONFLICT (contact_id) DO UPDATE SET
    number = excluded.number, name = excluded.name, words = excluded.words, status = excluded.status,
    language = excluded.language, texts = excluded.texts, numbers = excluded.numbers,
    moments = excluded.moments, place_ids = excluded.place_ids
WHERE (s.number, s.name, s.words, s.status, s.language, s.texts, s.numbers, s.moments, s.place_ids)
    IS DISTINCT FROM (excluded.number, excluded.name, excluded.words, excluded.status, excluded.language,
                      excluded.texts, excluded.numbers, excluded.moments, excluded.place_ids)
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """A contact as its row has it."""

    id: UUID
    number: str
    name: str
    language: str
    status: str
    #: The registry's facts, and those that conversations and officers set, which come before them.
    fields: Mapping[str, str]
    own_fields: Mapping[str, str]
    created_at: datetime
    last_message_at: datetime | None
    group_ids: frozenset[UUID] = frozenset()

    @classmethod
    def read(cls, row: tuple[Any, ...]) -> "Stored":
        """Of a row of `READ`."""
        key, number, name, language, status, fields, own, created_at, seen_at, _places, groups = row
        return cls(
            id=key,
            number=number,
            name=name,
            language=language,
            status=status,
            fields=json.loads(fields),
            own_fields=json.loads(own),
            created_at=created_at,
            last_message_at=seen_at,
            group_ids=frozenset(groups or ()),
        )

    def for_engine(self, known: Known) -> Contact:
        """The engine's contact."""
        groups = known.references.groups
        values = {
            key: value
            for key, text in {**self.fields, **self.own_fields}.items()
            if text and (field := known.field(key)) and (value := known.value(field, str(text)))
        }
        data: Json = {
            "uuid": str(self.id),
            "name": self.name,
            "language": self.language,
            "status": STATUSES[self.status],
            "created_on": times.written(self.created_at),
            "fields": values,
            "groups": [groups[key].reference for one in self.group_ids if (key := str(one)) in groups],
        }
        if self.number:
            data["urns"] = [f"tel:{self.number}"]
        if self.last_message_at:
            data["last_seen_on"] = times.written(self.last_message_at)
        return Contact(data, known.references)


def columns(contacts: Iterable[tuple[Stored, Contact]], known: Known) -> dict[str, list[Any]]:
    """The parameters of `KEEP`: exactly what the engine's evaluation sees of each contact."""
    found: dict[str, list[Any]] = {name: [] for name in _COLUMNS}
    for stored, contact in contacts:
        subject = ContactSubject(contact, known.environment)
        texts: dict[str, list[str]] = {}
        numbers: dict[str, int | float] = {}
        moments = {CREATED_ON: microseconds(stored.created_at)}
        for key in contact.data["fields"]:
            for value in subject.query_values("field", key):
                if isinstance(value, str):
                    texts.setdefault(key, []).append(value.casefold())
                elif isinstance(value, Decimal):
                    is_whole = value == value.to_integral_value()
                    numbers[key] = int(value) if is_whole else float(value)
                else:
                    moments[key] = microseconds(value)
        addresses = [str(value) for value in subject.query_values("scheme", "tel")]
        row = (
            stored.id,
            addresses[0].casefold() if addresses else "",
            stored.name.casefold(),
            "".join(f" {word}" for word in name_tokens(stored.name)),
            contact.status,
            stored.language.casefold(),
            json.dumps(texts),
            json.dumps(numbers),
            json.dumps(moments),
        )
        for name, item in zip(_COLUMNS, row, strict=True):
            found[name].append(item)
    return found


_COLUMNS = (
    "ids", "numbers_to_text", "names", "words", "statuses", "languages", "texts", "numbers", "moments",
)  # fmt: skip
