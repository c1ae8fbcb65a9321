"""Whether a reply asks to get no more messages, or to get them again."""

import unicodedata
from collections.abc import Iterable
from enum import Enum

#: Compared with the whole of a reply. French and local words beside the English one; a setting adds others.
DEFAULT_STOP_WORDS = ("STOP", "STOP ALL", "UNSUBSCRIBE", "ARRET", "ARRETER", "ARRETEZ", "DESABONNER")
START_WORDS = ("START", "UNSTOP", "REPRENDRE", "ABONNER")
#: Said beside a wish without changing it: "Stop pls", "Arrêt svp merci".
COURTESIES = frozenset(
    {"please", "pls", "plz", "kindly", "thanks", "thank", "you", "now", "svp", "merci", "ok", "tafadhali"}
)


def default_stop_words() -> list[str]:
    return list(DEFAULT_STOP_WORDS)


class Wish(Enum):
    STOP = "stop"
    START = "start"


def wish_of(text: str, stop_words: Iterable[str]) -> Wish | None:
    """What the reply asks for, if it consists of one of the words and nothing else but courtesies."""
    whole = plain(text)
    said = {whole, " ".join(word for word in whole.split() if word not in COURTESIES)} - {""}
    if said & {plain(word) for word in stop_words}:
        return Wish.STOP
    if said & {plain(word) for word in START_WORDS}:
        return Wish.START
    return None


def plain(text: str) -> str:
    """The letters and digits alone, without case and accents, words one space apart: "Arrêt!" is "arret"."""
    # A reply can be 10 kB long; a stop word cannot.
    decomposed = unicodedata.normalize("NFKD", text[:200].casefold())
    kept = "".join(
        letter if letter.isalnum() else " " for letter in decomposed if not unicodedata.combining(letter)
    )
    return " ".join(kept.split())
