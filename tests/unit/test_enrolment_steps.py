"""Seen, paid, withdrawn, transferred: each step with what it writes down and what it refuses."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from learning import services
from learning.errors import CannotEnrol, NotTogether
from learning.models import Admission, Enrolment, Origin
from tenants.audit.models import Entry
from tests.support import people
from tests.support.certified import publish_rules
from tests.support.exam import study_all
from tests.support.study import make_study, postgres_now

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 8, 2, tzinfo=UTC)
TODAY = date(2026, 1, 8)


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("何敏")


@pytest.fixture
def place(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        yield lingzhu


@pytest.fixture
def due(place: Any, clerk: Any) -> Any:
    """Confirmed; 280 yuan are to be paid."""
    return services.admit(make_study(place, admitted=False).enrolment, by=clerk, at=AT)


def refused(verb: Any, *args: Any, **named: Any) -> str:
    with pytest.raises(CannotEnrol) as error:
        verb(*args, **named)
    return error.value.code


def entries(action: str) -> int:
    return Entry.objects.filter(action=action).count()


def test_who_confirms_attests_the_papers(due: Any, clerk: Any) -> None:
    assert (due.seen_by, due.seen_at, due.admission) == (clerk, AT, Admission.AWAITING_PAYMENT)


def test_a_payment_is_kept_with_sum_day_way_and_receipt(due: Any, clerk: Any) -> None:
    services.mark_paid(
        due, amount=Decimal("280.00"), on=date(2026, 1, 7), way="bank", receipt_number=" 000123 ", by=clerk, at=AT
    )
    found = Enrolment.objects.get(pk=due.pk)
    assert (found.paid_amount, found.paid_on, found.paid_way) == (Decimal(280), date(2026, 1, 7), "bank")
    assert (found.receipt_number, found.paid_at, found.admission) == ("000123", AT, Admission.ADMITTED)
    assert refused(services.mark_paid, found, by=clerk, at=AT) == "enrolment.state"


def test_what_is_not_said_is_the_sum_due_today(due: Any, clerk: Any) -> None:
    paid = services.mark_paid(due, by=clerk, at=AT)
    assert (paid.paid_amount, paid.paid_on, paid.paid_way) == (Decimal(280), TODAY, "")


def test_another_sum_a_day_to_come_or_an_unknown_way_is_refused(due: Any, clerk: Any) -> None:
    who = {"by": clerk, "at": AT}
    assert refused(services.mark_paid, due, amount=Decimal(200), **who) == "enrolment.amount"
    assert refused(services.mark_paid, due, on=TODAY + timedelta(days=1), **who) == "enrolment.paid_day"
    assert refused(services.mark_paid, due, way="gold", **who) == "enrolment.paid_way"
    due.refresh_from_db()
    assert (due.admission, due.paid_on, entries("enrolment.paid")) == (Admission.AWAITING_PAYMENT, None, 0)


def test_many_are_paid_together_or_none(place: Any, due: Any, clerk: Any) -> None:
    plan = due.plan
    unconfirmed = make_study(place, admitted=False, year=2025).enrolment
    with pytest.raises(NotTogether) as error:
        services.mark_paid_together([due, unconfirmed], by=clerk, at=AT)
    assert (error.value.code, error.value.codes) == ("enrolment.together", ["state"])
    assert [name for name, _sentence in error.value.people] == [unconfirmed.user.name]
    tomorrow = TODAY + timedelta(days=1)
    assert refused(services.mark_paid_together, [due], on=tomorrow, by=clerk, at=AT) == "enrolment.paid_day"
    due.refresh_from_db()
    assert (due.admission, due.plan, entries("enrolment.paid")) == (Admission.AWAITING_PAYMENT, plan, 0)
    services.admit(unconfirmed, by=clerk, at=AT)
    assert services.mark_paid_together([due, unconfirmed], way="employer", on=TODAY, by=clerk, at=AT) == 2
    paid = Enrolment.objects.filter(admission=Admission.ADMITTED, paid_way="employer", paid_on=TODAY)
    assert (paid.count(), entries("enrolment.paid")) == (2, 2)


def test_who_has_paid_and_not_begun_withdraws_with_a_note_on_the_refund(due: Any, clerk: Any) -> None:
    services.mark_paid(due, on=date(2026, 1, 1), by=clerk, at=AT)
    assert services.refund_is_due(Enrolment.objects.get(pk=due.pk), at=AT)
    assert refused(services.withdraw, due, by=clerk, at=AT) == "enrolment.refund_note"
    services.withdraw(due, reason="改换岗位", refund_note="退 280 元，原路返回", by=clerk, at=AT)
    found = Enrolment.objects.get(pk=due.pk)
    assert (found.admission, found.withdrawn_at, found.withdrawal_reason) == ("withdrawn", AT, "改换岗位")
    assert (found.refund_note, entries("enrolment.withdrawn")) == ("退 280 元，原路返回", 1)
    assert refused(services.withdraw, due, by=clerk, at=AT) == "enrolment.state"


def test_eight_days_after_payment_no_refund_is_asked_for(due: Any, clerk: Any) -> None:
    services.mark_paid(due, by=clerk, at=AT)
    services.withdraw(due, by=clerk, at=AT + timedelta(days=8))
    assert Enrolment.objects.get(pk=due.pk).refund_note == ""


def test_who_has_studied_withdraws_for_a_reason_and_without_refund(place: Any, clerk: Any) -> None:
    study = make_study(place, lengths_ms=(20_000,))
    study_all(study)
    at = postgres_now()
    assert refused(services.withdraw, study.enrolment, by=clerk, at=at) == "enrolment.withdraw_reason"
    noted = {"reason": "停工", "refund_note": "退 280 元"}
    assert refused(services.withdraw, study.enrolment, **noted, by=clerk, at=at) == "enrolment.no_refund"
    services.withdraw(study.enrolment, reason="停工", by=clerk, at=at)
    study.enrolment.refresh_from_db()
    assert study.enrolment.admission == Admission.WITHDRAWN


def test_a_live_sitting_ends_with_the_enrolment(place: Any, clerk: Any) -> None:
    study = make_study(place)
    at = postgres_now()
    study.open_camera(at=at)
    study.open(at=at)
    services.withdraw(study.enrolment, refund_note="退", by=clerk, at=at)
    assert not study.beat().accepted
    assert study.credited_ms() == 0


def test_a_passed_exam_holds_the_enrolment(place: Any, clerk: Any) -> None:
    study = make_study(place)
    services.note_first_attempt(study.enrolment, AT)
    services.note_exam_passed(study.enrolment, AT)
    assert refused(services.withdraw, study.enrolment, reason="停工", by=clerk, at=AT) == "enrolment.withdraw_passed"


@pytest.fixture
def paid(due: Any, clerk: Any) -> Any:
    publish_rules(closes_on="2099-12-31")
    return services.mark_paid(due, by=clerk, at=AT)


def test_the_association_moves_somebody_who_has_not_begun(paid: Any, jiangxin: Any, clerk: Any) -> None:
    from tenants.scopes import institution_scope

    jiangxin.position_codes = []
    moved = services.transfer(
        paid, jiangxin, training_fee=Decimal(300), fee_notice="收费公示 (2026-01-02)", reason="搬家",
        refund_note="退 280 元", by=clerk, at=AT,
    )  # fmt: skip
    paid.refresh_from_db()
    assert (paid.admission, paid.withdrawal_reason, paid.refund_note) == (Admission.WITHDRAWN, "搬家", "退 280 元")
    with institution_scope(jiangxin):
        found = Enrolment.objects.get(pk=moved.pk)
        assert (found.admission, found.origin) == (Admission.AWAITING_CONFIRMATION, Origin.TRANSFER)
        assert (found.transferred_from_id, found.user_id) == (paid.pk, paid.user_id)
    trail = Entry.objects.filter(action__in=("enrolment.withdrawn", "enrolment.transferred")).order_by("pk")
    assert [entry.institution_id for entry in trail] == [paid.institution_id, jiangxin.pk]


def test_nobody_moves_after_an_exam_or_to_where_the_position_is_not_trained(
    paid: Any, jiangxin: Any, place: Any, clerk: Any
) -> None:
    who = {"refund_note": "退", "by": clerk, "at": AT}
    jiangxin.position_codes = ["102"]
    assert refused(services.transfer, paid, jiangxin, **who) == "enrolment.institution"
    assert refused(services.transfer, paid, place, **who) == "enrolment.transfer_same"
    services.note_first_attempt(paid, AT)
    jiangxin.position_codes = []
    assert refused(services.transfer, paid, jiangxin, **who) == "enrolment.transfer_exam"
    paid.refresh_from_db()
    assert paid.admission == Admission.ADMITTED


def test_nobody_moves_with_hours(place: Any, jiangxin: Any, clerk: Any) -> None:
    study = make_study(place, lengths_ms=(20_000,))
    study_all(study)
    code = refused(services.transfer, study.enrolment, jiangxin, refund_note="退", by=clerk, at=AT)
    assert code == "enrolment.transfer_hours"


def test_a_corrected_payment_keeps_what_stood_there_in_the_trail(paid: Any, clerk: Any) -> None:
    right = {"on": date(2026, 1, 7), "way": "bank", "receipt_number": " NO-5 ", "by": clerk, "at": AT}
    assert refused(services.correct_payment, paid, **right, reason=" ") == "enrolment.payment_reason"
    late = right | {"on": TODAY + timedelta(days=1)}
    assert refused(services.correct_payment, paid, **late, reason="写错") == "enrolment.paid_day"
    assert refused(services.correct_payment, paid, **(right | {"way": "x"}), reason="写错") == "enrolment.paid_way"
    services.correct_payment(paid, **right, reason="回单号写错")
    found = Enrolment.objects.get(pk=paid.pk)
    assert (found.paid_on, found.paid_way, found.receipt_number) == (date(2026, 1, 7), "bank", "NO-5")
    assert (found.admission, found.paid_amount, found.paid_at) == (Admission.ADMITTED, Decimal("280.00"), AT)
    (entry,) = Entry.objects.filter(action="enrolment.payment_corrected")
    assert entry.data == {
        "reason": "回单号写错",
        "changed": {"paid_on": ["2026-01-08", "2026-01-07"], "paid_way": ["", "bank"], "receipt_number": ["", "NO-5"]},
    }
    assert refused(services.correct_payment, paid, **right, reason="写错") == "enrolment.payment_same"


def test_who_has_withdrawn_still_has_a_right_receipt_but_no_payment_to_take_back(paid: Any, clerk: Any) -> None:
    services.withdraw(paid, refund_note="退 280 元", by=clerk, at=AT)
    services.correct_payment(paid, on=TODAY, way="cash", receipt_number="7", reason="补录", by=clerk, at=AT)
    assert refused(services.take_back_payment, paid, reason="没有交", by=clerk, at=AT) == "enrolment.state"


def test_nothing_paid_is_neither_corrected_nor_taken_back(due: Any, clerk: Any) -> None:
    said = {"reason": "写错", "by": clerk, "at": AT}
    assert refused(services.correct_payment, due, on=TODAY, way="", receipt_number="", **said) == "enrolment.not_paid"
    assert refused(services.take_back_payment, due, **said) == "enrolment.state"


def test_a_payment_is_taken_back_as_long_as_nothing_was_studied(paid: Any, clerk: Any) -> None:
    assert refused(services.take_back_payment, paid, reason="", by=clerk, at=AT) == "enrolment.payment_reason"
    found = services.take_back_payment(paid, reason="没有交", by=clerk, at=AT)
    assert (found.admission, found.paid_at, found.admitted_at) == (Admission.AWAITING_PAYMENT, None, None)
    assert Entry.objects.get(action="enrolment.payment_taken_back").data["stood"]["paid_on"] == "2026-01-08"
    assert services.mark_paid(found, by=clerk, at=AT).admission == Admission.ADMITTED


@pytest.mark.parametrize("what", ["sitting", "complete", "attempt"])
def test_what_the_payment_opened_keeps_it(place: Any, clerk: Any, what: str) -> None:
    study = make_study(place)
    if what == "sitting":
        at = postgres_now()
        study.open_camera(at=at)
        study.open(at=at)
    else:
        name = {"complete": "hours_completed_at", "attempt": "first_attempt_at"}[what]
        Enrolment.objects.filter(pk=study.enrolment.pk).update(**{name: AT})
    code = refused(services.take_back_payment, study.enrolment, reason="没有交", by=clerk, at=AT)
    assert code == "enrolment.paid_studied"


def test_nobody_sees_their_own_papers_or_notes_their_own_payment(place: Any, clerk: Any) -> None:
    own = make_study(place, user=clerk, admitted=False).enrolment
    said: dict[str, Any] = {"by": clerk, "at": AT}
    assert refused(services.admit, own, **said) == "enrolment.own"
    services.admit(own, by=people.make_user("黎静"), at=AT)
    assert refused(services.mark_paid, own, **said) == "enrolment.own"
    with pytest.raises(NotTogether) as error:
        services.mark_paid_together([own], **said)
    assert error.value.codes == ["own"]
    services.mark_paid(own, by=people.make_user("黎静"), at=AT)
    assert refused(services.take_back_payment, own, reason="没有交", **said) == "enrolment.own"
    right = {"on": TODAY, "way": "cash", "receipt_number": "8", "reason": "补录"}
    assert refused(services.correct_payment, own, **right, **said) == "enrolment.own"
