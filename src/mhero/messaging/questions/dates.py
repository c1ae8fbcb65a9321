"""Dates as people write them, brought into one form by an expression that every flow engine knows.

Day before month, as the question asks for it; years of two digits below 50 are of the 2000s.
"""

from __future__ import annotations

import json

from mhero.messaging.questions.patterns import alone
from mhero.messaging.questions.words import MONTHS, TODAY, YESTERDAY

_DAY, _MONTH, _YEAR = "([0-9]{1,2})", "([a-zéû]+)", "([0-9]{4}|[0-9]{2})"
_SIGN, _SIGNS = " *[-./ ] *", "[-./, ]*"
_AROUND = "[^0-9]*"
#: Whoever writes more than this tells a story; looking for dates in it would take long.
_WRITTEN = 'if(text_length(input.text) > 80, "", input.text)'
ISO = f"\\A{_AROUND}([0-9]{{4}}){_SIGN}{_DAY}{_SIGN}{_DAY}{_AROUND}\\z"
NUMERIC = f"\\A{_AROUND}{_DAY}{_SIGN}{_DAY}{_SIGN}{_YEAR}{_AROUND}\\z"
DAY_FIRST = f"\\A{_AROUND}{_DAY}(?:st|nd|rd|th|er)?{_SIGNS}(?:of |de |d')?{_MONTH}{_SIGNS}{_YEAR}{_AROUND}\\z"
MONTH_FIRST = (
    f"\\A(?:{_AROUND}[^0-9a-zà-ỿ])?{_MONTH}{_SIGNS}{_DAY}(?:st|nd|rd|th)?[-./, ]+{_YEAR}{_AROUND}\\z"
)
#: What the expression leaves as it was, or made of numbers that no date has, is not of this form.
NOT_ISO = r"[^0-9-]|\A.{0,9}\z|.{11}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _part(pattern: str, group: int) -> str:
    return f"regex_match({_WRITTEN}, {_quoted(pattern)}, {group})"


def _iso(year: str, month: str, day: str) -> str:
    return f'{year} & "-" & text_slice("0" & {month}, -2) & "-" & text_slice("0" & {day}, -2)'


def _year(year: str) -> str:
    return f'if(text_length({year}) = 4, {year}, if(number({year}) < 50, "20", "19") & {year})'


def _month(name: str) -> str:
    numbers = ", ".join(f"{_quoted(key)}, {number}" for key, number in MONTHS.items())
    return f"extract(object({numbers}), lower({name}))"


def _when(pattern: str, then: str, otherwise: str) -> str:
    return f"if(has_pattern({_WRITTEN}, {_quoted(pattern)}), {then}, {otherwise})"


def _operand() -> str:
    def dated(pattern: str, year: str, month: str, day: int, otherwise: str) -> str:
        return _when(pattern, _iso(year, month, _part(pattern, day)), otherwise)

    found = "input.text"
    for pattern, month, day in ((DAY_FIRST, 2, 1), (MONTH_FIRST, 1, 2)):
        found = dated(pattern, _year(_part(pattern, 3)), _month(_part(pattern, month)), day, found)
    found = dated(NUMERIC, _year(_part(NUMERIC, 3)), _part(NUMERIC, 2), 1, found)
    found = dated(ISO, _part(ISO, 1), _part(ISO, 2), 3, found)
    found = _when(alone(YESTERDAY), 'format_date(datetime_add(now(), -1, "D"), "YYYY-MM-DD")', found)
    found = _when(alone(TODAY), 'format_date(today(), "YYYY-MM-DD")', found)
    return f"@({found})"


#: A date as YYYY-MM-DD where there is one, or else the answer itself.
OPERAND = _operand()
