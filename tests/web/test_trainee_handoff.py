"""From the portal's centre to the institution where one studies, without signing in again; and each site its own."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tenants.accounts.models import HandOff, SignedIn
from tests.support import people
from tests.support.study import Study, make_study


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Study:
    with in_tenant(lingzhu):
        return make_study(lingzhu, user=people.make_user("李建国"))


@pytest.fixture
def portal(association: Any, study: Study, trainee_client: Any) -> Any:
    return trainee_client(association, study.user)


def go(portal: Any, institution: Any, path: str = "/my/") -> Any:
    return portal.post("/my/go/", {"institution": str(institution.uuid), "next": path})


def token_of(page: Any) -> str:
    return re.search(r'name="token" value="([\w-]+)"', page.content.decode()).group(1)


def arrive(institution: Any, token: str) -> tuple[Client, Any]:
    browser = Client(headers={"host": institution.host})
    return browser, browser.post("/signin/arrive/", {"token": token})


def test_the_portals_next_step_is_a_way_to_the_institutions_site(portal: Any, lingzhu: Any) -> None:
    page = portal.get("/my/").content.decode()
    form = re.search(r'<form method="post" action="/my/go/">.*?</form>', page, re.DOTALL).group()
    assert f'name="institution" value="{lingzhu.uuid}"' in form
    assert re.search(r'name="next" value="/(my/profile|study/[\w-]+)/"', form)
    assert f"//{lingzhu.host}" not in page


def test_the_person_arrives_signed_in_at_the_right_page(portal: Any, lingzhu: Any, study: Study) -> None:
    path = f"/study/{study.enrolment.uuid}/"
    page = go(portal, lingzhu, path)
    assert f"http://{lingzhu.host}" in page.headers["Content-Security-Policy"]
    assert "no-store" in page.headers["Cache-Control"]
    browser, answer = arrive(lingzhu, token_of(page))
    assert answer.headers["Location"] == path
    assert browser.get(path).status_code == 200
    assert set(SignedIn.objects.filter(user=study.user, ended_at=None).values_list("institution", flat=True)) == {
        lingzhu.pk,
        portal.get("/my/").wsgi_request.tenant.pk,
    }


def test_the_way_is_open_once(portal: Any, lingzhu: Any) -> None:
    token = token_of(go(portal, lingzhu))
    assert [arrive(lingzhu, token)[1].status_code for _time in range(2)] == [302, 403]


def test_it_carries_no_second_factor(portal: Any, lingzhu: Any) -> None:
    go(portal, lingzhu)
    assert HandOff.objects.get().second_factor is False


def test_there_is_no_way_to_where_one_is_not_enrolled(portal: Any, jiangxin: Any, association: Any) -> None:
    assert go(portal, jiangxin).status_code == 404
    assert go(portal, association).status_code == 404
    assert portal.post("/my/go/", {"institution": "nonsense"}).status_code == 404
    assert HandOff.objects.count() == 0


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/\\evil.example", "x", "/" + "a" * 200])
def test_a_way_that_leads_elsewhere_leads_to_the_centre(portal: Any, lingzhu: Any, path: str) -> None:
    _browser, answer = arrive(lingzhu, token_of(go(portal, lingzhu, path)))
    assert answer.headers["Location"] == "/my/"


def test_a_suspended_institution_is_told_instead(portal: Any, lingzhu: Any) -> None:
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(state="suspended")
    answer = go(portal, lingzhu)
    assert answer.headers["Location"] == "/my/"
    assert HandOff.objects.count() == 0


def test_only_by_post_only_signed_in_only_on_the_portal(
    portal: Any, lingzhu: Any, association: Any, study: Study
) -> None:
    assert portal.get("/my/go/").status_code == 405
    nobody = Client(headers={"host": association.host}).post("/my/go/", {"institution": str(lingzhu.uuid)})
    assert nobody.headers["Location"].startswith("/signin/")
    assert go(people.signed_in(study.user, lingzhu), lingzhu).status_code == 404
    strict = Client(enforce_csrf_checks=True, headers={"host": association.host})
    strict.cookies = portal.cookies
    assert go(strict, lingzhu).status_code == 403


# --- a site shows its own enrolments, the portal all ----------------------------------------------------------------

CENTRE = ("/my/", "/my/record/", "/exam/", "/my/certificates/", "/my/profile/", "/my/security/phone/", "/my/data/")


@pytest.fixture
def both(study: Study, jiangxin: Any, in_tenant: Any) -> Study:
    """The same person, enrolled at a second institution for another year, whose hours are the ones to be seen there."""
    with in_tenant(jiangxin):
        return make_study(jiangxin, user=study.user, year=2025)


@pytest.mark.parametrize("path", CENTRE)
def test_a_site_tells_nothing_of_the_enrolment_at_another(
    study: Study, both: Study, lingzhu: Any, jiangxin: Any, path: str
) -> None:
    for here, there, own, other in ((lingzhu, jiangxin, study, both), (jiangxin, lingzhu, both, study)):
        answer = people.signed_in(own.user, here).get(path)
        assert answer.status_code == 200
        page = answer.content.decode()
        assert there.name not in page
        assert there.short_name not in page
        assert str(other.enrolment.uuid) not in page
        assert other.enrolment.post_certificate.number not in page or path == "/my/certificates/"


def test_the_other_enrolments_room_and_exam_do_not_exist_here(study: Study, both: Study, lingzhu: Any) -> None:
    client = people.signed_in(study.user, lingzhu)
    assert client.get(f"/study/{study.enrolment.uuid}/").status_code == 200
    for path in (f"/study/{both.enrolment.uuid}/", f"/exam/{both.enrolment.uuid}/"):
        assert client.get(path).status_code == 404


def test_the_portal_shows_both(study: Study, both: Study, portal: Any, lingzhu: Any, jiangxin: Any) -> None:
    page = portal.get("/my/").content.decode()
    assert lingzhu.name in page
    assert jiangxin.name in page
    assert page.count('action="/my/go/"') == 2
