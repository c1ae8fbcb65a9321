"""One run of a flow within a session: its path, its results, and the evaluation of its texts."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mhero.flows import times
from mhero.flows.context import Context
from mhero.flows.definition.checks import snakify
from mhero.flows.definition.flow import MESSAGING, Flow, Node
from mhero.flows.environment import Environment
from mhero.flows.excellent.template import Problem
from mhero.flows.texts import ellipsis, template

if TYPE_CHECKING:
    from mhero.flows.state import Session

Json = dict[str, Any]

ACTIVE, WAITING, COMPLETED, EXPIRED, FAILED, INTERRUPTED = (
    "active", "waiting", "completed", "expired", "failed", "interrupted",
)  # fmt: skip


#: A longer answer of a webhook is there for the sprint alone.
LONGEST_KEPT_JSON = 10_000


class RunFailed(Exception):
    """The run cannot go on; the message says why."""


class Run:
    """A run; `session` is the one it belongs to, `parent` the run that entered it."""

    __slots__ = (
        "_context", "_languages", "created_on", "exited_on", "flow", "flow_reference", "had_input", "locals",
        "modified_on", "node", "parent", "path", "results", "session", "status", "uuid", "webhook",
    )  # fmt: skip

    def __init__(
        self, session: Session, flow: Flow | None, parent: Run | None, data: Json | None = None
    ) -> None:
        now = "" if data else times.written(session.now())
        data = data or {"uuid": session.uuid(), "created_on": now, "modified_on": now}
        self.session = session
        #: None for a run that has ended and whose flow is no longer there.
        self._flow_of(flow, data)
        self.parent = parent
        self.uuid: str = data["uuid"]
        self.status: str = data.get("status", ACTIVE)
        self.created_on: str = data["created_on"]
        self.modified_on: str = data["modified_on"]
        self.exited_on: str | None = data.get("exited_on")
        self.path: list[Json] = data.get("path") or []
        self.results: dict[str, Json] = data.get("results") or {}
        self.locals: dict[str, str] = data.get("locals") or {}
        self.webhook: Json | None = data.get("webhook")
        self.had_input: bool = bool(data.get("had_input"))
        self.node: Node | None = None
        self._context = Context(self)
        self._languages: tuple[str, list[str]] | None = None

    def _flow_of(self, flow: Flow | None, data: Json) -> None:
        if flow is None:
            reference = data.get("flow") or {}
            flow = Flow(
                uuid=reference.get("uuid", ""), name=reference.get("name", ""), type=MESSAGING,
                language="und", revision=0, expire_after_minutes=0, localization={}, nodes=(), definition={},
            )  # fmt: skip
        self.flow = flow
        self.flow_reference: Json = data.get("flow") or flow.reference

    def to_json(self) -> Json:
        """The run as it is kept; what only a running run needs goes with its end."""
        data: Json = {"uuid": self.uuid, "flow": self.flow_reference, "status": self.status}
        if self.parent is not None:
            data["parent_uuid"] = self.parent.uuid
        if self.had_input:
            data["had_input"] = True
        if self.exited_on is None:
            if self.path:
                data["path"] = self.path
            if self.locals:
                data["locals"] = self.locals
            if self.webhook is not None and len(json.dumps(self.webhook["json"])) <= LONGEST_KEPT_JSON:
                data["webhook"] = self.webhook
        if self.results:
            data["results"] = self.results
        data.update(created_on=self.created_on, modified_on=self.modified_on, exited_on=self.exited_on)
        return data

    # Changes

    def changed(self) -> None:
        """Something that expressions see is different now."""
        self._context.clear()

    def arrive(self, node: Node) -> None:
        self.node = node
        self.modified_on = times.written(self.session.now())
        self.path.append({"node_uuid": node.uuid, "arrived_on": self.modified_on})
        self._context.clear()

    def exit(self, status: str) -> None:
        """Ends the run and says so."""
        self.status = status
        self.exited_on = self.modified_on = self.session.log(
            "run_ended", run_uuid=self.uuid, flow=self.flow_reference, status=status
        )
        self.session.changed()

    def set_result(
        self, *, name: str, value: str, category: str = "", localized: str = "", operand: str = "",
        extra: Json | None = None,
    ) -> None:  # fmt: skip
        """Keeps a result and says what it was before, if it was another."""
        key = snakify(name)
        longest = self.session.limits.result_characters
        value = value[:longest]
        previous = self.results.get(key)
        result: Json = {"name": name, "value": value, "category": category}
        if localized and localized != category:
            result["category_localized"] = localized
        result["node_uuid"] = self.node.uuid if self.node else ""
        if operand:
            result["input"] = operand
        if extra is not None:
            result["extra"] = extra
        event: Json = {"name": name, "value": value, "category": category}
        if extra is not None:
            event["extra"] = extra
        if previous and (previous.get("value") != value or previous.get("category") != category):
            event["previous"] = {"value": previous.get("value", ""), "category": previous.get("category", "")}
        result["created_on"] = self.modified_on = self.session.log("run_result_changed", **event)
        self.results = {**self.results, key: result}
        self.session.changed()

    # Evaluation

    @property
    def environment(self) -> Environment:
        return self.session.contact_environment

    @property
    def context(self) -> Context:
        return self._context

    def text(
        self, source: str, *, escape: Callable[[str], str] | None = None, bounded: bool = True
    ) -> tuple[str, bool]:
        """The evaluated text, cut to the limit where it is `bounded`, and whether all of it could be."""
        if "@" not in source:
            return source, True
        found, problems = template(source).evaluate(
            self.session.contact_environment, self._context, escape=escape
        )
        fine = self._log(problems) if problems else True
        limit = self.session.limits.template_characters
        return (ellipsis(found, limit) if bounded else found), fine

    def value(self, source: str) -> object:
        """The value of a text that is one expression; otherwise its text."""
        if "@" not in source:
            return source
        value, problems = template(source).value(self.session.contact_environment, self._context)
        if problems:
            self._log(problems)
        return value

    def _log(self, problems: list[Problem]) -> bool:
        fine = True
        for problem in problems:
            if problem.is_warning:
                self.session.log("warning", text=problem.message, code="context:deprecated")
            else:
                fine = False
                self.session.error(
                    f"Error evaluating expression: {problem.message}",
                    "expression",
                    {"expression": problem.expression},
                )
        return fine

    # Languages

    def languages(self) -> list[str]:
        """The languages to look for translations in, the contact's own first; ends with the flow's."""
        contact = self.session.contact.language
        known = self._languages
        if known is None or known[0] != contact:
            env = self.session.environment
            wanted = [contact] if contact and contact in env.allowed_languages else []
            wanted += [env.default_language] if env.default_language else []
            wanted.append(self.flow.language)
            known = self._languages = (contact, list(dict.fromkeys(wanted)))
        return known[1]

    def localized(self, item_uuid: str, name: str, texts: Sequence[str]) -> Sequence[str]:
        """The property in the first language that has it."""
        return self.localized_in(item_uuid, name, texts)[0]

    def localized_in(self, item_uuid: str, name: str, texts: Sequence[str]) -> tuple[Sequence[str], str]:
        """The same, and which language that was."""
        flow = self.flow
        if flow.localization:
            for language in self.languages():
                if language == flow.language:
                    break
                found = flow.translation(language, item_uuid, name)
                if found is not None:
                    return found, language
        return texts, flow.language

    @property
    def child(self) -> Run | None:
        """The run that this one entered last."""
        return next((run for run in reversed(self.session.runs) if run.parent is self), None)

    @property
    def ancestors(self) -> int:
        count, run = 0, self.parent
        while run is not None:
            count, run = count + 1, run.parent
        return count
