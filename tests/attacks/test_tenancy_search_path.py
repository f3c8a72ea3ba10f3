"""No statement ever runs in the wrong schema, although SET search_path is said only when it is needed (ADR 0126)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from random import Random
from threading import Barrier
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError, close_old_connections, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_tenants.utils import schema_context, tenant_context

from tenants.consumers import run_in_tenant
from tests.support.people import BEFORE

SCHEMAS = ("public", "lingzhu", "jiangxin", "association")


def path_now() -> tuple[str, int]:
    """The first schema that the database itself would look in, and the server process that answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema(), pg_backend_pid()")
        return cursor.fetchone()


def fail() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM no_such_table")


class Walk:
    """Random tenants, transactions, savepoints, errors and new connections; the schema is asked after every step."""

    def __init__(self, seed: int) -> None:
        self.random, self.steps = Random(seed), 0

    def run(self, depth: int = 0) -> None:
        for _ in range(self.random.randint(2, 6)):
            self.step(depth)

    def step(self, depth: int) -> None:
        self.steps += 1
        kind = self.random.choice(("tenant", "atomic", "error", "flat", "rollback", "iterate", "close", "stay"))
        if kind == "tenant" and depth < 5:
            with schema_context(self.random.choice(SCHEMAS)):
                self.run(depth + 1)
        elif kind in {"atomic", "flat"} and depth < 5:
            self.in_transaction(depth, savepoint=kind == "atomic")
        elif kind == "error":
            self.error()
        elif kind == "rollback" and not connection.in_atomic_block:
            with transaction.atomic():
                self.switch_and_look()
                transaction.set_rollback(True)
        elif kind == "iterate" and connection.schema_name != "public":
            self.iterate()
        elif kind == "close" and not connection.in_atomic_block:
            connection.close()
        elif kind == "stay":  # as the middleware does, without a way back of its own
            connection.set_schema(self.random.choice(SCHEMAS))
        if self.random.random() < 0.7:
            self.check()

    def in_transaction(self, depth: int, *, savepoint: bool) -> None:
        try:
            with transaction.atomic(savepoint=savepoint):
                self.switch_and_look()
                self.run(depth + 1)
                if self.random.random() < 0.5:
                    fail()
        except (ProgrammingError, transaction.TransactionManagementError):
            pass

    def error(self) -> None:
        with ExitStack() as stack:
            stack.enter_context(pytest.raises((ProgrammingError, transaction.TransactionManagementError)))
            if connection.in_atomic_block:
                stack.enter_context(transaction.atomic())
            fail()

    def switch_and_look(self) -> None:
        if not connection.needs_rollback:
            with schema_context(self.random.choice(SCHEMAS)):
                self.check()

    def iterate(self) -> None:
        if connection.needs_rollback:
            return
        from django.contrib.auth.models import Group

        names = set(Group.objects.values_list("name", flat=True).iterator(chunk_size=2))
        assert ("superadmin" in names) == (connection.schema_name == "association")

    def check(self) -> None:
        if not connection.needs_rollback:
            assert path_now()[0] == connection.schema_name


@pytest.mark.parametrize("seed", range(6))
def test_after_every_step_of_a_random_walk_the_database_looks_in_the_schema_we_are_in(committed, seed):
    walk = Walk(seed)
    while walk.steps < 300:
        with schema_context(SCHEMAS[seed % len(SCHEMAS)]):
            walk.run()
    connection.set_schema_to_public()


def test_a_statement_after_a_rolled_back_switch_is_in_the_outer_schema(db, lingzhu, jiangxin):
    with tenant_context(lingzhu):
        path_now()
        with pytest.raises(ProgrammingError), transaction.atomic(), tenant_context(jiangxin):
            fail()
        assert path_now()[0] == "lingzhu"
        with transaction.atomic():
            with pytest.raises(ProgrammingError), transaction.atomic(), tenant_context(jiangxin):
                fail()
            assert path_now()[0] == "lingzhu"
            with tenant_context(jiangxin):
                assert path_now()[0] == "jiangxin"


def test_a_swallowed_error_whose_commit_is_a_rollback_leaves_no_false_memory(committed, lingzhu, jiangxin):
    with tenant_context(lingzhu):
        path_now()
        with transaction.atomic(), tenant_context(jiangxin):
            path_now()
            with pytest.raises(ProgrammingError):
                fail()
        with tenant_context(jiangxin):
            assert path_now()[0] == "jiangxin"
        assert path_now()[0] == "lingzhu"


def test_a_pooled_connection_of_one_tenant_serves_the_next_one_rightly(committed, lingzhu, jiangxin):
    seen: dict[str, set[int]] = {"lingzhu": set(), "jiangxin": set()}

    def ask(institution: Any) -> None:
        schema, process = run_in_tenant(institution, path_now)
        assert schema == institution.schema_name
        seen[schema].add(process)

    with ThreadPoolExecutor(max_workers=1) as one, ThreadPoolExecutor(max_workers=1) as other:
        for turn in range(30):
            (one if turn % 2 else other).submit(ask, jiangxin if turn % 3 else lingzhu).result()
    assert seen["lingzhu"] & seen["jiangxin"], "no server process served both: the test proves nothing"


def test_many_threads_with_changing_tenants_always_read_their_own(committed, lingzhu, jiangxin, association):
    from tenants.roles.queries import roles_of
    from tenants.roles.roles import Role
    from tenants.roles.services import grant_role
    from tests.support.people import make_user

    user, institutions = make_user(), (lingzhu, jiangxin, association)
    for institution, role in zip(institutions, (Role.EDITOR, Role.VIEWER, Role.AUDITOR), strict=True):
        with tenant_context(institution):
            grant_role(user, role, by=None, at=BEFORE)
    expected = {"lingzhu": {"editor"}, "jiangxin": {"viewer"}, "association": {"auditor"}}
    start = Barrier(6)

    def one(seed: int) -> int:
        random, wrong = Random(seed), 0
        start.wait(20)
        for _ in range(40):
            institution = random.choice(institutions)
            wrong += run_in_tenant(institution, roles_of_fresh, random) != expected[institution.schema_name]
        return wrong

    def roles_of_fresh(random: Random) -> set[str]:
        user.__dict__.pop("_roles_here", None)
        copy = type(user)(pk=user.pk)
        if random.random() < 0.3:
            with pytest.raises(ProgrammingError), transaction.atomic():
                fail()
        return roles_of(copy)

    with ThreadPoolExecutor(max_workers=6) as threads:
        assert sum(threads.map(one, range(6))) == 0


def test_after_the_server_cut_the_connection_the_new_one_is_in_the_right_schema(committed, lingzhu):
    with tenant_context(lingzhu):
        _schema, process = path_now()
        other = ThreadPoolExecutor(max_workers=1)
        other.submit(_cut, process).result()
        other.shutdown()
        with pytest.raises(OperationalError):
            path_now()
        close_old_connections()
        schema, fresh = path_now()
        assert (schema, fresh != process) == ("lingzhu", True)


def _cut(process: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [process])
    finally:
        connection.close()


def test_opening_an_institution_leaves_the_path_as_it_was(association):
    from tenants.services import open_institution

    path_now()
    open_institution(
        schema_name="novel", code="novel", name="新机构", hosts=["novel.test"],
        brand_main="#0b6b4f", brand_accent="#b3541e", by=None, at=BEFORE,
    )  # fmt: skip
    assert path_now()[0] == "public"
    with schema_context("novel"):
        assert path_now()[0] == "novel"


def test_content_types_are_one_for_all_so_they_stay_cached(db, lingzhu, jiangxin):
    from django.contrib.contenttypes.models import ContentType

    from cms.models import HomePage

    with connection.cursor() as cursor:
        cursor.execute("SELECT schemaname FROM pg_tables WHERE tablename = 'django_content_type'")
        assert cursor.fetchall() == [("public",)]
    ContentType.objects.clear_cache()
    with tenant_context(lingzhu):
        here = ContentType.objects.get_for_model(HomePage).pk
    with tenant_context(jiangxin), CaptureQueriesContext(connection) as seen:
        assert ContentType.objects.get_for_model(HomePage).pk == here
    assert len(seen) == 0


def test_a_page_chooses_its_schema_twice_not_before_every_statement(db, lingzhu, trainee_client):
    client = trainee_client(lingzhu)
    client.get("/my/")
    with CaptureQueriesContext(connection) as seen:
        assert client.get("/my/").status_code == 200
    statements = [query["sql"] for query in seen]
    chosen = [sql for sql in statements if sql.startswith("SET search_path")]
    assert chosen == ['SET search_path = "public"', 'SET search_path = "lingzhu","public"']
    assert len(statements) - len(chosen) >= 5


def test_signing_in_with_another_tenants_connection_in_the_pool(committed, lingzhu, jiangxin):
    for institution in (lingzhu, jiangxin, lingzhu):
        answer = Client(headers={"host": institution.host}).get("/signin/")
        assert institution.name in answer.content.decode()
