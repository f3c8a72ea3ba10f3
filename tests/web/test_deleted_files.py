"""Before a picture or a file is deleted, its editor reads which pages would lose it."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile

from cms.models import HomePage, NoticeAttachment, NoticePage, StandardPage
from tenants.roles.roles import Role
from tests.support.pages import picture, seed
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(lingzhu: Any, settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = str(tmp_path)
    seed(lingzhu)
    return staff_client(lingzhu, Role.MANAGER, "黎静")


def places(client: Any, address: str) -> list[tuple[str, str]]:
    """Name and address of each place that the confirmation names."""
    answer = client.get(address)
    assert answer.status_code == 200
    soup = BeautifulSoup(answer.content, "html.parser")
    return [(a.text, str(a["href"])) for a in soup.select(".help-warning li a")]


def edit_of(page: Any) -> str:
    return f"/admin/pages/{page.pk}/edit/"


@pytest.mark.parametrize("address", ["/admin/images/{}/delete/", "/admin/bulk/wagtailimages/image/delete/?id={}"])
def test_a_picture_names_the_pages_that_show_it(lingzhu: Any, in_tenant: Any, manager: Any, address: str) -> None:
    with in_tenant(lingzhu):
        image = picture()
        home, page = HomePage.objects.get(), StandardPage.objects.get(slug="privacy")
        home.banner, home.banner_alt = image, "教室"
        home.save()
        image.contextual_alt_text, image.decorative = "教室", False
        page.body = [("picture", {"picture": image, "caption": ""}), ("picture", {"picture": image, "caption": ""})]
        page.save()
    found = places(manager, address.format(image.pk))
    assert sorted(found) == sorted([(home.title, edit_of(home)), (page.title, edit_of(page))])


@pytest.mark.parametrize("address", ["/admin/documents/delete/{}/", "/admin/bulk/wagtaildocs/document/delete/?id={}"])
def test_a_file_names_the_notices_it_hangs_on(lingzhu: Any, in_tenant: Any, manager: Any, address: str) -> None:
    from wagtail.documents.models import Document

    with in_tenant(lingzhu):
        file = Document.objects.create(title="报名表", file=ContentFile(b"x", name="a.pdf"))
        notice = NoticePage.objects.get()
        notice.attachments = [NoticeAttachment(document=file)]
        notice.save()
    assert places(manager, address.format(file.pk)) == [(notice.title, edit_of(notice))]


def test_what_nobody_shows_is_deleted_without_a_warning(lingzhu: Any, in_tenant: Any, manager: Any) -> None:
    with in_tenant(lingzhu):
        image = picture()
    assert places(manager, f"/admin/images/{image.pk}/delete/") == []


def test_of_many_places_the_first_twenty_are_named(lingzhu: Any, in_tenant: Any, manager: Any) -> None:
    with in_tenant(lingzhu):
        image = picture()
        image.contextual_alt_text, image.decorative = "教室", False
        home = HomePage.objects.get()
        for n in range(23):
            body = [("picture", {"picture": image, "caption": ""})]
            home.add_child(instance=StandardPage(title=f"页 {n}", slug=f"p{n}", body=body))
    assert len(places(manager, f"/admin/images/{image.pk}/delete/")) == 20
    assert "另有 3 处" in manager.get(f"/admin/images/{image.pk}/delete/").content.decode()
