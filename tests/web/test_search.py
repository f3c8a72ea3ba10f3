"""What a visitor finds by searching a site or the portal, and what nobody finds."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.management import call_command
from django.test import Client
from django.utils.timezone import now

from tenants.ratelimit import allowed
from tests.support.exam import statements
from tests.support.pages import seed, visitor

pytestmark = pytest.mark.django_db
TEXT = "学员登录后，在证书管理中点击证书更新。更新完成即生成电子证，可扫码查验。"


def notice(title: str, body: str = TEXT, *, on: date = date(2026, 1, 5), live: bool = True) -> Any:
    """A notice of the schema in force."""
    from cms.models import NoticeIndexPage, NoticePage

    index = NoticeIndexPage.objects.get()
    slug = f"n{NoticePage.objects.count()}"
    return index.add_child(instance=NoticePage(title=title, slug=slug, date=on, body=f"<p>{body}</p>", live=live))


def found(client: Client, question: str, **more: str) -> BeautifulSoup:
    response = client.get("/search/", {"q": question, **more})
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def titles(page: BeautifulSoup) -> list[str]:
    return [link.text for link in page.select(".results h2 a")]


@pytest.fixture
def site(lingzhu: Any, in_tenant: Any) -> Any:
    seed(lingzhu, notices=1)
    with in_tenant(lingzhu):
        from cms.models import StandardPage

        StandardPage.objects.get(slug="privacy").delete()  # it says 更新, too
        yield lingzhu


@pytest.mark.parametrize(
    "question",
    ["证书更新", "电子证", "登录", "扫码", "证", "查验", "证书 更新", "点击证书", "ｊｇｊ 46", "JGJ/T 46-2024"],
)
def test_any_term_of_a_text_finds_it(site: Any, question: str) -> None:
    notice("办理指引", f"{TEXT} 按 JGJ/T 46-2024 执行。")
    assert "办理指引" in titles(found(visitor(site), question))


def test_titles_before_texts_and_newer_before_older(site: Any) -> None:
    notice("旧的证书更新公告", on=date(2026, 1, 1))
    notice("新的证书更新公告", on=date(2026, 2, 1))
    notice("其他事项", on=date(2026, 3, 1))
    assert titles(found(visitor(site), "证书更新")) == ["新的证书更新公告", "旧的证书更新公告", "其他事项"]


def test_questions_and_answers_are_found_by_their_answers(site: Any) -> None:
    page = found(visitor(site), "到机构学习")
    assert titles(page) == ["常见问题"]
    assert page.select_one(".results a")["href"] == "/faq/"
    assert [hit.text for hit in page.select(".results mark")] == ["到机构学习"]


def test_drafts_withdrawn_and_closed_pages_are_not_found(site: Any) -> None:
    from wagtail.models import PageViewRestriction

    notice("草稿更新", live=False)
    withdrawn, closed = notice("撤下更新"), notice("内部更新")
    withdrawn.unpublish()
    PageViewRestriction.objects.create(page=closed, restriction_type="login")
    assert titles(found(visitor(site), "更新")) == []
    notice("公开更新")
    assert titles(found(visitor(site), "更新")) == ["公开更新"]


def test_what_is_published_changed_or_deleted_is_found_as_it_is(site: Any) -> None:
    page = notice("停电通知", "周日停电。")
    page.title = "停水通知"
    page.save_revision().publish()
    client = visitor(site)
    assert titles(found(client, "停电通知")) == []
    assert titles(found(client, "停水")) == ["停水通知"]
    page.delete()
    assert titles(found(client, "停水")) == []


def test_another_institutions_pages_are_not_found(site: Any, jiangxin: Any, in_tenant: Any) -> None:
    seed(jiangxin)
    with in_tenant(jiangxin):
        notice("匠新独有的证书更新")
    assert titles(found(visitor(site), "匠新独有")) == []
    assert titles(found(visitor(jiangxin), "匠新独有")) == ["匠新独有的证书更新"]


def test_markup_in_titles_texts_and_questions_stays_text(site: Any) -> None:
    notice("<img src=x onerror=alert(1)> 更新", "&lt;script&gt;alert(2)&lt;/script&gt; 更新")
    page = found(visitor(site), '更新 "><script>alert(3)</script>')
    assert page.select("main script, main img") == []
    page = found(visitor(site), "更新")
    assert page.select("main script, main img") == []
    assert titles(page) == ["<img src=x onerror=alert(1)> 更新"]
    assert "alert(2)</script> 更新" in page.select_one(".results .muted").text


@pytest.mark.parametrize("question", ["'", "\\", "& | ! ( )", ":*", "<->", "%_", "\x00", "a" * 500, "更" * 500, "🏗"])
def test_odd_questions_are_answered(site: Any, question: str) -> None:
    page = found(visitor(site), question)
    assert len(page.select_one("input[name=q]")["value"]) <= 40


def test_where_nothing_fits_the_nearest_titles_are_offered(site: Any) -> None:
    notice("施工现场管理公告")
    page = found(visitor(site), "施工现场火星基地")
    assert "没有找到" in page.select_one(".empty h2").text
    assert "施工现场管理公告" in [a.text for a in page.select(".suggestions a")]
    page = found(visitor(site), "鹦鹉螺")
    assert [a.text for a in page.select(".suggestions a")][:2] == ["收费公示", "常见问题"]


def test_the_portal_also_finds_institutions(association: Any, lingzhu: Any, jiangxin: Any) -> None:
    seed(association)
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(region="广州")
    type(jiangxin).objects.filter(pk=jiangxin.pk).update(region="广州", state="suspended")
    page = found(Client(headers={"host": "association.test:8000"}), "岭筑 广州")
    links = page.select('section[aria-labelledby="institutions-title"] li a')
    assert [(a.text, a["href"]) for a in links] == [(lingzhu.name, "http://lingzhu.test:8000/")]


def course_in_plan(code: str, position: str, title: str, *, year: int = 2026, published: bool = True) -> None:
    """A course of one lesson, in a plan of a position."""
    from decimal import Decimal

    from learning.models import Course
    from learning.services import create_plan
    from tests.support.study import make_lesson, make_position

    lesson = make_lesson()
    lesson.course, _made = Course.objects.get_or_create(code=title, defaults={"title": title})
    lesson.save()
    plan = create_plan(make_position(code, position), year, [(lesson, Decimal(32))], by=None, at=now())
    plan.published_at = now() if published else None
    plan.save()


def test_the_portal_finds_shared_courses_and_leads_to_who_trains_for_their_positions(association: Any) -> None:
    seed(association)
    client = visitor(association)
    course_in_plan("101", "土建施工员", "深基坑支护与监测")
    course_in_plan("106", "土建质量员", "深基坑支护与监测")
    course_in_plan("101", "土建施工员", "深基坑草案", year=2027, published=False)
    page = found(client, "深基坑 监测")
    [line] = page.select('section[aria-labelledby="courses-title"] li')
    assert line.select_one(".rows-title").text == "深基坑支护与监测"
    places = {a.text: a["href"] for a in line.select("a")}
    assert places == {
        "土建施工员": "/institutions/?position=101",
        "土建质量员": "/institutions/?position=106",
    }
    assert client.get(places["土建质量员"]).status_code == 200
    assert not page.select(".empty, .suggestions")
    assert not found(client, "深基坑草案").select('section[aria-labelledby="courses-title"]')


def test_a_site_finds_courses_of_its_own_course_pages_only(site: Any) -> None:
    from cms.models import CourseIndexPage, CoursePage

    course_in_plan("101", "土建施工员", "深基坑支护与监测")
    course_in_plan("106", "土建质量员", "深基坑支护与监测")
    client = visitor(site)
    assert not found(client, "深基坑").select('section[aria-labelledby="courses-title"]')
    page = CoursePage(title="施工员课程", slug="101-2026", position_code="101", year=2026)
    CourseIndexPage.objects.get().add_child(instance=page)
    links = found(client, "深基坑").select('section[aria-labelledby="courses-title"] a')
    assert [(a.text, a["href"]) for a in links] == [("土建施工员", "/courses/101-2026/")]
    assert client.get("/courses/101-2026/").status_code == 200


@pytest.mark.parametrize("courses", [1, 3])
def test_finding_courses_takes_the_same_queries_with_one_as_with_three(site: Any, courses: int) -> None:
    from cms.models import CourseIndexPage, CoursePage

    for number in range(courses):
        course_in_plan("101", "土建施工员", f"深基坑之{number}")
    course_page = CoursePage(title="施工员课程", slug="101-2026", position_code="101", year=2026)
    CourseIndexPage.objects.get().add_child(instance=course_page)
    client = visitor(site)
    found(client, "深基坑")
    with statements() as sql:
        page = found(client, "深基坑")
    assert len(page.select('section[aria-labelledby="courses-title"] li')) == courses
    # host, restrictions, count, courses, restrictions, their pages, menu
    assert len(sql()) == 7, "\n".join(sql())


def test_files_are_found_by_their_names(site: Any) -> None:
    from django.core.files.base import ContentFile
    from wagtail.documents.models import Document

    from cms.models import DownloadsPage, HomePage, NoticeAttachment

    form = Document.objects.create(title="企业团体报名汇总表", file=ContentFile(b"x", name="a.xlsx"))
    home = HomePage.objects.get()
    home.add_child(
        instance=DownloadsPage(title="下载", slug="downloads", files=[("file", {"document": form, "note": ""})])
    )
    page = notice("关于报名的通知")
    page.attachments = [NoticeAttachment(document=form, title="盖章用回执"), NoticeAttachment(document=form)]
    page.save_revision().publish()
    client = visitor(site)
    assert titles(found(client, "盖章用回执")) == ["关于报名的通知"]
    assert set(titles(found(client, "团体报名汇总"))) == {"下载", "关于报名的通知"}
    NoticeAttachment.objects.get(title="盖章用回执").delete()
    assert titles(found(client, "盖章用回执")) == []
    form.delete()
    assert titles(found(client, "团体报名汇总")) == ["下载"], "until its page is published again"
    page.refresh_from_db()
    page.delete()


def test_what_the_home_page_says_about_the_institution_is_found(site: Any) -> None:
    from cms.models import HomePage
    from cms.seeding import text_part

    home = HomePage.objects.get()
    home.about = [text_part("<p>机房在三号楼，每晚开放。</p>")]
    home.save_revision().publish()
    page = found(visitor(site), "三号楼")
    assert [(a.text, a["href"]) for a in page.select(".results h2 a")] == [(home.title, "/")]
    assert "首页" in page.select_one(".results .faint").text


def test_offered_are_the_fees_in_force_and_the_questions_whatever_is_archived(site: Any) -> None:
    from cms.models import FeeNoticePage, HomePage

    home = HomePage.objects.get()
    for number in range(3):
        old = FeeNoticePage(
            title=f"旧公示{number}", slug=f"old-{number}", published_on=date(2020, 1, 1), valid_from=date(2020, 1, 1),
            valid_to=date(2020, 12, 31),
        )  # fmt: skip
        old.path = ""
        home.add_child(instance=old)
        old.move(home, pos="first-child")
    offered = [a.text for a in found(visitor(site), "").select(".suggestions a")]
    assert offered[:2] == ["收费公示", "常见问题"]
    assert not [title for title in offered if title.startswith("旧公示")]


def test_results_come_ten_a_page_and_the_question_stays(site: Any) -> None:
    for number in range(12):
        notice(f"更新公告{number}")
    page = found(visitor(site), "更新公告")
    assert len(titles(page)) == 10
    next_page = page.select_one('.pager a[rel="next"]')["href"]
    assert len(titles(BeautifulSoup(visitor(site).get(f"/search/{next_page}").content, "html.parser"))) == 2


def test_a_search_needs_as_many_queries_for_one_page_as_for_three(site: Any) -> None:
    client = visitor(site)
    notice("更新公告")
    found(client, "更新公告")
    with statements() as sql:
        found(client, "更新公告")
        one = len(sql())
    notice("更新公告二")
    notice("更新公告三")
    with statements() as sql:
        assert len(titles(found(client, "更新公告"))) == 3
        assert len(sql()) == one, "\n".join(sql())


def test_who_searches_without_end_has_to_wait(site: Any) -> None:
    client = visitor(site)
    assert client.get("/search/", {"q": "更新"}).status_code == 200
    while allowed("cms.search", "127.0.0.1", a_minute=60, at=now()):
        pass
    answer = client.get("/search/", {"q": "更新"})
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "请一分钟后再搜" in answer.content.decode()
    assert client.get("/search/").status_code == 200


def test_the_index_of_every_institution_is_built_anew_by_one_command(
    site: Any, jiangxin: Any, in_tenant: Any, capsys: Any
) -> None:
    from wagtail.search.models import IndexEntry

    seed(jiangxin)
    notice("证书更新公告")
    IndexEntry.objects.all().delete()
    assert titles(found(visitor(site), "证书更新")) == []
    call_command("update_search")
    assert titles(found(visitor(site), "证书更新"))[0] == "证书更新公告"
    with in_tenant(jiangxin):
        assert IndexEntry.objects.exists()


def test_editors_find_chinese_in_their_admin(site: Any) -> None:
    from tenants.roles.roles import Role
    from tests.support.staff import staff_client

    notice("施工现场管理公告")
    page = staff_client(site, Role.MANAGER).get("/admin/pages/search/", {"q": "现场"})
    assert "施工现场管理公告" in page.content.decode()
