"""The working state of a session during one sprint, and its JSON between sprints."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from mhero.flows import times
from mhero.flows.contact import Contact
from mhero.flows.definition.checks import snakify
from mhero.flows.definition.flow import Flow, Library
from mhero.flows.environment import Environment
from mhero.flows.errors import InvalidSession
from mhero.flows.ids import Ids
from mhero.flows.run import Run
from mhero.flows.services import USUAL_LIMITS, Limits, NoServices, Services

Json = dict[str, Any]

#: The version of the session's JSON; a newer one is refused.
FORMAT = 1
WAITING, COMPLETED, FAILED, ACTIVE = "waiting", "completed", "failed", "active"


@dataclass(frozen=True, kw_only=True)
class Sprint:
    """What came of one start or resume."""

    session: Json
    contact: Json
    events: list[Json]
    #: The ways taken between nodes.
    segments: list[Json]
    #: The runs as objects, for whoever wants to evaluate more in them.
    runs: list[Run] = field(repr=False)


class Session:
    """The working state of one sprint."""

    def __init__(
        self,
        *,
        assets: Library,
        environment: Environment,
        contact: Json,
        trigger: Json,
        services: Services | None,
        limits: Limits | None,
        uuid: Callable[[], str] | None,
    ) -> None:
        self.assets = assets
        self.environment = environment
        self.contact = Contact(contact, assets)
        self.trigger = trigger
        self.services: Services = services or NoServices()
        self.limits = limits or USUAL_LIMITS
        self.now: Callable[[], datetime] = environment.now
        self.uuid = uuid or Ids(environment.now, environment.random)
        self.runs: list[Run] = []
        self.events: list[Json] = []
        self.segments: list[Json] = []
        self.input: Json | None = None
        self.current_resume: Json | None = None
        self.status = ACTIVE
        self.sprints = 0
        self.id = ""
        self.created_on = ""
        self.type = ""
        self.call: Json | None = None
        #: What an action asked to enter next: the flow, and whether the present ones end with that.
        self.pushed: tuple[Flow, bool] | None = None
        self._trigger_is_taken = False

    # What a sprint writes

    def log(self, kind: str, **details: object) -> str:
        """Writes an event, and answers its moment for whatever changed with it."""
        moment = times.written(self.now())
        self.events.append({"uuid": self.uuid(), "type": kind, "created_on": moment, **details})
        return moment

    def error(self, text: str, code: str = "", extra: Json | None = None) -> None:
        """Writes an event that something could not be done; the flow goes on."""
        details: Json = {"text": text}
        if code:
            details["code"] = code
        if extra:
            details["extra"] = extra
        self.log("error", **details)

    def missing(self, kind: str, reference: Json) -> None:
        """Writes that something the flow refers to is not there."""
        key = "key" if "key" in reference else "slug" if "slug" in reference else "uuid"
        described = ",".join(f"{name}={reference[name]}" for name in (key, "name") if name in reference)
        identity = str(reference.get(key))
        self.error(
            f"Missing dependency: {kind}[{described}]",
            "dependency:missing",
            {"identity": identity, "type": kind},
        )

    def changed(self) -> None:
        """Something that expressions see is different now."""
        for run in self.runs:
            run.changed()

    @property
    def contact_environment(self) -> Environment:
        """The environment with what the contact has of its own."""
        return self.contact.environment(self.environment)

    @property
    def is_batch(self) -> bool:
        return bool(self.trigger.get("batch"))

    @property
    def history(self) -> Json:
        """What a session started from this one is told about where it comes from."""
        known = self.trigger.get("history") or {}
        ancestors = int(known.get("ancestors") or 0) + 1
        since = 0 if self.input else int(known.get("ancestors_since_input") or 0) + 1
        return {"parent_uuid": self.id, "ancestors": ancestors, "ancestors_since_input": since}

    def legacy_extra(self, run: Run) -> Json:
        """What `@extra` once was: the trigger's parameters, then the extras of results as they came."""
        extra: Json = dict(self.trigger.get("params") or {})
        for result in run.results.values():
            found = result.get("extra")
            if found is None:
                continue
            if isinstance(found, dict):
                extra.update(found)
            extra[snakify(str(result.get("name")))] = json.dumps(found, ensure_ascii=False)
        return extra

    # Input

    def take_message(self, event: Json) -> None:
        """Makes a received message the session's input, with the channel's name as it is now."""
        message = event.get("msg") or {}
        found: Json = {"type": "msg", "uuid": event.get("uuid")}
        channel = self.assets.channels.get((message.get("channel") or {}).get("uuid", ""))
        if channel is not None:
            found["channel"] = channel.reference
        for name in ("urn", "text", "attachments", "external_id", "payload"):
            if message.get(name):
                found[name] = message[name]
        found.setdefault("text", "")
        found["created_on"] = event.get("created_on")
        self.input = found
        if event.get("created_on"):
            self.contact.set("last_seen_on", event["created_on"])
        self.changed()

    def takes_trigger_as_input(self) -> bool:
        """Whether the message that started the session answers its first wait. True only once."""
        first = len(self.runs) == 1 and len(self.runs[0].path) == 1
        if self.sprints != 1 or self.trigger.get("type") != "msg" or not first or self._trigger_is_taken:
            return False
        self._trigger_is_taken = True
        return self.input is not None

    # JSON

    def to_json(self) -> Json:
        data: Json = {
            "format": FORMAT,
            "uuid": self.id,
            "type": self.type,
            "status": self.status,
            "contact_uuid": self.contact.uuid,
            "created_on": self.created_on,
            "sprints": self.sprints,
            "trigger": self.trigger,
            "runs": [run.to_json() for run in self.runs],
        }
        if self.input:
            data["input"] = self.input
        if self.call:
            data["call_uuid"] = self.call.get("uuid")
        return data

    def sprint(self) -> Sprint:
        return Sprint(
            session=self.to_json(),
            contact=self.contact.data,
            events=self.events,
            segments=self.segments,
            runs=self.runs,
        )

    def read(self, data: Json) -> None:
        """Takes over where a session was left. Raises InvalidSession."""
        try:
            if data.get("format", FORMAT) > FORMAT:
                raise InvalidSession("the session was written by a newer version")
            self.id, self.type, self.status = data["uuid"], data["type"], data["status"]
            self.created_on, self.sprints = data["created_on"], int(data["sprints"])
            self.input = data.get("input")
            if data.get("call_uuid"):
                self.call = {"uuid": data["call_uuid"]}
            by_uuid: dict[str, Run] = {}
            for item in data["runs"]:
                flow = None
                flow_uuid = item["flow"]["uuid"]
                if self.assets.has_flow(flow_uuid):
                    flow = self.assets.flow(flow_uuid)
                elif not item.get("exited_on"):
                    raise InvalidSession(f"no such flow with UUID '{flow_uuid}'")
                run = Run(self, flow, by_uuid.get(item.get("parent_uuid", "")), item)
                if run.path:
                    run.path = list(run.path)
                    run.node = run.flow.by_uuid.get(run.path[-1]["node_uuid"])
                by_uuid[run.uuid] = run
                self.runs.append(run)
        except (KeyError, TypeError, AttributeError, ValueError) as exc:
            raise InvalidSession(f"the session has an unexpected shape ({exc})") from exc
