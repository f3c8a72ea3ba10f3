"""Fees at the edges: lines for nobody, two managers at once, a site without a notice, what the dashboard asks for."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.utils.timezone import localdate, now

from cms.models import FeeNoticePage, FeeRow, HomePage
from tenants.roles.roles import Role
from tests.support.pages import page_of, seed, visitor
from tests.support.staff import staff_client
from tests.support.study import make_position
from tests.web.test_course_pages import NAMES, publish, rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(lingzhu: Any) -> Any:
    """A site without any fee notice; the institution is approved for two positions."""
    from cms.seeding import SiteContent, seed_site

    for code in ("101", "102"):
        make_position(code, NAMES[code])
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(position_codes=["101", "102"])
    lingzhu.refresh_from_db()
    return seed_site(lingzhu, SiteContent(hero_title="x", hero_lead="y"), by=None, at=now())


def draft(home: Any, title: str, *codes: str, **fields: Any) -> Any:
    values = {"published_on": localdate(), "valid_from": localdate(), "live": False} | fields
    page = FeeNoticePage(title=title, slug=title, **values)
    page.rows = [FeeRow(group="岗位", positions=",".join(codes), training_fee=300, textbook_fee=60)]
    page = home.add_child(instance=page)
    page.save_revision()
    return page


def test_a_line_for_no_position_is_a_draft_only(lingzhu: Any, in_tenant: Any, home: Any) -> None:
    manager = staff_client(lingzhu, Role.MANAGER)
    answer = publish(manager, home.pk, rows_of(("", "350", "60")))
    assert (answer.status_code, "请为这些行勾选适用岗位：岗位" in answer.content.decode()) == (200, True)
    assert publish(manager, home.pk, rows_of(("", "350", "60")), action="action-none").status_code == 302
    with in_tenant(lingzhu):
        page = FeeNoticePage.objects.get()
    said = manager.post(f"/admin/bulk/wagtailcore/page/publish/?id={page.pk}", follow=True).content.decode()
    assert "请为这些行勾选适用岗位" in said
    with in_tenant(lingzhu):
        assert not FeeNoticePage.objects.get().live


def test_two_managers_who_publish_at_once_do_not_both_pass(committed: None, lingzhu: Any, in_tenant: Any) -> None:
    from django.db import connection, transaction
    from django_tenants.utils import tenant_context

    home = seed(lingzhu)
    with in_tenant(lingzhu):
        FeeNoticePage.objects.all().delete()
        make_position("101", NAMES["101"])
        type(lingzhu).objects.filter(pk=lingzhu.pk).update(position_codes=[])
        drafts = [draft(HomePage.objects.get(pk=home.pk), title, "101").pk for title in ("a", "b")]
    lingzhu.refresh_from_db()
    both, told = Barrier(2), []

    def publish_one(pk: int) -> None:
        try:
            with tenant_context(lingzhu), transaction.atomic():
                page = FeeNoticePage.objects.get(pk=pk)
                both.wait(timeout=20)
                page.get_latest_revision().publish()
            told.append("done")
        except ValidationError:
            told.append("refused")
        finally:
            connection.close()

    threads = [Thread(target=publish_one, args=(pk,)) for pk in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["done", "refused"]
    with in_tenant(lingzhu):
        assert FeeNoticePage.objects.live().count() == 1


def test_the_second_manager_gets_the_form_back_with_what_was_typed(lingzhu: Any, in_tenant: Any, home: Any) -> None:
    manager = staff_client(lingzhu, Role.MANAGER)
    assert publish(manager, home.pk, rows_of(("101", "350", "60"))).status_code == 302
    answer = publish(manager, home.pk, rows_of(("101", "399", "60")), slug="second", title="第二份")
    assert answer.status_code == 200
    assert 'value="399"' in answer.content.decode()


def test_a_site_without_a_notice_says_so_where_the_menu_leads(lingzhu: Any, home: Any) -> None:
    client = visitor(lingzhu)
    page = page_of(client.get("/"))
    assert page.select_one('header a[href="/#fees"]') is not None
    section = page.select_one("#fees")
    assert section is not None
    assert " ".join(section.text.split()) == f"收费公示 收费标准尚未公示。请致电： {lingzhu.phone}"
    assert client.get("/fee-notice/")["Location"] == "/#fees"


def test_without_a_telephone_no_empty_link_is_drawn(lingzhu: Any, home: Any) -> None:
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(phone="")
    page = page_of(visitor(lingzhu).get("/"))
    assert page.select('a[href^="tel:"]') == []
    section = page.select_one("#fees")
    assert section is not None
    assert "请致电" not in section.text


def todos(client: Any) -> str:
    return str(client.get("/admin/").content.decode().partition("zx-stack")[2])


def test_the_dashboard_asks_for_the_fees_of_every_approved_position(lingzhu: Any, in_tenant: Any, home: Any) -> None:
    manager = staff_client(lingzhu, Role.MANAGER)
    waiting = '<span class="zx-n">{}</span><span><b>没有现行收费公示的核准岗位</b>'
    assert waiting.format(2) in todos(manager)
    assert waiting.format(2) in todos(staff_client(lingzhu, Role.EDITOR, "区伟雄"))
    assert "收费公示的核准岗位" not in todos(staff_client(lingzhu, Role.REGISTRAR, "何敏"))
    with in_tenant(lingzhu):
        draft(home, "今年", "101").get_latest_revision().publish()
    assert waiting.format(1) in todos(manager)
    with in_tenant(lingzhu):
        draft(home, "其他", "102").get_latest_revision().publish()
    assert "收费公示的核准岗位" not in todos(manager)


def test_the_dashboard_warns_before_a_notice_ends_and_none_follows(lingzhu: Any, in_tenant: Any, home: Any) -> None:
    manager = staff_client(lingzhu, Role.MANAGER)
    last = localdate() + timedelta(10)
    with in_tenant(lingzhu):
        draft(home, "今年", "101", "102", valid_to=last).get_latest_revision().publish()
    assert f"“今年”将于 {last:%Y-%m-%d} 到期" in todos(manager)
    with in_tenant(lingzhu):
        after = {"valid_from": last + timedelta(1)}
        draft(home, "明年", "101", "102", **after).get_latest_revision().publish()
    assert "即将到期" not in todos(manager)
