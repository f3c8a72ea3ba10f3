"""The sheets we hand out: the template to fill in, and what was typed with the reason why it was not taken."""

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from tenants.imports.cells import is_exact, plain
from tenants.imports.headings import Column, Headings
from tenants.imports.limits import LIMITS
from tenants.imports.reader import Cell, Row
from tenants.sheets import safe_cell

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WRONG = PatternFill("solid", fgColor="FDE2E0")
HEAD = PatternFill("solid", fgColor="E8EEF4")
TEXT = "@"


def template(columns: Sequence[Column], title: str) -> bytes:
    """An .xlsx file with headings (* if required), an example row and drop-downs; a second sheet holds their lists."""
    book = Workbook()
    sheet = book.active
    sheet.title = title[:31]
    lists = None
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        _head(sheet, number, f"{column.title}*" if column.required else column.title, column.width)
        example = sheet.cell(2, number, safe_cell(column.example))
        example.font = Font(italic=True, color="777777")
        if column.as_text:
            sheet.column_dimensions[letter].number_format = TEXT
            for row in range(2, 502):  # programs heed the format of cells, not that of columns
                sheet.cell(row, number).number_format = TEXT
        if column.choices:
            lists = lists or book.create_sheet(_("Choices"))
            source = _choices(lists, number, column.choices)
            rule = DataValidation(type="list", formula1=source, allow_blank=True, showErrorMessage=True)
            rule.add(f"{letter}2:{letter}{LIMITS.rows}")
            sheet.add_data_validation(rule)
    sheet.freeze_panes = "A2"
    return _saved(book)


def _choices(lists: object, number: int, choices: Iterable[str]) -> str:
    letter = get_column_letter(number)
    last = 0
    for last, choice in enumerate(choices, 1):
        lists.cell(last, number, safe_cell(choice))  # type: ignore[attr-defined]
    return f"'{lists.title}'!${letter}$1:${letter}${last}"  # type: ignore[attr-defined]


def is_example(headings: Headings, row: Row, columns: Sequence[Column]) -> bool:
    """Whether a row is the template's own example, left where it was."""
    told = [(headings.cells(row).get(one.name, Cell()), one.example) for one in columns if one.example]
    return bool(told) and all(plain(cell.text) == plain(example) for cell, example in told)


def result_sheet(rows: Sequence[Row], headings: Headings, reasons: Mapping[int, str]) -> bytes:
    """The columns as they came plus 错误原因, for the rows whose `number` has a reason: correct them, send them again.

    Every cell is a number or text that no program runs as a formula, and is read again as it was read before.
    """
    book = Workbook()
    sheet = book.active
    heads = rows[headings.row].cells
    above = rows[headings.row - 1] if headings.row else Row(0, ())
    titles = [cell.text or (above.cell(n).text if above.number else "") for n, cell in enumerate(heads)]
    width = max([len(titles), *(place + 1 for place in headings.places.values())])
    titles += [above.cell(n).text for n in range(len(titles), width)]
    for number, title in enumerate([*titles, _("Reason of the error")], 1):
        _head(sheet, number, safe_cell(title), 40 if number > width else 18)
    line = 1
    for row in rows[headings.row + 1 :]:
        if row.number not in reasons:
            continue
        line += 1
        for number in range(1, width + 1):
            _write(sheet.cell(line, number), row.cell(number - 1))
        reason = sheet.cell(line, width + 1, safe_cell(reasons[row.number]))
        reason.fill, reason.alignment, reason.data_type = WRONG, Alignment(wrap_text=True), "s"
    sheet.freeze_panes = "A2"
    return _saved(book)


def _write(target: Any, cell: Cell) -> None:
    """Numbers stay numbers (a day may be one), but for those of which a spreadsheet program drops the end."""
    target.number_format = TEXT
    if cell.kind == "number" and is_exact(cell.text):
        target.value = Decimal(cell.text)
    else:
        target.value, target.data_type = safe_cell(cell.text), "s"


def _head(sheet: object, number: int, title: str, width: int) -> None:
    head = sheet.cell(1, number, title)  # type: ignore[attr-defined]
    head.font, head.fill = Font(bold=True), HEAD
    sheet.column_dimensions[get_column_letter(number)].width = width  # type: ignore[attr-defined]


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
