"""What the product itself says around an alert, in the language of whoever reads it."""

from collections.abc import Sequence
from typing import Final

from mhero.outreach.languages import language_of
from mhero.outreach.texts.words import words

MOST_NAMED: Final = 3

# Accents of French are those of GSM-7 alone, so that a text stays as short as it was written.
_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "ask": "Reply {word} to confirm.",
        "thanks": "Thank you, your confirmation is recorded.",
        "supervisor": "Not confirmed at {place}: {names}. Call them. Alert: {alert}",
    },
    "fr": {
        "ask": "Répondez {word} pour confirmer.",
        "thanks": "Merci, votre confirmation est enregistrée.",
        "supervisor": "Pas confirmé à {place} : {names}. Appelez-les. Alerte : {alert}",
    },
    "sw": {
        "ask": "Jibu {word} kuthibitisha.",
        "thanks": "Asante, uthibitisho wako umepokelewa.",
        "supervisor": "Hawajathibitisha {place}: {names}. Wapigie simu. Tahadhari: {alert}",
    },
}


def say(language: str, key: str, **values: str) -> str:
    """`language`: ISO 639-3, as contacts have it."""
    return _TEXTS[language_of(language)][key].format(**values)


def with_word(text: str, language: str, word: str) -> str:
    """The text with the sentence that says what to answer, unless it says so itself."""
    written = f" {' '.join(words(text))} "
    if f" {' '.join(words(word))} " in written:
        return text
    return f"{text.rstrip()} {say(language, 'ask', word=word)}"


def names_in_words(names: Sequence[str]) -> str:
    shown = ", ".join(names[:MOST_NAMED])
    return f"{shown} +{len(names) - MOST_NAMED}" if len(names) > MOST_NAMED else shown
