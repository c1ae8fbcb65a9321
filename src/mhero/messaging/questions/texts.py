"""What is sent to people: each message of a set of questions, in each of its languages."""

from __future__ import annotations

from mhero.messaging.questions import words
from mhero.messaging.questions.content import NO, YES, Question, Questions, Texts, in_language


def first_message(whole: Questions, language: str) -> str:
    """The introduction and the first question, in one message."""
    begin = in_language(whole.introduction, language, whole.language)
    return "\n".join(filter(None, [begin, asked(whole, whole.questions[0], language)]))


def asked(whole: Questions, question: Question, language: str) -> str:
    """The question with its numbered options, and how to skip it; all in one language."""
    if not question.text.get(language):
        language = whole.language
    lines = [in_language(question.text, language, whole.language)]
    lines += [
        f"{digit} {in_language(label, language, whole.language)}"
        for digit, (_, label) in enumerate(labels(whole, question), 1)
    ]
    if question.kind == "date":
        lines.append(words.said(words.HOW_TO_SAY_A_DATE, language, whole.language))
    if question.may_skip:
        lines.append(words.said(words.HOW_TO_SKIP, language, whole.language))
    return "\n".join(filter(None, lines))


def asked_again(whole: Questions, question: Question, language: str) -> str:
    """What is said to an answer that was not understood: so, how to answer, and the question once more."""
    if not question.text.get(language):
        language = whole.language
    sorry = in_language(whole.not_understood, language, whole.language)
    lines = [sorry or words.said(words.SORRY, language, whole.language)]
    lines += [how_to_answer(whole, question, language), asked(whole, question, language)]
    return "\n".join(filter(None, lines))


def how_to_answer(whole: Questions, question: Question, language: str) -> str:
    """For numbers and options; the others say it themselves."""
    if question.kind == "number":
        limits = {"least": question.least, "most": question.most}
        match question.least, question.most:
            case None, None:
                way = words.ANY_NUMBER
            case _, None:
                way = words.AT_LEAST
            case None, _:
                way = words.AT_MOST
            case _:
                way = words.BETWEEN
        return words.said(way, language, whole.language).format(**limits)
    last = len(labels(whole, question))
    way = words.CHOOSE_OF_TWO if last == 2 else words.CHOOSE
    return words.said(way, language, whole.language).format(last=last) if last else ""


def thanks(whole: Questions, language: str) -> str:
    return in_language(whole.thanks, language, whole.language)


def labels(whole: Questions, question: Question) -> list[tuple[str, Texts]]:
    """What can be chosen, in the order of the digits: id and label; nothing for other kinds."""
    if question.kind == "yes_no":
        return [
            (key, {each: words.said(label, each, whole.language) for each in whole.languages})
            for key, label in ((YES, words.YES_LABEL), (NO, words.NO_LABEL))
        ]
    return [(option.id, option.label) for option in question.options]
