"""培训机构查询: what a visitor of the portal finds out about institutions."""

from __future__ import annotations

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tests.support.exam import statements
from tests.support.pages import seed
from tests.support.staff import picture
from tests.support.study import make_position

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor(association: Any) -> Client:
    seed(association)
    return Client(headers={"host": "association.test:8000"})


@pytest.fixture
def two(lingzhu: Any, jiangxin: Any) -> Any:
    make_position("101", "土建施工员")
    make_position("104", "市政工程施工员")
    rows = type(lingzhu).objects
    rows.filter(pk=lingzhu.pk).update(
        region="广州", position_codes=["101"], address="天河路 1 号", phone="020-8765 4321"
    )
    rows.filter(pk=jiangxin.pk).update(region="深圳", position_codes=["101", "104"], state="suspended")
    return lingzhu, jiangxin


def cards(client: Client, **asked: str) -> list[Any]:
    response = client.get("/institutions/", asked)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser").select(".institution")


def names(found: list[Any]) -> list[str]:
    return [card.h2.text for card in found]


def test_a_card_says_where_what_whom_to_call_and_leads_to_site_and_fees(visitor: Client, two: Any) -> None:
    lingzhu, _jiangxin = two
    card = cards(visitor)[0]
    assert card.h2.text == lingzhu.name
    assert [tag.text for tag in card.select(".tags li")] == ["土建施工员"]
    assert "天河路 1 号" in card.text
    assert card.select_one('a[href^="tel:"]')["href"] == "tel:020-87654321"
    assert card.select_one(".badge").text == "正在培训"
    links = [a["href"] for a in card.select(".institution-links a")]
    assert links == ["http://lingzhu.test:8000/", "http://lingzhu.test:8000/fee-notice/"]


def test_a_suspended_institution_is_listed_last_and_leads_nowhere(visitor: Client, two: Any) -> None:
    lingzhu, jiangxin = two
    found = cards(visitor)
    assert names(found) == [lingzhu.name, jiangxin.name]
    assert found[1].select_one(".badge").text == "暂停培训"
    assert found[1].select(".institution-links a") == []
    assert "目前暂停报名" in found[1].text


def test_a_closed_institution_is_not_listed(visitor: Client, two: Any) -> None:
    lingzhu, jiangxin = two
    type(jiangxin).objects.filter(pk=jiangxin.pk).update(state="closed")
    assert names(cards(visitor)) == [lingzhu.name]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"region": "深圳"}, ["jiangxin"]),
        ({"position": "104"}, ["jiangxin"]),
        ({"position": "101"}, ["lingzhu", "jiangxin"]),
        ({"state": "approved"}, ["lingzhu"]),
        ({"region": "广州", "position": "104"}, []),
        ({"region": "火星", "position": "'--", "state": "closed", "page": "-1"}, ["lingzhu", "jiangxin"]),
    ],
)
def test_city_position_and_state_narrow_the_list(
    visitor: Client, two: Any, asked: dict[str, str], expected: list[str]
) -> None:
    by_schema = {one.schema_name: one.name for one in two}
    assert names(cards(visitor, **asked)) == [by_schema[name] for name in expected]


def test_where_nothing_fits_the_page_says_what_to_do(visitor: Client, two: Any) -> None:
    page = BeautifulSoup(visitor.get("/institutions/", {"region": "广州", "position": "104"}).content, "html.parser")
    assert page.select_one(".empty h2").text == "没有同时符合这些条件的机构"
    assert page.select_one('select[name="region"] option[selected]').text == "广州"


def test_the_list_needs_as_many_queries_for_one_as_for_two(visitor: Client, two: Any) -> None:
    visitor.get("/institutions/")
    with statements() as sql:
        assert len(cards(visitor, region="广州")) == 1
        one = len(sql())
    with statements() as sql:
        assert len(cards(visitor)) == 2
        assert len(sql()) == one


def test_an_own_logo_is_shown_on_the_portal_while_the_institution_is_listed(
    visitor: Client, two: Any, association: Any
) -> None:
    from tenants import logos
    from tests.support.portal import AT

    lingzhu, _jiangxin = two
    logos.save_logo(lingzhu, logos.prepare(picture()), by=None, at=AT)
    address = cards(visitor)[0].select_one("img.logo")["src"]
    response = visitor.get(address)
    assert (response.status_code, response["Content-Type"], response.content[:4]) == (200, "image/png", b"\x89PNG")
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(state="closed")
    assert visitor.get(address).status_code == 404


def test_an_institutions_site_has_no_list_of_institutions(lingzhu: Any) -> None:
    seed(lingzhu)
    assert Client(headers={"host": "lingzhu.test"}).get("/institutions/").status_code == 404


def test_the_address_of_the_fees_leads_to_the_newest_notice(lingzhu: Any, jiangxin: Any, association: Any) -> None:
    seed(lingzhu)
    assert Client(headers={"host": "lingzhu.test"}).get("/fee-notice/")["Location"] == "/fees/"
    seed(association)
    assert Client(headers={"host": "association.test"}).get("/fee-notice/").status_code == 404
