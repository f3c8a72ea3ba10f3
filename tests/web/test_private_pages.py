"""What only one person should see stays in no cache, in no address and on no error page."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client, RequestFactory
from django.views.debug import get_exception_reporter_class

from config.logs import without_numbers, without_personal_data
from tenants.roles.roles import Role
from tests.support.doors import browser_at, sign_in
from tests.support.people import id_number
from tests.support.staff import make_case, staff_client

NUMBER, PHONE, NAME, COOKIE = "440106198503120018", "13800138000", "欧阳某", "crumbs"


@pytest.mark.parametrize("path", ["/my/", "/my/profile/", "/my/record/", "/my/certificates/", "/"])
def test_pages_of_a_signed_in_person_are_not_stored(trainee_client: Any, lingzhu: Any, path: str) -> None:
    assert "no-store" in trainee_client(lingzhu).get(path)["Cache-Control"]


def test_staff_pages_are_not_stored(association: Any, lingzhu: Any) -> None:
    assert "no-store" in staff_client(association, Role.AUDITOR).get("/admin/console/audit/")["Cache-Control"]
    assert "no-store" in staff_client(lingzhu, Role.REGISTRAR).get("/admin/desk/enrolments/")["Cache-Control"]


def test_a_visitors_page_may_be_stored_and_the_step_after_the_password_may_not(lingzhu: Any, make_user: Any) -> None:
    assert "no-store" not in Client(headers={"host": lingzhu.host}).get("/").get("Cache-Control", "")
    browser = browser_at(lingzhu)
    answer = sign_in(browser, make_user().id_number, "Zhuxue2026")
    assert "no-store" in browser.get(answer["Location"])["Cache-Control"]


def test_a_view_that_decides_for_itself_is_left_alone(trainee_client: Any, lingzhu: Any) -> None:
    client = trainee_client(lingzhu)
    assert "no-store" not in client.get("/brand.css?v=0")["Cache-Control"]


def test_a_holder_is_found_without_an_id_number_in_the_address(association: Any, lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        number = make_case(lingzhu, name="梁志强").enrolment.user.id_number
        make_case(lingzhu, name="周敏")
    clerk = staff_client(association, Role.CERTIFICATE_CLERK)
    there = "/admin/console/post-certificates/"

    def names(address: str) -> list[str]:
        page = BeautifulSoup(clerk.get(address).content, "html.parser")
        return [one.text for one in page.select("tbody td .zx-name")]

    answer = clerk.post(there, {"q": f" {number.lower()} "})
    assert number not in answer["Location"]
    assert names(answer["Location"]) == ["梁志强"]
    assert names(clerk.post(there, {"q": "周敏"})["Location"]) == ["周敏"]
    assert "没有" in clerk.get(clerk.post(there, {"q": id_number(998)})["Location"]).content.decode()
    assert len(names(clerk.post(there, {"q": ""})["Location"])) == 2


@pytest.mark.parametrize("debug", [True, False])
def test_an_error_report_shows_types_and_no_values(settings: Any, debug: bool) -> None:
    settings.DEBUG = debug
    typed = {"phone": PHONE, "name": NAME}
    request = RequestFactory().post(f"/x/?q={NUMBER}", typed, headers={"cookie": f"a={COOKIE}"})
    try:
        raise ValueError(f"{NUMBER} {PHONE}")
    except ValueError as error:
        reporter = get_exception_reporter_class(request)(request, type(error), error, error.__traceback__)
    for report in (reporter.get_traceback_html(), reporter.get_traceback_text()):
        assert "ValueError" in report
        for secret in (NUMBER, PHONE, NAME, COOKIE, settings.SECRET_KEY, settings.DATABASES["default"]["NAME"]):
            assert secret not in report


def test_a_log_line_keeps_neither_numbers_nor_queries() -> None:
    event = {
        "event": "said 440106198503120018",
        "request": "GET /admin/?q=440106198503120018",
        "phone": "13800138000",
        "deep": {"13800138000": ["+8613800138000", {"x": "440106198503120018"}]},
        "error": ValueError("13800138000"),
        "count": 3,
        "nothing": None,
    }
    cleaned = without_numbers(None, "info", without_personal_data(None, "info", event))
    assert cleaned == {
        "event": "said [id number]",
        "request": "GET /admin/",
        "phone": "…",
        "deep": {"[phone]": ["[phone]", {"x": "[id number]"}]},
        "error": "[phone]",
        "count": 3,
        "nothing": None,
    }
