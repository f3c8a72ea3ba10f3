"""The portal's three tabs: each leads to its own home."""

import re

import pytest

from tenants.roles.roles import Role
from tenants.roles.services import grant_role
from tests.support.doors import browser_at, latest_code, sign_in
from tests.support.people import BEFORE, make_user


@pytest.fixture
def people(association, lingzhu, in_tenant):
    """One of each: `association`, `institution`, `person`."""
    names = {"association": "冯洁", "institution": "谢敏仪", "person": "李建国"}
    found = {tab: make_user(name) for tab, name in names.items()}
    with in_tenant(association):
        grant_role(found["association"], Role.HOURS_REVIEWER, by=None, at=BEFORE)
    with in_tenant(lingzhu):
        grant_role(found["institution"], Role.REGISTRAR, by=None, at=BEFORE)
    return found


def enter(association, user, tab: str, **more):
    """Sign in on a new device; what the code leads to."""
    browser = browser_at(association)
    assert sign_in(browser, user.id_number, "Zhuxue2026", tab=tab, **more).headers["Location"] == "/signin/code/"
    return browser.post("/signin/code/", {"code": latest_code(user.phone)})


def test_the_tab_of_persons_leads_to_the_personal_centre(association, people) -> None:
    assert enter(association, people["person"], "person").headers["Location"] == "/my/"


def test_the_tab_of_the_association_leads_to_its_console(association, people) -> None:
    assert enter(association, people["association"], "association").headers["Location"] == "/admin/"


def test_the_tab_of_institutions_leads_to_the_own_workplace_only(association, lingzhu, jiangxin, people) -> None:
    page = enter(association, people["institution"], "institution").content.decode()
    assert lingzhu.name in page
    assert jiangxin.name not in page


def test_staff_may_also_be_persons(association, people) -> None:
    assert enter(association, people["association"], "person").headers["Location"] == "/my/"


def test_a_page_that_was_asked_for_is_where_one_arrives(association, people) -> None:
    answer = enter(association, people["person"], "person", next="/my/certificates/")
    assert answer.headers["Location"] == "/my/certificates/"


@pytest.mark.parametrize(
    ("query", "chosen"),
    [("", "person"), ("?tab=institution", "institution"), ("?next=/admin/", "association"), ("?tab=evil", "person")],
)
def test_the_right_tab_is_open(association, query: str, chosen: str) -> None:
    page = browser_at(association).get(f"/signin/{query}").content.decode()
    tabs = dict(re.findall(r'data-tab="(\w+)" aria-controls="tab-panel" aria-selected="(\w+)"', page))
    assert tabs == {tab: str(tab == chosen).lower() for tab in ("association", "institution", "person")}
    assert f'name="tab" value="{chosen}"' in page
    assert f'aria-labelledby="tab-{chosen}"' in page


def test_a_failure_keeps_the_tab_and_the_account(association, people) -> None:
    answer = sign_in(browser_at(association), people["person"].id_number, "wrong", tab="institution")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'name="tab" value="institution"' in page
    assert f'value="{people["person"].id_number}"' in page


def test_an_institutions_page_has_no_tabs_but_the_same_doors(lingzhu) -> None:
    page = browser_at(lingzhu).get("/signin/").content.decode()
    assert "tablist" not in page
    for door in ("/signin/register/", "/signin/forgotten/"):
        assert f'href="{door}"' in page


def test_registering_is_offered_to_persons_only(association) -> None:
    page = browser_at(association).get("/signin/?tab=institution").content.decode()
    assert re.search(r'href="/signin/register/" data-only-tab="person" hidden', page)
    assert 'href="/signin/forgotten/"' in page
