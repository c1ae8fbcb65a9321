"""Actions that start flows: in this session, or for others in sessions of their own."""

from __future__ import annotations

import re
from typing import Any

from mhero.flows import urns
from mhero.flows.actions.base import resolve_groups
from mhero.flows.definition.checks import Checks, is_uuid
from mhero.flows.definition.flow import BACKGROUND, Action
from mhero.flows.errors import InvalidDefinition
from mhero.flows.run import Run, RunFailed

Json = dict[str, Any]

#: Sessions that start sessions without any answer in between stop here.
MOST_ANCESTORS_SINCE_INPUT = 5
_LETTERS = re.compile(r"[A-Za-z]")


class EnterFlow(Action):
    """Enters another flow, and comes back after it unless it is `terminal`."""

    type = "enter_flow"
    references = (("flow", "flow"),)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.reference("flow")

    def execute(self, run: Run) -> None:
        session, reference = run.session, self.data["flow"]
        if not session.assets.has_flow(reference["uuid"]):
            raise RunFailed(f"Unable to find flow '{reference.get('name') or reference['uuid']}'")
        try:
            flow = session.assets.flow(reference["uuid"])
        except InvalidDefinition:
            raise RunFailed(f"Unable to load flow '{reference.get('name') or reference['uuid']}'") from None
        if flow.type not in (session.type, BACKGROUND):
            raise RunFailed(f"Can't enter flow[uuid={flow.uuid},name={flow.name}] of type {flow.type} "
                              f"from type {session.type}")  # fmt: skip
        session.pushed = (flow, bool(self.data.get("terminal")))


class Recipients:
    """Whom a broadcast or a start is for, from the definition's words."""

    def __init__(self, run: Run, data: Json) -> None:
        self.run = run
        self.groups: list[Json] = []
        self.contacts: list[Json] = [
            {"uuid": contact["uuid"], "name": contact.get("name") or ""}
            for contact in data.get("contacts") or []
        ]
        self.urns: list[str] = []
        self.query = ""
        self._add_urns(data.get("urns") or [])
        self.groups = [group.reference for group in resolve_groups(run, data.get("groups") or [])]
        if data.get("contact_query"):
            self.query, _ = run.text(data["contact_query"], escape=_quoted)
            self.query = self.query.strip()
        for variable in data.get("legacy_vars") or []:
            self._resolve(variable)

    def _add_urns(self, texts: list[str]) -> None:
        self.urns += [text for text in texts if text not in self.urns]

    def _resolve(self, variable: str) -> None:
        """A person's words for a recipient: a contact's id, a group's name, an address or number."""
        text, _ = self.run.text(variable)
        text = text.strip()
        session = self.run.session
        if is_uuid(text):
            self.contacts.append({"uuid": text, "name": ""})
            return
        group = session.assets.group_named(text) if text else None
        if group is not None:
            self.groups.append(group.reference)
            return
        parsed = urns.parse(text)
        if parsed is not None and urns.is_valid(parsed):
            self._add_urns([parsed.identity])
            return
        number = (
            "" if _LETTERS.search(text) else urns.normalize_number(text, self.run.environment.default_country)
        )
        if number.startswith("+"):
            self._add_urns([f"tel:{number}"])
            return
        session.error(f"'{text}' couldn't be resolved to a contact, group or URN")

    def __bool__(self) -> bool:
        return bool(self.groups or self.contacts or self.urns or self.query)

    @property
    def is_many(self) -> bool:
        """Whether it names sets of contacts, which a start of many must not do for each."""
        return bool(self.groups or self.query)

    def details(self) -> Json:
        """Only what there is."""
        found: Json = {
            "groups": self.groups, "contacts": self.contacts, "contact_query": self.query, "urns": self.urns
        }  # fmt: skip
        return {name: value for name, value in found.items() if value}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class StartSession(Action):
    """Starts a flow for others."""

    type = "start_session"
    templates = ("groups[*].name_match", "contact_query", "legacy_vars[*]")
    references = (("groups[*]", "group"), ("contacts[*]", "contact"), ("flow", "flow"))

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.reference("flow")
        checks.references("groups")
        checks.references("contacts")
        checks.texts("urns")
        checks.texts("legacy_vars")
        checks.text("contact_query")

    def execute(self, run: Run) -> None:
        session, reference = run.session, self.data["flow"]
        recipients = Recipients(run, self.data)
        flow = session.assets.raw_flows.get(reference["uuid"])
        if flow is None:
            session.missing("flow", reference)
            return
        creates = bool(self.data.get("create_contact"))
        if not recipients and not creates:
            return
        if session.is_batch and recipients.is_many:
            session.error("Can't start new sessions for groups or queries during batch starts")
            return
        history = session.history
        if history["ancestors_since_input"] >= MOST_ANCESTORS_SINCE_INPUT:
            session.error("Too many sessions have been spawned since the last time input was received")
            return
        details: Json = {
            "flow": {"uuid": reference["uuid"], "name": flow.get("name") or reference.get("name", "")}
        }
        details.update(recipients.details())
        details["exclusions"] = self.data.get("exclusions") or {}
        if creates:
            details["create_contact"] = True
        details.update(run_summary=summary(run), history=history)
        session.log("session_triggered", **details)


def summary(run: Run) -> Json:
    """What a flow that this one starts is told about it."""
    return {
        "uuid": run.uuid,
        "flow": run.flow_reference,
        "contact": dict(run.session.contact.data),
        "status": run.status,
        "results": run.results,
    }


ACTIONS: tuple[type[Action], ...] = (EnterFlow, StartSession)
