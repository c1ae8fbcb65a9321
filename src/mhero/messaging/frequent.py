"""The words that people use most in what they write."""

import re
from collections import Counter
from collections.abc import Iterable

_SILENT_WORDS = """
about after again all also and any are because been before being but can could did does doing don down
for from get give given had has have having her here him his how into its just let like may more most
much must not now off one only other our out over she should since some such than that the their them
then there these they this those too two under until very was way were what when where which while who
why will with would yes you your pas les des une est sont dans pour par sur avec que qui nous vous ils
elles elle leur leurs son ses mes nos vos cette ces mais donc aux etc oui non ont été être avoir fait
plus très tout tous toute comme aussi depuis sans
"""
#: They say nothing by themselves, in the languages that people answer in.
SILENT = frozenset(_SILENT_WORDS.split())
_WORD = re.compile(r"[^\W\d_]{3,}")
MOST_WORDS = 12


def frequent_words(texts: Iterable[str], most: int = MOST_WORDS) -> list[tuple[str, int]]:
    """(word, how many texts it is in), the most frequent first; words of one text alone are left out."""
    counted: Counter[str] = Counter()
    for text in texts:
        counted.update(set(_WORD.findall(text.lower())) - SILENT)
    return [(word, number) for word, number in counted.most_common(most) if number > 1]
