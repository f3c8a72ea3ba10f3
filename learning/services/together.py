"""One step for many enrolments: all of them or none, and then the names of who stands in the way."""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate

from learning.admission_rules import refusal_of_payment
from learning.eligibility import ClassFacts, refusal_of_class
from learning.errors import CannotChangeClass, CannotEnrol, NotTogether
from learning.models import Admission, Enrolment, PaymentWay, PostCertificate, PostCertificateState, TrainingClass
from learning.services.admission import write_seen
from learning.services.locks import held
from learning.services.payments import write_paid
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.states import require_live


@transaction.atomic
def admit_together(enrolments: Iterable[Enrolment], *, by: User, at: datetime) -> int:
    """`by` attests having seen the papers of each; how many. An audit row each, as `admit` writes it. Raises
    `NotTogether`."""
    rows = _held(enrolments)
    _judge(rows, _step(rows, Admission.AWAITING_CONFIRMATION, by))
    for row in rows:
        write_seen(row, by=by, at=at)
    return len(rows)


@transaction.atomic
def mark_paid_together(
    enrolments: Iterable[Enrolment],
    *,
    on: date | None = None,
    way: str = "",
    receipt_number: str = "",
    by: User,
    at: datetime,
) -> int:
    """Each has paid the sum due, as where an employer pays for many with one receipt; how many.

    Raises `NotTogether`, and `CannotEnrol` with `paid_day` or `paid_way`.
    """
    rows, today = _held(enrolments), localdate(at)
    for row in rows:
        row.paid_amount, row.paid_on = row.training_fee + row.textbook_fee, on or today
    known = not way or way in PaymentWay.values
    for row in rows[:1]:  # day and way are the same for all
        sum_due = row.training_fee + row.textbook_fee
        if code := refusal_of_payment(amount=sum_due, fees=sum_due, paid_on=on or today, on=today, way_known=known):
            raise CannotEnrol(code)
    _judge(rows, _step(rows, Admission.AWAITING_PAYMENT, by))
    for row in rows:
        write_paid(row, way=way, receipt_number=receipt_number, by=by, at=at)
    return len(rows)


@transaction.atomic
def put_into_class(enrolments: Iterable[Enrolment], to: TrainingClass, *, by: User, at: datetime) -> int:
    """Put people of the list into the class `to`, whether they had one or none; how many were not in it before.

    The class has to take each of them as it takes who enrols: position, year, open, within its window; and all have to
    find a place. Raises `NotTogether`, `CannotChangeClass("full")`, `NotLive`, `Gone`.
    """
    require_live(to.institution_id)
    found = held(to)  # first the class, so that two clerks cannot both give its last place away
    rows = [row for row in _held(enrolments) if row.training_class_id != found.pk]
    facts, on = _facts(found), localdate(at)

    def refusal(row: Enrolment) -> str:
        if row.admission == Admission.WITHDRAWN:
            return "withdrawn"
        where = {"institution_id": row.institution_id, "position_code": row.position.code, "year": row.year}
        return refusal_of_class(facts, **where, on=on)  # type: ignore[arg-type]

    _judge(rows, refusal)
    inside = Enrolment.objects.filter(training_class=found).exclude(admission=Admission.WITHDRAWN).count()
    if rows and found.capacity and inside + len(rows) > found.capacity:
        raise CannotChangeClass("full")
    coming = [row.pk for row in rows]
    if coming:
        Enrolment.objects.filter(pk__in=coming).update(training_class=found)
        record(
            "class.people_moved", actor=by, subject=found, institution=found.institution, at=at, people=len(coming),
            enrolments=coming,
        )  # fmt: skip
    return len(coming)


def _held(enrolments: Iterable[Enrolment]) -> list[Enrolment]:
    """The rows as they are now, in one order of locks for everybody."""
    rows = Enrolment.objects.select_for_update(no_key=True, of=("self",))
    wanted = {one.pk for one in enrolments}
    return list(rows.select_related("user", "institution", "position").filter(pk__in=wanted).order_by("pk"))


def _judge(rows: list[Enrolment], refusal: Callable[[Enrolment], str]) -> None:
    refused = [(row.user.name, code) for row in rows if (code := refusal(row))]
    if refused:
        raise NotTogether(refused)


def _step(rows: list[Enrolment], state: Admission, by: User) -> Callable[[Enrolment], str]:
    """What refuses `admit` and `mark_paid`, for many; the certificates are held like there (ADR 0221)."""
    certificates = PostCertificate.objects.select_for_update(no_key=True).order_by("pk")
    states = dict(certificates.filter(pk__in={row.post_certificate_id for row in rows}).values_list("pk", "state"))

    def refusal(row: Enrolment) -> str:
        if row.admission != state:
            return "state"
        if row.user_id == by.pk:
            return "own"
        return "not_valid" if states[row.post_certificate_id] == PostCertificateState.REVOKED else ""

    return refusal


def _facts(found: TrainingClass) -> ClassFacts:
    """As of one person; the places are counted for all of them."""
    return ClassFacts(
        institution_id=found.institution_id,
        year=found.year,
        position_codes=frozenset(found.positions.values_list("code", flat=True)),
        closed=found.closed_at is not None,
        enrols_from=found.enrols_from,
        enrols_until=found.enrols_until,
    )
