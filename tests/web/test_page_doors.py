"""What managers do with pages outside the editor's form: copies, the bulk action, moving, taking the home page away."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils.html import escape

from cms.models import CoursePage, FAQPage, FeeNoticePage, HomePage, NoticePage, StandardPage
from tenants.roles.roles import Role
from tests.support.pages import seed, visitor
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db
BULK = "/admin/bulk/wagtailcore/page"


@pytest.fixture
def home(lingzhu: Any) -> Any:
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(position_codes=[])
    lingzhu.refresh_from_db()
    return seed(lingzhu)


@pytest.fixture
def manager(lingzhu: Any, home: Any) -> Any:
    return staff_client(lingzhu, Role.MANAGER, "黎静")


@pytest.fixture
def course(lingzhu: Any, home: Any, in_tenant: Any) -> Any:
    from tests.support.study import make_position

    make_position("101", "土建施工员")
    with in_tenant(lingzhu):
        from cms.models import CourseIndexPage

        page = CoursePage(title="土建施工员 2026", slug="101-2026", position_code="101", year=2026)
        return CourseIndexPage.objects.get().add_child(instance=page)


def said(answer: Any) -> str:
    """The page after a redirect; never an error page."""
    assert answer.status_code == 200
    return str(answer.content.decode())


def copy_of(page: Any, title: str, slug: str, **more: str) -> dict[str, str]:
    return {"new_title": title, "new_slug": slug, "new_parent_page": str(page.get_parent().pk), **more}


def copied(manager: Any, page: Any, in_tenant: Any, institution: Any, **more: str) -> str:
    with in_tenant(institution):
        data = copy_of(page, "副本", "copy", **more)
    return said(manager.post(f"/admin/pages/{page.pk}/copy/", data, follow=True))


def slugs(model: Any, institution: Any, in_tenant: Any, **wanted: Any) -> list[str]:
    with in_tenant(institution):
        return list(model.objects.filter(**wanted).order_by("pk").values_list("slug", flat=True))


def test_a_published_copy_of_a_course_is_refused_in_words_and_writes_nothing(
    lingzhu: Any, in_tenant: Any, manager: Any, course: Any
) -> None:
    page = copied(manager, course, in_tenant, lingzhu, publish_copies="on")
    assert "“副本”：年度：已有该岗位本年度的课程页：“土建施工员 2026”" in page
    assert slugs(CoursePage, lingzhu, in_tenant) == ["101-2026"]


@pytest.mark.parametrize("model", [CoursePage, FeeNoticePage, NoticePage])
def test_no_page_has_an_alias(lingzhu: Any, in_tenant: Any, manager: Any, course: Any, model: Any) -> None:
    with in_tenant(lingzhu):
        page = model.objects.get()
    assert 'name="alias"' not in said(manager.get(f"/admin/pages/{page.pk}/copy/"))
    copied(manager, page, in_tenant, lingzhu, alias="on")
    assert slugs(model, lingzhu, in_tenant, alias_of__isnull=False) == []


def test_a_copied_course_cannot_be_published_in_bulk(lingzhu: Any, in_tenant: Any, manager: Any, course: Any) -> None:
    copied(manager, course, in_tenant, lingzhu)
    with in_tenant(lingzhu):
        draft = CoursePage.objects.get(slug="copy")
    page = said(manager.post(f"{BULK}/publish/?id={draft.pk}&next=/admin/pages/{draft.get_parent().pk}/", follow=True))
    assert "已有该岗位本年度的课程页" in page
    assert slugs(CoursePage, lingzhu, in_tenant, live=True) == ["101-2026"]


def test_publishing_the_home_page_with_all_below_stops_at_a_colliding_fee_notice_and_changes_nothing(
    lingzhu: Any, in_tenant: Any, manager: Any, home: Any
) -> None:
    with in_tenant(lingzhu):
        FeeNoticePage.objects.get().copy(update_attrs={"slug": "fees-2", "title": "第二份"}, keep_live=False)
        StandardPage.objects.get(slug="privacy").unpublish()
    page = said(manager.post(f"{BULK}/publish/?id={home.pk}", {"include_descendants": "on"}, follow=True))
    assert "“第二份”：“收费公示”自 2026-01-02 起对" in page
    assert slugs(FeeNoticePage, lingzhu, in_tenant, live=True) == ["fees"]
    assert slugs(StandardPage, lingzhu, in_tenant, live=True) == []


def test_a_draft_without_text_is_not_published_in_bulk_and_the_field_is_named(
    lingzhu: Any, in_tenant: Any, manager: Any, home: Any
) -> None:
    with in_tenant(lingzhu):
        index = NoticePage.objects.get().get_parent()
        draft = index.add_child(instance=NoticePage(title="空白", slug="empty", date=date(2026, 2, 1), live=False))
        draft.save_revision(clean=False)
    page = said(manager.post(f"{BULK}/publish/?id={draft.pk}", follow=True))
    assert "“空白”：内容：" in page
    assert slugs(NoticePage, lingzhu, in_tenant, live=True) == ["20260101-1"]


def test_what_does_not_collide_is_published_in_bulk(lingzhu: Any, in_tenant: Any, manager: Any, home: Any) -> None:
    with in_tenant(lingzhu):
        faq = FAQPage.objects.get()
        faq.unpublish()
    manager.post(f"{BULK}/publish/?id={faq.pk}", follow=True)
    assert slugs(FAQPage, lingzhu, in_tenant, live=True) == ["faq"]


@pytest.mark.parametrize("address", ["/admin/pages/{}/unpublish/", BULK + "/unpublish/?id={}"])
def test_the_home_page_stays_and_it_is_said_why(lingzhu: Any, manager: Any, home: Any, address: str) -> None:
    page = said(manager.post(address.format(home.pk), {"include_descendants": ""}, follow=True))
    assert "首页要一直保持发布" in page
    assert visitor(lingzhu).get("/").status_code == 200


@pytest.mark.parametrize("leaf", [True, False])
@pytest.mark.parametrize("address", ["/admin/pages/{}/delete/", BULK + "/delete/?id={}", BULK + "/move/?id={}"])
def test_nor_is_it_deleted_or_moved(
    lingzhu: Any, in_tenant: Any, manager: Any, home: Any, address: str, leaf: bool
) -> None:
    with in_tenant(lingzhu):
        for page in home.get_children() if leaf else []:
            page.delete()
        home = HomePage.objects.get()
    manager.post(address.format(home.pk), {"chooser": str(home.pk)})
    assert visitor(lingzhu).get("/").status_code == 200
    assert slugs(HomePage, lingzhu, in_tenant, live=True, depth=2) == ["start"]


def test_the_home_page_gets_no_end(lingzhu: Any, in_tenant: Any, home: Any) -> None:
    from django.core.exceptions import ValidationError
    from django.utils.timezone import now

    with in_tenant(lingzhu):
        home.expire_at = now()
        with pytest.raises(ValidationError, match="首页不能设置过期时间"):
            home.full_clean()


TAKEN = ["search", "my", "enrol", "signin", "documents", "admin", "captcha", "media", "static", "fee-notice", "_util"]


@pytest.mark.parametrize("slug", TAKEN)
def test_a_page_takes_no_address_of_the_system(
    lingzhu: Any, in_tenant: Any, manager: Any, home: Any, slug: str
) -> None:
    data = {"title": "我的页面", "slug": slug, "body-count": "0", "action-publish": "1"}
    page = said(manager.post(f"/admin/pages/add/cms/standardpage/{home.pk}/", data))
    assert page.count(escape(f"/{slug}/ 是系统自用的网址")) == 1
    assert slugs(StandardPage, lingzhu, in_tenant) == ["privacy"]


def test_what_is_the_portals_address_is_free_at_an_institution_and_the_other_way_round(
    lingzhu: Any, association: Any, in_tenant: Any
) -> None:
    from cms.addresses import is_taken

    asked = ("experts", "verify", "institutions", "appraisals", "apply", "enrol", "study", "my", "about", "关于我们")
    with in_tenant(lingzhu):
        here = [slug for slug in asked if is_taken(slug)]
    with in_tenant(association):
        there = [slug for slug in asked if is_taken(slug)]
    assert here == ["verify", "enrol", "study", "my"]
    assert there == ["experts", "verify", "institutions", "appraisals", "apply", "my"]


def test_no_draft_copy_or_move_gets_there_either(lingzhu: Any, in_tenant: Any, manager: Any, home: Any) -> None:
    with in_tenant(lingzhu):
        privacy = StandardPage.objects.get(slug="privacy")
        below = privacy.add_child(instance=StandardPage(title="搜索", slug="search", live=False))
        data = copy_of(privacy, "副本", "search")
    assert "是系统自用的网址" in said(manager.post(f"/admin/pages/{privacy.pk}/copy/", data))
    assert "是系统自用的网址" in said(manager.post(f"/admin/pages/{below.pk}/move/{home.pk}/confirm/", follow=True))
    data = {"title": "搜索", "slug": "my", "body-count": "0"}
    assert "是系统自用的网址" in said(manager.post(f"/admin/pages/add/cms/standardpage/{home.pk}/", data))
    manager.post(f"{BULK}/move/?id={below.pk}", {"chooser": str(home.pk)}, follow=True)
    with in_tenant(lingzhu):
        assert StandardPage.objects.get(slug="search").depth == 4
        assert StandardPage.objects.filter(depth=3).count() == 1


def test_a_pasted_control_character_goes_when_the_page_is_saved(lingzhu: Any, in_tenant: Any, home: Any) -> None:
    with in_tenant(lingzhu):
        notice, faq = NoticePage.objects.get(), FAQPage.objects.get()
        notice.title, notice.body = "春季\x0b开班", "<p>第一\x0c段\x00</p>"
        notice.save()
        faq.questions = [("question", {"question": "怎么\x0b学？", "answer": "在线\x08学"})]
        faq.save_revision().publish()
        notice.refresh_from_db()
        [block] = FAQPage.objects.get().questions
    assert (notice.title, notice.body) == ("春季开班", "<p>第一段</p>")
    assert dict(block.value) == {"question": "怎么学？", "answer": "在线学"}
