"""Finding an enrolment: numbers travel by POST and never stand in an address."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup
from django.utils.timezone import now

from learning import services
from learning.models import Enrolment
from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import staff_client
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.django_db
LIST = "/admin/desk/enrolments/"
FIND = f"{LIST}find/"


@pytest.fixture
def registrar(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


@pytest.fixture
def enrolment(lingzhu: Any, in_tenant: Any, registrar: Any) -> Any:
    """梁志强, who has paid with receipt NO-2026-77; 林小梅 beside them."""
    with in_tenant(lingzhu):
        make_study(lingzhu, user=people.make_user("林小梅"), position=make_position("102", "装饰装修施工员"))
        found = make_study(lingzhu, user=people.make_user("梁志强"), admitted=False).enrolment
        services.admit(found, by=registrar.user, at=now())
        services.mark_paid(found, way="cash", receipt_number="NO-2026-77", by=registrar.user, at=now())
        return Enrolment.objects.select_related("user", "post_certificate").get(pk=found.pk)


def names_in(client: Any, address: str) -> list[str]:
    page = BeautifulSoup(client.get(address).content, "html.parser")
    return [one.get_text(strip=True) for one in page.select("tbody .zx-name")]


@pytest.mark.parametrize("what", ["id_number", "phone", "certificate", "receipt"])
def test_a_number_finds_the_person_and_is_not_in_the_address(
    registrar: Any, enrolment: Any, lingzhu: Any, what: str
) -> None:
    typed = {
        "id_number": enrolment.user.id_number, "phone": enrolment.user.phone,
        "certificate": enrolment.post_certificate.number, "receipt": "no-2026-77",
    }[what]  # fmt: skip
    for client in (registrar, staff_client(lingzhu, Role.VIEWER)):
        answer = client.post(FIND, {"q": f" {typed} "})
        address = answer.headers["Location"]
        assert answer.status_code == 302
        assert typed.lower() not in unquote(address).lower()
        assert names_in(client, address) == ["梁志强"]


def test_a_number_of_nobody_finds_nobody_and_is_not_in_the_address(
    registrar: Any, enrolment: Any, jiangxin: Any
) -> None:
    for typed in (people.id_number(901), "13900009999", "粤建岗999999", "20260077"):
        address = registrar.post(FIND, {"q": typed}).headers["Location"]
        assert typed not in unquote(address)
        assert names_in(registrar, address) == []
        assert "没有符合的学员" in registrar.get(address).content.decode()
    elsewhere = staff_client(jiangxin, Role.REGISTRAR, "简文")
    for typed in (enrolment.user.id_number, enrolment.post_certificate.number, "NO-2026-77"):
        assert names_in(elsewhere, elsewhere.post(FIND, {"q": typed}).headers["Location"]) == []
    assert names_in(elsewhere, f"{LIST}?receipt={enrolment.uuid}") == []


def test_a_name_stands_in_the_address_and_view_and_class_are_kept(registrar: Any, enrolment: Any) -> None:
    found = registrar.post(f"{FIND}?view=studying&class=", {"q": "梁志"})
    assert found.headers["Location"] == f"{LIST}?view=studying&q=%E6%A2%81%E5%BF%97"
    assert names_in(registrar, found.headers["Location"]) == ["梁志强"]
    assert registrar.post(FIND, {"q": "2026 第 7 期"}).headers["Location"].startswith(f"{LIST}?q=2026")
    assert registrar.post(FIND, {"q": " "}).headers["Location"] == LIST
    assert registrar.get(FIND).status_code == 405


def test_words_of_the_address_that_are_no_words_find_nobody(registrar: Any, enrolment: Any) -> None:
    for words in ("receipt=x", "certificate=1", f"holder={'0' * 64}", "receipt=00000000-0000-0000-0000-000000000000"):
        assert names_in(registrar, f"{LIST}?{words}") == []


def test_the_file_of_a_search_by_number_holds_who_was_found(registrar: Any, enrolment: Any) -> None:
    address = registrar.post(FIND, {"q": enrolment.user.id_number}).headers["Location"]
    page = BeautifulSoup(registrar.get(address).content, "html.parser")
    link = page.select_one('a[href*="/exports/"], a[href*="export"]')["href"]
    assert "holder=" in link
    assert enrolment.user.id_number not in link
