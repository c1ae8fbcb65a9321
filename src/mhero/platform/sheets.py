"""Reading spreadsheets that people upload: Excel and OpenDocument workbooks, and CSV in any usual form."""

import csv
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from io import BytesIO, StringIO
from typing import Final
from zipfile import BadZipFile, ZipFile

from python_calamine import CalamineError, CalamineWorkbook

from mhero.platform.errors import MheroError

#: Beyond this a file is no list that somebody made, or is meant to hurt.
LARGEST_FILE: Final = 10 * 2**20
LARGEST_UNPACKED: Final = 200 * 2**20
MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 60
_LONGEST_CELL: Final = 1000
_DELIMITERS: Final = ",;\t|"
_BEGINS: Final = {b"PK": "workbook", b"\xd0\xcf": "workbook"}


class SheetUnreadable(MheroError):
    """The file is no spreadsheet that can be read: save it as Excel (.xlsx) or CSV."""

    code = "sheet_unreadable"


class SheetTooLarge(MheroError):
    """The file is too large: at most 10 MB and 20,000 rows."""

    code = "sheet_too_large"


def read_sheet(content: bytes) -> list[list[str]]:
    """The rows of the first sheet, as text: days as `2026-05-12`, whole numbers without a point.

    Empty rows stay, so that a row's place is the spreadsheet's own, but for those at the end. Raises
    `SheetUnreadable` or `SheetTooLarge`.
    """
    if len(content) > LARGEST_FILE:
        raise SheetTooLarge
    is_workbook = content[:2] in _BEGINS
    rows = _workbook(content) if is_workbook else _csv(content)
    while rows and not any(rows[-1]):
        rows.pop()
    if len(rows) > MOST_ROWS + 1:
        raise SheetTooLarge
    return rows


def column_letter(place: int) -> str:
    """What spreadsheets call a column, from 0: A, B, … Z, AA."""
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _workbook(content: bytes) -> list[list[str]]:
    try:
        if content[:2] == b"PK":
            with ZipFile(BytesIO(content)) as archive:
                if sum(part.file_size for part in archive.infolist()) > LARGEST_UNPACKED:
                    raise SheetTooLarge
        workbook = CalamineWorkbook.from_filelike(BytesIO(content))
        if not workbook.sheet_names:
            raise SheetUnreadable
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=MOST_ROWS + 2)
    # An archive of a version that nobody has is a RuntimeError.
    except (CalamineError, BadZipFile, OSError, RuntimeError, ValueError) as error:
        raise SheetUnreadable from error
    return [_row(cell for cell in row) for row in rows]


def _csv(content: bytes) -> list[list[str]]:
    text = _decoded(content)
    if "\0" in text or not text.strip():
        raise SheetUnreadable
    head = text[:4096]
    delimiter = max(_DELIMITERS, key=head.split("\n", 1)[0].count)
    try:
        rows = list(csv.reader(StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise SheetUnreadable from error
    return [_row(row) for row in rows]


def _decoded(content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # What Excel writes on Windows.
        return content.decode("cp1252", errors="replace")


def _row(cells: Iterable[object]) -> list[str]:
    return [_text(cell) for cell, _ in zip(cells, range(MOST_COLUMNS), strict=False)]


def _text(cell: object) -> str:
    if isinstance(cell, datetime):
        whole = cell.time() == time()
        return cell.date().isoformat() if whole else cell.isoformat(sep=" ", timespec="minutes")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    # PostgreSQL knows no NUL.
    return " ".join(str(cell).replace("\0", "").split())[:_LONGEST_CELL]
