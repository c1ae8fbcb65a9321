"""Reading stock reports: `soh mal 20 co 5`, glued, swapped, with units, in lines, in three languages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from mhero.outreach.texts import grammars
from mhero.outreach.texts.pairing import paired
from mhero.outreach.texts.pieces import KEYWORDS, Kind, Piece, tokens_of, ways
from mhero.outreach.texts.words import only_like, words

#: Keywords that are written without a space now and then.
_GLUED: Final = frozenset({"soh", "stk", "sdu", "hmk"})
_AS_LETTERS: Final = str.maketrans("015", "ols")


#: How many words of greeting may stand before the keyword.
MOST_BEFORE: Final = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """A product as far as texts name it."""

    code: str
    #: What people may write in place of the code.
    names: tuple[str, ...] = ()
    #: A key of `grammars.UNITS`; empty when any unit will do.
    unit: str = ""


@dataclass(frozen=True, order=True, slots=True)
class Amount:
    #: `on_hand`, `received` or `issued`.
    metric: str
    product: str
    number: int


class Asked(StrEnum):
    """Why something is asked back."""

    #: A product without a number.
    NO_NUMBER = "no_number"
    #: A word that is no product, with a number.
    UNKNOWN_PRODUCT = "unknown_product"
    #: Which number belongs to what can be read in more than one way, or in none.
    WHICH_NUMBER = "which_number"
    #: A product that was told twice, differently.
    TWICE = "twice"
    #: An amount in another unit than the product is counted in.
    OTHER_UNIT = "other_unit"
    #: Only the keyword.
    NOTHING = "nothing"


#: With these a way to cut the text makes no sense, where another one does.
_SENSELESS: Final = frozenset({Asked.WHICH_NUMBER, Asked.UNKNOWN_PRODUCT})


@dataclass(frozen=True, order=True, slots=True)
class Question:
    kind: Asked
    #: The words at issue, as they were written but for case and accents.
    words: str = ""
    #: The product at issue, or the one that was perhaps meant.
    product: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StockReading:
    #: Of the keyword: `en`, `fr`, `sw`.
    language: str
    amounts: tuple[Amount, ...] = ()
    questions: tuple[Question, ...] = ()


class StockReader:
    """Reads stock reports about some products."""

    def __init__(self, products: Iterable[Product]) -> None:
        self._known = {product.code: product for product in products}
        self._names = _names(self._known.values())

    def read(self, text: str) -> StockReading | None:
        """What a stock report says; None when the text is none. Amounts are whole numbers up to 9,999,999."""
        tokens = self._unglued(tokens_of(text))
        start = _start(tokens)
        if start is None:
            return None
        phrase, after = start
        metric, language = KEYWORDS[phrase]
        said = " ".join(tokens[after:])
        cut = ways(tokens[after:], self._names)
        if cut is None:
            return StockReading(language=language, questions=(Question(Asked.WHICH_NUMBER, said),))
        keyword = Piece(Kind.KEYWORD, phrase, metric)
        return replace(_agreed([_read([keyword, *way], self._known) for way in cut], said), language=language)

    def claims(self, text: str) -> bool:
        """Whether a text is meant as a stock report: "received" alone begins one only before a product."""
        if not self._known:
            return False
        start = _start(self._unglued(tokens_of(text)))
        if start is None or start[0] in grammars.SURE:
            return start is not None
        reading = self.read(text)
        return reading is not None and bool(
            reading.amounts or any(question.product for question in reading.questions)
        )

    def _unglued(self, tokens: list[str]) -> list[str]:
        """The tokens with the keyword by itself, where it is glued to what follows: `sohmal20`."""
        for place, token in enumerate(tokens[:MOST_BEFORE]):
            keyword, rest = token[:3].translate(_AS_LETTERS), token[3:]
            if keyword in _GLUED and (
                rest[:1].isdigit() or any(rest.startswith(name) for name in self._names)
            ):
                return [*tokens[:place], keyword, rest, *tokens[place + 1 :]]
        return tokens


def _names(products: Iterable[Product]) -> dict[str, str]:
    """Codes by names. A name of two products is none; a code is its product's whatever others are called."""
    products = list(products)
    named: dict[str, str] = {}
    for product in products:
        for name in product.names:
            phrase = " ".join(words(name))
            named[phrase] = "" if named.get(phrase, product.code) != product.code else product.code
    named |= {" ".join(words(product.code)): product.code for product in products}
    return {phrase: code for phrase, code in named.items() if phrase and code}


def _start(tokens: Sequence[str]) -> tuple[str, int] | None:
    """The keyword that the text begins with, and where it ends. A greeting may stand before it."""
    for place, token in enumerate(tokens[:MOST_BEFORE]):
        for length in (4, 3, 2, 1):
            phrase = " ".join(tokens[place : place + length])
            # S0H is SOH.
            for written in (phrase, phrase.translate(_AS_LETTERS)):
                if written in KEYWORDS and not phrase.isdecimal():
                    return written, place + length
        if token not in grammars.FILLERS and token[0].isalnum():
            return None
    return None


@dataclass(slots=True)
class _Way:
    """What one way to cut the text says."""

    amounts: list[Amount]
    questions: list[Question]
    #: Whether some of it can be read in several ways.
    has_several: bool = False

    @property
    def makes_sense(self) -> bool:
        return self.has_several or not any(question.kind in _SENSELESS for question in self.questions)


def _read(pieces: Sequence[Piece], known: Mapping[str, Product]) -> _Way:
    amounts: list[Amount] = []
    questions: list[Question] = []
    way = _Way(amounts, questions)
    for metric, section in _sections(pieces):
        if metric == grammars.EMPTY:
            _read_empty(section, amounts, questions)
            continue
        pairing = paired(_with_units(section))
        for word, number in pairing.pairs:
            if word.kind is Kind.UNKNOWN:
                meant = only_like(word.words, known)
                questions.append(Question(Asked.UNKNOWN_PRODUCT, word.words, meant))
            elif not _fits(number.units, known[word.value].unit):
                questions.append(Question(Asked.OTHER_UNIT, " ".join(number.units), word.value))
            else:
                amounts.append(Amount(metric, word.value, number.number))
        for word in pairing.alone:
            if word.kind is Kind.PRODUCT:
                questions.append(Question(Asked.NO_NUMBER, word.words, word.value))
            elif meant := only_like(word.words, known):
                questions.append(Question(Asked.UNKNOWN_PRODUCT, word.words, meant))
        questions += [Question(Asked.WHICH_NUMBER, _in_words(stretch)) for stretch in pairing.unclear]
        way.has_several |= pairing.has_several
    return way


def _read_empty(section: Sequence[Piece], amounts: list[Amount], questions: list[Question]) -> None:
    """After "stock out" there are products alone."""
    if any(piece.kind is Kind.NUMBER and piece.number for piece in section):
        questions.append(Question(Asked.WHICH_NUMBER, _in_words(section)))
        return
    for piece in section:
        if piece.kind is Kind.PRODUCT:
            amounts.append(Amount(grammars.ON_HAND, piece.value, 0))
        elif piece.kind is Kind.UNKNOWN:
            questions.append(Question(Asked.UNKNOWN_PRODUCT, piece.words))


def _in_words(pieces: Iterable[Piece]) -> str:
    return " ".join(piece.words for piece in pieces if piece.words)


def _sections(pieces: Sequence[Piece]) -> list[tuple[str, list[Piece]]]:
    """What follows each keyword, with its metric. "Mal none" is not a keyword but a zero."""
    sections: list[tuple[str, list[Piece]]] = []
    before: Piece | None = None
    for piece in pieces:
        is_keyword = piece.kind is Kind.KEYWORD
        if is_keyword and piece.value == grammars.EMPTY and before and before.kind is Kind.PRODUCT:
            sections[-1][1].append(Piece(Kind.NUMBER, piece.words))
        elif is_keyword and (not sections or piece.value != sections[-1][0]):
            sections.append((piece.value, []))
        elif not is_keyword:
            sections[-1][1].append(piece)
        before = piece
    return sections


def _with_units(section: Sequence[Piece]) -> list[Piece]:
    """The section without its units, which their numbers know now: the one before, or else the one after."""
    kept: list[Piece] = []
    waiting: tuple[str, ...] = ()
    for piece in section:
        if piece.kind is not Kind.UNIT:
            is_number = piece.kind is Kind.NUMBER
            kept.append(replace(piece, units=waiting) if is_number and waiting else piece)
            waiting = () if is_number or piece.kind is Kind.BREAK else waiting
        elif kept and kept[-1].kind is Kind.NUMBER:
            kept[-1] = replace(kept[-1], units=(*kept[-1].units, piece.value))
        else:
            waiting = (*waiting, piece.value)
    return kept


def _fits(units: Sequence[str], unit: str) -> bool:
    if grammars.UNCOUNTABLE in units:
        return False
    return not unit or all(said in {unit, grammars.ANY_UNIT} for said in units)


def _agreed(readings: Sequence[_Way], said: str) -> StockReading:
    """What all the ways to cut the text that make sense say; a question where they differ."""
    sensible = [way for way in readings if way.makes_sense] or readings
    told = {(_once(way.amounts), tuple(sorted(set(way.questions)))) for way in sensible}
    if len(told) > 1:
        return StockReading(language="", questions=(Question(Asked.WHICH_NUMBER, said),))
    amounts, questions = told.pop()
    numbers: dict[tuple[str, str], set[int]] = {}
    for amount in amounts:
        numbers.setdefault((amount.metric, amount.product), set()).add(amount.number)
    twice = {key for key, told_numbers in numbers.items() if len(told_numbers) > 1}
    kept = tuple(amount for amount in amounts if (amount.metric, amount.product) not in twice)
    questions += tuple(Question(Asked.TWICE, product=product) for _, product in sorted(twice))
    if not kept and not questions:
        questions = (Question(Asked.NOTHING),)
    return StockReading(language="", amounts=kept, questions=questions)


def _once(amounts: Sequence[Amount]) -> tuple[Amount, ...]:
    """In the order they were told."""
    return tuple(dict.fromkeys(amounts))
