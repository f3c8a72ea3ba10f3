"""Two clerks and the same new person."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from learning import services
from learning.models import Enrolment
from tenants.accounts.models import User
from tenants.accounts.services import IdentityConflict, pre_register
from tenants.audit.models import Entry
from tenants.errors import DomainError
from tests.support import people
from tests.support.study import make_position
from tests.unit.test_enrolment import AT, published_plan

pytestmark = pytest.mark.django_db


@pytest.fixture
def together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both have looked for the account, and found none, before either writes one."""
    barrier, look = Barrier(2, timeout=20), type(User.objects).by_document
    met: set[int] = set()

    def by_document(self: Any, kind: str, number: str) -> Any:
        from threading import get_ident

        found = look(self, kind, number)
        if get_ident() not in met:
            met.add(get_ident())
            barrier.wait()
        return found

    monkeypatch.setattr(type(User.objects), "by_document", by_document)


def at_once(*calls: Any) -> list[str]:
    def answer(call: Any) -> str:
        try:
            call()
            return ""
        except DomainError as error:
            return error.code
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return sorted(pool.map(answer, calls))


def test_two_clerks_enrol_the_same_new_person_once(
    committed: None, lingzhu: Any, in_tenant: Any, together: None
) -> None:
    lingzhu.position_codes = []
    number = people.id_number(612)
    with in_tenant(lingzhu):
        clerk = people.make_user("何敏")
        published_plan(clerk)
        services.register_post_certificate(
            number="粤建岗0007", id_number=number, name="温新来", position=make_position(),
            issued_on=AT.date().replace(year=2016), by=clerk, at=AT,
        )  # fmt: skip

    def enrol() -> None:
        with in_tenant(lingzhu):
            services.enrol_at_counter(
                services.AtCounter(number, "温新来"), institution=lingzhu, certificate_number="粤建岗0007", year=2020,
                free=True, by=clerk, at=AT,
            )  # fmt: skip

    assert at_once(enrol, enrol) == ["", "enrolment.exists"]
    with in_tenant(lingzhu):
        assert Enrolment.objects.get().user.name == "温新来"
    assert Entry.objects.filter(action="account.registered").count() == 1


def test_two_names_for_one_new_number_do_not_both_become_the_person(committed: None, together: None) -> None:
    number = people.id_number(613)

    def register(name: str) -> Any:
        return lambda: pre_register(id_number=number, name=name, phone=None, by=None, institution=None, at=AT)

    assert at_once(register("温新来"), register("温别人")) == ["", IdentityConflict.code]
    assert User.objects.get().name in {"温新来", "温别人"}
