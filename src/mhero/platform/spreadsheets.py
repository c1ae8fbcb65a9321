"""Lists as CSV files that spreadsheets open as they are meant, and run nothing of."""

import csv
from collections.abc import Callable, Iterable, Iterator

#: So that spreadsheets read the file as UTF-8.
_BYTE_ORDER_MARK = "\ufeff"


class _Line:
    """What `csv` writes to: it gives each line back."""

    def write(self, line: str) -> str:
        return line


def harmless(cell: str) -> str:
    """A spreadsheet would run a cell that begins like a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def csv_lines(rows: Iterable[Iterable[str]], *, cell: Callable[[str], str] = harmless) -> Iterator[str]:
    """The lines of the file, made one by one as the rows are. `cell` is what becomes of each cell."""
    writer = csv.writer(_Line())
    yield _BYTE_ORDER_MARK
    for row in rows:
        yield writer.writerow([cell(each) for each in row])
