"""What the operators do to a message follows from its number and its ordinal."""

from random import Random

import pytest

from mhero.sandbox.phones.operators import DEMO, FAST, LONESTAR, ORANGE, fate, operator_of
from mhero.sandbox.phones.server import e164


@pytest.mark.parametrize(
    ("number", "name"),
    [("+231883123456", "Lonestar MTN"), ("+231555123456", "Lonestar MTN"), ("+231773123456", "Orange")],
)
def test_a_number_tells_its_operator(number: str, name: str) -> None:
    operator = operator_of(number)
    assert operator is not None
    assert operator.name == name


def test_a_foreign_number_is_on_nobodys_network_and_fails() -> None:
    assert operator_of("+447700900000") is None
    assert fate(None, DEMO, Random(1)).status == "failed"


def test_the_fast_network_delivers_everything_at_once() -> None:
    fates = [fate(LONESTAR, FAST, Random(n)) for n in range(1_000)]
    assert all(one.status == "delivered" and one.reported and one.seconds <= 0.2 for one in fates)


def test_the_lifelike_network_delays_drops_fails_and_forgets_to_report() -> None:
    fates = [fate(ORANGE, DEMO, Random(n)) for n in range(4_000)]
    shares = {status: sum(f.status == status for f in fates) / 4_000 for status in ("failed", "lost")}
    assert shares == pytest.approx({"failed": 0.05, "lost": 0.02}, abs=0.01)
    assert sum(f.status == "delivered" and not f.reported for f in fates) / 4_000 == pytest.approx(
        0.05, abs=0.02
    )
    assert sum(f.seconds > 60 for f in fates) > 20
    assert max(f.seconds for f in fates) <= DEMO.longest_seconds


@pytest.mark.parametrize(
    "raw", ["+231773123456", "231773123456", "00231773123456", "0773123456", "+231 77 312 3456"]
)
def test_the_network_knows_a_number_in_every_form(raw: str) -> None:
    assert e164(raw) == "+231773123456"
