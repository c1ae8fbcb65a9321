"""How many SMS a message takes and what it costs, before anything is sent."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from mhero.messaging.personal import texts_for
from mhero.messaging.segments import count
from mhero.messaging.template import variables
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Readers:
    """Those who will get a text, as far as its length and its price depend on them."""

    people: int
    #: Some of them; none for a text that is the same for everyone.
    sample: Sequence[Addressee] = ()
    #: How many of them each operator serves.
    by_operator: Mapping[str, int]
    #: Of one SMS, by operator; that of the empty name is for all others.
    prices: Mapping[str, str]


def estimate(text: str, readers: Readers, *, simplifies: bool) -> Estimate:
    """For the text as it was written, before it is made each reader's own."""
    texts = texts_for(text, readers.sample)
    sizes = [count(own, simplify=simplifies).segments for own in texts or [text]]
    each = Decimal(sum(sizes)) / len(sizes)
    return Estimate(
        people=readers.people,
        fewest=min(sizes),
        most=max(sizes),
        segments=round(each * readers.people),
        is_exact=not variables(text) or len(sizes) >= readers.people,
        cost=_cost(each, readers),
    )


def estimate_most(segments: int, readers: Readers) -> Estimate:
    """When each of them gets so many SMS."""
    return Estimate(
        people=readers.people,
        fewest=segments,
        most=segments,
        segments=segments * readers.people,
        is_exact=False,
        cost=_cost(Decimal(segments), readers),
    )


def by_operator(ranges: Iterable[tuple[str, int]]) -> dict[str, int]:
    """How many people each operator serves, from `recipients.numbers`."""
    counts: dict[str, int] = {}
    for number, people in ranges:
        operator = operator_of(number)
        counts[operator] = counts.get(operator, 0) + people
    return counts


def _cost(each: Decimal, readers: Readers) -> Decimal | None:
    total = Decimal(0)
    for operator, people in readers.by_operator.items():
        price = _price(readers.prices.get(operator) or readers.prices.get(""))
        if price is None:
            return None
        total += price * people * each
    return total


def _price(written: str | None) -> Decimal | None:
    try:
        return Decimal(written) if written else None
    except InvalidOperation:
        return None
