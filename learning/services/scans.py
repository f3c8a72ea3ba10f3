"""Scans of papers: kept until a clerk has seen them and a while more; their holder and, audited, the desk look."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from learning.errors import BadScan
from learning.models import Admission, Enrolment, EnrolmentScan, ScanKind
from learning.scan_pictures import prepare
from learning.services.admission import in_state
from learning.services.locks import lock_person
from tenants import vault
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.models import Institution
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope

FOLDER = "enrolment-scans"


def save_scan(
    user: User,
    institution: Institution,
    kind: str,
    data: bytes,
    *,
    enrolment: Enrolment | None = None,
    by: User,
    at: datetime,
) -> EnrolmentScan:
    """Keep a scan of `user`'s, in the place of an earlier one of its kind; without `enrolment` it waits for one.

    Raises `BadScan`; `CannotEnrol("state")` where a clerk has attested to have seen the papers, or it is withdrawn.
    """
    if kind not in ScanKind.values:
        raise BadScan("kind")
    picture = prepare(data)
    with transaction.atomic():
        if enrolment is not None:
            in_state(enrolment, Admission.AWAITING_CONFIRMATION)
        lock_person(user)
        _discard(EnrolmentScan.objects.filter(institution=institution, user=user, kind=kind, enrolment=enrolment))
        scan = EnrolmentScan(
            institution=institution, user=user, enrolment=enrolment, kind=kind, width=picture.width,
            height=picture.height, uploaded_at=at, uploaded_by=by,
        )  # fmt: skip
        scan.file = vault.put(scan, "file", picture.jpeg, folder=FOLDER)
        scan.save(force_insert=True)
        record("enrolment_scan.saved", actor=by, subject=scan, institution=institution, at=at, kind=kind)
    return scan


def waiting_scans(user: User, institution: Institution) -> dict[str, EnrolmentScan]:
    """Scans that were uploaded for an application that is not sent yet, by kind."""
    rows = EnrolmentScan.objects.filter(institution=institution, user=user, enrolment=None)
    return {scan.kind: scan for scan in rows}


def attach_scans(enrolment: Enrolment) -> int:
    """The waiting scans of its person belong to this enrolment from now on. Within the caller's transaction."""
    waiting = EnrolmentScan.objects.filter(institution=enrolment.institution, user=enrolment.user, enrolment=None)
    return waiting.update(enrolment=enrolment)


def open_scan(scan: EnrolmentScan, *, by: User, at: datetime) -> bytes:
    """The JPEG. Anybody but its holder leaves an audit row, written before a byte leaves.

    Raises `FileNotFoundError`.
    """
    if by.pk != scan.user_id:
        record(
            "enrolment_scan.read", actor=by, subject=scan, institution=scan.institution, at=at, kind=scan.kind
        )  # fmt: skip
    return vault.get(scan, "file")


def due_scans(*, at: datetime) -> QuerySet[EnrolmentScan]:
    """Scans that have served: their papers were seen, their enrolment withdrawn or forgotten some time ago, or their
    application never sent. Within the province's scope."""
    rules = rules_for(RetentionRules, at=at)
    since = at - timedelta(days=rules.enrolment_scan_days)
    unsent = at - timedelta(hours=rules.unsent_scan_h)
    return EnrolmentScan.objects.filter(
        Q(enrolment=None, uploaded_at__lte=unsent)
        | Q(enrolment__seen_at__lte=since)
        | Q(enrolment__withdrawn_at__lte=since)
        | Q(enrolment__seen_at=None, uploaded_at__lte=since)
    )


def count_due_scans(*, at: datetime) -> int:
    with province_scope():
        return due_scans(at=at).count()


@transaction.atomic
def erase_due_scans(*, at: datetime) -> int:
    """Delete them; returns how many went."""
    with province_scope():
        erased = _discard(due_scans(at=at))
    if erased:
        record("enrolment_scan.erased", actor=None, at=at, scans=erased)
    return erased


def erase_scans_of(user: User) -> int:
    """All of one person's, as where they are anonymised. Within the caller's transaction and the province's scope."""
    return _discard(EnrolmentScan.objects.filter(user=user))


def erase_scans(enrolments: QuerySet[Enrolment]) -> int:
    """The scans of enrolments that are about to be deleted. Within the caller's transaction."""
    return _discard(EnrolmentScan.objects.filter(enrolment__in=enrolments))


def _discard(rows: QuerySet[EnrolmentScan]) -> int:
    """Delete rows, and their files once that is committed."""
    found = list(rows)
    for scan in found:
        vault.discard(scan, "file")
    EnrolmentScan.objects.filter(pk__in=[scan.pk for scan in found]).delete()
    return len(found)
