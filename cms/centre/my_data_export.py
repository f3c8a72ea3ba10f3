"""Make the copy of one's data: one zip with a table to read, the same as JSON, and a word on what is not in it."""

import io
import json
import zipfile
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.timezone import localtime

from cms.centre import my_data_trail  # noqa: F401  registers its provider, and those it imports
from cms.centre.my_data_parts import Part, files_of, parts_of
from tenants.accounts import exports
from tenants.accounts.models import User
from tenants.scopes import province_scope

OVERVIEW, TABLE, NOTE = "个人信息概览.html", "个人信息.json", "说明.txt"


def build(pk: int, *, at: datetime) -> bool:
    """Make the copy of one request and seal it; False when it is done or another worker is at it. Runs twice safely.

    Row lock and result are one transaction: a worker that dies leaves the request waiting, and the sweep finds it.
    """
    with transaction.atomic():
        request = exports.claimed(pk)
        if request is None:
            return False
        exports.keep(request, bundle(request.user, at=at), at=at)
    return True


def bundle(user: User, *, at: datetime) -> bytes:
    """The zip, in Chinese. Nothing in it loads anything from elsewhere."""
    with province_scope(), translation.override("zh-hans"):
        parts = parts_of(user)
        files: dict[str, str | bytes] = {
            OVERVIEW: render_to_string("cms/centre/my_data_copy.html", {"parts": shown(parts), "user": user, "at": at}),
            TABLE: as_json(parts, at=at),
            NOTE: render_to_string("cms/centre/my_data_copy.txt", {"at": at}),
        } | dict(files_of(user))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def as_json(parts: list[Part], *, at: datetime) -> str:
    """`{"made_at", "parts": [{"code", "title", "labels", "rows": [...]}]}`; times in ISO 8601 with their zone."""
    content = {
        "made_at": localtime(at),
        "parts": [{"code": p.code, "title": p.title, "labels": p.labels, "rows": p.rows} for p in parts],
    }
    return json.dumps(content, ensure_ascii=False, indent=2, default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return localtime(value).isoformat(timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return f"{value:f}"
    return str(value)


def shown(parts: list[Part]) -> list[dict[str, Any]]:
    """The parts as cells to read."""
    return [
        {"code": p.code, "title": p.title, "heads": list(p.labels.values()),
         "rows": [[_cell(row[key]) for key in p.labels] for row in p.rows]}
        for p in parts
    ]  # fmt: skip


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, datetime):
        return f"{localtime(value):%Y-%m-%d %H:%M}"
    if isinstance(value, float):
        return f"{value:.2f}"
    return str(value)
