"""A page that gets another address: links follow it, the old address leads to it, and managers see that."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import TestCase

from cms.models import CourseIndexPage, DownloadsPage, FAQPage, NoticeIndexPage, StandardPage
from tenants.roles.roles import Role
from tests.support.exam import statements
from tests.support.pages import page_of, seed, visitor
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db
FIRST = "20260101-1"


def rename(institution: Any, in_tenant: Any, model: Any, slug: str) -> None:
    """As a manager does it; Wagtail makes the redirects once it is written for good."""
    with in_tenant(institution), TestCase.captureOnCommitCallbacks(execute=True):
        page = model.objects.get()
        page.slug = slug
        page.save_revision().publish()


def links(institution: Any, path: str, where: str) -> list[str]:
    return [str(link["href"]) for link in page_of(visitor(institution).get(path)).select(where)]


@pytest.mark.parametrize("kind", ["lingzhu", "association"])
def test_links_follow_the_notices(request: Any, kind: str, in_tenant: Any) -> None:
    institution = request.getfixturevalue(kind)
    seed(institution)
    rename(institution, in_tenant, NoticeIndexPage, "news")
    assert links(institution, "/", "#notices .section-head a") == ["/news/"]
    assert links(institution, f"/news/{FIRST}/", ".lead-gap a") == ["/news/"]
    assert "/notices/" not in links(institution, "/", "a")
    feed = visitor(institution).get("/notices.atom").content.decode()
    assert "/news/" in feed
    assert "/notices/" not in feed


def test_links_follow_courses_questions_and_downloads(lingzhu: Any, association: Any, in_tenant: Any) -> None:
    seed(lingzhu)
    home = seed(association)
    with in_tenant(association):
        StandardPage.objects.get(slug="privacy").delete()
        home = type(home).objects.get()
        home.add_child(instance=StandardPage(title="办事指南", slug="howto", show_in_menus=True, body=[]))
        home.add_child(instance=DownloadsPage(title="下载中心", slug="files", show_in_menus=True))
        home.add_child(instance=StandardPage(title="别的", slug="other", show_in_menus=True, body=[]))
    rename(lingzhu, in_tenant, CourseIndexPage, "learn")
    rename(association, in_tenant, FAQPage, "ask")
    assert "/learn/" in links(lingzhu, "/", ".site-nav a")
    nav = links(association, "/", ".portal-nav a")
    assert nav[-4:] == ["/experts/", "/howto/", "/files/", "/search/"]
    assert links(association, "/", "#help-title + a") == ["/ask/"]
    assert "/files/" in links(association, "/", ".portal-lead a")
    assert links(association, "/", ".help-list a")[1:] == ["/howto/"]


@pytest.mark.parametrize("kind", ["lingzhu", "association"])
def test_what_is_not_live_is_not_linked(request: Any, kind: str, in_tenant: Any) -> None:
    institution = request.getfixturevalue(kind)
    seed(institution)
    with in_tenant(institution):
        for model in (NoticeIndexPage, FAQPage, CourseIndexPage):
            for page in model.objects.all():
                page.unpublish()
    found = links(institution, "/", "a")
    assert not {"/notices/", "/faq/", "/courses/"} & set(found)
    assert links(institution, f"/notices/{FIRST}/", ".lead-gap a") == []


def test_the_old_address_leads_on_and_so_do_those_below(lingzhu: Any, jiangxin: Any, in_tenant: Any) -> None:
    seed(lingzhu)
    seed(jiangxin)
    rename(lingzhu, in_tenant, NoticeIndexPage, "news")
    client = visitor(lingzhu)
    for old, new in (("/notices/", "/news/"), (f"/notices/{FIRST}/", f"/news/{FIRST}/")):
        answer = client.get(old)
        assert (answer.status_code, answer["Location"]) == (301, new)
        assert client.get(new).status_code == 200
    assert visitor(jiangxin).get("/notices/").status_code == 200
    assert client.get("/nothing/").status_code == 404


def test_a_moved_page_is_found_at_its_old_address(lingzhu: Any, in_tenant: Any) -> None:
    home = seed(lingzhu)
    with in_tenant(lingzhu):
        parent = home.add_child(instance=StandardPage(title="关于", slug="about", body=[]))
        StandardPage.objects.get(slug="privacy").move(parent, pos="last-child")
    answer = visitor(lingzhu).get("/privacy/")
    assert (answer.status_code, answer["Location"]) == (301, "/about/privacy/")


def test_managers_see_the_moved_addresses_and_editors_do_not(lingzhu: Any, in_tenant: Any) -> None:
    seed(lingzhu)
    rename(lingzhu, in_tenant, NoticeIndexPage, "news")
    manager = staff_client(lingzhu, Role.MANAGER, "黎静")
    page = manager.get("/admin/redirects/")
    assert page.status_code == 200
    assert "/notices" in page.content.decode()
    assert manager.get("/admin/redirects/add/").status_code == 302
    editor = staff_client(lingzhu, Role.EDITOR, "区伟雄")
    assert editor.get("/admin/redirects/").status_code == 302


def test_sites_that_are_open_already_get_the_right_by_the_migration(lingzhu: Any, in_tenant: Any) -> None:
    from importlib import import_module

    from django.apps import apps
    from django.contrib.auth.models import Group

    seed(lingzhu)
    step = import_module("cms.migrations.0010_managers_see_redirects")
    with in_tenant(lingzhu):
        group = Group.objects.get(name="manager")
        rights = group.permissions.filter(content_type__app_label="wagtailredirects")
        group.permissions.remove(*rights)
        step.show_redirects(apps, None)
        assert sorted(rights.values_list("codename", flat=True)) == ["change_redirect", "delete_redirect"]


def test_only_a_missing_page_asks_for_redirects(lingzhu: Any) -> None:
    seed(lingzhu)
    client = visitor(lingzhu)
    asked = []
    for path in ("/faq/", "/nothing/"):
        client.get(path)
        with statements() as sql:
            client.get(path)
        asked.append(sum("wagtailredirects_redirect" in one for one in sql()))
    assert asked == [0, 1]
