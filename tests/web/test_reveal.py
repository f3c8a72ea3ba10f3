"""A full number is shown to whose role includes it, for a reason, for a minute, and never before it is written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test.utils import override_settings
from django.utils.timezone import now

from tenants.accounts import reveal as service
from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support.staff import make_case, queries_of, staff_client
from tests.support.study import make_study

HTMX = {"HX-Request": "true"}
REASON = "核对柜台上的身份证"


def address(space: str, subject: Any, field: str = "id_number", kind: str = "person") -> str:
    return f"/admin/{space}/numbers/{kind}/{subject.uuid}/{field}/"


@pytest.fixture
def trainee(lingzhu: Any, in_tenant: Any, make_user: Any) -> Any:
    user = make_user("梁志强")
    with in_tenant(lingzhu):
        make_study(lingzhu, user=user)
    return user


@pytest.fixture
def registrar(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.REGISTRAR)


def looks() -> list[Entry]:
    return list(Entry.objects.filter(action=service.ACTION).order_by("id"))


def test_a_registrar_sees_the_full_number_after_saying_why(registrar: Any, trainee: Any, lingzhu: Any) -> None:
    page = registrar.get("/admin/desk/enrolments/").content.decode()
    assert trainee.id_number not in page
    assert f"{trainee.id_number[:6]}********{trainee.id_number[-4:]}" in page
    assert address("desk", trainee) in page
    asked = registrar.get(address("desk", trainee), headers=HTMX)
    assert "显示 60 秒" in asked.content.decode()
    assert trainee.id_number not in asked.content.decode()
    shown = registrar.post(address("desk", trainee), {"reason": REASON}, headers=HTMX)
    assert trainee.id_number in shown.content.decode()
    assert shown["HX-Retarget"] == f"#reveal-{trainee.uuid}-id_number"
    assert "no-store" in shown["Cache-Control"]
    [entry] = looks()
    assert (entry.actor, entry.institution) == (registrar.user, lingzhu)
    assert (entry.subject_id, entry.data) == (str(trainee.uuid), {"field": "id_number", "reason": REASON})


def test_without_scripts_the_page_closes_the_number_again(registrar: Any, trainee: Any) -> None:
    shown = registrar.post(address("desk", trainee, "phone"), {"reason": REASON})
    assert trainee.phone in shown.content.decode()
    assert shown["Refresh"] == f"60; url={address('desk', trainee, 'phone')}"


@pytest.mark.parametrize("reason", ["", "  看 ", "看看呀"])
def test_without_a_reason_nothing_is_shown_and_what_was_typed_stays(registrar: Any, trainee: Any, reason: str) -> None:
    answer = registrar.post(address("desk", trainee), {"reason": reason}, headers=HTMX)
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 400
    assert page.select_one(".zx-field__err").text == "请写明用途，至少 4 个字。"
    assert page.select_one("[name=reason]")["value"] == reason
    assert trainee.id_number not in answer.content.decode()
    assert looks() == []


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_a_role_without_that_right_is_told_so(lingzhu: Any, trainee: Any, role: Role) -> None:
    client = staff_client(lingzhu, role)
    if role == Role.VIEWER:
        assert "numbers/" not in client.get("/admin/desk/enrolments/").content.decode()
    for method in (client.get, client.post):
        answer = method(address("desk", trainee), {"reason": REASON}, headers=HTMX)
        assert answer.status_code == 403
        assert trainee.id_number not in answer.content.decode()
    assert looks() == []


def test_a_person_of_another_institution_does_not_exist(jiangxin: Any, trainee: Any, make_user: Any) -> None:
    manager = staff_client(jiangxin, Role.MANAGER)
    for somebody in (trainee, make_user("外人")):
        assert manager.post(address("desk", somebody), {"reason": REASON}).status_code == 404
    assert looks() == []


@pytest.mark.parametrize("field", ["password", "email", "phone_index", "is_superuser"])
def test_no_other_field_can_be_asked_for(registrar: Any, trainee: Any, field: str) -> None:
    assert registrar.post(address("desk", trainee, field), {"reason": REASON}).status_code == 404


def test_the_audit_row_stays_when_the_page_fails(registrar: Any, trainee: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("cms.reveal._shown", lambda *_: 1 / 0)
    registrar.raise_request_exception = False
    assert registrar.post(address("desk", trainee), {"reason": REASON}).status_code == 500
    assert len(looks()) == 1


def test_the_row_is_committed_before_the_number_is_read(committed: None, lingzhu: Any, make_user: Any) -> None:
    """Inside another transaction, which could be rolled back, the service refuses to work."""
    from django.db import transaction

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        service.reveal(
            make_user(), "id_number", reason=REASON, by=make_user(is_superuser=True), at=now(),
            institution=lingzhu.__class__.objects.get(kind="association"),
        )  # fmt: skip


def test_a_reason_keeps_no_number(registrar: Any, trainee: Any) -> None:
    registrar.post(address("desk", trainee), {"reason": f"电话 13912345678 证件 {trainee.id_number} 核对"})
    assert looks()[0].data["reason"] == "电话 [phone] 证件 [id number] 核对"


def test_many_looks_in_a_minute_are_refused(registrar: Any, trainee: Any) -> None:
    answers = [registrar.post(address("desk", trainee), {"reason": REASON}, headers=HTMX) for _ in range(7)]
    assert [answer.status_code for answer in answers] == [200] * 6 + [429]
    assert trainee.id_number not in answers[-1].content.decode()
    assert len(looks()) == 6


def test_the_dashboard_names_it_when_somebody_looks_a_lot(association: Any, make_user: Any) -> None:
    boss = staff_client(association, Role.SUPERADMIN)
    words = "今日查看完整号码较多的工作人员"
    assert words not in boss.get("/admin/").content.decode()
    looker, at = make_user("多看"), now()
    midnight = service.midnight(at)
    for number in range(21):
        Entry.objects.create(action=service.ACTION, actor=looker, at=midnight + timedelta(microseconds=number))
    assert service.many_reveals(at=at) == 1
    assert words in boss.get("/admin/").content.decode()


def test_the_association_sees_numbers_in_case_and_register(association: Any, lingzhu: Any, in_tenant: Any) -> None:
    with in_tenant(lingzhu):
        case = make_case(lingzhu)
        user, certificate = case.enrolment.user, case.enrolment.post_certificate
    reviewer = staff_client(association, Role.HOURS_REVIEWER)
    assert address("console", user) in reviewer.get(f"/admin/console/reviews/{case.uuid}/").content.decode()
    assert user.id_number in reviewer.post(address("console", user), {"reason": REASON}).content.decode()
    clerk = staff_client(association, Role.CERTIFICATE_CLERK, "罗静")
    there = address("console", certificate, "holder_id_number", "certificate")
    assert there in clerk.get("/admin/console/post-certificates/").content.decode()
    assert user.id_number in clerk.post(there, {"reason": REASON}).content.decode()
    auditor = staff_client(association, Role.AUDITOR, "何审")
    assert auditor.post(there, {"reason": REASON}).status_code == 403
    assert [entry.subject_type for entry in looks()] == ["accounts.user", "learning.postcertificate"]


@override_settings(DEBUG=False)
def test_the_register_takes_as_many_queries_for_one_row_as_for_three(
    association: Any, lingzhu: Any, in_tenant: Any
) -> None:
    clerk = staff_client(association, Role.CERTIFICATE_CLERK)
    counts = []
    for names in (("甲甲",), ("乙乙", "丙丙")):
        with in_tenant(lingzhu):
            for name in names:
                make_case(lingzhu, name=name)
        counts.append(queries_of(clerk, "/admin/console/post-certificates/")[0])
    assert counts[0] == counts[1]
