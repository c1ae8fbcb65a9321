"""What a person wrote, found again among names that are known. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Final, Generic, TypeVar

T = TypeVar("T")

#: As alike as this is the same name with a slip of the thumb.
ALIKE: Final = 0.82
#: So much better than the next best that it is meant.
CLEARLY: Final = 0.06
#: What people put before a name.
_AROUND: Final = re.compile(
    r"^(?:i am|i'm|im|my name is|my post is|i work at|i work in|at|the|a|an|je suis|je m'appelle|mon nom est|"
    r"je travaille a|je travaille au|mimi ni|jina langu ni|nafanya kazi)\s+"
)
_SPACES: Final = re.compile(r"[^\w]+")


@dataclass(frozen=True, kw_only=True, slots=True)
class Known(Generic[T]):
    """Something that can be meant."""

    name: str
    value: T
    #: Those near to whom one asks are meant before others of the same name.
    is_near: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Match(Generic[T]):
    known: Known[T]
    #: Whether it was written as it is called, and there is only one.
    is_exact: bool


def plain(words: str) -> str:
    """Small letters without accents and signs, and without "my name is"."""
    text = unicodedata.normalize("NFKD", words.casefold().replace("’", "'"))
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    return " ".join(_SPACES.sub(" ", _AROUND.sub("", text.strip())).split())


def find(words: str, known: Iterable[Known[T]]) -> Match[T] | None:
    """The one that is meant; None when it is none or may be several."""
    wanted = plain(words)
    if not wanted:
        return None
    candidates = [(plain(one.name), one) for one in known]
    same = [
        one for name, one in candidates if name == wanted or sorted(name.split()) == sorted(wanted.split())
    ]
    if same:
        return _only(same)
    # The names of a facility's kind are often left out: "Phebe" for "Phebe Hospital".
    begins = [one for name, one in candidates if len(wanted) > 3 and name.startswith(f"{wanted} ")]
    if begins:
        one = _only(begins)
        return Match(known=one.known, is_exact=False) if one else None
    return _alike(wanted, candidates)


def _only(found: Sequence[Known[T]]) -> Match[T] | None:
    near = [one for one in found if one.is_near]
    if len(found) == 1:
        return Match(known=found[0], is_exact=True)
    return Match(known=near[0], is_exact=False) if len(near) == 1 else None


def _alike(wanted: str, candidates: Sequence[tuple[str, Known[T]]]) -> Match[T] | None:
    scored = []
    matcher = SequenceMatcher(b=wanted)
    for name, one in candidates:
        matcher.set_seq1(name)
        if matcher.real_quick_ratio() >= ALIKE and matcher.quick_ratio() >= ALIKE:
            ratio = matcher.ratio() + (CLEARLY if one.is_near else 0)
            if ratio >= ALIKE:
                scored.append((ratio, one))
    scored.sort(key=lambda pair: pair[0], reverse=True)
    if not scored or (len(scored) > 1 and scored[0][0] - scored[1][0] < CLEARLY):
        return None
    return Match(known=scored[0][1], is_exact=False)
