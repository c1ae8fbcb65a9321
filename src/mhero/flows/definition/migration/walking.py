"""Ways through the parts of a raw definition, forgiving of anything that is not of the expected shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

Json = dict[str, Any]

#: Where the templates of an action or a router are, over all versions since 13.0.
TEMPLATES: dict[str, tuple[str, ...]] = {
    "add_contact_groups": ("groups[*].name_match",),
    "add_contact_urn": ("path",),
    "add_input_labels": ("labels[*].name_match",),
    "call_classifier": ("input",),
    "call_llm": ("instructions", "input"),
    "call_webhook": ("url", "headers.*", "body"),
    "open_ticket": ("body", "note", "assignee.email"),
    "play_audio": ("audio_url",),
    "remove_contact_groups": ("groups[*].name_match",),
    "say_msg": ("text",),
    "send_broadcast": (
        "text", "attachments[*]", "quick_replies[*]", "contact_query", "groups[*].name_match",
        "legacy_vars[*]",
        "template_variables[*]",
    ),
    "send_email": ("addresses[*]", "subject", "body"),
    "send_msg": (
        "text", "attachments[*]", "quick_replies[*]", "template_variables[*]", "templating.variables[*]",
        "templating.components[*].params[*]",
    ),
    "set_contact_field": ("value",),
    "set_contact_language": ("language",),
    "set_contact_name": ("name",),
    "set_contact_timezone": ("timezone",),
    "set_run_local": ("value",),
    "set_run_result": ("value",),
    "start_session": ("contact_query", "groups[*].name_match", "legacy_vars[*]"),
    "switch": ("operand", "cases[*].arguments[*]", "wait.phone"),
    "random": ("wait.phone",),
}  # fmt: skip


def objects(value: object) -> Iterator[Json]:
    """The objects in a list; nothing when it is no list."""
    if isinstance(value, list):
        for item in value:
            if isinstance(item, dict):
                yield item


def nodes(flow: Json) -> Iterator[Json]:
    return objects(flow.get("nodes"))


def actions(flow: Json, *types: str) -> Iterator[Json]:
    for node in nodes(flow):
        for action in objects(node.get("actions")):
            if not types or action.get("type") in types:
                yield action


def router(node: Json) -> Json | None:
    value = node.get("router")
    return value if isinstance(value, dict) else None


def routers(flow: Json) -> Iterator[Json]:
    for node in nodes(flow):
        found = router(node)
        if found is not None:
            yield found


def localization(flow: Json) -> Json:
    value = flow.get("localization")
    return value if isinstance(value, dict) else {}


def translations(flow: Json) -> Iterator[Json]:
    """Each language's object of item ids."""
    for value in localization(flow).values():
        if isinstance(value, dict):
            yield value


def rewrite_templates(flow: Json, change: Callable[[str], str]) -> None:
    """Changes every template of a flow, translated ones too."""
    localizable: set[tuple[str, str]] = set()
    for item in [*actions(flow), *routers(flow)]:
        for path in TEMPLATES.get(str(item.get("type")), ()):
            _rewrite(item, _steps(path), change, localizable)
    for language in translations(flow):
        for item_uuid, properties in language.items():
            if isinstance(properties, dict):
                for name in properties:
                    if (item_uuid, name) in localizable:
                        _rewrite(properties, [name, "*"], change, set())


def _steps(path: str) -> list[str]:
    return path.replace("[*]", ".*").split(".")


def _rewrite(
    container: object, steps: list[str], change: Callable[[str], str], found: set[tuple[str, str]]
) -> None:
    head, rest = steps[0], steps[1:]
    keys: list[Any]
    if isinstance(container, list):
        keys = list(range(len(container))) if head == "*" else []
    elif isinstance(container, dict):
        keys = list(container) if head == "*" else [head] if head in container else []
        if head != "*" and container.get("uuid"):
            found.add((str(container["uuid"]), head))
    else:
        return
    for key in keys:
        value = container[key]
        if rest:
            _rewrite(value, rest, change, found)
        elif isinstance(value, str):
            container[key] = change(value)
