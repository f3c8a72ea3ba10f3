"""Enrolment: from the counter of the institution to the admitted trainee."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from learning.admission_rules import refusal_of_fees
from learning.certificate_numbers import certificate_key
from learning.eligibility import (
    ClassFacts,
    refusal_of_age,
    refusal_of_class,
    refusal_of_institution,
    refusal_of_invoice,
)
from learning.errors import CannotEnrol
from learning.models import Admission, Enrolment, Origin, Plan, PostCertificate, PostCertificateState, TrainingClass
from learning.rules import EligibilityRules, refusal_of
from tenants.accounts.models import DocumentKind, User
from tenants.accounts.rules import born_on, normalised_phone
from tenants.audit.services import record
from tenants.models import Institution
from tenants.rulesets.services import rules_for
from tenants.states import require_live


@dataclass(frozen=True)
class Wanted:
    """Who is to be enrolled where and for what."""

    institution: Institution
    user: User
    certificate_number: str
    year: int
    training_class: TrainingClass | None = None


def enrol(
    *,
    institution: Institution,
    user: User,
    certificate_number: str,
    year: int,
    training_class: TrainingClass | None = None,
    training_fee: Decimal = Decimal(0),
    textbook_fee: Decimal = Decimal(0),
    fee_notice: str = "",
    origin: Origin = Origin.COUNTER,
    free: bool = False,
    phone: str = "",
    wants_invoice: bool = False,
    invoice_title: str = "",
    invoice_tax_number: str = "",
    by: User,
    at: datetime,
) -> Enrolment:
    """Enrol the holder of a post certificate for its position, with the fees of `fee_notice` (title and date) frozen.

    Without a notice in force only who says `free` enrols somebody, and the audit row says it too. A certificate of
    somebody else is refused in the same words as one that does not exist. `phone` is the number on the application;
    the account's own stays as it is. Raises `CannotEnrol`, `NotLive`, `BadPhone`.
    """
    said: dict[str, Any] = {
        "training_fee": training_fee,
        "textbook_fee": textbook_fee,
        "fee_notice": fee_notice[:200],
        "origin": origin,
        "phone": normalised_phone(phone) if phone else None,
    }
    _refuse(refusal_of_fees(training_fee=training_fee, textbook_fee=textbook_fee, notice=fee_notice, free=free))
    said |= _invoice(wants_invoice, invoice_title, invoice_tax_number)
    try:
        with transaction.atomic():
            wanted = Wanted(institution, user, certificate_number, year, training_class)
            enrolment = create_enrolment(wanted, said, at=at)
            told = {"free": True} if free else {}
            record("enrolment.created", actor=by, subject=enrolment, institution=institution, at=at, **told)
    except IntegrityError as error:
        raise CannotEnrol("exists") from error
    return enrolment


def create_enrolment(wanted: Wanted, said: dict[str, Any], *, at: datetime) -> Enrolment:
    """The row, once nothing stands in the way; within the caller's transaction, which holds the class until its end.

    Raises `CannotEnrol`, `NotLive`; IntegrityError where the person is enrolled already.
    """
    institution, on, rules = wanted.institution, localdate(at), rules_for(EligibilityRules, at=at)
    certificate = _entitling_certificate(wanted.user, wanted.certificate_number, on, rules)
    position = certificate.position
    _refuse(refusal_of_institution(institution.position_codes, position.code))
    _refuse(refusal_of_age(born=_born(wanted.user), on=on, rules=rules))
    plan = Plan.objects.filter(position=position, year=wanted.year, published_at__isnull=False).order_by("-id").first()
    if plan is None:
        raise CannotEnrol("no_plan")
    require_live(institution.pk)
    if wanted.training_class is not None:
        facts = _class_facts(wanted.training_class)
        where = {"institution_id": institution.pk, "position_code": position.code, "year": wanted.year}
        _refuse(refusal_of_class(facts, **where, on=on))
    return Enrolment.objects.create(
        institution=institution, user=wanted.user, position=position, year=wanted.year, post_certificate=certificate,
        training_class=wanted.training_class, plan=plan, created_at=at, **said,
    )  # fmt: skip


def _refuse(refusal: str) -> None:
    if refusal:
        raise CannotEnrol(refusal)


def _born(user: User) -> date | None:
    return None if user.document_kind == DocumentKind.PASSPORT else born_on(user.id_number)


def _class_facts(training_class: TrainingClass) -> ClassFacts:
    """As the class is now; its row is held, so that two clerks do not share the last place."""
    found = TrainingClass.objects.select_for_update(no_key=True).filter(pk=training_class.pk).first()
    if found is None:  # out of the scope in force
        raise CannotEnrol("class_elsewhere")
    taken = Enrolment.objects.filter(training_class=found).exclude(admission=Admission.WITHDRAWN).count()
    return ClassFacts(
        institution_id=found.institution_id,
        year=found.year,
        position_codes=frozenset(found.positions.values_list("code", flat=True)),
        closed=found.closed_at is not None,
        enrols_from=found.enrols_from,
        enrols_until=found.enrols_until,
        capacity=found.capacity,
        taken=taken,
    )


def _invoice(wanted: bool, title: str, tax_number: str) -> dict[str, Any]:
    title, tax_number = title.strip()[:100], "".join(tax_number.split()).upper()
    _refuse(refusal_of_invoice(wanted=wanted, title=title, tax_number=tax_number))
    if not wanted:
        return {}
    return {"wants_invoice": True, "invoice_title": title, "invoice_tax_number": tax_number}


def _entitling_certificate(user: User, number: str, on: date, rules: EligibilityRules) -> PostCertificate:
    """Held until the end of the transaction: nobody corrects or revokes what somebody enrols with."""
    rows = PostCertificate.objects.select_for_update(no_key=True, of=("self",)).select_related("position")
    certificate = rows.filter(key=certificate_key(number)).first()
    if certificate is None:
        raise CannotEnrol("unknown")
    refusal = refusal_of(
        holder_matches=certificate.holder_id_index == user.id_number_index and certificate.holder_name == user.name,
        valid=certificate.state == PostCertificateState.VALID,
        position_code=certificate.position.code,
        issued_on=certificate.issued_on,
        on=on,
        rules=rules,
    )
    _refuse(refusal)
    return certificate


def admit(enrolment: Enrolment, *, by: User, at: datetime) -> Enrolment:
    """`by` attests having seen ID card and post certificate. Where fees are due, payment comes next. Nobody confirms
    their own (`own`). Raises `CannotEnrol`."""
    with transaction.atomic():
        found = in_state(enrolment, Admission.AWAITING_CONFIRMATION)
        refuse_own(found, by)
        refuse_revoked(found)
        write_seen(found, by=by, at=at)
    return found


def write_seen(found: Enrolment, *, by: User, at: datetime) -> None:
    """What `admit` writes, in the transaction of a caller who holds the row and has asked the rules."""
    due = found.training_fee + found.textbook_fee > 0
    found.admission = Admission.AWAITING_PAYMENT if due else Admission.ADMITTED
    found.admitted_at = None if due else at
    found.seen_by, found.seen_at = by, at
    found.save(update_fields=["admission", "admitted_at", "seen_by", "seen_at"])
    record("enrolment.confirmed", actor=by, subject=found, institution=found.institution, at=at)


def in_state(enrolment: Enrolment, *states: Admission) -> Enrolment:
    """The enrolment as it is now, held. Raises `CannotEnrol("state")` where it is in none of these."""
    found = (
        Enrolment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("institution")
        .get(pk=enrolment.pk)
    )
    if found.admission not in states:
        raise CannotEnrol("state")
    return found


def refuse_own(enrolment: Enrolment, by: User) -> None:
    """A clerk's own papers and payments are a colleague's. Raises `CannotEnrol("own")`."""
    if enrolment.user_id == by.pk:
        raise CannotEnrol("own")


def refuse_revoked(enrolment: Enrolment) -> None:
    """No step further on a certificate that the association has revoked (ADR 0221). Raises `CannotEnrol`."""
    certificate = PostCertificate.objects.select_for_update(no_key=True).get(pk=enrolment.post_certificate_id)
    if certificate.state == PostCertificateState.REVOKED:
        raise CannotEnrol("not_valid")
