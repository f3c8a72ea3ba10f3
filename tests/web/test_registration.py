"""Opening an account oneself: document, phone, code, password."""

import pytest

from tenants.accounts.models import PhoneCode, User
from tenants.accounts.services import pre_register
from tenants.audit.models import Entry
from tenants.messages.models import Sms
from tests.support.doors import browser_at, captcha, later, latest_code, words
from tests.support.people import BEFORE, id_number, make_user

PHONE = "13911112222"
DOCUMENT = {"kind": "resident_id", "number": id_number(701), "name": "黄晓彤"}
PASSWORD = {"password": "Gongdi2026", "again": "Gongdi2026"}


@pytest.fixture
def visitor(lingzhu):
    return browser_at(lingzhu)


def give_document(browser, **change):
    return browser.post("/signin/register/", DOCUMENT | change)


def give_phone(browser, phone=PHONE):
    return browser.post("/signin/register/phone/", {"phone": phone} | captcha(browser.get("/signin/register/phone/")))


def prove_phone(browser, phone=PHONE):
    assert give_phone(browser, phone).headers["Location"] == "/signin/register/code/"
    return browser.post("/signin/register/code/", {"code": latest_code(phone)})


def register(browser, phone=PHONE, **change):
    give_document(browser, **change)
    prove_phone(browser, phone)
    return browser.post("/signin/register/password/", PASSWORD)


def test_four_pages_lead_to_an_active_account_and_its_profile(visitor, lingzhu) -> None:
    assert give_document(visitor).headers["Location"] == "/signin/register/phone/"
    assert prove_phone(visitor).headers["Location"] == "/signin/register/password/"
    done = visitor.post("/signin/register/password/", PASSWORD)
    assert done.headers["Location"] == "/my/profile/"
    assert visitor.get("/my/profile/").status_code == 200
    user = User.objects.by_id_number(DOCUMENT["number"])
    assert (user.name, user.gender, user.phone, user.document_kind) == ("黄晓彤", "male", PHONE, "resident_id")
    assert user.activated_at
    assert user.phone_verified_at
    assert user.check_password("Gongdi2026")
    kept = Entry.objects.filter(subject_id=str(user.uuid)).order_by("id")
    assert [e.action for e in kept][:3] == ["account.registered", "account.password_set", "account.activated"]
    assert kept[0].institution == lingzhu


def test_the_page_of_the_code_names_the_phone_it_went_to(visitor) -> None:
    give_document(visitor)
    give_phone(visitor)
    page = visitor.get("/signin/register/code/").content.decode()
    assert f"{PHONE[:3]}****{PHONE[-4:]}" in page
    assert PHONE not in page


def test_the_portal_registers_too(association) -> None:
    visitor = browser_at(association)
    assert register(visitor).headers["Location"] == "/my/profile/"


def test_a_passport_needs_the_gender_and_keeps_everything_typed(visitor) -> None:
    typed = {"kind": "passport", "number": "e 1234-5678", "name": "Maria da Silva"}
    page = give_document(visitor, **typed)
    assert page.status_code == 400
    text = page.content.decode()
    assert "请选择护照上的性别" in text
    assert "e 1234-5678" in text
    assert "Maria da Silva" in text
    assert register(visitor, **typed, gender="female").headers["Location"] == "/my/profile/"
    user = User.objects.by_document("passport", "E12345678")
    assert (user.gender, user.document_kind) == ("female", "passport")
    assert User.objects.by_id_number("E12345678") is None


def test_a_residence_permit_is_registered_as_one(visitor) -> None:
    number = id_number(702, region="810000")
    assert register(visitor, kind="residence_permit", number=number).headers["Location"] == "/my/profile/"
    assert User.objects.by_id_number(number).document_kind == "residence_permit"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"number": id_number(701)[:-1] + ("0" if id_number(701)[-1] != "0" else "1")}, "号码有一位不对"),
        ({"number": id_number(701, born="19850230")}, "这个日期不存在"),
        ({"number": "4401061985"}, "号码是 18 位"),
        ({"number": id_number(701, region="820000")}, "这是港澳台居民居住证的号码"),
        ({"kind": "residence_permit"}, "以 81、82 或 83 开头"),
        ({"kind": "passport", "number": "13800138000", "gender": "male"}, "护照号码是 5 到 17 位"),
        ({"name": "黄"}, "请按证件上的姓名填写"),
        ({"kind": "driving_licence"}, "选择"),
    ],
)
def test_a_slip_has_its_sentence_at_the_field_and_nothing_typed_is_lost(visitor, change, sentence) -> None:
    page = give_document(visitor, **change)
    text = page.content.decode()
    assert page.status_code == 400
    assert sentence in text
    assert f'value="{change.get("number", DOCUMENT["number"])}"' in text
    assert f'value="{change.get("name", DOCUMENT["name"])}"' in text


def test_a_wrong_check_digit_is_not_told_the_right_one(visitor) -> None:
    right = id_number(701)
    wrong = right[:-1] + ("0" if right[-1] != "0" else "1")
    text = give_document(visitor, number=wrong).content.decode()
    assert wrong in text
    assert right not in text


def test_an_unknown_region_is_a_warning_that_can_be_confirmed(visitor) -> None:
    number = id_number(703, region="999999")
    page = give_document(visitor, number=number)
    assert page.status_code == 400
    assert "没有查到这个地区" in page.content.decode()
    confirmed = give_document(visitor, number=number, region_confirmed="on")
    assert confirmed.headers["Location"] == "/signin/register/phone/"


def test_no_sms_leaves_without_the_captcha(visitor) -> None:
    give_document(visitor)
    answer = visitor.post("/signin/register/phone/", {"phone": PHONE})
    assert answer.status_code == 400
    assert f'value="{PHONE}"' in answer.content.decode()
    assert not PhoneCode.objects.exists()


def test_pages_out_of_order_lead_back_to_the_first(visitor) -> None:
    for page in ("phone", "code", "password"):
        assert visitor.get(f"/signin/register/{page}/").headers["Location"] == "/signin/register/"
    give_document(visitor)
    assert visitor.post("/signin/register/password/", PASSWORD).headers["Location"] == "/signin/register/"
    assert not User.objects.filter(name="黄晓彤").exists()


def test_after_half_an_hour_it_begins_anew(visitor, monkeypatch) -> None:
    give_document(visitor)
    later(monkeypatch, 1801)
    assert visitor.get("/signin/register/phone/").headers["Location"] == "/signin/register/"


def test_start_again_forgets_what_was_typed(visitor) -> None:
    give_document(visitor)
    assert DOCUMENT["number"] in visitor.get("/signin/register/").content.decode()
    visitor.post("/signin/register/restart/")
    assert DOCUMENT["number"] not in visitor.get("/signin/register/").content.decode()


def test_a_taken_phone_is_named_only_after_its_code(visitor) -> None:
    holder = make_user()
    give_document(visitor)
    asked = give_phone(visitor, holder.phone)
    assert asked.headers["Location"] == "/signin/register/code/", "no difference before the code"
    told = visitor.post("/signin/register/code/", {"code": latest_code(holder.phone)})
    assert told.status_code == 400
    assert "这个手机号已经属于另一个账号" in told.content.decode()
    assert visitor.get("/signin/register/password/").headers["Location"] == "/signin/register/"
    assert prove_phone(visitor, "13911113333").headers["Location"] == "/signin/register/password/"


def conflicts(lingzhu) -> list[dict]:
    """Everything that may stand against a registration: name, phone, state, all of an account that exists."""
    used = make_user("黄晓彤")
    waiting = pre_register(
        id_number=id_number(704), name="黄晓彤", phone="13911114444", by=None, institution=lingzhu, at=BEFORE
    )
    gone = make_user("黄晓彤", is_active=False)
    return [
        {"number": used.id_number},
        {"number": used.id_number, "name": "别人"},
        {"number": waiting.id_number, "name": "别人"},
        {"number": waiting.id_number},
        {"number": gone.id_number},
    ]


def test_every_conflict_is_refused_in_the_same_words(lingzhu) -> None:
    said = set()
    for at, change in enumerate(conflicts(lingzhu)):
        visitor = browser_at(lingzhu, f"203.0.113.{at + 10}")
        give_document(visitor, **change)
        refused = prove_phone(visitor, f"1391111500{at}")
        said.add((refused.status_code, words(refused)))
        assert visitor.get("/signin/register/password/").headers["Location"] == "/signin/register/"
    assert len(said) == 1
    assert "没有开通新账号" in next(iter(said))[1]


def test_the_owner_of_the_account_is_told_once_a_day(lingzhu) -> None:
    owner = make_user("黄晓彤")
    for at in range(2):
        visitor = browser_at(lingzhu)
        give_document(visitor, number=owner.id_number)
        prove_phone(visitor, f"1391111600{at}")
    notices = Sms.objects.filter(template="account_exists")
    assert [(n.user, n.phone) for n in notices] == [(owner, owner.phone)]
    owner.refresh_from_db()
    assert owner.check_password("Zhuxue2026")


def test_who_was_registered_by_an_institution_may_finish_here(visitor, lingzhu) -> None:
    known = pre_register(
        id_number=DOCUMENT["number"], name="黄晓彤", phone=PHONE, by=None, institution=lingzhu, at=BEFORE
    )
    assert register(visitor).headers["Location"] == "/my/profile/"
    known.refresh_from_db()
    assert known.activated_at
    assert known.phone_verified_at
    assert known.check_password("Gongdi2026")
    assert User.objects.filter(name="黄晓彤").count() == 1


def test_a_weak_password_is_explained_and_opens_nothing(visitor) -> None:
    give_document(visitor)
    prove_phone(visitor)
    answer = visitor.post("/signin/register/password/", {"password": "19850312", "again": "19850312"})
    assert answer.status_code == 400
    assert "field-error" in answer.content.decode()
    assert User.objects.by_id_number(DOCUMENT["number"]) is None
    assert visitor.post("/signin/register/password/", PASSWORD).headers["Location"] == "/my/profile/"


def test_two_who_register_one_document_at_once_get_one_account(lingzhu) -> None:
    browsers = [browser_at(lingzhu, f"203.0.113.{n}") for n in (1, 2)]
    for n, browser in enumerate(browsers):
        give_document(browser)
        prove_phone(browser, f"1391111700{n}")
    answers = [browser.post("/signin/register/password/", PASSWORD).status_code for browser in browsers]
    assert answers == [302, 409]
    assert User.objects.filter(name="黄晓彤").count() == 1


def test_numbers_lie_sealed_in_the_session(visitor) -> None:
    import base64

    from django.contrib.sessions.models import Session

    give_document(visitor)
    give_phone(visitor)
    row = Session.objects.get(session_key=visitor.cookies["sessionid"].value)
    plain = row.session_data + repr(row.get_decoded())
    sealed = base64.b64decode(row.get_decoded()["flow_registration"])
    for secret in (DOCUMENT["number"], PHONE, "黄晓彤"):
        assert secret not in plain
        assert secret.encode() not in sealed


def test_a_suspended_institution_registers_nobody(visitor, lingzhu) -> None:
    from tenants.models import State
    from tenants.states import change_state

    change_state(lingzhu, State.SUSPENDED, reason="test", by=None, at=BEFORE)
    assert visitor.get("/signin/register/").status_code == 503
