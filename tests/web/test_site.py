"""What a visitor sees: the home page of an institution, the portal, and the frame around every page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.test import Client

from tests.support.exam import statements
from tests.support.pages import open_class, page_of, seed, visitor
from tests.support.staff import picture, queries_of
from tests.support.study import make_position, make_study


def test_a_visitor_sees_steps_classes_notices_fees_and_the_telephone(lingzhu: Any, in_tenant: Any) -> None:
    seed(lingzhu, notices=2, fees=2)
    with in_tenant(lingzhu):
        open_class(lingzhu, "第 7 期", position=make_position(), capacity=2)
        open_class(lingzhu, "第 6 期", ends_on=date(2026, 1, 1))
        study = make_study(lingzhu)
        study.enrolment.training_class = open_class(lingzhu, "第 8 期", capacity=1)
        study.enrolment.save()
    page = page_of(visitor(lingzhu).get("/"))
    assert page.h1.text == "岗位证书换电子证"
    assert len(page.select("#flow li")) == 6
    lines = [" ".join(line.text.split()) for line in page.select("#classes li")]
    assert [("第 7 期" in line, "余 2 名" in line) for line in lines] == [(True, True), (False, False)]
    assert "第 8 期" in lines[1]
    assert "已满" in lines[1]
    assert [a.text for a in page.select("#notices li a")] == ["岭筑培训公告 2", "岭筑培训公告 1"]
    assert [cell.text for cell in page.select("#fees tbody tr:first-child td")] == ["301 元", "60 元", "361 元"]
    assert page.select_one(".contact-phone").text == lingzhu.phone
    assert "32 学时，每学时 45 分钟" in page.select_one(".key-facts").text


@pytest.mark.parametrize("rows", [1, 3])
def test_the_home_page_needs_as_many_queries_with_one_row_as_with_three(
    lingzhu: Any, in_tenant: Any, rows: int
) -> None:
    seed(lingzhu, notices=rows, fees=rows)
    with in_tenant(lingzhu):
        for number in range(rows):
            open_class(lingzhu, f"第 {number} 期", position=make_position())
    client = visitor(lingzhu)
    client.get("/")  # sites and rulesets are remembered by the process
    with statements() as sql:
        page = page_of(client.get("/"))
    assert [len(page.select(part)) for part in ("#classes li", "#notices li", "#fees tbody tr")] == [rows] * 3
    # host, site, route (page, alias, restrictions), rules, classes, their positions, notices, fees, rows, courses, menu
    assert len(sql()) == 13, "\n".join(sql())


# At an institution and at the portal; what a process remembers (sites, rulesets) is asked for before.
QUERIES_OF_NOTICES = {"/": (12, 9), "/notices/": (10, 10), "/notices.atom": (4, 4), "/sitemap.xml": (4, 4)}


@pytest.mark.parametrize("notices", [1, 30])
def test_pages_with_notices_need_the_same_exact_queries_with_one_and_with_thirty(
    lingzhu: Any, association: Any, notices: int
) -> None:
    counted: dict[str, list[int]] = {path: [] for path in QUERIES_OF_NOTICES}
    for institution in (lingzhu, association):
        seed(institution, notices=notices)
        client = visitor(institution)
        for path in counted:
            counted[path].append(queries_of(client, path)[0])
    assert {path: tuple(counts) for path, counts in counted.items()} == QUERIES_OF_NOTICES


def test_notices_lead_to_their_text_which_is_text_only(lingzhu: Any) -> None:
    seed(lingzhu, notices=1)
    client = visitor(lingzhu)
    page = page_of(client.get("/notices/"))
    link = page.select_one(".notices a")
    article = page_of(client.get(link["href"]))
    assert [p.text for p in article.select(".article p")] == ["第一段", "第二段 <b>不是标签</b>"]


def test_the_portal_leads_to_every_look_up(association: Any, lingzhu: Any, jiangxin: Any) -> None:
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(region="广州")
    type(jiangxin).objects.filter(pk=jiangxin.pk).update(region="深圳", state="suspended")
    seed(association)
    client = Client(headers={"host": "association.test:8000"})
    page = page_of(client.get("/"))
    paths = ["/", "/notices/", "/verify/", "/institutions/", "/appraisals/", "/experts/", "/search/"]
    assert [a["href"] for a in page.select(".portal-nav a")] == paths
    assert {"/institutions/", "/appraisals/", "/experts/"} <= {a["href"] for a in page.select(".query-more a")}
    assert {client.get(path).status_code for path in paths} == {200}
    form = page.select_one(".query-more form")
    assert (form["action"], form.select_one("select")["name"]) == ("/institutions/", "region")
    assert [option.text for option in form.select("option")] == ["全部城市", "广州"]


def test_the_portal_offers_the_three_kinds_of_account_and_the_look_up(association: Any) -> None:
    seed(association)
    page = page_of(Client(headers={"host": "association.test"}).get("/"))
    assert [tab.text for tab in page.select('[role="tab"]')] == ["管理账号", "机构账号", "个人用户"]
    assert page.select_one('[role="tab"][aria-selected="true"]').text == "个人用户"
    form = page.select_one(".sign-in form")
    assert form["action"] == "/signin/"
    assert {field["name"] for field in form.select("input[name]")} >= {"account", "password", "tab"}
    look_up = page.select_one('form[action="/verify/"]')
    assert {field["name"] for field in look_up.select("input[name]")} >= {"name", "number"}
    ids = [element["id"] for element in page.select("[id]")]
    assert len(ids) == len(set(ids))


def test_a_portal_without_questions_says_whom_to_call(association: Any, in_tenant: Any) -> None:
    from cms.models import FAQPage

    seed(association)
    client = Client(headers={"host": "association.test"})
    assert page_of(client.get("/")).select(".help-list li")
    with in_tenant(association):
        FAQPage.objects.get().delete()
    page = page_of(client.get("/"))
    assert not page.select(".help-list")
    assert association.phone in page.select_one('[aria-labelledby="help-title"] .muted').text


def test_each_institution_has_its_own_colours(lingzhu: Any, jiangxin: Any) -> None:
    green, red = (visitor(institution).get("/brand.css") for institution in (lingzhu, jiangxin))
    assert green["Content-Type"] == "text/css; charset=utf-8"
    assert f"--brand: {lingzhu.palette['light']['brand']};".encode() in green.content
    assert green.content != red.content


def test_colours_with_their_hash_are_kept_for_ever_and_others_for_a_minute(lingzhu: Any) -> None:
    seed(lingzhu)
    client = visitor(lingzhu)
    href = page_of(client.get("/")).select_one('link[href^="/brand.css"]')["href"]
    assert client.get(href)["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get("/brand.css?v=0")["Cache-Control"] == "public, max-age=60"


def test_public_pages_allow_no_inline_script_or_style(lingzhu: Any, association: Any) -> None:
    seed(lingzhu)
    seed(association)
    for institution, path in ((lingzhu, "/"), (association, "/"), (lingzhu, "/signin/"), (lingzhu, "/nothing/")):
        response = visitor(institution).get(path)
        policy = response["Content-Security-Policy"]
        assert "unsafe-inline" not in policy
        assert "unsafe-eval" not in policy
        page = BeautifulSoup(response.content, "html.parser")
        assert not page.select("style, [style], [onclick], script:not([src]):not([type='application/json'])")
        assert not [
            tag
            for tag in page.select("[src], link[href]:not([rel='canonical'])")
            if "//" in (tag.get("src") or tag.get("href"))
        ]


def test_a_missing_page_stays_in_the_brand_and_says_what_to_do(lingzhu: Any) -> None:
    response = visitor(lingzhu).get("/nothing/")
    assert response.status_code == 404
    page = BeautifulSoup(response.content, "html.parser")
    assert page.h1.text == "没有这个页面"
    assert page.select_one(".brand-mark strong").text == lingzhu.name
    assert lingzhu.phone in page.main.text
    assert "page.missing" in page.main.text


def test_a_suspended_institution_says_what_is_safe(lingzhu: Any) -> None:
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(state="suspended")
    response = visitor(lingzhu).get("/my/")
    assert response.status_code == 503
    page = BeautifulSoup(response.content, "html.parser")
    assert page.h1.text == "本机构暂停培训服务"
    assert "已经学的学时都还在" in page.main.text


def test_a_visitor_may_read_english(lingzhu: Any) -> None:
    seed(lingzhu)
    client = visitor(lingzhu)
    assert page_of(client.get("/")).html["lang"] == "zh-hans"
    answer = client.post("/language/", {"language": "en", "next": "/"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    page = page_of(client.get("/"))
    assert page.html["lang"] == "en"
    assert page.select_one("#flow-title").text == "From enrolment to certificate in six steps"


@pytest.mark.parametrize("drawing", ["elevation", "bridge", "plan"])
@pytest.mark.parametrize("style", ["deep", "light"])
def test_the_head_of_the_page_is_drawn_as_the_editor_chose(
    lingzhu: Any, in_tenant: Any, drawing: str, style: str
) -> None:
    home = seed(lingzhu)
    with in_tenant(lingzhu):
        home.hero_drawing, home.hero_style = drawing, style
        home.save()
    hero = page_of(visitor(lingzhu).get("/")).select_one(".hero")
    assert {f"hero-{style}", f"hero-with-{drawing}"} <= set(hero["class"])
    assert hero.select_one(".hero-drawing svg")


def test_a_form_no_browser_sends_is_answered_in_brand(lingzhu: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 3
    client = visitor(lingzhu)
    client.raise_request_exception = False
    answer = client.post("/signin/", {f"f{n}": "1" for n in range(9)})
    assert answer.status_code == 400
    assert "request.malformed" in answer.content.decode()


def test_seeding_twice_leaves_the_site_as_it_is(lingzhu: Any, in_tenant: Any) -> None:
    home = seed(lingzhu)
    assert seed(lingzhu, notices=3).pk == home.pk
    with in_tenant(lingzhu):
        from cms.models import NoticePage

        assert NoticePage.objects.count() == 1


def test_a_photo_of_the_institution_takes_the_place_of_the_drawing(
    lingzhu: Any, in_tenant: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    home = seed(lingzhu)
    assert page_of(visitor(lingzhu).get("/")).select_one(".hero-drawing svg.drawing")
    with in_tenant(lingzhu):
        from wagtail.images.models import Image

        photo = Image.objects.create(title="校门", file=ContentFile(picture(), "gate.jpg"), width=320, height=240)
        type(home).objects.filter(pk=home.pk).update(banner=photo)
    client = visitor(lingzhu)
    shown = page_of(client.get("/")).select_one(".hero-drawing img")
    answer = client.get(shown["src"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
