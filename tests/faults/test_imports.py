"""A worker that is killed in the middle of an import: whole rows only, each once."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from django.utils.timezone import now
from openpyxl import Workbook

from cms.importing import tasks
from cms.importing.kinds import resource_of
from config.processes import dies_with_parent, wait_until
from learning.models import Enrolment
from tenants.accounts.models import User
from tenants.audit.models import Entry
from tenants.imports import batches
from tenants.imports.models import ImportBatch
from tenants.imports.reading import read_batch
from tests.support import people
from tests.support.register import open_province, register

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.django_db(transaction=True)
WORKER = ["-m", "celery", "-q", "-A", "config.celery", "worker", "-Q", "celery", "--concurrency", "1", "-P", "solo"]
FLAGS = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING"]
PATIENCE_S, ROWS = 120, 4_000


@contextmanager
def worker() -> Iterator[subprocess.Popen[bytes]]:
    """A real Celery worker."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    process = subprocess.Popen(
        [sys.executable, *WORKER, *FLAGS],
        env=os.environ | {"PYTHONPATH": path},
        preexec_fn=dies_with_parent(signal.SIGKILL),
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def sheet(place: Any) -> bytes:
    """So many new people, in the register."""
    position = open_province(place)
    numbers = [people.id_number(n % 1000, born=f"19{70 + n // 1000}0101") for n in range(ROWS)]
    register([(number, "张三", date(2017, 5, 4), "valid") for number in numbers], position)
    book = Workbook(write_only=True)
    made = book.create_sheet()
    made.append(["姓名", "身份证号", "培训费"])
    for number in numbers:
        made.append(["张三", number, 200])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def settled(batch: ImportBatch) -> int:
    batch.refresh_from_db()
    return batch.settled


def test_a_killed_worker_leaves_whole_rows_and_the_next_one_the_rest_once(lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        clerk = people.make_user("何敏")
        batch = batches.begin(
            kind="enrolments", file_name="a.xlsx", data=sheet(lingzhu), options={"year": 2026, "training_class": None},
            institution=lingzhu, by=clerk, at=now(),
        )  # fmt: skip
        read_batch(batch.pk, resource_of, clock=now)
        batch = batches.confirm(batch, {"seen": True}, by=clerk, at=now())
        tasks.send(batch)
        with worker() as first:
            assert wait_until(lambda: settled(batch) > 0, PATIENCE_S, every_s=0.01)
            first.kill()  # kill -9
            first.wait()
        assert (batch.state, settled(batch) < ROWS) == ("running", True)
        assert Enrolment.objects.count() == settled(batch)
        assert not batches.stranded(now()).exists()  # it may only be slow to speak
        assert list(batches.stranded(now() + timedelta(minutes=5))) == [batch]
        tasks.send(batch)
        with worker():
            assert wait_until(lambda: settled(batch) == ROWS and batch.state == "done", PATIENCE_S, every_s=0.1)
        assert Enrolment.objects.count() == ROWS
        assert User.objects.filter(name="张三").count() == ROWS
        assert Entry.objects.filter(action="import.done").count() == 1
