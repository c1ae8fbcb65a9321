"""How many SMS a text takes, as 3GPP TS 23.038 (alphabets) and 23.040 (concatenation) have it.

A text of the GSM 7 bit alphabet holds 160 septets in one SMS and 153 in each of several; any other text is
sent as UCS-2, with 70 and 67 code units. A character of the extension table takes two septets, and one beyond
the basic plane two code units; neither is split between two SMS.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

#: TS 23.038, 6.2.1, without the escape character.
BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
#: TS 23.038, 6.2.1.1: each takes the escape character and one septet more.
EXTENSION = "\f^{}\\[~]|€"

_IN_GSM = re.compile(f"[{re.escape(BASIC + EXTENSION)}]*")
_NOT_IN_GSM = re.compile(f"[^{re.escape(BASIC + EXTENSION)}]")
_EXTENDED = re.compile(f"[{re.escape(EXTENSION)}]")

#: What Unicode does not take apart by itself: quotes and dashes of word processors, letters of our languages.
_SIMPLER = str.maketrans(
    {
        "’": "'", "‘": "'", "‚": ",", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "‹": "'", "›": "'",
        "–": "-", "—": "-", "‑": "-", "−": "-", "•": "-", "…": "...", "\u00a0": " ", "\u202f": " ",
        "\u2009": " ",
        "\t": " ", "\u200b": "", "\ufeff": "", "œ": "oe", "Œ": "OE", "ɛ": "e", "Ɛ": "E", "ɔ": "o", "Ɔ": "O",
        "ŋ": "n", "Ŋ": "N", "ɓ": "b", "Ɓ": "B", "ɗ": "d", "Ɗ": "D", "ɣ": "g", "Ɣ": "G", "ɲ": "n", "Ɲ": "N",
        "ı": "i", "ł": "l", "Ł": "L", "`": "'", "´": "'",
    }
)  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Segments:
    #: `GSM-7` or `UCS-2`.
    encoding: str
    #: Septets or code units, as the encoding counts.
    characters: int
    #: How many SMS are paid for; an empty text takes none.
    segments: int
    #: How many septets or code units each of them holds.
    per_segment: int
    #: The distinct characters that simplifying replaced.
    replaced: tuple[str, ...] = ()
    #: The distinct characters for which the text cannot be GSM-7.
    forcing: tuple[str, ...] = ()

    @property
    def left(self) -> int:
        """How much more fits before another SMS is needed."""
        return max(0, self.segments * self.per_segment - self.characters)


def count(text: str, simplify: bool = False) -> Segments:
    """What the text takes, as it stands or with its accents simplified."""
    replaced: tuple[str, ...] = ()
    if simplify:
        replaced = _distinct(letter for letter in _NOT_IN_GSM.findall(text) if simplified(letter) != letter)
        text = simplified(text)
    if _IN_GSM.fullmatch(text):
        return _counted("GSM-7", text, 160, 153, replaced)
    return _counted("UCS-2", text, 70, 67, replaced, _distinct(_NOT_IN_GSM.findall(text)))


def simplified(text: str) -> str:
    """The text with each character outside the GSM alphabet replaced by its nearest, where it has one."""
    if _IN_GSM.fullmatch(text):
        return text
    return _NOT_IN_GSM.sub(_nearest, text)


def _nearest(match: re.Match[str]) -> str:
    letter = match.group()
    known = letter.translate(_SIMPLER)
    if known != letter:
        return known
    bare = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return bare if bare and _IN_GSM.fullmatch(bare) else ("" if unicodedata.combining(letter) else letter)


def _counted(
    encoding: str,
    text: str,
    alone: int,
    joined: int,
    replaced: tuple[str, ...],
    forcing: tuple[str, ...] = (),
) -> Segments:
    is_gsm = encoding == "GSM-7"
    doubles = len(_EXTENDED.findall(text)) if is_gsm else sum(letter > "\uffff" for letter in text)
    characters = len(text) + doubles
    if characters <= alone:
        segments, per_segment = int(characters > 0), alone
    else:
        segments, per_segment = _joined(text, is_gsm, joined) if doubles else -(-characters // joined), joined
    return Segments(
        encoding=encoding,
        characters=characters,
        segments=segments,
        per_segment=per_segment,
        replaced=replaced,
        forcing=forcing,
    )


def _joined(text: str, is_gsm: bool, joined: int) -> int:
    """The SMS of a text with double characters, none of which may lie across a border."""
    segments, used = 1, 0
    for letter in text:
        size = 2 if (letter in EXTENSION if is_gsm else letter > "\uffff") else 1
        if used + size > joined:
            segments, used = segments + 1, 0
        used += size
    return segments


def _distinct(letters: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(letters))
