"""Codes by SMS: guessed, used twice, too late, asked for by the hundred, all at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connections

from tenants.accounts import codes
from tenants.accounts.models import CodePurpose, PhoneCode
from tenants.messages.models import Sms
from tests.support.certified import publish_rules
from tests.support.doors import latest_code
from tests.support.people import make_user

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
HERE, THERE = "203.0.113.1", "198.51.100.1"


def wrong_for(right: str) -> str:
    return f"{(int(right) + 1) % 1_000_000:06d}"


def test_five_wrong_guesses_use_a_code_up(lingzhu) -> None:
    user = make_user()
    codes.send_code(user, CodePurpose.SIGN_IN, institution=lingzhu, address=HERE, at=AT)
    right = latest_code(user.phone)
    for _ in range(5):
        with pytest.raises(codes.WrongCode):
            codes.check_code(user, CodePurpose.SIGN_IN, wrong_for(right), at=AT)
    with pytest.raises(codes.WrongCode):
        codes.check_code(user, CodePurpose.SIGN_IN, right, at=AT)


def test_a_code_works_once_for_its_purpose_its_person_and_five_minutes(lingzhu) -> None:
    user, other = make_user(), make_user()
    codes.send_code(user, CodePurpose.SIGN_IN, institution=lingzhu, address=HERE, at=AT)
    right = latest_code(user.phone)
    for who, purpose, at in (
        (other, CodePurpose.SIGN_IN, AT),
        (user, CodePurpose.PASSWORD, AT),
        (user, CodePurpose.SIGN_IN, AT + timedelta(minutes=5)),
    ):
        with pytest.raises(codes.WrongCode):
            codes.check_code(who, purpose, right, at=at)
    codes.check_code(user, CodePurpose.SIGN_IN, right, at=AT + timedelta(minutes=4, seconds=59))
    with pytest.raises(codes.WrongCode):
        codes.check_code(user, CodePurpose.SIGN_IN, right, at=AT)


def test_a_code_for_the_old_number_is_void_after_the_number_has_changed(lingzhu) -> None:
    user = make_user()
    codes.send_code(user, CodePurpose.SIGN_IN, institution=lingzhu, address=HERE, at=AT)
    right = latest_code(user.phone)
    user.set_phone("13911119999")
    user.save()
    with pytest.raises(codes.WrongCode):
        codes.check_code(user, CodePurpose.SIGN_IN, right, at=AT)


def test_a_number_gets_one_code_a_minute_and_five_a_day_whoever_asks_for_what(lingzhu, jiangxin) -> None:
    phone = "13911118888"
    askers = [(CodePurpose.REGISTER, None), (CodePurpose.NEW_PHONE, make_user()), (CodePurpose.APPLY, None)]
    at = AT
    for number in range(5):
        purpose, user = askers[number % 3]
        place = (lingzhu, jiangxin)[number % 2]
        address = f"203.0.113.{number}"
        codes.send_code_to(phone, purpose, user=user, institution=place, address=address, at=at)
        with pytest.raises(codes.TooSoon):
            codes.send_code_to(
                phone, askers[(number + 1) % 3][0], institution=None, address=THERE, at=at + timedelta(seconds=59)
            )
        at += timedelta(minutes=1)
    with pytest.raises(codes.TooMany):
        codes.send_code_to(phone, CodePurpose.REGISTER, institution=None, address=THERE, at=at)
    codes.send_code_to(phone, CodePurpose.REGISTER, institution=None, address=THERE, at=AT + timedelta(days=1))
    assert Sms.objects.filter(holds_code=True).count() == 6


def test_an_address_gets_twenty_codes_a_day(lingzhu) -> None:
    for number in range(20):
        codes.send_code_to(f"139111180{number:02d}", CodePurpose.REGISTER, institution=lingzhu, address=HERE, at=AT)
    with pytest.raises(codes.TooManyHere):
        codes.send_code_to("13911118099", CodePurpose.REGISTER, institution=lingzhu, address=HERE, at=AT)
    codes.send_code_to("13911118099", CodePurpose.REGISTER, institution=lingzhu, address=THERE, at=AT)


def test_an_institution_has_a_cap_of_its_own(lingzhu, jiangxin) -> None:
    publish_rules(people={"codes_a_day_institution": 2})
    phones = iter(f"139111170{n:02d}" for n in range(99))
    for _ in range(2):
        codes.send_code_to(next(phones), CodePurpose.REGISTER, institution=lingzhu, address="", at=AT)
    with pytest.raises(codes.TooManyHere):
        codes.send_code_to(next(phones), CodePurpose.REGISTER, institution=lingzhu, address="", at=AT)
    codes.send_code_to(next(phones), CodePurpose.REGISTER, institution=jiangxin, address="", at=AT)


def test_questions_about_nobody_count_like_those_about_somebody(lingzhu) -> None:
    from tenants.accounts import recovery, signin

    for number in range(30):
        index = signin.index_of(f"4401061985031299{number:02d}")
        recovery.ask_for_code(index, institution=lingzhu, address=HERE, at=AT)
    assert PhoneCode.objects.count() == 20
    assert not Sms.objects.exists()


def at_once(work, count: int) -> list:
    """Run `work` in so many threads, each with a connection of its own."""

    def run(number: int):
        try:
            return work(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.usefixtures("committed")
def test_parallel_requests_send_one_code() -> None:
    def ask(number: int) -> str:
        try:
            codes.send_code_to(
                "13911118777", CodePurpose.REGISTER, institution=None, address=f"203.0.113.{number % 2}", at=AT
            )
            return "sent"
        except codes.TooSoon:
            return "too soon"

    answers = at_once(ask, 8)
    assert sorted(answers) == ["sent"] + ["too soon"] * 7
    assert Sms.objects.filter(holds_code=True).count() == 1


@pytest.mark.usefixtures("committed")
def test_parallel_guesses_are_five_guesses() -> None:
    code = codes.send_code_to("13911118766", CodePurpose.REGISTER, institution=None, address="", at=AT)
    wrong = wrong_for(latest_code("13911118766"))

    def guess(_number: int) -> None:
        with pytest.raises(codes.WrongCode):
            codes.check_code_of(code.uuid, CodePurpose.REGISTER, wrong, at=AT)

    at_once(guess, 12)
    code.refresh_from_db()
    assert (code.tries, code.used_at) == (5, None)


@pytest.mark.usefixtures("committed")
def test_one_code_cannot_be_used_twice_at_once() -> None:
    code = codes.send_code_to("13911118755", CodePurpose.REGISTER, institution=None, address="", at=AT)
    right = latest_code("13911118755")

    def use(_number: int) -> bool:
        try:
            codes.check_code_of(code.uuid, CodePurpose.REGISTER, right, at=AT)
            return True
        except codes.WrongCode:
            return False

    assert sorted(at_once(use, 6)) == [False] * 5 + [True]


def test_every_code_says_what_it_is_for(lingzhu) -> None:
    told = set()
    for number, purpose in enumerate(CodePurpose):
        codes.send_code_to(f"139111160{number:02d}", purpose, institution=lingzhu, address="", at=AT)
        told.add(Sms.objects.latest("id").text.split("，")[0])
    assert len(told) == len(CodePurpose)
