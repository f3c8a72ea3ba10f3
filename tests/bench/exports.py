"""50,000 rows of the register as csv and xlsx: rows a second and peak memory, beside the library's Resource.export."""

from __future__ import annotations

import ctypes
import functools
import gc
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from tests.bench.frame import Measured, figure

ROWS = 50_000
MB = 1024 * 1024


@dataclass(frozen=True)
class Run:
    """Of one export: rows a second, and how far the process's memory rose above what it was (MB)."""

    rows_s: float
    peak_mb: float


@figure("export csv, rows/s / Resource.export", target=1.2)
def csv_speed() -> Measured:
    """Masked numbers are opened and masked in both."""
    ours, library = runs("csv")
    return Measured(ours.rows_s, library.rows_s, "rows/s")


@figure("export csv, peak memory / Resource.export", target=0.5, at_most=True)
def csv_memory() -> Measured:
    ours, library = runs("csv")
    return Measured(ours.peak_mb, library.peak_mb, "MB")


@figure("export xlsx, rows/s / Resource.export", target=0.9)
def xlsx_speed() -> Measured:
    ours, library = runs("xlsx")
    return Measured(ours.rows_s, library.rows_s, "rows/s")


@figure("export xlsx, peak memory / Resource.export", target=0.25, at_most=True)
def xlsx_memory() -> Measured:
    ours, library = runs("xlsx")
    return Measured(ours.peak_mb, library.peak_mb, "MB")


@functools.cache
def runs(kind: str) -> tuple[Run, Run]:
    """Ours and the library's, in this order: what ours leaves free in the heap is the library's to use."""
    certificates()
    found = measured(lambda: by_us(kind)), measured(lambda: by_the_library(kind))
    for name, run in zip(("ours", "library"), found, strict=True):
        print(f"  {kind} {name}: {run.rows_s:,.0f} rows/s, {run.peak_mb:.1f} MB", file=sys.stderr, flush=True)
    return found


def measured(export: Callable[[], None]) -> Run:
    """The kernel's high-water mark of this process, set back before."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)  # what was free before is no room for what is measured
    Path("/proc/self/clear_refs").write_text("5")
    before, began = memory("VmRSS"), time.perf_counter()
    export()
    return Run(ROWS / (time.perf_counter() - began), max(0.1, (memory("VmHWM") - before) / MB))


def memory(name: str) -> int:
    """Bytes, from the kernel's own account of this process."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def by_us(kind: str) -> None:
    from django.utils.timezone import now

    from tenants.exports.files import write_table
    from tenants.exports.lists import Asked, table_of
    from tenants.scopes import province_scope

    export = exported()
    with province_scope(), TemporaryFile() as out:
        asked = Asked({}, None, now())  # type: ignore[arg-type]  # the register asks for no institution
        columns = list(export.columns)
        rows = table_of(export, columns, asked, export.rows(asked), full=False)
        assert write_table(out, kind, [str(column.title) for column in columns], rows) == ROWS


def by_the_library(kind: str) -> None:
    """The same columns as fields of a resource, exported the way its documentation does."""
    from import_export import fields, resources

    from learning.models import PostCertificate
    from tenants.masking import mask_id_number

    class Masked(fields.Field):
        def export(self, instance: Any, **kwargs: Any) -> str:
            return mask_id_number(self.get_value(instance))

    class Certificates(resources.Resource):
        number = fields.Field(attribute="number", column_name="number")
        holder = fields.Field(attribute="holder_name", column_name="holder")
        id_number = Masked(attribute="holder_id_number", column_name="id_number")
        code = fields.Field(attribute="position__code", column_name="code")
        position = fields.Field(attribute="position__name", column_name="position")
        issued_on = fields.Field(attribute="issued_on", column_name="issued_on")
        state = fields.Field(attribute="get_state_display", column_name="state")
        superseded_at = fields.Field(attribute="superseded_at", column_name="superseded_at")

    made = Certificates().export(PostCertificate.objects.select_related("position"))
    assert len(made) == ROWS
    with TemporaryFile() as out:
        out.write(made.export(kind).encode() if kind == "csv" else made.export(kind))


def exported() -> Any:
    from cms.exporting.lists import CONSOLE, _discover

    _discover()
    return CONSOLE["post-certificates"]


@functools.cache
def certificates() -> None:
    """A register of 50,000, in bulk."""
    from learning.models import PostCertificate
    from tests.support.study import make_position

    position = make_position()
    for start in range(0, ROWS, 5_000):
        PostCertificate.objects.bulk_create([
            PostCertificate(
                number=f"粤建岗{number:06d}", holder_id_number=f"44010619850312{number % 10000:04d}",
                holder_id_index=f"{number:064d}", holder_name="梁志强", position=position, issued_on=date(2017, 5, 4),
            )
            for number in range(start, start + 5_000)
        ])  # fmt: skip
