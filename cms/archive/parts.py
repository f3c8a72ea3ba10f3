"""What an archive is made of: parts with facts and tables, the same for the screen, the PDF and the hash."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.timezone import localtime

from learning.models import Enrolment
from tenants.masking import mask_id_number, mask_phone_number

Cell = Any  # str, number, day, time, Number or Picture


@dataclass(frozen=True)
class Number:
    """A number of a person: masked, unless the whole archive is full. `has_door`: the screen offers the full one."""

    subject: Any
    field: str
    has_door: bool = True

    def shown(self, *, full: bool) -> str:
        value = str(getattr(self.subject, self.field) or "")
        if full:
            return value
        return mask_phone_number(value) if self.field == "phone" else mask_id_number(value)


@dataclass(frozen=True)
class Picture:
    """A stored picture: to be looked at through the audited view of proctoring; never in a file."""

    kind: str
    uuid: UUID
    words: str


@dataclass(frozen=True)
class Table:
    """`key` names the table where it also leaves as a file of its own; `widths` of its columns on paper, in percent."""

    title: str
    heads: tuple[str, ...]
    rows: list[tuple[Cell, ...]]
    key: str = ""
    widths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Part:
    """One chapter. `code` is its anchor."""

    code: str
    title: str
    facts: list[tuple[str, Cell]] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    note: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.facts and not any(table.rows for table in self.tables)


@dataclass(frozen=True)
class Archive:
    """Everything about one enrolment, as `for_association` may read it. `hides`: numbers stay masked in any case."""

    enrolment: Enrolment
    parts: list[Part]
    for_association: bool
    hides: bool

    def table(self, key: str) -> Table:
        return next(table for part in self.parts for table in part.tables if table.key == key)

    def texts(self, *, full: bool) -> Iterator[str]:
        """Every word of it, in order: what the fonts must have, and what the hash is of."""
        for part in self.parts:
            yield part.title
            yield part.note
            for label, value in part.facts:
                yield label
                yield plain(value, full=full)
            for table in part.tables:
                yield table.title
                yield from table.heads
                for row in table.rows:
                    yield from (plain(value, full=full) for value in row)

    def digest(self, *, full: bool) -> str:
        """SHA-256 over all that is written: the same rows give the same, whenever they are gathered."""
        return hashlib.sha256(json.dumps(list(self.texts(full=full)), ensure_ascii=False).encode()).hexdigest()


def plain(value: Cell, *, full: bool = False) -> str:
    """A cell as text."""
    if value is None or value == "":
        return ""
    if isinstance(value, Number):
        return value.shown(full=full)
    if isinstance(value, Picture):
        return value.words
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value)
