"""Phone numbers as people type them, cleaned to E.164, with a reason for each one that cannot be right.

Pure and fast: the rules of a country are compiled once, and only what they do not settle at once costs a full
parse by `phonenumbers`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import phonenumbers
from django.utils.translation import get_language, gettext
from phonenumbers import NumberParseException, PhoneNumberType, ValidationResult
from phonenumbers.phonemetadata import PhoneMetadata

from mhero.platform.operators import OPERATORS

#: Reasons, as codes. `in_words` has their sentences.
TOO_SHORT: Final = "too_short"
TOO_LONG: Final = "too_long"
NOT_MOBILE: Final = "not_mobile"
NOT_IN_USE: Final = "not_in_use"
NO_DIGITS: Final = "no_digits"
#: The field says in words that there is none: `N/A`.
NONE_GIVEN: Final = "none_given"

_BETWEEN = re.compile(r"[/;,|&\n]|\b(?:or|and|ou|et)\b", re.IGNORECASE)
_SAYS_NONE = re.compile(r"n\W?a|none|nil|no|null|nothing|unknown|aucun|néant|[-–.x?0]*", re.IGNORECASE)
_NO_PHONE = re.compile(r"(?:no|sans)\s+(?:phone|number|telephone|téléphone|numéro)", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*(?:ext\.?|poste|#|x)\s*\d{1,5}$", re.IGNORECASE)
_FORMATTING = re.compile(r"[\s\-–—.()\[\]_*'\"]+")
_GAPS = re.compile(r"[\s\-–—.]+")
#: Letters that hands and typewriters put where a digit belongs.
_MISREAD = str.maketrans({"O": "0", "o": "0", "l": "1", "I": "1"})
_LOOKS_LIKE_DIGITS = re.compile(r"[\d\s+()\-.OolI]+")
_ENOUGH_TO_CALL = 7

_CAN_BE_TEXTED = {
    PhoneNumberType.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE,
    PhoneNumberType.PERSONAL_NUMBER,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class CleanedNumber:
    #: The part of the text that this is about, as it was typed.
    raw: str
    #: E.164, or empty when the part holds no number that can be texted.
    number: str
    #: Why not, as a code; empty with a number.
    reason: str = ""


def clean(raw: str, region: str) -> list[CleanedNumber]:
    """The numbers in a text, in their order; national ones read as the region's (ISO 3166-1 alpha-2).

    An empty text gives nothing; a text without any number gives one entry with the reason.
    """
    text = raw.strip()
    if not text:
        return []
    if _SAYS_NONE.fullmatch(text) or _NO_PHONE.fullmatch(text):
        return [CleanedNumber(raw=text, number="", reason=NONE_GIVEN)]
    found: dict[str, CleanedNumber] = {}
    for part in _parts(text, region):
        cleaned = _cleaned(part, region)
        # The same number twice in one field is one number.
        found.setdefault(cleaned.number or part, cleaned)
    return list(found.values()) or [CleanedNumber(raw=text, number="", reason=NO_DIGITS)]


def operator_of(number: str) -> str:
    """The operator whose range an E.164 number is from; empty when we do not know it for certain."""
    digits = number.removeprefix("+")
    for length in range(7, 3, -1):
        if operator := OPERATORS.get(digits[:length]):
            return operator
    return ""


def in_words(reason: str, region: str) -> str:
    """The sentence for a reason, in the language of the page."""
    country = {"country": country_name(region)}
    sentences = {
        TOO_SHORT: gettext("Too short for %(country)s") % country,
        TOO_LONG: gettext("Too long for %(country)s") % country,
        NOT_MOBILE: gettext("A land line, which cannot be texted"),
        NOT_IN_USE: gettext("No operator of %(country)s has such numbers") % country,
        NO_DIGITS: gettext("Not a number"),
        NONE_GIVEN: gettext("The field says that there is no number"),
    }
    return sentences.get(reason, "")


def country_name(region: str) -> str:
    from babel import Locale

    language = (get_language() or "en").replace("-", "_")
    return str(Locale.parse(language).territories.get(region, region))


def _parts(text: str, region: str) -> Iterator[str]:
    for part in _BETWEEN.split(text):
        if not any(character.isdecimal() for character in part):
            continue
        chunks = [chunk for chunk in _GAPS.split(part.strip()) if chunk]
        if len(chunks) > 1 and all(_digits_in(chunk) >= _ENOUGH_TO_CALL for chunk in chunks):
            yield from chunks
        else:
            yield from _halves(part.strip(), region)


def _halves(part: str, region: str) -> Iterator[str]:
    """Two national numbers typed without anything between them, when both are right."""
    digits = _FORMATTING.sub("", part)
    middle = len(digits) // 2
    halves = (digits[:middle], digits[middle:])
    if len(digits) >= 16 and digits.isdecimal() and all(_cleaned(half, region).number for half in halves):
        yield from halves
    else:
        yield part


def _digits_in(text: str) -> int:
    return sum(character.isdecimal() for character in text)


@lru_cache(maxsize=4096)
def _cleaned(part: str, region: str) -> CleanedNumber:
    text = _EXTENSION.sub("", part)
    if _LOOKS_LIKE_DIGITS.fullmatch(text) and _digits_in(text) >= 5:
        text = text.translate(_MISREAD)
    digits = _FORMATTING.sub("", text)
    rules = _rules(region)
    number = rules.mobile_number(digits) if rules else ""
    if number:
        return CleanedNumber(raw=part, number=number)
    number, reason = _parsed(digits, region)
    return CleanedNumber(raw=part, number=number, reason=reason)


def _parsed(digits: str, region: str) -> tuple[str, str]:
    """The slow and thorough way: numbers of other countries, and the reasons for wrong ones."""
    if digits.startswith("00"):
        digits = "+" + digits[2:]
    try:
        parsed = phonenumbers.parse(digits, region)
    except NumberParseException as error:
        short = {NumberParseException.TOO_SHORT_AFTER_IDD, NumberParseException.TOO_SHORT_NSN}
        if error.error_type in short or 0 < _digits_in(digits) < 3:
            return "", TOO_SHORT
        return "", TOO_LONG if error.error_type == NumberParseException.TOO_LONG else NO_DIGITS
    if phonenumbers.is_valid_number(parsed):
        if phonenumbers.number_type(parsed) not in _CAN_BE_TEXTED:
            return "", NOT_MOBILE
        return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164), ""
    possible = phonenumbers.is_possible_number_with_reason(parsed)
    if possible in {ValidationResult.TOO_SHORT, ValidationResult.IS_POSSIBLE_LOCAL_ONLY}:
        return "", TOO_SHORT
    if possible == ValidationResult.TOO_LONG:
        return "", TOO_LONG
    # A country may have shorter numbers too, but a mobile that lost a digit is more likely than one of those.
    rules = _rules(region)
    national = phonenumbers.national_significant_number(parsed)
    is_ours = rules is not None and str(parsed.country_code) == rules.country_code
    return "", TOO_SHORT if rules and is_ours and len(national) < rules.length else NOT_IN_USE


@dataclass(frozen=True, kw_only=True, slots=True)
class _Rules:
    """What is needed to settle an ordinary mobile number of one country without a full parse."""

    #: Without the plus sign.
    country_code: str
    #: Such as 0; empty where national numbers have none.
    trunk: str
    #: How many national digits a mobile number has at most.
    length: int
    mobile: re.Pattern[str]

    def mobile_number(self, digits: str) -> str:
        digits = digits.removeprefix("+").removeprefix("00")
        # The country code may be there once, twice, or with the trunk prefix after it: "+231 (0)77…".
        for _ in range(3):
            if self.mobile.fullmatch(digits):
                return f"+{self.country_code}{digits}"
            if digits.startswith(self.country_code):
                digits = digits[len(self.country_code) :]
            elif self.trunk and digits.startswith(self.trunk):
                digits = digits[len(self.trunk) :]
            else:
                return ""
        return f"+{self.country_code}{digits}" if self.mobile.fullmatch(digits) else ""


@lru_cache
def _rules(region: str) -> _Rules | None:
    metadata = PhoneMetadata.metadata_for_region(region)
    if metadata is None or metadata.mobile is None or not metadata.mobile.national_number_pattern:
        return None
    return _Rules(
        country_code=str(metadata.country_code),
        trunk=metadata.national_prefix or "",
        length=max(metadata.mobile.possible_length or (0,)),
        mobile=re.compile(metadata.mobile.national_number_pattern),
    )
