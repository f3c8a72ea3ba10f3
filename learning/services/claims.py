"""A post certificate that the register does not hold: claimed at an institution, checked by the association.

What is said to who claims never depends on certificates of other people (ADR 0223).
"""

import secrets
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate

from learning.certificate_numbers import certificate_key
from learning.models import CertificateClaim, Position, PostCertificate
from learning.register_errors import CannotChangeRegister, CannotClaim
from learning.services.register import CertificateData, register_post_certificate
from tenants import vault
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.masking import redacted
from tenants.models import Institution
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import institution_scope
from tenants.states import require_live

State = CertificateClaim.State
FOLDER = "claims"
OWN_WAITING = 3  # claims of one's own that may wait at an institution at a time
NOBODY = "—"


def claim_certificate(
    institution: Institution,
    *,
    number: str,
    id_number: str,
    name: str,
    position: Position,
    issued_on: date,
    note: str = "",
    scan: bytes | None = None,
    by: User,
    at: datetime,
) -> CertificateClaim:
    """Report that a certificate is missing in the register. `by` is staff of the institution, or the holder.

    `scan` is what `claim_scans.prepare_scan` has drawn. The caller has made sure that `by` may speak for the holder.
    Raises `CannotClaim` (`known`, `waiting`, `too_many`), `CannotChangeRegister` (`number`, `future`), `BadDocument`,
    `BadName`, `NotLive`.
    """
    data = CertificateData(number, id_number, name, position, issued_on).cleaned()
    if issued_on > localdate(at):
        raise CannotChangeRegister("future")
    with transaction.atomic(), institution_scope(institution):
        require_live(institution.pk)
        _refuse(data, by)
        claim = CertificateClaim(
            institution=institution, number=data.number, holder_name=data.name, holder_id_index=data.facts.holder,
            position=position, issued_on=issued_on, note=redacted(" ".join(note.split()))[:300],
            by_holder=data.facts.holder == by.id_number_index, claimed_by=by, created_at=at,
        )  # fmt: skip
        claim.holder_id_number = data.id_number
        if scan is not None:
            claim.scan = vault.put(claim, "scan", scan, folder=FOLDER)
        try:
            with transaction.atomic():
                claim.save(force_insert=True)
        except IntegrityError as error:
            raise CannotClaim("waiting") from error
        record("certificate_claim.made", actor=by, subject=claim, institution=institution, at=at)
    return claim


def _refuse(data: CertificateData, by: User) -> None:
    """Only what is this holder's own counts; a number that is somebody else's looks like one that is nobody's."""
    if PostCertificate.objects.filter(
        key=certificate_key(data.number), holder_id_index=data.facts.holder, holder_name=data.name
    ).exists():
        raise CannotClaim("known")
    if data.facts.holder == by.id_number_index:
        User.objects.select_for_update(no_key=True).get(pk=by.pk)
        if CertificateClaim.objects.filter(claimed_by=by, by_holder=True, state=State.WAITING).count() >= OWN_WAITING:
            raise CannotClaim("too_many")


def enter_claim(claim: CertificateClaim, data: CertificateData, *, by: User, at: datetime) -> PostCertificate:
    """Enter the certificate into the register as `data` says it, and answer the claim: both or neither.

    `data` may differ from what was claimed where the files of the association say so. Raises `CannotClaim("decided")`
    and what `register_post_certificate` raises.
    """
    with transaction.atomic():
        found = _to_answer(claim)
        certificate = register_post_certificate(
            number=data.number, id_number=data.id_number, name=data.name, position=data.position,
            issued_on=data.issued_on, by=by, at=at,
        )  # fmt: skip
        found.certificate = certificate
        _answer(found, State.ENTERED, "", by=by, at=at)
    return certificate


@transaction.atomic
def refuse_claim(claim: CertificateClaim, *, answer: str, by: User, at: datetime) -> CertificateClaim:
    """It is not entered; the institution reads `answer`. Raises `CannotClaim` with `answer`, `decided`."""
    answer = redacted(" ".join(answer.split()))[:300]
    if len(answer) < 2:
        raise CannotClaim("answer")
    found = _to_answer(claim)
    if found.holder_id_index == by.id_number_index:
        raise CannotChangeRegister("own")
    _answer(found, State.REFUSED, answer, by=by, at=at)
    return found


def _to_answer(claim: CertificateClaim) -> CertificateClaim:
    rows = CertificateClaim.objects.select_for_update(no_key=True, of=("self",)).select_related("institution")
    found = rows.get(pk=claim.pk)
    if found.state != State.WAITING:
        raise CannotClaim("decided")
    if found.emptied_at is not None:
        raise CannotClaim("emptied")
    return found


def _answer(found: CertificateClaim, state: State, answer: str, *, by: User, at: datetime) -> None:
    found.state, found.answer, found.decided_by, found.decided_at = state, answer, by, at
    found.save(update_fields=["state", "answer", "decided_by", "decided_at", "certificate"])
    record(f"certificate_claim.{state.value}", actor=by, subject=found, institution=found.institution, at=at)


@transaction.atomic
def note_answer(claim: CertificateClaim, *, by: User, at: datetime) -> None:
    """The institution has read the answer: it leaves the dashboard. Noting it twice changes nothing."""
    rows = CertificateClaim.objects.select_for_update(no_key=True, of=("self",)).select_related("institution")
    found = rows.get(pk=claim.pk)
    if found.state == State.WAITING or found.noted_at is not None:
        return
    found.noted_at = at
    found.save(update_fields=["noted_at"])
    record("certificate_claim.noted", actor=by, subject=found, institution=found.institution, at=at)


def read_scan(claim: CertificateClaim, *, by: User, at: datetime) -> bytes:
    """The picture, a JPEG, after its audit row is committed. Raises `FileNotFoundError` where there is none."""
    if not claim.scan:
        raise FileNotFoundError(str(claim.uuid))
    with transaction.atomic(durable=True):
        record("certificate_claim.scan_read", actor=by, subject=claim, institution=claim.institution, at=at)
    return vault.get(claim, "scan")


def due_claims(*, at: datetime) -> QuerySet[CertificateClaim]:
    """Answered claims, of the scope in force, whose retention is over."""
    since = at - timedelta(days=rules_for(RetentionRules, at=at).claim_days)
    return CertificateClaim.objects.filter(decided_at__lte=since, emptied_at=None)


def forget_claims(*, at: datetime) -> int:
    """Take the holder off the claims that are due; how many. The rows stay countable. Idempotent."""
    keys = list(due_claims(at=at).values_list("pk", flat=True))
    return sum(_emptied(CertificateClaim.objects.filter(pk=key), at=at) for key in keys)


def forget_own_claims(user: User, *, at: datetime) -> int:
    """Take an anonymised person off the claims they made themselves; how many."""
    return _emptied(CertificateClaim.objects.filter(claimed_by=user, by_holder=True), at=at)


@transaction.atomic
def _emptied(rows: QuerySet[CertificateClaim], *, at: datetime) -> int:
    """Number, holder, note and picture go; where one still waits it is answered by nobody any more."""
    found = list(rows.filter(emptied_at=None).select_for_update(no_key=True))
    for claim in found:
        vault.discard(claim, "scan")
        claim.number, claim.holder_name, claim.holder_id_number, claim.note = "", NOBODY, "", ""
        claim.holder_id_index, claim.scan, claim.emptied_at = secrets.token_hex(32), "", at
        claim.save()
        record("certificate_claim.emptied", actor=None, subject=claim, institution=claim.institution, at=at)
    return len(found)
