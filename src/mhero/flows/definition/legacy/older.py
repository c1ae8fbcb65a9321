"""Definitions before 11.12 in the shape of 11.12: unwrapped, with types and ids where there were none."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

from mhero.flows.definition.legacy.texts import plain

Json = dict[str, Any]

#: How a voice question was answered, before rule sets had types.
_RESPONSE_TYPES = {"M": "wait_digit", "K": "wait_digits", "R": "wait_recording"}
_DAYS_FROM = re.compile(r"@([\w.]+)\|time_delta:['\"]?(-?\d+)['\"]?")
_FILTER = re.compile(r"@([\w.]+)\|(\w+)")
_FUNCTIONS = {
    "upper_case": "UPPER",
    "lower_case": "LOWER",
    "title_case": "PROPER",
    "capitalize": "PROPER",
    "first_word": "FIRST_WORD",
    "remove_first_word": "REMOVE_FIRST_WORD",
    "read_digits": "READ_DIGITS",
}


def bring_to_11_12(flow: Json, uuid: Callable[[], str]) -> Json:
    """A copy of a legacy flow of any version in the shape that 11.12 had."""
    flow = copy.deepcopy(flow)
    inner = flow.pop("definition", None)
    if isinstance(inner, dict):
        flow = {**flow, **inner}
        outer = flow.get("metadata") if isinstance(flow.get("metadata"), dict) else {}
        flow["metadata"] = {"name": flow.get("name"), "expires": flow.get("expires"), **(outer or {})}
    for item in _objects(flow.get("action_sets")):
        if not item.get("exit_uuid"):
            item["exit_uuid"] = uuid()
        item["actions"] = [_action(action, uuid) for action in _objects(item.get("actions"))]
    for item in _objects(flow.get("rule_sets")):
        _ruleset(item)
    return _without_filters(flow) if _has_filters(flow) else flow


def _objects(value: object) -> list[Json]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _action(action: Json, uuid: Callable[[], str]) -> Json:
    if not action.get("uuid"):
        action["uuid"] = uuid()
    if "group" in action and "groups" not in action:
        action["groups"] = [action.pop("group")]
    if action.get("type") in ("flow", "trigger-flow") and not isinstance(action.get("flow"), dict):
        known = action.get("flow_uuid") or uuid()
        action["flow"] = {"uuid": known, "name": plain(action.get("name"))}
    return action


def _ruleset(item: Json) -> None:
    config = item.get("config")
    if not isinstance(config, dict):
        config = item["config"] = {}
    if item.get("webhook") and "webhook" not in config:
        config.update(webhook=item["webhook"], webhook_action=item.get("webhook_action") or "GET")
    if item.get("ruleset_type"):
        return
    operand = plain(item.get("operand")).strip()
    if item.get("webhook"):
        item["ruleset_type"] = "webhook"
    elif operand in ("", "@step", "@step.value"):
        item["ruleset_type"] = _RESPONSE_TYPES.get(plain(item.get("response_type")), "wait_message")
    else:
        item["ruleset_type"] = "expression"


def _has_filters(value: object) -> bool:
    if isinstance(value, str):
        return "|" in value and _FILTER.search(value) is not None
    if isinstance(value, list):
        return any(_has_filters(item) for item in value)
    if isinstance(value, dict):
        return any(_has_filters(item) for item in value.values())
    return False


def _without_filters(value: Any) -> Any:
    """`@contact|upper_case`, the way before version 7, as a call of a function."""
    if isinstance(value, str):
        text = _DAYS_FROM.sub(lambda found: f"@({found[1]} + {found[2]})", value)
        return _FILTER.sub(_call, text)
    if isinstance(value, list):
        return [_without_filters(item) for item in value]
    if isinstance(value, dict):
        return {key: _without_filters(item) for key, item in value.items()}
    return value


def _call(found: re.Match[str]) -> str:
    function = _FUNCTIONS.get(found[2])
    return f"@({function}({found[1]}))" if function else found[0]
