"""The study room over HTTP: the page, its doors, segments and playlists."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils.timezone import now

from learning.signing import segment_query
from tests.support import people
from tests.support.study import Study, make_study, postgres_now

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def encoded(tmp_path_factory: pytest.TempPathFactory, cache_folder: Path) -> Path:
    """Forty seconds of really encoded video, made once."""
    import subprocess

    import imageio_ffmpeg

    from learning.media import encode_hls

    folder = cache_folder / "forty-seconds-3"
    if not folder.exists():
        source = tmp_path_factory.mktemp("clip") / "forty.mp4"
        picture = ["-f", "lavfi", "-i", "testsrc2=size=160x90:rate=25:duration=40"]
        subprocess.run([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", *picture, str(source)], check=True)
        encode_hls(source, folder, "WEBVTT\n\n00:00:00.000 --> 00:00:04.000\n基坑\n")
    return folder


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any, encoded: Path) -> Any:
    for number in (1, 2):
        target = Path(settings.COURSEWARE_ROOT) / f"clip-{number}"
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            target.symlink_to(encoded)
    with in_tenant(lingzhu):
        yield make_study(lingzhu, folder="clip")


def confirm_face(study: Study) -> None:
    """Consent, photos and a clerk's confirmation, as rows: making them is another room's test."""
    from proctoring.models import Consent, FacePhoto, FaceProfile

    common = {"user": study.user, "institution": study.institution}
    Consent.objects.create(version="2026-01", given_at=now(), **common)
    profile = FaceProfile.objects.create(
        state="confirmed", matched_at=now(), confirmed_at=now(), engine="dlib", **common
    )
    for kind in ("id_photo", "portrait"):
        FacePhoto.objects.create(
            institution=study.institution, profile=profile, kind=kind, width=1, height=1, fingerprint=kind,
            vectors=b"-", engine="dlib", saved_at=now(),
        )  # fmt: skip


@pytest.fixture
def client(study: Study, lingzhu: Any, trainee_client: Any) -> Any:
    confirm_face(study)
    return trainee_client(lingzhu, study.user)


def sitting(study: Study) -> Any:
    study.open_camera(at=postgres_now() - timedelta(minutes=1))
    return study.open(at=postgres_now())


def post(client: Any, address: str, body: dict[str, Any] | None = None) -> Any:
    return client.post(
        address, json.dumps(body or {}), content_type="application/json", headers={"accept": "application/json"}
    )


def room(study: Study) -> str:
    return f"/study/{study.enrolment.uuid}/"


def test_the_room_shows_camera_lesson_list_and_hours_in_chinese(study: Study, client: Any) -> None:
    page = client.get(room(study)).content.decode()
    assert "土建施工员 · 2026 年度" in page
    assert "data-camera-room" in page
    assert page.count("data-lesson=") == 2
    assert "/ 32 学时" in page
    assert "课件不能快进、后退；32 学时学完后可以随意重看" in page
    assert "<script>" not in page
    assert " style=" not in page


def test_what_stands_in_the_way_is_said_with_the_next_step(
    study: Study, lingzhu: Any, trainee_client: Any, in_tenant: Any
) -> None:
    client = trainee_client(lingzhu, study.user)
    assert "请先完善个人资料" in client.get(room(study)).content.decode()
    study.enrolment.admission = "awaiting_payment"
    study.enrolment.save()
    assert "还没有缴费" in client.get(room(study)).content.decode()
    study.enrolment.admission = "awaiting_confirmation"
    study.enrolment.save()
    assert "报名还没有确认" in client.get(room(study)).content.decode()


def test_other_people_and_other_institutions_find_nothing(
    study: Study, lingzhu: Any, jiangxin: Any, trainee_client: Any
) -> None:
    assert trainee_client(lingzhu, people.make_user("别人")).get(room(study)).status_code == 404
    assert trainee_client(jiangxin, study.user).get(room(study)).status_code == 404


def test_the_lesson_opens_only_under_a_verified_camera_session(study: Study, client: Any) -> None:
    opened = post(client, f"{room(study)}camera/")
    assert opened.status_code == 201
    camera = opened.json()
    refused = post(client, f"{room(study)}session/", {"camera": camera["uuid"]})
    assert (refused.status_code, refused.json()["code"]) == (409, "camera.expired")
    from proctoring.models import CameraSession

    CameraSession.objects.filter(uuid=camera["uuid"]).update(verified_until=now() + timedelta(minutes=5))
    opened = post(client, f"{room(study)}session/", {"camera": camera["uuid"]})
    assert opened.status_code == 201
    assert opened.json()["lesson"] == study.lessons[0].pk


def test_without_a_socket_beats_go_by_post_with_the_same_answer(study: Study, client: Any) -> None:
    session = sitting(study)
    base = f"/study/sessions/{session.uuid}/"
    hello = post(client, f"{base}hello/").json()
    named = {key: hello[key] for key in ("seq", "nonce")}
    ack = post(client, f"{base}beat/", {"type": "beat", "playing": True, **named}).json()
    assert (ack["type"], ack["credit_ms"], ack["state"]) == ("ack", 0, "counting")
    again = post(client, f"{base}beat/", {"type": "beat", "playing": True, **named})
    assert (again.status_code, again.json()["code"]) == (409, "study.stale")
    odd = post(client, f"{base}beat/", {"type": "beat", "playing": True, **named, "position": 40})
    assert (odd.status_code, odd.json()["code"]) == (400, "study.unknown_field")
    assert client.post(f"{base}end/").status_code == 204
    over = post(client, f"{base}hello/")
    assert (over.status_code, over.json()["code"]) == (409, "study.left")


def addresses(hello: dict[str, Any]) -> list[str]:
    """Of the released segments, in the best rendition."""
    below = f"{hello['base']}{hello['renditions'][0]['name']}/"
    return [f"{below}{hello['first'] + n:05d}.m4s{query}" for n, query in enumerate(hello["segments"])]


def address_of(session: Any, client: Any, index: int, ago_s: float = 0) -> str:
    """Signed by ourselves, so that only the rule behind the signature is asked."""
    from learning.signing import file_of, segment_base

    folder, browser = session.progress.media.folder, client.cookies[settings.SESSION_COOKIE_NAME].value
    query = segment_query(session.uuid, folder, index, browser, now().timestamp() - ago_s, 600)
    return f"{segment_base(session.uuid, folder)}v0/{file_of(index)}{query}"


def test_released_segments_are_served_and_the_next_one_is_not(study: Study, client: Any) -> None:
    session = sitting(study)
    hello = post(client, f"/study/sessions/{session.uuid}/hello/").json()
    assert hello["edge"] == 6
    for path in (f"{hello['base']}v0/init.mp4{hello['init']}", *addresses(hello)):
        assert client.get(path).status_code == 200
    beyond = client.get(address_of(session, client, 6))
    assert (beyond.status_code, beyond.json()["code"]) == (403, "study.beyond_edge")


def test_altered_expired_and_borrowed_addresses_are_refused(
    study: Study, client: Any, lingzhu: Any, trainee_client: Any
) -> None:
    session = sitting(study)
    path = addresses(post(client, f"/study/sessions/{session.uuid}/hello/").json())[0]

    def refusal(address: str) -> tuple[int, str]:
        answer = client.get(address)
        return answer.status_code, answer.json()["code"]

    assert refusal(path.replace("00000.m4s", "00001.m4s")) == (403, "study.bad_signature")
    assert refusal(re.sub(r"e=\d+", "e=9999999999", path)) == (403, "study.bad_signature")
    assert refusal(path.split("?")[0]) == (403, "study.bad_signature")
    old = address_of(session, client, 0, ago_s=601)
    assert refusal(old) == (403, "study.address_expired")
    other = trainee_client(lingzhu, people.make_user("别人"))
    assert other.get(path).status_code == 404
    sitting(study)
    assert refusal(path) == (403, "study.taken_over")


def test_safaris_playlist_holds_what_is_released_and_no_end(study: Study, client: Any) -> None:
    session = sitting(study)
    master = client.get(f"/study/sessions/{session.uuid}/index.m3u8").content.decode()
    assert master.splitlines()[-1] == "v0/index.m3u8"
    text = client.get(f"/study/sessions/{session.uuid}/v0/index.m3u8").content.decode()
    assert text.count("#EXTINF:4.000,") == 6
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in text
    assert "#EXT-X-ENDLIST" not in text


def test_lessons_replay_freely_only_when_all_hours_are_complete(study: Study, client: Any) -> None:
    address = f"{room(study)}lessons/{study.lessons[0].pk}/"
    assert client.get(f"{address}index.m3u8").status_code == 403
    at = postgres_now() - timedelta(minutes=10)
    study.open_camera(at=at)
    for _lesson in study.lessons:
        study.open(at=at)
        study.beat(at=at)
        for _beat in range(2):
            at += timedelta(seconds=20)
            study.beat(at=at)
    from learning.services import complete_finished_enrolments

    complete_finished_enrolments(at=now())
    text = client.get(f"{address}v0/index.m3u8").content.decode()
    assert (text.count("#EXTINF"), text.splitlines()[-1]) == (10, "#EXT-X-ENDLIST")
    assert client.get(f"{address}v0/00009.m4s").status_code == 200
    assert client.get(f"{address}..%2Fsecret").status_code == 404
    page = client.get(room(study)).content.decode()
    assert (
        "尊敬的学员，您已完成本年度继续教育学时，经审核通过后计入有效学时，审核时间大约需要几个工作日，"
        "请您耐心等待，学时审核通过后可登录管理系统完成换证。"
    ) in page
    assert "data-camera-room" not in page


def test_the_room_asks_as_many_queries_for_one_lesson_as_for_three(
    lingzhu: Any, in_tenant: Any, trainee_client: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for lengths in ((40_000,), (40_000, 40_000, 40_000)):
        with in_tenant(lingzhu):
            study = make_study(lingzhu, lengths_ms=lengths)
            confirm_face(study)
        client = trainee_client(lingzhu, study.user)
        client.get(room(study))
        with CaptureQueriesContext(connection) as asked:
            client.get(room(study))
        counts.append(len([query for query in asked if "search_path" not in query["sql"]]))
    assert counts[0] == counts[1]
