"""The row "Sign-in" of the threats: the initial password, enumeration, planted sessions.

Guessing is in test_signin_guessing.py, codes are in test_signin_codes.py, taking accounts over in test_takeover.py.
"""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.timezone import now

from tenants.accounts.services import pre_register
from tenants.messages.models import Sms
from tenants.roles.roles import Role
from tenants.roles.services import grant_role
from tests.support.doors import browser_at, is_in, latest_code, sign_in, words
from tests.support.people import BEFORE, id_number, make_user

RIGHT = "Zhuxue2026"
HERE = "203.0.113.1"


def newcomer(institution, sequence: int = 801):
    number = id_number(sequence)
    phone = f"13911118{sequence}"
    return pre_register(id_number=number, name="李建国", phone=phone, by=None, institution=institution, at=BEFORE)


@pytest.fixture
def hashes(monkeypatch):
    """Counts what makes a check of a password slow."""
    calls = []
    for name in ("encode", "verify"):
        real = getattr(Argon2PasswordHasher, name)

        def counted(self, *args, _real=real, _name=name, **kwargs):
            calls.append(_name)
            return _real(self, *args, **kwargs)

        monkeypatch.setattr(Argon2PasswordHasher, name, counted)
    return calls


# ---- 111111 ----------------------------------------------------------------------------------------------------------


def paths(resolver, prefix: str = "/"):
    """An address for every route of a URLconf, parameters filled with plausible values."""
    samples = {"uuid": "6f1c0f8e-2f52-4d43-8f2e-1c6b2a3d4e5f", "int": "1", "slug": "x", "str": "x", "path": "x"}
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from paths(entry, prefix + _filled(entry.pattern, samples))
        elif isinstance(entry, URLPattern):
            yield prefix + _filled(entry.pattern, samples)


def _filled(pattern, samples) -> str:
    import re

    text = re.sub(r"<(?:(\w+):)?\w+>", lambda m: samples.get(m[1] or "str", "x"), str(pattern))
    text = re.sub(r"\(\?P<\w+>[^)]*\)", "1", text)
    return re.sub(r"[\^$\\]|\(\?:|\)\??|\(", "", text)


@pytest.mark.parametrize("urlconf", ["config.urls", "config.urls_portal"])
def test_the_initial_password_opens_no_page_that_a_stranger_cannot_see(urlconf, lingzhu, association) -> None:
    host = association if "portal" in urlconf else lingzhu
    person = newcomer(lingzhu)
    browser, stranger = browser_at(host), browser_at(host)
    assert sign_in(browser, person.id_number, "111111").headers["Location"] == "/signin/first/"
    # The first sign-in itself is what is open; signing out ends the session that the walk needs.
    own = {"/signin/first/", "/signin/code/", "/signin/resend/", "/signin/out/"}
    walked = [path for path in sorted(set(paths(get_resolver(urlconf)))) if path not in own]
    assert len(walked) > 60
    for path in walked:
        seen, plain = browser.get(path), stranger.get(path)
        assert seen.status_code == plain.status_code, path
        assert seen.headers.get("Location") == plain.headers.get("Location"), path
        assert person.name not in _text(seen), path
    assert "_auth_user_id" not in browser.session


def _text(answer) -> str:
    return b"".join(answer).decode(errors="replace") if answer.streaming else answer.content.decode(errors="replace")


def test_the_initial_password_cannot_skip_the_code(lingzhu) -> None:
    person, browser = newcomer(lingzhu), browser_at(lingzhu)
    sign_in(browser, person.id_number, "111111")
    assert browser.post("/signin/first/", {"password": "Gongdi2026", "again": "Gongdi2026"}).status_code == 400
    person.refresh_from_db()
    assert person.activated_at is None
    assert person.check_password("111111")


def test_the_first_page_names_nobody_before_the_code(lingzhu) -> None:
    person, browser = newcomer(lingzhu), browser_at(lingzhu)
    sign_in(browser, person.id_number, "111111")
    assert person.name not in browser.get("/signin/first/").content.decode()
    browser.post("/signin/first/", {"code": latest_code(person.phone)})
    assert person.name in browser.get("/signin/first/").content.decode()


def test_a_phone_of_somebody_else_activates_no_second_account(lingzhu) -> None:
    holder, browser = make_user(), browser_at(lingzhu)
    person = newcomer(lingzhu)
    person.set_phone(holder.phone)
    person.save()
    sign_in(browser, person.id_number, "111111")
    browser.post("/signin/first/", {"code": latest_code(holder.phone)})
    refused = browser.post("/signin/first/", {"password": "Gongdi2026", "again": "Gongdi2026"})
    assert refused.status_code == 400
    assert "已经属于另一个账号" in refused.content.decode()
    person.refresh_from_db()
    assert person.activated_at is None


# ---- enumeration -----------------------------------------------------------------------------------------------------


def test_unknown_wrong_delayed_closed_and_foreign_read_the_same_and_cost_one_hash(lingzhu, hashes) -> None:
    known, closed, delayed, waiting = make_user(), make_user(is_active=False), make_user(), newcomer(lingzhu)
    for _ in range(5):
        sign_in(browser_at(lingzhu, "203.0.113.33"), delayed.id_number, "wrong")
    cases = {
        "unknown ID number": ("440106198503129999", RIGHT, "203.0.113.20"),
        "unknown phone": ("13999999999", RIGHT, "203.0.113.21"),
        "unknown passport": ("E99999999", RIGHT, "203.0.113.22"),
        "no account at all": ("nobody@example.org", RIGHT, "203.0.113.23"),
        "wrong password": (known.id_number, "wrong", "203.0.113.24"),
        "wrong password by phone": (known.phone, "wrong", "203.0.113.25"),
        "never used": (waiting.id_number, "wrong", "203.0.113.26"),
        "phone never verified": (waiting.phone, "111111", "203.0.113.27"),
        "closed": (closed.id_number, RIGHT, "203.0.113.28"),
        "delayed": (delayed.id_number, RIGHT, "203.0.113.33"),
    }
    seen = {}
    for name, (account, password, address) in cases.items():
        hashes.clear()
        answer = sign_in(browser_at(lingzhu, address), account, password)
        seen[name] = (answer.status_code, len(hashes), words(answer))
    assert len(set(seen.values())) == 1, {name: value[:2] for name, value in seen.items()}
    assert seen["unknown phone"][:2] == (400, 1)


def test_the_wrong_tab_reads_like_a_wrong_password(association, lingzhu, in_tenant, hashes) -> None:
    trainee, registrar, reviewer = make_user(), make_user(), make_user()
    with in_tenant(lingzhu):
        grant_role(registrar, Role.REGISTRAR, by=None, at=BEFORE)
    with in_tenant(association):
        grant_role(reviewer, Role.HOURS_REVIEWER, by=None, at=BEFORE)

    def tried(user, tab, password=RIGHT):
        hashes.clear()
        address = f"203.0.113.{len(seen) + 40}"
        answer = sign_in(browser_at(association, address), user.id_number, password, tab=tab)
        seen.append((tab, answer.status_code, len(hashes), words(answer) if answer.status_code == 400 else ""))
        return answer

    seen: list = []
    for user, tab in ((trainee, "association"), (registrar, "association"), (trainee, "institution")):
        tried(user, tab)
    tried(trainee, "association", "wrong")
    tried(trainee, "institution", "wrong")
    assert len({one for one in seen if one[0] == "association"}) == 1
    assert len({one for one in seen if one[0] == "institution"}) == 1
    rightly = ((reviewer, "association"), (registrar, "institution"), (trainee, "person"))
    assert [is_in(tried(*one)) for one in rightly] == [True, True, True]


def test_the_wrong_tab_counts_as_a_failure(association) -> None:
    trainee = make_user()
    for _ in range(5):
        sign_in(browser_at(association, HERE), trainee.id_number, RIGHT, tab="association")
    assert not is_in(sign_in(browser_at(association, HERE), trainee.id_number, RIGHT, tab="person"))


def test_the_forgotten_password_writes_as_much_for_nobody_as_for_somebody(lingzhu) -> None:
    from tenants.accounts import recovery, signin
    from tests.support.exam import statements

    user = make_user()
    spent = []
    for index in (signin.index_of(user.id_number), signin.index_of("440106198503129999")):
        with statements() as done:
            recovery.ask_for_code(index, institution=lingzhu, address=HERE, at=now())
        spent.append([sql.split()[0] for sql in done() if "SAVEPOINT" not in sql])
    assert spent[0] == spent[1]
    assert Sms.objects.filter(holds_code=True).count() == 1


# ---- session ---------------------------------------------------------------------------------------------------------


def test_a_planted_session_is_worth_nothing_after_the_password_nor_after_the_code(lingzhu) -> None:
    user, victim = make_user(), browser_at(lingzhu)
    victim.get("/signin/register/")
    victim.post("/signin/register/", {"kind": "resident_id", "number": id_number(888), "name": "黄晓彤"})
    planted = victim.cookies["sessionid"].value
    sign_in(victim, user.id_number, RIGHT)
    after_password = victim.cookies["sessionid"].value
    victim.post("/signin/code/", {"code": latest_code(user.phone)})
    after_code = victim.cookies["sessionid"].value
    assert len({planted, after_password, after_code}) == 3
    for key in (planted, after_password):
        attacker = browser_at(lingzhu)
        attacker.cookies["sessionid"] = key
        assert attacker.get("/my/").status_code == 302
    assert victim.get("/my/").status_code == 200


def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(lingzhu, settings) -> None:
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    user, browser = make_user(), browser_at(lingzhu)
    sign_in(browser, user.id_number, RIGHT)
    browser.post("/signin/code/", {"code": latest_code(user.phone)}, secure=True)
    for name in ("sessionid", "zx_device"):
        cookie = browser.cookies[name]
        assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Lax", True), name
        assert cookie["domain"] == "", "for this host only"


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:/evil.example", "my/"],
)
def test_signing_in_leads_to_own_paths_only(lingzhu, target) -> None:
    user, browser = make_user(), browser_at(lingzhu)
    sign_in(browser, user.id_number, RIGHT, next=target)
    assert browser.post("/signin/code/", {"code": latest_code(user.phone)}).headers["Location"] == "/my/"


def test_without_the_csrf_token_no_door_opens(lingzhu) -> None:
    from django.test import Client

    browser = Client(enforce_csrf_checks=True, headers={"host": lingzhu.host})
    for path in ("", "register/", "forgotten/", "resend/", "out/", "register/resend/", "forgotten/resend/"):
        assert browser.post(f"/signin/{path}", {"account": "x", "password": "x"}).status_code == 403, path
