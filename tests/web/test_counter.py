"""Enrolling at the counter: all or nothing, what it costs, and why a certificate does not do."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from bs4 import BeautifulSoup

from learning.models import Enrolment
from learning.services import register_post_certificate
from tenants.accounts.models import User
from tenants.audit.models import Entry
from tenants.models import Institution
from tenants.roles.roles import Role
from tenants.rulesets.services import publish_ruleset
from tests.support import people
from tests.support.certified import publish_rules
from tests.support.enrolling import publish_plan, text_of
from tests.support.pages import open_class, seed
from tests.support.staff import staff_client
from tests.support.study import make_position

pytestmark = pytest.mark.django_db
NEW = "/admin/desk/enrolments/new/"
NUMBER = "粤建岗990101"


@pytest.fixture
def registrar(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


@pytest.fixture
def stranger() -> dict[str, str]:
    """Somebody of the register without an account, at an institution without a fee notice."""
    publish_rules(closes_on="2099-12-31")
    Institution.objects.training().update(position_codes=[])
    who = {"id_number": people.id_number(611), "name": "温新来"}
    holds(who)
    publish_plan()
    return who


def holds(who: dict[str, str], number: str = NUMBER, *, code: str = "101", issued_on: date = date(2017, 5, 4)) -> None:
    register_post_certificate(
        number=number, id_number=who["id_number"], name=who["name"], position=make_position(code, f"岗位{code}"),
        issued_on=issued_on, by=None, at=people.BEFORE,
    )  # fmt: skip


def enrol(client: Any, who: dict[str, str], **more: str) -> Any:
    return client.post(NEW, who | {"enrol": "1", "certificate": NUMBER, "year": "2026"} | more)


def refusal_of(answer: Any) -> str:
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(found.get_text(" ", strip=True) for found in page.select("[role=alert]"))


def test_who_is_refused_leaves_no_account_and_no_line_in_the_trail(
    registrar: Any, stranger: Any, lingzhu: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        full = open_class(lingzhu, "满员班", capacity=1, position=make_position())
        taken = people.make_user("占位")
        holds({"id_number": taken.id_number, "name": taken.name}, "粤建岗990102")
    who = {"id_number": taken.id_number, "name": taken.name}
    enrol(registrar, who, certificate="粤建岗990102", training_class=str(full.pk), free="on")
    trail = Entry.objects.count()
    for more in ({"training_class": str(full.pk)}, {"wants_invoice": "on"}, {"year": "2026", "phone": "12"}):
        answer = enrol(registrar, stranger, free="on", **more)
        assert answer.status_code == 400
        assert User.objects.by_id_number(stranger["id_number"]) is None
    assert Entry.objects.count() == trail
    assert enrol(registrar, stranger, free="on").status_code == 302
    assert User.objects.by_id_number(stranger["id_number"]).name == "温新来"


def test_without_a_fee_notice_nobody_is_enrolled_but_by_the_word_free_of_charge(
    registrar: Any, stranger: Any, lingzhu: Any, in_tenant: Any
) -> None:
    shown = registrar.post(NEW, stranger | {"look": "1"})
    assert "没有生效的收费公示" in text_of(shown, "body")
    assert BeautifulSoup(shown.content, "html.parser").select_one("input[name=free]")
    answer = enrol(registrar, stranger)
    assert (answer.status_code, refusal_of(answer)) == (400, "机构尚未公示该岗位的收费，请致电机构。")
    with in_tenant(lingzhu):
        assert not Enrolment.objects.exists()
    enrol(registrar, stranger, free="on")
    with in_tenant(lingzhu):
        enrolment = Enrolment.objects.get()
    assert (enrolment.training_fee, enrolment.fee_notice) == (Decimal(0), "")
    assert Entry.objects.get(action="enrolment.created").data == {"free": True}
    page = text_of(registrar.get(f"/admin/desk/enrolments/{enrolment.uuid}/detail/"), "body")
    assert "免费（当时没有生效的收费公示）" in page


def test_where_a_notice_is_in_force_its_fees_are_due(
    registrar: Any, stranger: Any, lingzhu: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        seed(lingzhu)
    shown = registrar.post(NEW, stranger | {"look": "1"})
    assert "¥301 + ¥60" in text_of(shown, "body")
    assert BeautifulSoup(shown.content, "html.parser").select_one("input[name=free]") is None
    answer = enrol(registrar, stranger, free="on")
    assert (answer.status_code, refusal_of(answer)) == (400, "生效的收费公示列有该岗位的收费，不能按免费办理。")
    enrol(registrar, stranger)
    with in_tenant(lingzhu):
        assert Enrolment.objects.get().training_fee == Decimal(301)
    assert Entry.objects.get(action="enrolment.created").data == {}


def test_each_certificate_says_at_the_counter_why_it_does_not_do(
    registrar: Any, stranger: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any
) -> None:
    holds(stranger, "粤建岗990111", code="102", issued_on=date(2011, 5, 4))
    holds(stranger, "粤建岗990112", code="106")
    page = text_of(registrar.post(NEW, stranger | {"look": "1"}), "body")
    assert "enrolment.issue_year" in page
    assert "这个年份发的岗位证书不在本次继续教育范围内。" in page
    assert "enrolment.no_plan" in page
    Institution.objects.filter(pk=lingzhu.pk).update(position_codes=["102", "106"])
    assert "enrolment.institution" in text_of(registrar.post(NEW, stranger | {"look": "1"}), "body")
    Institution.objects.filter(pk=lingzhu.pk).update(position_codes=[])
    enrol(registrar, stranger, free="on")
    here = registrar.post(NEW, stranger | {"look": "1"})
    with in_tenant(lingzhu):
        enrolment = Enrolment.objects.get()
    assert "enrolment.exists" in text_of(here, "body")
    assert f"/admin/desk/enrolments/{enrolment.uuid}/detail/" in here.content.decode()
    elsewhere = staff_client(jiangxin, Role.REGISTRAR, "简文").post(NEW, stranger | {"look": "1"})
    assert "enrolment.exists" in text_of(elsewhere, "body")
    assert str(enrolment.uuid) not in elsewhere.content.decode()
    assert lingzhu.short_name not in text_of(elsewhere, "main")


def test_too_young_is_said_before_anybody_tries(registrar: Any, stranger: Any) -> None:
    values = {"eligibility": {"renewal_closes_on": "2099-12-31", "youngest_age": 60}}
    publish_ruleset(
        name="age", values=values, in_force_from=people.BEFORE + timedelta(hours=1), by=None, at=people.BEFORE
    )
    shown = registrar.post(NEW, stranger | {"look": "1"})
    assert "enrolment.too_young" in text_of(shown, "body")
    assert BeautifulSoup(shown.content, "html.parser").select_one("input[name=certificate][disabled]")


def test_what_an_account_of_another_name_has_is_not_told(registrar: Any, stranger: Any, jiangxin: Any) -> None:
    enrol(staff_client(jiangxin, Role.REGISTRAR, "简文"), stranger, free="on")
    User.objects.filter(name="温新来").update(name="温改名")
    page = text_of(registrar.post(NEW, stranger | {"look": "1"}), "body")
    assert NUMBER in page
    assert "enrolment.exists" not in page
