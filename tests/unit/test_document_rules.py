"""Documents, names and accounts as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenants.accounts.lockout import delay_s
from tenants.accounts.rules import (
    BadDocument,
    BadName,
    account_of,
    is_known_region,
    kind_of,
    normalised_document,
    normalised_name,
    same_name,
)
from tests.support.people import id_number

RESIDENT, PERMIT = id_number(7), id_number(7, region="810000")


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("resident_id", f"{RESIDENT[:6]} {RESIDENT[6:14]} {RESIDENT[14:].lower()}", RESIDENT),
        ("residence_permit", PERMIT, PERMIT),
        ("residence_permit", id_number(8, region="820000"), id_number(8, region="820000")),
        ("residence_permit", id_number(8, region="830000"), id_number(8, region="830000")),
        ("passport", " e 1234-5678 ", "E12345678"),
        ("passport", "ｅ１２３４５６７８", "E12345678"),
        ("passport", "123456789", "123456789"),
        ("passport", "A2345", "A2345"),
    ],
)
def test_a_document_is_stored_bare(kind: str, typed: str, stored: str) -> None:
    assert normalised_document(kind, typed) == stored


@pytest.mark.parametrize(
    ("kind", "typed", "about"),
    [
        ("resident_id", RESIDENT[:-1], "18 位"),
        ("resident_id", RESIDENT[:-1] + "?", "18 位"),
        ("resident_id", id_number(7, born="19850230"), "出生日期"),
        ("resident_id", id_number(7, born="18990101"), "出生日期"),
        ("resident_id", id_number(7, born="20991231"), "出生日期"),
        ("resident_id", PERMIT, "居住证"),
        ("residence_permit", RESIDENT, "81、82 或 83"),
        ("passport", "A234", "5 到 17 位"),
        ("passport", "A" * 18, "5 到 17 位"),
        ("passport", "ABCDEF", "5 到 17 位"),
        ("passport", "E1234/678", "5 到 17 位"),
        ("passport", "13800138000", "5 到 17 位"),
    ],
)
def test_what_is_wrong_is_said_without_the_right_number(kind: str, typed: str, about: str) -> None:
    with pytest.raises(BadDocument) as error:
        normalised_document(kind, typed)
    assert about in error.value.message
    assert not any(piece in error.value.message for piece in (RESIDENT, PERMIT))


@given(position=st.integers(0, 17), digit=st.sampled_from("0123456789X"))
def test_no_single_slip_is_accepted(position: int, digit: str) -> None:
    typed = RESIDENT[:position] + digit + RESIDENT[position + 1 :]
    if typed == RESIDENT:
        return
    with pytest.raises(BadDocument):
        normalised_document("resident_id", typed)


@given(at=st.integers(0, 16))
def test_neighbours_that_changed_places_are_noticed(at: int) -> None:
    typed = RESIDENT[:at] + RESIDENT[at + 1] + RESIDENT[at] + RESIDENT[at + 2 :]
    if typed == RESIDENT:
        return
    with pytest.raises(BadDocument):
        normalised_document("resident_id", typed)


def test_an_unknown_region_is_no_error_but_known_to_be_unknown() -> None:
    strange = id_number(7, region="999999")
    assert normalised_document("resident_id", strange) == strange
    assert not is_known_region(strange)
    assert is_known_region(RESIDENT)
    assert is_known_region(PERMIT)
    assert is_known_region(id_number(7, region="440301"))


def test_eighteen_digits_tell_their_kind() -> None:
    assert [kind_of(number) for number in (RESIDENT, PERMIT)] == ["resident_id", "residence_permit"]


@pytest.mark.parametrize(
    ("typed", "account"),
    [
        ("138 0013 8000", ("phone", "13800138000")),
        ("+86 13800138000", ("phone", "13800138000")),
        (f"{RESIDENT[:6]} {RESIDENT[6:]}", ("id_number", RESIDENT)),
        (PERMIT, ("id_number", PERMIT)),
        ("440106198503129999", ("id_number", "440106198503129999")),
        ("e1234 5678", ("passport", "E12345678")),
        ("someone@example.org", ("account", "SOMEONE@EXAMPLEORG")),
        ("", ("account", "")),
    ],
)
def test_one_field_takes_phone_id_number_and_passport(typed: str, account: tuple[str, str]) -> None:
    assert account_of(typed) == account


@given(st.text(max_size=200))
def test_no_text_breaks_the_account_field(typed: str) -> None:
    namespace, text = account_of(typed)
    assert namespace in {"phone", "id_number", "passport", "account"}
    assert len(text) <= 64


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" 李 建国 ", "李 建国"),
        ("阿卜杜拉 • 买买提", "阿卜杜拉·买买提"),
        ("阿卜杜拉.买买提", "阿卜杜拉·买买提"),
        ("John  O'Neil", "John O'Neil"),
        ("Jean-Luc A. Picard", "Jean-Luc A. Picard"),
    ],
)
def test_a_name_is_stored_in_one_spelling(typed: str, stored: str) -> None:
    assert normalised_name(typed) == stored


@pytest.mark.parametrize("typed", ["", "李", "李1", "<b>李</b>", "=李建国", "李" * 51, "李_建国"])
def test_what_cannot_be_a_name_is_refused(typed: str) -> None:
    with pytest.raises(BadName):
        normalised_name(typed)


def test_spellings_of_one_name_are_one_name() -> None:
    assert same_name("阿卜杜拉·买买提", "阿卜杜拉•买买提 ")
    assert same_name("李建国", "李 建国")
    assert same_name("JOHN O'NEIL", "John O'Neil")
    assert not same_name("李建国", "李建園")


def test_delays_come_at_every_fifth_failure_and_the_last_one_repeats() -> None:
    delays = (60, 300, 900, 3600)
    assert [delay_s(n, 5, delays) for n in range(1, 11)] == [0, 0, 0, 0, 60, 0, 0, 0, 0, 300]
    assert [delay_s(n, 5, delays) for n in (15, 20, 25, 500)] == [900, 3600, 3600, 3600]
