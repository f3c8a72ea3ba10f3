"""Staff show a second factor before the admin opens: setting it up, showing it, losing the phone."""

from __future__ import annotations

import html
import json
import re

import pytest
from django.test import Client
from django_tenants.utils import tenant_context

from tenants.accounts.factors import code_at
from tenants.accounts.models import Authenticator, RecoveryCode, SignedIn
from tenants.audit.models import Entry
from tenants.roles.queries import roles_of
from tenants.roles.roles import Role
from tenants.roles.services import grant_role
from tests.support.people import BEFORE, make_user, signed_in
from tests.support.second_factor import code_now, give_app
from tests.web.test_signin import latest_code

pytestmark = pytest.mark.django_db
CODE = re.compile(r"<code>([2-9a-z]{5}-[2-9a-z]{5})</code>")


@pytest.fixture
def clerk(lingzhu):
    user = make_user("苏婉仪")
    with tenant_context(lingzhu):
        grant_role(user, Role.REGISTRAR, by=None, at=BEFORE)
    return user


@pytest.fixture
def browser(clerk, lingzhu):
    """Signed in with the password, no second factor shown."""
    return signed_in(clerk, lingzhu)


def key_on(page) -> str:
    return re.search(r'id="key"[^>]*>([A-Z2-7 ]+)<', page.content.decode()).group(1).replace(" ", "")


def set_up(browser) -> list[str]:
    from django.utils.timezone import now

    key = key_on(browser.get("/signin/second/enrol/"))
    page = browser.post("/signin/second/enrol/", {"code": code_at(key, now())})
    return CODE.findall(page.content.decode())


def test_the_admin_leads_to_setting_up_and_back_to_the_page_that_was_asked_for(browser) -> None:
    asked = browser.get("/admin/desk/enrolments/?view=pay")
    assert asked.headers["Location"] == "/signin/second/?next=%2Fadmin%2Fdesk%2Fenrolments%2F%3Fview%3Dpay"
    there = browser.get(asked.headers["Location"])
    assert there.headers["Location"].startswith("/signin/second/enrol/?next=%2Fadmin%2Fdesk")
    page = browser.get(there.headers["Location"])
    assert page.status_code == 200
    assert 'src="data:image/svg+xml' in page.content.decode()
    assert 'name="next" value="/admin/desk/enrolments/?view=pay"' in html.unescape(page.content.decode())


def test_a_first_code_sets_the_app_up_and_shows_ten_recovery_codes_once(browser, clerk) -> None:
    codes = set_up(browser)
    assert len(set(codes)) == 10
    assert RecoveryCode.objects.filter(user=clerk, used_at=None).count() == 10
    assert browser.get("/admin/").status_code == 200
    assert not CODE.search(browser.get("/signin/second/enrol/", follow=True).content.decode())
    stored = " ".join(RecoveryCode.objects.values_list("code_index", flat=True))
    assert not any(code.replace("-", "") in stored for code in codes)


def test_the_picture_stays_the_same_until_it_is_confirmed(browser) -> None:
    assert key_on(browser.get("/signin/second/enrol/")) == key_on(browser.get("/signin/second/enrol/"))


def test_a_wrong_first_code_sets_nothing_up(browser, clerk) -> None:
    browser.get("/signin/second/enrol/")
    page = browser.post("/signin/second/enrol/", {"code": "000000"})
    assert page.status_code == 400
    assert "动态码不对、已过期或已经用过" in page.content.decode()
    assert not Authenticator.objects.exists()
    assert browser.get("/admin/").status_code == 302


def test_the_code_of_the_app_opens_the_admin(browser, clerk) -> None:
    give_app(clerk)
    assert browser.get("/signin/second/").status_code == 200
    answer = browser.post("/signin/second/", {"code": code_now(), "next": "/admin/desk/profiles/"})
    assert answer.headers["Location"] == "/admin/desk/profiles/"
    assert browser.get("/admin/desk/profiles/").status_code == 200
    assert SignedIn.objects.get(user=clerk).second_factor_at is not None
    assert Entry.objects.filter(action="second_factor.shown", actor=clerk).count() == 1


def test_a_code_one_step_early_or_late_is_taken(clerk, lingzhu) -> None:
    from tenants.accounts.factors import check_factor
    from tests.support.second_factor import KEY

    give_app(clerk)
    at = BEFORE.replace(hour=9)
    for steps in (-1, 0, 1):
        assert check_factor(clerk, code_at(KEY, at, steps=steps), institution=lingzhu, at=at) == "app"


def test_a_code_with_a_space_in_it_is_a_code(browser, clerk) -> None:
    give_app(clerk)
    code = code_now()
    assert browser.post("/signin/second/", {"code": f"{code[:3]} {code[3:]}"}).status_code == 302


def test_a_recovery_code_opens_the_admin_and_says_how_many_are_left(browser, clerk) -> None:
    codes = give_app(clerk)
    page = browser.post("/signin/second/", {"code": codes[0].upper(), "by": "recovery"}, follow=True)
    assert page.status_code == 200
    assert "还剩 9 个恢复码" in page.content.decode()


def test_without_a_second_factor_staff_are_people_like_others(browser, clerk, lingzhu) -> None:
    assert browser.get("/my/").status_code == 200
    with tenant_context(lingzhu):
        assert roles_of(clerk) == {"registrar"}, "asked outside a request, the stored roles count"


def test_a_trainee_has_no_use_for_these_pages(trainee_client, lingzhu) -> None:
    client = trainee_client(lingzhu)
    for path in ("/signin/second/", "/signin/second/enrol/"):
        assert client.get(path).headers["Location"] == "/my/"
    assert (
        Client(headers={"host": lingzhu.host}).get("/signin/second/").headers["Location"].startswith("/signin/?next=")
    )


def test_scripts_get_a_code_instead_of_a_page(browser) -> None:
    answer = browser.post("/admin/desk/staff/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (403, "second_factor.required")
    part = browser.get("/admin/desk/enrolments/", headers={"hx-request": "true"})
    assert part.headers["HX-Redirect"].startswith("/signin/second/?next=")


def test_signing_in_by_the_form_leads_through_both_steps(clerk, lingzhu) -> None:
    give_app(clerk)
    browser = Client(headers={"host": lingzhu.host})
    browser.post("/signin/", {"account": clerk.id_number, "password": "Zhuxue2026"})
    home = browser.post("/signin/code/", {"code": latest_code()})
    assert home.headers["Location"] == "/admin/"
    assert browser.get("/admin/").headers["Location"] == "/signin/second/?next=%2Fadmin%2F"
    assert browser.post("/signin/second/", {"code": code_now()}).headers["Location"] == "/admin/"
    assert browser.get("/admin/").status_code == 200


def test_the_second_factor_of_the_portal_comes_along_with_the_ticket(clerk, lingzhu) -> None:
    from django.utils.timezone import now

    from tenants.accounts import handoff

    with_it = handoff.issue(clerk, lingzhu, at=now(), second_factor=True, next="/admin/desk/profiles/").token
    without = handoff.issue(clerk, lingzhu, at=now()).token
    shown, owed = Client(headers={"host": lingzhu.host}), Client(headers={"host": lingzhu.host})
    assert shown.post("/signin/arrive/", {"token": with_it}).headers["Location"] == "/admin/desk/profiles/"
    assert shown.get("/admin/desk/profiles/").status_code == 200
    assert owed.post("/signin/arrive/", {"token": without}).headers["Location"] == "/admin/"
    assert owed.get("/admin/").status_code == 302


# --- my second factor -----------------------------------------------------------------------------------------------


@pytest.fixture
def inside(clerk, lingzhu):
    """Signed in with app and second factor."""
    client = signed_in(clerk, lingzhu, second_factor=True)
    client.codes = give_app(clerk)
    return client


def test_new_recovery_codes_need_a_current_code_and_void_the_old(inside, clerk) -> None:
    assert inside.post("/admin/second-factor/", {"wish": "codes", "code": "000000"}).status_code == 400
    page = inside.post("/admin/second-factor/", {"wish": "codes", "code": code_now()})
    fresh = CODE.findall(page.content.decode())
    assert len(fresh) == 10
    assert not set(fresh) & set(inside.codes)
    other = signed_in(clerk, page.wsgi_request.tenant)
    assert other.post("/signin/second/", {"code": inside.codes[0]}).status_code == 400
    assert other.post("/signin/second/", {"code": fresh[0]}).status_code == 302


def test_another_phone_replaces_the_old_one_only_with_its_first_code(inside, clerk) -> None:
    from django.utils.timezone import now

    assert inside.get("/signin/second/enrol/").headers["Location"].startswith("/signin/second/"), "not without asking"
    asked = inside.post("/admin/second-factor/", {"wish": "replace", "code": code_now()})
    page = inside.get(asked.headers["Location"])
    key = key_on(page)
    assert Authenticator.objects.get().key != key
    codes = CODE.findall(inside.post("/signin/second/enrol/", {"code": code_at(key, now())}).content.decode())
    assert Authenticator.objects.get().key == key
    assert len(codes) == 10
    assert Entry.objects.filter(action="second_factor.replaced", subject_id=str(clerk.uuid)).count() == 1


def test_the_menu_leads_to_ones_own_second_factor(inside) -> None:
    home = inside.get("/admin/").content.decode()
    props = home.partition('id="wagtail-sidebar-props" type="application/json">')[2].partition("</script>")[0]
    assert "我的两步验证" in json.dumps(json.loads(props), ensure_ascii=False)
    page = inside.get("/admin/second-factor/").content.decode()
    assert "剩余恢复码" in page


# --- operators ------------------------------------------------------------------------------------------------------


def test_operators_reset_a_superadmins_second_factor_with_a_reason(association, monkeypatch, capsys) -> None:
    from django.core.management import call_command

    from tenants.messages.models import Sms

    chief = make_user("梁启明")
    with tenant_context(association):
        grant_role(chief, Role.SUPERADMIN, by=None, at=BEFORE)
    give_app(chief)
    client = signed_in(chief, association, second_factor=True)
    assert client.get("/admin/").status_code == 200
    monkeypatch.setattr("builtins.input", lambda _words="": chief.id_number)
    call_command("reset_second_factor", reason="手机丢失，已当面核对")
    assert not Authenticator.objects.exists()
    assert client.get("/admin/").headers["Location"].startswith("/signin/")
    assert Sms.objects.filter(template="second_factor_reset", user=chief).count() == 1
    entry = Entry.objects.get(action="second_factor.reset")
    assert (entry.actor, entry.data["reason"]) == (None, "手机丢失，已当面核对")
    assert chief.id_number not in capsys.readouterr().out


def test_the_command_says_when_nobody_is_meant(monkeypatch) -> None:
    from django.core.management import CommandError, call_command

    monkeypatch.setattr("builtins.input", lambda _words="": "440106198503129999")
    with pytest.raises(CommandError):
        call_command("reset_second_factor", reason="手机丢失")
