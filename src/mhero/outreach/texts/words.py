"""What both readers share: text without case and accents, and the looks of words."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

#: More than a reader looks at: ten SMS.
LONGEST_TEXT: Final = 1600
_APOSTROPHES: Final = str.maketrans("’‘ʼ`´", "'''''")


def plain(text: str) -> str:
    """In lower case, without accents, with plain digits and apostrophes; line ends stay."""
    decomposed = unicodedata.normalize("NFKD", text[:LONGEST_TEXT].translate(_APOSTROPHES).casefold())
    return "".join(_plain(letter) for letter in decomposed if not unicodedata.combining(letter))


def _plain(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)


def words(text: str) -> list[str]:
    """The letters and digits of a text in runs."""
    return re.findall(r"[^\W_]+", plain(text))


def is_like(word: str, other: str) -> bool:
    """Whether one wrong, missing, added or swapped letter lies between two words."""
    if word == other or abs(len(word) - len(other)) > 1:
        return word == other
    if len(word) == len(other):
        wrong = [place for place, (one, two) in enumerate(zip(word, other, strict=True)) if one != two]
        is_swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1
        return len(wrong) == 1 or (is_swapped and sorted(word) == sorted(other))
    shorter, longer = sorted((word, other), key=len)
    return any(longer[:place] + longer[place + 1 :] == shorter for place in range(len(longer)))


def only_like(word: str, known: Iterable[str]) -> str:
    """The one of the known words that this may be a slip of; empty when there is none or more than one."""
    like = {other for other in known if is_like(word, other)}
    return like.pop() if len(like) == 1 and len(word) > 1 else ""
