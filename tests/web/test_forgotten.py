"""A forgotten password: a code to the phone of the account, whoever asks, and a new password."""

import pytest

from tenants.accounts.models import PhoneCode, SignedIn
from tenants.accounts.services import pre_register
from tenants.messages.models import Sms
from tests.support.doors import browser_at, captcha, later, latest_code, words
from tests.support.people import BEFORE, id_number, make_user, signed_in

PASSWORD = {"password": "Gongdi2026", "again": "Gongdi2026"}


@pytest.fixture
def visitor(lingzhu):
    return browser_at(lingzhu)


def ask(browser, account: str):
    return browser.post("/signin/forgotten/", {"account": account} | captcha(browser.get("/signin/forgotten/")))


def prove(browser, account: str, phone: str):
    ask(browser, account)
    return browser.post("/signin/forgotten/code/", {"code": latest_code(phone)})


def test_a_code_and_a_new_password_open_the_account(visitor) -> None:
    user = make_user()
    assert prove(visitor, user.id_number, user.phone).headers["Location"] == "/signin/forgotten/password/"
    assert visitor.get("/my/").status_code == 302, "nothing opens before the new password"
    assert "新密码" in visitor.get("/signin/forgotten/password/").content.decode()
    assert visitor.post("/signin/forgotten/password/", PASSWORD).headers["Location"] == "/my/"
    assert visitor.get("/my/").status_code == 200
    user.refresh_from_db()
    assert user.check_password("Gongdi2026")


def test_all_other_sessions_end(visitor, lingzhu, jiangxin) -> None:
    user = make_user()
    others = [signed_in(user, place) for place in (lingzhu, jiangxin)]
    assert [other.get("/my/").status_code for other in others] == [200, 200]
    prove(visitor, user.phone, user.phone)
    visitor.post("/signin/forgotten/password/", PASSWORD)
    assert [other.get("/my/").status_code for other in others] == [302, 302]
    ends = SignedIn.objects.filter(user=user).order_by("id").values_list("end", flat=True)
    assert list(ends) == ["password", "password", ""]


def test_the_phone_is_named_nowhere(visitor) -> None:
    user = make_user()
    ask(visitor, user.id_number)
    page = visitor.get("/signin/forgotten/code/").content.decode()
    assert user.phone not in page
    assert user.phone[:3] not in page
    assert user.name not in page


def test_an_account_nobody_has_used_yet_is_set_up_the_same_way(visitor, lingzhu) -> None:
    user = pre_register(
        id_number=id_number(710), name="李建国", phone="13911110710", by=None, institution=lingzhu, at=BEFORE
    )
    assert prove(visitor, user.id_number, user.phone).status_code == 302
    assert visitor.post("/signin/forgotten/password/", PASSWORD).status_code == 302
    user.refresh_from_db()
    assert user.activated_at
    assert user.phone_verified_at
    assert user.check_password("Gongdi2026")


def test_a_phone_that_was_never_verified_names_no_account(visitor, lingzhu) -> None:
    pre_register(id_number=id_number(711), name="李建国", phone="13911110711", by=None, institution=lingzhu, at=BEFORE)
    ask(visitor, "13911110711")
    assert not Sms.objects.filter(holds_code=True).exists()


@pytest.mark.parametrize("account", ["440106198503129999", "13999999999", "E99999999", "nobody at all"])
def test_an_unknown_account_reads_like_a_known_one(visitor, lingzhu, account) -> None:
    user = make_user()
    known = browser_at(lingzhu, "203.0.113.2")
    answers = [ask(visitor, account), ask(known, user.id_number)]
    assert [(a.status_code, a.headers["Location"]) for a in answers] == [(302, "/signin/forgotten/code/")] * 2
    pages = [browser.get("/signin/forgotten/code/") for browser in (visitor, known)]
    assert words(pages[0]) == words(pages[1])
    wrong = [browser.post("/signin/forgotten/code/", {"code": "000000"}) for browser in (visitor, known)]
    assert (wrong[0].status_code, words(wrong[0])) == (wrong[1].status_code, words(wrong[1]))


def test_asking_again_within_the_minute_reads_the_same_and_the_first_code_still_works(visitor) -> None:
    user = make_user()
    ask(visitor, user.id_number)
    code = latest_code(user.phone)
    assert ask(visitor, user.id_number).status_code == 302
    assert Sms.objects.filter(holds_code=True).count() == 1
    assert visitor.post("/signin/forgotten/code/", {"code": code}).status_code == 302


def test_another_code_leaves_after_a_minute_and_voids_the_first(visitor, monkeypatch) -> None:
    user = make_user()
    ask(visitor, user.id_number)
    first = latest_code(user.phone)
    later(monkeypatch, 61)
    visitor.post("/signin/forgotten/resend/")
    assert PhoneCode.objects.filter(user=user).count() == 2
    if latest_code(user.phone) != first:
        assert visitor.post("/signin/forgotten/code/", {"code": first}).status_code == 400
    assert visitor.post("/signin/forgotten/code/", {"code": latest_code(user.phone)}).status_code == 302


def test_the_code_of_another_purpose_opens_nothing(visitor, lingzhu) -> None:
    from django.utils.timezone import now

    from tenants.accounts import codes
    from tenants.accounts.models import CodePurpose

    user = make_user()
    codes.send_code(user, CodePurpose.SIGN_IN, institution=lingzhu, address="", at=now())
    ask(visitor, user.id_number)
    assert visitor.post("/signin/forgotten/code/", {"code": latest_code(user.phone)}).status_code == 400


def test_pages_out_of_order_lead_back(visitor) -> None:
    assert visitor.get("/signin/forgotten/code/").headers["Location"] == "/signin/forgotten/"
    assert visitor.post("/signin/forgotten/password/", PASSWORD).headers["Location"] == "/signin/forgotten/"
    ask(visitor, make_user().id_number)
    assert visitor.post("/signin/forgotten/password/", PASSWORD).headers["Location"] == "/signin/forgotten/"


def test_the_session_key_changes_when_the_phone_is_proved(visitor) -> None:
    user = make_user()
    ask(visitor, user.id_number)
    before = visitor.cookies["sessionid"].value
    visitor.post("/signin/forgotten/code/", {"code": latest_code(user.phone)})
    assert visitor.cookies["sessionid"].value != before


def test_too_many_questions_of_one_network_wait(visitor, monkeypatch) -> None:
    from tests.support.certified import publish_rules

    publish_rules(people={"flows_an_hour_address": 2})
    assert [ask(visitor, f"4401061985031299{n:02d}").status_code for n in range(3)] == [302, 302, 429]
    assert ask(browser_at_other(visitor), "440106198503129999").status_code == 302


def browser_at_other(visitor):
    visitor.defaults["REMOTE_ADDR"] = "198.51.100.7"
    return visitor
