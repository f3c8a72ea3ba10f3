"""The program in the child: a sheet on standard input, its rows as JSON lines on standard output. No Django.

The first line is `{"kind": "xlsx"}` or `{"refused": key}`; then `[row number, [[kind, text], …]]` for each row that
has a cell, and `{"end": true}` or `{"refused": key}`. It is run by `tenants.imports.child` only.
"""

import csv
import io
import json
import sys
import warnings
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from tenants.imports.guard import check_workbook, decoded, kind_of
from tenants.imports.limits import LIMITS, Refused

Row = list[tuple[str, str]]


def rows_of_csv(data: bytes) -> Iterator[tuple[int, Row]]:
    """Rows of a CSV file: everything is text, and the separator is the one its first lines have most of."""
    text = decoded(data)
    head = "\n".join(text.splitlines()[:10])
    separator = max([",", "\t", ";", "，"], key=head.count)
    csv.field_size_limit(LIMITS.cell * 4)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=separator), 1):
            yield number, [_text(cell) for cell in cells]
    except csv.Error:
        raise Refused("damaged") from None


def _text(text: str) -> tuple[str, str]:
    if text.startswith('="') and text.endswith('"') and '"' not in text[2:-1]:
        text = text[2:-1]  # how other systems keep the digits of long numbers in a CSV file
    if text.startswith("="):
        return "formula", ""
    return ("text", text) if text.strip() else ("empty", "")


def rows_of_workbook(data: bytes) -> Iterator[tuple[int, Row]]:
    """Rows of the first sheet that is not hidden."""
    check_workbook(data)
    from openpyxl import load_workbook  # after the guard: a refused file costs no import

    warnings.simplefilter("ignore")
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    if not sheets:
        raise Refused("no_sheet")
    sheets[0].reset_dimensions()  # what a file says of its own size is not asked
    for number, cells in enumerate(sheets[0].iter_rows(), 1):
        yield number, [_cell(cell) for cell in cells]


def _cell(cell: Any) -> tuple[str, str]:
    value, kind = cell.value, cell.data_type
    if value is None:
        return "empty", ""
    if kind == "f":
        return "formula", ""
    if kind == "e":
        return "error", str(value)[:20]
    if isinstance(value, bool):
        return "text", "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return "number", repr(value)
    if isinstance(value, datetime | date):
        return "date", value.isoformat()
    text = str(value)
    return ("text", text) if text.strip() else ("empty", "")


def within_limits(rows: Iterable[tuple[int, Row]]) -> Iterator[tuple[int, Row]]:
    """The rows that hold something, without empty cells at their end. Raises `Refused` past a limit."""
    told = 0
    for number, cells in rows:
        while cells and cells[-1][0] == "empty":
            cells.pop()
        if not cells:
            continue
        told += sum(len(text) + 4 for _kind, text in cells)
        if number > LIMITS.rows:
            raise Refused("rows")
        if len(cells) > LIMITS.columns:
            raise Refused("columns")
        if told > LIMITS.text or any(len(text) > LIMITS.cell for _kind, text in cells):
            raise Refused("long_cells")
        yield number, cells


def main() -> None:
    """Read, answer, end. Whatever a parser says of a file is `damaged`: the words are of no use to a clerk."""
    name = sys.argv[1]
    data = sys.stdin.buffer.read(LIMITS.file + 1)

    def say(line: Any) -> None:
        sys.stdout.write(json.dumps(line, ensure_ascii=True) + "\n")

    try:
        kind = kind_of(name, data)
        say({"kind": kind})
        for number, cells in within_limits(rows_of_csv(data) if kind == "csv" else rows_of_workbook(data)):
            say([number, cells])
        say({"end": True})
    except Refused as refused:
        say({"refused": refused.key})
    except MemoryError:
        say({"refused": "memory"})
    except Exception:
        say({"refused": "damaged"})


if __name__ == "__main__":
    main()
