"""An institution whose schema lost a table: refused everywhere, and never served from somebody else's rows."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django_tenants.utils import schema_context

from tenants import schema_check
from tests.support.people import BEFORE

pytestmark = pytest.mark.django_db


@pytest.fixture
def fresh_process():
    """As a process that has not looked at any schema yet."""
    known = dict(schema_check._complete)
    schema_check.forget()
    yield
    schema_check._complete.update(known)


def drop(schema: str, table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TABLE "{schema}"."{table}" CASCADE')


def test_the_first_request_of_a_process_refuses_a_site_that_lost_a_table(fresh_process, lingzhu, association, caplog):
    drop("lingzhu", "wagtailcore_page")
    for address in ("/", "/my/", "/admin/", "/brand.css", "/signin/"):
        answer = Client(headers={"host": lingzhu.host}).get(address)
        text = answer.content.decode()
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")
        assert "这个站点暂时不可用" in text
        assert association.name not in text
        assert lingzhu.name not in text
        assert "wagtailcore_page" not in text
    assert "wagtailcore_page" in caplog.text
    assert "schema_incomplete" in caplog.text


def test_the_others_go_on_and_a_repair_is_seen_at_the_next_request(fresh_process, lingzhu, jiangxin):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE lingzhu.taggit_tag RENAME TO taggit_tag_away")
    assert Client(headers={"host": lingzhu.host}).get("/signin/").status_code == 503
    assert Client(headers={"host": jiangxin.host}).get("/signin/").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE lingzhu.taggit_tag_away RENAME TO taggit_tag")
    assert Client(headers={"host": lingzhu.host}).get("/signin/").status_code == 200


def test_a_process_asks_about_a_schema_once_until_its_time_is_over(fresh_process, lingzhu, settings, monkeypatch):
    from django.test.utils import CaptureQueriesContext

    def asked() -> int:
        with CaptureQueriesContext(connection) as seen:
            Client(headers={"host": lingzhu.host}).get("/brand.css")
        return sum("to_regclass" in query["sql"] for query in seen)

    clock = [1000.0]
    monkeypatch.setattr(schema_check.time, "monotonic", lambda: clock[0])
    assert [asked(), asked()] == [1, 0]
    clock[0] += settings.SCHEMA_CHECK_S + 1
    assert [asked(), asked()] == [1, 0]


def test_files_of_the_error_page_itself_are_served(fresh_process, lingzhu):
    drop("lingzhu", "wagtailcore_page")
    assert Client(headers={"host": lingzhu.host}).get("/static/zx/base.css").status_code == 200


def test_an_institution_is_not_opened_from_a_template_that_lost_a_table(association):
    from tenants.models import Institution
    from tenants.schema_check import SchemaIncomplete
    from tenants.services import open_institution

    drop("template", "taggit_taggeditem")
    with pytest.raises(SchemaIncomplete) as refused:
        open_institution(
            schema_name="novel", code="novel", name="新机构", hosts=["novel.test"],
            brand_main="#0b6b4f", brand_accent="#b3541e", by=None, at=BEFORE,
        )  # fmt: skip
    assert refused.value.tables == ("taggit_taggeditem",)
    assert "taggit_taggeditem" not in refused.value.message
    assert not Institution.objects.filter(code="novel").exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'novel'")
        assert cursor.fetchone() == (0,)


def test_per_schema_tables_in_public_would_be_noticed(db):
    assert schema_check.misplaced_tables() == []
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE public.wagtailcore_page (id int)")
    assert schema_check.misplaced_tables() == ["wagtailcore_page"]


def test_every_schema_of_the_tests_is_complete(db):
    assert schema_check.missing_tables(["association", "lingzhu", "jiangxin", "template"]) == {}
    assert set(schema_check.missing_tables(["nowhere"])["nowhere"]) == set(schema_check.expected_tables())


def test_a_schema_holds_no_table_that_the_check_does_not_know(lingzhu):
    with schema_context("lingzhu"), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'lingzhu'")
        assert {row[0] for row in cursor.fetchall()} == set(schema_check.expected_tables())


@pytest.mark.parametrize("table", ["wagtailcore_site", "roles_groupmembership"])
def test_prepare_database_ends_with_an_error_that_names_schema_and_table(committed, table):
    drop("jiangxin", table)
    said = StringIO()
    with pytest.raises(CommandError) as refused:
        call_command("prepare_database", verbosity=0, stdout=said)
    assert f"jiangxin: {table}" in str(refused.value)
    assert refused.value.returncode == 1
