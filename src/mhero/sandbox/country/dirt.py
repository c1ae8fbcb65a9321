"""How phone numbers are written in life, and which numbers the sandbox uses.

The forms and their shares follow the numbers of a real registry (99 of 200 people had one; of these 35 were written
internationally with 231, 31 locally with a leading 0, 9 as other plain digits, and 24 were dirty: two joined by a
slash, inner spaces, dashes, parentheses, a trailing comma, a leading space, too long). Missing numbers are rarer here
than there, so that a demonstration has somebody to text.

The numbers themselves begin with 0773 (Orange's family) and 0883 (Lonestar MTN's). They are valid Liberian mobile
numbers by form, as the product's cleaning needs, and to our knowledge no operator has issued these blocks. No
authority keeps a range for fiction in Liberia, so this is a careful choice and not a guarantee: what guards
everybody is that the sandbox's network calls loopback only.
"""

from collections.abc import Callable
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


#: Each way of writing the national digits `n` with its weight. `o` is another person's number, for joined ones.
_CLEAN: Final[tuple[tuple[float, Callable[[str, str], str]], ...]] = (
    (40, lambda n, o: f"0{n}"),
    (24, lambda n, o: f"+231{n}"),
    (8, lambda n, o: f"231{n}"),
    (4, lambda n, o: f"00231{n}"),
    (2, lambda n, o: n),
    (6, lambda n, o: f"0{n[:2]} {n[2:5]} {n[5:]}"),
    (4, lambda n, o: f"+231 {n[:3]} {n[3:6]} {n[6:]}"),
    (3, lambda n, o: f"0{n[:3]}-{n[3:6]}-{n[6:]}"),
    (1.5, lambda n, o: f"(0{n[:3]}) {n[3:]}"),
    (1, lambda n, o: f"0{n},"),
    (1, lambda n, o: f" 0{n}"),
    (0.5, lambda n, o: f"+231 (0){n}"),
)
_JOINED: Final[tuple[tuple[float, Callable[[str, str], str]], ...]] = (
    (1.2, lambda n, o: f"0{n}/0{o}"),
    (0.5, lambda n, o: f"0{n} / 0{o}"),
    (0.3, lambda n, o: f"0{n} or 0{o}"),
)
_UNUSABLE: Final[tuple[tuple[float, Callable[[str, str], str]], ...]] = (
    (1.2, lambda n, o: f"0{n[:-2]}"),
    (0.8, lambda n, o: f"0{n}{o[-2:]}"),
    (0.3, lambda n, o: f"0{n[:4]}"),
    (0.4, lambda n, o: "N/A"),
    (0.3, lambda n, o: "none"),
)
_FORMS: Final = tuple(form for _, form in (*_CLEAN, *_JOINED, *_UNUSABLE))
_WEIGHTS: Final = tuple(accumulate(weight for weight, _ in (*_CLEAN, *_JOINED, *_UNUSABLE)))


def written(random: Random, national: str, other: str) -> str:
    """The number as somebody typed it into a form, now and then joined with another one or not usable at all."""
    return random.choices(_FORMS, cum_weights=_WEIGHTS)[0](national, other)


def written_cleanly(random: Random, national: str) -> str:
    """The number in a form that can be understood without doubt."""
    return random.choices([form for _, form in _CLEAN], [weight for weight, _ in _CLEAN])[0](national, "")
