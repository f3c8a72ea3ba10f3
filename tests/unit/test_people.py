"""Identity numbers, phones, and accounts that a clerk cannot take over."""

from datetime import UTC, datetime

import pytest

from tenants.accounts.rules import (
    BadIdNumber,
    BadPhone,
    gender_of,
    is_known_region,
    normalised_id_number,
    normalised_phone,
)
from tenants.accounts.services import IdentityConflict, WeakPassword, activate, pre_register
from tenants.audit.models import Entry
from tests.support.people import id_number

AT = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def test_an_id_number_is_accepted_as_people_type_it() -> None:
    number = id_number(7)
    wide = "".join(chr(ord(c) + 0xFEE0) for c in number)
    assert normalised_id_number(f" {number[:6]} {number[6:14]} {number[14:].lower()} ") == number
    assert normalised_id_number(wide) == number


@pytest.mark.parametrize(
    "text", ["", "1", "44010619850312001", id_number(7)[:-1] + "?", "440106198502300011", "abcdefghijklmnopqr"]
)
def test_a_number_that_cannot_exist_is_refused(text: str) -> None:
    with pytest.raises(BadIdNumber):
        normalised_id_number(text)


def test_a_wrong_check_digit_is_refused() -> None:
    number = id_number(7)
    wrong = "0" if number[-1] != "0" else "1"
    with pytest.raises(BadIdNumber):
        normalised_id_number(number[:-1] + wrong)


def test_the_seventeenth_digit_tells_the_gender() -> None:
    assert gender_of(id_number(1)) == "male"
    assert gender_of(id_number(2)) == "female"


def test_residence_permits_and_old_regions_are_known() -> None:
    assert is_known_region(id_number(1))
    assert is_known_region(id_number(1, region="810000"))


@pytest.mark.parametrize("text", ["13800138000", "+86 138 0013 8000", "１３８００１３８０００", "138-0013-8000"])
def test_a_mobile_number_is_accepted_as_people_type_it(text: str) -> None:
    assert normalised_phone(text) == "13800138000"


@pytest.mark.parametrize("text", ["", "020-83330001", "1380013800", "+1 212 555 0100", "abc"])
def test_anything_else_is_not_a_mobile_number(text: str) -> None:
    with pytest.raises(BadPhone):
        normalised_phone(text)


def test_a_new_person_has_the_initial_password_and_is_not_active_yet(lingzhu) -> None:
    user = pre_register(
        id_number=id_number(501), name="李建国", phone="13800138000", by=None, institution=lingzhu, at=AT
    )
    assert user.check_password("111111")
    assert user.activated_at is None
    assert user.name_pinyin == "lijianguo"


def test_naming_an_existing_person_changes_nothing_of_theirs(lingzhu, make_user) -> None:
    user = make_user("李建国")
    phone, password = user.phone, user.password
    again = pre_register(
        id_number=user.id_number, name="李建国", phone="13900139000", by=None, institution=lingzhu, at=AT
    )
    again.refresh_from_db()
    assert (again.pk, again.phone, again.password) == (user.pk, phone, password)


def test_a_conflict_of_names_is_refused_without_saying_whose_number_it_is(lingzhu, make_user) -> None:
    user = make_user("李建国")
    with pytest.raises(IdentityConflict) as error:
        pre_register(id_number=user.id_number, name="王小明", phone=None, by=None, institution=lingzhu, at=AT)
    assert "李建国" not in error.value.message


@pytest.mark.parametrize("password", ["111111", "short1", "onlyletters", "12345678901", "password1"])
def test_weak_passwords_are_refused_at_the_first_sign_in(password: str, make_user) -> None:
    user = make_user(activated_at=None)
    with pytest.raises(WeakPassword):
        activate(user, password, at=AT)
    user.refresh_from_db()
    assert user.activated_at is None


def test_a_password_with_the_own_birthday_is_refused(make_user) -> None:
    with pytest.raises(WeakPassword):
        activate(make_user(activated_at=None), "zhuxue19850312", at=AT)


def test_activation_writes_its_audit_row_with_the_change(make_user) -> None:
    user = make_user(activated_at=None)
    activate(user, "Gongdi2026x", at=AT)
    assert user.check_password("Gongdi2026x")
    assert Entry.objects.filter(subject_id=str(user.uuid)).values_list("action", flat=True)[0] == "account.activated"
