"""The association's library: courses, lessons and the questions on them, as an editor sees and changes them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from learning import services
from learning.models import Course, Lesson, LessonQuestion, Media, Plan
from tenants.audit.models import Entry
from tenants.errors import Gone
from tenants.roles.roles import Role
from tenants.scopes import institution_scope
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_lesson, make_position, make_study

pytestmark = pytest.mark.django_db
COURSES = "/admin/console/courses/"
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
SAID = "WEBVTT\n\nSTYLE\n::cue { color: red }\n\n00:01.000 --> 00:03.000 align:start\n<b>先检查</b>防护"
QUESTION = {"stem": "作业前应先做什么？", "options": "A. 检查防护\nB. 直接开工", "answer": "0"}


@pytest.fixture
def editor(association: Any) -> Any:
    return staff_client(association, Role.QUESTION_EDITOR)


def last_action() -> str:
    return Entry.objects.order_by("-id").values_list("action", flat=True)[0]


def test_an_empty_library_says_what_comes_next_and_takes_the_first_course(editor):
    assert "还没有课程" in editor.get(COURSES).content.decode()
    answer = editor.post(COURSES, {"code": " k01 ", "title": "施工安全技术"})
    course = Course.objects.get()
    assert answer["Location"] == f"{COURSES}{course.pk}/"
    assert (course.code, course.title, last_action()) == ("K01", "施工安全技术", "course.created")


def test_a_taken_or_impossible_code_is_said_at_the_field(editor):
    services.create_course("K01", "甲", by=editor.user, at=AT)
    page = editor.post(COURSES, {"code": "k01", "title": "乙"})
    assert page.status_code == 400
    assert "这个编号已被使用" in page.content.decode()
    assert "只能使用大写字母" in editor.post(COURSES, {"code": "第一课", "title": "乙"}).content.decode()
    assert Course.objects.count() == 1


def test_a_course_shows_its_lessons_with_length_captions_questions_and_what_has_no_video(editor):
    lesson = make_lesson(duration_ms=3_725_000)
    services.create_lesson(lesson.course, "L-NEW", "脚手架", by=editor.user, at=AT)
    services.add_question(lesson, "问？", ["甲", "乙"], 1, by=editor.user, at=AT)
    page = editor.get(f"{COURSES}{lesson.course_id}/").content.decode()
    assert "1:02:05" in page
    assert "160×90 100 kbit/s" in page
    assert "无视频" in page
    listed = editor.get(COURSES).content.decode()
    assert "缺 1 个" in listed


def test_lessons_are_put_in_order_by_buttons_and_the_keyboard_stays_on_the_button(editor):
    first, second = make_lesson(), make_lesson()
    answer = editor.post(f"/admin/console/courses/lessons/{second.pk}/move/", {"up": "1"})
    assert list(first.course.lessons.values_list("pk", flat=True)) == [second.pk, first.pk]
    assert answer["Location"] == f"{COURSES}{first.course_id}/?moved={second.pk}up"
    page = editor.get(answer["Location"]).content.decode()
    assert page.count("autofocus") == 1
    assert last_action() == "lesson.moved"
    editor.post(f"/admin/console/courses/lessons/{second.pk}/move/", {"up": "1"})
    assert list(first.course.lessons.values_list("pk", flat=True)) == [second.pk, first.pk]


def test_a_lesson_is_renamed_and_only_an_unused_one_can_be_deleted(editor, lingzhu):
    lesson = make_lesson()
    address = f"/admin/console/courses/lessons/{lesson.pk}/"
    editor.post(address, {"code": "AQ-01", "title": "临边防护"})
    lesson.refresh_from_db()
    assert (lesson.code, lesson.title, last_action()) == ("AQ-01", "临边防护", "lesson.changed")
    editor.post(f"{address}delete/")
    assert not Lesson.objects.filter(pk=lesson.pk).exists()
    with institution_scope(lingzhu):
        used = make_study(lingzhu).lessons[0]
    page = editor.post(f"/admin/console/courses/lessons/{used.pk}/delete/", follow=True).content.decode()
    assert "须为记录保留" in page
    assert Lesson.objects.filter(pk=used.pk).exists()


@pytest.mark.parametrize("step", ["change", "move", "delete", "question", "captions"])
def test_a_lesson_that_somebody_else_deletes_at_the_same_moment_is_said_and_nothing_breaks(editor, monkeypatch, step):
    lesson = make_lesson()
    address = f"/admin/console/courses/lessons/{lesson.pk}/"
    name, path, typed = {
        "change": ("change_lesson", "", {"code": "AQ-01", "title": "临边防护"}),
        "move": ("move_lesson", "move/", {"up": "1"}),
        "delete": ("delete_lesson", "delete/", {}),
        "question": ("add_question", "questions/", QUESTION),
        "captions": ("replace_captions", "captions/", {"media": str(lesson.media.uuid), "captions": vtt(SAID)}),
    }[step]
    service = getattr(services, name)

    def late(*args: Any, **kwargs: Any) -> Any:
        Lesson.objects.filter(pk=lesson.pk).delete()
        Media.objects.filter(pk=lesson.media_id).delete()
        return service(*args, **kwargs)

    monkeypatch.setattr(services, name, late)
    page = editor.post(address + path, typed)
    assert page.status_code == 404
    assert "在此期间已被他人删除" in page.content.decode()
    assert "row.gone" in page.content.decode()


def test_a_course_and_a_draft_that_are_gone_are_refused_by_their_services(editor):
    course = services.create_course("K01", "甲", by=editor.user, at=AT)
    plan = services.draft_plan(make_position(), 2026, by=editor.user, at=AT)
    stale, draft = Course.objects.get(pk=course.pk), Plan.objects.get(pk=plan.pk)
    course.delete()
    plan.delete()
    for verb in (
        lambda: services.change_course(stale, "K02", "乙", by=editor.user, at=AT),
        lambda: services.create_lesson(stale, "L1", "乙", by=editor.user, at=AT),
        lambda: services.delete_course(stale, by=editor.user, at=AT),
        lambda: services.begin_upload("a.mp4", 10, course=stale, by=editor.user, at=AT),
        lambda: services.change_draft(draft, [], by=editor.user, at=AT),
        lambda: services.publish_plan(draft, by=editor.user, at=AT),
        lambda: services.delete_draft(draft, by=editor.user, at=AT),
    ):
        with pytest.raises(Gone):
            verb()


def vtt(text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.vtt", text.encode())


def test_captions_of_a_converted_video_are_replaced_cleaned_and_cut_to_its_length(editor):
    lesson = make_lesson(folder="captioned")
    (Path(settings.COURSEWARE_ROOT) / "captioned").mkdir(parents=True, exist_ok=True)
    address = f"/admin/console/courses/lessons/{lesson.pk}/captions/"
    seen = {"media": str(lesson.media.uuid)}
    late = "00:50.000 --> 00:55.000\n太晚"
    answer = editor.post(address, seen | {"captions": vtt(f"{SAID}\n\n{late}")})
    assert answer.status_code == 302
    shown = editor.get(f"/admin/console/courses/courseware/{lesson.media.uuid}/captions.vtt")
    text = b"".join(shown.streaming_content).decode()
    assert text == "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n先检查防护\n"
    lesson.media.refresh_from_db()
    assert (lesson.media.has_captions, last_action()) == (True, "media.captions")
    for file, status, words in (
        (vtt("no captions"), 400, "不是可读取的 WebVTT"),
        (vtt(f"WEBVTT\n\n{late}"), 400, "是不是传错了"),
        (vtt("WEBVTT\n\n" + "x" * 1024 * 1024), 413, "1 MB"),
    ):
        page = editor.post(address, seen | {"captions": file})
        assert page.status_code == status
        assert words in page.content.decode()
    page = editor.post(address, {"media": str(lesson.course_id), "captions": vtt(SAID)})
    assert (page.status_code, "本课已换成另一个视频" in page.content.decode()) == (400, True)
    shown = editor.get(f"/admin/console/courses/courseware/{lesson.media.uuid}/captions.vtt")
    assert b"".join(shown.streaming_content).decode() == text


def test_a_question_is_added_replaced_and_retired_and_the_old_words_stay(editor):
    lesson = make_lesson()
    editor.post(f"/admin/console/courses/lessons/{lesson.pk}/questions/", QUESTION)
    old = LessonQuestion.objects.get()
    assert (old.options, old.answer, last_action()) == (["检查防护", "直接开工"], 0, "lesson_question.added")
    editor.post(f"/admin/console/courses/lesson-questions/{old.uuid}/", QUESTION | {"stem": "开工前先做什么？"})
    old.refresh_from_db()
    new = LessonQuestion.objects.get(retired_at=None)
    assert old.retired_at is not None
    assert (old.stem, new.stem) == ("作业前应先做什么？", "开工前先做什么？")
    editor.post(f"/admin/console/courses/lesson-questions/{new.uuid}/retire/")
    assert not LessonQuestion.objects.filter(retired_at=None).exists()
    assert last_action() == "lesson_question.retired"


def test_a_question_without_a_right_option_comes_back_with_the_sentence_and_what_was_typed(editor):
    lesson = make_lesson()
    page = editor.post(f"/admin/console/courses/lessons/{lesson.pk}/questions/", QUESTION | {"answer": "3"})
    assert page.status_code == 400
    assert "请指出哪个选项正确" in page.content.decode()
    assert "作业前应先做什么？" in page.content.decode()
    assert not LessonQuestion.objects.exists()


def test_an_auditor_looks_and_changes_nothing(association, editor):
    lesson = make_lesson()
    auditor = staff_client(association, Role.AUDITOR, "审计员")
    page = auditor.get(f"/admin/console/courses/lessons/{lesson.pk}/").content.decode()
    assert "替换视频" not in page
    assert "替换视频" in editor.get(f"/admin/console/courses/lessons/{lesson.pk}/").content.decode()
    assert auditor.post(f"/admin/console/courses/lessons/{lesson.pk}/", {"code": "X", "title": "乙"}).status_code == 403
    assert auditor.post(COURSES, {"code": "X", "title": "乙"}).status_code == 403


def test_the_preview_gives_playlists_and_files_to_editors_and_to_nobody_else(editor, association, lingzhu):
    lesson = make_lesson(folder="preview")
    part = Path(settings.COURSEWARE_ROOT) / "preview" / "v0"
    part.mkdir(parents=True, exist_ok=True)
    (part / "00000.m4s").write_bytes(b"moof")
    address = f"/admin/console/courses/courseware/{lesson.media.uuid}/"
    assert "v0/index.m3u8" in editor.get(f"{address}index.m3u8").content.decode()
    assert editor.get(f"{address}v0/index.m3u8").content.decode().count("#EXTINF") == 10
    assert b"".join(editor.get(f"{address}v0/00000.m4s").streaming_content) == b"moof"
    for name in ("v1/00000.m4s", "v0/00001.m4s", "poster.jpg", "secret.txt", "v0/captions.vtt"):
        assert editor.get(address + name).status_code == 404, name
    reviewer = staff_client(association, Role.HOURS_REVIEWER, "审核员")
    assert reviewer.get(f"{address}index.m3u8").status_code == 403


@pytest.mark.parametrize("which", ["courses", "course", "lesson"])
def test_a_page_takes_the_same_number_of_queries_with_one_row_and_with_three(editor, which):
    lesson = make_lesson()
    services.add_question(lesson, "问 1？", ["甲", "乙"], 1, by=editor.user, at=AT)
    addresses = {
        "courses": COURSES,
        "course": f"{COURSES}{lesson.course_id}/",
        "lesson": f"{COURSES}lessons/{lesson.pk}/",
    }
    one, _page = queries_of(editor, addresses[which])
    for number in (2, 3):
        services.create_course(f"K{number}", "课程", by=editor.user, at=AT)
        make_lesson()
        services.add_question(lesson, f"问 {number}？", ["甲", "乙"], 1, by=editor.user, at=AT)
    three, _page = queries_of(editor, addresses[which])
    assert three == one
