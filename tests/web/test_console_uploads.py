"""Uploads in pieces as the console takes them: who may, how far it is, what is refused and how it is said."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from learning import errors, services
from learning.models import MediaState, MediaUpload, UploadState
from tenants.roles.roles import Role
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_lesson

pytestmark = pytest.mark.django_db
UPLOADS = "/admin/console/courses/video-uploads/"
AT = datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.fixture
def editor(association: Any) -> Any:
    return staff_client(association, Role.QUESTION_EDITOR)


FILM = b"\0\0\0\x18ftypmp42" + b"a" * 988  # what a film begins with


def begin(client: Any, **about: Any) -> Any:
    said = {"name": "脚手架.mp4", "size": 1000} | about
    return client.post(f"{UPLOADS}begin/", json.dumps(said), content_type="application/json")


def piece(client: Any, address: str, offset: int, data: bytes, **headers: Any) -> Any:
    return client.patch(
        address, data, content_type="application/octet-stream", headers={"Upload-Offset": str(offset), **headers}
    )


def test_a_file_comes_in_piece_by_piece_and_the_server_says_how_much_it_has(editor):
    lesson = make_lesson()
    begun = begin(editor, lesson=lesson.pk)
    assert (begun.status_code, begun.json()["received"]) == (201, 0)
    address = begun.json()["data"]
    assert piece(editor, address, 0, FILM[:600]).json()["received"] == 600
    assert editor.get(address).json()["state"] == "receiving"
    assert editor.head(address).status_code == 200
    upload = MediaUpload.objects.get()
    assert (upload.received, upload.lesson, upload.by) == (600, lesson, editor.user)
    page = editor.get(UPLOADS).content.decode()
    assert "60%" in page
    assert "谢敏仪" in page


def test_a_piece_for_another_place_is_answered_with_what_is_there(editor):
    address = begin(editor).json()["data"]
    piece(editor, address, 0, FILM[:400])
    answer = piece(editor, address, 0, FILM[:400])
    assert (answer.status_code, answer.json()["received"]) == (409, 400)
    assert MediaUpload.objects.get().received == 400


def test_what_is_no_piece_is_refused_before_it_is_read(editor):
    address = begin(editor).json()["data"]
    assert piece(editor, address, 0, b"", **{"Content-Length": str(9 * 1024 * 1024)}).status_code == 413
    assert editor.patch(address, b"abc", content_type="application/octet-stream").status_code == 400
    assert editor.post(address, b"abc", content_type="application/octet-stream").status_code == 405
    assert MediaUpload.objects.get().received == 0


def test_a_file_that_is_no_video_or_too_large_is_refused_with_a_sentence(editor):
    assert begin(editor, name="教材.pdf").status_code == 415
    assert begin(editor, size=3 * 1024**3).status_code == 413
    assert begin(editor, size="很大").status_code == 400
    assert begin(editor, split=True).json()["message"] == "请选择章节所属的课程。"
    assert not MediaUpload.objects.exists()


def test_only_editors_upload_and_only_the_librarys_roles_look(association, editor):
    address = begin(editor).json()["data"]
    auditor = staff_client(association, Role.AUDITOR, "审计员")
    assert auditor.get(UPLOADS).status_code == 200
    assert "开始上传" not in auditor.get(UPLOADS).content.decode()
    assert begin(auditor).status_code == 403
    assert piece(auditor, address, 0, b"a").status_code == 403
    reviewer = staff_client(association, Role.HOURS_REVIEWER, "审核员")
    assert reviewer.get(address).status_code == 403


def test_a_piece_without_the_token_of_the_page_is_refused(association, editor):
    from django.test import Client

    address = begin(editor).json()["data"]
    strict = Client(enforce_csrf_checks=True, headers=editor.headers)
    strict.defaults, strict.cookies = editor.defaults, editor.cookies
    assert piece(strict, address, 0, b"a").status_code == 403
    assert MediaUpload.objects.get().received == 0


def test_the_page_asks_again_while_a_file_is_converted_and_says_why_it_failed(editor):
    begin(editor)
    upload = MediaUpload.objects.get()
    address = f"{UPLOADS}{upload.uuid}/"
    upload.state, upload.percent = UploadState.ENCODING, 42
    upload.probed = {"chapters": [{"start_ms": 0, "title": "总则"}, {"start_ms": 65_000, "title": "支护"}]}
    upload.save()
    state = editor.get(f"{address}state/").content.decode()
    assert 'hx-trigger="every 2s"' in state
    assert "42%" in state
    assert "1:05" in state
    MediaUpload.objects.update(state=UploadState.FAILED, error="unheard_of")
    assert "重新转换" not in editor.get(f"{address}state/").content.decode()
    state = editor.get(f"{address}state/").content.decode()
    assert "hx-trigger" not in state
    assert "该文件无法转换" in state
    MediaUpload.objects.update(error=sorted(errors.PASSING)[0])
    assert "重新转换" in editor.get(f"{address}state/").content.decode()


def test_a_cancelled_upload_takes_no_more_pieces(editor):
    address = begin(editor).json()["data"]
    upload = MediaUpload.objects.get()
    editor.post(f"{UPLOADS}{upload.uuid}/cancel/")
    upload.refresh_from_db()
    assert upload.state == UploadState.CANCELLED
    assert piece(editor, address, 0, b"a").status_code == 409


def test_a_video_that_has_no_lesson_yet_is_given_to_one(editor):
    begin(editor)
    upload, lesson, made = MediaUpload.objects.get(), make_lesson(), make_lesson()
    medium = made.media
    made.delete()
    medium.upload = upload
    medium.save()
    page = editor.get(f"{UPLOADS}{upload.uuid}/").content.decode()
    assert lesson.title in page
    answer = editor.post(f"{UPLOADS}{upload.uuid}/attach/", {"media": str(medium.uuid), "lesson": lesson.pk})
    lesson.refresh_from_db()
    assert (lesson.media, answer["Location"]) == (medium, f"/admin/console/courses/lessons/{lesson.pk}/")


def test_a_video_that_no_lesson_shows_is_withdrawn_from_the_page_of_its_upload(editor):
    begin(editor)
    upload, made = MediaUpload.objects.get(), make_lesson()
    medium = made.media
    made.delete()
    medium.upload = upload
    medium.save()
    page = editor.post(f"/admin/console/courses/courseware/{medium.uuid}/withdraw/", follow=True).content.decode()
    medium.refresh_from_db()
    assert medium.state == MediaState.WITHDRAWN
    assert "已撤回" in page


def test_captions_that_are_none_are_said_at_the_field(editor):
    from django.core.files.uploadedfile import SimpleUploadedFile

    begin(editor)
    address = f"{UPLOADS}{MediaUpload.objects.get().uuid}/captions/"
    wrong = editor.post(address, {"captions": SimpleUploadedFile("a.vtt", b"1\n00:00 --> 00:01\nhello")})
    assert wrong.status_code == 400
    assert "zx-field__err" in wrong.content.decode()
    good = b"WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n\xe4\xbd\xa0\xe5\xa5\xbd\n"
    assert editor.post(address, {"captions": SimpleUploadedFile("a.vtt", good)}).status_code == 302
    assert "你好" in MediaUpload.objects.get().captions


def test_the_list_takes_the_same_number_of_queries_with_one_row_and_with_three(editor):
    begin(editor, lesson=make_lesson().pk)
    one, _page = queries_of(editor, UPLOADS)
    for _ in range(2):
        services.begin_upload("课.mp4", 10, lesson=make_lesson(), by=editor.user, at=AT)
    three, _page = queries_of(editor, UPLOADS)
    assert three == one
