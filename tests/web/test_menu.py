"""The sidebar by task, unknown addresses of the admin, and Wagtail's own words in Chinese."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from bs4 import BeautifulSoup

from tenants.roles.roles import Role
from tests.support.pages import seed
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db


def entries(client: Any) -> list[tuple[str, str]]:
    """Name and heading of each entry of the sidebar, in its order."""
    page = client.get("/admin/").content.decode()
    props = page.partition('id="wagtail-sidebar-props" type="application/json">')[2].partition("</script>")[0]
    found: list[tuple[str, str]] = []

    def walk(part: Any) -> None:
        if isinstance(part, dict):
            if "name" in part and "attrs" in part:
                found.append((part["name"], (part["attrs"].get("_dict") or part["attrs"]).get("data-zx-group", "")))
            for value in part.values():
                walk(value)
        elif isinstance(part, list):
            for value in part:
                walk(value)

    walk(json.loads(props))
    return [entry for entry in found if entry[0] not in {"account", "logout"}]


MANAGER = [
    ("wagtailadmin-home", ""),
    ("desk-pages", "站点"), ("explorer", ""), ("images", ""), ("documents", ""),
    ("wagtailredirects-index", ""), ("desk-brand", ""),
    ("desk-enrolments", "报名"), ("desk-imports", ""),
    ("desk-classes", "班级"), ("desk-classroom", ""),
    ("desk-profiles", "学员"), ("desk-exports", ""),
    ("desk-claims", "证书"),
    ("desk-staff", "员工"), ("desk-support", ""),
    ("zx-second-factor", "我的账号"),
]  # fmt: skip
EDITOR = [
    ("wagtailadmin-home", ""),
    ("desk-pages", "站点"), ("explorer", ""), ("images", ""), ("documents", ""),
    ("zx-second-factor", "我的账号"),
]  # fmt: skip
REGISTRAR = [
    ("wagtailadmin-home", ""),
    ("desk-enrolments", "报名"), ("desk-imports", ""),
    ("desk-classes", "班级"), ("desk-classroom", ""),
    ("desk-profiles", "学员"), ("desk-exports", ""),
    ("desk-claims", "证书"),
    ("zx-second-factor", "我的账号"),
]  # fmt: skip

SUPERADMIN = [
    ("wagtailadmin-home", ""),
    ("console-queue", "审核"), ("console-lookalikes", ""), ("console-exam-looks", ""),
    ("console-institutions", "机构与人员"), ("console-people", ""), ("console-data-requests", ""),
    ("console-post-certificates", "证书"), ("console-certificate-claims", ""), ("console-uploads", ""),
    ("console-courses", "课程与题库"), ("console-questions", ""),
    ("console-brand", "门户"), ("console-appraisals", ""), ("console-experts", ""), ("explorer", ""), ("images", ""),
    ("documents", ""), ("wagtailredirects-index", ""),
    ("console-imports", "表格"), ("console-exports", ""),
    ("console-rules", "监管"), ("console-messages", ""), ("console-faces", ""), ("console-audit", ""),
    ("console-staff", ""),
    ("zx-second-factor", "我的账号"),
]  # fmt: skip
REVIEWER = [
    ("wagtailadmin-home", ""),
    ("console-queue", "审核"), ("console-lookalikes", ""), ("console-exam-looks", ""),
    ("console-exports", "表格"),
    ("console-rules", "监管"),
    ("zx-second-factor", "我的账号"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "expected"), [(Role.MANAGER, MANAGER), (Role.EDITOR, EDITOR), (Role.REGISTRAR, REGISTRAR)]
)
def test_the_menu_stands_by_task_and_holds_what_a_role_can_use(lingzhu: Any, role: Role, expected: Any) -> None:
    seed(lingzhu)
    assert entries(staff_client(lingzhu, role)) == expected


@pytest.mark.parametrize(("role", "expected"), [(Role.SUPERADMIN, SUPERADMIN), (Role.HOURS_REVIEWER, REVIEWER)])
def test_the_associations_menu_stands_by_task_too(association: Any, role: Role, expected: Any) -> None:
    seed(association)
    assert entries(staff_client(association, role)) == expected


def test_every_entry_of_the_menu_opens(lingzhu: Any) -> None:
    seed(lingzhu)
    client = staff_client(lingzhu, Role.MANAGER)
    page = client.get("/admin/").content.decode()
    props = page.partition('id="wagtail-sidebar-props" type="application/json">')[2].partition("</script>")[0]
    addresses = {one for one in re.findall(r'"(/admin/[^"]*)"', props) if "api" not in one and "logout" not in one}
    assert len(addresses) > 14
    assert {one: client.get(one, follow=True).status_code for one in addresses} == dict.fromkeys(addresses, 200)


@pytest.mark.parametrize("address", ["/admin/nothing/", "/admin/pages/99999/edit/", "/admin/images/99999/"])
def test_an_unknown_address_of_the_admin_is_answered_by_our_own_page(lingzhu: Any, address: str) -> None:
    seed(lingzhu)
    answer = staff_client(lingzhu, Role.MANAGER).get(address)
    assert answer.status_code == 404
    text = answer.content.decode()
    assert "page.missing" in text
    assert "Wagtail" not in text


# Words that Wagtail's own catalogue leaves in English, and a few that it has.
ENGLISH = (
    "Toggle minimap", "Show keyboard shortcuts", "Close modal dialogs", "Save changes", "Text editing", "Cut", "Paste",
    "Insert or edit a link", "Keyboard shortcuts", "Monospace", "Strike-through", "Shortcuts", "Saved", "Autosave",
    "Refresh", "Section", "Words", "Reading time", "Readability", "Locking", "Anyone can edit", "Choose when",
    "Any", "Page type", "Edited by", "Has child pages", "Date updated", "Sort by", "More bulk actions", "Publish",
    "Submit", "Status", "Exploring", "Currently viewing", "Toggle checks", "Content metrics",
    "Actions", "Show issue", "JavaScript is required", "Question", "Step", "Checks",
)  # fmt: skip


def english_of(html: str) -> list[str]:
    """The listed words that people see or hear on a page: texts and labels, without scripts and data."""
    page = BeautifulSoup(html, "html.parser")
    for hidden in page(["script", "style"]):
        hidden.decompose()
    said = [text.strip() for text in page.stripped_strings]
    for tag in page.find_all(True):
        said += [str(tag[name]) for name in ("aria-label", "title", "placeholder", "aria-description") if tag.get(name)]
    return sorted({word for word in ENGLISH for text in said if re.search(rf"\b{re.escape(word)}\b", text)})


def test_the_page_editor_and_the_explorer_speak_chinese(lingzhu: Any, in_tenant: Any) -> None:
    from cms.models import HomePage, NoticePage

    seed(lingzhu)
    with in_tenant(lingzhu):
        home, notice = HomePage.objects.get(), NoticePage.objects.get()
    addresses = (
        f"/admin/pages/{notice.pk}/edit/", f"/admin/pages/{home.pk}/edit/",
        f"/admin/pages/{home.pk}/", f"/admin/pages/{notice.pk}/history/",
        f"/admin/pages/add/cms/standardpage/{home.pk}/", "/admin/images/", "/admin/documents/",
    )  # fmt: skip
    for role in (Role.MANAGER, Role.EDITOR):
        client = staff_client(lingzhu, role)
        found = {address: english_of(client.get(address).content.decode()) for address in addresses}
        assert found == {address: [] for address in addresses}


@pytest.mark.parametrize("kind", ["external", "email", "phone", "anchor"])
def test_the_dialogs_of_links_speak_chinese(lingzhu: Any, kind: str) -> None:
    seed(lingzhu)
    form = staff_client(lingzhu, Role.EDITOR).get(f"/admin/choose-{kind}-link/").json()["html"]
    labels = [label.get_text(" ", strip=True) for label in BeautifulSoup(form, "html.parser").select("label")]
    assert any("链接文字" in label for label in labels)
    assert not [label for label in labels if re.search("[A-Za-z]{4}", label)]


def test_the_tree_of_pages_begins_with_a_chinese_word(lingzhu: Any) -> None:
    seed(lingzhu)
    client = staff_client(lingzhu, Role.MANAGER)
    words = client.get("/admin/pages/", follow=True).content.decode() + client.get("/admin/choose-page/").json()["html"]
    assert "全部页面" in words
    assert not re.search(r"\bRoot\b", BeautifulSoup(words, "html.parser").get_text())


def test_the_words_of_wagtails_scripts_are_chinese_too(lingzhu: Any) -> None:
    words = staff_client(lingzhu, Role.MANAGER).get("/admin/jsi18n/").content.decode()
    assert json.dumps("正在自动保存…") in words
    assert json.dumps("拆分段落") in words


def test_borrowed_words_have_chinese_and_the_same_placeholders() -> None:
    from config.translations import BORROWED, faults, read_catalogue

    for path in BORROWED:
        catalogue = read_catalogue(path)
        assert len(catalogue) > 15
        assert faults(catalogue, catalogue) == []
