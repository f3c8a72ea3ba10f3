"""The pages around the player: the test of the devices, browsers that are too old, what the room's scripts are told."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import Any

import pytest

from tests.support import people
from tests.support.study import Study, make_study, postgres_now
from tests.web.test_study_doors import confirm_face

pytestmark = pytest.mark.django_db
IE11 = "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko"
SWITCHED_360 = "Mozilla/5.0 (compatible; MSIE 10.0; Windows NT 6.1; WOW64; Trident/6.0; 360SE)"
CHROME = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0"


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        found = make_study(lingzhu)
        confirm_face(found)
        yield found


@pytest.fixture
def client(study: Study, lingzhu: Any, trainee_client: Any) -> Any:
    return trainee_client(lingzhu, study.user)


def data_of(page: str, name: str) -> dict[str, Any]:
    found = re.search(rf'<script id="{name}" type="application/json">(.*?)</script>', page)
    assert found
    return json.loads(found[1])


@pytest.mark.parametrize("agent", [IE11, SWITCHED_360])
@pytest.mark.parametrize("path", ["", "test/"])
def test_an_old_engine_gets_a_page_in_plain_html_that_says_what_to_do(
    study: Study, client: Any, agent: str, path: str
) -> None:
    page = client.get(f"/study/{study.enrolment.uuid}/{path}", headers={"user-agent": agent}).content.decode()
    for words in ("浏览器版本过低", "极速模式", "Microsoft Edge 92", "Firefox", "您的学时没有变化"):
        assert words in page
    assert "<script" not in page
    assert "data-study-room" not in page


def test_other_browsers_get_the_room_with_the_same_words_hidden_in_it(study: Study, client: Any) -> None:
    page = client.get(f"/study/{study.enrolment.uuid}/", headers={"user-agent": CHROME}).content.decode()
    assert "data-study-room" in page
    assert '<section class="old-browser wrap" role="alert">' in page
    assert page.index("learning/old.js") < page.index("learning/room.js")
    assert "本页统计点击和移动鼠标的次数" in page


def test_the_room_knows_the_hours_of_the_day_and_where_the_devices_are_tested(study: Study, client: Any) -> None:
    from tenants.rulesets.services import publish_ruleset

    at = postgres_now() - timedelta(days=1)
    values = {"study": {"opens_minute": 390, "closes_minute": 1440}}
    publish_ruleset(name="hours", values=values, in_force_from=at, by=None, at=at)
    data = data_of(client.get(f"/study/{study.enrolment.uuid}/").content.decode(), "study-data")
    assert data["hours"] == {"opens": "06:30", "closes": "24:00"}
    assert client.get(data["test"]).status_code == 200


def test_the_device_test_names_six_checks_and_measures_against_the_lessons(study: Study, client: Any) -> None:
    page = client.get(f"/study/{study.enrolment.uuid}/test/").content.decode()
    assert re.findall(r'data-check="(\w+)"', page) == ["browser", "camera", "socket", "speed", "clock", "sound"]
    for words in ("设备检测", "开始学习", "跳过检测", "播放三声提示音"):
        assert words in page
    data = data_of(page, "test-data")
    assert (data["smallest_bit_s"], data["best_bit_s"]) == (100_000, 100_000)
    assert len(client.get(data["sample"]).content) == 512 * 1024
    assert len(client.get(f"{data['sample']}?short").content) == 1


def test_nobody_else_may_test_with_an_enrolment(study: Study, lingzhu: Any, trainee_client: Any) -> None:
    other = trainee_client(lingzhu, people.make_user("别人"))
    for path in ("test/", "test/sample/"):
        assert other.get(f"/study/{study.enrolment.uuid}/{path}").status_code == 404


def test_a_lesson_that_is_begun_shows_how_far_it_is(study: Study, client: Any) -> None:
    at = postgres_now() - timedelta(minutes=1)
    study.open_camera(at=at)
    study.open(at=at)
    study.beat(at=at)
    study.beat(at=at + timedelta(seconds=10))
    page = client.get(f"/study/{study.enrolment.uuid}/").content.decode()
    shown = re.findall(r'<progress class="lesson-share" max="100" value="(\d+)" aria-label="本课已学"( hidden)?>', page)
    assert shown == [("25", ""), ("0", " hidden")]


def test_safari_is_told_to_begin_at_the_committed_second(study: Study, client: Any) -> None:
    at = postgres_now() - timedelta(minutes=1)
    study.open_camera(at=at)
    study.open(at=at)
    study.beat(at=at)
    study.beat(at=at + timedelta(seconds=9, milliseconds=500))
    text = client.get(f"/study/sessions/{study.session.uuid}/v0/index.m3u8").content.decode()
    assert "#EXT-X-START:TIME-OFFSET=9.500,PRECISE=YES" in text.splitlines()
    assert text.count("#EXT-X-GAP") == 2  # 0–8 s are never played again
