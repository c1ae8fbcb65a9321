"""What several actions do alike: find their texts, and the groups that they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mhero.flows.references import Group
    from mhero.flows.run import Run

Json = dict[str, Any]


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
