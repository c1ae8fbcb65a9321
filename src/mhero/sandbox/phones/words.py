"""What a text asks, and the words in which people answer: clear ones, dirty ones, and another language's.

The Kpelle and Bassa words are typed as a speaker might without the right letters, and no speaker has
checked them. For the program they are what they are in life: words that no keyword list knows.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

_OPTION: Final = re.compile(r"(?<![\w])(\d)\s*(?:[.)=:-]|for\b|pour\b)?\s*([A-Za-zÀ-ÿ]+)")
#: One option a line, as a list of questions writes them: the label may have several words.
_LISTED: Final = re.compile(r"^(\d)[.)]? +(\S.*)$", re.MULTILINE)
_NUMBER: Final = re.compile(
    r"\b(how many|how much|number of|with a number|combien|par un nombre)\b", re.IGNORECASE
)
_LIMITS: Final = re.compile(r"\b(?:from|between|de|entre) (\d+) (?:to|and|à|et) (\d+)\b", re.IGNORECASE)
_DATE: Final = re.compile(
    r"\b(day/month/year|jour/mois/ann[ée]e|since when|what date|which day|depuis quand)", re.IGNORECASE
)
_PLACE: Final = re.compile(
    r"\b(?:which|what|name of your|quel\w*|votre) "
    r"(county|district|facility|clinic|hospital|[ée]tablissement|comt[ée])\b",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"\b(code|employee (?:id|number)|id number)\b", re.IGNORECASE)
_ASKS: Final = re.compile(r"\?|\b(reply|answer|send|text back|r[ée]ponde[zr])\b", re.IGNORECASE)
_OPEN: Final = re.compile(r"\b(why|what|which|where|who|when|describe|pourquoi|quel\w*)\b", re.IGNORECASE)
_LEVELS: Final = {"county": "county", "comté": "county", "comte": "county", "district": "district"}

_YES: Final = ("Yes", "yes", "YES", "Yes pls", "yes.", "Yes it is", "Y", "yeah", "Yes oh", "ok yes")
_NO: Final = ("No", "no", "NO", "No pls", "no.", "Not yet", "N", "No oh")
_OTHER_YES: Final = {"fr": ("Oui", "oui", "oui svp"), "kpe": ("ee", "ɛɛ", "oo"), "bsq": ("een", "ɛ̃ɛ̃n")}
_OTHER_NO: Final = {"fr": ("Non", "non"), "kpe": ("kpao", "kpaa"), "bsq": ("ein-ein",)}
_STOP: Final = ("STOP", "Stop", "stop", "STOP pls", "stop.")
_OTHER_STOP: Final = {"fr": ("ARRET", "arrêt", "stop svp")}
_THANKS: Final = ("Thank you", "ok", "Ok thanks", "Noted", "Thanks oh", "👍", "God bless")
_PLAIN: Final = (
    "All is well here",
    "We need gloves and chlorine",
    "No light since Monday pls help",
    "The road is bad, ambulance can not come",
    "who is this?",
    "Wrong number",
    "I am no longer at this clinic",
    "We don finish the malaria drugs",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    #: "none", "options", "yes_no", "number", "date", "place", "code" or "open".
    kind: str
    #: The digits one may choose from, with their words.
    options: tuple[tuple[str, str], ...] = ()
    #: How many questions the text asks.
    count: int = 0
    #: What a number may be, where the text says so.
    limits: tuple[int, int] | None = None
    #: Which place is asked for: "county", "district" or "facility".
    level: str = ""

    @classmethod
    def of(cls, text: str) -> "Question":
        if not _ASKS.search(text):
            return cls(kind="none")
        count = max(1, text.count("?"))
        listed = _LISTED.findall(text)
        options = tuple(dict(listed if len(listed) >= 2 else _OPTION.findall(text)).items())
        if len(options) >= 2:
            return cls(kind="options", options=options, count=count)
        if _CODE.search(text):
            return cls(kind="code", count=count)
        if _NUMBER.search(text):
            limits = _LIMITS.search(text)
            return cls(
                kind="number", count=count, limits=(int(limits[1]), int(limits[2])) if limits else None
            )
        if _DATE.search(text):
            return cls(kind="date", count=count)
        if place := _PLACE.search(text):
            return cls(kind="place", count=count, level=_LEVELS.get(place[1].lower(), "facility"))
        if "?" not in text or _OPEN.search(text):
            return cls(kind="open", count=count)
        return cls(kind="yes_no", count=count)


def reply(
    question: Question,
    languages: tuple[str, ...],
    cadre: str,
    draw: Random,
    *,
    today: date = date(2026, 1, 1),
    places: Mapping[str, str] | None = None,
) -> str:
    """The words of one answer. `places` are where the person works, by level."""
    match question.kind:
        case "options":
            return _choose(question.options, languages, draw)
        case "yes_no":
            return _yes_or_no(draw.random() < 0.8, languages, draw)
        case "number":
            return _amount(draw, question.limits)
        case "date":
            return _day(today, draw)
        case "place":
            return _place((places or {}).get(question.level, ""), draw)
        case "code":
            return _digits(cadre, draw)
        case "open":
            return draw.choice(_PLAIN)
        case _:
            return draw.choice(_THANKS)


def stop_word(languages: tuple[str, ...], draw: Random) -> str:
    return draw.choice(_OTHER_STOP.get(languages[0], _STOP))


def _choose(options: tuple[tuple[str, str], ...], languages: tuple[str, ...], draw: Random) -> str:
    # The first option is "yes" or "all is well" mostly.
    digit, word = options[0] if draw.random() < 0.65 else draw.choice(options)
    form = draw.random()
    if form < 0.6:
        return digit
    if form < 0.9:
        return draw.choice((f"{digit}.", f" {digit}", f"{digit} {word}", word, f"{word} pls", f"({digit})"))
    return _yes_or_no(word.lower() not in ("no", "non"), languages, draw)


def _yes_or_no(yes: bool, languages: tuple[str, ...], draw: Random) -> str:
    others = _OTHER_YES if yes else _OTHER_NO
    for language in languages[:2]:
        # Who prefers another language uses it often, who only speaks it too does so now and then.
        if language in others and draw.random() < (0.6 if language == languages[0] else 0.08):
            return draw.choice(others[language])
    return draw.choice(_YES if yes else _NO)


def _amount(draw: Random, limits: tuple[int, int] | None = None) -> str:
    number = int(draw.lognormvariate(2.5, 0.9))
    if limits:
        number = max(limits[0], min(number, limits[1]))
    amount = str(number)
    if draw.random() < 0.75:
        return amount
    dirty = (
        f"{amount} ",
        f"about {amount}",
        f"{amount} pls",
        amount.replace("1", "l").replace("0", "O"),
        "none",
    )
    return draw.choice(dirty)


def _day(today: date, draw: Random) -> str:
    """A day of the last three months, in one of the usual forms or in none of them."""
    day = today - timedelta(days=draw.randrange(90))
    if draw.random() < 0.75:
        return f"{day:%d/%m/%Y}"
    forms = (
        f"{day:%d-%m-%y}",
        f"{day.day} {day:%B} {day.year}",
        f"{day:%d.%m.%Y}",
        "yesterday",
        "last week",
        f"{day:%d/%m}",
    )
    return draw.choice(forms)


def _place(name: str, draw: Random) -> str:
    if not name or draw.random() < 0.05:
        return draw.choice(("here", "my place", "the clinic"))
    return (
        name if draw.random() < 0.6 else draw.choice((name.lower(), name.upper(), f"{name} pls", f"{name}."))
    )


def _digits(cadre: str, draw: Random) -> str:
    """A code of nine digits. Who had less schooling gets one wrong more often; by how much is assumed."""
    digits = [str(draw.randrange(10)) for _ in range(9)]
    wrong = 0.35 if cadre in ("cha", "vaccinator", "registrar", "nurse-aide") else 0.1
    if draw.random() < wrong:
        digits.pop(draw.randrange(9))
    return "".join(digits)
