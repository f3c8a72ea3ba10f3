"""Tables that people open in a spreadsheet program."""

import csv
from collections.abc import Iterable, Iterator
from decimal import Decimal
from io import StringIO
from typing import Any

# What Excel, WPS and Calc take for the beginning of a formula; the full-width ones in Chinese editions.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
SIGNS = tuple(sign for sign in FORMULA_STARTS if sign.strip())
UNSEEN = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u00ad\x00"  # characters without width, which strip() leaves
BOM = "\ufeff"  # without it Excel takes UTF-8 for the system's encoding


def safe_cell(value: Any) -> str:
    """The text of a cell that no spreadsheet program runs as a formula. A number is a number, whatever its sign."""
    text = "" if value is None else str(value)
    if isinstance(value, (int, float, Decimal)):
        return text
    return f"'{text}" if text.startswith(FORMULA_STARTS) or _bare(text).startswith(SIGNS) else text


def _bare(text: str) -> str:
    """Without what stands unseen before the first character."""
    while (stripped := text.lstrip().lstrip(UNSEEN)) != text:
        text = stripped
    return text


def csv_lines(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """A CSV file line by line, ready for a streaming answer. Every cell is in quotes: where a program parts cells at
    another sign than the comma, nothing inside one begins a new cell."""
    buffer = StringIO()
    writer = csv.writer(buffer, quoting=csv.QUOTE_ALL)
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
