"""Reading visits: `VISIT <name or code> <day> [phone]`, and what became of one, `DONE 4F7K`, in any order."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from mhero.outreach.texts import visit_words
from mhero.outreach.texts.codes import looks_like_code, read_code
from mhero.outreach.texts.days import find_days
from mhero.outreach.texts.referrals import looks_like_referral
from mhero.outreach.texts.visit_words import DONE, MISSED, MOVED, REGISTER
from mhero.outreach.texts.words import LONGEST_TEXT, plain, words

#: A name has no more words.
LONGEST_NAME: Final = 4
#: Fewer digits are no phone number.
_SHORTEST_NUMBER: Final = 7
_SHORTEST_CODE: Final = 3
_LONGEST_KIND: Final = 3
_APART: Final = re.compile(r"(?<=\d)\s*([/.])\s*(?=\d)")
_DIGITS: Final = re.compile(r"\+?[\d().-]*\d[\d().-]*")
_IN_DIGITS: Final = re.compile(r"[\d+()./-]*\d[\d+()./-]*")
_TELEPHONE: Final = re.compile(r"^(?:tel|phone|ph|simu|namba|num|numero|no)[:.]*(?=\+?\d{3})", re.IGNORECASE)
_TIME: Final = re.compile(r"\d{1,2}(?:am|pm|h|hrs|\d\d(?:am|pm|h|hrs))")
#: A longer text without a right code is no news of a visit.
_LONGEST_SLIP: Final = 4
_ELISION: Final = re.compile(r"^[dl]'", re.IGNORECASE)
_MARKS: Final = ".:!?()[]\"'*#=-–"


class Asked(StrEnum):
    """Why something is asked back."""

    NO_CLIENT = "no_client"
    #: Words that are no name, or too many, or on both sides of the day.
    WHICH_CLIENT = "which_client"
    #: Two people in one text.
    ONE_CLIENT = "one_client"
    NO_DAY = "no_day"
    #: There is no such day, or it may be one of several, or several are told.
    WHICH_DAY = "which_day"
    WHICH_NUMBER = "which_number"
    #: A code with a wrong letter.
    WRONG_CODE = "wrong_code"
    #: "not done", "done?", or more than one thing is said to have happened to a visit.
    WHICH_NEWS = "which_news"


@dataclass(frozen=True, order=True, slots=True)
class Question:
    kind: Asked
    #: The words at issue.
    words: str = ""
    #: Days that may be meant.
    days: tuple[date, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """A client is to come on a day. What is asked about is empty."""

    #: Of the keyword: `en`, `fr`, `sw`.
    language: str
    #: The client's name or code, as it was written.
    client: str = ""
    day: date | None = None
    #: As it was written; cleaned by whoever knows the country.
    phone: str = ""
    #: Key of the kind of visit, where the text names one.
    kind: str = ""
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitNews:
    """What became of visits. What is asked about is empty."""

    language: str
    #: `done`, `missed` or `moved`, each with the code of a visit, in capitals, its check seen to be right.
    told: tuple[tuple[str, str], ...] = ()
    #: Where it is moved to, or when it was done.
    day: date | None = None
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    #: As it was written.
    written: str
    plain: str


_KEYWORDS: Final[dict[str, tuple[str, str]]] = {
    phrase: (kind, language)
    for language, kinds in reversed(visit_words.VISITS.items())
    for kind, phrases in kinds.items()
    for phrase in phrases
}
_GLUED: Final = re.compile(
    r"(?P<a>done|missed|moved)[-:]?(?P<b>\w{4})|(?P<c>\w{4})[-:]?(?P<d>done|missed|moved)", re.I
)


def read_visit(
    text: str, today: date, kinds: Mapping[str, str] | None = None
) -> Registration | VisitNews | None:
    """What a text says of a visit; None when it is about none.

    `kinds`: keys of the kinds of visit by their names, which are letters and digits without case and accents.
    """
    said = _words(text)
    if not said:
        return None
    if start := _keyword(said, 0):
        (kind, language), length = start
        if kind == REGISTER:
            is_sure = said[0].plain in visit_words.SURE or said[0].written.isupper()
            return _registration(said[length:], language, today, kinds or {}, is_sure)
    news = _news(text, said, today)
    # "never came 4F7K" is news of a referral.
    return None if news and looks_like_referral(text) else news


def _words(text: str) -> list[_Word]:
    clean = _APART.sub(r"\1", text[:LONGEST_TEXT].translate({0x2019: "'", ord(","): " ", ord(";"): " "}))
    said: list[_Word] = []
    for raw in clean.split():
        for written in _unglued(_TELEPHONE.sub("", raw).strip(_MARKS)):
            together = _plain(written)
            if together:
                said.append(_Word(written, together))
    return said


def _plain(written: str) -> str:
    """Without case, accents and marks; a day in numbers keeps its marks."""
    if _IN_DIGITS.fullmatch(written):
        return plain(written)
    return " ".join(words(_ELISION.sub("", written)))


def _unglued(written: str) -> tuple[str, ...]:
    """A keyword and a code that are glued: `done4f7k`."""
    found = _GLUED.fullmatch(written)
    if found:
        keyword, code = (found["a"], found["b"]) if found["a"] else (found["d"], found["c"])
        if looks_like_code(code):
            return (keyword, code)
    return (written,)


def _keyword(said: Sequence[_Word], place: int) -> tuple[tuple[str, str], int] | None:
    """What begins here, in which language, and how many words it has."""
    for length in (2, 1):
        phrase = " ".join(word.plain for word in said[place : place + length])
        if place + length <= len(said) and phrase in _KEYWORDS:
            return _KEYWORDS[phrase], length
    return None


def _registration(
    said: list[_Word], language: str, today: date, kinds: Mapping[str, str], is_sure: bool
) -> Registration | None:
    found = find_days([word.plain for word in said], today)
    days = {place for one in found for place in range(one.start, one.end)}
    numbers, taken = _numbers(said, days)
    if not is_sure and not found and not numbers:
        return None
    names, kind = _kind(said, days | taken, kinds)
    if any(said[place].plain in visit_words.ORDINARY for place in names):
        if not is_sure:
            return None
        return Registration(
            language=language, questions=(Question(Asked.WHICH_CLIENT, _written(said, names)),)
        )
    questions: list[Question] = []
    client = _client(said, names, days, questions)
    if len(found) != 1 or len(found[0].days) != 1:
        several = found[0].days if len(found) == 1 else ()
        questions.append(
            Question(Asked.WHICH_DAY if found else Asked.NO_DAY, _written(said, sorted(days)), several)
        )
    if len(numbers) > 1:
        questions.append(Question(Asked.WHICH_NUMBER, " ".join(numbers)))
    return Registration(
        language=language,
        client=client,
        day=found[0].days[0] if len(found) == 1 and len(found[0].days) == 1 else None,
        phone=numbers[0] if len(numbers) == 1 else "",
        kind=kind,
        questions=tuple(questions),
    )


def _client(said: Sequence[_Word], names: list[int], days: set[int], questions: list[Question]) -> str:
    """The client's name or code; empty when that is asked about."""
    told = [place for place in names if said[place].plain not in visit_words.FILLERS]
    client = _written(said, told)
    if any(said[place].plain in visit_words.AND or said[place].written == "&" for place in told):
        questions.append(Question(Asked.ONE_CLIENT, client))
    elif not told:
        questions.append(Question(Asked.NO_CLIENT))
    elif len(told) > LONGEST_NAME or _is_split(told, days) or not _is_client(client):
        questions.append(Question(Asked.WHICH_CLIENT, client))
    else:
        return client
    return ""


def _is_split(told: Sequence[int], days: set[int]) -> bool:
    """Whether words stand on both sides of the day: only one side can be the name."""
    return (
        bool(days) and any(place < min(days) for place in told) and any(place > max(days) for place in told)
    )


def _is_client(client: str) -> bool:
    """A name, or the code of a client: a lone number of one or two digits is an age or a slip."""
    parts = words(client)
    if len(parts) == 1 and parts[0].isdigit():
        return len(parts[0]) >= _SHORTEST_CODE
    loose = [word for word in client.split() if word.isdigit()]
    return bool(parts) and not loose and len("".join(parts)) > 1


def _numbers(said: Sequence[_Word], days: set[int]) -> tuple[list[str], set[int]]:
    """The phone numbers, and the places of their words: `0770 000 001` are three."""
    numbers: list[str] = []
    taken: set[int] = set()
    run: list[int] = []
    for place in range(len(said) + 1):
        if place < len(said) and place not in days and _DIGITS.fullmatch(said[place].written):
            run.append(place)
            continue
        for part in _parts(said, run):
            numbers.append(" ".join(said[one].written for one in part))
            taken |= set(part)
        run = []
    return numbers, taken


def _parts(said: Sequence[_Word], run: list[int]) -> list[list[int]]:
    """The numbers in a run of words of digits; a client's code may stand before one."""
    whole = [place for place in run if _digits(said[place].written) >= _SHORTEST_NUMBER]
    if whole:
        return [[p - 1, p] if p - 1 in run and said[p - 1].written[0] == "+" else [p] for p in whole]
    return [run] if sum(_digits(said[place].written) for place in run) >= _SHORTEST_NUMBER else []


def _digits(written: str) -> int:
    return sum(letter.isdigit() for letter in written)


def _kind(said: Sequence[_Word], taken: set[int], kinds: Mapping[str, str]) -> tuple[list[int], str]:
    """The places that are left, and the key of the kind of visit that is named among them."""
    left = [place for place in range(len(said)) if place not in taken]
    for length in range(min(_LONGEST_KIND, len(left)), 0, -1):
        for start in range(len(left) - length + 1):
            here = left[start : start + length]
            phrase = "".join("".join(words(said[place].plain)) for place in here)
            # The whole of the name may not be a kind of visit.
            if phrase in kinds and len(left) > length and here[-1] - here[0] == length - 1:
                return [place for place in left if place not in here], kinds[phrase]
    return left, ""


def _news(text: str, said: list[_Word], today: date) -> VisitNews | None:
    keywords = {
        place: word[0]
        for place in range(len(said))
        if (word := _keyword(said, place)) and word[0][0] != REGISTER
    }
    if not keywords:
        return None
    language = next(iter(keywords.values()))[1]
    is_past = all(kind != MOVED for kind, _ in keywords.values())
    codes, wrong, rest = _codes(said, set(keywords))
    found = find_days(
        [said[place].plain if place in rest else "" for place in range(len(said))], today, past=is_past
    )
    days = {place for one in found for place in range(one.start, one.end)}
    wrong = [place for place in wrong if place not in days and not _TIME.fullmatch(said[place].plain)]
    if not codes and (not wrong or len(said) > _LONGEST_SLIP):
        return None
    questions: list[Question] = []
    if wrong:
        questions.append(Question(Asked.WRONG_CODE, _written(said, wrong)))
    told = _told(keywords, codes)
    is_negated = any(said[place].plain in visit_words.NEGATIONS for place in rest if place not in days)
    if not told or is_negated or "?" in text:
        questions.append(Question(Asked.WHICH_NEWS))
    moved = any(kind == MOVED for kind, _ in keywords.values())
    if found and (len(found) != 1 or len(found[0].days) != 1):
        questions.append(
            Question(Asked.WHICH_DAY, _written(said, sorted(days)), found[0].days if len(found) == 1 else ())
        )
    elif moved and not found:
        questions.append(Question(Asked.NO_DAY))
    return VisitNews(
        language=language,
        told=() if questions else tuple(told),
        day=found[0].days[0] if found and not questions else None,
        questions=tuple(questions),
    )


def _codes(said: Sequence[_Word], taken: set[int]) -> tuple[dict[int, str], list[int], set[int]]:
    """The codes by place, the places of what may be a code with a slip, and the places that are neither."""
    codes: dict[int, str] = {}
    places = set(taken)
    for place, word in enumerate(said):
        if place in places:
            continue
        if code := read_code(word.written.replace("-", "")):
            codes[place] = code
            places.add(place)
        elif code := _code_with_blank(said, place, places):
            codes[place] = code
            places |= {place, place + 1}
    rest = set(range(len(said))) - places
    return codes, [place for place in sorted(rest) if looks_like_code(said[place].written)], rest


def _code_with_blank(said: Sequence[_Word], place: int, taken: set[int]) -> str | None:
    """`4F 7K`."""
    if place + 1 >= len(said) or place + 1 in taken:
        return None
    return read_code(said[place].written + said[place + 1].written)


def _told(keywords: Mapping[int, tuple[str, str]], codes: Mapping[int, str]) -> list[tuple[str, str]]:
    """Each code with what became of it; nothing where that cannot be told."""
    kinds = {kind for kind, _ in keywords.values()}
    if len(kinds) == 1:
        (kind,) = kinds
        return [(kind, code) for code in dict.fromkeys(codes.values())]
    # Several things happened: each word stands before its codes, or each after its one code.
    places = sorted([*keywords, *codes])
    if MOVED in kinds or (places[0] in codes) == (places[-1] in codes):
        return []
    if places[0] in codes:
        places = places[::-1]
    told: list[tuple[str, str]] = []
    kind, count = "", 1
    for place in places:
        if place in keywords:
            if not count:
                return []
            kind, count = keywords[place][0], 0
        else:
            told.append((kind, codes[place]))
            count += 1
    is_backwards = places[0] > places[-1]
    if (
        not count
        or len({code for _, code in told}) != len(told)
        or (is_backwards and len(told) != len(keywords))
    ):
        return []
    return told[::-1] if is_backwards else told


def _written(said: Sequence[_Word], places: Sequence[int]) -> str:
    return " ".join(said[place].written for place in places)


__all__ = ["DONE", "MISSED", "MOVED", "Asked", "Question", "Registration", "VisitNews", "read_visit"]
