"""Which number belongs to which product, where that can be told in one way only.

The code stands before its number, or after it, and does so all along. Where both make sense nothing is taken.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from mhero.outreach.texts.pieces import Kind, Piece

#: A product, or a word that may be one, with its number.
Pair = tuple[Piece, Piece]
_WORDS = {Kind.PRODUCT, Kind.UNKNOWN}


@dataclass(slots=True)
class Pairing:
    pairs: list[Pair] = field(default_factory=list)
    #: Products and words without a number.
    alone: list[Piece] = field(default_factory=list)
    #: Stretches in which nothing can be told.
    unclear: list[list[Piece]] = field(default_factory=list)
    #: Whether that is because there are several readings, and not because there is none.
    has_several: bool = False


def paired(section: Sequence[Piece]) -> Pairing:
    """The pairs of one section: products, words, numbers and breaks."""
    stretches = [
        list(stretch)
        for is_break, stretch in groupby(section, lambda piece: piece.kind is Kind.BREAK)
        if not is_break
    ]
    found = [_readings(stretch) for stretch in stretches]
    whole = [piece for stretch in stretches for piece in stretch]
    if all(len(readings) == 1 for readings in found):
        pairing = _together([readings[0] for readings in found], stretches)
        taught = _in_order(whole, -1)
        # "mal, 20 co, 5 zi" lacks the first number or the last one.
        if taught in (None, pairing.pairs) or not any(piece.kind is Kind.PRODUCT for piece in pairing.alone):
            return pairing
        return Pairing(unclear=[whole], has_several=True)
    if len(stretches) > 1 and any(not readings for readings in found):
        readings = _readings(whole)
        if len(readings) == 1:
            return _together(readings, [whole])
        if any(
            not readings and not _has_word(stretch)
            for readings, stretch in zip(found, stretches, strict=True)
        ):
            # Numbers by themselves: they belong elsewhere, and so perhaps do all others.
            return Pairing(unclear=[whole])
    pairing = Pairing()
    for readings, stretch in zip(found, stretches, strict=True):
        if len(readings) == 1:
            _add(pairing, readings[0], stretch)
        else:
            pairing.unclear.append(stretch)
            pairing.has_several |= bool(readings)
    return pairing


def _together(readings: Sequence[list[Pair]], stretches: Sequence[list[Piece]]) -> Pairing:
    pairing = Pairing()
    for pairs, stretch in zip(readings, stretches, strict=True):
        _add(pairing, pairs, stretch)
    return pairing


def _add(pairing: Pairing, pairs: list[Pair], stretch: list[Piece]) -> None:
    taken = {id(piece) for pair in pairs for piece in pair}
    pairing.pairs += pairs
    pairing.alone += [piece for piece in stretch if piece.kind in _WORDS and id(piece) not in taken]


def _has_word(stretch: Sequence[Piece]) -> bool:
    return any(piece.kind in _WORDS for piece in stretch)


def _readings(stretch: Sequence[Piece]) -> list[list[Pair]]:
    """The ways in which every number has its word; one that makes sense more than others stands alone."""
    if any(piece.kind is Kind.DOUBT for piece in stretch):
        return []
    forward, backward = _in_order(stretch, -1), _in_order(stretch, 1)
    readings = [reading for reading in (forward, backward) if reading is not None]
    if not readings:
        return [mixed] if (mixed := _each_with_its_neighbour(stretch)) else []
    if forward is not None and backward is not None:
        if not forward:
            return [forward]
        # "mal 20 co 5 from Musu": the order that people are taught, and nothing but products. The other order
        # would not do: "amx 20 mal" is about another product.
        if all(word.kind is Kind.PRODUCT for word, _ in forward) and any(
            word.kind is Kind.UNKNOWN for word, _ in backward
        ):
            return [forward]
    return readings


def _in_order(stretch: Sequence[Piece], step: int) -> list[Pair] | None:
    """Every number with the word before it (-1) or after it (1); None where one has none."""
    pairs: list[Pair] = []
    for place, piece in enumerate(stretch):
        if piece.kind is Kind.NUMBER:
            beside = place + step
            if not 0 <= beside < len(stretch) or stretch[beside].kind not in _WORDS:
                return None
            pairs.append((stretch[beside], piece))
    return pairs


def _each_with_its_neighbour(stretch: Sequence[Piece]) -> list[Pair] | None:
    """As many words as numbers, side by side two by two: "20 mal co 5"."""
    pairs = list(_twos(stretch))
    kinds = [{one.kind, two.kind} for one, two in pairs]
    if len(stretch) % 2 or any(not (Kind.NUMBER in two and two & _WORDS) for two in kinds):
        return None
    return [(two, one) if one.kind is Kind.NUMBER else (one, two) for one, two in pairs]


def _twos(stretch: Sequence[Piece]) -> Iterator[Pair]:
    return zip(stretch[::2], stretch[1::2], strict=False)
