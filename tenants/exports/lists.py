"""What a list declares once, so that it can be taken away: its columns, its rows by its own filters, who may.

The floor that shows the list makes the `ListExport`; `cms.exporting.lists` knows all of them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import QuerySet

from tenants.models import Institution
from tenants.roles.roles import Role

CHUNK = 500
WORD_MAX = 200


@dataclass(frozen=True)
class Column:
    """One column. `masked` makes a personal value fit for everybody's eyes: it is applied unless the export is full."""

    key: str
    title: Any
    value: Callable[[Any], Any]
    masked: Callable[[str], str] | None = None
    chosen: bool = True

    @property
    def is_personal(self) -> bool:
        return self.masked is not None

    def cell(self, row: Any, *, full: bool) -> Any:
        value = self.value(row)
        if self.masked is None or full:
            return value
        return self.masked(str(value or ""))


@dataclass(frozen=True)
class Asked:
    """What the list was asked for: the words of its address, at which institution, when."""

    words: Mapping[str, str]
    institution: Institution
    at: datetime


@dataclass(frozen=True)
class ListExport:
    """`filters` are the words of the list's address; those in `codes` are codes and may stand in the audit trail, the
    others (typed names) are only named there. `rows` answers as the list does and may raise Http404. `dress` gets some
    hundred rows at a time and gives what the columns read."""

    name: str
    title: Any
    view: str
    roles: tuple[Role, ...]
    columns: tuple[Column, ...]
    rows: Callable[[Asked], Any]
    dress: Callable[[list[Any], Asked], Iterable[Any]] = lambda rows, _asked: rows
    filters: tuple[str, ...] = ()
    codes: frozenset[str] = field(default_factory=frozenset)
    action: str = "list.exported"
    reveals: Callable[[Any], bool] = lambda _row: True  # False: this row stays masked even in a full export

    @property
    def has_personal(self) -> bool:
        return any(column.is_personal for column in self.columns)

    def words_of(self, given: Mapping[str, Any]) -> dict[str, str]:
        """The words of an address that this list understands."""
        return {name: str(given[name])[:WORD_MAX] for name in self.filters if given.get(name)}

    def chosen(self, keys: Iterable[str]) -> list[Column]:
        """The columns of these keys in their own order; unknown keys are nobody's."""
        wanted = set(keys)
        return [column for column in self.columns if column.key in wanted]

    def audited(self, words: Mapping[str, str]) -> list[str]:
        """The filter for the audit trail, without anything that somebody typed."""
        return [f"{name}={words[name]}" if name in self.codes else name for name in sorted(words)]


def count_of(rows: Any) -> int:
    return rows.count() if isinstance(rows, QuerySet) else len(rows)


def table_of(export: ListExport, columns: list[Column], asked: Asked, rows: Any, *, full: bool) -> Iterator[list[Any]]:
    """The cells of each row, read and dressed some hundred at a time: memory does not grow with the list."""
    waiting = rows.iterator(chunk_size=CHUNK) if isinstance(rows, QuerySet) else iter(rows)
    while some := list(islice(waiting, CHUNK)):
        for row in export.dress(some, asked):
            whole = full and export.reveals(row)
            yield [column.cell(row, full=whole) for column in columns]
