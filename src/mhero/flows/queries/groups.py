"""Which of the groups that have a query a contact belongs to."""

from __future__ import annotations

from mhero.flows.contact import Contact
from mhero.flows.environment import Environment
from mhero.flows.queries.errors import QueryError
from mhero.flows.queries.query import parse
from mhero.flows.queries.resolver import AssetsResolver


def matches(text: str, contact: Contact, env: Environment) -> bool:
    """Whether a group's query asks for this contact. A group whose query is broken has no members."""
    try:
        query = parse(text, env, AssetsResolver(contact.assets))
    except QueryError:
        return False
    return query.matches(env, contact)
