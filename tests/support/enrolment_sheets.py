"""Sheets of enrolments handed in, run and taken back by hand, as a worker does it; and people to stand in them."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from openpyxl import Workbook

from learning.imports import EnrolmentSheet, Fees
from learning.models import PostCertificate
from tenants.imports import batches
from tenants.imports.models import ImportBatch
from tenants.imports.reading import read_batch
from tenants.imports.running import run_batch
from tenants.imports.undoing import undo_batch
from tests.support.register import AT, register
from tests.support.study import make_position
from tests.tools import messy_sheet

FEES = {"101": Fees(Decimal(200), Decimal(80), "2026 年度收费公示（2026-01-01）")}


def sheet_of(batch: ImportBatch) -> EnrolmentSheet:
    return EnrolmentSheet(batch, fees=FEES, position_codes=())


def clock() -> Any:
    return AT


def hand_in(institution: Any, clerk: Any, data: bytes, *, year: int = 2026, **more: Any) -> ImportBatch:
    options = {"year": year, "training_class": None}
    batch = batches.begin(
        kind="enrolments", file_name="名单.xlsx", data=data, options=options, institution=institution, by=clerk, at=AT,
        **more,
    )  # fmt: skip
    read_batch(batch.pk, sheet_of, clock=clock)
    batch.refresh_from_db()
    return batch


def run(batch: ImportBatch, clerk: Any, **options: Any) -> ImportBatch:
    batches.confirm(batch, options, by=clerk, at=AT)
    run_batch(batch.pk, sheet_of, clock=clock)
    batch.refresh_from_db()
    return batch


def undo(batch: ImportBatch, clerk: Any) -> ImportBatch:
    batches.undo(batch, by=clerk, at=AT)
    undo_batch(batch.pk, sheet_of, clock=clock)
    batch.refresh_from_db()
    return batch


def book(*rows: Any) -> bytes:
    made = Workbook()
    for row in (("姓名", "身份证号", "手机", "岗位", "班级"), *rows):
        made.active.append(list(row))
    buffer = io.BytesIO()
    made.save(buffer)
    return buffer.getvalue()


def somebody(number: int, name: str = "张三", *, listed: bool = True) -> tuple[str, str, str, str]:
    found = messy_sheet.id_number(number, born="19900101")
    if listed:
        register([(found, name, messy_sheet.date(2017, 5, 4), "valid")], make_position())
        row = PostCertificate.objects.order_by("-pk").first()
        row.number = f"粤建岗9{number:06d}"
        row.save(update_fields=["number", "key"])
    return name, found, f"139{number:08d}", "土建施工员"
