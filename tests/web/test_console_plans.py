"""Plans of the year: drafted, summed up, published, copied; a plan that is too short is never published."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils.timezone import localdate

from learning import services
from learning.errors import CannotChangePlan
from learning.models import Plan
from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_lesson, make_position

pytestmark = pytest.mark.django_db
PLANS = "/admin/console/courses/plans/"
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
SIXTEEN_HOURS_MS = 16 * 2700 * 1000


@pytest.fixture
def editor(association: Any) -> Any:
    make_position()
    return staff_client(association, Role.QUESTION_EDITOR)


def draft(editor: Any, *lessons: Any, year: int = 2026, hours: str = "16") -> Plan:
    plan = services.draft_plan(make_position(), year, by=editor.user, at=AT)
    return services.change_draft(plan, [(one.pk, Decimal(hours)) for one in lessons], by=editor.user, at=AT)


def rows_of(plan: Plan) -> list[tuple[int, Decimal]]:
    return list(plan.plan_lessons.order_by("order").values_list("lesson", "hours"))


def test_the_year_shows_which_positions_are_missing_drafted_and_published(editor):
    make_position("102", "装饰装修施工员")
    page = editor.get(PLANS).content.decode()
    assert "2 个岗位尚无已发布的计划" in page
    draft(editor, year=localdate().year)
    page = editor.get(PLANS).content.decode()
    assert "0 / 32.00 学时" in page
    plan = draft(editor, make_lesson(SIXTEEN_HOURS_MS), make_lesson(SIXTEEN_HOURS_MS), year=2030)
    services.publish_plan(plan, by=editor.user, at=AT)
    page = editor.get(f"{PLANS}?year=2030").content.decode()
    assert "2 课，32.00 学时" in page
    assert "1 个岗位尚无已发布的计划" in page


def test_a_draft_is_begun_once_for_a_position_and_year(editor):
    answer = editor.post(f"{PLANS}draft/", {"position": "101", "year": "2026", "source": ""})
    plan = Plan.objects.get()
    assert answer["Location"] == f"{PLANS}{plan.pk}/"
    again = editor.post(f"{PLANS}draft/", {"position": "101", "year": "2026"}, follow=True).content.decode()
    assert "该岗位和年度已有草稿" in again
    assert Plan.objects.count() == 1


def test_ticked_lessons_come_in_with_what_their_length_is_worth(editor):
    plan = draft(editor)
    short, long = make_lesson(2_700_000), make_lesson(4_000_000)
    editor.post(f"{PLANS}{plan.pk}/", {"add": "1", "choose": [short.pk, long.pk]})
    assert rows_of(plan) == [(short.pk, Decimal("1.00")), (long.pk, Decimal("1.48"))]
    page = editor.get(f"{PLANS}{plan.pk}/").content.decode()
    assert "还差 29.52 学时" in page
    assert 'disabled aria-describedby="blocked"' in page


def test_what_is_missing_is_written_alike_wherever_it_is_said(editor):
    plan = draft(editor, make_lesson(2 * SIXTEEN_HOURS_MS), hours="27.6")
    page = editor.get(f"{PLANS}{plan.pk}/").content.decode()
    assert page.count("还差 4.40 学时") == 2
    assert "27.60" in page
    assert "4.4 学时" not in page


def test_up_down_and_take_out_save_the_hours_typed_beside_them(editor):
    first, second = make_lesson(SIXTEEN_HOURS_MS), make_lesson(SIXTEEN_HOURS_MS)
    plan = draft(editor, first, second)
    typed = {"lesson": [first.pk, second.pk], f"hours-{first.pk}": "15.5", f"hours-{second.pk}": "3"}
    answer = editor.post(f"{PLANS}{plan.pk}/", typed | {"down": first.pk})
    assert answer["Location"] == f"{PLANS}{plan.pk}/?moved={first.pk}down"
    assert rows_of(plan) == [(second.pk, Decimal("3.00")), (first.pk, Decimal("15.50"))]
    editor.post(f"{PLANS}{plan.pk}/", typed | {"remove": first.pk})
    assert rows_of(plan) == [(second.pk, Decimal("3.00"))]
    assert Entry.objects.order_by("-id")[0].data == {"lessons": 1, "hours": "3"}


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        ("17", "视频最多只值 16.00 学时"),
        ("0", "请填写大于 0 的学时"),
        ("多", "请以数字填写学时"),
        ("1.234", "请以数字填写学时"),
    ],
)
def test_impossible_hours_are_said_at_their_lesson_and_nothing_is_saved(editor, hours, sentence):
    lesson = make_lesson(SIXTEEN_HOURS_MS)
    plan = draft(editor, lesson)
    page = editor.post(f"{PLANS}{plan.pk}/", {"lesson": [lesson.pk], f"hours-{lesson.pk}": hours, "save": "1"})
    assert page.status_code == 400
    assert sentence in page.content.decode()
    assert f'value="{hours}"' in page.content.decode()
    assert rows_of(plan) == [(lesson.pk, Decimal("16.00"))]


def test_a_plan_that_is_too_short_is_not_published_and_a_full_one_asks_once_more(editor):
    first, second = make_lesson(SIXTEEN_HOURS_MS), make_lesson(SIXTEEN_HOURS_MS)
    plan = draft(editor, first)
    page = editor.post(f"{PLANS}{plan.pk}/publish/", follow=True).content.decode()
    assert "各课学时加起来不够规定的学时" in page
    services.change_draft(plan, [(first.pk, Decimal(16)), (second.pk, Decimal(16))], by=editor.user, at=AT)
    assert "已发布的计划不再更改" in editor.get(f"{PLANS}{plan.pk}/publish/").content.decode()
    editor.post(f"{PLANS}{plan.pk}/publish/")
    plan.refresh_from_db()
    assert plan.published_at is not None
    assert "0 名学员" not in editor.get(PLANS).content.decode()


def test_a_published_plan_is_never_edited_nor_deleted(editor):
    first, second = make_lesson(SIXTEEN_HOURS_MS), make_lesson(SIXTEEN_HOURS_MS)
    plan = services.publish_plan(draft(editor, first, second), by=editor.user, at=AT)
    with pytest.raises(CannotChangePlan):
        services.change_draft(plan, [], by=editor.user, at=AT)
    page = editor.post(f"{PLANS}{plan.pk}/delete/", follow=True).content.decode()
    assert "已发布的计划不再更改" in page
    assert len(rows_of(plan)) == 2
    assert 'name="hours-' not in page


def test_last_years_plan_is_copied_and_hours_are_cut_to_what_a_newer_video_is_worth(editor):
    first, second = make_lesson(SIXTEEN_HOURS_MS), make_lesson(SIXTEEN_HOURS_MS)
    old = services.publish_plan(draft(editor, first, second, year=2025), by=editor.user, at=AT)
    second.media.duration_ms = 2_700_000
    second.media.save()
    editor.post(f"{PLANS}draft/", {"position": "101", "year": "2026", "source": str(old.pk)})
    copy = Plan.objects.get(year=2026)
    assert rows_of(copy) == [(first.pk, Decimal("16.00")), (second.pk, Decimal("1.00"))]
    assert copy.published_at is None


def test_a_draft_is_deleted(editor):
    plan = draft(editor, make_lesson(SIXTEEN_HOURS_MS))
    editor.post(f"{PLANS}{plan.pk}/delete/")
    assert not Plan.objects.exists()
    assert Entry.objects.order_by("-id")[0].action == "plan.deleted"


def test_an_auditor_sees_a_draft_without_a_button(association, editor):
    plan = draft(editor, make_lesson(SIXTEEN_HOURS_MS))
    auditor = staff_client(association, Role.AUDITOR, "审计员")
    page = auditor.get(f"{PLANS}{plan.pk}/").content.decode()
    assert "发布计划" not in page
    assert auditor.post(f"{PLANS}{plan.pk}/publish/").status_code == 403


@pytest.mark.parametrize("which", ["plans", "plan"])
def test_a_page_takes_the_same_number_of_queries_with_one_row_and_with_three(editor, which):
    lessons = [make_lesson(SIXTEEN_HOURS_MS) for _ in range(3)]
    plan = draft(editor, lessons[0])
    address = {"plans": f"{PLANS}?year=2026", "plan": f"{PLANS}{plan.pk}/"}[which]
    one, _page = queries_of(editor, address)
    services.change_draft(plan, [(lesson.pk, Decimal(16)) for lesson in lessons], by=editor.user, at=AT)
    for code in ("102", "103"):
        services.draft_plan(make_position(code, f"岗位{code}"), 2026, source=plan, by=editor.user, at=AT)
    three, _page = queries_of(editor, address)
    assert three == one
