"""账号安全: what a person sees of their own sign-ins, and what ending them does."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.utils.timezone import now

from tenants.accounts import sessions
from tenants.accounts.devices import label_of, network_of, words_of
from tenants.accounts.models import KnownDevice, SignedIn
from tenants.audit.models import Entry
from tests.support import people
from tests.support.staff import queries_of

PAGE = "/my/security/"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"
WECHAT = "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36 MicroMessenger/8.0.50"


@pytest.fixture
def here(lingzhu: Any, trainee_client: Any) -> Any:
    return trainee_client(lingzhu)


def elsewhere(here: Any, institution: Any) -> Any:
    return people.signed_in(here.user, institution)


def row_of(client: Any) -> SignedIn:
    return SignedIn.objects.get(session_key=client.cookies["sessionid"].value)


def text_of(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (CHROME, "Chrome · Windows"),
        (IPHONE, "Safari · iPhone"),
        (WECHAT, "微信 · 安卓手机"),
        (CHROME + " Edg/142.0", "Edge · Windows"),
        ("curl/8", "未知浏览器"),
        ("", "未知浏览器"),
    ],
)
def test_a_device_is_named_by_browser_and_system(agent: str, words: str) -> None:
    assert words_of(label_of(agent)) == words


def test_a_whole_user_agent_of_an_older_row_is_read_as_one() -> None:
    assert words_of(CHROME) == "Chrome · Windows"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("113.88.12.34", "113.88.*.*"),
        ("::ffff:113.88.12.34", "113.88.*.*"),
        ("240e:3b7:2c00:1::5", "240e:3b7:2c00:*"),
        ("nonsense", ""),
        (None, ""),
    ],
)
def test_an_address_is_kept_as_its_network_only(address: str | None, network: str) -> None:
    assert network_of(address) == network


def test_the_page_lists_every_site_of_the_province_and_marks_this_device(here: Any, jiangxin: Any) -> None:
    other = elsewhere(here, jiangxin)
    SignedIn.objects.filter(pk=row_of(other).pk).update(label=label_of(IPHONE), address="113.88.*.*")
    text = text_of(here.get(PAGE))
    assert text.count("本机") == 1
    assert jiangxin.short_name in text
    assert "Safari · iPhone" in text
    assert "113.88.*.*" in text
    assert "2 台设备" in text


def test_ending_one_device_closes_it_and_only_it(here: Any, jiangxin: Any, lingzhu: Any) -> None:
    other, third = elsewhere(here, jiangxin), elsewhere(here, lingzhu)
    answer = here.post(f"{PAGE}sessions/{row_of(other).uuid}/end/", follow=True)
    assert "已退出" in text_of(answer)
    assert other.get("/my/").status_code == 302
    assert [client.get("/my/").status_code for client in (here, third)] == [200, 200]
    ended = SignedIn.objects.get(user=here.user, ended_at__isnull=False)
    assert ended.end == SignedIn.End.ELSEWHERE
    assert Entry.objects.filter(action="session.ended", actor=here.user, data__why="elsewhere").count() == 1


def test_sign_out_everywhere_leaves_this_device(here: Any, jiangxin: Any, association: Any) -> None:
    others = [elsewhere(here, place) for place in (jiangxin, association)]
    stranger = people.signed_in(people.make_user("别人"), jiangxin)
    here.post(f"{PAGE}others/end/")
    assert [client.get("/my/").status_code for client in others] == [302, 302]
    assert here.get("/my/").status_code == 200
    assert stranger.get("/my/").status_code == 200
    assert "只有本机处于登录状态" in text_of(here.get(PAGE))


def test_ending_the_session_one_is_in_is_signing_out(here: Any) -> None:
    answer = here.post(f"{PAGE}sessions/{row_of(here).uuid}/end/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert here.get("/my/").status_code == 302


def test_signing_out_ends_the_row(here: Any) -> None:
    row = row_of(here)
    here.post("/signin/out/")
    row.refresh_from_db()
    assert row.end == SignedIn.End.SIGNED_OUT
    assert not Session.objects.filter(session_key=row.session_key).exists()


def test_a_new_password_needs_the_old_one_and_signs_all_other_devices_out(here: Any, jiangxin: Any) -> None:
    other = elsewhere(here, jiangxin)
    form = {"old": "wrong1234", "password": "Gongdi2027", "again": "Gongdi2027"}
    refused = here.post(f"{PAGE}password/", form)
    assert refused.status_code == 400
    assert "不是您现在的密码" in text_of(refused)
    done = here.post(f"{PAGE}password/", form | {"old": "Zhuxue2026"}, follow=True)
    assert "新密码已设置" in text_of(done)
    assert here.get("/my/").status_code == 200
    assert other.get("/my/").status_code == 302
    here.user.refresh_from_db()
    assert here.user.check_password("Gongdi2027")
    assert SignedIn.objects.get(user=here.user, ended_at=None).session_key == here.cookies["sessionid"].value


@pytest.mark.parametrize(
    ("form", "errors"),
    [
        ({"password": "short1", "again": "short1"}, {"password": "8"}),
        ({"password": "Gongdi2027", "again": "Gongdi2028"}, {"again": "两次"}),
        ({"password": "Zhuxue2026", "again": "Zhuxue2026"}, {"password": "这就是您现在的密码"}),
    ],
)
def test_a_poor_new_password_is_refused_at_its_field(here: Any, form: dict[str, str], errors: dict[str, str]) -> None:
    answer = here.post(f"{PAGE}password/", {"old": "Zhuxue2026", **form})
    assert answer.status_code == 400
    told = answer.context["form"].errors
    assert set(told) == set(errors)
    assert all(sentence in told[field][0] for field, sentence in errors.items())
    here.user.refresh_from_db()
    assert here.user.check_password("Zhuxue2026")


def test_guessing_the_old_password_stops_after_five_tries_a_minute(here: Any) -> None:
    form = {"old": "wrong1234", "password": "Gongdi2027", "again": "Gongdi2027"}
    texts = [text_of(here.post(f"{PAGE}password/", form)) for _try in range(6)]
    assert ["次数过多" in text for text in texts] == [False] * 5 + [True]


def test_a_known_device_can_be_forgotten_and_nobody_elses(here: Any) -> None:
    at = now()
    own, other = (
        KnownDevice.objects.create(
            user=user, token_index=str(n), label="chrome/windows", first_seen_at=at, last_seen_at=at
        )
        for n, user in enumerate((here.user, people.make_user("别人")))
    )
    assert here.post(f"{PAGE}devices/{other.pk}/forget/").status_code == 404
    assert here.post(f"{PAGE}devices/{own.pk}/forget/").status_code == 302
    assert list(KnownDevice.objects.all()) == [other]
    assert "已移除一台免验证码设备" in text_of(here.get(PAGE))


def test_the_last_events_are_the_persons_own(here: Any, lingzhu: Any) -> None:
    from tenants.audit.services import record

    other = people.make_user("王建平")
    record("account.signed_in", actor=here.user, subject=here.user, institution=lingzhu, at=now())
    record("account.password_set", actor=other, subject=other, at=now())
    record("account.phone_changed", actor=other, subject=here.user, at=now(), way="association", reason="柜台办理")
    page = here.get(PAGE)
    text = text_of(page)
    assert "协会更换了手机号" in text
    assert "登录" in text
    assert "王建平" not in text
    assert "柜台办理" not in text
    assert "设置了新密码" not in text


def test_numbers_are_masked_on_the_page(here: Any) -> None:
    page = here.get(PAGE).content.decode()
    assert here.user.phone not in page
    assert here.user.id_number not in page
    assert f"{here.user.phone[:3]}****{here.user.phone[-4:]}" in page


def test_last_seen_is_written_once_in_five_minutes(here: Any, django_assert_num_queries: Any) -> None:
    key, at = row_of(here).session_key, now()
    with django_assert_num_queries(0):
        sessions.touch(key, at=at + timedelta(minutes=4))
    with django_assert_num_queries(1):
        sessions.touch(key, at=at + timedelta(minutes=6))
    with django_assert_num_queries(0):
        sessions.touch(key, at=at + timedelta(minutes=7))
    assert row_of(here).seen_at == at + timedelta(minutes=6)


def test_a_session_that_ran_out_is_noted_by_the_sweeper(here: Any, lingzhu: Any) -> None:
    other = elsewhere(here, lingzhu)
    row = row_of(other)
    Session.objects.filter(session_key=row.session_key).update(expire_date=now() - timedelta(minutes=1))
    assert "2 台设备" not in text_of(here.get(PAGE))
    assert sessions.note_expired(at=now()) == 1
    row.refresh_from_db()
    assert row.end == SignedIn.End.EXPIRED
    assert sessions.note_expired(at=now()) == 0


def test_the_page_takes_as_many_queries_for_three_devices_as_for_one(here: Any, lingzhu: Any, jiangxin: Any) -> None:
    one, _page = queries_of(here, PAGE)
    for place in (lingzhu, jiangxin):
        elsewhere(here, place)
    three, page = queries_of(here, PAGE)
    assert "3 台设备" in page
    assert three == one


def test_the_portal_has_the_page_too(association: Any, trainee_client: Any) -> None:
    client = trainee_client(association)
    assert "账号安全" in text_of(client.get(PAGE))
    assert f'href="{PAGE}"' in client.get("/my/profile/").content.decode()
