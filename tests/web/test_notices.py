"""Notices: pinned ones, those with files, and those that go live and end at an hour their editors have set."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.utils.timezone import now

from tenants.roles.roles import Role
from tests.support.pages import page_of, seed, visitor
from tests.support.staff import queries_of, staff_client

pytestmark = pytest.mark.django_db
FIRST, SECOND = "20260101-1", "20260102-2"
ATOM = "{http://www.w3.org/2005/Atom}"


def notice(slug: str = FIRST) -> Any:
    from cms.models import NoticePage

    return NoticePage.objects.get(slug=slug)


def attach(page: Any, *names: str, title: str = "") -> None:
    """Documents of these names; 2,048 bytes each."""
    from wagtail.documents.models import Document

    from cms.models import NoticeAttachment

    for name in names:
        data = ContentFile(b"%PDF-1.7".ljust(2048), name=name)
        document = Document.objects.create(title=f"文档 {name}", file=data)
        NoticeAttachment.objects.create(page=page, document=document, title=title)


@pytest.fixture(autouse=True)
def own_media(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)


# --- pinned ---


def test_a_pinned_notice_stands_first_everywhere_with_its_badge(lingzhu: Any, in_tenant: Any) -> None:
    seed(lingzhu, notices=7)
    with in_tenant(lingzhu):
        page = notice(FIRST)
        page.pinned = True
        page.save_revision().publish()
    client = visitor(lingzhu)
    for address, lines in (("/", "#notices li"), ("/notices/", ".notices li")):
        rows = page_of(client.get(address)).select(lines)
        assert "岭筑培训公告 1" in rows[0].text
        assert [badge.text for badge in rows[0].select(".badge")] == ["置顶", "重要"]
        assert "岭筑培训公告 7" in rows[1].text
        assert not rows[1].select(".badge")
    assert "置顶" in page_of(client.get(f"/notices/{FIRST}/")).select_one(".page-head").text
    feed = ElementTree.fromstring(client.get("/notices.atom").content)
    assert [title.text for title in feed.iterfind(f"{ATOM}entry/{ATOM}title")][:2] == [
        "岭筑培训公告 1",
        "岭筑培训公告 7",
    ]


# --- files ---


def test_the_files_of_a_notice_are_listed_with_kind_and_size_and_saved_not_shown(lingzhu: Any, in_tenant: Any) -> None:
    seed(lingzhu)
    with in_tenant(lingzhu):
        attach(notice(), "form.pdf")
        attach(notice(), "list.pdf", title="名单")
    client = visitor(lingzhu)
    rows = page_of(client.get(f"/notices/{FIRST}/")).select(".attachments li")
    assert [row.select_one(".rows-title").text for row in rows] == ["文档 form.pdf", "名单"]
    assert all("PDF" in row.text and "2.0\xa0KB" in row.text for row in rows)
    answer = client.get(rows[0].select_one(".rows-title")["href"])
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert len(b"".join(answer.streaming_content)) == 2048


def test_a_notice_without_files_has_no_list_of_them(lingzhu: Any) -> None:
    seed(lingzhu)
    assert not page_of(visitor(lingzhu).get(f"/notices/{FIRST}/")).select(".attachments")


def test_a_notice_needs_as_many_queries_with_three_files_as_with_one(lingzhu: Any, in_tenant: Any) -> None:
    seed(lingzhu)
    with in_tenant(lingzhu):
        attach(notice(), "a.pdf")
    client = visitor(lingzhu)
    client.get(f"/notices/{FIRST}/")
    one, _ = queries_of(client, f"/notices/{FIRST}/")
    with in_tenant(lingzhu):
        attach(notice(), "b.pdf", "c.pdf")
    three, words = queries_of(client, f"/notices/{FIRST}/")
    assert words.count("rows-title") == 3
    assert three == one


def test_a_text_file_is_refused_at_its_line(lingzhu: Any, in_tenant: Any) -> None:
    from cms.models import NoticeAttachment

    seed(lingzhu)
    with in_tenant(lingzhu):
        attach(notice(), "a.txt")
        with pytest.raises(ValidationError) as refused:
            NoticeAttachment.objects.get().full_clean()
    assert refused.value.message_dict == {
        "document": ["公告附件只能是 PDF、Word、Excel、PowerPoint 或 ZIP 文件，请另选文档。"]
    }


# --- at an hour ---


def schedule(page: Any, *, live_in: timedelta | None = None, ends_in: timedelta | None = None) -> None:
    """As an editor does it: hours in the form, then "publish"."""
    page.go_live_at = now() + live_in if live_in is not None else None
    page.expire_at = now() + ends_in if ends_in is not None else None
    page.save_revision().publish()


def come_true(page: Any) -> None:
    """Let the hours of a scheduled page pass."""
    from wagtail.models import Page, Revision

    past = now() - timedelta(minutes=1)
    for revision in Revision.objects.filter(object_id=str(page.pk), approved_go_live_at__isnull=False):
        revision.content["go_live_at"] = past.isoformat()
        revision.approved_go_live_at = past
        revision.save(update_fields=["content", "approved_go_live_at"])
    Page.objects.filter(pk=page.pk, expire_at__isnull=False).update(expire_at=past)


def settle(*institutions: Any) -> None:
    from cms.tasks import publish_scheduled

    for institution in institutions:
        publish_scheduled.apply(headers={"_schema_name": institution.schema_name}, throw=True)


def test_the_editor_offers_pinning_files_and_hours(lingzhu: Any, in_tenant: Any) -> None:
    seed(lingzhu)
    with in_tenant(lingzhu):
        pk = notice().pk
    page = page_of(staff_client(lingzhu, Role.EDITOR).get(f"/admin/pages/{pk}/edit/"))
    assert page.select_one('input[name="pinned"]')
    assert page.select_one('input[name="attachments-TOTAL_FORMS"]')
    answer = str(page)
    assert 'name="go_live_at"' in answer  # inside a <template>, where selectors do not look
    assert 'name="expire_at"' in answer


def test_a_notice_goes_live_and_ends_at_its_hours(lingzhu: Any, in_tenant: Any) -> None:
    seed(lingzhu, notices=2)
    hour = timedelta(hours=1)
    with in_tenant(lingzhu):
        notice(FIRST).unpublish()
        schedule(notice(FIRST), live_in=hour)
        schedule(notice(SECOND), ends_in=hour)
    client = visitor(lingzhu)
    settle(lingzhu)
    assert (client.get(f"/notices/{FIRST}/").status_code, client.get(f"/notices/{SECOND}/").status_code) == (404, 200)
    with in_tenant(lingzhu):
        come_true(notice(FIRST))
        come_true(notice(SECOND))
    settle(lingzhu)
    assert (client.get(f"/notices/{FIRST}/").status_code, client.get(f"/notices/{SECOND}/").status_code) == (200, 404)


def test_a_second_run_of_the_clock_changes_nothing(lingzhu: Any, in_tenant: Any) -> None:
    from cms.scheduling import settle_schedule

    seed(lingzhu, notices=2)
    with in_tenant(lingzhu):
        notice(FIRST).unpublish()
        schedule(notice(FIRST), live_in=timedelta(hours=1))
        schedule(notice(SECOND), ends_in=timedelta(hours=1))
        come_true(notice(FIRST))
        come_true(notice(SECOND))
        assert settle_schedule(at=now()) == (1, 1)
        assert settle_schedule(at=now()) == (0, 0)


def test_the_clock_of_one_institution_leaves_anothers_pages_alone(lingzhu: Any, jiangxin: Any, in_tenant: Any) -> None:
    for institution in (lingzhu, jiangxin):
        seed(institution)
        with in_tenant(institution):
            schedule(notice(), ends_in=timedelta(hours=1))
            come_true(notice())
    settle(lingzhu)
    assert visitor(lingzhu).get(f"/notices/{FIRST}/").status_code == 404
    assert visitor(jiangxin).get(f"/notices/{FIRST}/").status_code == 200


def test_the_clock_reaches_every_open_site_and_no_other(
    lingzhu: Any, jiangxin: Any, association: Any, monkeypatch: Any
) -> None:
    from cms.tasks import publish_all_scheduled
    from tenants.schema import current_schema

    type(jiangxin).objects.filter(pk=jiangxin.pk).update(state="suspended")
    sent: list[str] = []
    monkeypatch.setattr("cms.tasks.publish_scheduled.delay", lambda: sent.append(current_schema()))
    publish_all_scheduled.apply(throw=True)
    assert sorted(sent) == ["association", "lingzhu"]


def test_a_fee_notice_that_collides_stays_a_draft_and_keeps_no_notice_waiting(lingzhu: Any, in_tenant: Any) -> None:
    from cms.models import FeeNoticePage, FeeRow, HomePage
    from tests.support.study import make_position

    seed(lingzhu)
    with in_tenant(lingzhu):
        make_position()
        page = FeeNoticePage(
            title="新收费", slug="new-fees", live=False, published_on=date(2026, 1, 5), valid_from=date(2026, 1, 5)
        )
        page.rows = [FeeRow(group="全部", positions="101", training_fee=Decimal(1), textbook_fee=Decimal(0))]
        HomePage.objects.get().add_child(instance=page)
        page.go_live_at = now() + timedelta(hours=1)
        page.save_revision().publish()
        notice().unpublish()
        schedule(notice(), live_in=timedelta(hours=2))
        come_true(page)
        come_true(notice())
    settle(lingzhu)
    with in_tenant(lingzhu):
        assert (FeeNoticePage.objects.get(slug="new-fees").live, notice().live) == (False, True)
