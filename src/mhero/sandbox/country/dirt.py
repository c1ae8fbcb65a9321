"""How phone numbers are written in life, and which numbers the sandbox uses.

The forms and their shares follow the numbers of a real registry (99 of 200 people had one; of these 35
were written internationally with 231, 31 locally with a leading 0, 9 as other plain digits, and 24 were
dirty: two joined by a slash, inner spaces, dashes, parentheses, a trailing comma, a leading space, too
long). Missing numbers are rarer here than there, so that a demonstration has somebody to text.

The numbers themselves begin with 0773 (Orange's family) and 0883 (Lonestar MTN's). They are valid
Liberian mobile numbers by form, as the product's cleaning needs, and to our knowledge no operator has
issued these blocks. No authority keeps a range for fiction in Liberia, so this is a careful choice and
not a guarantee: what guards everybody is that the sandbox's network calls loopback only.
"""

from itertools import accumulate
from random import Random
from typing import Final

#: The first three national digits by operator, and the operator's share of the people.
LONESTAR_PREFIX: Final = "883"
ORANGE_PREFIX: Final = "773"
LONESTAR_SHARE: Final = 0.58

#: Musu is the nurse whose phone a person plays in the browser. Her number is nobody else's in the country.
MUSU_NATIONAL: Final = f"{ORANGE_PREFIX}000001"
MUSU_NUMBER: Final = f"+231{MUSU_NATIONAL}"


def numbers(random: Random, count: int) -> list[str]:
    """So many different national numbers of nine digits, in no order."""
    lonestar = round(count * LONESTAR_SHARE)
    drawn = [f"{LONESTAR_PREFIX}{n:06d}" for n in random.sample(range(100_000, 1_000_000), lonestar)]
    drawn += [f"{ORANGE_PREFIX}{n:06d}" for n in random.sample(range(100_000, 1_000_000), count - lonestar)]
    random.shuffle(drawn)
    return drawn


#: Ways of writing a number, each with its weight: `{n}` are the nine national digits, `{a}{b}{c}` the same in
#: threes, `{short}` too few of them, and `{o}` is another person's number.
_CLEAN: Final = {
    "0{n}": 40.0,
    "+231{n}": 24.0,
    "231{n}": 8.0,
    "00231{n}": 4.0,
    "{n}": 2.0,
    "0{a} {b} {c}": 6.0,
    "+231 {a} {b} {c}": 4.0,
    "0{a}-{b}-{c}": 3.0,
    "(0{a}) {b}{c}": 1.5,
    "0{n},": 1.0,
    " 0{n}": 1.0,
    "+231 (0){n}": 0.5,
}
_JOINED: Final = {"0{n}/0{o}": 1.2, "0{n} / 0{o}": 0.5, "0{n} or 0{o}": 0.3}
_UNUSABLE: Final = {"0{short}": 1.5, "0{n}{a}": 0.8, "N/A": 0.4, "none": 0.3}


class _Hand:
    """Writes numbers in some of the forms, by their weights."""

    def __init__(self, forms: dict[str, float]) -> None:
        self.forms = tuple(forms)
        self.weights = tuple(accumulate(forms.values()))

    def write(self, random: Random, national: str, other: str) -> str:
        form = random.choices(self.forms, cum_weights=self.weights)[0]
        return form.format(
            n=national, a=national[:3], b=national[3:6], c=national[6:], short=national[:-2], o=other
        )


_ANY_HAND: Final = _Hand(_CLEAN | _JOINED | _UNUSABLE)
_CLEAN_HAND: Final = _Hand(_CLEAN)


def written(random: Random, national: str, other: str) -> str:
    """The number as somebody typed it: now and then joined with another one, or not usable at all."""
    return _ANY_HAND.write(random, national, other)


def written_cleanly(random: Random, national: str) -> str:
    """The number in a form that can be understood without doubt."""
    return _CLEAN_HAND.write(random, national, "")
