"""From the portal to the institution where somebody works: a ticket that works once, there, for half a minute."""

import re
from datetime import timedelta

import pytest
from captcha.models import CaptchaStore
from django.test import Client
from django.utils.timezone import now
from django_tenants.utils import tenant_context

from tenants.accounts import handoff
from tenants.accounts.models import HandOff
from tenants.roles.roles import Role
from tenants.roles.services import grant_role
from tests.support.people import BEFORE, make_user
from tests.web.test_signin import latest_code


@pytest.fixture
def registrar(lingzhu, in_tenant):
    user = make_user("何丽华")
    with in_tenant(lingzhu):
        grant_role(user, Role.REGISTRAR, by=None, at=BEFORE)
    return user


def arrive(institution, token: str):
    return Client(headers={"host": institution.host}).post("/signin/arrive/", {"token": token})


def test_the_portals_tab_for_institutions_leads_to_the_own_workplace(association, lingzhu, registrar) -> None:
    browser = Client(headers={"host": association.host})
    key = re.search(r'name="captcha_0" value="(\w+)"', browser.get("/signin/").content.decode()).group(1)
    answer = {"captcha_0": key, "captcha_1": CaptchaStore.objects.get(hashkey=key).response}
    form = {"account": registrar.id_number, "password": "Zhuxue2026", "tab": "institution", **answer}
    assert browser.post("/signin/", form).headers["Location"] == "/signin/code/"
    page = browser.post("/signin/code/", {"code": latest_code()})
    text = page.content.decode()
    assert lingzhu.name in text
    assert f"http://{lingzhu.host}" in page.headers["Content-Security-Policy"]
    token = re.search(r'name="token" value="([\w-]+)"', text).group(1)
    assert arrive(lingzhu, token).headers["Location"] == "/admin/"


def test_a_ticket_works_once(lingzhu, registrar) -> None:
    token = handoff.issue(registrar, lingzhu, at=now()).token
    assert [arrive(lingzhu, token).status_code for _ in range(2)] == [302, 403]


def test_a_ticket_is_void_elsewhere_and_later(lingzhu, jiangxin, registrar) -> None:
    token = handoff.issue(registrar, lingzhu, at=now()).token
    assert arrive(jiangxin, token).status_code == 403
    old = handoff.issue(registrar, lingzhu, at=now() - timedelta(seconds=31)).token
    assert arrive(lingzhu, old).status_code == 403
    assert arrive(lingzhu, "guess").status_code == 403
    assert HandOff.objects.filter(used_at__isnull=False).count() == 0


def test_closed_workplaces_are_not_offered_suspended_ones_are_because_staff_may_look(lingzhu, registrar) -> None:
    from tenants.models import State
    from tenants.states import change_state

    offered = {}
    for state in (State.SUSPENDED, State.CLOSED):
        change_state(lingzhu, state, reason="test", by=None, at=BEFORE)
        offered[state] = [place.pk for place in handoff.workplaces(registrar)]
    assert offered == {State.SUSPENDED: [lingzhu.pk], State.CLOSED: []}


def test_support_is_no_workplace(lingzhu) -> None:
    helper = make_user("邝知远")
    with tenant_context(lingzhu):
        grant_role(helper, Role.VIEWER, by=None, at=BEFORE, until=now() + timedelta(hours=1))
    assert handoff.workplaces(helper) == []
