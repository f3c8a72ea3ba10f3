"""The hours certificate: issued by pull, once both the hours review and the exam are passed."""

from datetime import datetime

from django.db import transaction
from django.db.models import Max, Min
from django.utils.timezone import localdate

from certs.errors import CannotCertify
from certs.models import HoursCertificate
from certs.numbers import next_serial
from certs.pdf.facts import HoursFacts
from certs.queries import passed_score
from certs.rules import CertRules, number_of, why_no_hours_certificate
from certs.services.documents import freeze, revoke
from learning.models import CreditSpan, Enrolment, ExamState, HoursState
from learning.services import note_certified
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.queries import association
from tenants.rulesets.services import rules_for

UNFOUNDED = "hours no longer approved"


@transaction.atomic
def issue_hours_certificate(enrolment: Enrolment, *, at: datetime, by: User | None = None) -> HoursCertificate:
    """The live hours certificate of an enrolment; made now if there is none. Exactly one, however many ask at once.

    `by` is who asked; the trainee when empty. Raises `CannotCertify` with `certs.hours_not_approved` or
    `certs.exam_not_passed`, and `NameNotPrintable`.
    """
    found = (
        Enrolment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("institution", "user", "position", "plan", "post_certificate")
        .get(pk=enrolment.pk)
    )
    approved = found.hours_state == HoursState.APPROVED
    refusal = why_no_hours_certificate(hours_approved=approved, exam_passed=found.exam_state == ExamState.PASSED)
    if refusal:
        raise CannotCertify(refusal)
    live = HoursCertificate.objects.filter(enrolment=found, revoked_at=None).first()
    if live is not None:
        return live
    certificate = HoursCertificate(enrolment=found, institution=found.institution, user=found.user, issued_at=at)
    freeze(certificate, hours_facts(found, at))
    certificate.save(force_insert=True)
    note_certified(found, at)
    by = by or found.user
    record("hours_certificate.issued", actor=by, subject=certificate, institution=found.institution, at=at)
    return certificate


def hours_facts(enrolment: Enrolment, at: datetime) -> HoursFacts:
    """What the certificate says, with the next number of the year of issue."""
    rules, year = rules_for(CertRules, at=at), localdate(at).year
    spans = CreditSpan.objects.filter(enrolment=enrolment, voided_by=None)
    study = spans.aggregate(first=Min("started_at"), last=Max("ended_at"))
    serial = next_serial("hours", year)
    return HoursFacts(
        number=number_of(rules.hours_number, rules=rules, year=year, position=enrolment.position.code, serial=serial),
        name=enrolment.user.name,
        id_number=enrolment.user.id_number,
        position=enrolment.position.name,
        issuer=association().name,
        seal_caption=rules.hours_seal,
        issued_on=localdate(at),
        post_certificate=enrolment.post_certificate.number,
        institution=enrolment.institution.name,
        year=enrolment.year,
        hours=float(enrolment.plan.hours_required),
        score=passed_score(enrolment),
        studied_from_on=localdate(study["first"]) if study["first"] else None,
        studied_to_on=localdate(study["last"]) if study["last"] else None,
    )


def revoke_unfounded(*, at: datetime) -> int:
    """Revoke live hours certificates whose hours are no longer approved (a decision taken back, hours cleared).

    Verification says "not valid" from the moment the hours fell; this makes it final, so that a second approval gives
    a new certificate. How many were revoked.
    """
    rows = HoursCertificate.objects.filter(revoked_at=None).exclude(enrolment__hours_state=HoursState.APPROVED)
    unfounded = list(rows)
    for certificate in unfounded:
        revoke(certificate, reason=UNFOUNDED, by=None, at=at)
    return len(unfounded)
