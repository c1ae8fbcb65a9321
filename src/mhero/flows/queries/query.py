"""A contact query: parsed and checked, asked of a contact, and what it asks about."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import tzinfo

from mhero.flows.contact import Contact
from mhero.flows.environment import Environment
from mhero.flows.queries.checks import resolve
from mhero.flows.queries.evaluate import Predicate, Subject, predicate
from mhero.flows.queries.parser import read
from mhero.flows.queries.resolver import Resolver
from mhero.flows.queries.subject import ContactSubject
from mhero.flows.queries.tree import Node, conditions
from mhero.flows.references import Group

#: What only the database knows, or what would go in circles: a group with a query cannot ask for it.
NOT_IN_GROUPS = frozenset({"id", "ref", "group", "flow", "history"})


@dataclass(frozen=True, kw_only=True)
class Inspection:
    """What a query asks about; each sorted."""

    attributes: tuple[str, ...]
    schemes: tuple[str, ...]
    #: Each with `key` and `name`.
    fields: tuple[dict[str, str], ...]
    #: Each with `uuid` and `name`, or only `name_match` where it was not looked up.
    groups: tuple[dict[str, str], ...]
    #: Whether a group can have this query.
    allow_as_group: bool


@dataclass(frozen=True, kw_only=True)
class Query:
    """A query that was found to be right."""

    root: Node
    resolver: Resolver | None = None
    #: What tells who is asked for, by what it depends on of an environment.
    _predicates: dict[tuple[str, tzinfo], Predicate] = field(default_factory=dict, compare=False, repr=False)

    def __str__(self) -> str:
        return str(self.root)

    def matches(self, env: Environment, contact: Contact | Subject) -> bool:
        """Whether the query asks for this contact."""
        known = self._predicates.get((env.date_format, env.timezone))
        if known is None:
            known = self._predicates[env.date_format, env.timezone] = predicate(self.root, env)
        return known(ContactSubject(contact, env) if isinstance(contact, Contact) else contact)

    def inspect(self) -> Inspection:
        """What the query asks about."""
        found = list(conditions(self.root))
        attributes = {c.key for c in found if c.kind == "attribute"}
        groups = {
            item.value for item in found if (item.kind, item.key) == ("attribute", "group") and item.value
        }
        return Inspection(
            attributes=tuple(sorted(attributes)),
            schemes=tuple(sorted({c.key for c in found if c.kind == "scheme"})),
            fields=tuple(self._field(key) for key in sorted({c.key for c in found if c.kind == "field"})),
            groups=tuple(self._group(name) for name in sorted(groups)),
            allow_as_group=not attributes & NOT_IN_GROUPS,
        )

    def _field(self, key: str) -> dict[str, str]:
        found = self.resolver.field(key) if self.resolver else None
        return found.reference if found else {"key": key, "name": ""}

    def _group(self, name: str) -> dict[str, str]:
        group: Group | None = self.resolver.group(name) if self.resolver else None
        return group.reference if group else {"name_match": name}


def parse(text: str, env: Environment, resolver: Resolver | None = None) -> Query:
    """The query that a text is. Raises a QueryError, whose code and extra say what is wrong.

    Without a resolver, what is neither an attribute nor a scheme is taken for a field of any type, and groups
    and flows are not looked up.
    """
    tree = read(text, env.redaction_policy == "urns", env.default_country)
    return Query(root=resolve(tree, env, resolver), resolver=resolver)
