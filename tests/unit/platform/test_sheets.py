"""Spreadsheets as people save them."""

from datetime import date, datetime
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from mhero.platform import sheets
from mhero.platform.sheets import SheetTooLarge, SheetUnreadable, column_letter, read_sheet

ROWS = [["Nom", "Né le"], ["Kpadé Toé", "12/5/2026"], [], ["Musu; Dolo", "2026-05-12"]]


def workbook() -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (
        ["Name", "Day", "Card", "At"],
        ["  Musu\nDolo ", date(2026, 5, 12), 102.0, datetime(2026, 5, 12, 9, 30)],  # noqa: DTZ001
        [],
        [None, True, 1.5, "=1+1"],
    ):
        sheet.append(row)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def test_a_workbook_is_read_as_text_with_the_rows_where_they_are() -> None:
    rows = read_sheet(workbook())
    assert rows[:2] == [
        ["Name", "Day", "Card", "At"],
        ["Musu Dolo", "2026-05-12", "102", "2026-05-12 09:30"],
    ]
    assert not any(rows[2])
    assert rows[3][2] == "1.5"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_commas_and_the_like_are_read_in_every_usual_form(encoding: str, delimiter: str) -> None:
    lines = (delimiter.join(f'"{cell}"' for cell in row) for row in ROWS)
    rows = read_sheet("\r\n".join(lines).encode(encoding))
    assert [row for row in rows if any(row)] == [row for row in ROWS if row]
    assert rows[3] == ROWS[3]


@pytest.mark.parametrize(
    "content", [b"", b"  \n ", b"\x89PNG\r\n\x1a\n\0\0", b"PK\x03\x04 no archive", b"\xd0\xcf\x11"]
)
def test_what_is_no_spreadsheet_is_refused(content: bytes) -> None:
    with pytest.raises(SheetUnreadable):
        read_sheet(content)


def test_a_file_that_is_too_large_or_would_unpack_to_too_much_is_refused() -> None:
    with pytest.raises(SheetTooLarge):
        read_sheet(b"a,b\n" * (sheets.MOST_ROWS + 2))
    bomb = BytesIO()
    with ZipFile(bomb, "w", ZIP_DEFLATED, compresslevel=9) as archive, archive.open("xl/a.xml", "w") as part:
        for _ in range(sheets.LARGEST_UNPACKED // 2**20 + 1):
            part.write(b"\0" * 2**20)
    with pytest.raises(SheetTooLarge):
        read_sheet(bomb.getvalue())


def test_a_broken_workbook_is_refused_wherever_it_is_broken() -> None:
    whole = workbook()
    directory = whole.index(b"PK\x01\x02")
    # The version that is needed to unpack it; a file that is cut off.
    for broken in (whole[: directory + 6] + b"\xff\xff" + whole[directory + 8 :], whole[:-40], whole[:200]):
        with pytest.raises(SheetUnreadable):
            read_sheet(broken)


@given(st.binary(max_size=400))
def test_no_file_breaks_the_reader(content: bytes) -> None:
    for written in (content, b"PK\x03\x04" + content):
        try:
            read_sheet(written)
        except (SheetUnreadable, SheetTooLarge):
            continue


def test_columns_are_called_as_spreadsheets_call_them() -> None:
    assert [column_letter(place) for place in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
