"""建设行业专家库: the public directory and the desk behind it."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support.exam import statements
from tests.support.portal import make_expert
from tests.support.staff import queries_of, staff_client

pytestmark = pytest.mark.django_db
LIST = "/admin/console/experts/"


@pytest.fixture
def visitor(association: Any) -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def clerk(association: Any) -> Any:
    return staff_client(association, Role.CERTIFICATE_CLERK, "何敏")


@pytest.fixture
def three() -> list[Any]:
    return [
        make_expert(employer="岭南某设计院", remark="可出差"),
        make_expert("关沐岚", field="建筑结构与混凝土", region="深圳"),
        make_expert("邝知远", field="脚手架与模板支撑", title="高级工程师", region="佛山"),
    ]


def rows(client: Client, **asked: str) -> list[list[str]]:
    response = client.get("/experts/", asked)
    assert response.status_code == 200
    page = BeautifulSoup(response.content, "html.parser")
    return [[cell.text for cell in row.select("th, td")] for row in page.select(".experts tbody tr")]


def test_the_directory_shows_name_field_title_and_city_and_nothing_else(visitor: Client, three: Any) -> None:
    found = rows(visitor)
    assert sorted(found)[0] == ["关沐岚", "建筑结构与混凝土", "正高级工程师", "深圳"]
    page = visitor.get("/experts/").content.decode()
    assert "岭南某设计院" not in page
    assert "可出差" not in page
    assert str(three[0].uuid) not in page


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"field": "岩土与地下工程"}, {"冼砚舟"}),
        ({"title": "正高级工程师"}, {"冼砚舟", "关沐岚"}),
        ({"region": "佛山", "title": "高级工程师"}, {"邝知远"}),
        ({"name": "沐"}, {"关沐岚"}),
        ({"name": "%"}, set()),
        ({"name": "\x00"}, {"冼砚舟", "关沐岚", "邝知远"}),
        ({"region": "火星"}, {"冼砚舟", "关沐岚", "邝知远"}),
        ({"name": "岭南"}, set()),
    ],
)
def test_field_title_city_and_name_narrow_the_list(
    visitor: Client, three: Any, asked: dict[str, str], expected: set[str]
) -> None:
    assert {row[0] for row in rows(visitor, **asked)} == expected


def test_a_hidden_expert_is_neither_listed_nor_a_choice_and_comes_back(visitor: Client, clerk: Any, three: Any) -> None:
    page = f"{LIST}{three[1].uuid}/listing/"
    assert clerk.post(page, {"hide": "1"}).status_code == 302
    assert {row[0] for row in rows(visitor)} == {"冼砚舟", "邝知远"}
    assert "深圳" not in visitor.get("/experts/").content.decode()
    clerk.post(page, {"hide": "1"})
    assert Entry.objects.filter(action="expert.hidden").count() == 1
    clerk.post(page, {"show": "1"})
    assert "关沐岚" in {row[0] for row in rows(visitor)}
    assert [e.action for e in Entry.objects.filter(action__startswith="expert.").order_by("-pk")[:2]] == [
        "expert.listed",
        "expert.hidden",
    ]


def test_a_clerk_enters_and_changes_an_expert(visitor: Client, clerk: Any) -> None:
    typed = {"name": "麦书衡", "field": "市政道路与管网", "title": "正高级工程师", "region": "珠海", "employer": "某院"}
    response = clerk.post(f"{LIST}add/", typed)
    assert response.status_code == 302
    assert rows(visitor) == [["麦书衡", "市政道路与管网", "正高级工程师", "珠海"]]
    again = clerk.post(f"{LIST}add/", typed)
    assert again.status_code == 400
    assert "已有这位专家" in again.content.decode()
    assert clerk.post(response["Location"], typed | {"region": "中山"}).status_code == 302
    assert rows(visitor)[0][3] == "中山"
    assert Entry.objects.get(action="expert.changed").data == {"fields": ["region"]}
    assert clerk.post(response["Location"], typed | {"region": "中山", "name": "9"}).status_code == 400


def test_an_auditor_reads_and_changes_nothing(association: Any, three: Any) -> None:
    auditor = staff_client(association, Role.AUDITOR)
    page = f"{LIST}{three[0].uuid}/"
    assert auditor.get(page).status_code == 200
    for path in (f"{LIST}add/", page, f"{page}listing/"):
        assert auditor.post(path, {"hide": "1"}).status_code == 403
    three[0].refresh_from_db()
    assert three[0].is_listed


def test_both_lists_need_as_many_queries_with_one_row_as_with_three(visitor: Client, clerk: Any) -> None:
    make_expert()
    visitor.get("/experts/")
    with statements() as sql:
        rows(visitor)
        one = len(sql())
    console = queries_of(clerk, LIST)[0]
    make_expert("关沐岚", region="深圳")
    make_expert("邝知远", title="高级工程师")
    with statements() as sql:
        assert len(rows(visitor)) == 3
        assert len(sql()) == one
    assert queries_of(clerk, LIST)[0] == console


def test_an_empty_directory_says_that_it_is_being_compiled(visitor: Client) -> None:
    assert "专家库正在建设中" in visitor.get("/experts/").content.decode()
