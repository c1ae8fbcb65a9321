"""What health workers and supervisors are sent about an assessment, in the languages of phones."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from mhero.messaging.segments import count

# Accents of French are those of GSM-7 alone, as in `stock.answers`.
_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "due": '"{name}" is due on {day}.',
        "overdue": '"{name}" was due on {day}. Answer now:',
        "not_reported": '"{name}" was due on {day}. No report from {who}.',
        "others": " +{number}",
        "refused": 'DHIS2 did not take your answers to "{name}": {reason}',
    },
    "fr": {
        "due": '"{name}" est attendu le {day}.',
        "overdue": '"{name}" était attendu le {day}. Répondez :',
        "not_reported": '"{name}" était attendu le {day}. Pas de rapport de {who}.',
        "others": " +{number}",
        "refused": 'DHIS2 n\'a pas pris vos réponses à "{name}" : {reason}',
    },
    "sw": {
        "due": '"{name}" mwisho ni {day}.',
        "overdue": '"{name}" ilitakiwa {day}. Jibu sasa:',
        "not_reported": '"{name}" ilitakiwa {day}. Hakuna ripoti ya {who}.',
        "others": " +{number}",
        "refused": 'DHIS2 haikupokea majibu yako ya "{name}": {reason}',
    },
}
_MONTHS: Final[dict[str, str]] = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "fr": "janv. fevr. mars avril mai juin juil. aout sept. oct. nov. dec.",
    "sw": "Jan Feb Mac Apr Mei Jun Jul Ago Sep Okt Nov Des",
}


def reminder(language: str, name: str, due_on: date, question: str, *, is_overdue: bool) -> str:
    """By when it is due, and the question that waits for its answer."""
    key = "overdue" if is_overdue else "due"
    said = _TEXTS[language][key].format(name=name, day=_day(language, due_on))
    return f"{said}\n{question}" if question else said


def not_reported(language: str, name: str, due_on: date, who: Sequence[str]) -> str:
    """For whoever sees to them: as many names as one SMS has room for, and how many more there are."""
    named = len(who)
    while named > 1 and count(_naming(language, name, due_on, who, named)).segments > 1:
        named -= 1
    return _naming(language, name, due_on, who, named)


def _naming(language: str, name: str, due_on: date, who: Sequence[str], named: int) -> str:
    texts = _TEXTS[language]
    names = ", ".join(who[:named])
    if len(who) > named:
        names += texts["others"].format(number=len(who) - named)
    return texts["not_reported"].format(name=name, day=_day(language, due_on), who=names)


def refused(language: str, name: str, reason: str) -> str:
    return _TEXTS[language]["refused"].format(name=name, reason=reason)


def _day(language: str, day: date) -> str:
    return f"{day.day} {_MONTHS[language].split()[day.month - 1]}"
