"""What stands beside each field of a page's form in the editor, in Chinese.

A msgid that two uses share gives one of them the other's Chinese; nothing fails, and only a reader of Chinese sees it.
So every label is compared: a new field adds its line here, and somebody has read it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext, pgettext

from tenants.roles.roles import Role
from tests.support.pages import seed
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db

# Wagtail's own: the second tab and the dialog of scheduling.
WAGTAILS = [
    "用于搜索引擎", "缩略名", "标题标签", "元描述", "用于站点菜单", "在菜单中显示", "上线日期/时间", "过期日期/时间",
]  # fmt: skip
PARTS = [
    "文字",
    "图片", "图片", "图片", "图片是装饰性的", "替代文本", "图片下方的说明",
    "图文并排", "图片", "图片", "图片是装饰性的", "替代文本", "图片位置", "标题", "内容",
    "提示框", "种类", "内容",
    "步骤", "步骤", "标题", "这一步做什么",
]  # fmt: skip
FEE_LINE = ["岗位（公示文字）", "适用岗位", "培训费", "教材费"]
FORMS = {
    "HomePage": [
        "标题", "页首", "主标题", "简介", "底色", "图画", "横幅", "照片内容", "步骤", "关于机构", "联系方式", "怎么来",
        "带什么",
    ],
    "PortalHomePage": ["标题", "标题上方的一行字", "主标题", "简介"],
    "NoticeIndexPage": ["标题"],
    "NoticePage": ["标题", "日期", "重要", "置顶", "内容", "附件", "文档", "标题"],
    "FAQPage": ["标题", "问题"],
    "StandardPage": ["标题", "内容"],
    # The first line of fees, and the form of the next.
    "FeeNoticePage": ["标题", "公示日期", "生效日期", "截止日期", "收费依据", *["项目", *FEE_LINE] * 2, "备注"],
    "CourseIndexPage": ["标题", "简介"],
    "CoursePage": ["标题", "岗位名称", "年度", "简介", "优先展示的课程", "课程", "课程简介"],
    "DownloadsPage": ["标题", "简介", "文件"],
}  # fmt: skip
BLOCKS = {
    "HomePage.steps": ["步骤", "标题", "这一步做什么"],
    "HomePage.about": PARTS,
    "StandardPage.body": PARTS,
    "FAQPage.questions": ["问题", "问题", "回答"],
    "DownloadsPage.files": ["文件", "文档", "用途说明"],
}


def page_types() -> list[Any]:
    from wagtail.models import get_page_models

    return [model for model in get_page_models() if model._meta.app_label == "cms"]


def labels_of(model: Any, user: Any, home: Any) -> list[str]:
    """Headings and labels of the form that makes such a page, in their order; a field with both counts once."""
    request = RequestFactory().get("/")
    request.user = user
    instance, panel = model(owner=user), model.get_edit_handler()
    form = panel.get_form_class()(instance=instance, for_user=user, parent_page=home)
    drawn = panel.get_bound_panel(instance=instance, request=request, form=form).render_html()
    # The form of a further line stands in a <template>, whose words BeautifulSoup does not read.
    soup = BeautifulSoup(drawn.replace("<template", "<div").replace("</template", "</div"), "html.parser")
    found = soup.select("[data-panel-heading-text], .w-field__label")
    words = [element.get_text(" ", strip=True).rstrip("* ") for element in found]
    return [word for before, word in zip(["", *words], words, strict=False) if word and word != before]


def labels_of_blocks(block: Any) -> Iterator[str]:
    """The labels of all that is in a block."""
    inner = [block.child_block] if hasattr(block, "child_block") else []
    for child in (*getattr(block, "child_blocks", {}).values(), *inner):
        yield str(child.label)
        yield from labels_of_blocks(child)


def test_every_field_of_every_page_form_has_its_own_chinese(lingzhu: Any, in_tenant: Any) -> None:
    home = seed(lingzhu)
    manager = staff_client(lingzhu, Role.MANAGER, "黎静").user
    with in_tenant(lingzhu), translation.override("zh-hans"):
        forms = {model.__name__: labels_of(model, manager, home) for model in page_types()}
    assert forms == {name: [*labels, *WAGTAILS] for name, labels in FORMS.items()}


def test_every_part_of_a_page_has_its_own_chinese() -> None:
    with translation.override("zh-hans"):
        blocks = {
            f"{model.__name__}.{field.name}": list(labels_of_blocks(field.stream_block))
            for model in page_types()
            for field in model._meta.get_fields()
            if hasattr(field, "stream_block")
        }
    assert blocks == BLOCKS


def test_words_that_once_stood_in_the_wrong_place(lingzhu: Any) -> None:
    """Verbs and headings of the desk that had another screen's Chinese."""
    seed(lingzhu)
    manager = staff_client(lingzhu, Role.MANAGER, "黎静")
    with translation.override("zh-hans"):
        words = [
            pgettext("page", "Check"), pgettext("page", "Change"), gettext("Open"), gettext("Handed in"),
            pgettext("text", "Find"), pgettext("colour", "Ground"), gettext("Note"), gettext("Fees"),
        ]  # fmt: skip
    assert words == ["去审阅", "去修改", "打开", "提交时间", "查找", "底色", "备注", "费用"]
    assert "交卷" not in manager.get("/admin/desk/pages/").content.decode()
