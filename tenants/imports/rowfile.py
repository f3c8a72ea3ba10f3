"""The rows of a sheet as they were read once, kept sealed until the batch is over: no second look by a parser."""

import json
import zlib
from dataclasses import dataclass

from tenants import vault
from tenants.imports.headings import Headings
from tenants.imports.models import ImportBatch
from tenants.imports.reader import Row, cell_of

FOLDER = "imports"


@dataclass(frozen=True)
class Sheet:
    """All rows with what stands above them; `headings.row` counts in `rows`."""

    headings: Headings
    rows: list[Row]

    def body(self) -> list[Row]:
        """The rows below the headings."""
        return self.rows[self.headings.row + 1 :]


def packed(sheet: Sheet) -> bytes:
    """What `unpacked` reads."""
    rows = [[row.number, [[cell.kind, cell.text] for cell in row.cells]] for row in sheet.rows]
    head = {"row": sheet.headings.row, "places": dict(sheet.headings.places), "unknown": sheet.headings.unknown}
    return zlib.compress(json.dumps([head, rows], ensure_ascii=False).encode(), 3)


def unpacked(data: bytes) -> Sheet:
    head, rows = json.loads(zlib.decompress(data))
    read = []
    for place, (number, cells) in enumerate(rows):
        read.append(Row(number, tuple(cell_of(kind, text) for kind, text in cells)))
        rows[place] = None  # not both forms of all rows at once
    return Sheet(Headings(head["row"], head["places"], tuple(head["unknown"])), read)


def keep(batch: ImportBatch, sheet: Sheet) -> str:
    """Seal the rows; the name for `rows_file`."""
    return vault.put(batch, "rows_file", packed(sheet), folder=FOLDER)


def sheet_of(batch: ImportBatch) -> Sheet:
    """Raises `FileNotFoundError` once they are deleted."""
    return unpacked(vault.get(batch, "rows_file"))
