"""Pages and their files against curious visitors and careless editors (THREATS "Tenancy", "Uploads and content")."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from tests.support.pages import seed


def get(institution: Any, path: str, **headers: str) -> Any:
    return Client(headers={"host": institution.host, **headers}).get(path)


def test_a_page_of_another_institution_is_not_there(lingzhu: Any, jiangxin: Any, in_tenant: Any) -> None:
    seed(lingzhu)
    seed(jiangxin, notices=3)
    with in_tenant(jiangxin):
        from cms.models import NoticePage

        paths = [page.url_path.removeprefix("/start") for page in NoticePage.objects.all()]
    only_there = [path for path in paths if not path.endswith("20260101-1/")]
    assert len(only_there) == 2
    for path in only_there:
        assert get(jiangxin, path).status_code == 200
        refused = get(lingzhu, path)
        assert refused.status_code == 404
        assert jiangxin.short_name.encode() not in refused.content


def test_an_unknown_host_is_404_and_names_nobody(lingzhu: Any) -> None:
    seed(lingzhu)
    for host in ("unknown.test", "lingzhu.test.evil.example", "", "lingzhu.test@evil.example"):
        response = Client(headers={"host": host}).get("/")
        assert response.status_code in {400, 404}
        assert lingzhu.name.encode() not in response.content


def test_a_forwarded_host_changes_nothing(lingzhu: Any, jiangxin: Any) -> None:
    seed(lingzhu)
    seed(jiangxin)
    page = get(lingzhu, "/", **{"X-Forwarded-Host": jiangxin.host, "Forwarded": f"host={jiangxin.host}"})
    assert page.status_code == 200
    assert lingzhu.name.encode() in page.content
    assert jiangxin.name.encode() not in page.content


@pytest.fixture
def stored(lingzhu: Any, in_tenant: Any, settings: Any, tmp_path: Any) -> Any:
    """Puts a file into an institution's media folder."""
    settings.MEDIA_ROOT = str(tmp_path)

    def put(institution: Any, name: str, content: bytes) -> None:
        with in_tenant(institution):
            default_storage.save(name, ContentFile(content))

    return put


def test_pictures_are_served_to_their_own_site_only(lingzhu: Any, jiangxin: Any, stored: Any) -> None:
    stored(lingzhu, "images/house.png", b"\x89PNG lingzhu")
    own = get(lingzhu, "/media/sites/lingzhu/images/house.png")
    assert (own.status_code, own["Content-Type"], own["X-Content-Type-Options"]) == (200, "image/png", "nosniff")
    assert b"".join(own.streaming_content) == b"\x89PNG lingzhu"
    assert get(jiangxin, "/media/sites/lingzhu/images/house.png").status_code == 404


@pytest.mark.parametrize("name", ["page.html", "drawing.svg", "note.txt", "script.js", "noending"])
def test_only_pictures_are_served_whatever_lies_in_the_folder(lingzhu: Any, stored: Any, name: str) -> None:
    stored(lingzhu, f"images/{name}", b"<script>alert(1)</script>")
    assert get(lingzhu, f"/media/sites/lingzhu/images/{name}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/media/sites/lingzhu/images/../../jiangxin/images/house.png",
        "/media/sites/lingzhu/images/%2e%2e/%2e%2e/jiangxin/images/house.png",
        "/media/sites/lingzhu/images//etc/passwd.png",
        "/media/sites/lingzhu/images/..%2f..%2fjiangxin%2fimages%2fhouse.png",
        "/media/sites/lingzhu/images/house.png%00.html",
        "/media/sites/lingzhu/documents/secret.png",
        "/media/sites/jiangxin/images/house.png",
        "/media/images/house.png",
    ],
)
def test_a_path_cannot_leave_the_folder(lingzhu: Any, jiangxin: Any, stored: Any, path: str) -> None:
    stored(jiangxin, "images/house.png", b"\x89PNG jiangxin")
    stored(lingzhu, "documents/secret.png", b"\x89PNG secret")
    assert get(lingzhu, path).status_code in {400, 404}


def test_what_an_editor_writes_stays_inert(lingzhu: Any, in_tenant: Any) -> None:
    """Even words that went around Wagtail's editor cannot run: they are escaped, and the CSP does the rest."""
    home = seed(lingzhu)
    evil = '<script>alert(1)</script><img src=x onerror="alert(2)">{{ request.user }}{% load x %}'
    with in_tenant(lingzhu):
        from cms.models import FAQPage, HomePage, NoticePage

        HomePage.objects.filter(pk=home.pk).update(hero_title=evil, hero_lead=evil, directions=evil)
        NoticePage.objects.update(title=evil)
        faq = FAQPage.objects.get()
        faq.questions = [("question", {"question": evil[:80], "answer": evil})]
        faq.save()
    for path in ("/", "/notices/", "/faq/"):
        response = get(lingzhu, path)
        assert response.status_code == 200
        page = BeautifulSoup(response.content, "html.parser")
        assert not page.select("[onerror]")
        assert all(tag.has_attr("src") for tag in page.select("script"))
        assert "alert(1)" in page.main.text
        assert "unsafe-inline" not in response["Content-Security-Policy"]


def test_the_language_form_sends_nobody_elsewhere(lingzhu: Any) -> None:
    answer = Client(headers={"host": lingzhu.host}).post(
        "/language/", {"language": "en", "next": "https://evil.example/"}
    )
    assert answer.status_code == 302
    assert "evil.example" not in answer["Location"]
