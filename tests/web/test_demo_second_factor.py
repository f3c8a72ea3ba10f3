"""The demo's page stands for the phones of its staff."""

from __future__ import annotations

import pytest
from django.utils.timezone import now

from tests.support.people import signed_in

pytestmark = pytest.mark.django_db


def test_the_demo_page_shows_codes_that_open_the_admin_and_never_a_used_one(lingzhu) -> None:
    from demo import cast, guide, province

    one = next(one for one in cast.STAFF if one.tenant == "lingzhu")
    user = province.hire(one, lingzhu, now(), None)
    province.give_app(one, lingzhu, now().replace(year=2025))
    first = guide.codes_of_apps(now())[one.id_number]
    browser = signed_in(user, lingzhu)
    assert browser.post("/signin/second/", {"code": first}).status_code == 302
    second = guide.codes_of_apps(now())[one.id_number]
    assert second != first
    again = signed_in(user, lingzhu)
    assert again.post("/signin/second/", {"code": first}).status_code == 400
    assert again.post("/signin/second/", {"code": second}).status_code == 302
