"""The words that questions bring along: what messages say by themselves, and how people say yes and no.

What is said to people is kept by the language of the message; a language without an entry is served by
that of the questions, or else by English. What people say is understood in every language: they mix them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

Said = Mapping[str, str]

YES_LABEL: Final[Said] = {"eng": "Yes", "fra": "Oui"}
NO_LABEL: Final[Said] = {"eng": "No", "fra": "Non"}
#: Categories of results.
ANSWERED: Final[Said] = {"eng": "Answer", "fra": "Réponse"}
SKIPPED: Final[Said] = {"eng": "Skipped", "fra": "Passé"}
NOT_UNDERSTOOD: Final[Said] = {"eng": "Not understood", "fra": "Pas compris"}

SORRY: Final[Said] = {
    "eng": "Sorry, we did not understand your answer.",
    "fra": "Désolé, nous n'avons pas compris votre réponse.",
}
THANKS: Final[Said] = {"eng": "Thank you for your answers.", "fra": "Merci pour vos réponses."}

HOW_TO_SKIP: Final[Said] = {"eng": "To skip: SKIP", "fra": "Pour passer : PASSER"}
HOW_TO_SAY_A_DATE: Final[Said] = {
    "eng": "Day/month/year, such as 25/03/2026",
    "fra": "Jour/mois/année, par exemple 25/03/2026",
}
BETWEEN: Final[Said] = {
    "eng": "Answer with a number from {least} to {most}.",
    "fra": "Répondez par un nombre de {least} à {most}.",
}
AT_LEAST: Final[Said] = {
    "eng": "Answer with a number, {least} or more.",
    "fra": "Répondez par un nombre, {least} ou plus.",
}
AT_MOST: Final[Said] = {
    "eng": "Answer with a number, {most} or less.",
    "fra": "Répondez par un nombre, {most} ou moins.",
}
ANY_NUMBER: Final[Said] = {"eng": "Answer with a number.", "fra": "Répondez par un nombre."}
CHOOSE_OF_TWO: Final[Said] = {"eng": "Answer with 1 or 2.", "fra": "Répondez par 1 ou 2."}
CHOOSE: Final[Said] = {
    "eng": "Answer with a number from 1 to {last}.",
    "fra": "Répondez par un chiffre de 1 à {last}.",
}

# How people say it: small letters; `+` and `*` repeat the letter before.

#: Repeated letters, dropped and swapped ones: what thumbs do.
SAYS_YES: Final = (
    "y+e+s+", "y+e+a+h*", "yep", "yup", "ya+h*", "ye", "yse", "eys", "ou+i+", "ouais?", "wi", "sim",
    "nd[iy]+o", "affirmati(?:ve|f)", "correct", "true", "sure", "certainly", "definitely", "absolutely",
    "absolument", "exactly", "exactement", "of course", "bien s[uû]r", "[👍👌✅✔]",
)  # fmt: skip
SAYS_NO: Final = (
    "n+o+", "n+on+", "nope?", "na+h+", "naw", "hapana", "n[ãa]o", "n[eé]gati(?:ve|f)", "never", "jamais",
    "not yet", "not at all", "pas encore", "pas du tout", "[👎❌]",
)  # fmt: skip
#: A letter that means it only when it is all that was written.
YES_ALONE: Final = ("y", "o")
NO_ALONE: Final = ("n",)
#: Taken for the digit 1 on a small screen.
ONE_ALONE: Final = ("i", "l", "[|]")
SAYS_SKIP: Final = ("skipp?", "skip (?:it|this)", "pass", "passe[rz]?", "sauter", "ignorer")

#: What may stand before an answer, or after it, and changes nothing of it. No word is here that turns it
#: round, nor "good" or "bon", which may be an answer themselves.
BEFORE: Final = (
    "ok", "okay", "oh", "hello", "hi", "dear", "please", "pls", "sir", "madam", "my", "our", "the",
    "answer", "reply", "is", "it", "its", "s", "we", "are", "i", "am", "bonjour", "bonsoir", "ma", "la",
    "le", "l", "est", "c", "cest", "je", "reponse", "réponse",
)  # fmt: skip
AFTER: Final = (
    "please", "pleas", "pls", "plz", "plse", "thanks?", "thx", "you", "ok", "okay", "o+h*", "sir",
    "madame?", "mam", "boss", "it", "is", "ya", "svp", "stp", "s", "il", "vous", "te", "pla[iî]t", "merci",
    "monsieur", "[👍👌✅✔]",
)  # fmt: skip
#: Stands before the digit of an option.
NUMBERING: Final = ("option", "number", "num[eé]ro", "num", "nr", "no", "n", "choice", "choix")
DIGIT_WORDS: Final = (
    ("one", "un"), ("two", "deux"), ("three", "trois"), ("four", "quatre"), ("five", "cinq"), ("six",),
    ("seven", "sept"), ("eight", "huit"), ("nine", "neuf"),
)  # fmt: skip
#: What turns an answer round: a label with one of these is known by the whole of it alone.
NEGATIONS: Final = frozenset(
    (
        "no", "not", "none", "without", "never", "non", "sans", "pas", "aucun", "aucune", "jamais", "ni",
        "ne",
        "nothing", "rien", "less", "moins", "cannot", "cant", "dont", "hors",
    )
)  # fmt: skip
#: With one of these words it is not clear what was meant.
UNCLEAR: Final = (
    "may.?be", "perhaps", "peut.[eê]tre", "not sure", "unsure", "not know", "don.?t know", "dnt know",
    "don.?t understand", "no idea", "no problem", "no worr(?:y|ies)", "no wahala", "no longer", "no one",
    "no comment", "sais pas", "pas s[uû]re?", "aucune id[eé]e", "probl[eè]me", "plus tard", "later", "or",
    "ou", "wrong number", "who is this", "some.?times", "parfois", "d[eé]pends?",
)  # fmt: skip
#: After "no" these begin to tell more of it; anything else may make something different of the "no".
AFTER_NO: Final = (
    "we", "i", "there", "it", "they", "not", "he", "she", "nous", "je", "j", "il", "ils", "elle", "on",
    "ce", "pas", "but", "mais", "because", "since", "light", "drugs?",
)  # fmt: skip
#: In the rest of an answer that began with yes: they may take it back.
TAKES_BACK: Final = (
    "n+o+", "n+on+", "not", "[a-z]+n.t", "dont", "never", "pas", "jamais", "ne", "n", "nope", "cannot",
    "without", "sans", "but", "mais",
)  # fmt: skip

#: Numbers that people write as words, when that is all they write.
NUMBER_WORDS: Final[Mapping[str, int]] = {
    "none": 0, "zero": 0, "zéro": 0, "nil": 0, "nothing": 0, "rien": 0, "aucun": 0, "aucune": 0, "no one": 0,
    "one": 1, "un": 1, "une": 1, "two": 2, "deux": 2, "three": 3, "trois": 3, "four": 4, "quatre": 4,
    "five": 5, "cinq": 5, "six": 6, "seven": 7, "sept": 7, "eight": 8, "huit": 8, "nine": 9, "neuf": 9,
    "ten": 10, "dix": 10, "eleven": 11, "onze": 11, "twelve": 12, "douze": 12, "thirteen": 13, "treize": 13,
    "fourteen": 14, "quatorze": 14, "fifteen": 15, "quinze": 15, "sixteen": 16, "seize": 16, "seventeen": 17,
    "dix-sept": 17, "eighteen": 18, "dix-huit": 18, "nineteen": 19, "dix-neuf": 19, "twenty": 20, "vingt": 20,
    "thirty": 30, "trente": 30, "forty": 40, "quarante": 40, "fifty": 50, "cinquante": 50, "sixty": 60,
    "soixante": 60, "hundred": 100, "cent": 100,
}  # fmt: skip
#: Beside a number these say that it is not the number, or not this one.
ROUGHLY: Final = (
    "or", "ou", "to", "à", "less", "more", "than", "plus", "moins", "over", "under", "above", "below",
    "between", "entre", "dozens?", "douzaines?", "hundreds?", "thousands?", "millions?", "mille", "cents?",
    "hal(?:f|ves)", "demie?", "not", "never", "no", "pas", "per", "minus", "every", "chaque", "k", "each",
    "by", "times", "fois", "may.?be", "peut.[eê]tre", "don.?t know", "and",
)  # fmt: skip

#: Months by every name that they are written with.
MONTHS: Final[Mapping[str, int]] = {
    name: number
    for number, names in enumerate(
        (
            "jan january janvier janv", "feb february fév fev février fevrier", "mar march mars",
            "apr april avr avril", "may mai", "jun june juin", "jul july juil juillet",
            "aug august aoû août aout", "sep sept september septembre", "oct october octobre",
            "nov november novembre", "dec december déc décembre decembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
TODAY: Final = ("today", "aujourd.?hui", "this morning", "ce matin")
YESTERDAY: Final = ("yesterday", "yestaday", "hier")


def said(words: Said, language: str, base: str = "eng") -> str:
    """The words in a language; else in that of the questions, or in English."""
    return words.get(language) or words.get(base) or words["eng"]
