"""Uploads: pieces that go on where they stopped, what becomes of the film, what stays with whoever has begun."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.timezone import now

from learning import services, upload_files
from learning.courseware import courseware
from learning.errors import MEDIA_REFUSALS, BadUpload, CannotUseMedia, NoSpace, UploadConflict
from learning.models import Course, Lesson, LessonProgress, Media, MediaState, MediaUpload, Plan, PlanLesson
from learning.queries_media import media_in_use
from learning.services import encoding
from tenants.audit.models import Entry
from tests.support import people, videos
from tests.support.study import make_lesson, make_position, make_study, postgres_now

pytestmark = pytest.mark.django_db
AT = datetime.fromisoformat("2026-03-01T09:00:00+08:00")
PIECE = 40_000


@pytest.fixture
def editor(association: Any, in_tenant: Any) -> Any:
    with in_tenant(association):
        yield people.make_user("何敏")


@pytest.fixture
def film(cache_folder: Path) -> bytes:
    return videos.talk(cache_folder).read_bytes()


def sent(editor: Any, data: bytes, **about: Any) -> MediaUpload:
    """An upload that is received as a whole and waits."""
    upload = services.begin_upload("课程.mp4", len(data), by=editor, at=AT, **about)
    for at in range(0, len(data), PIECE):
        upload = services.receive_piece(upload, at, data[at : at + PIECE], at=AT)
    return upload


def converted(upload: MediaUpload) -> MediaUpload:
    services.encode_upload(upload.pk, clock=now)
    upload.refresh_from_db()
    return upload


def refusal(error: Any) -> tuple[str, int]:
    return error.value.code, error.value.status


@pytest.mark.parametrize(
    ("name", "size", "code", "status"),
    [
        ("课程.avi", 10, "media.name", 415),
        ("mp4", 10, "media.name", 415),
        ("课程.mp4.exe", 10, "media.name", 415),
        ("课程.mp4", 0, "media.empty", 400),
        ("课程.mp4", 2 * 1024**3 + 1, "media.size", 413),
    ],
)
def test_what_cannot_be_a_video_is_refused_before_it_is_sent(
    editor: Any, name: str, size: int, code: str, status: int
) -> None:
    with pytest.raises(BadUpload) as error:
        services.begin_upload(name, size, by=editor, at=AT)
    assert refusal(error) == (code, status)
    assert not MediaUpload.objects.exists()


def test_every_refusal_has_a_sentence_in_chinese() -> None:
    assert not [key for key, words in MEDIA_REFUSALS.items() if not any("一" <= c <= "鿿" for c in str(words))]


def test_a_file_larger_than_the_disk_is_refused(editor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upload_files, "RESERVE", 2**60)
    with pytest.raises(NoSpace) as error:
        services.begin_upload("课程.mp4", 10, by=editor, at=AT)
    assert refusal(error) == ("media.no_space", 507)


def test_pieces_go_on_exactly_where_the_last_one_ended(editor: Any, film: bytes) -> None:
    upload = services.begin_upload("课程.mp4", len(film), by=editor, at=AT)
    upload = services.receive_piece(upload, 0, film[:PIECE], at=AT)
    for wrong in (0, PIECE - 1, PIECE + 1):
        with pytest.raises(UploadConflict) as error:
            services.receive_piece(upload, wrong, film[wrong : wrong + 10], at=AT)
        assert (error.value.received, *refusal(error)) == (PIECE, "media.conflict", 409)
    for bad in (b"", b"x" * (len(film) - PIECE + 1)):
        with pytest.raises(BadUpload) as refused:
            services.receive_piece(upload, PIECE, bad, at=AT)
        assert refusal(refused) == ("media.piece", 413)
    upload = services.receive_piece(upload, PIECE, film[PIECE:], at=AT)
    assert (upload.state, upload.received) == ("queued", len(film))
    assert upload_files.source_of(upload).read_bytes() == film


def test_bytes_that_no_row_knows_of_are_written_over(editor: Any, film: bytes) -> None:
    """The process died between the disk and the row."""
    upload = services.begin_upload("课程.mp4", len(film), by=editor, at=AT)
    upload = services.receive_piece(upload, 0, film[:PIECE], at=AT)
    with upload_files.source_of(upload).open("ab") as file:
        file.write(b"lost" * 50_000)
    services.receive_piece(upload, PIECE, film[PIECE:], at=AT)
    assert upload_files.source_of(upload).read_bytes() == film


def test_a_page_called_mp4_is_refused_with_its_first_piece_and_deleted(
    editor: Any, django_capture_on_commit_callbacks: Any
) -> None:
    upload = services.begin_upload("课程.mp4", 500_000, by=editor, at=AT)
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(BadUpload) as error:
        services.receive_piece(upload, 0, b"<html>" * 100, at=AT)
    upload.refresh_from_db()
    assert (*refusal(error), upload.state, upload.error) == ("media.not_video", 415, "failed", "not_video")
    assert not upload_files.source_of(upload).exists()


def test_a_film_becomes_the_lessons_video(editor: Any, film: bytes, django_capture_on_commit_callbacks: Any) -> None:
    course = Course.objects.create(code="K1", title="安全")
    lesson = Lesson.objects.create(course=course, code="K1-1", title="第一课")
    upload = sent(editor, film, lesson=lesson)
    with django_capture_on_commit_callbacks(execute=True):
        upload = converted(upload)
    media = upload.media.get()
    lesson.refresh_from_db()
    assert (upload.state, upload.percent, upload.error, lesson.media_id) == ("done", 100, "", media.pk)
    assert (media.duration_ms, media.segments, media.name, media.has_poster) == (6000, 2, "课程.mp4", True)
    assert [one["name"] for one in media.renditions] == ["v0"]
    assert courseware().exists(f"{media.folder}/v0/00001.m4s")
    assert not upload_files.source_of(upload).exists()
    assert not upload_files.scratch_of(upload).exists()
    actions = list(Entry.objects.filter(actor=editor).order_by("id").values_list("action", flat=True))
    assert actions == ["upload.begun", "media.registered", "lesson.media", "upload.done"]


def test_converting_twice_makes_one_medium(editor: Any, film: bytes) -> None:
    upload = converted(sent(editor, film))
    converted(upload)
    assert (Media.objects.count(), upload.state) == (1, "done")


def test_two_workers_never_convert_the_same_file(editor: Any, film: bytes) -> None:
    upload = sent(editor, film)
    with upload_files.only_worker(upload) as mine:
        assert mine
        assert converted(upload).state == "queued"
    assert converted(upload).state == "done"


def test_chapters_become_lessons_with_their_captions(editor: Any, film: bytes) -> None:
    course = Course.objects.create(code="K1", title="安全")
    Lesson.objects.create(course=course, code="K1-02", title="有了", order=7)
    upload = services.begin_upload("课程.mp4", len(film), course=course, split=True, by=editor, at=AT)
    captions = "WEBVTT\n\n00:03.000 --> 00:05.000\n两章之间".encode("gbk")
    services.set_captions(upload, captions, by=editor, at=AT)
    services.receive_piece(upload, 0, film, at=AT)
    upload = converted(upload)
    lessons = list(course.lessons.exclude(code="K1-02").order_by("order").select_related("media"))
    assert [(one.code, one.title, one.order) for one in lessons] == [
        ("K1-03", "第一章 基坑", 8),
        ("K1-04", "第二章 脚手架 <b>; = \\#", 9),
    ]
    assert [(one.media.duration_ms, one.media.chapter) for one in lessons] == [(4000, 1), (2000, 2)]
    texts = [courseware().open(f"{one.media.folder}/captions.vtt").read().decode() for one in lessons]
    assert [text.split("\n")[2] for text in texts] == [
        "00:00:03.000 --> 00:00:04.000",
        "00:00:00.000 --> 00:00:01.000",
    ]
    assert (upload.state, upload.percent) == ("done", 100)


def test_a_film_without_chapters_cannot_be_split(editor: Any, cache_folder: Path) -> None:
    course = Course.objects.create(code="K1", title="安全")
    data = videos.silent(cache_folder).read_bytes()
    upload = converted(sent(editor, data, course=course, split=True))
    assert (upload.state, upload.error, Media.objects.count()) == ("failed", "no_chapters", 0)


def test_a_cut_off_film_fails_and_cannot_be_tried_again(
    editor: Any, film: bytes, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        upload = converted(sent(editor, film[: len(film) // 2]))
    assert (upload.state, upload.error) == ("failed", "truncated")
    assert not upload_files.source_of(upload).exists()
    with pytest.raises(BadUpload) as error:
        services.retry_upload(upload, by=editor, at=AT)
    assert refusal(error) == ("media.state", 409)


def test_a_cancelled_upload_is_not_converted_and_leaves_no_file(
    editor: Any, film: bytes, django_capture_on_commit_callbacks: Any
) -> None:
    upload = sent(editor, film)
    with django_capture_on_commit_callbacks(execute=True):
        services.cancel_upload(upload, by=editor, at=AT)
    assert (converted(upload).state, Media.objects.count()) == ("cancelled", 0)
    assert not upload_files.source_of(upload).exists()
    with pytest.raises(BadUpload) as error:
        services.receive_piece(upload, len(film), b"x", at=AT)
    assert refusal(error) == ("media.state", 409)


def test_cancelled_while_it_is_converted_it_leaves_nothing(
    editor: Any, film: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = sent(editor, film)
    monkeypatch.setattr(encoding, "SAY_S", 0.0)
    moments = iter(range(10**6))

    def clock() -> datetime:
        if next(moments) == 4:  # claimed, probed, begun: now the first percents come
            services.cancel_upload(upload, by=editor, at=AT)
        return now()

    services.encode_upload(upload.pk, clock=clock)
    upload.refresh_from_db()
    assert (upload.state, Media.objects.count()) == ("cancelled", 0)
    assert not courseware().exists(f"{upload.uuid}/v0/index.m3u8")


def test_whoever_has_begun_goes_on_with_the_old_video(lingzhu: Any, in_tenant: Any, film: bytes) -> None:
    with in_tenant(lingzhu):
        study = make_study(lingzhu)
        study.open_camera(at=postgres_now())
        study.open(at=postgres_now())
        progress = LessonProgress.objects.get(enrolment=study.enrolment)
        LessonProgress.objects.filter(pk=progress.pk).update(credited_ms=1)
        old, lesson = progress.media, study.lessons[0]
        Plan.objects.update(published_at=None)
        new = make_lesson(50_000).media
        services.attach_media(lesson, new, by=study.user, at=AT)
        study.open(at=postgres_now())
        progress.refresh_from_db()
        assert (progress.media_id, progress.duration_ms) == (old.pk, 40_000)
        assert media_in_use(old) == {"lessons": 0, "running": 1, "finished": 0}
        with pytest.raises(CannotUseMedia) as error:
            services.withdraw_media(old, by=study.user, at=AT)
        assert refusal(error) == ("media.in_use", 409)


def test_a_video_too_short_for_a_published_plan_is_refused_before_it_is_converted(editor: Any, film: bytes) -> None:
    lesson = make_lesson(40_000)
    plan = Plan.objects.create(position=make_position(), year=2026, hours_required=1, published_at=AT)
    PlanLesson.objects.create(plan=plan, lesson=lesson, order=1, hours=1)
    upload = converted(sent(editor, film, lesson=lesson))
    assert (upload.state, upload.error, upload.media.count()) == ("failed", "no_hours", 0)
    long = make_lesson(45 * 60_000).media
    assert services.attach_media(lesson, long, by=editor, at=AT).media_id == long.pk


def test_a_withdrawn_video_is_gone_and_cannot_be_used(
    editor: Any, film: bytes, django_capture_on_commit_callbacks: Any
) -> None:
    media = converted(sent(editor, film)).media.get()
    with django_capture_on_commit_callbacks(execute=True):
        media = services.withdraw_media(media, by=editor, at=AT)
    assert media.state == MediaState.WITHDRAWN
    assert not courseware().exists(f"{media.folder}/v0/init.mp4")
    lesson = make_lesson()
    with pytest.raises(CannotUseMedia) as error:
        services.attach_media(lesson, media, by=editor, at=AT)
    assert refusal(error) == ("media.withdrawn", 409)


def test_the_sweeper_gives_up_what_nobody_goes_on_with(
    editor: Any, film: bytes, django_capture_on_commit_callbacks: Any
) -> None:
    old = services.begin_upload("旧.mp4", len(film), by=editor, at=AT)
    services.receive_piece(old, 0, film[:PIECE], at=AT)
    new = services.begin_upload("新.mp4", len(film), by=editor, at=AT + timedelta(days=2))
    services.receive_piece(new, 0, film[:PIECE], at=AT + timedelta(days=2))
    stray = Path(settings.UPLOADS_ROOT) / "stray.scratch"
    stray.mkdir()
    os.utime(stray, (AT.timestamp(), AT.timestamp()))
    with django_capture_on_commit_callbacks(execute=True):
        assert services.sweep_uploads(at=AT + timedelta(days=3, seconds=1)) == 1
    for one in (old, new):
        one.refresh_from_db()
    assert (old.state, new.state, stray.exists()) == ("cancelled", "receiving", False)
    assert [upload_files.source_of(one).exists() for one in (old, new)] == [False, True]


def test_a_file_that_has_cost_three_workers_their_lives_fails(editor: Any, film: bytes) -> None:
    upload = sent(editor, film)
    MediaUpload.objects.filter(pk=upload.pk).update(state="encoding", probed={"attempts": 3})
    assert (converted(upload).state, upload.error) == ("failed", "killed")
    assert services.retry_upload(upload, by=editor, at=AT).state == "queued"
    assert converted(upload).state == "done"
