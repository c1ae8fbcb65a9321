"""What people answer when they are asked about their data, and what is understood of it."""

from datetime import UTC, datetime
from uuid import UUID

import pytest

from mhero.messaging.questions.talk import Talk, talk
from mhero.messaging.segments import count
from mhero.outreach.validation.answers import hear, is_nobody, names_in
from mhero.outreach.validation.conversation import flow_of, key_of
from mhero.outreach.validation.ghosts import Signs, found, level, points
from mhero.outreach.validation.matching import Known, find

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
FLOW = UUID("00000000-0000-4000-8000-00000000f001")
PEOPLE = ["name", "job", "place", "phone"]
IN_CHARGES = ["status", "work", "services", "place_phone"]
MUSU = {
    "name": "Musu Kollie",
    "fields": {
        "job": {"text": "Registered Nurse"},
        "facility": {"text": "Bong Town Clinic"},
        "staff_list": {"text": "1 Saah Tamba, 2 Hawa Johnson, 3 Flomo Toe"},
    },
}


def say(kind: str, parts: list[str], *answers: str, language: str = "eng", **own: object) -> Talk:
    definition = flow_of(kind, parts, FLOW, "Check")
    return talk(definition, answers, at=AT, contact={**MUSU, "language": language, **own})


def heard(kind: str, parts: list[str], *answers: str, language: str = "eng") -> tuple[str, dict[str, str]]:
    said = say(kind, parts, *answers, language=language)
    results = {
        key_of(name): {"category": category, "value": value}
        for name, (category, value) in said.results.items()
    }
    found = hear(kind, parts, results, staff=3)
    return found.outcome.value, {one.subject: one.words for one in found.said} | (
        {"left": str(found.left)} if found.left is not None else {}
    )


CONVERSATIONS = [
    (["1"], "confirmed", {}),
    (["Yes"], "confirmed", {}),
    (["that is me"], "confirmed", {}),
    (["3"], "not_me", {}),
    (["not me"], "not_me", {}),
    (["wrong number"], "not_me", {}),
    (["2", "1", "Musu Varney Kollie", "5"], "corrected", {"name": "Musu Varney Kollie"}),
    (["2", "facility", "Phebe Hospital", "no"], "corrected", {"place": "Phebe Hospital"}),
    (["2", "2", "Midwife", "4", "0770 999 111"], "corrected", {"job": "Midwife", "phone": "0770 999 111"}),
    (["something is wrong", "4", "0770999111", "5"], "corrected", {"phone": "0770999111"}),
    (["2"], "unfinished", {}),
    (["2", "1"], "unfinished", {}),
    (["blue", "green"], "unfinished", {}),
    (["blue", "1"], "confirmed", {}),
]


@pytest.mark.parametrize(("answers", "outcome", "said"), CONVERSATIONS)
def test_a_person_confirms_or_corrects(answers: list[str], outcome: str, said: dict[str, str]) -> None:
    assert heard("people", PEOPLE, *answers) == (outcome, said)


@pytest.mark.parametrize(
    ("language", "answers", "said"),
    [
        ("fra", ["quelque chose est faux", "nom", "Musu Varney Kollie", "non"], "Musu Varney Kollie"),
        ("swa", ["2", "jina", "Musu Varney Kollie", "hapana"], "Musu Varney Kollie"),
    ],
)
def test_it_is_understood_in_the_person_s_own_language(language: str, answers: list[str], said: str) -> None:
    assert heard("people", PEOPLE, *answers, language=language) == ("corrected", {"name": said})


def test_only_what_is_ticked_can_be_corrected() -> None:
    lines = say("people", ["phone"], "2").lines
    assert lines[-1].text == "Write the mobile phone number on which you want our messages."


IN_CHARGE = [
    (["1", "0", "0", "0", "0"], "confirmed", {"status": "open", "left": "()"}),
    (["1", "1 3", "0", "0", "0"], "corrected", {"status": "open", "left": "(1, 3)"}),
    (["1", "1, 3 and 2", "nobody", "none", "no"], "corrected", {"status": "open", "left": "(1, 3, 2)"}),
    (["open", "0", "Korto Weah, Teah Sumo", "0", "0"], "corrected", {"newcomer": "Teah Sumo"}),
    (["3"], "corrected", {"status": "closed"}),
    (["2", "0", "0", "0", "0"], "corrected", {"status": "paused", "left": "()"}),
    (["1", "Saah went to Lofa", "0", "0", "0"], "corrected", {"work": "Saah went to Lofa"}),
    # There is no seventh on the list.
    (["1", "7", "0", "0", "0"], "corrected", {"work": "7"}),
    (["1", "0", "0", "Vaccination, births", "0880123456"], "corrected", {"place_phone": "0880123456"}),
]


@pytest.mark.parametrize(("answers", "outcome", "said"), IN_CHARGE)
def test_an_in_charge_tells_of_the_facility(answers: list[str], outcome: str, said: dict[str, str]) -> None:
    found_outcome, found_said = heard("in_charges", IN_CHARGES, *answers)
    assert found_outcome == outcome
    assert said.items() <= found_said.items()


@pytest.mark.parametrize("language", ["eng", "fra", "swa"])
def test_the_first_question_is_one_sms(language: str) -> None:
    text = say("people", PEOPLE, language=language).lines[0].text
    assert "Musu Kollie, Registered Nurse" in text
    assert "Bong Town Clinic" in text
    assert (count(text).segments, count(text).forcing) == (1, ())
    for kind, parts in (("people", PEOPLE), ("in_charges", IN_CHARGES)):
        answers = ["2", "1", "Musu", "2"] if kind == "people" else ["1", "0", "0", "0", "0"]
        for line in say(kind, parts, *answers, language=language).lines:
            assert count(line.text).forcing == (), line.text


def test_who_has_no_post_is_not_told_of_an_empty_one() -> None:
    fields = {key: {"text": ""} for key in ("job", "facility", "staff_list")}
    text = say("people", PEOPLE, fields=fields).lines[0].text
    assert text.startswith("Ministry of Health: are you Musu Kollie?")


@pytest.mark.parametrize("words", ["0", "O", "no", "None", "NOBODY", "aucun", "hakuna", "personne.", " nil "])
def test_nobody_is_said_in_many_ways(words: str) -> None:
    assert is_nobody(words)
    assert names_in(words) == []


@pytest.mark.parametrize(
    "words",
    [
        "Korto Weah, Teah Sumo",
        "1. Korto Weah 2. Teah Sumo",
        "Korto Weah and Teah Sumo",
        "Korto Weah; Teah Sumo",
    ],
)
def test_names_are_told_apart(words: str) -> None:
    assert names_in(words) == ["Korto Weah", "Teah Sumo"]


PLACES = [
    Known(name="Phebe Hospital", value=1),
    Known(name="Bong Town Clinic", value=2, is_near=True),
    Known(name="Bong Mines Hospital", value=3),
    Known(name="Saint Mary Clinic", value=4),
    Known(name="Saint Mary Clinic", value=5, is_near=True),
    Known(name="Central Clinic", value=6),
    Known(name="Central Clinic", value=7),
]


@pytest.mark.parametrize(
    ("words", "value", "is_exact"),
    [
        ("Phebe Hospital", 1, True),
        ("phebe  hospital.", 1, True),
        ("I work at Phebe Hospital", 1, True),
        ("Hospital Phebe", 1, True),
        ("phebe", 1, False),
        ("Pheebe Hospitl", 1, False),
        # The one of the same county is meant.
        ("Saint Mary Clinic", 5, False),
        # Two are called so, and neither is near.
        ("Central Clinic", None, False),
        ("Redemption Hospital", None, False),
        ("clinic", None, False),
        ("", None, False),
    ],
)
def test_a_name_is_found_again_or_not_at_all(words: str, value: int | None, is_exact: bool) -> None:
    match = find(words, PLACES)
    assert (match.known.value if match else None) == value
    assert not match or match.is_exact == is_exact


def test_suspicion_is_explained_sign_by_sign_and_one_sign_is_not_enough_for_a_strong_one() -> None:
    assert found(Signs()) == []
    silent = Signs(silent_rounds=3)
    assert (found(silent), level(points(silent))) == ([("never_answered", 30)], "some")
    ghost = Signs(silent_rounds=4, failed_texts=3, is_said_left=True, is_shared=True)
    assert [sign for sign, _ in found(ghost)] == ["said_left", "never_answered", "never_delivered", "shared"]
    assert level(points(ghost)) == "strong"
    # A text that arrived once speaks for the number.
    assert found(Signs(failed_texts=5, delivered_texts=1)) == []
    assert level(max(weight for _, weight in found(ghost))) != "strong"
