"""Reads of the register of post certificates."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from learning.models import Admission, CertificateClaim, Enrolment, PostCertificate, PostCertificateState
from learning.register_rules import Enrolled, Registered, RegisterFacts
from tenants.scopes import province_scope

# Enrolments that go no further, because the association has revoked the certificate they rest on (ADR 0221).
ON_REVOKED = Q(post_certificate__state=PostCertificateState.REVOKED) & ~Q(admission=Admission.WITHDRAWN)


def facts_of(certificate: PostCertificate) -> RegisterFacts:
    """What the row says; its position is read."""
    return RegisterFacts(
        number=certificate.number,
        holder=certificate.holder_id_index,
        name=certificate.holder_name,
        position=certificate.position.code,
        issued_on=certificate.issued_on,
    )


def registered(certificates: Iterable[PostCertificate]) -> dict[int, Registered]:
    """Primary key → the row as the rules see it, with who is enrolled with it anywhere: one query for all."""
    rows = list(certificates)
    enrolled: dict[int, list[Enrolled]] = {}
    for key, holder, name in (
        _live().filter(post_certificate__in=rows).values_list("post_certificate", "user__id_number_index", "user__name")
    ):
        enrolled.setdefault(key, []).append(Enrolled(holder, name))
    return {row.pk: Registered(facts_of(row), row.state, tuple(enrolled.get(row.pk, ()))) for row in rows}


def _live() -> QuerySet[Enrolment]:
    with province_scope():
        return Enrolment.objects.exclude(admission=Admission.WITHDRAWN)


def enrolments_on(certificate: PostCertificate) -> list[Enrolment]:
    """Every enrolment that rests on it, withdrawn ones too, the newest first."""
    with province_scope():
        rows = Enrolment.objects.filter(post_certificate=certificate)
        return list(rows.select_related("user", "institution", "position", "training_class", "post_certificate"))


# --- claims -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Candidate:
    """A row of the register that a claim may mean. `same`: which of number, holder, name are equal."""

    certificate: PostCertificate
    same: tuple[str, ...]


def candidates_for(claim: CertificateClaim, limit: int = 10) -> list[Candidate]:
    """Rows with the same number, however it is spaced or written, or of the same holder; the nearest first."""
    rows = PostCertificate.objects.filter(
        Q(number__iexact=claim.number) | Q(holder_id_index=claim.holder_id_index)
    ).select_related("position")
    found = [Candidate(row, _same(claim, row)) for row in rows[:limit]]
    return sorted(found, key=lambda one: (-len(one.same), one.certificate.number))


def _same(claim: CertificateClaim, row: PostCertificate) -> tuple[str, ...]:
    equal = {
        "number": row.number.upper() == claim.number.upper(),
        "holder": row.holder_id_index == claim.holder_id_index,
        "name": row.holder_name == claim.holder_name,
    }
    return tuple(name for name, is_equal in equal.items() if is_equal)


def waiting_claims() -> QuerySet[CertificateClaim]:
    """Those to be checked, of the scope in force, the longest waiting first."""
    waiting = CertificateClaim.objects.filter(state=CertificateClaim.State.WAITING, emptied_at=None)
    return waiting.order_by("created_at", "pk")


def answered_claims() -> QuerySet[CertificateClaim]:
    """Answers that the institution has not noted yet, of the scope in force."""
    decided = CertificateClaim.objects.exclude(state=CertificateClaim.State.WAITING)
    return decided.filter(noted_at=None).order_by("-decided_at")
