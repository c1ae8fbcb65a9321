"""The steps from 14.0 to 14.4.2."""

# ruff: noqa: ARG001 - All steps take the same.

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mhero.flows.definition.checks import snakify
from mhero.flows.definition.migration.walking import (
    actions,
    localization,
    nodes,
    objects,
    router,
    routers,
    translations,
)
from mhero.flows.languages import is_language

Json = dict[str, Any]
_LONGEST_EXPIRY_MINUTES = {"messaging": 20160, "voice": 15}
_WEBHOOK_ACTIONS = ("call_webhook", "call_resthook")
#: Their several arguments always meant the words of one text.
_TEXT_TESTS = ("has_text", "has_only_text", "has_phrase", "has_only_phrase", "has_any_word", "has_all_words",
               "has_beginning")  # fmt: skip
_MOST_QUICK_REPLIES = 10


def to_14_0_0(flow: Json, uuid: Callable[[], str]) -> None:
    """An expiry is within what its type of flow allows, and every category has a name."""
    minutes = flow.get("expire_after_minutes")
    longest = _LONGEST_EXPIRY_MINUTES.get(str(flow.get("type")))
    if longest and isinstance(minutes, int) and minutes > longest:
        flow["expire_after_minutes"] = longest
    for found in routers(flow):
        for category in objects(found.get("categories")):
            if category.get("name") == "":
                category["name"] = "Match"


def to_14_1_0(flow: Json, uuid: Callable[[], str]) -> None:
    """A split on a webhook's result splits on its status; a message has at most ten quick replies."""
    for action in actions(flow, "send_msg", "send_broadcast"):
        replies = action.get("quick_replies")
        if isinstance(replies, list) and len(replies) > _MOST_QUICK_REPLIES:
            del replies[_MOST_QUICK_REPLIES:]
    for node in nodes(flow):
        found, called = router(node), _last_action(node, _WEBHOOK_ACTIONS)
        if found is None or called is None or not called.get("result_name"):
            continue
        key = snakify(str(called["result_name"]))
        if found.get("operand") in (f"@results.{key}", f"@results.{key}.category"):
            _split_on_status(found)


def to_14_2_0(flow: Json, uuid: Callable[[], str]) -> None:
    """A ticket's body is its note; only real languages are translated into."""
    for action in actions(flow, "open_ticket"):
        if "body" in action:
            action["note"] = action.pop("body")
    languages = localization(flow)
    for code in [code for code in languages if not is_language(code)]:
        del languages[code]


def to_14_3_0(flow: Json, uuid: Callable[[], str]) -> None:
    """Airtime and tickets leave what they made in a local, which their splits look at."""
    for node in nodes(flow):
        found, action = router(node), _last_action(node, ("open_ticket", "transfer_airtime"))
        if found is None or action is None or not action.get("result_name"):
            continue
        name = str(action["result_name"])
        if found.get("operand") not in (f"@results.{snakify(name)}", f"@results.{snakify(name)}.category"):
            continue
        del action["result_name"]
        local = "_new_ticket" if action.get("type") == "open_ticket" else "_new_transfer"
        found.update(operand=f"@locals.{local}", result_name=name)
        for case in list(objects(found.get("cases")))[:1]:
            case.update(type="has_text", arguments=[])


def to_14_3_1(flow: Json, uuid: Callable[[], str]) -> None:
    """A test of text has one argument."""
    for found in routers(flow):
        for case in objects(found.get("cases")):
            if case.get("type") in _TEXT_TESTS:
                _join_arguments(case)
                for language in translations(flow):
                    properties = language.get(str(case.get("uuid")))
                    if isinstance(properties, dict):
                        _join_arguments(properties)


def _join_arguments(container: Json) -> None:
    values = container.get("arguments")
    if isinstance(values, list) and len(values) > 1 and all(isinstance(value, str) for value in values):
        container["arguments"] = [" ".join(values)]


def to_14_4_0(flow: Json, uuid: Callable[[], str]) -> None:
    """A message goes to one address of a contact."""
    for action in actions(flow, "send_msg"):
        action.pop("all_urns", None)


def to_14_4_1(flow: Json, uuid: Callable[[], str]) -> None:
    """Every split by webhook asks the same: was its status between 200 and 299?"""
    for node in nodes(flow):
        found, action = router(node), _last_action(node, _WEBHOOK_ACTIONS)
        if found is None or action is None or not _is_webhook_split(found):
            continue
        before = [str(case.get("uuid")) for case in objects(found.get("cases"))]
        if _is_status_test(found):
            continue
        _split_on_status(found)
        for language in translations(flow):
            for case_uuid in before:
                language.pop(case_uuid, None)


def to_14_4_2(flow: Json, uuid: Callable[[], str]) -> None:
    """A webhook that was never called has the status 0."""
    for node in nodes(flow):
        found = router(node)
        if found and _last_action(node, _WEBHOOK_ACTIONS) and found.get("operand") == "@webhook.status":
            found["operand"] = "@(default(webhook.status, 0))"


def _last_action(node: Json, types: tuple[str, ...]) -> Json | None:
    found = [action for action in objects(node.get("actions")) if action.get("type") in types]
    return found[-1] if found else None


def _is_webhook_split(found: Json) -> bool:
    operand = str(found.get("operand") or "").lower()
    return found.get("type") == "switch" and operand.startswith("@webhook") and not found.get("wait")


def _is_status_test(found: Json) -> bool:
    cases = list(objects(found.get("cases")))
    return (
        found.get("operand") == "@webhook.status"
        and len(cases) == 1
        and cases[0].get("type") == "has_number_between"
        and cases[0].get("arguments") == ["200", "299"]
    )


def _split_on_status(found: Json) -> None:
    found["operand"] = "@webhook.status"
    cases = list(objects(found.get("cases")))[:1]
    for case in cases:
        case.update(type="has_number_between", arguments=["200", "299"])
    found["cases"] = cases
