"""Words, and how texts are compared regardless of how people type them."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_ASCII_WORD = re.compile(r"[A-Za-z0-9_']+|[$+<=>^`|~]")
_SPACES = re.compile(r" +")

#: Letters that look like Latin ones and are not told apart by compatibility decomposition.
_CONFUSABLES = str.maketrans(
    "αβγεικνορτυχϰɑɣɡɩıᴀʙᴄᴅᴇɢʜᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢаеорсухіјѕһԁԛԝѵкмнтвг",
    "abyeikvoptuxkaygiiabcdeghjklmnoprstuvwyzaeopcyxijshdqwvkmhtbr",
)
#: Arabic and Persian forms of the same letters.
_ARABIC = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "آ": "ا", "أ": "ا", "إ": "ا", "ة": "ه"})


def word_spans(text: str) -> list[tuple[int, int]]:
    """Where the words are: runs of letters, marks, digits, `_` and `'`, or one symbol such as an emoji."""
    if text.isascii():
        return [match.span() for match in _ASCII_WORD.finditer(text)]
    spans: list[tuple[int, int]] = []
    start = -1
    for index, char in enumerate(text):
        if char in "_'" or unicodedata.category(char)[0] in "LMN":
            start = index if start < 0 else start
            continue
        if start >= 0:
            spans.append((start, index))
            start = -1
        if unicodedata.category(char)[0] == "S":
            spans.append((index, index + 1))
    if start >= 0:
        spans.append((start, len(text)))
    return spans


def words(text: str) -> list[str]:
    """The words of a text."""
    if text.isascii():
        return _ASCII_WORD.findall(text)
    return [text[start:end] for start, end in word_spans(text)]


def words_between(text: str, delimiters: str) -> list[str]:
    """The words of a text when any of these characters separates them."""
    return [word for word in _splitter(delimiters).split(text) if word]


@lru_cache(maxsize=256)
def _splitter(delimiters: str) -> re.Pattern[str]:
    return re.compile("[" + re.escape(delimiters) + "]")


def collate(text: str, collation: str) -> str:
    """The text in the form in which it is compared under this collation."""
    if collation == "confusables":
        return unicodedata.normalize("NFKC", text).casefold().translate(_CONFUSABLES)
    if collation == "arabic_variants":
        return unicodedata.normalize("NFKC", text).translate(_ARABIC).lower()
    return text.lower()


def snakify(text: str) -> str:
    """The key under which a result of this name is kept."""
    bare = "".join(" " if _is_apart(char) else char for char in text.strip())
    return _SPACES.sub("_", bare).lower()


def _is_apart(char: str) -> bool:
    return not (char == "_" or char in "0123456789" or unicodedata.category(char)[0] == "L")
