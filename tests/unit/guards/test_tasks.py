"""Every Celery task of ours: takes ids only, runs in the scope of the schema it was sent from, may run twice."""

from __future__ import annotations

import ast
import inspect
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from config.celery import app
from tenants.schema import current_schema
from tenants.tasks import TenantTask, WrongSchema, tenant_task
from tests.support import people
from tests.support.study import make_study

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("tenants", "proctoring", "learning", "exams", "certs", "cms")
# What a task may take: ids and plain numbers; never a person's name, number or phone, which a broker would keep.
SENDING = {"delay", "apply_async", "send_task"}
PLAIN = {"int", "str", "UUID", "bool", "float", "uuid.UUID"}


def our_tasks() -> dict[str, Any]:
    app.loader.import_default_modules()
    app.finalize()
    return {name: task for name, task in app.tasks.items() if name.split(".")[0] in ROOMS}


def test_there_are_tasks_at_all():
    assert {"tenants.messages.tasks.send_due", "tenants.audit.tasks.seal"} <= our_tasks().keys()


def test_every_task_is_a_tenant_task_that_is_acknowledged_after_it_ran():
    for name, task in our_tasks().items():
        assert isinstance(task, TenantTask), name
        assert (task.acks_late, task.ignore_result) == (True, True), name


def test_every_task_is_made_by_the_one_decorator():
    found = []
    for top in ROOMS:
        for path in (ROOT / top).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if "shared_task" in text and path != ROOT / "tenants" / "tasks.py":
                found.append(str(path.relative_to(ROOT)))
    assert found == []


def test_a_task_takes_ids_only():
    for name, task in our_tasks().items():
        for parameter in inspect.signature(task.run).parameters.values():
            kind = parameter.annotation if isinstance(parameter.annotation, str) else parameter.annotation.__name__
            assert kind in PLAIN, f"{name}: {parameter}"
            for word in ("phone", "name", "id_number", "email", "password", "code"):
                assert word not in parameter.name, f"{name}: {parameter.name} would lie in the broker"


def test_whoever_sends_a_task_sends_ids_only():
    """No call of `.delay` or `.apply_async` passes an attribute that holds somebody's data."""
    found = []
    for top in ROOMS:
        for path in (ROOT / top).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in {
                    "delay",
                    "apply_async",
                    "send_task",
                }:
                    text = ast.unparse(node)
                    if any(f".{field}" in text for field in ("phone", "name", "id_number", "email", "frame")):
                        found.append(f"{path.relative_to(ROOT)}:{node.lineno} {text}")
    assert found == []


def test_what_the_clock_sends_exists():
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= our_tasks().keys()


@pytest.mark.parametrize("name", sorted({entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}))
def test_what_the_clock_sends_runs_twice_without_harm(db, lingzhu, in_tenant, name):
    """The second run finds nothing to do: no audit row, no message, no document is made twice."""
    from certs.models import HoursCertificate
    from learning.review.models import HoursReview
    from tenants.audit.models import Entry, Seal
    from tenants.messages.models import Sms
    from tenants.scopes import province_scope

    with in_tenant(lingzhu):
        make_study(lingzhu, user=people.make_user("钟强"))
    task = our_tasks()[name]

    def counted() -> list[int]:
        with province_scope():
            return [model.objects.count() for model in (Entry, Seal, Sms, HoursReview, HoursCertificate)]

    task.apply()
    once = counted()
    result = task.apply()
    assert result.successful(), result.traceback
    assert counted() == once


FOUND: list[Any] = []


@tenant_task(name="tests.look")
def look() -> None:
    """Note the schema and the institutions whose enrolments are in scope."""
    from learning.models import Enrolment

    FOUND.append((current_schema(), sorted(e.institution.schema_name for e in Enrolment.objects.all())))


@pytest.fixture
def seen():
    """The task that notes what it sees, and what it noted."""
    FOUND.clear()
    return look, FOUND


@pytest.mark.parametrize(
    ("schema", "enrolments"),
    [("lingzhu", ["lingzhu"]), ("jiangxin", ["jiangxin"]), ("association", ["jiangxin", "lingzhu"])],
)
def test_a_task_sees_the_rows_of_the_schema_in_its_header_only(lingzhu, jiangxin, in_tenant, seen, schema, enrolments):
    task, found = seen
    for institution in (lingzhu, jiangxin):
        with in_tenant(institution):
            make_study(institution, year=2026 + len(found) + institution.pk)
    task.apply(headers={"_schema_name": schema}).get()
    assert found == [(schema, enrolments)]


def test_a_task_with_a_schema_that_does_not_exist_fails_and_reads_nothing(db, seen):
    task, found = seen
    with pytest.raises(WrongSchema):
        task.apply(headers={"_schema_name": "nowhere"}, throw=True)
    assert found == []


def test_after_a_task_the_worker_is_back_where_it_was(db, lingzhu, seen):
    seen[0].apply(headers={"_schema_name": "lingzhu"})
    assert current_schema() == "public"
