"""Pages that editors put together from parts: what visitors see, what is refused, and that no part costs more."""

from __future__ import annotations

import io
import json
from importlib import import_module
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from PIL import Image
from wagtail.rich_text import RichText

from tenants.roles.roles import Role
from tests.support.pages import page_of, picture, seed, visitor
from tests.support.staff import queries_of, staff_client

pytestmark = pytest.mark.django_db


@pytest.fixture
def site(lingzhu: Any, settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = str(tmp_path)
    seed(lingzhu)
    return lingzhu


def shown(alt: str) -> Any:
    image = picture()
    image.contextual_alt_text, image.decorative = alt, not alt
    return image


def every_part() -> list[tuple[str, Any]]:
    return [
        ("text", RichText("<h2>实训场地</h2><p>两间教室</p>")),
        ("picture", {"picture": shown("砌筑实训区"), "caption": "砌筑实训区一角"}),
        ("beside", {"picture": shown("教室"), "side": "right", "title": "师资", "text": RichText("<p>十二位教师</p>")}),
        ("note", {"tone": "warn", "text": RichText("<p>请带身份证</p>")}),
        ("steps", [{"title": "报到", "note": "一楼"}, {"title": "上课", "note": "二楼"}]),
    ]


def write(page: Any, field: str, parts: list[tuple[str, Any]]) -> None:
    setattr(page, field, parts)
    page.full_clean()
    page.save()


def page_at(site: Any, path: str) -> BeautifulSoup:
    return page_of(visitor(site).get(path))


@pytest.mark.parametrize(
    ("model", "field", "path"), [("StandardPage", "body", "/privacy/"), ("HomePage", "about", "/")]
)
def test_each_part_is_drawn_with_its_words(site: Any, in_tenant: Any, model: str, field: str, path: str) -> None:
    import cms.models

    with in_tenant(site):
        write(getattr(cms.models, model).objects.get(), field, every_part())
    parts = page_at(site, path).select_one(".parts")
    assert [next(part.stripped_strings) for part in parts.find_all(recursive=False)] == [
        "实训场地", "砌筑实训区一角", "师资", "请带身份证", "报到",
    ]  # fmt: skip
    assert [image["alt"] for image in parts.select("img")] == ["砌筑实训区", "教室"]
    assert [step.text for step in parts.select(".steps-note")] == ["一楼", "二楼"]
    assert parts.select_one(".part-beside-right img")
    assert not parts.select("[style]")


def test_a_picture_comes_in_its_shape_around_what_matters_and_with_its_size(site: Any, in_tenant: Any) -> None:
    from cms.models import StandardPage

    with in_tenant(site):
        write(StandardPage.objects.get(), "body", every_part())
    image = page_at(site, "/privacy/").select_one(".part-picture img")
    assert image["loading"] == "lazy"
    assert int(image["width"]) / int(image["height"]) == pytest.approx(16 / 9, rel=0.01)  # nothing jumps when it comes
    answer = visitor(site).get(image["src"])
    with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as one:
        red, _green, blue = one.convert("RGB").getpixel((one.width // 8, one.height // 2))
    assert (red > 200, blue < 60) == (True, True)  # the focal point is in the red part, which the middle would cut


def test_a_picture_that_was_deleted_leaves_the_rest_of_the_page(site: Any, in_tenant: Any) -> None:
    from wagtail.images.models import Image as Stored

    from cms.models import HomePage, StandardPage

    with in_tenant(site):
        write(StandardPage.objects.get(), "body", every_part())
        write(HomePage.objects.get(), "about", every_part())
        Stored.objects.all().delete()
    for path in ("/privacy/", "/"):
        parts = page_at(site, path).select_one(".parts")
        assert not parts.select("img")
        assert "十二位教师" in parts.text
        assert "请带身份证" in parts.text


def test_a_picture_without_words_is_refused_in_the_editor(site: Any, in_tenant: Any) -> None:
    from tests.attacks.test_editors import stream

    with in_tenant(site):
        from cms.models import StandardPage

        page, image = StandardPage.objects.get(), picture()
    words = {"title": page.title, "slug": page.slug, "seo_title": "", "search_description": "", "action-publish": "1"}
    sent = words | stream("body", picture={"picture-image": image.pk, "picture-alt_text": "", "caption": ""})
    answer = staff_client(site, Role.MANAGER).post(f"/admin/pages/{page.pk}/edit/", sent)
    assert answer.status_code == 200
    assert json.dumps("请为您的图片添加替代文本")[1:-1] in answer.content.decode()  # the form draws itself from JSON


def test_a_page_of_many_texts_costs_as_many_queries_as_one_of_a_single_text(site: Any, in_tenant: Any) -> None:
    from cms.models import StandardPage

    client, texts = (
        visitor(site),
        [("text", RichText("<p>一段</p>")), ("note", {"tone": "info", "text": RichText("二")})],
    )
    counts = []
    for parts in (texts[:1], texts * 10):
        with in_tenant(site):
            write(StandardPage.objects.get(), "body", parts)
        client.get("/privacy/")
        counts.append(queries_of(client, "/privacy/")[0])
    assert counts[0] == counts[1]


def test_what_was_written_before_pages_had_parts_is_their_first_part(site: Any, in_tenant: Any) -> None:
    from cms.models import StandardPage

    before = "<p>一\"二' {三} \\ 段</p>"
    with in_tenant(site):
        page = StandardPage.objects.get()
        revision = page.save_revision()
        revision.content["body"] = before
        revision.save(update_fields=["content"])
        with connection.cursor() as cursor:
            cursor.execute(import_module("cms.migrations.0008_pages_of_parts").VERSIONS)
        [part] = StandardPage.objects.get().get_latest_revision_as_object().body
    assert (part.block_type, part.value.source) == ("text", before)


def test_the_words_of_parts_are_found(site: Any, in_tenant: Any) -> None:
    from cms.models import StandardPage

    with in_tenant(site):
        page = StandardPage.objects.get()
        write(page, "body", every_part())
        page.save_revision().publish()
    for term in ("实训场地", "砌筑实训区", "十二位教师", "请带身份证", "二楼"):
        assert "/privacy/" in visitor(site).get("/search/", {"q": term}).content.decode(), term


def test_an_editor_chooses_among_parts_by_names_of_their_own() -> None:
    from cms.models.parts import parts

    assert [str(block.label) for _name, block in parts()] == ["文字", "图片", "图文并排", "提示框", "步骤"]
