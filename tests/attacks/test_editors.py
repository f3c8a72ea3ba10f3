"""An editor who means harm: markup, addresses that run and template code in every field stay words for every reader."""

from __future__ import annotations

import json
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tenants.roles.roles import Role
from tests.support.pages import NO_FILES, seed
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db
CODE = "{{ 7*7 }}{{ request.user.password }}{% debug %}"
EVIL = f'"><script>alert(1)</script><img src=x onerror=alert(2)>{CODE}'
SHORT = "<svg onload=alert(3)>{{ 7*7 }}"
RUNNING = ("javascript:", "data:", "vbscript:")


@pytest.fixture
def home(lingzhu: Any) -> Any:
    return seed(lingzhu)


@pytest.fixture
def editor(lingzhu: Any, home: Any) -> Any:
    return staff_client(lingzhu, Role.EDITOR, "区伟雄")


@pytest.fixture
def manager(lingzhu: Any, home: Any) -> Any:
    return staff_client(lingzhu, Role.MANAGER, "黎静")


def page_of(institution: Any, in_tenant: Any, model: str, **where: Any) -> Any:
    import cms.models

    with in_tenant(institution):
        return getattr(cms.models, model).objects.get(**where)


def body(*links: str, kind: str = "LINK") -> str:
    """Draft.js as a browser would send it, with an entity for each address, and evil words."""
    blocks, entities = [], {}
    for number, url in enumerate(["", *links]):
        block = {
            "key": f"k{number}", "text": EVIL, "type": "unstyled", "depth": 0, "data": {"onclick": "alert(4)"},
            "inlineStyleRanges": [{"offset": 0, "length": 5, "style": "<script>"}], "entityRanges": [],
        }  # fmt: skip
        if url:
            block["entityRanges"] = [{"offset": 0, "length": 5, "key": number}]
            data = {"url": url, "src": url, "html": EVIL, "alt": EVIL, "embedtype": "media", "id": None}
            entities[str(number)] = {"type": kind, "mutability": "MUTABLE", "data": data}
        blocks.append(block)
    return json.dumps({"blocks": blocks, "entityMap": entities})


PROMOTE = {"seo_title": EVIL, "search_description": EVIL, "show_in_menus": "on"}


def notice_words(page: Any, text: str) -> dict[str, str]:
    return {"title": f"春季 {EVIL}", "slug": page.slug, "date": "2026-01-01", "body": text} | PROMOTE | NO_FILES


def stream(name: str, **parts: Any) -> dict[str, str]:
    """What the form of a stream sends: one part of each kind; a part is its value, or its fields."""
    sent = {f"{name}-count": str(len(parts))}
    for number, (kind, value) in enumerate(parts.items()):
        part = f"{name}-{number}"
        sent |= {f"{part}-deleted": "", f"{part}-order": str(number), f"{part}-type": kind, f"{part}-id": ""}
        fields = value if isinstance(value, dict) else {"": value}
        sent |= {f"{part}-value{'-' * bool(field)}{field}": str(given) for field, given in fields.items()}
    return sent


def publish(client: Any, page: Any, data: dict[str, str]) -> None:
    answer = client.post(f"/admin/pages/{page.pk}/edit/", data | {"action-publish": "1"})
    assert answer.status_code == 302, BeautifulSoup(answer.content, "html.parser").select(".w-field__errors")


def assert_inert(html: str) -> BeautifulSoup:
    page = BeautifulSoup(html, "html.parser")
    for tag in page.find_all(True):
        assert not [name for name in tag.attrs if name.lower().startswith("on")], tag
        for name in ("href", "src", "action", "formaction", "xlink:href"):
            assert not str(tag.get(name, "")).strip().lower().startswith(RUNNING), tag
    assert all(one.has_attr("src") or one.get("type") == "application/json" for one in page.select("script"))
    assert not page.select("iframe, object, embed, main svg[onload]")
    assert "alert(" not in "".join(one.get_text() for one in page.select("script"))
    assert "argon2" not in html
    return page


def get(institution: Any, path: str) -> str:
    answer = Client(headers={"host": institution.host}).get(path)
    assert answer.status_code == 200, path
    return answer.content.decode()


ADDRESSES = [
    "javascript:alert(1)", "JaVaScRiPt:alert(1)", "java\tscript:alert(1)", " javascript:alert(1)",
    "\x01javascript:alert(1)", "data:text/html,<script>alert(1)</script>", "vbscript:alert(1)",
    "https://example.org/\" onmouseover=\"alert(1)",
]  # fmt: skip


@pytest.mark.parametrize("kind", ["LINK", "DOCUMENT", "IMAGE", "EMBED", "<script>"])
def test_rich_text_takes_no_address_that_runs_and_no_other_entity(
    lingzhu: Any, in_tenant: Any, manager: Any, kind: str
) -> None:
    notice = page_of(lingzhu, in_tenant, "NoticePage")
    publish(manager, notice, notice_words(notice, body(*ADDRESSES, kind=kind)))
    page = assert_inert(get(lingzhu, f"/notices/{notice.slug}/"))
    assert not page.main.select("img[src=x], script")
    assert CODE in page.main.get_text()


@pytest.mark.parametrize(
    "text",
    [EVIL, '<p onclick="alert(1)">x</p>', '<embed embedtype="media" url="https://evil.example"/>', "[]", "{}", "1",
     '{"blocks": 1, "entityMap": {}}', '{"blocks": [{"key": "a", "text": "x", "type": "unstyled"}], "entityMap": {}}'],
)  # fmt: skip
def test_what_is_no_document_of_our_editor_becomes_plain_words(
    lingzhu: Any, in_tenant: Any, manager: Any, text: str
) -> None:
    notice = page_of(lingzhu, in_tenant, "NoticePage")
    answer = manager.post(f"/admin/pages/{notice.pk}/edit/", notice_words(notice, text) | {"action-publish": "1"})
    assert answer.status_code in {200, 302}
    page = assert_inert(get(lingzhu, f"/notices/{notice.slug}/"))
    assert not page.main.select("embed, iframe, script, img[src=x]")


def test_evil_words_stay_words_on_page_menu_list_search_feed_and_sitemap(
    lingzhu: Any, in_tenant: Any, manager: Any
) -> None:
    notice = page_of(lingzhu, in_tenant, "NoticePage")
    publish(manager, notice, notice_words(notice, body("javascript:alert(1)")))
    plain = page_of(lingzhu, in_tenant, "StandardPage", slug="privacy")
    publish(manager, plain, {"title": f"须知 {EVIL}", "slug": "privacy"} | stream("body", text=body()) | PROMOTE)
    addresses = ("/", "/notices/", f"/notices/{notice.slug}/", "/privacy/", "/search/?q=春季", "/search/?q=须知")
    shown = [assert_inert(get(lingzhu, address)).get_text() for address in addresses]
    assert all(CODE in text for text in shown)
    assert not any("49{{" in text or "春季 49" in text for text in shown)
    feed = get(lingzhu, "/notices.atom")
    assert "<script" not in feed
    assert "onerror=alert" not in BeautifulSoup(feed, "xml").get_text() or "<img" not in feed
    assert "<script" not in get(lingzhu, "/sitemap.xml")
    evil = Client(headers={"host": lingzhu.host}).get("/search/", {"q": EVIL})
    assert_inert(evil.content.decode())


def test_evil_words_in_blocks_and_lines_stay_words(lingzhu: Any, in_tenant: Any, manager: Any) -> None:
    faq = page_of(lingzhu, in_tenant, "FAQPage")
    blocks = stream("questions", question={"question": SHORT, "answer": EVIL})
    publish(manager, faq, {"title": EVIL, "slug": "faq"} | blocks | PROMOTE)
    home = page_of(lingzhu, in_tenant, "HomePage")
    words = {
        "title": EVIL, "slug": home.slug, "hero_title": EVIL, "hero_lead": EVIL, "hero_style": "deep",
        "hero_drawing": "elevation", "banner": "", "directions": EVIL[:120], "bring": EVIL[:120],
    }  # fmt: skip
    words |= stream("steps", step={"title": "<b>{{ 7*7 }}"[:12], "note": SHORT}) | stream("about", text=body())
    publish(manager, home, words | PROMOTE)
    assert SHORT in assert_inert(get(lingzhu, "/faq/")).get_text()
    front = assert_inert(get(lingzhu, "/"))
    assert SHORT in front.get_text()
    assert CODE in front.get_text()


def test_evil_words_in_every_part_of_a_page_stay_words(lingzhu: Any, in_tenant: Any, manager: Any) -> None:
    from tests.support.pages import picture

    plain = page_of(lingzhu, in_tenant, "StandardPage", slug="privacy")
    with in_tenant(lingzhu):
        image = picture(EVIL)
    shown = {"picture-image": image.pk, "picture-alt_text": EVIL}
    one = {"deleted": "", "order": "0", "id": "", "value-title": "<b>{{ 7*7 }}"[:12], "value-note": SHORT}
    two = one | {"order": "1"}
    parts = stream(
        "body",
        text=body(*ADDRESSES),
        picture=shown | {"caption": SHORT},
        beside=shown | {"side": "left", "title": SHORT, "text": body(*ADDRESSES)},
        note={"tone": "warn", "text": body(*ADDRESSES)},
        steps={"count": "2"} | {f"{n}-{k}": v for n, step in enumerate((one, two)) for k, v in step.items()},
    )
    publish(manager, plain, {"title": "须知", "slug": "privacy"} | parts | PROMOTE)
    page = assert_inert(get(lingzhu, "/privacy/"))
    assert len(page.select(".parts > *")) == 5
    assert page.main.get_text().count(CODE) >= 3
    assert page.main.get_text().count(SHORT) == 4
    assert {image["alt"] for image in page.main.select("img")} == {EVIL}


def test_a_preview_runs_nothing_either(lingzhu: Any, in_tenant: Any, editor: Any) -> None:
    notice = page_of(lingzhu, in_tenant, "NoticePage")
    data = notice_words(notice, body(*ADDRESSES))
    address = f"/admin/pages/{notice.pk}/edit/preview/"
    assert editor.post(address, data).json() == {"is_valid": True, "is_available": True}
    page = assert_inert(editor.get(f"{address}?mode=").content.decode())
    assert CODE in page.main.get_text()


def test_the_staff_see_evil_words_as_words_too(lingzhu: Any, in_tenant: Any, editor: Any, manager: Any) -> None:
    notice = page_of(lingzhu, in_tenant, "NoticePage")
    data = notice_words(notice, body()) | {"action-submit": "1"}
    assert editor.post(f"/admin/pages/{notice.pk}/edit/", data).status_code == 302
    for address in ("/admin/", "/admin/desk/pages/"):
        html = manager.get(address).content.decode()
        assert "<script>alert" not in html
        assert "onerror=alert(2)>" not in html


def test_no_field_offers_more_than_plain_text_with_links(lingzhu: Any, in_tenant: Any) -> None:
    """Every rich text of ours names its features; embeds and raw HTML are nobody's."""
    from django.apps import apps
    from wagtail.blocks import ListBlock, RichTextBlock
    from wagtail.fields import RichTextField, StreamField
    from wagtail.models import Page

    allowed = {"h2", "h3", "bold", "italic", "ol", "ul", "link", "document-link", "hr"}
    pages = [model for model in apps.get_models() if issubclass(model, Page) and model is not Page]
    fields = [field for model in pages for field in model._meta.local_fields]
    texts: list[Any] = [field for field in fields if isinstance(field, RichTextField)]
    streams = [field.stream_block for field in fields if isinstance(field, StreamField)]
    blocks = [block for stream in streams for block in blocks_of(stream)]
    texts += [block for block in blocks if isinstance(block, RichTextBlock)]
    assert len(texts) >= 9
    assert all(field.features and set(field.features) <= allowed for field in texts)
    leaves = [block for block in blocks if not hasattr(block, "child_blocks") and not isinstance(block, ListBlock)]
    assert {type(block).__name__ for block in leaves} <= LEAVES


LEAVES = {
    "RichTextBlock", "CharBlock", "TextBlock", "ChoiceBlock", "BooleanBlock", "ImageChooserBlock",
    "DocumentChooserBlock",
}  # fmt: skip


def blocks_of(block: Any) -> Any:
    """The block and all that it is made of."""
    yield block
    inner = [block.child_block] if hasattr(block, "child_block") else getattr(block, "child_blocks", {}).values()
    for one in inner:
        yield from blocks_of(one)
