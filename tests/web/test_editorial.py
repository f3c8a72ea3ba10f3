"""Editors write and hand in, managers look and publish; nothing an editor posts reaches the readers by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from tenants.roles.roles import Role
from tests.support.pages import NO_FILES, seed
from tests.support.staff import queries_of, staff_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def home(lingzhu: Any) -> Any:
    return seed(lingzhu)


@pytest.fixture
def editor(lingzhu: Any, home: Any) -> Any:
    return staff_client(lingzhu, Role.EDITOR, "区伟雄")


@pytest.fixture
def manager(lingzhu: Any, home: Any) -> Any:
    return staff_client(lingzhu, Role.MANAGER, "黎静")


@pytest.fixture
def notice(lingzhu: Any, home: Any, in_tenant: Any) -> Any:
    from cms.models import NoticePage

    with in_tenant(lingzhu):
        return NoticePage.objects.get()


@pytest.fixture
def fees(lingzhu: Any, home: Any, in_tenant: Any) -> Any:
    from cms.models import FeeNoticePage

    with in_tenant(lingzhu):
        return FeeNoticePage.objects.get()


def rich(text: str) -> str:
    block = {
        "key": "a", "text": text, "type": "unstyled", "depth": 0, "inlineStyleRanges": [], "entityRanges": [],
        "data": {},
    }  # fmt: skip
    return json.dumps({"blocks": [block], "entityMap": {}})


def words(notice: Any, title: str, **more: str) -> dict[str, str]:
    return {"title": title, "slug": notice.slug, "date": "2026-01-01", "body": rich("新的正文")} | NO_FILES | more


def fee_words(fees: Any, in_tenant: Any, institution: Any, title: str, **more: str) -> dict[str, str]:
    with in_tenant(institution):
        row = fees.rows.get()
    return {
        "title": title, "slug": fees.slug, "published_on": "2026-01-02", "valid_from": "2026-01-02", "valid_to": "",
        "legal_basis": "", "note": "", "rows-TOTAL_FORMS": "1", "rows-INITIAL_FORMS": "1", "rows-MIN_NUM_FORMS": "1",
        "rows-MAX_NUM_FORMS": "1000", "rows-0-id": str(row.pk), "rows-0-group": row.group, "rows-0-positions": "101",
        "rows-0-training_fee": "999.00", "rows-0-textbook_fee": "60.00", "rows-0-ORDER": "1", "rows-0-DELETE": "",
    } | more  # fmt: skip


def edit_of(page: Any) -> str:
    return f"/admin/pages/{page.pk}/edit/"


def title_of(institution: Any, in_tenant: Any, page: Any) -> str:
    with in_tenant(institution):
        return type(page).objects.get(pk=page.pk).title


def hand_in(editor: Any, notice: Any, title: str = "春季开班通知") -> None:
    answer = editor.post(edit_of(notice), words(notice, title, **{"action-submit": "1"}))
    assert answer.status_code == 302


def state_of(institution: Any, in_tenant: Any) -> Any:
    from wagtail.models import WorkflowState

    with in_tenant(institution):
        return WorkflowState.objects.select_related("current_task_state", "workflow").latest("pk")


def decide(client: Any, institution: Any, in_tenant: Any, page: Any, action: str, comment: str = "") -> Any:
    task = state_of(institution, in_tenant).current_task_state_id
    return client.post(f"/admin/pages/workflow/action/{page.pk}/{action}/{task}/", {"comment": comment})


def test_what_an_editor_hands_in_is_read_only_after_a_manager_approved(
    lingzhu: Any, in_tenant: Any, editor: Any, manager: Any, notice: Any
) -> None:
    before = notice.title
    hand_in(editor, notice)
    visitor = Client(headers={"host": lingzhu.host})
    assert title_of(lingzhu, in_tenant, notice) == before
    assert "春季开班通知" not in visitor.get("/notices/").content.decode()
    assert decide(manager, lingzhu, in_tenant, notice, "approve").status_code == 302
    assert title_of(lingzhu, in_tenant, notice) == "春季开班通知"
    assert "春季开班通知" in visitor.get("/notices/").content.decode()


def test_an_editor_cannot_publish_by_a_post_of_their_own(
    lingzhu: Any, in_tenant: Any, editor: Any, notice: Any
) -> None:
    before = notice.title
    editor.post(edit_of(notice), words(notice, "偷偷发布", **{"action-publish": "1"}))
    assert title_of(lingzhu, in_tenant, notice) == before


def test_an_editor_cannot_publish_a_fee_notice(lingzhu: Any, in_tenant: Any, editor: Any, fees: Any) -> None:
    data = fee_words(fees, in_tenant, lingzhu, "涨价", **{"action-publish": "1"})
    editor.post(edit_of(fees), data)
    with in_tenant(lingzhu):
        after = type(fees).objects.get(pk=fees.pk)
        assert (after.title, [str(row.training_fee) for row in after.rows.all()]) == (fees.title, ["301.00"])


def test_an_editor_cannot_publish_in_bulk_unpublish_or_by_a_copy(
    lingzhu: Any, in_tenant: Any, editor: Any, notice: Any
) -> None:
    from cms.models import NoticePage

    hand_in(editor, notice)
    editor.post(f"/admin/bulk/wagtailcore/page/publish/?id={notice.pk}", {"include_descendants": ""})
    editor.post(f"/admin/bulk/wagtailcore/page/unpublish/?id={notice.pk}", {"include_descendants": ""})
    editor.post(f"/admin/pages/{notice.pk}/unpublish/")
    editor.post(f"/admin/pages/{notice.pk}/delete/")
    with in_tenant(lingzhu):
        parent = str(NoticePage.objects.get(pk=notice.pk).get_parent().pk)
    copied = {"new_title": "副本", "new_slug": "copy", "new_parent_page": parent, "publish_copies": "on"}
    editor.post(f"/admin/pages/{notice.pk}/copy/", copied)
    with in_tenant(lingzhu):
        live = list(NoticePage.objects.live().values_list("pk", "title"))
    assert live == [(notice.pk, notice.title)]


def test_an_editor_cannot_approve_what_they_handed_in(lingzhu: Any, in_tenant: Any, editor: Any, notice: Any) -> None:
    before = notice.title
    hand_in(editor, notice)
    decide(editor, lingzhu, in_tenant, notice, "approve")
    editor.post(
        edit_of(notice),
        words(notice, "自己批准", **{"action-workflow-action": "1", "workflow-action-name": "approve"}),
    )
    assert title_of(lingzhu, in_tenant, notice) == before
    assert state_of(lingzhu, in_tenant).status == "in_progress"


def test_a_registrar_decides_nothing(lingzhu: Any, in_tenant: Any, editor: Any, notice: Any) -> None:
    hand_in(editor, notice)
    registrar = staff_client(lingzhu, Role.REGISTRAR, "周振宇")
    decide(registrar, lingzhu, in_tenant, notice, "approve")
    assert state_of(lingzhu, in_tenant).status == "in_progress"
    assert registrar.get("/admin/desk/pages/").status_code == 403


def test_the_dashboard_tells_managers_what_waits_and_editors_what_came_back(
    lingzhu: Any, in_tenant: Any, editor: Any, manager: Any, notice: Any
) -> None:
    assert "待审页面" not in home_of(manager)
    hand_in(editor, notice)
    assert "待审页面" in home_of(manager)
    assert "退回的页面" not in home_of(editor)
    waiting = manager.get("/admin/desk/pages/").content.decode()
    assert "春季开班通知" in waiting
    assert "区伟雄" in waiting
    decide(manager, lingzhu, in_tenant, notice, "reject", "日期写错了")
    assert "退回的页面" in home_of(editor)
    assert "待审页面" not in home_of(manager)
    returned = editor.get("/admin/desk/pages/").content.decode()
    assert "日期写错了" in returned
    hand_in(editor, notice, "春季开班通知（改）")
    assert "退回的页面" not in home_of(editor)
    assert "待审页面" in home_of(manager)


def home_of(client: Any) -> str:
    """The dashboard without the sidebar, whose entries are always there."""
    return client.get("/admin/").content.decode().partition("zx-stack")[2]


def test_pages_on_their_way_cost_the_same_with_one_and_three(
    lingzhu: Any, in_tenant: Any, editor: Any, manager: Any, notice: Any
) -> None:
    from cms.models import FAQPage, StandardPage

    def start(page: Any) -> None:
        page.save_revision(user=editor.user)
        page.get_workflow().start(page, editor.user)

    hand_in(editor, notice)
    one, _page = queries_of(manager, "/admin/desk/pages/")
    with in_tenant(lingzhu):
        start(FAQPage.objects.get())
        start(StandardPage.objects.get(slug="privacy"))
    three, page = queries_of(manager, "/admin/desk/pages/")
    assert one == three
    assert page.count("看草稿") == 3


def test_approving_a_fee_notice_beside_another_in_force_is_refused_in_words(
    lingzhu: Any, in_tenant: Any, editor: Any, manager: Any, fees: Any
) -> None:
    with in_tenant(lingzhu):
        second = fees.copy(update_attrs={"slug": "fees-2", "title": "第二份"}, keep_live=False, user=editor.user)
        second.get_workflow().start(second, editor.user)
    answer = decide(manager, lingzhu, in_tenant, second, "approve")
    assert (answer.status_code, answer["Location"]) == (302, edit_of(second))
    assert "没有截止日期。请先给它填上截止日期" in manager.get(answer["Location"]).content.decode()
    with in_tenant(lingzhu):
        assert not type(fees).objects.get(pk=second.pk).live
    assert state_of(lingzhu, in_tenant).status == "in_progress"


def test_a_manager_publishes_without_asking_anybody(lingzhu: Any, in_tenant: Any, manager: Any, notice: Any) -> None:
    manager.post(edit_of(notice), words(notice, "停电通知", **{"action-publish": "1"}))
    assert title_of(lingzhu, in_tenant, notice) == "停电通知"


def test_a_site_has_one_workflow_whose_one_step_is_a_managers(lingzhu: Any, in_tenant: Any, home: Any) -> None:
    from wagtail.models import Workflow, WorkflowPage

    seed(lingzhu)  # a second time
    with in_tenant(lingzhu):
        active = Workflow.objects.get(active=True)
        assert active.name == "管理员审核后发布"
        assert list(WorkflowPage.objects.values_list("page_id", "workflow_id")) == [(home.pk, active.pk)]
        [task] = active.tasks
        assert [group.name for group in task.specific.groups.all()] == ["manager"]


def test_sites_from_before_the_rule_get_it_by_the_migration(lingzhu: Any, in_tenant: Any, home: Any) -> None:
    from importlib import import_module

    from django.apps import apps
    from django.contrib.auth.models import Group, Permission
    from wagtail.models import GroupApprovalTask, GroupPagePermission, Workflow, WorkflowPage

    move = import_module("cms.migrations.0007_editors_hand_in")
    with in_tenant(lingzhu):
        WorkflowPage.objects.all().delete()
        Workflow.objects.all().delete()
        GroupApprovalTask.objects.all().delete()
        publish = Permission.objects.get(content_type__app_label="wagtailcore", codename="publish_page")
        GroupPagePermission.objects.create(group=Group.objects.get(name="editor"), page=home, permission=publish)
        move.hand_in(apps, None)
        home = type(home).objects.get()
        assert home.get_workflow().name == "管理员审核后发布"
        assert not GroupPagePermission.objects.filter(group__name="editor", permission=publish).exists()
        [task] = home.get_workflow().tasks
        assert [group.name for group in task.specific.groups.all()] == ["manager"]


def test_versions_of_a_page_are_kept_and_shown(editor: Any, manager: Any, notice: Any) -> None:
    hand_in(editor, notice)
    history = manager.get(f"/admin/pages/{notice.pk}/history/")
    assert history.status_code == 200
    assert "区伟雄" in history.content.decode()
