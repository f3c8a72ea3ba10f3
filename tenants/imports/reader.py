"""The door of reading: bytes of an upload in, rows of cells out. The parsing itself is done in a child."""

import json
from dataclasses import dataclass
from functools import lru_cache
from sys import intern

from tenants.imports.child import BUDGET, Budget, answer_of
from tenants.imports.errors import BadSheet
from tenants.imports.guard import kind_of
from tenants.imports.limits import Refused


@dataclass(frozen=True, slots=True)
class Cell:
    """`kind`: text, number (its `repr`), date (ISO 8601), empty, formula (no text) or error (Excel's, as #N/A)."""

    kind: str = "empty"
    text: str = ""


EMPTY = Cell()


@lru_cache(maxsize=4096)
def cell_of(kind: str, text: str) -> Cell:
    """Cells are alike in most columns: one object for all that are, where twenty thousand rows are read."""
    return Cell(intern(kind), text)


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something; `number` is the one the spreadsheet program shows."""

    number: int
    cells: tuple[Cell, ...]

    def cell(self, column: int) -> Cell:
        """The cell of a column, from 0; past the end it is empty."""
        return self.cells[column] if 0 <= column < len(self.cells) else EMPTY


def read_rows(name: str, data: bytes, budget: Budget = BUDGET) -> list[Row]:
    """The rows of an uploaded .xlsx or .csv file that hold something. Raises `BadSheet` with `import.<key>`.

    Takes up to `budget.wall_s`; call it in a task for more than a page's worth of rows.
    """
    try:
        kind_of(name, data)  # no child for what the first bytes tell
        return list(_rows(answer_of(name, data, budget)))
    except Refused as refused:
        raise BadSheet.because(refused.key) from None


def _rows(said: bytes) -> list[Row]:
    rows, ended = [], False
    try:
        for line in said.splitlines():
            told = json.loads(line)
            if isinstance(told, dict):
                if "refused" in told:
                    raise Refused(str(told["refused"]))
                ended = ended or bool(told.get("end"))
            else:
                number, cells = told
                rows.append(Row(int(number), tuple(cell_of(str(kind), str(text)) for kind, text in cells)))
    except (ValueError, TypeError):
        raise Refused("damaged") from None
    if not ended:
        raise Refused("damaged")
    if not rows:
        raise Refused("empty")
    return rows
