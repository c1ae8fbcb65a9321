"""Actions that keep something: a result of the run, a local, a label on a message."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from mhero.flows.definition.checks import Checks
from mhero.flows.definition.flow import Action
from mhero.flows.run import Run

Json = dict[str, Any]


class SetRunResult(Action):
    """Keeps a result."""

    type = "set_run_result"
    templates = ("value",)
    localizable = ("category",)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("name")
        checks.result_name("name")
        checks.text("value")
        checks.text("category", longest=36)

    def execute(self, run: Run) -> None:
        value, fine = run.text(self.data.get("value") or "")
        if not fine:
            return
        category = self.data.get("category") or ""
        localized = run.localized(self.uuid, "category", [category])[0] if category else ""
        run.set_result(name=self.data["name"], value=value, category=category, localized=localized)

    def results(self) -> list[tuple[str, list[str]]]:
        category = self.data.get("category")
        return [(self.data["name"], [category] if category else [])]


class SetRunLocal(Action):
    """Keeps something for as long as the run lasts."""

    type = "set_run_local"
    templates = ("value",)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("local", "operation")
        operation = checks.data.get("operation")
        if operation and operation not in ("set", "increment", "clear"):
            checks.fail("field 'operation' is not a valid local operation")
        checks.text("local", longest=64)
        checks.text("value", longest=1000)

    def execute(self, run: Run) -> None:
        name, operation = self.data["local"], self.data["operation"]
        if operation == "clear":
            run.locals = {key: value for key, value in run.locals.items() if key != name}
            run.changed()
            return
        value, fine = run.text(self.data.get("value") or "")
        if not fine:
            return
        if operation == "increment":
            amount = _whole(value)
            if amount is None:
                run.session.error("Increment value is not an integer")
                return
            value = str((_whole(run.locals.get(name, "")) or 0) + amount)
        run.locals = {**run.locals, name: value}
        run.changed()

    def locals(self) -> list[str]:
        return [self.data["local"]]


def _whole(text: str) -> int | None:
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return None
    return int(number) if number.is_finite() and number == number.to_integral_value() else None


class AddInputLabels(Action):
    """Labels the message that came in last."""

    type = "add_input_labels"
    templates = ("labels[*].name_match",)
    references = (("labels[*]", "label"),)

    @classmethod
    def check(cls, checks: Checks) -> None:
        checks.required("labels")
        checks.references("labels")

    def execute(self, run: Run) -> None:
        session = run.session
        if not session.input:
            session.error("No input to add labels to")
            return
        labels: list[Json] = []
        for reference in self.data["labels"]:
            if reference.get("name_match"):
                name, fine = run.text(reference["name_match"])
                label = session.assets.label_named(name) if fine else None
                if fine and label is None:
                    session.error(f"No such label with name '{name}'", "label:missing", {"name": name})
            else:
                label = session.assets.labels.get(reference["uuid"])
                if label is None:
                    session.missing("label", reference)
            if label is not None:
                labels.append({"uuid": label["uuid"], "name": label["name"]})
        if labels:
            session.log("input_labels_added", input_uuid=session.input["uuid"], labels=labels)


ACTIONS: tuple[type[Action], ...] = (SetRunResult, SetRunLocal, AddInputLabels)
