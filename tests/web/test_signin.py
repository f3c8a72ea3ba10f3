"""The doors, as a person meets them."""

import re

import pytest
from django.test import Client
from django.utils.timezone import now
from django_tenants.utils import tenant_context

from tenants.accounts.models import PhoneCode, User
from tenants.messages.models import Sms
from tests.support.doors import latest_code
from tests.support.doors import sign_in as sign_in_with_captcha
from tests.support.people import make_user


@pytest.fixture
def newcomer(db) -> User:
    user = make_user("李建国", password="111111", activated_at=None, password_set_at=None)
    user.set_phone("13800138000")
    user.save()
    return user


@pytest.fixture
def browser(lingzhu) -> Client:
    return Client(headers={"host": lingzhu.host})


def sign_in(browser: Client, user: User, password: str, **more):
    return browser.post("/signin/", {"account": user.id_number, "password": password, **more})


def test_the_first_sign_in_leads_through_code_and_new_password_to_the_profile(browser, newcomer) -> None:
    assert sign_in(browser, newcomer, "111111").headers["Location"] == "/signin/first/"
    assert browser.get("/my/").status_code == 302, "nothing opens before the code and the new password"
    page = browser.get("/signin/first/").content.decode()
    assert "138****8000" in page
    assert newcomer.phone not in page
    assert browser.post("/signin/first/", {"code": latest_code()}).status_code == 302
    assert browser.get("/my/").status_code == 302
    done = browser.post("/signin/first/", {"password": "Gongdi2026", "again": "Gongdi2026"})
    assert done.headers["Location"] == "/my/profile/"
    newcomer.refresh_from_db()
    assert newcomer.activated_at
    assert newcomer.check_password("Gongdi2026")


def test_the_initial_password_alone_opens_nothing(browser, newcomer) -> None:
    sign_in(browser, newcomer, "111111")
    for path in ("/my/", "/my/profile/", "/exam/", "/admin/"):
        assert browser.get(path).status_code == 302, path
    assert browser.post("/signin/first/", {"password": "Gongdi2026", "again": "Gongdi2026"}).status_code == 400


def test_a_code_works_once_and_five_tries_use_it_up(browser, newcomer) -> None:
    sign_in(browser, newcomer, "111111")
    right = latest_code()
    wrong = "000000" if right != "000000" else "111111"
    for _ in range(5):
        assert browser.post("/signin/first/", {"code": wrong}).status_code == 400
    assert browser.post("/signin/first/", {"code": right}).status_code == 400
    assert PhoneCode.objects.get().used_at is None


def test_unknown_accounts_and_wrong_passwords_read_the_same(browser, newcomer) -> None:
    unknown = browser.post("/signin/", {"account": "440106198503129999", "password": "x"})
    browser.defaults["REMOTE_ADDR"] = "203.0.113.2"
    wrong = sign_in(browser, newcomer, "x")

    def words(answer) -> str:
        return re.sub(r'value="[^"]*"|captcha/image/\w+|[0-9a-f]{40}', "", answer.content.decode())

    assert (unknown.status_code, words(unknown)) == (wrong.status_code, words(wrong))


def test_after_a_failure_the_picture_is_asked_for(browser, newcomer) -> None:
    assert b"captcha" not in browser.get("/signin/").content
    sign_in(browser, newcomer, "x")
    again = sign_in(browser, newcomer, "111111")
    assert again.status_code == 400
    assert b"captcha_1" in again.content


def test_a_failure_is_remembered_everywhere_and_however_the_number_is_spaced(browser, newcomer, jiangxin) -> None:
    sign_in(browser, newcomer, "x")
    number = newcomer.id_number
    elsewhere = Client(headers={"host": jiangxin.host})
    again = elsewhere.post("/signin/", {"account": f"{number[:6]} {number[6:]}", "password": "111111"})
    assert again.status_code == 400
    assert b"captcha_1" in again.content


def test_five_failures_over_two_institutions_delay_the_account(lingzhu, jiangxin, newcomer, rf) -> None:
    from tenants.accounts.signin import CannotSignIn, check_password

    for host in (lingzhu, jiangxin, lingzhu, jiangxin, lingzhu):
        with pytest.raises(CannotSignIn), tenant_context(host):
            check_password(rf.post("/signin/"), account=newcomer.id_number, password="wrong", at=now())
    with pytest.raises(CannotSignIn), tenant_context(jiangxin):
        check_password(rf.post("/signin/"), account=newcomer.id_number, password="111111", at=now())


def test_a_new_device_needs_a_code_and_is_then_known(lingzhu, browser) -> None:
    user = make_user()
    assert sign_in(browser, user, "Zhuxue2026").headers["Location"] == "/signin/code/"
    assert browser.get("/my/").status_code == 302
    assert browser.post("/signin/code/", {"code": latest_code()}).headers["Location"] == "/my/"
    assert browser.get("/my/").status_code == 200
    browser.post("/signin/out/")
    assert browser.get("/my/").status_code == 302
    assert sign_in(browser, user, "Zhuxue2026").headers["Location"] == "/my/"


def test_another_code_is_sent_only_after_a_minute(browser, newcomer) -> None:
    sign_in(browser, newcomer, "111111")
    browser.post("/signin/resend/")
    sign_in(browser, newcomer, "111111")
    assert Sms.objects.filter(holds_code=True).count() == 1


def test_signing_in_does_not_lead_off_the_site(browser) -> None:
    user = make_user()
    sign_in(browser, user, "Zhuxue2026", next="https://evil.example/")
    assert browser.post("/signin/code/", {"code": latest_code()}).headers["Location"] == "/my/"


def test_the_session_key_changes_at_sign_in(browser, newcomer) -> None:
    browser.get("/signin/")
    sign_in(browser, newcomer, "111111")
    before = browser.cookies["sessionid"].value
    browser.post("/signin/first/", {"code": latest_code()})
    browser.post("/signin/first/", {"password": "Gongdi2026", "again": "Gongdi2026"})
    assert browser.cookies["sessionid"].value != before


def test_the_portal_shows_the_picture_at_once(association) -> None:
    assert b"captcha_1" in Client(headers={"host": association.host}).get("/signin/").content


def test_a_verified_phone_is_an_account_too(browser) -> None:
    user = make_user()
    typed = f"+86 {user.phone[:3]} {user.phone[3:7]} {user.phone[7:]}"
    answer = browser.post("/signin/", {"account": typed, "password": "Zhuxue2026"})
    assert answer.headers["Location"] == "/signin/code/"


@pytest.mark.parametrize("lacking", ["phone_verified_at", "activated_at"])
def test_a_phone_opens_nothing_before_it_was_proved(browser, lacking: str) -> None:
    user = make_user(**{lacking: None})
    assert browser.post("/signin/", {"account": user.phone, "password": "Zhuxue2026"}).status_code == 400


def test_two_who_wrote_down_one_phone_cannot_sign_in_as_each_other(browser) -> None:
    owner, other = make_user(), make_user(phone_verified_at=None, password="Andere2026")
    other.set_phone(owner.phone)
    other.save()
    assert browser.post("/signin/", {"account": owner.phone, "password": "Andere2026"}).status_code == 400
    browser.defaults["REMOTE_ADDR"] = "203.0.113.9"
    elsewhere = sign_in_with_captcha(browser, owner.phone, "Zhuxue2026")
    assert elsewhere.headers["Location"] == "/signin/code/"
    assert PhoneCode.objects.get().user == owner


def test_a_passport_is_an_account_too(browser, lingzhu) -> None:
    from tenants.accounts.services import pre_register
    from tests.support.people import BEFORE

    person = pre_register(
        id_number="E12345678", name="Maria da Silva", phone="13911119001", by=None, institution=lingzhu, at=BEFORE,
        document_kind="passport", gender="female",
    )  # fmt: skip
    answer = browser.post("/signin/", {"account": "e1234 5678", "password": "111111"})
    assert answer.headers["Location"] == "/signin/first/"
    assert (person.gender, person.document_kind) == ("female", "passport")


def test_somebody_without_a_phone_is_told_whom_to_ask(browser, lingzhu) -> None:
    from tenants.accounts.services import pre_register
    from tests.support.people import BEFORE, id_number

    number = id_number(820)
    pre_register(id_number=number, name="李建国", phone=None, by=None, institution=lingzhu, at=BEFORE)
    answer = browser.post("/signin/", {"account": number, "password": "111111"})
    assert answer.status_code == 409
    assert "没有登记手机号" in answer.content.decode()


def test_a_code_that_took_anothers_turn_is_not_said_to_be_sent(browser, lingzhu) -> None:
    from tenants.accounts import codes
    from tenants.accounts.models import CodePurpose

    user = make_user()
    codes.send_code(user, CodePurpose.OLD_PHONE, institution=lingzhu, address="", at=now())
    assert sign_in(browser, user, "Zhuxue2026").headers["Location"] == "/signin/code/"
    page = browser.get("/signin/code/").content.decode()
    assert "还没有向" in page
    assert Sms.objects.filter(holds_code=True).count() == 1
