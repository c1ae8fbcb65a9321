import os
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mhero.platform.settings")


@pytest.fixture(scope="module", autouse=True)
def _settings() -> None:
    import django

    django.setup()


def estimate(text: str, simplifies: bool = False, **changes: Any) -> Any:
    from mhero.outreach.estimate import Readers
    from mhero.outreach.estimate import estimate as of

    given: dict[str, Any] = {
        "people": 1204,
        "by_operator": {"Lonestar MTN": 1000, "Orange": 204},
        "prices": {"Lonestar MTN": "0.01", "": "0.02"},
    }
    return of(text, Readers(**(given | changes)), simplifies=simplifies)


def test_a_short_text_costs_each_operators_price_once() -> None:
    made = estimate("Is there paracetamol on your shelf?")
    assert (made.fewest, made.most, made.segments, made.is_exact) == (1, 1, 1204, True)
    assert made.cost == Decimal("14.08")


def test_accents_beyond_the_alphabet_double_the_price_unless_simplified() -> None:
    text = "Prière de répondre à la ministre sur la trêve, dès que possible, s'il vous plaît. Merci à tous."
    assert estimate(text).segments == 2408
    assert estimate(text, simplifies=True).segments == 1204


def test_an_operator_without_a_price_leaves_the_cost_open() -> None:
    assert estimate("Hello", prices={"Lonestar MTN": "0.01"}).cost is None
    assert estimate("Hello", prices={"": "cheap"}).cost is None


def test_a_personal_text_is_estimated_from_some_of_its_readers() -> None:
    from mhero.outreach.recipients import Addressee

    sample = [
        Addressee(id=UUID(int=n), name="Musu", fields={"facility": "x" * (10 if n % 2 else 160)})
        for n in range(4)
    ]
    made = estimate("At @contact.facility: hello", sample=sample)
    assert (made.fewest, made.most, made.segments, made.is_exact) == (1, 2, 1806, False)
