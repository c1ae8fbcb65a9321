"""Reading referrals, `REF <client> <facility> <reason>`, and news of them, `ARR 4F7K`, in any order."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from mhero.outreach.texts import grammars
from mhero.outreach.texts.codes import looks_like_code, read_code
from mhero.outreach.texts.words import LONGEST_TEXT, is_like, words

_LONGEST_PHRASE: Final = 3
_ELISION: Final = re.compile(r"^[dl]['’]", re.IGNORECASE)
_GLUED: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"(?P<keyword>arr|noshow|back|acc|cancel|refuse)-?(?P<code>\w+)",
        r"(?P<code>\w+?)-?(?P<keyword>arr|noshow|back|acc|cancel|refuse)",
    )
)
#: A keyword that a sign joins to the client: `REF-Musu`, `REF:Musu`.
_JOINED: Final = re.compile(r"^(\W*(?:ref|refer|rufaa|ruf))[-:./](?=\w)", re.IGNORECASE)
#: A slip in a shorter word would make it nearly any other.
_SHORTEST_SLIP: Final = 5
#: Where a facility is named, how many words that takes, and the keys of those that may be meant.
_Span = tuple[int, int, tuple[str, ...]]
#: What ends a sentence or a part of it.
_SIGNS: Final = frozenset(".:!?")
#: What stands before where somebody goes, and nothing else.
_LEADING: Final = frozenset({"to", "vers", "kwenda"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Facility:
    """A facility as far as texts name it."""

    key: str
    #: Its name and its codes.
    names: tuple[str, ...]


class Asked(StrEnum):
    """Why something is asked back."""

    #: Nobody is named who is referred.
    NO_CLIENT = "no_client"
    #: No facility that is known is named.
    NO_FACILITY = "no_facility"
    #: Several facilities are named, or are called so.
    WHICH_FACILITY = "which_facility"
    NO_REASON = "no_reason"
    #: The client and the reason stand together and cannot be told apart.
    CLIENT_OR_REASON = "client_or_reason"
    NO_CODE = "no_code"
    #: A code with a wrong letter.
    WRONG_CODE = "wrong_code"
    #: More than one code.
    WHICH_CODE = "which_code"
    #: More than one thing is said to have happened.
    WHICH_NEWS = "which_news"


@dataclass(frozen=True, order=True, slots=True)
class Question:
    kind: Asked
    #: The words at issue.
    words: str = ""
    #: Keys of the facilities that may be meant.
    facilities: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Referral:
    """A health worker refers a client. What is asked about is empty."""

    #: Of the keyword: `en`, `fr`, `sw`.
    language: str
    #: The client's name or code, as it was written.
    client: str = ""
    #: The key of the facility.
    facility: str = ""
    reason: str = ""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReferralNews:
    """What became of a referral. What is asked about is empty."""

    language: str
    #: `arrived`, `no_show`, `back`, `accepted`, `refused` or `cancelled`.
    kind: str = ""
    #: The referral's code, in capitals, with its check seen to be right.
    code: str = ""
    #: What was done with the client; of `back` alone.
    outcome: str = ""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    #: As it was written.
    written: str
    plain: str
    #: Whether a comma or a line's end follows.
    ends: bool
    #: The sign that follows, for writing it down: "no fever, cough" is not "no fever cough".
    sign: str = ""


def read_referral(text: str, facilities: Iterable[Facility]) -> Referral | ReferralNews | None:
    """What a text says of a referral; None when it is about none.

    News of a referral has a keyword and a code or something like one, so that "I will be back" is no news.
    """
    said = _words(text)
    found = _keywords(said)
    if found and found[0][2] == grammars.REFER and found[0][0] == 0:
        _, length, _, language = found[0]
        return _referral(said[length:], language, list(facilities))
    news = [one for one in found if one[2] != grammars.REFER]
    return _news(said, news) if news else None


def looks_like_referral(text: str) -> bool:
    """Whether a text is about a referral, whatever the facilities are called."""
    return read_referral(text, ()) is not None


def _words(text: str) -> list[_Word]:
    said: list[_Word] = []
    text = _JOINED.sub(r"\1 ", text[:LONGEST_TEXT], count=1)
    for line in text.replace(";", ",").replace("\n", ",").split(","):
        for raw in line.split():
            written = raw.strip(".:!?()[]\"'*#=/-")
            parts = [(part, " ".join(words(_ELISION.sub("", part)))) for part in _unglued(written)]
            said += [_Word(part, plain, ends=False) for part, plain in parts if plain]
            if said and raw[-1] in _SIGNS:
                said[-1] = replace(said[-1], sign=raw[-1])
        if said:
            said[-1] = replace(said[-1], ends=True, sign=said[-1].sign or ",")
    return said


def _unglued(written: str) -> tuple[str, ...]:
    """A keyword and a code that are glued or hyphenated, by themselves: `arr4f7k`."""
    for pattern in _GLUED:
        found = pattern.fullmatch(written)
        if found and looks_like_code(found["code"]):
            return (found["keyword"], found["code"])
    return (written,)


def _keywords(said: Sequence[_Word]) -> list[tuple[int, int, str, str]]:
    """Where each keyword begins, how many words it has, what it means and in which language."""
    found = []
    place = 0
    while place < len(said):
        length = 1
        for size in range(min(_LONGEST_PHRASE, len(said) - place), 0, -1):
            phrase = " ".join(word.plain for word in said[place : place + size])
            if phrase in _PHRASES:
                length = size
                found.append((place, size, *_PHRASES[phrase]))
                break
        place += length
    return found


_PHRASES: Final[dict[str, tuple[str, str]]] = {
    phrase: (kind, language)
    for language, kinds in reversed(grammars.REFERRALS.items())
    for kind, phrases in kinds.items()
    for phrase in phrases
}


def _news(said: list[_Word], found: list[tuple[int, int, str, str]]) -> ReferralNews | None:
    language = found[0][3]
    keyword_places = {place + step for place, length, _, _ in found for step in range(length)}
    codes, code_places = _codes(said, keyword_places)
    wrong = [
        word.written
        for place, word in enumerate(said)
        if place not in keyword_places | code_places and looks_like_code(word.written)
    ]
    is_short = len(said) == len(keyword_places)
    if not codes and not wrong and not (is_short and said[0].plain in _ABBREVIATIONS):
        return None
    questions = []
    if not codes:
        questions.append(Question(Asked.WRONG_CODE, wrong[0]) if wrong else Question(Asked.NO_CODE))
    elif len(codes) > 1 or wrong:
        questions.append(Question(Asked.WHICH_CODE, " ".join([*codes, *wrong])))
    if found[0][2] == grammars.BACK:
        # The outcome may well say that she arrived home: what is said first is meant.
        found = found[:1]
        keyword_places = set(range(found[0][0], found[0][0] + found[0][1]))
    kinds = list(dict.fromkeys(kind for _, _, kind, _ in found))
    if len(kinds) > 1:
        questions.append(Question(Asked.WHICH_NEWS))
    kind = kinds[0] if len(kinds) == 1 else ""
    rest = [word for place, word in enumerate(said) if place not in keyword_places | code_places]
    return ReferralNews(
        language=language,
        kind=kind,
        code=codes[0] if not questions else "",
        outcome=_written(rest) if kind == grammars.BACK else "",
        questions=tuple(questions),
    )


_ABBREVIATIONS: Final = frozenset({"arr", "noshow", "acc"})


def _codes(said: Sequence[_Word], taken: set[int]) -> tuple[list[str], set[int]]:
    """The codes, and the places of their words. A code may have a blank in it: `4F 7K`."""
    codes: dict[str, None] = {}
    places: set[int] = set()
    for place, word in enumerate(said):
        if place in taken | places:
            continue
        together = "".join(word.plain.split())
        if code := read_code(together):
            codes[code] = None
            places.add(place)
        elif place + 1 not in taken and (code := read_code(together + _plain_at(said, place + 1))):
            codes[code] = None
            places |= {place, place + 1}
    return list(codes), places


def _plain_at(said: Sequence[_Word], place: int) -> str:
    return said[place].plain if place < len(said) else ""


def _referral(said: list[_Word], language: str, facilities: Sequence[Facility]) -> Referral:
    questions: list[Question] = []
    spans = _named(said, facilities)
    if not spans:
        like = tuple(sorted({one.key for one in facilities if _is_nearly_named(said, one)}))
        return Referral(language=language, questions=(Question(Asked.NO_FACILITY, _written(said), like),))
    spans = _led_to(said, spans)
    keys = {key for _, _, keys in spans for key in keys}
    if len(keys) > 1:
        questions.append(Question(Asked.WHICH_FACILITY, "", tuple(sorted(keys))))
        if len(spans) > 1:
            # Which of them is the facility decides what else is said.
            return Referral(language=language, questions=tuple(questions))
    start, length, _ = spans[-1]
    before, after = said[:start], said[start + length :]
    client, reason = _client_and_reason(before, after, questions)
    return Referral(
        language=language,
        client=_written(client),
        facility=keys.pop() if len(keys) == 1 else "",
        reason=_written(reason),
        questions=tuple(questions),
    )


def named_facilities(text: str, facilities: Sequence[Facility]) -> tuple[frozenset[str], frozenset[str]]:
    """The facilities that a text by itself names; and when it names none, those that it may be a slip of."""
    said = _words(text)
    named = frozenset(key for _, _, keys in _named(said, facilities) for key in keys)
    if named:
        return named, frozenset()
    return named, frozenset(one.key for one in facilities if _is_nearly_named(said, one))


def _led_to(said: Sequence[_Word], spans: list[_Span]) -> list[_Span]:
    """Of several names the one that "to" leads to: "Mary to Phebe" where Mary is a clinic too."""
    led = [span for span in spans if span[0] and said[span[0] - 1].plain in _LEADING]
    return led if len(led) == 1 and led[0][0] > 1 else spans


def _client_and_reason(
    before: list[_Word], after: list[_Word], questions: list[Question]
) -> tuple[list[_Word], list[_Word]]:
    """Who stands before the facility, why after it; or both on one side, and something parts them."""
    if before and before[-1].plain in grammars.TOWARDS:
        before = before[:-1]
    together = before or after
    if before and after:
        client, reason = _parted(before)
        # "Musu for bleeding to Phebe tomorrow": the reason is told, whatever follows.
        return (client, reason + after) if reason else (before, _without_because(after))
    client, reason = _parted(together)
    if not client:
        questions.append(Question(Asked.NO_CLIENT))
    elif not reason and not before and not (len(client) == 1 and _has_digit(client[0])):
        questions.append(Question(Asked.CLIENT_OR_REASON, _written(client)))
        client = []
    elif not reason and len(client) > 2:
        # A name has two words, or it is a name and a reason.
        questions.append(Question(Asked.CLIENT_OR_REASON, _written(client)))
        client = []
    elif not reason:
        questions.append(Question(Asked.NO_REASON))
    return client, reason


def _parted(said: list[_Word]) -> tuple[list[_Word], list[_Word]]:
    """The client and the reason where a word or a comma parts them, or the client is a code."""
    for place, word in enumerate(said):
        if word.plain in grammars.BECAUSE and 0 < place < len(said) - 1:
            return said[:place], said[place + 1 :]
    for place, word in enumerate(said[:-1]):
        if word.ends:
            return said[: place + 1], said[place + 1 :]
    if len(said) > 1 and _has_digit(said[0]):
        return said[:1], said[1:]
    return said, []


def _has_digit(word: _Word) -> bool:
    return any(letter.isdigit() for letter in word.plain)


def _without_because(said: list[_Word]) -> list[_Word]:
    return said[1:] if len(said) > 1 and said[0].plain in grammars.BECAUSE else said


def _written(said: Iterable[_Word]) -> str:
    every = list(said)
    return " ".join(word.written + (word.sign if word is not every[-1] else "") for word in every)


def _named(said: Sequence[_Word], facilities: Sequence[Facility]) -> list[_Span]:
    """Where facilities are named, how many words that takes, and which may be meant; the longest names first
    where they lie over one another."""
    names = _names(facilities)
    longest = max((len(words(name)) for one in facilities for name in one.names), default=0)
    spans: list[_Span] = []
    taken: set[int] = set()
    for length in range(min(longest, len(said)), 0, -1):
        for place in range(len(said) - length + 1):
            here = set(range(place, place + length))
            phrase = _together(word.plain for word in said[place : place + length])
            if phrase in names and not here & taken:
                taken |= here
                start, end = _with_kind(said, place, place + length)
                spans.append((start, end - start, names[phrase]))
    return _joined(sorted(spans))


def _joined(spans: Iterable[_Span]) -> list[_Span]:
    """The same, with a facility that is named twice in a row named once."""
    joined: list[_Span] = []
    for start, length, keys in spans:
        before = joined[-1] if joined else (0, -1, ())
        both = tuple(key for key in before[2] if key in keys)
        # What they are called after may be counted to both.
        if both and before[0] + before[1] >= start:
            joined[-1] = (before[0], start + length - before[0], both)
        else:
            joined.append((start, length, keys))
    return joined


def _with_kind(said: Sequence[_Word], start: int, end: int) -> tuple[int, int]:
    """The span of a name with what the facility is called after: "Phebe hosp", "l'hôpital Phebe"."""
    while end < len(said) and said[end].plain in grammars.KINDS_OF_FACILITY and not said[end - 1].ends:
        end += 1
    while start and said[start - 1].plain in grammars.KINDS_OF_FACILITY and not said[start - 1].ends:
        start -= 1
    return start, end


def _together(parts: Iterable[str]) -> str:
    """Whether C. B. Dunbar is CB Dunbar does not matter."""
    return "".join("".join(parts).split())


def _names(facilities: Iterable[Facility]) -> Mapping[str, tuple[str, ...]]:
    """Facilities by every way to name them: in full, and without "hospital" and the like."""
    named: dict[str, dict[str, None]] = {}
    for facility in facilities:
        for name in facility.names:
            full = " ".join(words(name))
            short = " ".join(word for word in full.split() if word not in grammars.KINDS_OF_FACILITY)
            for phrase in {full, short} - {""}:
                named.setdefault(_together([phrase]), {})[facility.key] = None
    return {phrase: tuple(keys) for phrase, keys in named.items()}


def _is_nearly_named(said: Sequence[_Word], facility: Facility) -> bool:
    """Whether a word is a slip of one of its name's."""
    own = {word for name in facility.names for word in words(name)} - grammars.KINDS_OF_FACILITY
    return any(
        len(word.plain) >= _SHORTEST_SLIP and is_like(word.plain, other) for word in said for other in own
    )
