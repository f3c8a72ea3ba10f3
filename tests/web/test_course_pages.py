"""Courses and fees on an institution's site: live figures, one notice in force, what the editor refuses."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.utils.timezone import localdate, now

from cms.fees import fees_in_force
from cms.models import CoursePage, FeeNoticePage
from tenants.roles.roles import Role
from tests.support.certified import publish_rules
from tests.support.enrolling import publish_plan, text_of
from tests.support.exam import statements
from tests.support.pages import open_class
from tests.support.staff import staff_client
from tests.support.study import make_lesson, make_position

pytestmark = pytest.mark.django_db
NAMES = {"101": "土建施工员", "102": "装饰装修施工员", "103": "设备安装施工员"}


def site_with(institution: Any, in_tenant: Any, courses: int) -> Client:
    """A site with so many courses, each with a plan of two lessons, a class and a fee."""
    from cms.seeding import CourseContent, FeeContent, FeeRowContent, SiteContent, seed_site
    from learning.services import create_plan

    publish_rules(closes_on="2099-12-31")
    type(institution).objects.filter(pk=institution.pk).update(position_codes=[])
    institution.refresh_from_db()
    codes = list(NAMES)[:courses]
    for code in codes:
        lessons = [(make_lesson(), Decimal(16)) for _ in range(2)]
        plan = create_plan(make_position(code, NAMES[code]), 2026, lessons, by=None, at=now())
        plan.published_at = now()
        plan.save()
        with in_tenant(institution):
            open_class(institution, f"{code} 班", capacity=30, position=make_position(code))
    rows = [FeeRowContent(NAMES[code], [code], Decimal(300), Decimal(60)) for code in codes]
    content = SiteContent(
        hero_title="x", hero_lead="y", fees=FeeContent(date(2026, 1, 2), rows, legal_basis="市场调节价"),
        earlier_fees=[FeeContent(date(2025, 1, 2), rows, title="旧公示", valid_to=date(2026, 1, 1))],
        courses=[CourseContent(code, 2026, f"{NAMES[code]} 2026", "<b>介绍</b>") for code in codes],
    )  # fmt: skip
    seed_site(institution, content, by=None, at=now())
    return Client(headers={"host": institution.host})


def test_a_course_page_shows_what_is_studied_when_and_for_how_much(lingzhu: Any, in_tenant: Any) -> None:
    visitor = site_with(lingzhu, in_tenant, 1)
    page = visitor.get("/courses/101-2026/")
    words = text_of(page)
    for said in ("土建施工员", "2 个课时", "32 学时", "101 班", "余 30 名", "360 元", "施工安全技术", "<b>介绍</b>"):
        assert said in words
    button = BeautifulSoup(page.content, "html.parser").select_one(".course-side .btn-primary")
    assert button is not None
    assert button["href"] == "/enrol/?position=101&year=2026"
    home = BeautifulSoup(visitor.get("/").content, "html.parser")
    assert home.select_one('header a[href="/courses/"]') is not None
    assert home.select_one('.hero a[href="/enrol/"]') is not None


@pytest.mark.parametrize("courses", [1, 3])
def test_the_courses_take_as_many_queries_with_one_as_with_three(lingzhu: Any, in_tenant: Any, courses: int) -> None:
    visitor = site_with(lingzhu, in_tenant, courses)
    visitor.get("/courses/")
    with statements() as sql:
        page = visitor.get("/courses/")
    assert text_of(page).count("360 元") == courses
    # host, site, route (page, its kind, alias, restrictions), pages, positions, plans, fees, classes, ruleset, menu
    assert len(sql()) == 15, "\n".join(sql())


def test_without_plan_or_fee_the_page_says_so_in_place_of_the_button(lingzhu: Any, in_tenant: Any) -> None:
    visitor = site_with(lingzhu, in_tenant, 1)
    with in_tenant(lingzhu):
        FeeNoticePage.objects.get(slug="fees").unpublish()
    words = text_of(visitor.get("/courses/101-2026/"), ".course-side")
    assert "机构尚未公示该岗位的收费，请致电机构。" in words
    assert "在线报名" not in words
    assert lingzhu.phone in words


def test_an_ended_notice_stays_readable_as_archived(lingzhu: Any, in_tenant: Any) -> None:
    visitor = site_with(lingzhu, in_tenant, 1)
    now_in_force, old = visitor.get("/fees/"), visitor.get("/fees-2025-1/")
    assert "现行有效" in text_of(now_in_force, "h1")
    assert "市场调节价" in text_of(now_in_force)
    assert "旧公示" in text_of(now_in_force, ".rows")
    assert "已归档" in text_of(old, "h1")


def test_the_fee_of_a_day_is_that_of_the_notice_in_force_then(lingzhu: Any, in_tenant: Any) -> None:
    site_with(lingzhu, in_tenant, 1)
    with in_tenant(lingzhu):
        with statements() as sql:
            found = fees_in_force("101", date(2026, 1, 1))
        assert len(sql()) == 1
        assert found is not None
        assert (found.title, found.notice) == ("旧公示", "旧公示 (2025-01-02)")
        assert fees_in_force("101", date(2024, 12, 31)) is None
        assert fees_in_force("102", localdate()) is None


def rows_of(*rows: tuple[str, str, str]) -> dict[str, str]:
    data = {"rows-TOTAL_FORMS": str(len(rows)), "rows-INITIAL_FORMS": "0", "rows-MIN_NUM_FORMS": "1",
            "rows-MAX_NUM_FORMS": "1000"}  # fmt: skip
    for number, (codes, training, textbook) in enumerate(rows):
        data |= {
            f"rows-{number}-group": "岗位", f"rows-{number}-positions": codes, f"rows-{number}-training_fee": training,
            f"rows-{number}-textbook_fee": textbook, f"rows-{number}-ORDER": str(number + 1),
            f"rows-{number}-id": "", f"rows-{number}-DELETE": "",
        }  # fmt: skip
    return data


def publish(editor: Any, home: int, rows: dict[str, str], *, action: str = "action-publish", **data: str) -> Any:
    values = {"title": "新公示", "slug": "fees-new", "published_on": "2026-07-01", "valid_from": "2026-07-01",
              "valid_to": "", "legal_basis": "", "note": "", action: "1",
              "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}  # fmt: skip
    return editor.post(f"/admin/pages/add/cms/feenoticepage/{home}/", values | rows | data)


@pytest.fixture
def editing(lingzhu: Any, in_tenant: Any) -> tuple[Any, int]:
    """A manager's client and the primary key of the home page."""
    site_with(lingzhu, in_tenant, 2)
    with in_tenant(lingzhu):
        home = FeeNoticePage.objects.get(slug="fees").get_parent().pk
    return staff_client(lingzhu, Role.MANAGER), home


def notices(lingzhu: Any, in_tenant: Any) -> list[tuple[str, bool]]:
    with in_tenant(lingzhu):
        return list(FeeNoticePage.objects.filter(slug="fees-new").values_list("title", "live"))


def test_the_editor_publishes_no_second_notice_for_a_position(
    editing: tuple[Any, int], lingzhu: Any, in_tenant: Any
) -> None:
    editor, home = editing
    answer = publish(editor, home, rows_of(("101", "350", "60")))
    assert answer.status_code == 200
    assert "“收费公示”自 2026-01-02 起对土建施工员有效" in answer.content.decode()
    assert notices(lingzhu, in_tenant) == []
    with in_tenant(lingzhu):
        old = FeeNoticePage.objects.get(slug="fees")
        old.valid_to = date(2026, 6, 30)
        old.save()
    assert publish(editor, home, rows_of(("101", "350", "60"))).status_code == 302
    assert notices(lingzhu, in_tenant) == [("新公示", True)]


def test_a_draft_may_collide_until_it_is_published(editing: tuple[Any, int], lingzhu: Any, in_tenant: Any) -> None:
    editor, home = editing
    assert publish(editor, home, rows_of(("101", "350", "60")), action="action-none").status_code == 302
    assert notices(lingzhu, in_tenant) == [("新公示", False)]


def test_neither_the_bulk_action_nor_a_copy_publishes_a_notice_that_collides(
    editing: tuple[Any, int], lingzhu: Any, in_tenant: Any
) -> None:
    editor, home = editing
    publish(editor, home, rows_of(("101", "350", "60")), action="action-none")
    with in_tenant(lingzhu):
        draft, old = FeeNoticePage.objects.get(slug="fees-new").pk, FeeNoticePage.objects.get(slug="fees").pk
    said = editor.post(f"/admin/bulk/wagtailcore/page/publish/?id={draft}", follow=True).content.decode()
    assert "“新公示”：“收费公示”自 2026-01-02 起对土建施工员有效" in said
    copy = {"new_title": "副本", "new_slug": "copy", "new_parent_page": home, "publish_copies": "on"}
    said = editor.post(f"/admin/pages/{old}/copy/", copy, follow=True).content.decode()
    assert "请先复制为草稿" in said
    assert notices(lingzhu, in_tenant) == [("新公示", False)]


@pytest.mark.parametrize(
    ("rows", "dates", "said"),
    [
        ((("103", "0", "60"),), {}, "0.01"),
        ((("103", "300", "-1"),), {}, "0"),
        ((("103", "300", "1"), ("103", "310", "1")), {}, "不止一行"),
        ((("999", "300", "1"),), {}, "未获准培训"),
        ((("103", "300", "1"),), {"valid_to": "2026-06-30"}, "早于"),
    ],
)
def test_the_editor_refuses_fees_that_cannot_be(
    editing: tuple[Any, int], lingzhu: Any, in_tenant: Any, rows: Any, dates: dict[str, str], said: str
) -> None:
    make_position("103", NAMES["103"])
    editor, home = editing
    answer = publish(editor, home, rows_of(*rows), **dates)
    assert (answer.status_code, said in answer.content.decode()) == (200, True)
    assert notices(lingzhu, in_tenant) == []


def chosen(*courses: tuple[str, str]) -> dict[str, str]:
    """What the editor's form sends of the courses shown first."""
    data = {"chosen-TOTAL_FORMS": str(len(courses)), "chosen-INITIAL_FORMS": "0", "chosen-MIN_NUM_FORMS": "0",
            "chosen-MAX_NUM_FORMS": "20"}  # fmt: skip
    for number, (code, note) in enumerate(courses):
        data |= {f"chosen-{number}-course_code": code, f"chosen-{number}-note": note,
                 f"chosen-{number}-ORDER": str(number + 1), f"chosen-{number}-id": "",
                 f"chosen-{number}-DELETE": ""}  # fmt: skip
    return data


@pytest.fixture
def planned(lingzhu: Any, in_tenant: Any) -> tuple[Client, Any]:
    """A site whose plan of 101 has the courses a, b and c in this order, and another course for 102; its page."""
    from learning.models import Course, Lesson

    visitor = site_with(lingzhu, in_tenant, 2)
    lessons = list(Lesson.objects.order_by("plan_lessons__plan__position__code", "plan_lessons__order"))
    for lesson, code in zip(lessons, ("a", "b", "d", "e"), strict=True):
        lesson.course = Course.objects.create(code=code, title=f"课程{code}")
        lesson.save()
    with in_tenant(lingzhu):
        return visitor, CoursePage.objects.get(slug="101-2026")


def studied(visitor: Client) -> list[tuple[str, str]]:
    """Title and note of each course as the page has them."""
    page = BeautifulSoup(visitor.get("/courses/101-2026/").content, "html.parser")
    rows = [row.select("p") for row in page.select('[aria-labelledby="plan-title"] .rows-main')]
    return [(row[0].text, row[1].text if len(row) > 1 else "") for row in rows]


def test_the_editor_says_which_courses_of_the_plan_are_shown_first(
    planned: tuple[Client, Any], lingzhu: Any, in_tenant: Any
) -> None:
    visitor, page = planned
    assert studied(visitor) == [("课程a", ""), ("课程b", "")]
    editor = staff_client(lingzhu, Role.MANAGER)
    edit = f"/admin/pages/{page.pk}/edit/"
    form = BeautifulSoup(editor.get(edit).content.decode().replace("<template", "<div"), "html.parser")
    offered = form.select('select[name="chosen-__prefix__-course_code"] option')
    assert [option["value"] for option in offered] == ["", "a", "b", "d", "e"]
    data = {"title": page.title, "slug": page.slug, "position_code": "101", "year": "2026", "intro": "null",
            "action-publish": "1", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"}  # fmt: skip
    refused = editor.post(edit, data | chosen(("b", ""), ("d", "")))
    assert "不在该岗位本年度的学习计划中：课程d。" in refused.content.decode()
    assert "重复选择：课程b。" in editor.post(edit, data | chosen(("b", ""), ("b", ""))).content.decode()
    assert studied(visitor) == [("课程a", ""), ("课程b", "")]
    assert editor.post(edit, data | chosen(("b", "案例 <b>为主</b>"))).status_code == 302
    assert studied(visitor) == [("课程b", "案例 <b>为主</b>"), ("课程a", "")]
    words = text_of(visitor.get("/courses/101-2026/"), ".course-side")
    assert "2 个课时" in words, "the figures stay those of the plan"
    assert "32 学时" in words


def test_a_chosen_course_that_has_left_the_plan_is_passed_over(
    planned: tuple[Client, Any], lingzhu: Any, in_tenant: Any
) -> None:
    from cms.models import ChosenCourse

    visitor, page = planned
    with in_tenant(lingzhu):
        for number, code in enumerate(("d", "gone", "b")):
            ChosenCourse.objects.create(page=page, course_code=code, sort_order=number)
    assert studied(visitor) == [("课程b", ""), ("课程a", "")]


@pytest.mark.parametrize("courses", [0, 2])
def test_a_course_page_takes_the_same_queries_whatever_is_chosen(
    planned: tuple[Client, Any], lingzhu: Any, in_tenant: Any, courses: int
) -> None:
    from cms.models import ChosenCourse

    visitor, page = planned
    with in_tenant(lingzhu):
        for number, code in enumerate(("b", "a")[:courses]):
            ChosenCourse.objects.create(page=page, course_code=code, sort_order=number)
    visitor.get("/courses/101-2026/")
    with statements() as sql:
        visitor.get("/courses/101-2026/")
    # as the index (15), the two pages above, what is chosen, newest plan, its courses, breadcrumbs; no list of pages
    assert len(sql()) == 20, "\n".join(sql())


def test_a_position_and_year_have_one_course_page_of_an_approved_position(
    editing: tuple[Any, int], lingzhu: Any, in_tenant: Any
) -> None:
    editor, _home = editing
    with in_tenant(lingzhu):
        index = CoursePage.objects.first().get_parent().pk
    data = {"title": "又一页", "slug": "again", "position_code": "101", "year": "2026", "intro": "null",
            "action-publish": "1", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0"} | chosen()  # fmt: skip
    add = f"/admin/pages/add/cms/coursepage/{index}/"
    assert "已有该岗位本年度的课程页" in editor.post(add, data).content.decode()
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(position_codes=["101", "102"])
    make_position("103", NAMES["103"])
    form = BeautifulSoup(editor.get(add).content, "html.parser")
    assert [option["value"] for option in form.select("select[name=position_code] option")] == ["", "101", "102"]
    assert "未获准培训" in editor.post(add, data | {"position_code": "103"}).content.decode()
    assert editor.post(add, data | {"year": "2027"}).status_code == 302


def test_a_new_institution_gets_a_page_for_each_position_with_a_plan(lingzhu: Any, in_tenant: Any) -> None:
    from cms.first_words import first_words
    from cms.seeding import seed_site

    type(lingzhu).objects.filter(pk=lingzhu.pk).update(position_codes=["101", "102"])
    lingzhu.refresh_from_db()
    for code, year in (("101", 2025), ("101", 2026), ("103", 2026)):
        publish_plan(make_position(code, NAMES[code]), year)
    seed_site(lingzhu, first_words(lingzhu, at=now()), by=None, at=now() - timedelta(days=1))
    with in_tenant(lingzhu):
        assert list(CoursePage.objects.values_list("position_code", "year")) == [("101", 2026)]


def test_courses_say_where_one_is(lingzhu: Any, in_tenant: Any) -> None:
    visitor = site_with(lingzhu, in_tenant, 1)

    def crumbs(path: str) -> list[str]:
        soup = BeautifulSoup(visitor.get(path).content, "html.parser")
        return [" ".join(item.text.split()) for item in soup.select(".crumbs li")]

    assert crumbs("/courses/") == ["首页", "课程"]
    assert crumbs("/courses/101-2026/") == ["首页", "课程", "土建施工员 2026"]
