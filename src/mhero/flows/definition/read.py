"""Reads a definition into a flow that can run; what is wrong is said with the node and the field."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mhero.flows.actions import read_action
from mhero.flows.definition.checks import Checks, a_list, an_object, is_uuid, within
from mhero.flows.definition.flow import TYPES, Exit, Flow, Node
from mhero.flows.definition.migration import migrate
from mhero.flows.errors import InvalidDefinition, UnsupportedVersion
from mhero.flows.languages import is_language
from mhero.flows.routers import read_router

Json = dict[str, Any]

MOST_NODES = 1000
MOST_ACTIONS = 100
MOST_EXITS = 100
LONGEST_NAME = 64
LONGEST_PROPERTY = 32
MOST_TRANSLATIONS = 100


def read_flow(definition: Json, *, uuid: Callable[[], str] | None = None, base_media_url: str = "") -> Flow:
    """Migrates, validates and compiles a definition of any version from 11 on.

    `uuid` makes the ids that a migration may need. Raises InvalidDefinition.
    """
    try:
        current = migrate(definition, uuid=uuid or _no_uuid, base_media_url=base_media_url)
    except (AttributeError, TypeError, KeyError, ValueError, RecursionError) as exc:
        # A definition may be any JSON; a migration that stumbles over its shape says that it has none.
        raise InvalidDefinition(f"the definition has an unexpected shape ({exc})") from exc
    return read_current(current)


def _no_uuid() -> str:
    raise UnsupportedVersion("this definition needs new ids, and no way of making them was given")


def read_current(data: Json) -> Flow:
    """Validates and compiles a definition of the present version."""
    checks = Checks(data)
    checks.uuid("uuid")
    checks.required("name")
    checks.text("name", longest=LONGEST_NAME)
    checks.one_of("type", TYPES, "flow type")
    if not is_language(data.get("language")):
        checks.fail("field 'language' is not a valid language")
    checks.done()
    localization = _localization(data.get("localization"))
    raw_nodes = a_list(data.get("nodes"), "field 'nodes'", most=MOST_NODES)
    nodes = tuple(_node(raw, data["type"]) for raw in raw_nodes)
    _check_whole(nodes)
    return Flow(
        uuid=data["uuid"],
        name=data["name"],
        type=data["type"],
        language=data["language"],
        revision=_whole(data, "revision"),
        expire_after_minutes=_whole(data, "expire_after_minutes"),
        localization=localization,
        nodes=nodes,
        definition=data,
    )


def _whole(data: Json, name: str) -> int:
    value = data.get(name) or 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise InvalidDefinition(f"field '{name}' must be a whole number")
    return value


def _node(raw: object, flow_type: str) -> Node:
    data = an_object(raw, "node")
    with within(f"invalid node[uuid={data.get('uuid')}]"):
        checks = Checks(data)
        checks.uuid("uuid")
        checks.done()
        raw_actions = a_list(data.get("actions"), "field 'actions'", most=MOST_ACTIONS)
        actions = []
        for item in raw_actions:
            action_data = an_object(item, "action")
            with within(f"invalid action[uuid={action_data.get('uuid')},type={action_data.get('type')}]"):
                actions.append(read_action(action_data, flow_type))
        exits = tuple(_exit(item) for item in a_list(data.get("exits"), "field 'exits'", most=MOST_EXITS))
        if not exits:
            raise InvalidDefinition("field 'exits' must have a minimum of 1 items")
        router = None
        if data.get("router") is not None:
            with within("invalid router"):
                router = read_router(an_object(data["router"], "router"), exits, flow_type)
        return Node(uuid=data["uuid"], actions=tuple(actions), router=router, exits=exits)


def _exit(raw: object) -> Exit:
    data = an_object(raw, "exit")
    checks = Checks(data)
    checks.uuid("uuid")
    destination = data.get("destination_uuid")
    if destination not in (None, "") and not is_uuid(destination):
        checks.fail("field 'destination_uuid' must be a valid UUID")
    checks.done()
    return Exit(data["uuid"], destination or "")


def _check_whole(nodes: tuple[Node, ...]) -> None:
    """Ids are used once, and every exit leads somewhere."""
    seen: set[str] = set()

    def once(uuid: str, what: str) -> None:
        if uuid in seen:
            raise InvalidDefinition(f"{what} UUID {uuid} isn't unique")
        seen.add(uuid)

    for node in nodes:
        once(node.uuid, "node")
    known = set(seen)
    for node in nodes:
        with within(f"invalid node[uuid={node.uuid}]"):
            for action in node.actions:
                once(action.uuid, "action")
            for exit_ in node.exits:
                once(exit_.uuid, "exit")
                if exit_.destination_uuid and exit_.destination_uuid not in known:
                    raise InvalidDefinition(
                        f"destination {exit_.destination_uuid} of exit[uuid={exit_.uuid}] isn't a known node"
                    )


def _localization(raw: object) -> dict[str, dict[str, dict[str, list[str]]]]:
    if raw is None:
        return {}
    for language, items in an_object(raw, "field 'localization'").items():
        if not is_language(language):
            raise InvalidDefinition(f"'{language}' is not a valid language of a translation")
        with within(f"invalid translation[language={language}]"):
            for item_uuid, properties in an_object(items, "translation").items():
                if not is_uuid(item_uuid):
                    raise InvalidDefinition(f"'{item_uuid}' is not a valid item UUID")
                _check_translated(item_uuid, properties)
    return raw  # type: ignore[return-value]


def _check_translated(item_uuid: str, properties: object) -> None:
    for name, texts in an_object(properties, f"translation of {item_uuid}").items():
        if name.startswith("_"):
            continue
        if len(name) > LONGEST_PROPERTY:
            raise InvalidDefinition(f"'{name}' is not a valid property of {item_uuid}")
        if not isinstance(texts, list) or not all(isinstance(text, str) for text in texts):
            raise InvalidDefinition(f"translation of {name} of {item_uuid} must be a list of texts")
        if len(texts) > MOST_TRANSLATIONS:
            raise InvalidDefinition(f"translation of {name} of {item_uuid} must have a maximum of 100 items")
