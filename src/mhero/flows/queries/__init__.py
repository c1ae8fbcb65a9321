"""Contact queries: parsed, checked, asked of a contact; their tree can be turned into something else."""

from mhero.flows.queries.checks import number
from mhero.flows.queries.errors import QueryError
from mhero.flows.queries.evaluate import Subject, day_of
from mhero.flows.queries.names import name_tokens
from mhero.flows.queries.query import Inspection, Query, parse
from mhero.flows.queries.resolver import AssetsResolver, Resolver
from mhero.flows.queries.tree import Combination, Condition, Node

__all__ = [
    "AssetsResolver",
    "Combination",
    "Condition",
    "Inspection",
    "Node",
    "Query",
    "QueryError",
    "Resolver",
    "Subject",
    "day_of",
    "name_tokens",
    "number",
    "parse",
]
