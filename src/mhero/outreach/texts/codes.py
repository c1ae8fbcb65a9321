"""Short codes that people read to each other and type on a keypad, such as 4F7K.

No two letters of the alphabet look alike, and the last one is a check: one wrong letter, and two that changed
places, are found. Each code has a digit and a letter, so that no ordinary word is one.
"""

import re
from collections.abc import Callable
from typing import Final

#: A prime number of letters, so that no weight hides a change. Without 0 O Q D, 1 I L, Z, S, G, B, U, N.
ALPHABET: Final = "23456789ACEFHJKMPRTVWXY"
_SIZE: Final = len(ALPHABET)
_WEIGHTS: Final = (2, 3, 5)
_START: Final = 21
LENGTH: Final = len(_WEIGHTS) + 1
#: What people write in place of a letter of the alphabet.
_MEANT: Final = str.maketrans("ZSGBUN", "2568VM")


def new_code(draw: Callable[[int], int]) -> str:
    """A code of numbers that `draw` gives below its argument, such as `secrets.randbelow`."""
    while True:
        stem = "".join(ALPHABET[draw(_SIZE)] for _ in _WEIGHTS)
        code = stem + _check(stem)
        if _has_both(code):
            return code


def read_code(text: str) -> str | None:
    """The code that is written here, in whatever case; None when it is none, or has a wrong letter."""
    code = text.strip().upper().translate(_MEANT)
    if len(code) != LENGTH or any(letter not in ALPHABET for letter in code) or not _has_both(code):
        return None
    return code if code[-1] == _check(code[:-1]) else None


def looks_like_code(text: str) -> bool:
    """Whether somebody may have meant a code: as long as one, of letters and digits."""
    return bool(re.fullmatch(rf"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9]{{{LENGTH - 1},{LENGTH + 1}}}", text))


def _check(stem: str) -> str:
    pairs = zip(stem, _WEIGHTS, strict=True)
    return ALPHABET[(_START + sum(ALPHABET.index(letter) * weight for letter, weight in pairs)) % _SIZE]


def _has_both(code: str) -> bool:
    return any(letter.isdigit() for letter in code) and any(letter.isalpha() for letter in code)
