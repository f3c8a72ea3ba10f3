"""What an operator runs once: the association, its first superuser, another address."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from tenants.accounts.models import User
from tenants.audit.models import Entry
from tenants.models import Domain, Institution
from tests.support.people import id_number

PERSON = {"id_number": id_number(911), "name": "何建华", "phone": "13911112222"}


def run(command: str, /, *arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out, **options)
    return out.getvalue()


def test_the_first_superuser_is_made_without_a_password(association: Any) -> None:
    said = run("first_superuser", **PERSON)
    user = User.objects.by_id_number(PERSON["id_number"])
    assert (user.name, user.phone, user.is_superuser, user.activated_at) == ("何建华", "13911112222", True, None)
    assert user.check_password("111111")
    assert "/signin/" in said
    assert "111111; it opens nothing but the first sign-in" in said
    assert PERSON["id_number"] not in said
    assert Entry.objects.get(action="account.superuser").institution == association


def test_what_is_left_out_is_asked_for(association: Any, monkeypatch: Any) -> None:
    answers = {
        "ID number: ": PERSON["id_number"],
        "Name: ": "何建华",
        "Mobile phone (receives the codes): ": "13911112222",
    }
    monkeypatch.setattr("builtins.input", answers.__getitem__)
    run("first_superuser")
    assert User.objects.by_id_number(PERSON["id_number"]).is_superuser is True


def test_a_second_superuser_needs_the_word_another(association: Any, make_user: Any) -> None:
    make_user(is_superuser=True)
    with pytest.raises(CommandError, match="--another"):
        run("first_superuser", **PERSON)
    assert User.objects.by_id_number(PERSON["id_number"]) is None
    run("first_superuser", **PERSON, another=True)
    assert User.objects.filter(is_superuser=True).count() == 2


@pytest.mark.parametrize(
    ("wrong", "code"),
    [({"id_number": "440106198503120010"}, "account.bad"), ({"phone": "123"}, "account.bad_phone")],
)
def test_a_wrong_number_makes_nobody(association: Any, wrong: dict[str, str], code: str) -> None:
    with pytest.raises(CommandError, match=code):
        run("first_superuser", **(PERSON | wrong))
    assert not User.objects.filter(is_superuser=True).exists()


def test_an_existing_account_is_raised_only_with_its_own_phone(association: Any, make_user: Any) -> None:
    user = make_user("何建华")
    with pytest.raises(CommandError, match="other_phone"):
        run("first_superuser", id_number=user.id_number, name=user.name, phone="13911112222")
    run("first_superuser", id_number=user.id_number, name=user.name, phone=user.phone)
    user.refresh_from_db()
    assert user.is_superuser is True
    assert user.check_password("Zhuxue2026")


def test_an_address_is_added(lingzhu: Any) -> None:
    said = run("add_domain", "lingzhu", "www.lingzhu.example")
    assert said.strip() == f"www.lingzhu.example leads to {lingzhu.name}."
    assert Domain.objects.get(domain="www.lingzhu.example").is_primary is False
    assert "(primary)" in run("add_domain", "lingzhu", "lingzhu.example", primary=True)
    assert Institution.objects.get(pk=lingzhu.pk).host == "lingzhu.example"


def test_an_address_that_is_taken_or_of_nobody_is_refused(lingzhu: Any, jiangxin: Any) -> None:
    with pytest.raises(CommandError, match="host_taken"):
        run("add_domain", "lingzhu", jiangxin.host)
    with pytest.raises(CommandError, match="no institution with the schema 'nobody'"):
        run("add_domain", "nobody", "x.example")
    with pytest.raises(CommandError, match="no institution with the schema 'template'"):
        run("add_domain", "template", "x.example")


def test_a_new_installation_gets_its_association(association: Any, settings: Any) -> None:
    with pytest.raises(CommandError, match="open already"):
        run("open_association", "另一个协会")
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP SCHEMA association CASCADE")
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute("UPDATE audit_entry SET institution_id = NULL")
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    Domain.objects.filter(tenant=association).delete()
    Institution.objects.filter(pk=association.pk)._raw_delete("default")
    settings.PORTAL_URL = "https://portal.example:8443"
    said = run("open_association", "某省建设教育协会", phone="020-12345678")
    opened = Institution.objects.get(kind="association")
    assert (opened.schema_name, opened.host, opened.name) == ("association", "portal.example", "某省建设教育协会")
    assert said.strip().endswith("Next: first_superuser.")
    portal = Client(headers={"host": "portal.example"})
    home = portal.get("/").content.decode()
    for word in ("某省建设教育协会负责公布", "培训信息管理系统开通", "学员操作流程", "学时了，为什么还看不到？"):
        assert word in home
    pages = {path: portal.get(path) for path in ("/guide/", "/institution-guide/", "/faq/", "/downloads/", "/privacy/")}
    assert {page.status_code for page in pages.values()} == {200}
    guide = pages["/guide/"].content.decode()
    assert "每年度 32 学时" in guide
    assert "2020" not in guide.partition("<main")[2].partition("</main>")[0], "the closing date of the manual is over"
    downloads = BeautifulSoup(pages["/downloads/"].content, "html.parser")
    files = [portal.get(address) for address in sorted({link["href"] for link in downloads.select(".downloads a")})]
    assert [b"".join(file)[:2] for file in files] == [b"%P", b"PK"]
    run("first_superuser", **PERSON)
    assert User.objects.get(is_superuser=True).name == "何建华"
