"""What nodes do: one class for each type of action."""

from __future__ import annotations

from typing import Any

from mhero.flows.actions import contacts, elsewhere, flows, messages, results, webhooks
from mhero.flows.definition.checks import Checks
from mhero.flows.definition.flow import Action
from mhero.flows.errors import InvalidDefinition

Json = dict[str, Any]

ACTIONS: dict[str, type[Action]] = {
    action.type: action
    for module in (contacts, elsewhere, flows, messages, results, webhooks)
    for action in module.ACTIONS
}


def read_action(data: Json, flow_type: str) -> Action:
    """Validates and compiles an action. Raises InvalidDefinition."""
    kind = data.get("type")
    known = ACTIONS.get(str(kind))
    if known is None:
        raise InvalidDefinition(f"unknown action type '{kind}'")
    checks = Checks(data)
    checks.uuid("uuid")
    known.check(checks)
    checks.done()
    if flow_type not in known.flow_types:
        raise InvalidDefinition(f"action type '{kind}' is not allowed in a flow of type '{flow_type}'")
    return known(data)
