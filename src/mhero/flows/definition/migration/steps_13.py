"""The steps from 13.0 to 13.6.1."""

# ruff: noqa: ARG001 - All steps take the same.

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mhero.flows.definition.migration.walking import (
    actions,
    localization,
    rewrite_templates,
    routers,
    translations,
)
from mhero.flows.excellent.refactor import map_nodes, path_of, refactor_template, rename_reference
from mhero.flows.excellent.tree import Dot, Index, Literal, Node
from mhero.flows.texts import TOP_LEVELS

Json = dict[str, Any]
_THREE_LETTERS = re.compile(r"[a-z]{3}\Z")
_LONGEST_RESULT_NAME = 64
_LONGEST_CATEGORY = 36


def to_13_1_0(flow: Json, uuid: Callable[[], str]) -> None:
    """Templating gets an id, so that it can be translated."""
    for action in actions(flow, "send_msg"):
        templating = action.get("templating")
        if isinstance(templating, dict):
            templating["uuid"] = uuid()


def to_13_2_0(flow: Json, uuid: Callable[[], str]) -> None:
    """A flow without a real language is in "und", which nothing is translated into."""
    if not _THREE_LETTERS.match(str(flow.get("language") or "")):
        flow["language"] = "und"
        localization(flow).pop("und", None)


def to_13_3_0(flow: Json, uuid: Callable[[], str]) -> None:
    """What was `@webhook` is now `@webhook.json`."""
    rewrite_templates(flow, lambda text: rename_reference(text, TOP_LEVELS, "webhook", "webhook.json"))


def to_13_4_0(flow: Json, uuid: Callable[[], str]) -> None:
    """The variables of a template belong to its body, a component of its own."""
    for action in actions(flow, "send_msg"):
        templating = action.get("templating")
        if not isinstance(templating, dict):
            continue
        old, new = templating.pop("uuid", None), uuid()
        templating["components"] = [
            {"uuid": new, "name": "body", "params": templating.pop("variables", None) or []}
        ]
        for language in translations(flow):
            properties = language.pop(old, None) if old in language else None
            if isinstance(properties, dict) and "variables" in properties:
                language[new] = {"params": properties["variables"]}


def to_13_5_0(flow: Json, uuid: Callable[[], str]) -> None:
    """A template and its variables, of all components in order, belong to the action itself."""
    for action in actions(flow, "send_msg"):
        templating = action.pop("templating", None)
        if not isinstance(templating, dict):
            continue
        components = [part for part in templating.get("components") or [] if isinstance(part, dict)]
        action["template"] = templating.get("template")
        action["template_variables"] = [value for part in components for value in part.get("params") or []]
        for language in translations(flow):
            found = [language.pop(str(part.get("uuid")), None) for part in components]
            if any(found):
                pairs = zip(found, components, strict=True)
                variables = [
                    value
                    for own, part in pairs
                    for value in (own or {}).get("params") or part.get("params") or []
                ]
                language.setdefault(str(action.get("uuid")), {})["template_variables"] = variables


def to_13_6_0(flow: Json, uuid: Callable[[], str]) -> None:
    """Result names have at most 64 characters, categories 36."""
    for action in actions(flow):
        if action.get("type") == "set_run_result":
            _shorten(action, "name", _LONGEST_RESULT_NAME)
            _shorten(action, "category", _LONGEST_CATEGORY)
        else:
            _shorten(action, "result_name", _LONGEST_RESULT_NAME)
    for router in routers(flow):
        _shorten(router, "result_name", _LONGEST_RESULT_NAME)
        for category in router.get("categories") or []:
            if isinstance(category, dict):
                _shorten(category, "name", _LONGEST_CATEGORY)


def _shorten(container: Json, name: str, longest: int) -> None:
    value = container.get(name)
    if isinstance(value, str) and len(value) > longest:
        container[name] = value[:longest].strip()


def to_13_6_1(flow: Json, uuid: Callable[[], str]) -> None:
    """Result names were shortened, so the expressions that look them up are too."""
    rewrite_templates(flow, _with_short_results)


def _with_short_results(text: str) -> str:
    return refactor_template(text, TOP_LEVELS, _changed) if "results" in text.lower() else text


def _changed(tree: Node) -> Node | None:
    changed = map_nodes(tree, _shortened)
    return None if changed == tree else changed


def _shortened(node: Node) -> Node:
    """A look-up in the results by no more of the name than results have."""
    path = path_of(node)
    if path is None or len(path) < 2 or path[-2] != "results" or path[:-2] not in ((), ("run",)):
        return node
    if isinstance(node, Dot):
        return Dot(node.container, node.key[:_LONGEST_RESULT_NAME])
    if isinstance(node, Index):
        return Index(node.container, Literal(path[-1][:_LONGEST_RESULT_NAME]))
    return node
