"""A stock text in pieces: keywords, products, numbers, units, breaks; with every way to cut what is glued.

`mal2O` is `mal` and 20, `20mal` and `mal20co5` are cut likewise, `1,200` is one number or two, and a lone `l`
is a 1 or a product. What can be cut in several ways is: the reader takes a text only when all its ways that
make sense say the same.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from itertools import product as combinations
from typing import Final

from mhero.outreach.texts import grammars
from mhero.outreach.texts.words import plain

#: More digits are no amount.
LONGEST_NUMBER: Final = 7
#: More ways to cut a text are not looked at: nobody could say which one was meant.
MOST_WAYS: Final = 64
MOST_PIECES: Final = 240
#: Nobody glues more together than this.
LONGEST_WORD: Final = 120

# Letters and digits; whole and decimal numbers with their marks; whatever parts the text.
_TOKEN: Final = re.compile(r"\d+(?:[.,']\d+)+(?![^\W_])|[^\W_]+|[\n;,./|+&]|[%~<>±×?]")
_ELISION: Final = re.compile(r"\b[dl]'(?=[^\W\d_])")
_THOUSANDS: Final = re.compile(r"\d{1,3}(?:[.,']\d{3})+")
_NUMBER: Final = re.compile(r"\d[\dol]*")
_MIXED: Final = re.compile(r"(?=.*\d)[\dol]+")
#: A number of letters alone.
_LETTERS_FOR_DIGITS: Final = re.compile(r"[ol]{1,3}")
_AS_DIGITS: Final = str.maketrans("ol", "01")
_LONGEST_PHRASE: Final = 4
_MARKS_OF_DOUBT: Final = frozenset("%~<>±×?")


class Kind(Enum):
    KEYWORD = "keyword"
    PRODUCT = "product"
    NUMBER = "number"
    UNIT = "unit"
    UNKNOWN = "unknown"
    #: What changes the meaning of what stands around it, such as "expired" or "?".
    DOUBT = "doubt"
    BREAK = "break"


@dataclass(frozen=True, slots=True)
class Piece:
    kind: Kind
    #: As it was written, but for case and accents.
    words: str
    #: The metric of a keyword, the code of a product, the name of a unit.
    value: str = ""
    number: int = 0
    #: The units said with a number, in the order they stand.
    units: tuple[str, ...] = ()


BREAK: Final = Piece(Kind.BREAK, "")


#: Codes of products by everything they are called; a name may have several words.
Products = Mapping[str, str]

#: Metric and language of keywords.
KEYWORDS: Final = {
    phrase: (metric, language)
    for language, metrics in reversed(grammars.STOCK.items())
    for metric, phrases in metrics.items()
    for phrase in phrases
}


_UNITS: Final = {word: unit for unit, written in grammars.UNITS.items() for word in written}


def tokens_of(text: str) -> list[str]:
    """Words, numbers and marks; a comma between a letter and a digit, as in `mal,20`, parts nothing."""
    clean = _ELISION.sub("", plain(text))
    clean = re.sub(r"(?<=[^\W\d_])[.,](?=\d)", " ", clean)
    return _TOKEN.findall(clean)[:MOST_PIECES]


def ways(tokens: list[str], products: Products) -> list[list[Piece]] | None:
    """Every way to cut the text; None when there are too many to tell what is meant."""
    choices: list[list[list[Piece]]] = []
    place = 0
    while place < len(tokens):
        taken, cuts = _cut(tokens, place, products)
        choices.append(cuts)
        place += taken
    cut = [[piece for part in way for piece in part] for way in islice(combinations(*choices), MOST_WAYS + 1)]
    return cut if len(cut) <= MOST_WAYS else None


def _cut(tokens: list[str], place: int, products: Products) -> tuple[int, list[list[Piece]]]:
    """How many tokens the piece takes that begins here, and what it may be."""
    token = tokens[place]
    if token in _MARKS_OF_DOUBT:
        return 1, [[Piece(Kind.DOUBT, token)]]
    if not token[0].isalnum():
        return 1, [[BREAK]]
    for length in range(_LONGEST_PHRASE, 0, -1):
        phrase = " ".join(tokens[place : place + length])
        if known := _known(phrase, products):
            # A word that may be a number of letters too.
            is_number = length == 1 and known.kind is Kind.PRODUCT and _LETTERS_FOR_DIGITS.fullmatch(token)
            return length, [[known], [_number(token)]] if is_number else [[known]]
    return 1, [[]] if token in grammars.FILLERS else _cut_word(token, products)


def _known(phrase: str, products: Products) -> Piece | None:
    if phrase in products:
        return Piece(Kind.PRODUCT, phrase, products[phrase])
    if phrase in KEYWORDS:
        return Piece(Kind.KEYWORD, phrase, KEYWORDS[phrase][0])
    if phrase in grammars.ZERO:
        return Piece(Kind.NUMBER, phrase)
    if phrase in _UNITS:
        return Piece(Kind.UNIT, phrase, _UNITS[phrase])
    if phrase in grammars.DOUBTS:
        return Piece(Kind.DOUBT, phrase)
    return None


def _cut_word(token: str, products: Products) -> list[list[Piece]]:
    if _LETTERS_FOR_DIGITS.fullmatch(token) or token.isdecimal():
        return [[_number(token)]]
    if not token.isalnum():
        # Two numbers and a mark between them; or one number, or none where it has a part.
        apart = [part for number in re.findall(r"\d+", token) for part in (BREAK, _number(number))][1:]
        is_whole = _THOUSANDS.fullmatch(token)
        together = _number(re.sub(r"\D", "", token)) if is_whole else Piece(Kind.DOUBT, token)
        return [[together], apart]
    if len(token) > LONGEST_WORD:
        return [[Piece(Kind.DOUBT, token)]]
    cuts = list(islice(_segments(token, products, None, set()), MOST_WAYS))
    return cuts or [[_number(token)] if _MIXED.fullmatch(token) else _runs(token)]


def _segments(
    word: str, products: Products, after: Kind | None, hopeless: set[tuple[int, Kind | None]]
) -> Iterator[list[Piece]]:
    """All ways in which a glued word is numbers and known words by turns.

    `hopeless`: how much was left where no way led to the end, so that none is tried twice.
    """
    if not word:
        yield []
        return
    if (len(word), after) in hopeless:
        return
    is_hopeless = True
    for piece, length in _beginnings(word, products, after):
        for rest in _segments(word[length:], products, piece.kind, hopeless):
            is_hopeless = False
            yield [piece, *rest]
    if is_hopeless:
        hopeless.add((len(word), after))


def _beginnings(word: str, products: Products, after: Kind | None) -> Iterator[tuple[Piece, int]]:
    """The pieces that a word may begin with, and how long they are."""
    if after is not Kind.NUMBER and (match := _NUMBER.match(word)):
        # As far as the digits go at least; an `o` or `l` after them may begin the next word.
        shortest = len(word) - len(word.lstrip("0123456789"))
        for end in range(shortest, match.end() + 1):
            if not word[end:][:1].isdigit():
                yield _number(word[:end]), end
    if after in {None, Kind.NUMBER, Kind.UNIT}:
        for end in range(1, len(word) + 1):
            known = _known(word[:end], products)
            if known and (known.kind is Kind.PRODUCT or (known.kind is Kind.UNIT and after is Kind.NUMBER)):
                yield known, end


def _runs(token: str) -> list[Piece]:
    """A word that is not known: its letters and its digits, each by themselves. Nobody knows what 20x is."""
    runs = re.findall(r"\d+|\D+", token)
    return [
        _number(run) if run[0].isdigit() else Piece(Kind.DOUBT if place else Kind.UNKNOWN, run)
        for place, run in enumerate(runs)
    ]


def _number(written: str) -> Piece:
    digits = written.translate(_AS_DIGITS)
    if len(digits) > LONGEST_NUMBER:
        return Piece(Kind.DOUBT, written)
    return Piece(Kind.NUMBER, written, number=int(digits))
