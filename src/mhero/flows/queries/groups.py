"""Which of the groups that have a query a contact belongs to."""

from __future__ import annotations

from mhero.flows.contact import Contact
from mhero.flows.environment import Environment
from mhero.flows.queries.errors import QueryError
from mhero.flows.queries.query import Query, parse
from mhero.flows.queries.resolver import AssetsResolver
from mhero.flows.references import References


def matches(text: str, contact: Contact, env: Environment) -> bool:
    """Whether a group's query asks for this contact. A group whose query is broken has no members."""
    query = _query(text, contact.assets, env)
    return query is not None and query.matches(env, contact)


def _query(text: str, assets: References, env: Environment) -> Query | None:
    """The query, read once for all the times that contacts change; None for a broken one."""
    key = (text, env.redaction_policy, env.default_country, env.date_format)
    if key in assets._queries:
        return assets._queries[key]  # type: ignore[no-any-return]
    try:
        query = parse(text, env, AssetsResolver(assets))
    except QueryError:
        query = None
    assets._queries[key] = query
    return query
