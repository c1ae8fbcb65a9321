"""The flow that asks the questions, in RapidPro's own terms, so that it runs wherever such flows run.

Each question is two nodes: one that asks, one that waits and routes. An answer that is not understood goes
through a third, which counts and asks again. A question with a condition is entered by a fourth, unless the
answer that decides comes right before it. All ids follow from the flow's and the question's, so a revision
leaves everybody where they are.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid5

from mhero.flows.definition.checks import snakify
from mhero.flows.definition.migration import CURRENT, version_text
from mhero.messaging.questions import texts, words
from mhero.messaging.questions.content import LONGEST_OPTION, Question, Questions, Texts
from mhero.messaging.questions.reading import ANSWERED, SKIPPED, UNCLEAR, reading
from mhero.messaging.template import VARIABLES

Json = dict[str, Any]
ASK, WAIT, AGAIN, SPLIT = "ask", "wait", "again", "split"
_ROW, _COLUMN = 180, 360
#: What a message can say of its reader beside the name: fields, in a flow.
_REGISTRY = re.compile(rf"@contact\.({'|'.join(sorted(set(VARIABLES) - {'name', 'first_name'}))})\b")


def definition(whole: Questions, flow_id: UUID, name: str) -> Json:
    """The definition of a finished set of questions, which `problems` found nothing in."""
    return _Flow(whole, flow_id, name).definition()


def node_id(flow_id: UUID, question_id: str, what: str) -> UUID:
    """The node of a question that asks (`ask`), waits (`wait`), asks again or splits."""
    return uuid5(flow_id, f"{question_id}/{what}")


class _Flow:
    def __init__(self, whole: Questions, flow_id: UUID, name: str) -> None:
        self.whole, self.flow_id, self.name = whole, flow_id, name
        self.nodes: list[Json] = []
        self.shown: dict[str, Json] = {}
        self.localization: dict[str, Json] = {language: {} for language in whole.translations}

    def definition(self) -> Json:
        for row, question in enumerate(self.whole.questions):
            if question.only_if:
                self._split(row, question)
            self._ask(row, question)
            self._wait(row, question)
            if self.whole.repeats:
                self._again(row, question)
        if self._thanks_text(self.whole.language):
            self._thank()
        self._leave_out_what_nothing_leads_to()
        return {
            "uuid": str(self.flow_id),
            "name": self.name,
            "spec_version": version_text(CURRENT),
            "language": self.whole.language,
            "type": "messaging",
            "revision": 0,
            "expire_after_minutes": self.whole.waits_hours * 60,
            "localization": self.localization,
            "nodes": self.nodes,
            "_ui": {"nodes": self.shown, "stickies": {}},
        }

    # The nodes of one question

    def _split(self, row: int, question: Question) -> None:
        """Asks only those who chose one of the answers; the others go on."""
        condition = question.only_if
        decisive = self.whole.question(condition.question) if condition else None
        if condition is None or decisive is None:
            return  # Conditions are kept only as long as their question comes before.
        labels = dict(texts.labels(self.whole, decisive))
        wanted = [
            self._names(labels[answer])[self.whole.language]
            for answer in condition.answers
            if answer in labels
        ]
        yes, no = f"{question.id}/asked", f"{question.id}/passed"
        operand = f'@(default(results.{snakify(decisive.name)}.category, ""))'
        router = self._router(
            operand=operand,
            cases=[("has_only_text", (name,), yes) for name in wanted],
            categories=[(yes, {"eng": "Ask"}), (no, {"eng": "Other"})],
            default=no,
        )
        ways = {yes: self._id(question.id, ASK), no: self._onward(row, None)}
        self._add(question.id, SPLIT, row, 1, "split_by_expression", router=router, ways=ways)

    def _ask(self, row: int, question: Question) -> None:
        say = texts.first_message if row == 0 else None
        message = self._message(
            f"{question.id}/ask",
            {
                each: say(self.whole, each) if say else texts.asked(self.whole, question, each)
                for each in self.whole.languages
            },
        )
        ways = {"": self._id(question.id, WAIT)}
        self._add(question.id, ASK, row, 0, "execute_actions", actions=[message], ways=ways)

    def _wait(self, row: int, question: Question) -> None:
        understood = reading(question)
        unclear = f"{question.id}/{UNCLEAR}"
        categories = [(f"{question.id}/{key}", label) for key, label in texts.labels(self.whole, question)]
        answered = [key for key, _ in texts.labels(self.whole, question)]
        if not categories:
            categories.append((f"{question.id}/{ANSWERED}", words.ANSWERED))
        ways = {f"{question.id}/{key}": self._onward(row, key) for key in answered or (ANSWERED,)}
        if question.may_skip:
            categories.append((f"{question.id}/{SKIPPED}", words.SKIPPED))
            ways[f"{question.id}/{SKIPPED}"] = self._onward(row, SKIPPED)
        categories.append((unclear, words.NOT_UNDERSTOOD))
        again = self._id(question.id, AGAIN) if self.whole.repeats else self._onward(row, UNCLEAR)
        ways[unclear] = again
        router = self._router(
            operand=understood.operand,
            cases=[
                (case.type, case.arguments, f"{question.id}/{case.leads_to}") for case in understood.cases
            ],
            categories=categories,
            default=unclear,
        )
        router["wait"] = {"type": "msg"}
        router["result_name"] = question.name
        self._add(question.id, WAIT, row, 1, "wait_for_response", router=router, ways=ways)

    def _again(self, row: int, question: Question) -> None:
        """Counts, and asks again as often as it should; then the next question follows."""
        counter = f"again_{question.id}"
        count: Json = {
            "type": "set_run_local",
            "uuid": self._id(question.id, "count"),
            "local": counter,
            "operation": "increment",
            "value": "1",
        }
        often, once_more = f"{question.id}/often", f"{question.id}/once_more"
        router = self._router(
            operand=f"@locals.{counter}",
            cases=[("has_number_gt", (str(self.whole.repeats),), often)],
            categories=[(often, {"eng": "Enough"}), (once_more, {"eng": "Other"})],
            default=once_more,
        )
        repeat = self._message(
            f"{question.id}/repeat",
            {each: texts.asked_again(self.whole, question, each) for each in self.whole.languages},
        )
        ways = {often: self._onward(row, UNCLEAR), once_more: self._id(question.id, "repeat_node")}
        self._add(
            question.id, AGAIN, row, 2, "split_by_expression", actions=[count], router=router, ways=ways
        )
        back = {"": self._id(question.id, WAIT)}
        self._add(question.id, "repeat_node", row, 3, "execute_actions", actions=[repeat], ways=back)

    def _thank(self) -> None:
        said = {each: self._thanks_text(each) for each in self.whole.languages}
        message = self._message("thanks", said)
        self._add(
            "thanks", ASK, len(self.whole.questions), 0, "execute_actions", actions=[message], ways={"": None}
        )

    def _thanks_text(self, language: str) -> str:
        return texts.thanks(self.whole, language)

    # Ways

    def _onward(self, row: int, answer: str | None) -> str | None:
        """The first thing after a question for those who gave this answer; None as the answer: not known."""
        here = self.whole.questions[row]
        for following in self.whole.questions[row + 1 :]:
            condition = following.only_if
            if condition is None:
                return self._id(following.id, ASK)
            if answer is None or condition.question != here.id:
                return self._id(following.id, SPLIT)
            if answer in condition.answers:
                return self._id(following.id, ASK)
        return self._id("thanks", ASK) if self._thanks_text(self.whole.language) else None

    def _leave_out_what_nothing_leads_to(self) -> None:
        by_id = {node["uuid"]: node for node in self.nodes}
        reached, waiting = set(), [self.nodes[0]["uuid"]]
        while waiting:
            node = waiting.pop()
            if node in reached:
                continue
            reached.add(node)
            waiting += [way["destination_uuid"] for way in by_id[node]["exits"] if way["destination_uuid"]]
        self.nodes = [node for node in self.nodes if node["uuid"] in reached]
        self.shown = {key: value for key, value in self.shown.items() if key in reached}

    # Parts

    def _names(self, label: Texts) -> dict[str, str]:
        """A category's name in every language: an option's label, or what `words` has for it."""
        base = self.whole.language
        fallback = label.get(base) or label.get("eng") or next(iter(label.values()))
        return {each: (label.get(each) or fallback)[:LONGEST_OPTION] for each in self.whole.languages}

    def _message(self, key: str, said: dict[str, str]) -> Json:
        action_id = self._id(key, "message")
        said = {language: _REGISTRY.sub(r"@fields.\1", text) for language, text in said.items()}
        self._translate(action_id, "text", said)
        return {
            "type": "send_msg",
            "uuid": action_id,
            "text": said[self.whole.language],
            "attachments": [],
            "quick_replies": [],
        }

    def _router(
        self,
        *,
        operand: str,
        cases: list[tuple[str, tuple[str, ...], str]],
        categories: list[tuple[str, Texts]],
        default: str,
    ) -> Json:
        named = [(key, self._names(label)) for key, label in categories]
        for key, names in named:
            self._translate(self._id(key, "category"), "name", names)
        return {
            "type": "switch",
            "operand": operand,
            "cases": [
                {
                    "uuid": self._id(f"{leads_to}/{place}", "case"),
                    "type": kind,
                    "arguments": list(arguments),
                    "category_uuid": self._id(leads_to, "category"),
                }
                for place, (kind, arguments, leads_to) in enumerate(cases)
            ],
            "categories": [
                {
                    "uuid": self._id(key, "category"),
                    "name": names[self.whole.language],
                    "exit_uuid": self._id(key, "exit"),
                }
                for key, names in named
            ],
            "default_category_uuid": self._id(default, "category"),
        }

    def _translate(self, item_id: str, name: str, said: dict[str, str]) -> None:
        for language in self.whole.translations:
            if said[language] and said[language] != said[self.whole.language]:
                self.localization[language][item_id] = {name: [said[language]]}

    def _add(
        self,
        key: str,
        what: str,
        row: int,
        column: int,
        shown_as: str,
        *,
        ways: Mapping[str, str | None],
        actions: list[Json] | None = None,
        router: Json | None = None,
    ) -> None:
        node: Json = {
            "uuid": self._id(key, what),
            "actions": actions or [],
            "exits": [
                {"uuid": self._id(way or f"{key}/{what}", "exit"), "destination_uuid": destination}
                for way, destination in ways.items()
            ],
        }
        if router:
            node["router"] = router
        self.nodes.append(node)
        position = {"left": column * _COLUMN, "top": row * 2 * _ROW + column % 2 * _ROW}
        self.shown[node["uuid"]] = {"type": shown_as, "position": position}

    def _id(self, key: str, what: str) -> str:
        return str(node_id(self.flow_id, key, what))
