"""Approved hours to the register: queued in the outbox, sent in batches, recorded (已计入) when it accepts them."""

import uuid
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import QuerySet

from certs.errors import CannotCertify
from certs.models import HoursUpload, UploadState
from certs.register import Line, register
from learning.models import Admission, Enrolment, HoursState
from learning.review.rules import ReviewRules
from learning.services import note_recorded
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.rulesets.services import rules_for

BATCH = 500
SENDER_LOCK = 7_150_001  # an arbitrary advisory lock of ours: one sender at a time


def uploadable(*, at: datetime) -> QuerySet[Enrolment]:
    """Approved enrolments that have no live upload, once the approval cannot be taken back any more."""
    grace = timedelta(minutes=rules_for(ReviewRules, at=at).undo_minutes)
    approved = Enrolment.objects.filter(
        admission=Admission.ADMITTED, hours_state=HoursState.APPROVED, hours_approved_at__lte=at - grace
    )
    live = HoursUpload.objects.exclude(state=UploadState.REJECTED).values("enrolment")
    return approved.exclude(pk__in=live).order_by("pk")


@transaction.atomic
def upload_hours(enrolment: Enrolment, *, at: datetime, by: User | None = None) -> HoursUpload:
    """Queue an enrolment's approved hours; once, however often it is called. Raises `certs.hours_not_approved`."""
    found = (
        Enrolment.objects.select_for_update(no_key=True, of=("self",))
        .select_related("institution", "plan")
        .get(pk=enrolment.pk)
    )
    if found.hours_state != HoursState.APPROVED:
        raise CannotCertify("hours_not_approved")
    live = HoursUpload.objects.filter(enrolment=found).exclude(state=UploadState.REJECTED).first()
    if live is not None:
        return live
    upload = HoursUpload.objects.create(
        enrolment=found, institution=found.institution, hours=found.plan.hours_required, queued_at=at
    )
    record("hours_upload.queued", actor=by, subject=upload, institution=found.institution, at=at)
    return upload


def upload_due(*, at: datetime) -> int:
    """Queue what is due and send it; how many lines were sent. Safe to run at any time and twice."""
    for enrolment in uploadable(at=at)[:BATCH]:
        upload_hours(enrolment, at=at)
    return send_uploads(at=at)


def send_uploads(*, at: datetime) -> int:
    """Send what is queued, batch by batch; how many lines were sent.

    The batch's id is committed before the batch leaves: after a crash the same batch goes out again under its id.
    """
    _form_batch()
    waiting = HoursUpload.objects.filter(state=UploadState.QUEUED, batch__isnull=False)
    batches = set(waiting.values_list("batch", flat=True))
    return sum(_send(batch, at) for batch in batches if batch is not None)


@transaction.atomic
def _form_batch() -> None:
    if _only_sender():
        queued = HoursUpload.objects.filter(state=UploadState.QUEUED, batch=None).order_by("pk")[:BATCH]
        HoursUpload.objects.filter(pk__in=[upload.pk for upload in queued]).update(batch=uuid.uuid4())


@transaction.atomic
def _send(batch: uuid.UUID, at: datetime) -> int:
    if not _only_sender():
        return 0
    related = ("enrolment__user", "enrolment__position", "institution")
    rows = HoursUpload.objects.filter(batch=batch, state=UploadState.QUEUED).select_related(*related).order_by("pk")
    uploads = list(rows)
    if not uploads:
        return 0
    receipt = register().send(batch, [_line(upload) for upload in uploads], at=at)
    for upload in uploads:
        upload.state, upload.sent_at, upload.reference = UploadState.SENT, at, receipt.reference
    HoursUpload.objects.bulk_update(uploads, ["state", "sent_at", "reference"])
    record("hours_upload.sent", actor=None, at=at, batch=str(batch), lines=len(uploads))
    if receipt.accepted:
        for upload in uploads:
            accept_upload(upload, reference=receipt.reference, at=at)
    return len(uploads)


def _line(upload: HoursUpload) -> Line:
    enrolment = upload.enrolment
    return Line(
        upload=str(upload.uuid),
        id_number=enrolment.user.id_number,
        name=enrolment.user.name,
        position=enrolment.position.code,
        year=enrolment.year,
        hours=f"{upload.hours.normalize():f}",
        institution=upload.institution.code,
    )


def _only_sender() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SENDER_LOCK])
        return bool(cursor.fetchone()[0])


@transaction.atomic
def accept_upload(upload: HoursUpload, *, reference: str, at: datetime, by: User | None = None) -> HoursUpload:
    """The register recorded the hours: the enrolment's are 已计入 from now on. Accepting twice changes nothing."""
    found = _locked(upload)
    if found.state == UploadState.ACCEPTED:
        return found
    found.state, found.accepted_at, found.reference = UploadState.ACCEPTED, at, reference
    found.save(update_fields=["state", "accepted_at", "reference"])
    note_recorded(found.enrolment, at)
    record("hours_upload.accepted", actor=by, subject=found, institution=found.institution, at=at)
    return found


@transaction.atomic
def reject_upload(upload: HoursUpload, *, reason: str, at: datetime, by: User | None = None) -> HoursUpload:
    """The register refused the line; the next sweep queues the hours again. What is recorded stays recorded."""
    found = _locked(upload)
    if found.state in {UploadState.QUEUED, UploadState.SENT}:
        found.state, found.rejected_at, found.reason = UploadState.REJECTED, at, reason
        found.save(update_fields=["state", "rejected_at", "reason"])
        record("hours_upload.rejected", actor=by, subject=found, institution=found.institution, at=at)
    return found


def _locked(upload: HoursUpload) -> HoursUpload:
    rows = HoursUpload.objects.select_for_update(of=("self",)).select_related("enrolment", "institution")
    return rows.get(pk=upload.pk)  # type: ignore[no-any-return]
