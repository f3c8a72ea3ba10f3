"""Pages kept for some readers: nothing of them is listed, their door is ours, and passwords are not guessed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.pages import page_of, seed, visitor
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db
FIRST = "/notices/20260101-1/"


@pytest.fixture
def site(lingzhu: Any) -> Any:
    seed(lingzhu, notices=2)
    return lingzhu


def keep(institution: Any, in_tenant: Any, slug: str, kind: str = "password") -> Any:
    from wagtail.models import Page, PageViewRestriction

    with in_tenant(institution):
        page = Page.objects.get(slug=slug)
        return PageViewRestriction.objects.create(page=page, restriction_type=kind, password="芝麻开门")


def door_of(answer: Any) -> tuple[str, str]:
    form = page_of(answer).select_one("main form")
    assert form is not None
    back = form.select_one('[name="return_url"]')
    assert back is not None
    return str(form["action"]), str(back["value"])


@pytest.mark.parametrize("path", ["/", "/notices/", "/notices.atom", "/sitemap.xml"])
def test_the_title_of_a_kept_notice_is_listed_nowhere(site: Any, in_tenant: Any, path: str) -> None:
    keep(site, in_tenant, "20260101-1")
    words = visitor(site).get(path).content.decode()
    assert "岭筑培训公告 1" not in words
    assert FIRST not in words
    assert "岭筑培训公告 2" in words or "20260102-2" in words


def test_all_notices_may_be_kept_and_who_knows_the_password_sees_them_listed(site: Any, in_tenant: Any) -> None:
    keep(site, in_tenant, "notices")
    client = visitor(site)
    assert "岭筑培训公告" not in client.get("/").content.decode()
    action, back = door_of(client.get("/notices/"))
    assert client.post(action, {"password": "芝麻开门", "return_url": back})["Location"] == "/notices/"
    assert len(page_of(client.get("/notices/")).select(".notices a")) == 2


def test_other_kept_pages_are_not_drawn_on_the_home_page_either(site: Any, association: Any, in_tenant: Any) -> None:
    seed(association)
    keep(site, in_tenant, "fees")
    keep(association, in_tenant, "faq")
    assert "还没有公示" not in visitor(site).get("/").content.decode()
    assert "收费标准尚未公示" in visitor(site).get("/").content.decode()
    assert "没有摄像头能学吗" not in visitor(association).get("/").content.decode()


def test_the_door_is_drawn_in_brand_and_tells_nothing_of_the_page(site: Any, in_tenant: Any) -> None:
    from wagtail.models import Page

    keep(site, in_tenant, "20260101-1")
    with in_tenant(site):
        Page.objects.filter(slug="20260101-1").update(search_description="绝密的摘要")
    answer = visitor(site).get(FIRST)
    page = page_of(answer)
    assert page.select_one("header .brand-mark") is not None
    assert page.h1 is not None
    assert page.h1.text == "凭密码阅读"
    assert "岭筑培训公告 1" not in answer.content.decode()
    assert "绝密" not in answer.content.decode()
    assert [tag["content"] for tag in page.select('meta[name="robots"]')] == ["noindex, nofollow"]
    assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_the_password_opens_it_and_a_wrong_one_says_so(site: Any, in_tenant: Any) -> None:
    keep(site, in_tenant, "20260101-1")
    client = visitor(site)
    action, back = door_of(client.get(FIRST))
    wrong = page_of(client.post(action, {"password": "开门", "return_url": back}))
    error = wrong.select_one("#password-error")
    assert error is not None
    assert "密码错误" in error.text
    assert client.post(action, {"password": "芝麻开门", "return_url": back})["Location"] == FIRST
    assert "岭筑培训公告 1" in client.get(FIRST).content.decode()


def test_passwords_are_not_guessed(site: Any, in_tenant: Any) -> None:
    keep(site, in_tenant, "20260101-1")
    client = visitor(site)
    action, back = door_of(client.get(FIRST))
    answers = [client.post(action, {"password": f"试{n}", "return_url": back}) for n in range(31)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429]
    assert "尝试密码的次数过多" in answers[-1].content.decode()
    assert client.post(action, {"password": "芝麻开门", "return_url": back}).status_code == 429
    assert client.get(action).status_code == 200


def test_wagtails_own_sign_in_is_ours(site: Any, in_tenant: Any) -> None:
    client = visitor(site)
    for answer in (client.get("/_util/login/?next=/notices/"), client.post("/_util/login/?next=/notices/", {})):
        assert (answer.status_code, answer["Location"]) == (302, "/signin/?next=%2Fnotices%2F")
    assert client.get("/_util/login/")["Location"] == "/signin/"
    away = client.get("/_util/login/?next=https://evil.example/", follow=True)
    assert 'value="https://evil.example/"' not in away.content.decode()


@pytest.mark.parametrize("kind", ["login", "groups"])
def test_a_page_for_people_with_an_account_asks_at_our_door(site: Any, in_tenant: Any, kind: str) -> None:
    keep(site, in_tenant, "20260101-1", kind)
    answer = visitor(site).get(FIRST)
    assert (answer.status_code, answer["Location"]) == (302, f"/signin/?next={FIRST}")


def test_files_behind_a_password_have_the_same_door(site: Any, in_tenant: Any) -> None:
    from django.core.files.base import ContentFile
    from wagtail.documents.models import Document
    from wagtail.models import Collection, CollectionViewRestriction

    with in_tenant(site):
        inner = Collection.get_first_root_node().add_child(name="内部资料")
        CollectionViewRestriction.objects.create(collection=inner, restriction_type="password", password="芝麻开门")
        file = Document.objects.create(title="内部", file=ContentFile(b"x", name="a.pdf"), collection=inner)
    client = visitor(site)
    action, back = door_of(client.get(file.url))
    answers = [client.post(action, {"password": "x", "return_url": back}).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]


def test_a_manager_still_signs_in_to_the_admin_at_our_door(site: Any) -> None:
    from tenants.roles.roles import Role

    assert visitor(site).get("/admin/login/?next=/admin/pages/")["Location"] == "/signin/?next=%2Fadmin%2Fpages%2F"
    assert staff_client(site, Role.MANAGER).get("/admin/").status_code == 200
