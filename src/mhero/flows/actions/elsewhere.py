"""Actions for which RapidPro needs services that mHero has not, and those that it has given up itself.

A flow that has them can be read and run; the action says in an event that it was not done.
"""

from __future__ import annotations

from mhero.flows.definition.checks import Checks
from mhero.flows.definition.flow import Action
from mhero.flows.run import Run


class CallClassifier(Action):
    """Was for services that guess what a text intends."""

    type = "call_classifier"
    templates = ("input",)
    references = (("classifier", "classifier"),)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.named("classifier")
        checks.required("result_name")
        checks.result_name()

    def execute(self, run: Run) -> None:
        run.session.log("warning", text="NLU classifiers are no longer supported")
        run.set_result(name=self.data["result_name"], value="0", category="Failure")

    def results(self) -> list[tuple[str, list[str]]]:
        return [(self.data["result_name"], ["Success", "Skipped", "Failure"])]


class RequestOptIn(Action):
    """Was for channels that need a contact's consent."""

    type = "request_optin"

    def execute(self, run: Run) -> None:
        run.session.error("opt-in requests are no longer supported", "action:unsupported")


class TransferAirtime(Action):
    """Needs a service that gives airtime."""

    type = "transfer_airtime"

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("amounts")

    def execute(self, run: Run) -> None:
        run.session.error("airtime transfers are not supported", "action:unsupported")
        run.locals = {**run.locals, "_new_transfer": ""}
        run.changed()

    def locals(self) -> list[str]:
        return ["_new_transfer"]


class OpenTicket(Action):
    """Needs a ticketing service."""

    type = "open_ticket"
    templates = ("assignee.email_match", "note")
    references = (("topic", "topic"), ("assignee", "user"))

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.named("topic", "assignee")

    def execute(self, run: Run) -> None:
        run.session.error("tickets are not supported", "action:unsupported")
        run.locals = {**run.locals, "_new_ticket": ""}
        run.changed()

    def locals(self) -> list[str]:
        return ["_new_ticket"]


class CallLLM(Action):
    """Needs a language model."""

    type = "call_llm"
    templates = ("instructions", "input")
    references = (("llm", "llm"),)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.named("llm")
        checks.text("output_local")

    def execute(self, run: Run) -> None:
        run.session.error("language models are not supported", "action:unsupported")
        run.locals = {**run.locals, self.data.get("output_local") or "_llm_output": "<ERROR>"}
        run.changed()

    def locals(self) -> list[str]:
        return [self.data.get("output_local") or "_llm_output"]


ACTIONS: tuple[type[Action], ...] = (CallClassifier, RequestOptIn, TransferAirtime, OpenTicket, CallLLM)
