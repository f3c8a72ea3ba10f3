"""注销账号: the steps as a person walks them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bs4 import BeautifulSoup
from django.utils.timezone import now

from tests.support import people
from tests.support.exam import begin, make_bank, make_ready
from tests.support.staff import make_case
from tests.support.study import make_study

PASSWORD = "Zhuxue2026"


def text_of(response: Any, status: int = 200) -> str:
    assert response.status_code == status, response.status_code
    return BeautifulSoup(response.content, "html.parser").get_text(" ", strip=True)


def code_of(user: Any) -> str:
    from tenants.messages.models import Sms

    sms = Sms.objects.filter(user=user, template="code_data").order_by("-id").first()
    return str(sms.text.split("验证码")[1][:6])


def closing_of(user: Any) -> Any:
    from tenants.accounts.models import DataRequest

    return DataRequest.objects.filter(user=user, kind="close").first()


def test_the_way_to_the_end_password_and_code_and_out_everywhere(
    lingzhu: Any, jiangxin: Any, trainee_client: Any, in_tenant: Any
) -> None:
    client = trainee_client(lingzhu)
    elsewhere = people.signed_in(client.user, jiangxin)
    with in_tenant(lingzhu):
        make_study(lingzhu, user=client.user)
    with in_tenant(jiangxin):
        make_study(jiangxin, user=client.user, year=2025)
    first = text_of(client.get("/my/data/close/"))
    assert "没有完成的会作废" in first
    assert "在其他机构的报名 1 项" in first
    assert jiangxin.short_name not in first
    assert "此后 7 天内不做任何改动" in first
    assert client.get("/my/data/close/confirm/")["Location"] == "/my/data/close/"
    assert "请先勾选" in text_of(client.post("/my/data/close/"), 400)
    assert client.post("/my/data/close/", {"understood": "yes"})["Location"] == "/my/data/close/confirm/"
    code = code_of(client.user)
    wrong = client.post("/my/data/close/confirm/", {"password": "nonsense1", "code": code})
    assert "这不是您现在的密码" in text_of(wrong, 400)
    end = client.post("/my/data/close/confirm/", {"password": PASSWORD, "code": code})
    assert "所有设备已退出登录" in text_of(end)
    asked = closing_of(client.user)
    assert timedelta(days=7) - timedelta(minutes=1) < asked.due_at - now() <= timedelta(days=7)
    assert client.get("/my/data/").status_code == elsewhere.get("/my/data/").status_code == 302


def test_the_next_sign_in_says_that_the_account_is_kept(lingzhu: Any, make_user: Any) -> None:
    from django.test import Client

    from tenants.accounts import closing
    from tenants.messages.models import Sms

    user = make_user()
    closing.ask_closing(user, by=user, at=now())
    browser = Client(headers={"host": lingzhu.host})
    browser.post("/signin/", {"account": user.id_number, "password": PASSWORD})
    sms = Sms.objects.filter(user=user, holds_code=True).latest("id")
    browser.post("/signin/code/", {"code": sms.text.split("验证码")[1][:6]})
    assert "注销已撤销，账号照常使用" in text_of(browser.get("/my/data/"))
    assert closing_of(user).state == "withdrawn"


def test_not_during_an_exam(lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        make_bank()
        study = make_ready(lingzhu)
        begin(study.enrolment, by=study.user, at=now())
    client = people.signed_in(study.user, lingzhu)
    assert "您有一场考核正在进行" in text_of(client.get("/my/data/close/"))
    assert "您有一场考核正在进行" in text_of(client.post("/my/data/close/", {"understood": "yes"}), 400)
    assert closing_of(study.user) is None


def test_not_while_hours_are_reviewed_at_any_institution(lingzhu: Any, jiangxin: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        user = make_case(lingzhu).enrolment.user
    client = people.signed_in(user, jiangxin)
    assert "您的学时正在审核" in text_of(client.post("/my/data/close/", {"understood": "yes"}), 400)


def test_a_wrong_code_closes_nothing_and_a_used_one_neither(lingzhu: Any, trainee_client: Any) -> None:
    client = trainee_client(lingzhu)
    client.post("/my/data/close/", {"understood": "yes"})
    code = code_of(client.user)
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert "验证码不正确或已失效" in text_of(
        client.post("/my/data/close/confirm/", {"password": PASSWORD, "code": wrong}), 400
    )
    client.post("/my/data/proof/?by=code", {"code": code})
    assert client.post("/my/data/close/confirm/", {"password": PASSWORD, "code": code}).status_code == 400
    assert closing_of(client.user) is None
