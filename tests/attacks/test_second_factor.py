"""The second factor holds: codes are used once, guessing is slowed, no address of the admin goes around it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.timezone import now
from django_tenants.utils import tenant_context

from tenants.accounts.factors import FactorLocked, WrongFactor, check_factor, code_at
from tenants.accounts.models import Authenticator, RecoveryCode
from tenants.audit.models import Entry
from tenants.gate import gated
from tenants.roles.queries import roles_of
from tenants.roles.roles import Role
from tenants.roles.services import grant_role
from tests.support.people import BEFORE, make_user, signed_in
from tests.support.second_factor import KEY, code_now, give_app
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db
LATER = BEFORE + timedelta(days=1)


@pytest.fixture
def manager(lingzhu):
    user = make_user("何秀英")
    with tenant_context(lingzhu):
        grant_role(user, Role.MANAGER, by=None, at=BEFORE)
    user.codes = give_app(user)
    return user


@pytest.fixture
def plain(manager, lingzhu) -> Client:
    """The manager's session after password and SMS, without a second factor."""
    return signed_in(manager, lingzhu)


def wrong(at) -> str:
    """Six digits that no step around `at` has."""
    near = {code_at(KEY, at, steps=steps) for steps in range(-2, 3)}
    return next(f"{number:06d}" for number in range(1000) if f"{number:06d}" not in near)


# --- replay ---------------------------------------------------------------------------------------------------------


def test_a_code_that_somebody_saw_being_typed_does_not_work_again(plain, manager, lingzhu) -> None:
    code = code_now()
    assert plain.post("/signin/second/", {"code": code}).status_code == 302
    thief = signed_in(manager, lingzhu)
    assert thief.post("/signin/second/", {"code": code}).status_code == 400
    assert thief.get("/admin/").status_code == 302


def test_no_code_of_an_earlier_step_works_after_a_later_one(manager, lingzhu) -> None:
    check_factor(manager, code_at(KEY, LATER, steps=1), institution=lingzhu, at=LATER)
    for steps in (-1, 0, 1):
        with pytest.raises(WrongFactor):
            check_factor(manager, code_at(KEY, LATER, steps=steps), institution=lingzhu, at=LATER)


def test_a_recovery_code_works_once(manager, lingzhu) -> None:
    assert check_factor(manager, manager.codes[3], institution=lingzhu, at=LATER) == "recovery"
    with pytest.raises(WrongFactor):
        check_factor(manager, manager.codes[3], institution=lingzhu, at=LATER)
    assert RecoveryCode.objects.filter(user=manager, used_at=None).count() == 9


def test_somebody_elses_codes_do_not_work(manager, lingzhu) -> None:
    other = make_user("别家员工")
    codes = give_app(other, key=KEY[::-1])
    with pytest.raises(WrongFactor):
        check_factor(manager, codes[0], institution=lingzhu, at=LATER)
    with pytest.raises(WrongFactor):
        check_factor(manager, code_at(KEY[::-1], LATER), institution=lingzhu, at=LATER)


def test_the_code_that_confirmed_the_app_is_used_up(lingzhu) -> None:
    user = make_user("何秀英")
    give_app(user, at=LATER)
    with pytest.raises(WrongFactor):
        check_factor(user, code_at(KEY, LATER), institution=lingzhu, at=LATER)


# --- guessing -------------------------------------------------------------------------------------------------------


def test_guessing_locks_for_longer_each_time_and_never_for_good(manager, lingzhu) -> None:
    at, locks = LATER, []
    for _round in range(6):
        for _guess in range(5):
            with pytest.raises((WrongFactor, FactorLocked)):
                check_factor(manager, wrong(at), institution=lingzhu, at=at)
        app = Authenticator.objects.get(user=manager)
        locks.append(int((app.locked_until - at).total_seconds()))
        with pytest.raises(FactorLocked):
            check_factor(manager, code_at(KEY, at), institution=lingzhu, at=at)
        at = app.locked_until + timedelta(seconds=1)
    assert locks == [60, 300, 900, 3600, 3600, 3600]
    assert check_factor(manager, code_at(KEY, at), institution=lingzhu, at=at) == "app"
    assert Authenticator.objects.get(user=manager).failures == 0
    assert Entry.objects.filter(action="second_factor.locked").count() == 6


def test_while_locked_no_guess_counts_and_no_code_is_used_up(manager, lingzhu) -> None:
    for _guess in range(5):
        with pytest.raises((WrongFactor, FactorLocked)):
            check_factor(manager, wrong(LATER), institution=lingzhu, at=LATER)
    for _guess in range(20):
        with pytest.raises(FactorLocked):
            check_factor(manager, wrong(LATER), institution=lingzhu, at=LATER)
    assert Authenticator.objects.get(user=manager).failures == 5


def test_recovery_codes_are_guessed_within_the_same_limit(manager, lingzhu) -> None:
    for _guess in range(5):
        with pytest.raises((WrongFactor, FactorLocked)):
            check_factor(manager, "22222-22222", institution=lingzhu, at=LATER)
    with pytest.raises(FactorLocked):
        check_factor(manager, manager.codes[0], institution=lingzhu, at=LATER)


def test_the_form_says_429_and_when_to_come_back(plain) -> None:
    answers = [plain.post("/signin/second/", {"code": wrong(now())}) for _guess in range(5)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 400, 429]
    assert "请 1 分钟后再试" in answers[-1].content.decode()


@pytest.mark.parametrize(
    "typed", ["", " ", "12345", "1234567", "１２３４５６", "abcdef", "0x1f4a", "-12345", "1e5000", "\u0661" * 6]
)
def test_odd_input_is_a_wrong_code_and_nothing_worse(plain, typed) -> None:
    assert plain.post("/signin/second/", {"code": typed}).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_two_requests_with_one_code_let_one_in() -> None:
    from concurrent.futures import ThreadPoolExecutor

    from django.db import connection

    from tenants.models import Institution

    user, institution = make_user("何秀英"), Institution.objects.get(schema_name="lingzhu")
    codes = give_app(user)

    def try_in(answer: str) -> bool:
        try:
            check_factor(user, answer, institution=institution, at=LATER)
        except WrongFactor:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(try_in, [code_at(KEY, LATER)] * 4)) == 1
        assert sum(pool.map(try_in, [codes[0]] * 4)) == 1


# --- around it ------------------------------------------------------------------------------------------------------


def admin_paths() -> Iterator[str]:
    """An address for every route under /admin/, with made-up parameters."""
    from wagtail.admin import urls as _wagtail  # noqa: F401  hooks registered

    def walk(patterns, prefix: str) -> Iterator[str]:
        for pattern in patterns:
            here = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, here)
            elif isinstance(pattern, URLPattern):
                yield _filled(here)

    for urlconf in ("config.urls", "config.urls_portal"):
        for top in get_resolver(urlconf).url_patterns:
            if str(top.pattern) == "admin/":
                yield from walk(top.url_patterns, "/admin/")


def _filled(route: str) -> str:
    import re

    route = re.sub(r"\(\?P<\w+>[^)]*\)+|<uuid:\w+>", "6b1d7c9e-0000-4000-8000-000000000000", route)
    route = re.sub(r"<int:\w+>", "1", route)
    route = re.sub(r"<(\w+:)?\w+>", "x", route)
    return re.sub(r"[\^$\\]|\(.*?\)[?*+]?|\?", "", route)


def test_no_address_of_the_admin_opens_without_the_second_factor(plain, association) -> None:
    chief = make_user("梁启明", is_superuser=True)
    with tenant_context(association):
        grant_role(chief, Role.SUPERADMIN, by=None, at=BEFORE)
    give_app(chief, key=KEY[::-1])
    boss = signed_in(chief, association)
    paths = sorted(set(admin_paths()))
    assert len(paths) > 150
    for client in (plain, boss):
        for path in paths:
            for answer in (client.get(path), client.post(path)):
                assert answer.status_code == 302, path
                assert answer.headers["Location"].startswith("/signin/second/?next="), path


def test_capitals_and_double_slashes_go_around_nothing(plain) -> None:
    for path in ("/Admin/", "/x//admin/", "/admin//", "/admin", "/%61dmin/", "/./admin/", "/admin;x/"):
        answer = plain.get(path)
        assert answer.status_code in {301, 302, 404}, path
        if answer.status_code in {301, 302}:
            assert answer.headers["Location"].startswith(("/signin/second/", "/admin/")), path


def test_rights_outside_the_admin_wait_for_the_second_factor_too(plain, manager, lingzhu) -> None:
    """Evidence, choosers, previews: everything asks the same user, whose rights are withheld."""
    from django.contrib.auth import get_user_model

    user = gated(get_user_model().objects.get(pk=manager.pk), lingzhu)
    with tenant_context(lingzhu):
        assert roles_of(user) == set()
        assert not user.has_perm("wagtailadmin.access_admin")
        assert user.get_all_permissions() == set()
        assert user.get_group_permissions() == set()
        assert not user.has_module_perms("wagtailadmin")
    assert user.is_superuser is False


def test_a_clerk_without_it_sees_no_photo(lingzhu, in_tenant) -> None:
    from tests.support.staff import give_photos

    clerk = staff_client(lingzhu, Role.REGISTRAR)
    with in_tenant(lingzhu):
        photo = give_photos(make_user("简志华"), lingzhu, state="waiting").photos.first()
    address = f"/camera/evidence/photo/{photo.uuid}/"
    assert clerk.get(address).status_code == 200
    assert signed_in(clerk.user, lingzhu).get(address).status_code in {403, 404}


def test_a_page_kept_for_a_role_waits_for_it_too(plain, manager, lingzhu) -> None:
    from django.contrib.auth.models import Group
    from wagtail.models import PageViewRestriction

    from tests.support.pages import seed

    home = seed(lingzhu)
    with tenant_context(lingzhu):
        kept = PageViewRestriction.objects.create(page=home, restriction_type="groups")
        kept.groups.add(Group.objects.get(name="manager"))
    assert plain.get("/").headers["Location"].startswith("/signin/second/")
    assert signed_in(manager, lingzhu, second_factor=True).get("/").status_code == 200


def test_a_superuser_without_it_is_a_person_like_others_at_the_association(association) -> None:
    chief = make_user("梁启明", is_superuser=True)
    user = gated(chief, association)
    assert user.is_superuser is False
    user.save()
    chief.refresh_from_db()
    assert chief.is_superuser is True, "the stored flag is untouched"


def test_a_session_with_it_is_worth_nothing_elsewhere_or_for_another_person(manager, lingzhu, jiangxin) -> None:
    with tenant_context(jiangxin):
        grant_role(manager, Role.MANAGER, by=None, at=BEFORE)
    client = signed_in(manager, lingzhu, second_factor=True)
    assert client.get("/admin/").status_code == 200
    assert client.get("/admin/", headers={"host": jiangxin.host}).headers["Location"].startswith("/signin/?next=")
    for change in ({"schema": jiangxin.schema_name}, {"user": str(make_user().uuid)}):
        client = signed_in(manager, lingzhu, second_factor=True)
        session = client.session
        session["second_factor"] = session["second_factor"] | change
        session.save()
        assert client.get("/admin/").headers["Location"].startswith("/signin/second/")


@pytest.mark.parametrize("noted", [True, "yes", {}, {"user": ""}, [], 1])
def test_a_malformed_note_counts_as_none(plain, noted) -> None:
    session = plain.session
    session["second_factor"] = noted
    session.save()
    assert plain.get("/admin/").status_code == 302


def test_signing_in_as_somebody_else_forgets_it(manager, lingzhu) -> None:
    client, other = signed_in(manager, lingzhu, second_factor=True), make_user("别人")
    with tenant_context(lingzhu):
        grant_role(other, Role.MANAGER, by=None, at=BEFORE)
        client.force_login(other, backend="tenants.roles.backends.TenantBackend")
    assert client.get("/admin/").status_code == 302


def test_the_way_back_leads_nowhere_else(plain) -> None:
    for there in ("https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"):
        answer = plain.post("/signin/second/", {"code": wrong(now()), "next": there})
        assert "evil.example" not in answer.content.decode()
    done = plain.post("/signin/second/", {"code": code_now(), "next": "https://evil.example/"})
    assert done.headers["Location"] == "/admin/"


def test_the_forms_need_the_csrf_token(manager, lingzhu) -> None:
    client = signed_in(manager, lingzhu)
    strict = Client(enforce_csrf_checks=True, headers={"host": lingzhu.host})
    strict.cookies = client.cookies
    for path in ("/signin/second/", "/signin/second/enrol/"):
        assert strict.post(path, {"code": code_now()}).status_code == 403


def test_an_app_is_not_replaced_from_a_session_that_only_knows_the_password(plain, manager) -> None:
    assert plain.get("/signin/second/enrol/").headers["Location"].startswith("/signin/second/")
    assert plain.post("/signin/second/enrol/", {"code": code_now()}).status_code == 302
    assert Authenticator.objects.get(user=manager).key == KEY


def test_a_key_in_waiting_of_one_person_confirms_nothing_for_another(lingzhu) -> None:
    from tenants.accounts.factors import new_key, opened_key, sealed_key

    mine, theirs, key = make_user(), make_user(), new_key()
    assert opened_key(sealed_key(key, mine), mine) == key
    assert opened_key(sealed_key(key, mine), theirs) is None
    assert key not in sealed_key(key, mine)


def test_neither_key_nor_recovery_codes_stand_in_the_database(manager) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT key::text FROM accounts_authenticator")
        stored = cursor.fetchall()[0][0]
        cursor.execute("SELECT code_index FROM accounts_recoverycode")
        indexes = [row[0] for row in cursor.fetchall()]
    assert KEY not in bytes.fromhex(stored[2:]).decode("latin-1")
    assert all(len(index) == 64 for index in indexes)
