"""Tables that people open in a spreadsheet program."""

import csv
from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
BOM = "\ufeff"  # without it Excel takes UTF-8 for the system's encoding


def safe_cell(value: Any) -> str:
    """The text of a cell that no spreadsheet program runs as a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA_STARTS) or text.lstrip().startswith(FORMULA_STARTS[:4]) else text


def csv_lines(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """A CSV file line by line, ready for a streaming answer."""
    buffer = StringIO()
    writer = csv.writer(buffer)
    yield BOM
    yield _written(writer, buffer, header)
    for row in rows:
        yield _written(writer, buffer, row)


def _written(writer: Any, buffer: StringIO, row: Iterable[Any]) -> str:
    writer.writerow([safe_cell(value) for value in row])
    line = buffer.getvalue()
    buffer.seek(0)
    buffer.truncate()
    return line
