"""Tables into files, row by row: nothing here holds more than one row, and no cell is a formula."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import IO, Any

from django.utils.timezone import is_aware, localtime
from django.utils.translation import pgettext

from tenants.exports.models import Format
from tenants.sheets import csv_lines, safe_cell

CONTENT_TYPES = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.CSV: "text/csv; charset=utf-8",
    Format.ZIP: "application/zip",
}
NARROW, WIDE = 12, 40


def write_table(out: IO[bytes], kind: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """The file of this format into `out`; returns the number of rows."""
    return write_xlsx(out, header, rows) if kind == Format.XLSX else write_csv(out, header, rows)


def write_csv(out: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """UTF-8 with a byte order mark, every cell in quotes."""
    written = -2  # the mark and the header
    for line in csv_lines(header, ([_text(cell) for cell in row] for row in rows)):
        out.write(line.encode())
        written += 1
    return written


def write_xlsx(out: IO[bytes], header: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """One sheet; the library writes each row to a temporary file and forgets it."""
    from openpyxl import Workbook  # here: few processes make sheets, and the library is slow to import
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.freeze_panes = "A2"
    for place, title in enumerate(header, start=1):
        sheet.column_dimensions[get_column_letter(place)].width = min(WIDE, max(NARROW, 2 * len(title) + 4))
    sheet.append([_inert(title) for title in header])
    written = 0
    for row in rows:
        sheet.append([_cell(cell) for cell in row])
        written += 1
    book.save(out)
    return written


def _inert(text: str) -> str:
    """Text that the format can hold (XML knows no control characters) and no program runs."""
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    return safe_cell(ILLEGAL_CHARACTERS_RE.sub("", text))


def _cell(value: Any) -> Any:
    """Numbers and days stay what they are, so that a sheet can count with them."""
    if isinstance(value, str):
        return _inert(value)
    if value is None or isinstance(value, bool):
        return _text(value)
    if isinstance(value, datetime):
        return localtime(value).replace(tzinfo=None, microsecond=0) if is_aware(value) else value
    if isinstance(value, (int, float, Decimal, date)):
        return value
    return _inert(_text(value))


def _text(value: Any) -> Any:
    """The value as a person reads it; numbers stay numbers."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return pgettext("cell", "yes") if value else pgettext("cell", "no")
    if isinstance(value, datetime):
        return f"{localtime(value) if is_aware(value) else value:%Y-%m-%d %H:%M:%S}"
    if isinstance(value, (list, tuple)):
        return "、".join(str(one) for one in value)
    return value if isinstance(value, (int, float, Decimal)) else str(value)
