"""From what an officer types to the flow that asks it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import django
import pytest
from django.http import QueryDict

from mhero.flows.definition.inspect import inspect
from mhero.flows.definition.read import read_flow
from mhero.messaging.asked import AnswerKind, questions_of
from mhero.messaging.questions.content import Condition, Option, Question, Questions
from mhero.messaging.questions.definition import definition, node_id
from mhero.messaging.questions.problems import missing_in, problems
from mhero.messaging.questions.talk import talk
from mhero.messaging.questions.typed import acted, blank, finished, read
from mhero.messaging.questions.weight import first_words, weigh


@pytest.fixture(scope="module", autouse=True)
def _apps() -> None:
    """The words of problems are looked up in the apps' catalogues."""
    django.setup()


AT = datetime(2026, 11, 24, 15, 4, tzinfo=UTC)
FLOW = UUID("019400a0-0000-7000-8000-000000000001")
STOCK = Questions(
    language="eng",
    translations=("fra",),
    introduction={"eng": "The Ministry asks.", "fra": "Le Ministère demande."},
    thanks={"eng": "Thank you.", "fra": "Merci."},
    questions=(
        Question(id="q1", kind="yes_no", name="Gloves", text={"eng": "Gloves?", "fra": "Des gants ?"}),
        Question(
            id="q2",
            kind="number",
            name="Boxes",
            text={"eng": "How many boxes?"},
            least=0,
            most=500,
            only_if=Condition(question="q1", answers=("yes",)),
        ),
        Question(
            id="q3",
            kind="choice",
            name="Tests",
            text={"eng": "Malaria tests?", "fra": "Tests ?"},
            options=(
                Option(id="o1", label={"eng": "Enough", "fra": "Assez"}),
                Option(id="o2", label={"eng": "Out of stock", "fra": "Rupture"}),
            ),
        ),
        Question(
            id="q4",
            kind="date",
            name="Since",
            text={"eng": "Since when?"},
            only_if=Condition(question="q3", answers=("o2",)),
            may_skip=True,
        ),
        Question(
            id="q5",
            kind="text",
            name="Needs",
            text={"eng": "Why no gloves?"},
            only_if=Condition(question="q1", answers=("no",)),
        ),
    ),
)


def held(*answers: str, whole: Questions = STOCK, language: str = "eng") -> tuple[list[str], dict[str, str]]:
    """What we said, and what each question was answered with."""
    heard = talk(definition(whole, FLOW, "Stock"), answers, at=AT, contact={"language": language})
    said = [line.text for line in heard.lines if line.ours]
    return said, {name: category for name, (category, _value) in heard.results.items()}


def test_the_introduction_and_the_first_question_are_one_message() -> None:
    said, _ = held()
    assert said == ["The Ministry asks.\nGloves?\n1 Yes\n2 No"]


def test_a_follow_up_is_asked_after_its_answer_alone() -> None:
    said, results = held("yes", "12", "1")
    assert [text.split("\n")[0] for text in said[1:]] == ["How many boxes?", "Malaria tests?", "Thank you."]
    assert results == {"Gloves": "Yes", "Boxes": "Answer", "Tests": "Enough"}
    said, results = held("no", "out of stock", "yesterday", "no money")
    assert [text.split("\n")[0] for text in said[1:]] == [
        "Malaria tests?",
        "Since when?",
        "Why no gloves?",
        "Thank you.",
    ]
    assert results == {"Gloves": "No", "Tests": "Out of stock", "Since": "Answer", "Needs": "Answer"}


def test_an_answer_that_is_not_understood_is_asked_again_twice_and_then_left() -> None:
    said, results = held("hm", "hm", "hm", "1")
    assert (
        said[1]
        == said[2]
        == ("Sorry, we did not understand your answer.\nAnswer with 1 or 2.\nGloves?\n1 Yes\n2 No")
    )
    assert said[3].startswith("Malaria tests?")
    assert results["Gloves"] == "Not understood"


@pytest.mark.parametrize("repeats", [0, 1, 3])
def test_it_is_asked_again_as_often_as_was_chosen(repeats: int) -> None:
    said, _ = held(*["hm"] * repeats, whole=replace(STOCK, repeats=repeats))
    assert sum("Gloves?" in text for text in said) == repeats + 1
    said, _ = held(*["hm"] * (repeats + 1), whole=replace(STOCK, repeats=repeats))
    assert said[-1].startswith("Malaria tests?")


def test_who_speaks_french_is_asked_in_french_and_counted_with_the_others() -> None:
    said, results = held("oui", "douze", "rupture", "PASSER", language="fra")
    assert said[0] == "Le Ministère demande.\nDes gants ?\n1 Oui\n2 Non"
    # A question that is not translated stays whole, with its own words around it.
    assert said[1] == "How many boxes?"
    assert said[2] == "Tests ?\n1 Assez\n2 Rupture"
    assert said[-1] == "Merci."
    assert results == {"Gloves": "Yes", "Boxes": "Answer", "Tests": "Out of stock", "Since": "Skipped"}


def test_the_definition_has_no_fault_and_says_what_it_asks() -> None:
    made = definition(STOCK, FLOW, "Stock")
    assert inspect(read_flow(made))["issues"] == []
    asked = {question.name: question for question in questions_of(made)}
    assert {name: question.kind for name, question in asked.items()} == {
        "Gloves": AnswerKind.CHOICE,
        "Boxes": AnswerKind.NUMBER,
        "Tests": AnswerKind.CHOICE,
        "Since": AnswerKind.DATE,
        "Needs": AnswerKind.TEXT,
    }
    assert asked["Tests"].categories == ("Enough", "Out of stock")
    assert asked["Tests"].not_understood == {"Not understood"}


def test_a_revision_leaves_everybody_where_they_are() -> None:
    reworded = replace(
        STOCK, questions=tuple(replace(each, text={"eng": "Other words?"}) for each in STOCK.questions)
    )
    before, after = (definition(whole, FLOW, "Stock") for whole in (STOCK, reworded.moved("q3", -2)))
    assert {node["uuid"] for node in before["nodes"]} >= {
        str(node_id(FLOW, f"q{n}", "wait")) for n in range(1, 6)
    }
    waits = {str(node_id(FLOW, each.id, "wait")) for each in STOCK.questions}
    assert waits <= {node["uuid"] for node in after["nodes"]}


def test_texts_of_the_registry_are_filled_in() -> None:
    whole = replace(STOCK, introduction={"eng": "To @contact.first_name of @contact.facility."})
    contact = {"name": "Musu Kollie", "fields": {"facility": {"text": "Phebe Hospital"}}}
    heard = talk(definition(whole, FLOW, "Stock"), at=AT, contact=contact)
    assert heard.lines[0].text.startswith("To Musu of Phebe Hospital.")


def test_what_it_takes_is_counted_from_nobody_answering_to_the_longest_way() -> None:
    made = definition(STOCK, FLOW, "Stock")
    weight = weigh(made)
    # All five questions and the thanks: that two of them exclude each other is not looked into.
    assert (weight.fewest, weight.most, weight.questions) == (1, 6, 5)
    assert first_words(made, "fra") == ["Le Ministère demande.\nDes gants ?\n1 Oui\n2 Non"]
    assert weigh({}).most == 0


def test_questions_are_the_same_after_they_were_kept() -> None:
    assert Questions.from_json(json.loads(json.dumps(STOCK.to_json()))) == STOCK


def typed(**values: object) -> QueryDict:
    data = QueryDict(mutable=True)
    for name, value in values.items():
        data.setlist(name.replace("__", "-"), value if isinstance(value, list) else [str(value)])
    return data


def test_what_is_typed_makes_the_questions() -> None:
    form = typed(
        **{"in": "eng"}, introduction="Hello", q=["q2", "q1"], q1__kind="yes_no", q1__text=" Gloves? ",
        q2__kind="choice", q2__text="Tests?", q2__option=["o1", "o2", "o3"], q2__o1="Enough", q2__o2="None",
        q2__o3="", repeats="9", waits_hours="24",
    )  # fmt: skip
    whole = finished(read(form, blank("eng")))
    assert [each.id for each in whole.questions] == ["q2", "q1"]
    assert [option.label["eng"] for option in whole.questions[0].options] == ["Enough", "None"]
    assert [each.name for each in whole.questions] == ["Tests", "Gloves"]
    assert (whole.repeats, whole.waits_hours) == (3, 24)
    assert problems(whole) == []


def test_a_name_in_the_results_stays_when_the_words_change() -> None:
    first = read(typed(**{"in": "eng"}, q=["q1"], q1__kind="yes_no", q1__text="Gloves?"), blank("eng"))
    again = typed(
        **{"in": "eng"}, q=["q1"], q1__kind="yes_no", q1__text="Have you gloves?", q1__name="Gloves"
    )
    assert read(again, first).questions[0].name == "Gloves"


def test_a_translation_changes_texts_alone() -> None:
    form = typed(**{"in": "fra"}, q2__text="Combien de boîtes ?", q3__o1="Suffisant", repeats="0", q=["q1"])
    whole = read(form, STOCK)
    assert len(whole.questions) == 5
    assert whole.repeats == STOCK.repeats
    assert whole.questions[1].text == {"eng": "How many boxes?", "fra": "Combien de boîtes ?"}
    assert whole.questions[2].options[0].label == {"eng": "Enough", "fra": "Suffisant"}
    assert missing_in(STOCK, "fra") - missing_in(whole, "fra") == 1


def test_buttons_add_move_copy_delete_and_bring_back() -> None:
    whole = acted(STOCK, "add:place")
    assert whole.questions[-1].id == "q6"
    assert [each.id for each in acted(whole, "up:q6").questions][-2:] == ["q6", "q5"]
    assert [each.kind for each in acted(whole, "copy:q6").questions][-2:] == ["place", "place"]
    gone = acted(whole, "delete:q2")
    assert [each.id for each in gone.questions] == ["q1", "q3", "q4", "q5", "q6"]
    assert [each.id for each in acted(gone, "undo").questions] == ["q1", "q2", "q3", "q4", "q5", "q6"]
    assert acted(gone, "undo").questions[1].only_if == STOCK.questions[1].only_if


def test_a_condition_on_an_answer_that_was_emptied_has_to_be_chosen_again() -> None:
    form = typed(
        **{"in": "eng"}, q=["q1", "q2"], q1__kind="choice", q1__text="Tests?", q1__option=["o1", "o2", "o3"],
        q1__o1="Enough", q1__o2="Low", q1__o3="", q2__kind="text", q2__text="Why?", q2__if=["q1:o3"],
    )  # fmt: skip
    whole = finished(read(form, blank("eng")))
    said = [problem.words for problem in problems(whole)]
    assert said == ["Tick the answers after which question 2 is asked."]


def test_a_condition_goes_with_the_question_it_stands_on() -> None:
    assert acted(STOCK, "delete:q1").question("q2").only_if is None  # type: ignore[union-attr]
    # A question that comes before the one that decides cannot wait for it.
    assert acted(STOCK, "down:q3").question("q4").only_if is None  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"questions": ()}, "Add a question."),
        ({"introduction": {"eng": "Hello @contact.age"}}, "@contact.age cannot be filled in."),
        ({"questions": (Question(id="q1", kind="text", name="A"),)}, "Write question 1."),
        (
            {"questions": (Question(id="q1", kind="choice", name="A", text={"eng": "A?"}),)},
            "Write at least two answers for question 1.",
        ),
        (
            {"questions": (Question(id="q1", kind="number", name="A", text={"eng": "A?"}, least=5, most=2),)},
            "In question 1 the smallest number is larger than the largest.",
        ),
        (
            {
                "questions": (
                    Question(id="q1", kind="text", name="A", text={"eng": "A?"}),
                    Question(id="q2", kind="text", name="a", text={"eng": "B?"}),
                )
            },
            "Two questions have the same name in the results: “a”.",
        ),
    ],
)
def test_what_is_missing_is_said(change: dict[str, object], words: str) -> None:
    assert [problem.words for problem in problems(replace(STOCK, **change))] == [words]  # type: ignore[arg-type]
