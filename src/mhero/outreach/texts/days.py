"""Days as people write them: `12/5`, `2026-05-12`, `12 May`, `tomorrow`, `in 2 weeks`, `lundi`, `kesho`.

The day stands before the month. What can be read in two ways, or is no day at all such as 31/2, is found too,
and says so: whoever reads it asks back.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

#: A day without its year is in this span, or in the other year nearest to today.
MOST_AHEAD: Final = timedelta(days=300)
#: Where the day before the month would be over, and the month before the day is this near, it may be either.
NEAR: Final = timedelta(days=120)
_LONGEST_PHRASE: Final = 4
_WEEK: Final = 7


def _numbered(lines: str) -> dict[str, int]:
    return {
        word: number for number, line in enumerate(lines.strip().splitlines(), 1) for word in line.split()
    }


#: In English, French and Swahili, without accents.
MONTHS: Final = _numbered(
    """
    jan january janv janvier januari
    feb february fev fevr fevrier februari
    mar march mars machi
    apr april avr avril aprili
    may mai mei
    jun june juin juni
    jul july juil juillet julai
    aug august aout agosti ago
    sep sept september septembre septemba
    oct october octobre oktoba okt
    nov november novembre novemba
    dec december decembre desemba des
    """
)
WEEKDAYS: Final = _numbered(
    """
    monday mon lundi jumatatu
    tuesday tue tues mardi jumanne
    wednesday wed mercredi jumatano
    thursday thu thur thurs jeudi alhamisi
    friday fri vendredi ijumaa
    saturday sat samedi jumamosi
    sunday sun dimanche jumapili
    """
)
NAMED: Final = {
    "today": 0,
    "tomorrow": 1,
    "tmrw": 1,
    "tomoro": 1,
    "day after tomorrow": 2,
    "yesterday": -1,
    "aujourd hui": 0,
    "aujourdhui": 0,
    "demain": 1,
    "apres demain": 2,
    "hier": -1,
    "leo": 0,
    "kesho": 1,
    "keshokutwa": 2,
    "jana": -1,
}
#: Days of each; a month is counted by the calendar.
SPANS: Final = {
    **dict.fromkeys(("day", "days", "jour", "jours", "j", "siku"), 1),
    **dict.fromkeys(("week", "weeks", "wk", "wks", "semaine", "semaines", "wiki"), 7),
    **dict.fromkeys(("month", "months", "mois", "mwezi", "miezi"), 30),
}
_MONTH: Final = "|".join(sorted(MONTHS, key=len, reverse=True))
_SPAN: Final = "|".join(sorted(SPANS, key=len, reverse=True))
_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_NUMBERS: Final = re.compile(r"(\d{1,2})[-/.](\d{1,2})(?:[-/.](\d{4}|\d{2}))?")
_DAY_MONTH: Final = re.compile(
    rf"(\d{{1,2}})(?:st|nd|rd|th|er)?[ -]?(?:of |de )?({_MONTH})(?:[ -]?(\d{{4}}|\d{{2}}))?"
)
_MONTH_DAY: Final = re.compile(rf"({_MONTH})[ -]?(\d{{1,2}})(?:st|nd|rd|th)?(?:[ -]?(\d{{4}}))?")
_AHEAD: Final = re.compile(
    rf"(?:(?:in|after|dans|apres|baada ya) )?(?:(\d{{1,2}}) ?({_SPAN})|({_SPAN}) (\d{{1,2}}))"
)
_NEXT: Final = re.compile(r"next (\w+)|(\w+) prochain|(\w+) ijayo")


@dataclass(frozen=True, slots=True)
class FoundDay:
    #: Places of its first word and of the word after its last.
    start: int
    end: int
    #: One where it is clear; none where there is no such day; several where nobody knows which one is meant.
    days: tuple[date, ...]


def find_days(words: Sequence[str], today: date, *, past: bool = False) -> list[FoundDay]:
    """The days in words without case and accents, the longest phrases first. `past`: what was, and not is."""
    found: list[FoundDay] = []
    place = 0
    while place < len(words):
        one = next(_at(words, place, today, past), None)
        if one:
            found.append(one)
        place = one.end if one else place + 1
    return found


def _at(words: Sequence[str], place: int, today: date, past: bool) -> Iterator[FoundDay]:
    for length in range(min(_LONGEST_PHRASE, len(words) - place), 0, -1):
        phrase = " ".join(words[place : place + length])
        days = read_day(phrase, today, past=past)
        if days is not None:
            yield FoundDay(place, place + length, days)


def read_day(phrase: str, today: date, *, past: bool = False) -> tuple[date, ...] | None:
    """The days that a phrase may mean; None when it names none. In lower case, without accents."""
    if phrase in NAMED:
        return (today + timedelta(days=NAMED[phrase]),)
    if phrase in WEEKDAYS:
        return (_weekday(phrase, today, past),)
    if following := _NEXT.fullmatch(phrase):
        word = next(filter(None, following.groups()))
        # This week's or the one after? People mean either.
        return (
            (_weekday(word, today), _weekday(word, today) + timedelta(days=7)) if word in WEEKDAYS else None
        )
    if ahead := _AHEAD.fullmatch(phrase):
        number, span = (ahead[1], ahead[2]) if ahead[1] else (ahead[4], ahead[3])
        return (_later(today, int(number), SPANS[span]),)
    if iso := _ISO.fullmatch(phrase):
        return _days(_on(int(iso[1]), int(iso[2]), int(iso[3])))
    if numbers := _NUMBERS.fullmatch(phrase):
        return _of_numbers(int(numbers[1]), int(numbers[2]), numbers[3], today, past)
    if named := _DAY_MONTH.fullmatch(phrase):
        return _days(_in_year(int(named[1]), MONTHS[named[2]], named[3], today, past))
    if named := _MONTH_DAY.fullmatch(phrase):
        return _days(_in_year(int(named[2]), MONTHS[named[1]], named[3], today, past))
    return None


def _of_numbers(first: int, second: int, year: str | None, today: date, past: bool) -> tuple[date, ...]:
    day_first = _in_year(first, second, year, today, past)
    month_first = _in_year(second, first, year, today, past)
    if day_first is None or month_first is None or day_first == month_first:
        return _days(day_first or month_first)
    is_odd = day_first > today if past else day_first < today or (year is None and day_first - today > NEAR)
    distance = today - month_first if past else month_first - today
    if is_odd and timedelta() <= distance <= NEAR:
        return (day_first, month_first)
    return (day_first,)


def _in_year(day: int, month: int, year: str | None, today: date, past: bool) -> date | None:
    """The day in the year that is written, or in the year that makes sense."""
    if year:
        return _on(int(year) if len(year) > 2 else 2000 + int(year), month, day)
    this = _on(today.year, month, day)
    other = _on(today.year + (-1 if past else 1), month, day)
    if this is None:
        # 29 February of another year.
        return other
    is_away = this > today if past else this < today
    return other if is_away and other and abs(other - today) <= MOST_AHEAD else this


def _on(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _days(day: date | None) -> tuple[date, ...]:
    return () if day is None else (day,)


def _weekday(word: str, today: date, past: bool = False) -> date:
    """The next such day, or the last one; never today."""
    ahead = (WEEKDAYS[word] - today.isoweekday() - 1) % _WEEK + 1
    return (
        today + timedelta(days=ahead - (_WEEK if past else 0))
        if ahead < _WEEK or not past
        else today - timedelta(7)
    )


def _later(today: date, number: int, days: int) -> date:
    if days < 30:
        return today + timedelta(days=number * days)
    month = today.month - 1 + number
    year, month = today.year + month // 12, month % 12 + 1
    # A shorter month ends earlier.
    return next(filter(None, (_on(year, month, day) for day in range(today.day, 0, -1))))
