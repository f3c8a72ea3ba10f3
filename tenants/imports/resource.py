"""What a room says about its sheet: columns, what a row means, how good rows are written, how they are taken back.

Built on `import_export.Resource`: the fields read a row and collect what is wrong per column, as in the library; what
needs the database is asked for many rows at once, which the library does row by row.
"""

import json
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field
from import_export.resources import Resource
from import_export.widgets import Widget

from tenants.accounts.models import User
from tenants.imports.errors import BadCell
from tenants.imports.headings import Column
from tenants.imports.models import ImportBatch, Verdict
from tenants.imports.reader import EMPTY, Cell

EMPTY_VALUES = (None, "")


class CellWidget(Widget):
    """Reads a `Cell` by one of the functions of `tenants.imports.cells`; `BadCell` says what to type instead."""

    def __init__(self, read: Callable[[Cell], Any]) -> None:
        super().__init__()
        self.read = read

    def clean(self, value: Cell, row: Any = None, **kwargs: Any) -> Any:
        return self.read(value)


class SheetField(Field):
    """A column of a sheet."""

    def __init__(self, column: Column, read: Callable[[Cell], Any]) -> None:
        super().__init__(attribute=column.name, column_name=column.name, widget=CellWidget(read))
        self.column = column

    def clean(self, row: Mapping[str, Cell], **kwargs: Any) -> Any:
        value = super().clean(row, **kwargs)
        if self.column.required and value in EMPTY_VALUES:
            raise BadCell(_("This column must not be empty."))
        return value


class Draft:
    """One row on its way: what it says (`values`), what is wrong with it, what it would do, what it made."""

    __slots__ = ("before", "found", "made", "number", "problems", "values", "verdict")

    def __init__(self, number: int) -> None:
        self.number = number
        self.values: Any = SimpleNamespace()
        self.problems: list[tuple[str, str]] = []
        self.verdict = Verdict.REFUSED
        self.made: dict[str, int] = {}
        self.before: str | None = None
        self.found: Any = None  # what `judge` learnt about it, for `write`

    def refuse(self, column: str, sentence: object) -> None:
        self.problems.append((column, str(sentence)))
        self.verdict = Verdict.REFUSED


class SheetResource(Resource):
    """One kind of sheet. Fields are declared as `SheetField`s; the rest is in the methods below."""

    kind: ClassVar[str]
    title: ClassVar[Any]

    def __init__(self, batch: ImportBatch | None = None) -> None:
        super().__init__()
        self.batch = batch
        self.options: Mapping[str, Any] = batch.options if batch else {}

    def columns(self) -> list[Column]:
        """In the order of the template."""
        return [field.column for field in self.get_import_fields()]

    def draft(self, number: int, cells: Mapping[str, Cell]) -> Draft:
        """The row read, with a problem for each cell that cannot be used."""
        draft = Draft(number)
        row = {field.column_name: cells.get(field.column_name, EMPTY) for field in self.get_import_fields()}
        try:
            self.import_instance(draft.values, row)
        except ValidationError as error:
            for column, sentences in error.message_dict.items():
                draft.refuse(column, " ".join(sentences))
        return draft

    def key_of(self, draft: Draft) -> Hashable:
        """Two rows of one key are the same thing twice; None: the row has none."""
        raise NotImplementedError

    def twice(self, number: int) -> str:
        """What is said of a row whose key stands in row `number` already."""
        return _("The same stands in row %(number)s already.") % {"number": number}

    def prepare(self, *, at: datetime) -> None:
        """What a run needs once, and what takes much memory for a moment: before the rows are there."""

    def lock(self, drafts: Sequence[Draft]) -> None:
        """Lock what a portion rests on until it is written, in the order in which everybody else locks it."""

    def look(self, *, at: datetime, hold: bool) -> None:
        """Read what the rows are judged by; `hold` it until the transaction ends. Called once for a dry run, and before
        each portion of a run."""

    def judge(self, drafts: Sequence[Draft], *, at: datetime) -> None:
        """Give each of the drafts, which have no problem yet, its verdict; refuse with `Draft.refuse`."""
        raise NotImplementedError

    def write(self, drafts: Sequence[Draft], *, by: User, at: datetime) -> None:
        """Write the new and the changed, in the caller's transaction; fill `made` and `before`. May raise
        IntegrityError when somebody else was quicker: then each row is tried alone."""
        raise NotImplementedError

    def undo(self, rows: Sequence[Any], *, by: User, at: datetime) -> None:
        """Take back what these settled `ImportRow`s made, in the caller's transaction. Raises `CannotUndo`."""
        raise NotImplementedError


def changes(was: Mapping[str, Any], wrote: Mapping[str, Any]) -> str:
    """For `Draft.before`: the fields that a row changed, as they were and as it wrote them."""
    fields = [name for name in was if was[name] != wrote[name]]
    told = {"was": {name: was[name] for name in fields}, "wrote": {name: wrote[name] for name in fields}}
    return json.dumps(told, ensure_ascii=False)


def restored(before: str, now: Mapping[str, Any]) -> dict[str, Any]:
    """`now` with the changed fields as they were; what somebody has changed again since stays."""
    told = json.loads(before)
    return {
        name: told["was"][name] if name in told["was"] and value == told["wrote"][name] else value
        for name, value in now.items()
    }
