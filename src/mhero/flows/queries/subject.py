"""A contact of the engine, as queries ask about it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from mhero.flows.contact import Contact, typed_value
from mhero.flows.environment import Environment
from mhero.flows.obfuscation import contact_reference
from mhero.flows.queries.evaluate import Value
from mhero.flows.queries.tree import Kind


class ContactSubject:
    """Answers from a contact's JSON and the types of the fields among its assets."""

    def __init__(self, contact: Contact, env: Environment) -> None:
        self.contact = contact
        self.env = env

    def query_values(self, kind: Kind, key: str) -> Sequence[Value]:
        if kind == "scheme":
            return [urn.path for urn in self.contact.urns if urn.scheme == key]
        if kind == "field":
            return self._field(key)
        return [value for value in self._attribute(key) if value not in (None, "")]

    def _attribute(self, key: str) -> Sequence[Value]:
        contact = self.contact
        if key == "urn":
            return [urn.path for urn in contact.urns]
        if key == "group":
            return _names(contact.data.get("groups"))
        if key in ("flow", "history"):
            return _names([contact.data.get("flow")] if key == "flow" else contact.data.get("history"))
        if key == "tickets":
            return [Decimal(sum(ticket.get("status") != "closed" for ticket in contact.tickets))]
        if key in ("created_on", "last_seen_on"):
            moment = contact.created_on if key == "created_on" else contact.last_seen_on
            return [moment] if moment else []
        if key == "status":
            return [contact.status]
        if key == "ref":
            return [contact.data.get("ref") or contact_reference(contact, self.env)]
        return [str(contact.data.get(key) or "")]

    def _field(self, key: str) -> Sequence[Value]:
        field = self.contact.assets.fields.get(key)
        value = typed_value(field, self.contact.field_value(key)) if field else None
        if isinstance(value, (Decimal, datetime)):
            return [value]
        if not isinstance(value, str) or not value:
            return []
        if field is not None and field.type in ("state", "district", "ward"):
            # A place is asked for by its name; its whole path will do too.
            return [value.rsplit(">", 1)[-1].strip(), value]
        return [value]


def _names(items: object) -> list[Value]:
    if not isinstance(items, list):
        return []
    return [str(item["name"]) for item in items if isinstance(item, dict) and item.get("name")]
