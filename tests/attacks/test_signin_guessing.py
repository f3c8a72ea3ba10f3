"""Brute force, spraying, changing addresses: slowed down, and nobody is locked out for good."""

from datetime import UTC, datetime, timedelta

from django.utils.timezone import now

from tenants.accounts import lockout, signin
from tests.support.certified import publish_rules
from tests.support.doors import browser_at, captcha, is_in, later, latest_code, sign_in
from tests.support.people import make_user

AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
RIGHT = "Zhuxue2026"
HERE, THERE = "203.0.113.1", "198.51.100.1"


def attempt(account: str, address: str, *, known: bool = False, at: datetime = AT) -> lockout.Attempt:
    return lockout.Attempt.of(account, address, known_device=known, at=at)


def fail(user, address: str, *, times: int = 1, at: datetime | None = None) -> None:
    """Wrong passwords, as the sign-in counts them; without the hashes, which would take the test minutes."""
    for _ in range(times):
        one = attempt(signin.index_of(user.id_number), address, at=at or now())
        if lockout.may_try(one):
            lockout.failed(one)


def test_guessing_one_account_waits_longer_and_longer_but_never_for_good(db) -> None:
    at, waits = AT, []
    for _ in range(6):
        for _ in range(5):
            assert lockout.may_try(attempt("a", HERE, at=at))
            lockout.failed(attempt("a", HERE, at=at))
        waits.append(lockout.wait_s(attempt("a", HERE, at=at)))
        at += timedelta(seconds=waits[-1])
    assert waits == [60, 300, 900, 3600, 3600, 3600]
    assert lockout.may_try(attempt("a", HERE, at=at))


def test_the_right_password_is_not_looked_at_during_the_delay_and_is_after_it(lingzhu, monkeypatch) -> None:
    user = make_user()
    for _ in range(5):
        assert not is_in(sign_in(browser_at(lingzhu), user.id_number, "wrong"))
    assert not is_in(sign_in(browser_at(lingzhu), user.id_number, RIGHT))
    later(monkeypatch, 61)
    assert is_in(sign_in(browser_at(lingzhu), user.id_number, RIGHT))


def test_going_on_during_the_delay_does_not_lengthen_it(lingzhu, monkeypatch) -> None:
    user = make_user()
    fail(user, HERE, times=25)
    assert not is_in(sign_in(browser_at(lingzhu), user.id_number, RIGHT))
    later(monkeypatch, 61)
    assert is_in(sign_in(browser_at(lingzhu), user.id_number, RIGHT))


def test_nobody_at_one_address_delays_the_person_at_another(lingzhu, monkeypatch) -> None:
    victim = make_user()
    for hours in range(24):
        fail(victim, HERE, times=6, at=now() + timedelta(hours=hours))
    later(monkeypatch, 23 * 3600)
    assert not is_in(sign_in(browser_at(lingzhu, HERE), victim.id_number, RIGHT))
    assert is_in(sign_in(browser_at(lingzhu, THERE), victim.id_number, RIGHT))


def test_guessing_from_many_addresses_is_delayed_as_one(lingzhu, monkeypatch) -> None:
    victim = make_user()
    home = browser_at(lingzhu, THERE)
    sign_in(home, victim.id_number, RIGHT)
    home.post("/signin/code/", {"code": latest_code(victim.phone)})
    home.post("/signin/out/")
    for number in range(20):
        fail(victim, f"192.0.2.{number}")
    assert not is_in(sign_in(browser_at(lingzhu, "192.0.2.99"), victim.id_number, RIGHT)), "strangers wait"
    assert is_in(sign_in(home, victim.id_number, RIGHT)), "a device of their own does not"
    later(monkeypatch, 61)
    assert is_in(sign_in(browser_at(lingzhu, "192.0.2.99"), victim.id_number, RIGHT)), "nor does anybody for good"


def test_the_forgotten_password_leads_past_every_delay(lingzhu) -> None:
    victim = make_user()
    for number in range(20):
        fail(victim, f"192.0.2.{number}")
    browser = browser_at(lingzhu, THERE)
    browser.post("/signin/forgotten/", {"account": victim.id_number} | captcha(browser.get("/signin/forgotten/")))
    browser.post("/signin/forgotten/code/", {"code": latest_code(victim.phone)})
    new = {"password": "Gongdi2026", "again": "Gongdi2026"}
    assert browser.post("/signin/forgotten/password/", new).headers["Location"] == "/my/"
    assert is_in(sign_in(browser_at(lingzhu, "192.0.2.77"), victim.id_number, "Gongdi2026"))


def test_one_password_over_many_accounts_is_stopped_by_address(lingzhu) -> None:
    publish_rules(people={"sign_in_failures_address": 10})
    for number in range(8):
        assert lockout.may_try(attempt(f"account-{number}", HERE, at=now()))
    weak, last = make_user(), make_user()
    assert not is_in(sign_in(browser_at(lingzhu, HERE), weak.id_number, "Passw0rd"))
    assert not is_in(sign_in(browser_at(lingzhu, HERE), weak.id_number, "Passw0rd"))
    assert not is_in(sign_in(browser_at(lingzhu, HERE), last.id_number, RIGHT)), "unread"
    assert is_in(sign_in(browser_at(lingzhu, THERE), last.id_number, RIGHT))


def test_failures_of_an_address_come_back_with_time(db) -> None:
    rules = {"at": AT}
    spent = 0
    while lockout.may_try(attempt(f"account-{spent}", HERE, **rules)):
        spent += 1
    assert spent == 40
    assert lockout.may_try(attempt("x", HERE, at=AT + timedelta(minutes=2)))
    assert not lockout.may_try(attempt("y", HERE, at=AT + timedelta(minutes=2)))


def test_a_class_that_signs_in_rightly_uses_up_nothing(db) -> None:
    for number in range(100):
        one = attempt(f"trainee-{number}", HERE)
        assert lockout.may_try(one)
        lockout.succeeded(one)


def test_a_neighbour_in_the_same_network_of_ipv6_is_the_same_address(rf) -> None:
    from tenants.requests import address_of

    seen = {address_of(rf.get("/", REMOTE_ADDR=f"240e:3b7:2c00:1::{n:x}")) for n in range(1, 50)}
    assert seen == {"240e:3b7:2c00:1::/64"}
    assert address_of(rf.get("/", REMOTE_ADDR="::ffff:203.0.113.1")) == HERE


def test_after_a_failure_the_picture_is_asked_for_by_account_and_by_address(lingzhu) -> None:
    one, other = make_user(), make_user()
    browser = browser_at(lingzhu, HERE)
    assert b"captcha_1" not in browser.get("/signin/").content
    browser.post("/signin/", {"account": one.id_number, "password": "wrong"})
    assert b"captcha_1" in browser.get("/signin/").content, "this address, whoever comes next"
    assert b"captcha_1" not in browser_at(lingzhu, THERE).get("/signin/").content
    elsewhere = browser_at(lingzhu, THERE).post("/signin/", {"account": one.id_number, "password": RIGHT})
    assert b"captcha_1" in elsewhere.content, "this account, wherever it is tried"
    assert is_in(browser_at(lingzhu, THERE).post("/signin/", {"account": other.id_number, "password": RIGHT}))


def test_a_captcha_is_good_for_one_try(lingzhu) -> None:
    user, browser = make_user(), browser_at(lingzhu)
    browser.post("/signin/", {"account": user.id_number, "password": "wrong"})
    solved = captcha(browser.get("/signin/"))
    wrong = {"account": user.id_number, "password": "wrong"}
    assert b"callout-bad" in browser.post("/signin/", wrong | solved).content
    again = browser.post("/signin/", {"account": user.id_number, "password": RIGHT} | solved)
    assert not is_in(again)


def test_without_redis_everybody_types_the_captcha_and_nobody_is_locked_out(lingzhu, monkeypatch) -> None:
    import redis

    def gone(*_args, **_kwargs):
        raise redis.ConnectionError

    user = make_user()
    for name in ("get", "set", "add", "incr", "touch", "delete_many"):
        monkeypatch.setattr(lockout.cache, name, gone)
    browser = browser_at(lingzhu)
    assert b"captcha_1" in browser.get("/signin/").content
    assert is_in(sign_in(browser, user.id_number, RIGHT))
