"""How many SMS a message takes and what it costs, before anything is sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from mhero.messaging.segments import count
from mhero.messaging.template import compiled
from mhero.outreach.recipients import Addressee
from mhero.platform.phones import operator_of

#: A personalised text is counted for this many of its readers; the others are taken to be like them.
SAMPLE = 300


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    #: How many people get the text.
    people: int
    #: SMS of the shortest and of the longest text.
    fewest: int
    most: int
    #: SMS of all texts together.
    segments: int
    #: False when the text is personalised and not everyone's was counted.
    is_exact: bool
    #: In the workspace's currency; None while an operator's price is not known.
    cost: Decimal | None


def estimate(
    text: str,
    *,
    simplifies: bool,
    people: int,
    sample: Sequence[Addressee],
    by_operator: Mapping[str, int],
    prices: Mapping[str, str],
) -> Estimate:
    """For the text as it was written; `sample` are some of its readers, or none for a text without names."""
    template = compiled(text)
    texts = [template.render({"name": reader.name, **reader.fields}) for reader in sample]
    sizes = [count(own, simplify=simplifies).segments for own in texts or [text]]
    each = Decimal(sum(sizes)) / len(sizes)
    return Estimate(
        people=people,
        fewest=min(sizes),
        most=max(sizes),
        segments=round(each * people),
        is_exact=min(sizes) == max(sizes) and (len(template.parts) == 1 or len(sizes) >= people),
        cost=_cost(each, by_operator, prices),
    )


def by_operator(ranges: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many people each operator serves, from `recipients.numbers`."""
    counts: dict[str, int] = {}
    for number, people in ranges:
        operator = operator_of(number)
        counts[operator] = counts.get(operator, 0) + people
    return counts


def _cost(each: Decimal, by_operator: Mapping[str, int], prices: Mapping[str, str]) -> Decimal | None:
    total = Decimal(0)
    for operator, people in by_operator.items():
        price = _price(prices.get(operator) or prices.get(""))
        if price is None:
            return None
        total += price * people * each
    return total


def _price(written: str | None) -> Decimal | None:
    try:
        return Decimal(written) if written else None
    except InvalidOperation:
        return None
