"""Patterns of what people write, in flows' own syntax (RE2's): nothing looks around or refers back.

An answer is read as a whole. Its words must be known, each as a part of the answer or as one that changes
nothing; whatever is not known makes it an answer that is not understood. So nothing is read into it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

from mhero.messaging.questions.words import AFTER, BEFORE, DIGIT_WORDS, NEGATIONS, NUMBERING

#: What stands between words: anything but letters, digits and the signs that say yes or no. Not `\W`, which
#: takes accented letters for signs.
APART = "[^0-9a-zà-ỿ👍👌✅✔👎❌]"
#: A word's end with what follows it.
END = f"(?:{APART}+|\\z)"
#: The engine takes no longer pattern.
LONGEST = 1_000
#: Words shorter than this are too near to others when a letter is wrong.
SHORTEST_WITH_TYPOS = 5
_FURTHEST_TYPO = 2

_LOOSE = {
    "a": "[aàâ]", "c": "[cç]", "e": "[eéèê]", "i": "[iîï]", "o": "[oô]", "u": "[uùû]", "ɛ": "[ɛe]",
    "ɔ": "[ɔo]",
    "œ": "(?:œ|oe)", "ñ": "[ñn]", "ŋ": "(?:ŋ|ng|n)", "ɓ": "[ɓb]", "ɗ": "[ɗd]", "ã": "[ãa]",
}  # fmt: skip
_BARE = str.maketrans({"œ": "oe", "ɛ": "e", "ɔ": "o", "ŋ": "n", "ɓ": "b", "ɗ": "d"})


def tokens(text: str) -> tuple[str, ...]:
    """The words of a label, in small letters."""
    lowered = unicodedata.normalize("NFC", text).lower()
    return tuple("".join(letter if letter.isalnum() else " " for letter in lowered).split())


def bare(word: str) -> str:
    """The word without accents, by which words are compared."""
    taken_apart = unicodedata.normalize("NFKD", word.lower()).translate(_BARE)
    return "".join(letter for letter in taken_apart if not unicodedata.combining(letter))


def loosely(word: str) -> str:
    """A label's word, with or without its accents."""
    return "".join(_LOOSE.get(letter) or _LOOSE.get(bare(letter)) or letter for letter in word)


def phrase(words: Iterable[str]) -> str:
    """A label's words one after the other, whatever signs are between them."""
    return f"{APART}+".join(loosely(word) for word in words)


def either(patterns: Iterable[str]) -> str:
    return f"(?:{'|'.join(dict.fromkeys(patterns))})"


def spoken(listed: Iterable[str]) -> str:
    """Words of the lists in `words`; those of a phrase with any signs between them."""
    return either(each.replace(" ", r"\W+") for each in listed)


def whole(core: str, strange: frozenset[str] = frozenset()) -> str:
    """The whole answer is this, with words around it that change nothing.

    `core` ends with its last word's END. `strange` are words that options have: for the others they are no
    mere fillers.
    """
    before, after = (
        either(word for word in listed if bare(word) not in strange) for listed in (BEFORE, AFTER)
    )
    return f"\\A{APART}*(?:{before}{APART}+)*{core}(?:{after}{END})*\\z"


def words_of(forms: Iterable[str], digit: int | None = None) -> str:
    """One of these forms, or several of them one after the other; the option's digit may be among them."""
    figure = [f"0?{digit}"] if digit else []
    return f"(?:{either([*forms, *figure])}{END})+"


def numbered(digit: int, forms: Iterable[str], strange: frozenset[str]) -> str:
    """The digit of an option, with or without its words: `1`, `01`, `Option 1`, `no. 1`, `one`, `1yes`."""
    before = either(word for word in NUMBERING if bare(word) not in strange)
    figure = either([f"0?{digit}", *(word for word in DIGIT_WORDS[digit - 1] if word not in strange)])
    return f"(?:{before}{APART}*)?{figure}{APART}*(?:{either(forms)}{END})*"


def alone(listed: Iterable[str]) -> str:
    return f"\\A{APART}*{spoken(listed)}{APART}*\\z"


def with_word(listed: Iterable[str]) -> str:
    """One of these words is in it."""
    return f"(?:\\A|{APART}){spoken(listed)}(?:{APART}|\\z)"


def begins(first: str) -> str:
    """Begins with it and goes on without any digit."""
    return f"\\A{APART}*{first}{APART}[^0-9]*\\z"


def begins_and_has(first: str, later: str) -> str:
    return f"\\A{APART}*{first}{APART}(?:.*{APART})?{later}(?:{APART}|\\z)"


def begins_with_no(no: str, followers: str) -> str:
    """A no and a comma, or a no with one of the words that go on telling."""
    return f"\\A{APART}*{no}(?: *[,.;:!]|{APART}+{followers}{APART})[^0-9]*\\z"


def misspelt(word: str) -> str:
    """The word with one letter wrong, missing, added or swapped with the next; the first letter is right."""
    forms = []
    for at in range(1, len(word)):
        forms.append(f"{word[:at]}[a-z]{{0,2}}{word[at + 1 :]}")
        if at + 1 < len(word):
            forms.append(f"{word[:at]}{word[at + 1]}{word[at]}{word[at + 2 :]}")
    return either(forms)


def may_be_misspelt(word: str, others: Iterable[str]) -> bool:
    """Whether one wrong letter cannot make another option's word of it."""
    return (
        len(word) >= SHORTEST_WITH_TYPOS
        and word.isalpha()
        and all(distance(bare(word), bare(other)) > _FURTHEST_TYPO for other in others)
    )


def distance(one: str, other: str) -> int:
    """How many letters have to be changed, added or taken away (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, letter in enumerate(one, 1):
        before, row[0] = row[0], at
        for place, against in enumerate(other, 1):
            before, row[place] = (
                row[place],
                min(row[place] + 1, row[place - 1] + 1, before + (letter != against)),
            )
    return row[-1]


def is_negated(words: Iterable[str]) -> bool:
    return any(bare(word) in NEGATIONS for word in words)
