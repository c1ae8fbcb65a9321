"""Lists as Excel workbooks (ECMA-376, part 1), made while they are sent: nothing but the row at hand is kept.

A text is stored as text, so a spreadsheet never runs it as a formula.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from datetime import datetime
from io import RawIOBase
from typing import Any
from xml.sax.saxutils import escape

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a cell may hold. A time is shown as it is, without its zone: spreadsheets know none.
Cell = str | float | datetime | None

#: As many characters as a cell may have.
_LONGEST_TEXT = 32_767
#: Bytes of the file that are gathered before they are handed on.
_PART = 64 * 1024
#: Days are counted from here; the first months of 1900 are counted wrong by all, and nobody needs them.
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001 - spreadsheets know no zones.
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_TIME, _HEADING = 1, 2

_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

_FILES = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="rId1" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="rId2" Type="{_RELATIONS}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}">'
    '<numFmts count="1"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd\\ hh:mm"/></numFmts>'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill>'
    '<fill><patternFill patternType="gray125"/></fill></fills>'
    '<borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="3"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/>'
    '<xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>',
}


class _Outlet(RawIOBase):
    """What the archive writes to: its bytes are taken away as they come."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:
        self._held += part
        return len(part)

    def is_full(self) -> bool:
        return len(self._held) >= _PART

    def take(self) -> bytes:
        taken = bytes(self._held)
        self._held.clear()
        return taken


def workbook_parts(
    sheet: str, heading: Iterable[str], rows: Iterable[Iterable[Cell]], *, width: float = 18
) -> Iterator[bytes]:
    """The workbook's bytes, in parts of about 64 kB: one sheet whose first row stays in sight.

    `width` is that of the columns, in characters.
    """
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, content in _FILES.items():
            archive.writestr(name, _XML + content)
        archive.writestr("xl/workbook.xml", _XML + _workbook(sheet))
        # Its size is not known beforehand, and may pass what the older form of the archive can say.
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as file:
            file.write((_XML + _beginning(width)).encode())
            file.write(_row(heading, _HEADING))
            for row in rows:
                file.write(_row(row))
                if outlet.is_full():
                    yield outlet.take()
            file.write(b"</sheetData></worksheet>")
    yield outlet.take()


def _workbook(sheet: str) -> str:
    # 31 characters, without those that mean something in a formula.
    name = re.sub(r"[\[\]:*?/\\']", " ", _text(sheet)).strip()[:31] or "Sheet 1"
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELATIONS}"><sheets>'
        f'<sheet name="{escape(name, {chr(34): "&quot;"})}" sheetId="1" r:id="rId1"/></sheets></workbook>'
    )


def _beginning(width: float) -> str:
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultColWidth="{width}" defaultRowHeight="15"/><sheetData>'
    )


def _row(cells: Iterable[Cell], style: int = 0) -> bytes:
    return f"<row>{''.join(_cell(cell, style) for cell in cells)}</row>".encode()


def _cell(cell: Cell, style: int) -> str:
    if cell is None or cell == "":
        return "<c/>"
    if isinstance(cell, str):
        own = f' s="{style}"' if style else ""
        return f'<c t="inlineStr"{own}><is><t xml:space="preserve">{escape(_text(cell))}</t></is></c>'
    if isinstance(cell, datetime):
        days = (cell.replace(tzinfo=None) - _DAY_ZERO).total_seconds() / 86_400
        return f'<c s="{_TIME}"><v>{days!r}</v></c>'
    return f"<c><v>{cell!r}</v></c>"


def _text(text: str) -> str:
    return _NOT_IN_XML.sub("", text)[:_LONGEST_TEXT]
