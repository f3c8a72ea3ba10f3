"""Seeded ID numbers and phones appear in no log, cache, queue, session, audit row, error page, file or text column.

Everything is looked at after people signed in and failed to, a clerk enrolled somebody, codes were sent, a view crashed
with the numbers in its hands, and a task failed with them in its error.
"""

from __future__ import annotations

import io
import logging
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import redis
import structlog
from django.conf import settings as django_settings
from django.db import connection

from tenants.roles.roles import Role
from tests.support import people, servers
from tests.support.doors import browser_at, captcha, is_in, sign_in
from tests.support.staff import staff_client

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
HOLDER, STRANGER, CLERKED = (people.id_number(number, born="19790807", region="440305") for number in (701, 702, 703))
PHONES = ("13977770701", "13977770702", "13977770703")
NUMBER = "粤 7-2016-00703"
SEEDED = (HOLDER, STRANGER, CLERKED, *PHONES)
# Tables whose text columns may hold them in clear, with the reason. None so far.
KNOWN_TABLES: dict[str, str] = {}


@pytest.fixture
def logged() -> Any:
    """All that the configured formatter writes, at DEBUG, of every logger."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    configured = next(one for one in logging.getLogger().handlers if _is_ours(one))
    handler.setFormatter(configured.formatter)
    root, level = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.removeHandler(handler)
    root.setLevel(level)


def _is_ours(handler: logging.Handler) -> bool:
    return isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)


def leaks(text: str) -> list[str]:
    return [number for number in SEEDED if number in text]


@pytest.fixture
def holder(make_user: Any) -> Any:
    """Somebody with an account; her number and phone are the canaries."""
    user = make_user("金丝雀")
    user.set_identity(id_number=HOLDER, phone=PHONES[0])
    user.save()
    return user


def sign_in_well_and_badly(institution: Any) -> None:
    """By number and by phone, of somebody and of nobody; and both strangers ask for an account and a new password."""
    for number, account in enumerate((HOLDER, PHONES[0])):
        assert is_in(sign_in(browser_at(institution, f"203.0.113.{number}"), account, "Zhuxue2026"))
    for account in (HOLDER, PHONES[0], STRANGER, PHONES[1], "44030519790807701"):
        assert not is_in(sign_in(browser_at(institution, "203.0.113.9"), account, "wrong-password"))
    for path in ("/signin/register/", "/signin/forgotten/"):
        browser = browser_at(institution, "203.0.113.17")
        browser.raise_request_exception = False
        page = browser.get(path)
        shown = captcha(page) if b"captcha_0" in page.content else {}
        for number, phone in ((STRANGER, PHONES[1]), (HOLDER, PHONES[0])):
            values = {"document_kind": "resident_id", "number": number, "id_number": number, "account": number}
            browser.post(path, values | {"name": "金丝雀", "phone": phone} | shown)
            browser.get(path)


def enrol_by_clerk(institution: Any, in_tenant: Any) -> None:
    from learning.services import register_post_certificate
    from tests.support.study import make_study

    with in_tenant(institution):
        position = make_study(institution).enrolment.position
        register_post_certificate(
            number=NUMBER, id_number=CLERKED, name="乙丙丁", position=position,
            issued_on=datetime(2016, 5, 4, tzinfo=UTC).date(), by=None, at=AT,
        )  # fmt: skip
    clerk = staff_client(institution, Role.REGISTRAR)
    clerk.raise_request_exception = False
    values = {
        "id_number": CLERKED,
        "name": "乙丙丁",
        "phone": PHONES[2],
        "certificate": "粤 7-2016-00703",
        "year": "2026",
        "free": "on",
    }
    clerk.post("/admin/desk/enrolments/new/", values)
    clerk.post("/admin/desk/enrolments/new/", values | {"enrol": "1"})
    clerk.get(f"/admin/desk/enrolments/?q={CLERKED}")


def crash(client: Any, monkeypatch: Any) -> list[str]:
    """A page that falls over with numbers in its variables, its message and its request; what the person then sees."""

    def falls(request: Any, *_: Any, **__: Any) -> Any:
        number, phone = request.user.id_number, request.user.phone
        raise RuntimeError(f"cannot handle {number} of {phone}")

    monkeypatch.setattr("cms.centre.views.render", falls)
    answers = []
    for debug in (False, True):
        monkeypatch.setattr(django_settings, "DEBUG", debug)
        answers += [client.get(f"/my/?q={HOLDER}"), client.post(f"/my/profile/?q={HOLDER}", {"phone": PHONES[0]})]
    monkeypatch.undo()
    assert [answer.status_code for answer in answers] == [500] * 4
    return [answer.content.decode() for answer in answers]


def failing_task() -> None:
    """A task as the worker runs it, whose error holds a number."""
    from config.celery import app
    from tenants.tasks import tenant_task

    @tenant_task(name="tests.canary")
    def canary(pk: int) -> None:
        raise ValueError(f"nobody with {HOLDER} and {PHONES[0]}, row {pk}")

    app.tasks["tests.canary"].apply(args=[1])
    canary.delay(2)


def text_columns() -> list[tuple[str, str, str]]:
    """Schema, table and column of everything that can hold text."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.table_schema, c.table_name, c.column_name FROM information_schema.columns c"
            " JOIN information_schema.tables t USING (table_schema, table_name)"
            " WHERE t.table_type = 'BASE TABLE'"
            " AND c.table_schema NOT IN ('pg_catalog', 'information_schema', 'template')"
            " AND c.data_type IN ('text', 'character varying', 'character', 'json', 'jsonb', 'ARRAY', 'bytea')"
        )
        return cursor.fetchall()


def tables_with_canaries() -> list[str]:
    found = []
    pattern = "|".join(SEEDED)
    in_hex = "|".join(number.encode().hex() for number in SEEDED)
    with connection.cursor() as cursor:
        for schema, table, column in text_columns():
            cursor.execute(
                f'SELECT count(*) FROM "{schema}"."{table}" WHERE "{column}"::text ~ %s OR "{column}"::text ~ %s',
                [pattern, in_hex],
            )
            if cursor.fetchone()[0]:
                found.append(f"{schema}.{table}.{column}")
    return found


def redis_values() -> str:
    """Every key and value of every database of this test: cache, channels, frames, Celery's queue."""
    parts: list[bytes] = []
    first = int(os.environ["ZHUXUE_REDIS_BASE"])
    for number in range(first, first + servers.REDIS_NUMBERS_PER_WORKER):
        with redis.Redis.from_url(f"{os.environ['REDIS_URL']}/{number}") as client:
            for key in client.scan_iter():
                parts += [key, client.dump(key) or b"", *_plain(client, key)]
    return b"\n".join(parts).decode("utf-8", "replace")


def _plain(client: Any, key: bytes) -> list[bytes]:
    kind = client.type(key)
    if kind == b"string":
        return [client.get(key)]
    if kind == b"list":
        return client.lrange(key, 0, -1)
    if kind == b"hash":
        return [part for pair in client.hgetall(key).items() for part in pair]
    return list(client.smembers(key)) if kind == b"set" else []


def sessions() -> str:
    """What the sessions hold, unpacked: in their column they are compressed."""
    from django.contrib.sessions.models import Session

    return repr([one.get_decoded() for one in Session.objects.all()])


def files_with_canaries(folder: Path) -> list[str]:
    needles = [number.encode() for number in SEEDED]
    return [
        path.as_posix()
        for path in folder.rglob("*")
        if path.is_file() and any(needle in path.read_bytes() for needle in needles)
    ]


def test_no_number_of_a_person_leaves_its_column(
    committed: None, holder: Any, lingzhu: Any, association: Any, in_tenant: Any, logged: Any, monkeypatch: Any,
    settings: Any, tmp_path: Any,
) -> None:  # fmt: skip
    from tenants.messages.services import send_due

    settings.MEDIA_ROOT = str(tmp_path / "media")
    sign_in_well_and_badly(lingzhu)
    sign_in_well_and_badly(association)
    enrol_by_clerk(lingzhu, in_tenant)
    client = people.signed_in(holder, lingzhu)
    client.user, client.raise_request_exception = holder, False
    pages = crash(client, monkeypatch)
    failing_task()
    send_due(at=datetime.now(UTC))
    structlog.get_logger("canary").warning("said", words=f"number {HOLDER}", deep={"list": [PHONES[0]]}, q=PHONES[1])
    logging.getLogger("canary").error("plain %s %s", STRANGER, PHONES[2])

    written = logged.getvalue()
    assert "canary" in written
    assert "sms_sent" in written
    assert "request_failed" in written
    assert "tests.canary" in written
    assert leaks(written) == []
    assert "RuntimeError" in pages[-1]
    for page in pages:
        assert leaks(page) == []
    assert leaks(redis_values()) == []
    assert leaks(sessions()) == []
    assert [place for place in tables_with_canaries() if place not in KNOWN_TABLES] == []
    assert files_with_canaries(Path(django_settings.VAR)) == []
    assert files_with_canaries(tmp_path) == []


def test_the_search_would_find_a_number_in_clear(committed: None, holder: Any, lingzhu: Any) -> None:
    """The canary sings: a number in a text column, in the cache and in a file is found."""
    from django.core.cache import cache

    holder.email = f"{HOLDER}@example.cn"
    holder.save()
    cache.set("canary", {"phone": PHONES[0]})
    assert tables_with_canaries() == ["public.accounts_user.email"]
    assert leaks(redis_values()) == [PHONES[0]]
