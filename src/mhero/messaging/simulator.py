"""A flow tried without anybody: through the engine, nothing stored, nothing sent, no other system asked."""

# ruff: noqa: ARG002 - Nobody is asked, so what is asked does not matter.

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from mhero.accounts.queries import workspace
from mhero.flows.assets import Assets, assets_from_json
from mhero.flows.environment import Environment, environment_from_json
from mhero.flows.locations import hierarchy
from mhero.flows.services import NoServices, WebhookRequest, WebhookResponse
from mhero.flows.session import resume, start
from mhero.flows.state import Sprint
from mhero.messaging.models import Contact, Flow
from mhero.messaging.places import tree
from mhero.messaging.queries.flows import assets_json, definition_of, published_definition
from mhero.platform.ids import new_id

Json = dict[str, Any]

#: By what messages leave where there is no SMS channel yet.
CHANNEL = {
    "uuid": "00000000-0000-4000-8000-000000000001",
    "name": "SMS",
    "schemes": ["tel"],
    "roles": ["send", "receive"],
}
#: Our states of a contact as the engine knows them.
STATUSES = {"active": "active", "stopped": "stopped", "left": "archived"}


@dataclass(frozen=True, kw_only=True)
class WebAnswer:
    """What every other system answers in a simulation."""

    status: int = 200
    body: str = "{}"


@dataclass(frozen=True, kw_only=True)
class Simulation:
    """A conversation as it stands after a sprint: give its `state` back to go on."""

    state: Json
    #: What happened in this sprint: the engine's events.
    events: list[Json]
    #: Pairs of node and exit, in the order they were gone.
    ways: list[tuple[str, str]]
    #: Where it waits, or ended.
    node_uuid: str
    #: The definition's id that `node_uuid` belongs to: another flow may have been entered.
    flow_uuid: str
    results: Json = field(default_factory=dict)

    @property
    def is_waiting(self) -> bool:
        return bool(self.state["session"]["status"] == "waiting")


class _Nobody(NoServices):
    """Stands for the world."""

    def __init__(self, answer: WebAnswer) -> None:
        self.answer = answer

    def call_webhook(self, request: WebhookRequest) -> WebhookResponse:
        headers = {"Content-Type": "application/json"}
        return WebhookResponse(status=self.answer.status, headers=headers, body=self.answer.body.encode())

    def send_email(self, to: list[str], subject: str, body: str) -> None:
        return None


def example_contact() -> Json:
    """Somebody who is not there, when nobody is chosen."""
    values = {
        "first_name": "Musu",
        "cadre": "Registered Nurse",
        "facility": "Phebe Hospital",
        "district": "Suakoko",
        "county": "Bong",
    }
    return {
        "uuid": "00000000-0000-4000-8000-000000000002",
        "name": "Musu Kollie",
        "language": "eng",
        "status": "active",
        "urns": ["tel:+231770000000"],
        "created_on": "2026-01-01T00:00:00Z",
        "fields": {key: {"text": text} for key, text in values.items()},
    }


def contact_of(contact: Contact) -> Json:
    """A person as the engine wants one."""
    values = {**contact.fields, **contact.own_fields}
    groups = contact.groups.order_by("name").values_list("id", "name")
    return {
        "uuid": str(contact.id),
        "name": contact.name,
        "language": contact.language,
        "status": STATUSES[contact.status],
        "urns": [f"tel:{contact.number}"] if contact.number else [],
        "created_on": contact.created_at.isoformat(),
        "groups": [{"uuid": str(key), "name": name} for key, name in groups],
        "fields": {key: {"text": str(text)} for key, text in values.items() if text},
    }


class Simulator:
    """Holds conversations over a flow's newest revision, or over a definition that is still being written."""

    def __init__(self, flow: Flow, definition: Json | None = None) -> None:
        self.flow = flow
        self.definition = definition or definition_of(flow)

    def begin(self, contact: Json, *, at: datetime, answer: WebAnswer | None = None) -> Simulation:
        """Starts the flow with the contact. Raises FlowError when it cannot be run."""
        trigger = {
            "type": "manual",
            "flow": {"uuid": str(self.flow.id), "name": self.flow.name},
            "triggered_on": at.isoformat(),
        }
        sprint = start(
            assets=self._assets,
            environment=self._environment(lambda: at),
            contact=contact,
            trigger=trigger,
            services=_Nobody(answer or WebAnswer()),
            uuid=_uuid,
        )
        return _simulation(sprint)

    def say(self, state: Json, text: str, *, at: datetime, answer: WebAnswer | None = None) -> Simulation:
        """The person answers. Raises FlowError."""
        urn = next(iter(state["contact"].get("urns") or []), "").partition("?")[0]
        event = {"type": "msg_received", "msg": {"text": text, "urn": urn}}
        return self._go_on(state, "msg", event, at, answer)

    def be_silent(self, state: Json, *, at: datetime, answer: WebAnswer | None = None) -> Simulation:
        """The person lets the time pass after which the flow goes on without them. Raises FlowError."""
        return self._go_on(state, "wait_timeout", {"type": "wait_timed_out"}, at, answer)

    def _go_on(
        self, state: Json, kind: str, event: Json, at: datetime, answer: WebAnswer | None
    ) -> Simulation:
        moment = at.isoformat()
        sprint = resume(
            assets=self._assets,
            environment=self._environment(lambda: at),
            session=state["session"],
            contact=state["contact"],
            resume={
                "type": kind,
                "resumed_on": moment,
                "event": {**event, "uuid": _uuid(), "created_on": moment},
            },
            services=_Nobody(answer or WebAnswer()),
            uuid=_uuid,
        )
        return _simulation(sprint)

    @property
    def _assets(self) -> Assets:
        found = assets_json(besides=self.flow.id)
        found["flows"] = list(self._definitions().values())
        found["channels"] = found["channels"] or [CHANNEL]
        return assets_from_json(found, uuid=_uuid)

    def _definitions(self) -> dict[str, Json]:
        """This flow and those that it may enter: of these, what people meet."""
        found = {str(self.flow.id): self.definition}
        asked = set(found)
        while missing := {each for one in found.values() for each in _entered(one)} - asked:
            asked |= missing
            for flow in Flow.objects.filter(id__in=missing):
                found[str(flow.id)] = published_definition(flow) or definition_of(flow)
        return found

    def _environment(self, clock: Callable[[], datetime]) -> Environment:
        country = workspace()
        languages = [self.definition.get("language"), *(self.definition.get("localization") or {})]
        roots = tree()
        return environment_from_json(
            {
                "timezone": country.time_zone,
                "default_country": country.country_code,
                "allowed_languages": list(filter(None, languages)),
            },
            locations=hierarchy(roots) if roots else None,
            now=clock,
            random=Random().random,
        )


def _uuid() -> str:
    return str(new_id())


def _entered(definition: Json) -> set[str]:
    return {
        str((action.get("flow") or {}).get("uuid"))
        for node in definition.get("nodes") or []
        for action in node.get("actions") or []
        if action.get("type") == "enter_flow"
    }


def _simulation(sprint: Sprint) -> Simulation:
    runs = sprint.session.get("runs") or []
    last = next((run for run in reversed(runs) if run.get("status") == "waiting"), runs[-1] if runs else {})
    path = last.get("path") or []
    return Simulation(
        state={"session": sprint.session, "contact": sprint.contact},
        events=sprint.events,
        ways=[(way["node_uuid"], way["exit_uuid"]) for way in sprint.segments],
        node_uuid=path[-1]["node_uuid"] if path else "",
        flow_uuid=(last.get("flow") or {}).get("uuid") or "",
        results=last.get("results") or {},
    )
