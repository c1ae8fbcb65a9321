"""What can be right, and how long stock lasts."""

import pytest

from mhero.outreach.stock.chart import chart
from mhero.outreach.stock.plausibility import Before, Doubt, Told, doubt_about, months_of_stock, used


@pytest.mark.parametrize(
    ("told", "before", "doubt"),
    [
        (Told(on_hand=20), Before(), None),
        (Told(on_hand=100_001), Before(), Doubt.TOO_MUCH),
        (Told(on_hand=60), Before(on_hand=20), None),
        (Told(on_hand=2000), Before(on_hand=20), Doubt.TOO_MUCH),
        (Told(on_hand=2000, received=1900), Before(on_hand=120, used=400), None),
        (Told(on_hand=0), Before(on_hand=900, used=10), None),
        (Told(on_hand=10), Before(on_hand=900, used=10), Doubt.TOO_LITTLE),
        (Told(issued=900, received=0), Before(on_hand=100), Doubt.MORE_THAN_THERE_WAS),
        (Told(on_hand=900, issued=400, received=0), Before(on_hand=1000), Doubt.DOES_NOT_ADD_UP),
        (Told(on_hand=600, issued=400, received=0), Before(on_hand=1000), None),
    ],
)
def test_what_can_hardly_be_right_is_doubted(told: Told, before: Before, doubt: Doubt | None) -> None:
    assert doubt_about(told, before) == doubt


def test_what_was_used_is_told_or_worked_out_or_unknown() -> None:
    assert used(Told(on_hand=20, issued=7), 100) == 7
    assert used(Told(on_hand=20, received=50), 100) == 130
    assert used(Told(on_hand=200), 100) is None
    assert used(Told(on_hand=20), None) is None


def test_months_of_stock_need_a_use_but_for_nothing_at_all() -> None:
    assert months_of_stock(30, 20) == 1.5
    assert months_of_stock(30, None) is None
    assert months_of_stock(0, None) == 0


def test_a_chart_leaves_out_what_nobody_knows() -> None:
    drawn = chart([("Jan", None), ("Feb", 4), ("Mar", 2)])
    assert [(dot.label, dot.value) for dot in drawn.dots] == [("Feb", 4), ("Mar", 2)]
    assert drawn.dots[0].y == drawn.y_top
    assert drawn.dots[-1].x == drawn.right
