"""Old rule sets, each to a node with a router."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from mhero.flows.definition.checks import mapping, snakify
from mhero.flows.definition.legacy.actions import URN_SCHEMES
from mhero.flows.definition.legacy.tests import migrate_test
from mhero.flows.definition.legacy.texts import Translations, number, plain
from mhero.flows.excellent.migrate import migrate_template
from mhero.flows.payload import WEBHOOK_BODY

Json = dict[str, Any]

_WAITS: dict[str, Json | None] = {
    "wait_message": None,
    "wait_audio": {"type": "audio"},
    "wait_video": {"type": "video"},
    "wait_photo": {"type": "image"},
    "wait_gps": {"type": "location"},
    "wait_recording": {"type": "audio"},
    "wait_digit": {"type": "digits", "count": 1},
    "wait_digits": {"type": "digits", "terminated_by": "#"},
    "wait_ussd": None,
    "wait_menu": None,
}
_CONTACT_FIELD = re.compile(r"@\(?\s*contact\.(\w+)\s*\)?\Z", re.IGNORECASE)
_FLOW_FIELD = re.compile(r"@\(?\s*flow\.(\w+)\s*\)?\Z", re.IGNORECASE)
#: Fields of a contact that were never custom ones.
_PROPERTIES = {"name": "Name", "language": "Language", "uuid": "UUID", "id": "ID"}


class _Node:
    """The parts of a node as they come about."""

    def __init__(self) -> None:
        self.categories: list[Json] = []
        self.cases: list[Json] = []
        self.exits: list[Json] = []
        self.default = ""
        self.timeout: Json | None = None
        self.case_looks: Json = {}


def migrate_ruleset(
    item: Json, known: set[Any], translations: Translations, uuid: Callable[[], str]
) -> tuple[Json, Json]:
    """The node, and how the editor shows it (type and config)."""
    kind = plain(item.get("ruleset_type")) or "wait_message"
    label = plain(item.get("label"))
    config = mapping(item.get("config"))
    parts = _rules(item, kind, known, translations, uuid)
    node: Json = {"uuid": item.get("uuid")}
    router: Json = {"type": "switch"}
    look: Json = {}
    if kind in _WAITS:
        router["wait"] = _wait(kind, parts.timeout)
        _switch(router, parts, label, _wait_operand(item, kind))
        look["type"] = "wait_for_response"
    elif kind == "random":
        router = {"type": "random", "result_name": label, "categories": parts.categories}
        look["type"] = "split_by_random"
    elif kind in _ACTIONS:
        node["actions"] = [_ACTIONS[kind](config, label, uuid)]
        _split_on_action(router, parts, kind, label)
        look["type"] = f"split_by_{kind}"
    else:
        operand, look = _expression(item, kind, config)
        _switch(router, parts, label, operand)
    if not router.get("result_name"):
        router.pop("result_name", None)
    if parts.case_looks:
        look.setdefault("config", {})["cases"] = parts.case_looks
    node.update(router=router, exits=parts.exits)
    return node, look


def _switch(router: Json, parts: _Node, label: str, operand: str) -> None:
    router.update(
        result_name=label,
        categories=parts.categories,
        operand=operand,
        cases=parts.cases,
        default_category_uuid=parts.default,
    )


def _rules(
    item: Json, kind: str, known: set[Any], translations: Translations, uuid: Callable[[], str]
) -> _Node:
    rules = [rule for rule in item.get("rules") or [] if isinstance(rule, dict)]
    parts = _Node()
    by_name: dict[tuple[str, bool], Json] = {}
    categories: list[Json] = []
    for rule in rules:
        test = _test(rule)
        name = translations.base(rule.get("category"))
        # A rule that takes all the rest, or silence, never shares the category of another.
        alone = test.get("type") in ("true", "timeout")
        category = None if alone else by_name.get((name, False))
        if category is None:
            category = {"uuid": uuid(), "name": name, "exit_uuid": rule.get("uuid") or uuid()}
            translations.add(category["uuid"], "name", rule.get("category"), str)
            parts.categories.append(category)
            parts.exits.append(_exit(category["exit_uuid"], rule, known))
            if not alone:
                by_name[name, False] = category
        categories.append(category)
    if kind == "random":
        return parts
    for rule, category in zip(rules, categories, strict=True):
        test = _test(rule)
        if test.get("type") == "true":
            parts.default = category["uuid"]
        elif test.get("type") == "timeout":
            seconds = int(number(test.get("minutes")) * 60)
            parts.timeout = {"seconds": seconds, "category_uuid": category["uuid"]}
        elif kind == "airtime" and test.get("exit_status") != "success":
            uuid()  # It would have been a case of its own.
            parts.default = category["uuid"]
        else:
            case, look = migrate_test(test, uuid(), category["uuid"], translations)
            parts.cases.append(case)
            if look:
                parts.case_looks[case["uuid"]] = look
    return parts


def _test(rule: Json) -> Json:
    test = rule.get("test")
    return test if isinstance(test, dict) else {"type": "true"}


def _exit(uuid: str, rule: Json, known: set[Any]) -> Json:
    exit_: Json = {"uuid": uuid}
    if rule.get("destination") and rule["destination"] in known:
        exit_["destination_uuid"] = rule["destination"]
    return exit_


def _wait(kind: str, timeout: Json | None) -> Json:
    wait: Json = {"type": "msg"}
    if timeout:
        wait["timeout"] = timeout
    if _WAITS[kind]:
        wait["hint"] = _WAITS[kind]
    return wait


def _wait_operand(item: Json, kind: str) -> str:
    if kind in ("wait_digit", "wait_digits"):
        return "@input.text"
    operand = plain(item.get("operand"))
    return migrate_template(operand) if operand else "@input"


def _split_on_action(router: Json, parts: _Node, kind: str, label: str) -> None:
    if kind == "subflow":
        _switch(router, parts, label, "@child.status")
        return
    key = snakify(label)
    operand = f"@results.{key}" if kind == "airtime" else f"@results.{key}.category"
    default = parts.default or (parts.categories[-1]["uuid"] if parts.categories else "")
    router.update(
        categories=parts.categories, operand=operand, cases=parts.cases, default_category_uuid=default
    )


def _expression(item: Json, kind: str, config: Json) -> tuple[str, Json]:
    operand = plain(item.get("operand"))
    if kind == "group":
        return "@contact.groups", {"type": "split_by_groups"}
    if kind == "form_field":
        index, delimiter = int(number(config.get("field_index"))), plain(config.get("field_delimiter")) or " "
        inner = migrate_template(operand)
        inner = inner[2:-1] if inner.startswith("@(") else inner[1:]
        key = _key(_FLOW_FIELD, operand)
        look: Json = {"type": "split_by_run_result_delimited"}
        if key:
            look["config"] = {"operand": {"id": key}, "index": index, "delimiter": delimiter}
        return f'@(field({inner}, {index}, "{delimiter}"))', look
    if kind == "flow_field":
        key = _key(_FLOW_FIELD, operand)
        look = {"type": "split_by_run_result" if key else "split_by_expression"}
        if key:
            look["config"] = {"operand": {"id": key}}
        return migrate_template(operand), look
    if kind == "contact_field":
        return _contact_field(operand)
    return migrate_template(operand, default_to_self=True), {"type": "split_by_expression"}


def _contact_field(operand: str) -> tuple[str, Json]:
    key = _key(_CONTACT_FIELD, operand)
    migrated = migrate_template(operand)
    if key is None or key == "groups":
        return migrated, {"type": "split_by_expression"}
    if key in URN_SCHEMES:
        operand = f'@(default(urn_parts(urns.{key}).path, ""))'
        return operand, {
            "type": "split_by_contact_field",
            "config": {"operand": {"id": key, "type": "scheme"}},
        }
    if key in _PROPERTIES:
        described = {"id": key, "name": _PROPERTIES[key], "type": "property"}
        return migrated, {"type": "split_by_contact_field", "config": {"operand": described}}
    return migrated, {"type": "split_by_contact_field", "config": {"operand": {"id": key, "type": "field"}}}


def _key(pattern: re.Pattern[str], operand: str) -> str | None:
    found = pattern.match(operand.strip())
    return found[1].lower() if found else None


def _webhook(config: Json, label: str, uuid: Callable[[], str]) -> Json:
    method = plain(config.get("webhook_action")) or "GET"
    headers = {
        plain(header.get("name")): migrate_template(plain(header.get("value")))
        for header in config.get("webhook_headers") or []
        if isinstance(header, dict) and header.get("name")
    }
    action: Json = {"type": "call_webhook", "uuid": uuid(), "method": method}
    action["url"] = migrate_template(plain(config.get("webhook")), url_encode=True)
    if method == "POST":
        headers.setdefault("Content-Type", "application/json")
        action["body"] = WEBHOOK_BODY
    if headers:
        action["headers"] = headers
    action["result_name"] = label
    return action


def _resthook(config: Json, label: str, uuid: Callable[[], str]) -> Json:
    slug = plain(config.get("resthook"))
    return {"type": "call_resthook", "uuid": uuid(), "resthook": slug, "result_name": label}


def _subflow(config: Json, _label: str, uuid: Callable[[], str]) -> Json:
    flow = mapping(config.get("flow"))
    reference = {"uuid": plain(flow.get("uuid")), "name": plain(flow.get("name"))}
    return {"type": "enter_flow", "uuid": uuid(), "flow": reference}


def _airtime(config: Json, label: str, uuid: Callable[[], str]) -> Json:
    amounts: Json = {}
    for country in config.values():
        if isinstance(country, dict) and country.get("currency_code"):
            amount = number(country.get("amount"))
            amounts[plain(country["currency_code"])] = int(amount) if amount.is_integer() else amount
    return {"type": "transfer_airtime", "uuid": uuid(), "amounts": amounts, "result_name": label}


_ACTIONS: dict[str, Callable[[Json, str, Callable[[], str]], Json]] = {
    "webhook": _webhook,
    "resthook": _resthook,
    "subflow": _subflow,
    "airtime": _airtime,
}
