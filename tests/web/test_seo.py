"""What search engines, news readers and browsers are told: addresses, feeds, where one is, headers."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tests.support.pages import seed, visitor

pytestmark = pytest.mark.django_db
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"


def soup(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def addresses(client: Client) -> list[str]:
    response = client.get("/sitemap.xml")
    assert response.status_code == 200
    return [str(loc.text) for loc in ElementTree.fromstring(response.content).iter(f"{MAP}loc")]


def test_the_sitemap_lists_live_open_pages_on_the_main_address(lingzhu: Any, in_tenant: Any) -> None:
    from wagtail.models import Page, PageViewRestriction

    from tenants.models import Domain

    seed(lingzhu, notices=2)
    with in_tenant(lingzhu):
        Page.objects.get(slug="20260101-1").unpublish()
        PageViewRestriction.objects.create(page=Page.objects.get(slug="fees"), restriction_type="login")
        Domain.objects.create(domain="other.test", tenant=lingzhu, is_primary=False)
    found = addresses(visitor(lingzhu, "other.test"))
    origin = "http://lingzhu.test:8000"
    assert found == [
        f"{origin}{path}" for path in ("/", "/courses/", "/notices/", "/notices/20260102-2/", "/faq/", "/privacy/")
    ]


def test_the_portals_sitemap_has_the_look_ups_too(association: Any) -> None:
    seed(association)
    found = addresses(visitor(association))
    for path in ("/", "/institutions/", "/experts/", "/appraisals/", "/verify/", "/apply/"):
        assert f"http://localhost:8000{path}" in found


def test_the_title_an_editor_writes_for_search_engines_is_the_pages_title(
    lingzhu: Any, association: Any, in_tenant: Any
) -> None:
    from wagtail.models import Page

    for institution in (lingzhu, association):
        seed(institution)
        with in_tenant(institution):
            for page in Page.objects.filter(depth__gt=1):
                Page.objects.filter(pk=page.pk).update(seo_title=f"搜索 & {page.slug}")
            paths = {page.url_path.replace("/start", "", 1): page.slug for page in Page.objects.filter(depth__gt=1)}
        client = visitor(institution)
        for path, slug in paths.items():
            assert soup(client.get(path)).title.text.startswith(f"搜索 & {slug} · "), path


def test_a_home_page_describes_itself_by_its_introduction_until_something_better_is_written(
    lingzhu: Any, association: Any, in_tenant: Any
) -> None:
    for institution in (lingzhu, association):
        home = seed(institution)
        client = visitor(institution)
        assert soup(client.get("/")).select_one('meta[name="description"]')["content"] == home.hero_lead
        with in_tenant(institution):
            type(home).objects.filter(pk=home.pk).update(search_description="两句话")
        assert soup(client.get("/")).select_one('meta[name="description"]')["content"] == "两句话"
        assert not soup(client.get("/faq/")).select('meta[name="description"]')


def test_each_site_tells_robots_where_nothing_is_for_them(lingzhu: Any, association: Any) -> None:
    seed(lingzhu)
    for institution, origin in ((lingzhu, "http://lingzhu.test:8000"), (association, "http://localhost:8000")):
        response = visitor(institution).get("/robots.txt")
        lines = response.content.decode().splitlines()
        assert response["Content-Type"] == "text/plain; charset=utf-8"
        assert lines[0] == "User-agent: *"
        assert {"Disallow: /my/", "Disallow: /admin/", "Disallow: /search/", "Disallow: /v/"} <= set(lines)
        assert lines[-1] == f"Sitemap: {origin}/sitemap.xml"


@pytest.mark.parametrize(
    ("asked", "canonical"),
    [
        ("/notices/?utm_source=x", "/notices/"),
        ("/notices/?page=2&a=b", "/notices/?page=2"),
        ("/notices/?page=1", "/notices/"),
        ("/notices/?page=%22%3E", "/notices/"),
        ("/", "/"),
    ],
)
def test_a_page_names_its_one_address(lingzhu: Any, asked: str, canonical: str) -> None:
    from tenants.models import Domain

    seed(lingzhu)
    Domain.objects.create(domain="other.test", tenant=lingzhu, is_primary=False)
    link = soup(visitor(lingzhu, "other.test").get(asked)).select('link[rel="canonical"]')
    assert [one["href"] for one in link] == [f"http://lingzhu.test:8000{canonical}"]


def test_the_newest_notices_are_a_feed(lingzhu: Any, jiangxin: Any, in_tenant: Any) -> None:
    from cms.models import NoticePage

    seed(lingzhu, notices=3)
    seed(jiangxin)
    with in_tenant(lingzhu):
        NoticePage.objects.get(slug="20260102-2").unpublish()
    client = visitor(lingzhu)
    home = soup(client.get("/"))
    response = client.get(home.select_one('link[type="application/atom+xml"]')["href"])
    assert response["Content-Type"].startswith("application/atom+xml")
    feed = ElementTree.fromstring(response.content)
    assert feed.findtext(f"{ATOM}title") == "岭筑建筑培训学校：通知公告"
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.findtext(f"{ATOM}title") for entry in entries] == ["岭筑培训公告 3", "岭筑培训公告 1"]
    assert entries[0].find(f"{ATOM}link").get("href") == "http://lingzhu.test:8000/notices/20260103-3/"
    summary = entries[0].findtext(f"{ATOM}summary")
    assert "第一段" in summary
    assert "第二段 <b>不是标签</b>" in summary
    assert entries[0].findtext(f"{ATOM}published").startswith("2026-01-03T")


def test_inner_pages_say_where_one_is(lingzhu: Any, association: Any) -> None:
    seed(lingzhu)
    seed(association)
    trail = [
        item.get_text(strip=True) for item in soup(visitor(lingzhu).get("/notices/20260101-1/")).select(".crumbs li")
    ]
    assert trail == ["首页", "通知公告", "岭筑培训公告 1"]
    for path in ("/notices/", "/faq/", "/privacy/", "/institutions/", "/experts/", "/appraisals/", "/search/"):
        crumbs = soup(visitor(association).get(path)).select(".crumbs li")
        assert len(crumbs) == 2
        assert crumbs[1]["aria-current"] == "page"


EXPECTED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@pytest.mark.parametrize("state", ["approved", "suspended", "closed"])
def test_every_answer_carries_the_headers_that_keep_browsers_narrow(lingzhu: Any, state: str) -> None:
    seed(lingzhu)
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(state=state)
    paths = ("/", "/notices/", "/nothing/", "/signin/", "/search/?q=更新", "/brand.css")
    for client, where in [(visitor(lingzhu), paths), (visitor(lingzhu, "unknown.test"), ("/",))]:
        for path in where:
            response = client.get(path)
            assert {name: response.get(name) for name in EXPECTED} == EXPECTED, path
            policy = response["Content-Security-Policy"]
            assert "default-src 'none'" in policy
            assert "frame-ancestors 'self'" in policy
            assert "unsafe" not in policy
            permissions = dict(part.split("=") for part in response["Permissions-Policy"].split(", "))
            assert (permissions["camera"], permissions["microphone"], permissions["geolocation"]) == (
                "(self)",
                "()",
                "()",
            )


def test_uploads_of_editors_are_saved_never_shown(lingzhu: Any, in_tenant: Any, settings: Any, tmp_path: Any) -> None:
    from django.core.files.base import ContentFile
    from wagtail.documents.models import Document

    settings.MEDIA_ROOT = str(tmp_path)
    seed(lingzhu)
    with in_tenant(lingzhu):
        document = Document.objects.create(title="表", file=ContentFile(b"%PDF-1.4", name="form.pdf"))
        response = visitor(lingzhu).get(document.url)
    assert response["Content-Disposition"].startswith("attachment")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert (
        "sandbox" in response["Content-Security-Policy"] or "default-src 'none'" in response["Content-Security-Policy"]
    )


@pytest.mark.parametrize("name", ["evil.svg", "evil.html", "evil.xhtml", "evil.js", "evil.pdf.html"])
def test_what_a_browser_would_run_is_not_taken(lingzhu: Any, name: str) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile
    from wagtail.documents.models import Document

    from tenants.roles.roles import Role
    from tests.support.staff import staff_client

    seed(lingzhu)
    client = staff_client(lingzhu, Role.MANAGER)
    file = SimpleUploadedFile(name, b"<svg onload=alert(1)>", content_type="application/pdf")
    response = client.post("/admin/documents/add/", {"title": "表", "file": file, "collection": 1})
    assert response.status_code == 200
    assert Document.objects.count() == 0


def test_downloads_are_listed_with_kind_size_and_note(
    association: Any, in_tenant: Any, settings: Any, tmp_path: Any
) -> None:
    from cms.models import PortalHomePage
    from cms.seeding import DownloadsContent, FileContent, _add_downloads

    settings.MEDIA_ROOT = str(tmp_path)
    seed(association)
    with in_tenant(association):
        files = [FileContent(f"表 {n}", f"form{n}.pdf", b"%PDF" * 300, f"用途 {n}") for n in (1, 2)]
        _add_downloads(PortalHomePage.objects.get(), DownloadsContent("可以直接下载。", files))
    page = soup(visitor(association).get("/downloads/"))
    rows = [" ".join(row.get_text(" ", strip=True).split()) for row in page.select(".downloads li")]
    assert [("用途 1" in row, "PDF" in row, "1.2" in row) for row in rows[:1]] == [(True, True, True)]
    link = page.select_one(".downloads a.rows-title")["href"]
    response = visitor(association).get(link)
    assert b"".join(response.streaming_content) == b"%PDF" * 300
    assert response["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize("text", ["换行\x0b符", "实体&#11;符", "空字\x1f符"])
def test_one_character_that_xml_cannot_carry_breaks_no_feed(lingzhu: Any, in_tenant: Any, text: str) -> None:
    from cms.models import NoticePage

    seed(lingzhu, notices=2)
    with in_tenant(lingzhu):  # past what a page drops when it is saved: stored before it did
        NoticePage.objects.filter(slug="20260101-1").update(body=f"<p>{text}</p>", title=text)
    answer = visitor(lingzhu).get("/notices.atom")
    assert answer.status_code == 200
    assert len(list(ElementTree.fromstring(answer.content).iter(f"{ATOM}entry"))) == 2
