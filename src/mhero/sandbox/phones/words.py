"""What a text asks, and the words in which people answer: clear ones, dirty ones, and another language's.

The Kpelle and Bassa words are typed as a speaker might without the right letters, and no speaker has
checked them. For the program they are what they are in life: words that no keyword list knows.
"""

import re
from dataclasses import dataclass
from random import Random
from typing import Final

_OPTION: Final = re.compile(r"(?<![\w])(\d)\s*(?:[.)=:-]|for\b|pour\b)?\s*([A-Za-zÀ-ÿ]+)")
_NUMBER: Final = re.compile(r"\b(how many|how much|number of|combien)\b", re.IGNORECASE)
_CODE: Final = re.compile(r"\b(code|employee (?:id|number)|id number)\b", re.IGNORECASE)
_ASKS: Final = re.compile(r"\?|\b(reply|answer|send|text back|r[ée]ponde[zr])\b", re.IGNORECASE)
_OPEN: Final = re.compile(r"\b(why|what|which|where|who|when|describe|pourquoi|quel\w*)\b", re.IGNORECASE)

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
    #: "none", "options", "yes_no", "number", "code" or "open".
    kind: str
    #: The digits one may choose from, with their words.
    options: tuple[tuple[str, str], ...] = ()
    #: How many questions the text asks.
    count: int = 0

    @classmethod
    def of(cls, text: str) -> "Question":
        if not _ASKS.search(text):
            return cls(kind="none")
        count = max(1, text.count("?"))
        options = tuple(dict(_OPTION.findall(text)).items())
        if len(options) >= 2:
            return cls(kind="options", options=options, count=count)
        if _CODE.search(text):
            return cls(kind="code", count=count)
        if _NUMBER.search(text):
            return cls(kind="number", count=count)
        if "?" not in text or _OPEN.search(text):
            return cls(kind="open", count=count)
        return cls(kind="yes_no", count=count)


def reply(question: Question, languages: tuple[str, ...], cadre: str, draw: Random) -> str:
    """The words of one answer."""
    match question.kind:
        case "options":
            return _choose(question.options, languages, draw)
        case "yes_no":
            return _yes_or_no(draw.random() < 0.8, languages, draw)
        case "number":
            return _amount(draw)
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


def _amount(draw: Random) -> str:
    amount = str(int(draw.lognormvariate(2.5, 0.9)))
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


def _digits(cadre: str, draw: Random) -> str:
    """A code of nine digits. Who had less schooling gets one wrong more often; by how much is assumed."""
    digits = [str(draw.randrange(10)) for _ in range(9)]
    wrong = 0.35 if cadre in ("cha", "vaccinator", "registrar", "nurse-aide") else 0.1
    if draw.random() < wrong:
        digits.pop(draw.randrange(9))
    return "".join(digits)
