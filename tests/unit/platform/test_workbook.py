"""Workbooks that are made while they are sent."""

import tracemalloc
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from mhero.platform.workbook import workbook_parts


def opened(*arguments: Any) -> Any:
    from openpyxl import load_workbook

    return load_workbook(BytesIO(b"".join(workbook_parts(*arguments))))


def test_a_workbook_opens_with_what_was_put_in() -> None:
    at = datetime(2026, 3, 3, 14, 15, tzinfo=UTC)
    book = opened(
        "Stock: March", ["Name", "Doses", "At"], [["Musu Kollie", 12, at], ['Élise <&> "x"', 1.5, None]]
    )
    assert book.sheetnames == ["Stock  March"]
    sheet = book.active
    assert [[cell.value for cell in row] for row in sheet.iter_rows()] == [
        ["Name", "Doses", "At"],
        ["Musu Kollie", 12, at.replace(tzinfo=None)],
        ['Élise <&> "x"', 1.5, None],
    ]
    assert sheet["A1"].font.bold
    assert sheet["C2"].is_date
    assert sheet.freeze_panes == "A2"


def test_a_text_is_never_a_formula() -> None:
    sheet = opened("S", ["Answer"], [["=1+1"], ["@SUM(A1)"], ["+231770000001"]]).active
    assert [cell.value for cell in sheet["A"][1:]] == ["=1+1", "@SUM(A1)", "+231770000001"]
    assert {cell.data_type for cell in sheet["A"][1:]} <= {"s", "inlineStr"}


def test_what_no_workbook_can_hold_is_left_out() -> None:
    sheet = opened("", ["Answer"], [["a\x00b\x1f\ud800c"], ["x" * 40_000], [" kept \n so "]]).active
    assert sheet["A2"].value == "abc"
    assert len(sheet["A3"].value) == 32_767
    assert sheet["A4"].value == " kept \n so "


def test_memory_does_not_grow_with_the_rows() -> None:
    def peak(rows: int) -> int:
        tracemalloc.start()
        for _part in workbook_parts("S", ["Name"], ([f"Musu {n}", n, "No fridge"] for n in range(rows))):
            pass
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    assert peak(20_000) < peak(2_000) + 500_000
