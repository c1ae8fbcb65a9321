"""A text as each of its readers gets it.

The usual variables, `@contact.first_name` and its like, are put in by `template`, which is fast. A text that
asks for more, `@(upper(contact.name))` or `@fields.age`, is evaluated as flows evaluate theirs.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, cast
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from mhero.flows.contact import Contact
from mhero.flows.context import CONTACT, display, fields_object, urns_object
from mhero.flows.environment import Environment
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.functions import FUNCTIONS
from mhero.flows.excellent.lazy import OnDemand
from mhero.flows.excellent.parser import parse
from mhero.flows.excellent.refactor import context_references
from mhero.flows.excellent.scanner import Kind, scan
from mhero.flows.excellent.template import compile_template
from mhero.flows.excellent.tree import Call, Lambda, Name, Node, children
from mhero.flows.excellent.values import XObject
from mhero.flows.references import References
from mhero.flows.state import Session
from mhero.messaging.searching.contacts import READ, Stored
from mhero.messaging.searching.known import Known, known
from mhero.messaging.template import VARIABLES, compiled, unknown_variables

#: What a text can begin an expression with, and what only flows have.
ROOTS = frozenset({"contact", "fields", "urns", "globals"})
OF_FLOWS = frozenset(
    {"results", "run", "input", "child", "parent", "ticket", "trigger", "webhook", "node", "resume", "locals"}
)
_BEGUN = re.compile(r"(?<!@)@\(.*")


class Reader(Protocol):
    """Somebody who gets a text."""

    @property
    def id(self) -> UUID: ...
    @property
    def name(self) -> str: ...
    @property
    def fields(self) -> Mapping[str, str]: ...


@dataclass(frozen=True, kw_only=True, slots=True)
class _Speaking:
    """As much of a session as the objects of expressions look at."""

    assets: References
    environment: Environment


def _of_registry(key: str) -> Callable[[Contact, object], object]:
    return lambda contact, _session: (contact.field_value(key) or {}).get("text")


#: What every contact has in an expression: RapidPro's properties, and ours.
PROPERTIES = CONTACT | {key: _of_registry(key) for key in VARIABLES if key != "name"}


def needs_engine(text: str) -> bool:
    """Whether the text says more than the usual variables do."""
    return bool(unknown_variables(text))


def evaluated(text: str, contact: Contact, world: Known) -> str:
    """The text for one contact; an expression that fails adds nothing."""
    speaking = cast(Session, _Speaking(assets=world.references, environment=world.environment))
    person = OnDemand(PROPERTIES, (contact, speaking), default=display(contact, redact=False))
    context: dict[str, object] = {
        "contact": person,
        "fields": fields_object(contact),
        "urns": urns_object(contact, speaking),
        "globals": XObject({key: item["value"] for key, item in world.references.globals.items()}),
    }
    return compile_template(text, top_levels=ROOTS).evaluate(contact.environment(world.environment), context)[
        0
    ]


def texts_for(text: str, readers: Sequence[Reader]) -> list[str]:
    """The text as each of the readers gets it."""
    if not needs_engine(text):
        template = compiled(text)
        return [template.render({"name": reader.name, **reader.fields}) for reader in readers]
    world = known()
    with connection.cursor() as cursor:
        cursor.execute(READ, {"contacts": [reader.id for reader in readers]})
        stored = {row[0]: Stored.read(row) for row in cursor.fetchall()}
    return [
        evaluated(text, stored[reader.id].for_engine(world), world) if reader.id in stored else ""
        for reader in readers
    ]


def problem_of(text: str) -> str:
    """What of a text can never be filled in, and why, in words; nothing when all can."""
    if not needs_engine(text):
        return ""
    world = known()
    return next((problem for problem in _problems(text, world)), "")


def _problems(text: str, world: Known) -> list[str]:
    found = []
    for kind, written in scan(text, ROOTS | OF_FLOWS, unescape=False):
        if kind is Kind.BODY:
            # What was begun and not ended is no expression.
            found += [_badly(begun[:40]) for begun in _BEGUN.findall(written)]
            continue
        shown = f"@{written}" if kind is Kind.IDENTIFIER else f"@({written})"
        try:
            tree = parse(written)
        except ExpressionError:
            found.append(_badly(shown))
            continue
        problem = _problem(tree, frozenset(), world)
        if problem:
            found.append(problem % {"written": shown})
    for path in context_references(text, ROOTS):
        found += _unknown(path, world)
    return found


def _badly(written: str) -> str:
    return _("%(written)s is not written correctly.") % {"written": written}


def _problem(node: Node, own: frozenset[str], world: Known) -> str:
    """`own`: the names that a function in the expression gives to its arguments."""
    if isinstance(node, Lambda):
        own |= frozenset(node.params)
    if isinstance(node, Call) and isinstance(node.function, Name):
        name = node.function.name
        if name not in FUNCTIONS and name not in own:
            return _("%(written)s: there is no function “%(name)s”.").replace("%(name)s", name)
    elif isinstance(node, Name) and node.name not in ROOTS | own and node.name not in FUNCTIONS:
        if node.name in OF_FLOWS:
            return _("%(written)s can only be used in questions.")
        return _("%(written)s cannot be filled in. You can use: %(known)s.").replace(
            "%(known)s", ", ".join(f"@contact.{name}" for name in VARIABLES)
        )
    return next((found for child in children(node) if (found := _problem(child, own, world))), "")


def _unknown(path: tuple[str, ...], world: Known) -> list[str]:
    written = "@" + ".".join(path)
    if path[:2] == ("contact", "fields"):
        path = path[1:]
    if len(path) != 2:
        return []
    names: dict[str, Mapping[str, object]] = {
        "contact": PROPERTIES,
        "fields": world.references.fields,
        "globals": world.references.globals,
    }
    if path[1] in names.get(path[0], {path[1]: None}):
        return []
    if path[0] == "contact":
        usable = ", ".join(f"@contact.{name}" for name in VARIABLES)
        return [
            _("%(unknown)s cannot be filled in. You can use: %(known)s.")
            % {"unknown": written, "known": usable}
        ]
    if path[0] == "fields":
        return [_("%(unknown)s cannot be filled in: there is no such detail.") % {"unknown": written}]
    return [_("%(unknown)s cannot be filled in: there is no such shared value.") % {"unknown": written}]
