"""Enrolment: from the counter of the institution to the admitted trainee."""

from datetime import datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from learning.errors import CannotEnrol
from learning.models import Admission, Enrolment, Plan, PostCertificate, PostCertificateState, TrainingClass
from learning.rules import EligibilityRules, refusal_of
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.models import Institution
from tenants.rulesets.services import rules_for
from tenants.states import require_live


def enrol(
    *,
    institution: Institution,
    user: User,
    certificate_number: str,
    year: int,
    training_class: TrainingClass | None = None,
    training_fee: Decimal = Decimal(0),
    textbook_fee: Decimal = Decimal(0),
    by: User,
    at: datetime,
) -> Enrolment:
    """Enrol the holder of a post certificate for its position. Raises `CannotEnrol`, `NotLive`.

    A certificate of somebody else is refused in the same words as one that does not exist.
    """
    certificate = _entitling_certificate(user, certificate_number, at)
    position = certificate.position
    if institution.position_codes and position.code not in institution.position_codes:
        raise CannotEnrol("institution")
    plan = Plan.objects.filter(position=position, year=year, published_at__isnull=False).order_by("-id").first()
    if plan is None:
        raise CannotEnrol("no_plan")
    try:
        with transaction.atomic():
            require_live(institution.pk)
            enrolment = Enrolment.objects.create(
                institution=institution,
                user=user,
                position=position,
                year=year,
                post_certificate=certificate,
                training_class=training_class,
                plan=plan,
                training_fee=training_fee,
                textbook_fee=textbook_fee,
                created_at=at,
            )
            record("enrolment.created", actor=by, subject=enrolment, institution=institution, at=at)
    except IntegrityError as error:
        raise CannotEnrol("exists") from error
    return enrolment


def _entitling_certificate(user: User, number: str, at: datetime) -> PostCertificate:
    certificate = PostCertificate.objects.select_related("position").filter(number=number.strip()).first()
    if certificate is None:
        raise CannotEnrol("unknown")
    refusal = refusal_of(
        holder_matches=certificate.holder_id_index == user.id_number_index and certificate.holder_name == user.name,
        valid=certificate.state == PostCertificateState.VALID,
        position_code=certificate.position.code,
        issued_on=certificate.issued_on,
        on=localdate(at),
        rules=rules_for(EligibilityRules, at=at),
    )
    if refusal:
        raise CannotEnrol(refusal)
    return certificate


def admit(enrolment: Enrolment, *, by: User, at: datetime) -> Enrolment:
    """The institution has seen ID card and post certificate. Where fees are due, payment comes next."""
    with transaction.atomic():
        found = _in_state(enrolment, Admission.AWAITING_CONFIRMATION)
        due = found.training_fee + found.textbook_fee > 0
        found.admission = Admission.AWAITING_PAYMENT if due else Admission.ADMITTED
        found.admitted_at = None if due else at
        found.save(update_fields=["admission", "admitted_at"])
        record("enrolment.confirmed", actor=by, subject=found, institution=found.institution, at=at)
    return found


def mark_paid(enrolment: Enrolment, *, by: User, at: datetime) -> Enrolment:
    """The fees were paid at the counter: the trainee may study."""
    with transaction.atomic():
        found = _in_state(enrolment, Admission.AWAITING_PAYMENT)
        found.admission = Admission.ADMITTED
        found.paid_at = found.admitted_at = at
        found.save(update_fields=["admission", "paid_at", "admitted_at"])
        record("enrolment.paid", actor=by, subject=found, institution=found.institution, at=at)
    return found


def withdraw(enrolment: Enrolment, *, by: User, at: datetime) -> Enrolment:
    """Take back an enrolment that has not been admitted; the person may enrol elsewhere."""
    with transaction.atomic():
        found = _in_state(enrolment, Admission.AWAITING_CONFIRMATION, Admission.AWAITING_PAYMENT)
        found.admission = Admission.WITHDRAWN
        found.save(update_fields=["admission"])
        record("enrolment.withdrawn", actor=by, subject=found, institution=found.institution, at=at)
    return found


def _in_state(enrolment: Enrolment, *states: Admission) -> Enrolment:
    found = (
        Enrolment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("institution")
        .get(pk=enrolment.pk)
    )
    if found.admission not in states:
        raise CannotEnrol("state")
    return found
