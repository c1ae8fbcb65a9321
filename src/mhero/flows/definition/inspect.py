"""What a flow refers to, which results it may set, what it waits for, and what looks wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mhero.flows.actions.base import flatten
from mhero.flows.definition.checks import snakify
from mhero.flows.definition.flow import Action, Flow, Node
from mhero.flows.excellent.errors import ExpressionError
from mhero.flows.excellent.patterns import compile_pattern
from mhero.flows.excellent.refactor import context_references
from mhero.flows.texts import TOP_LEVELS

if TYPE_CHECKING:
    from mhero.flows.assets import Assets

Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Reference:
    """One place of a flow that refers to something."""

    node_uuid: str
    #: Nothing where the router refers to it.
    action_uuid: str = ""
    #: The language of the translation that refers to it, or nothing.
    language: str = ""
    kind: str
    #: The id or key.
    identity: str
    #: As an inspection shows it.
    shown: Json

    def place(self) -> Json:
        found: Json = {"node_uuid": self.node_uuid}
        if self.action_uuid:
            found["action_uuid"] = self.action_uuid
        if self.language:
            found["language"] = self.language
        return found


@dataclass(frozen=True, kw_only=True)
class Text:
    """A template of a flow and where it is."""

    node_uuid: str
    action_uuid: str = ""
    language: str = ""
    text: str


def inspect(flow: Flow, assets: Assets | None = None) -> Json:
    """Counts, dependencies, locals, results, issues. Without assets nothing is missing."""
    found = list(references(flow))
    dependencies: dict[tuple[str, str], Json] = {}
    for reference in found:
        shown = dependencies.setdefault((reference.kind, reference.identity), dict(reference.shown))
        if assets is not None and not _is_there(assets, reference):
            shown["missing"] = True
    actions = [action for node in flow.nodes for action in node.actions]
    return {
        "counts": {"languages": len(flow.localization), "nodes": len(flow.nodes)},
        "dependencies": list(dependencies.values()),
        "locals": list(dict.fromkeys(name for action in actions for name in action.locals())),
        "results": _results(flow),
        "parent_refs": list(dict.fromkeys(parent_results(flow))),
        "issues": [*_missing(found, assets), *_legacy_variables(flow), *_broken_patterns(flow)],
    }


# Texts


def texts(flow: Flow) -> Iterator[Text]:
    """Every template, each followed by its translations."""
    for node in flow.nodes:
        yield from _texts_of(flow, node)


def _texts_of(flow: Flow, node: Node) -> Iterator[Text]:
    for action in node.actions:
        for path in action.templates:
            yield from _texts_at(flow, node, action, path)
    if node.router is not None:
        for item_uuid, name, sources in node.router.templates():
            for source in sources:
                yield Text(node_uuid=node.uuid, text=source)
            for language, translated in _translated(flow, item_uuid, name):
                yield Text(node_uuid=node.uuid, language=language, text=translated)


def _texts_at(flow: Flow, node: Node, action: Action, path: str) -> Iterator[Text]:
    for source in flatten(action.data, path):
        yield Text(node_uuid=node.uuid, action_uuid=action.uuid, text=source)
    name = path.partition("[")[0]
    if name in action.localizable:
        for language, translated in _translated(flow, action.uuid, name):
            yield Text(node_uuid=node.uuid, action_uuid=action.uuid, language=language, text=translated)


def _translated(flow: Flow, item_uuid: str, name: str) -> Iterator[tuple[str, str]]:
    if item_uuid:
        for language, items in flow.localization.items():
            for translated in (items.get(item_uuid) or {}).get(name) or []:
                yield language, translated


def localizables(flow: Flow) -> Iterator[tuple[str, str, str]]:
    """Every text that can be translated: the id of its item, the property, the text."""
    for node in flow.nodes:
        for action in node.actions:
            for name in action.localizable:
                value = action.data.get(name)
                for text in value if isinstance(value, list) else [value]:
                    if isinstance(text, str) and text:
                        yield action.uuid, name, text
        if node.router is not None:
            for category in node.router.categories:
                yield category.uuid, "name", category.name
            for item_uuid, name, sources in node.router.templates():
                if item_uuid:
                    yield from ((item_uuid, name, source) for source in sources)


# References


def references(flow: Flow) -> Iterator[Reference]:
    """Node by node what actions and routers name, then what their templates use."""
    for node in flow.nodes:
        for action in node.actions:
            yield from _named(node, action)
        if node.router is not None:
            yield from _groups_tested(node)
        for text in _texts_of(flow, node):
            for kind, key in template_references(text.text):
                yield Reference(
                    node_uuid=text.node_uuid,
                    action_uuid=text.action_uuid,
                    language=text.language,
                    kind=kind,
                    identity=key,
                    shown={"key": key, "name": "", "type": kind},
                )


def template_references(text: str) -> Iterator[tuple[str, str]]:
    """The fields and globals that a template uses: kind and key."""
    if "@" not in text:
        return
    for path in context_references(text, TOP_LEVELS):
        if path[0] in ("parent", "child"):
            path = path[1:]
        if path[:1] == ("contact",):
            path = path[1:]
        if len(path) == 2 and path[0] == "fields":
            yield "field", path[1]
        elif len(path) == 2 and path[0] == "globals":
            yield "global", path[1]


def parent_results(flow: Flow) -> Iterator[str]:
    """The keys of the results of the parent that templates use."""
    for text in texts(flow):
        if "@" in text.text:
            for path in context_references(text.text, TOP_LEVELS):
                if len(path) == 3 and path[:2] == ("parent", "results"):
                    yield path[2]


def _named(node: Node, action: Action) -> Iterator[Reference]:
    for path, kind in action.references:
        value = action.data.get(path.removesuffix("[*]"))
        for item in value if isinstance(value, list) else [value]:
            if not isinstance(item, dict):
                continue
            key = "key" if "key" in item else "uuid"
            if item.get(key):
                shown = {key: item[key], "name": item.get("name") or "", "type": kind}
                yield Reference(
                    node_uuid=node.uuid, action_uuid=action.uuid, kind=kind, identity=item[key], shown=shown
                )


def _groups_tested(node: Node) -> Iterator[Reference]:
    router = node.router
    for case in (router.data.get("cases") or []) if router else []:
        arguments = case.get("arguments") or []
        if case.get("type") == "has_group" and arguments:
            shown = {"uuid": arguments[0], "type": "group"}
            if len(arguments) > 1:
                shown["name"] = arguments[1]
            yield Reference(node_uuid=node.uuid, kind="group", identity=arguments[0], shown=shown)


def _is_there(assets: Assets, reference: Reference) -> bool:
    known: Json = {
        "flow": assets.raw_flows,
        "channel": assets.channels,
        "field": assets.fields,
        "group": assets.groups,
        "label": assets.labels,
        "global": assets.globals,
        "template": assets.templates,
        "topic": assets.topics,
        "user": assets.users,
        **{kind.removesuffix("s"): items for kind, items in assets.others.items()},
    }
    # Contacts are no assets: whether one is there, only its own store knows.
    return reference.kind not in known or reference.identity in known[reference.kind]


# Results and issues


def _results(flow: Flow) -> list[Json]:
    found: dict[str, Json] = {}

    def add(name: str, categories: list[str], node: Node) -> None:
        key = snakify(name)
        result = found.setdefault(key, {"key": key, "name": name, "categories": [], "node_uuids": []})
        result["categories"] += [item for item in categories if item not in result["categories"]]
        if node.uuid not in result["node_uuids"]:
            result["node_uuids"].append(node.uuid)

    for node in flow.nodes:
        for action in node.actions:
            for name, categories in action.results():
                add(name, categories, node)
        if node.router is not None and node.router.result_name:
            add(node.router.result_name, [category.name for category in node.router.categories], node)
    return list(found.values())


def waits(flow: Flow) -> list[Json]:
    """The nodes that wait: their id, for what, and for how long at most."""
    return [
        {
            "node_uuid": node.uuid,
            "type": node.router.wait.type,
            "timeout_seconds": node.router.wait.timeout_seconds,
        }
        for node in flow.nodes
        if node.router is not None and node.router.wait is not None
    ]


def _missing(found: list[Reference], assets: Assets | None) -> list[Json]:
    issues: list[Json] = []
    if assets is None:
        return issues
    for reference in found:
        if _is_there(assets, reference):
            continue
        issue = {
            "type": "missing_dependency",
            **reference.place(),
            "description": f"missing {reference.kind} dependency '{reference.identity}'",
            "dependency": reference.shown,
        }
        if issue not in issues:
            issues.append(issue)
    return issues


def _legacy_variables(flow: Flow) -> Iterator[Json]:
    for node in flow.nodes:
        for action in node.actions:
            variables = action.data.get("legacy_vars") if action.type == "start_session" else None
            if variables:
                yield {
                    "type": "legacy_vars",
                    "node_uuid": node.uuid,
                    "action_uuid": action.uuid,
                    "description": "use of expressions instead of contact query",
                    "vars": variables,
                }


def _broken_patterns(flow: Flow) -> Iterator[Json]:
    for node in flow.nodes:
        for case in (node.router.data.get("cases") or []) if node.router else []:
            if case.get("type") != "has_pattern":
                continue
            patterns = [("", text) for text in case.get("arguments") or []]
            patterns += _translated(flow, case["uuid"], "arguments")
            for language, pattern in patterns:
                if "@" in pattern or _compiles(pattern):
                    continue
                issue: Json = {"type": "invalid_regex", "node_uuid": node.uuid}
                if language:
                    issue["language"] = language
                yield {**issue, "description": f"invalid regex: {pattern}", "regex": pattern}


def _compiles(pattern: str) -> bool:
    try:
        compile_pattern(pattern)
    except ExpressionError:
        return False
    return True
