"""What all actions have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from mhero.flows.definition.checks import Checks
from mhero.flows.definition.flow import TYPES

if TYPE_CHECKING:
    from mhero.flows.assets import Group
    from mhero.flows.run import Run

Json = dict[str, Any]


class Action:
    """One thing that a node does. A class each; its fields are those of the JSON."""

    __slots__ = ("data", "uuid")

    type: ClassVar[str]
    #: The types of flows that may have it.
    flow_types: ClassVar[tuple[str, ...]] = TYPES
    #: Where its templates are: `text`, `attachments[*]`, `headers.*`, `groups[*].name_match`; in order.
    templates: ClassVar[tuple[str, ...]] = ()
    #: The properties that can be translated.
    localizable: ClassVar[tuple[str, ...]] = ()
    #: The properties that refer to something: name and kind of it.
    references: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init__(self, data: Json) -> None:
        self.data = data
        self.uuid: str = data["uuid"]

    @classmethod
    def check(cls, checks: Checks) -> None:
        """Notes what is wrong with the JSON beside its id and type."""

    def execute(self, run: Run) -> None:
        """Does it. What goes wrong is an event; the flow goes on."""
        raise NotImplementedError

    def results(self) -> list[tuple[str, list[str]]]:
        """The results that it may set: name and categories."""
        return []

    def locals(self) -> list[str]:
        """The locals that it may set."""
        return []


def flatten(data: Json, path: str) -> list[str]:
    """The texts at a path of `templates`."""
    found: list[Any] = [data]
    for step in path.replace("[*]", ".*").split("."):
        deeper: list[Any] = []
        for item in found:
            if step == "*":
                values = item if isinstance(item, list) else [item[key] for key in sorted(item)]
                deeper += values
            elif isinstance(item, dict) and item.get(step) is not None:
                deeper.append(item[step])
        found = deeper
    return [item for item in found if isinstance(item, str)]


def resolve_groups(run: Run, references: list[Json], *, static: str = "") -> list[Group]:
    """The groups that are there. `static` is what one with a query is refused for."""
    session = run.session
    found: list[Group] = []
    for reference in references:
        if reference.get("name_match"):
            name, fine = run.text(reference["name_match"])
            group = session.assets.group_named(name) if fine else None
            if group is None:
                if fine:
                    session.error(f"No such group with name '{name}'", "group:missing", {"name": name})
                continue
        else:
            group = session.assets.groups.get(reference["uuid"])
            if group is None:
                session.missing("group", reference)
                continue
        if static and group.query:
            session.error(f"Can't {static} the query based group '{group.name}'")
            continue
        found.append(group)
    return found
