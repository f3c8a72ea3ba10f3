"""A copy of one's data, continued: what proctoring, learning, exams and certificates hold about a person.

Captured pictures of faces are not in it: no address of ours gives a trainee the reference or a captured one, because
whoever has them could show them to the camera. The association shows them in person.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from certs.models import AppraisalRecord, HoursCertificate, HoursUpload, QualificationCertificate
from cms.centre.my_data_parts import Part, gives_files, provides
from exams.models import Attempt
from learning import services
from learning.models import (
    CertificateClaim,
    CreditSpan,
    Enrolment,
    EnrolmentScan,
    PostCertificate,
    StudySession,
)
from learning.review.models import HoursReview
from proctoring.models import (
    Attestation,
    CameraSession,
    Consent,
    FacePhoto,
    FaceProfile,
    Incident,
    LivenessAttempt,
    LongerLimits,
    Snapshot,
)
from proctoring.outcomes import PASSED
from tenants.accounts.models import User


@provides("proctoring.Consent.user")
def consents(user: User) -> Part:
    labels = {
        "where": _("Institution"), "version": _("Version"), "text": _("Text (SHA-256)"), "given": _("Given"),
        "given_from": _("From address"), "withdrawn": pgettext("moment", "Withdrawn"),
        "withdrawn_from": _("From address"),
    }  # fmt: skip
    rows = Consent.objects.filter(user=user).select_related("institution").order_by("-given_at")
    return Part.of("consents", _("Consent to face data"), labels, (
        (row.institution.name, row.version, row.text_sha256, row.given_at, row.ip, row.withdrawn_at, row.withdrawn_ip)
        for row in rows
    ))  # fmt: skip


@provides("proctoring.FaceProfile.user")
def face_profiles(user: User) -> Part:
    labels = {
        "where": _("Institution"), "state": _("State"), "photos": _("Photos kept"), "saved": _("Last photo"),
        "distance": _("Distance of the two photos"), "confirmed": pgettext("moment", "Confirmed"),
    }  # fmt: skip
    kept: dict[int, list[Any]] = defaultdict(list)
    for profile, saved in (
        FacePhoto.objects.filter(profile__user=user).exclude(frame="").values_list("profile", "saved_at")
    ):
        kept[profile].append(saved)
    rows = FaceProfile.objects.filter(user=user).select_related("institution").order_by("pk")
    return Part.of("face_profiles", _("Photos of your face (without the pictures)"), labels, (
        (row.institution.name, row.get_state_display(), len(kept[row.pk]), max(kept[row.pk], default=None),
         row.match_distance, row.confirmed_at)
        for row in rows
    ))  # fmt: skip


@provides("proctoring.LongerLimits.user")
def longer_limits(user: User) -> Part:
    labels = {
        "where": _("Institution"),
        "reason": _("Reason"),
        "granted": _("Granted"),
        "ended": pgettext("moment", "Ended"),
    }
    rows = LongerLimits.objects.filter(user=user).select_related("institution").order_by("pk")
    return Part.of("longer_limits", _("Longer limits in the face check"), labels, (
        (row.institution.name, row.reason, row.granted_at, row.ended_at) for row in rows
    ))  # fmt: skip


@provides("proctoring.Attestation.user")
def attestations(user: User) -> Part:
    labels = {
        "where": _("Institution"), "room": _("Room"), "start": _("Start attested"), "end": _("End attested"),
        "there": _("Was there at the end"),
    }  # fmt: skip
    rows = Attestation.objects.filter(user=user).select_related("institution").order_by("-begun_at")
    return Part.of("attestations", _("Identity checks in the classroom"), labels, (
        (row.institution.name, row.room, row.begun_at, row.ended_at, row.present_at_end) for row in rows
    ))  # fmt: skip


@provides("proctoring.CameraSession.user")
def camera(user: User) -> Part:
    labels = {
        "where": _("Institution"), "purpose": _("Purpose"), "opened": pgettext("moment", "Opened"),
        "closed": _("Closed"), "address": _("From address"), "browser": _("Browser"),
        "camera": _("Camera"), "checks": _("Face checks passed"), "pictures": _("Snapshots"),
        "incidents": _("Incidents"),
    }  # fmt: skip
    counts = _counts(user)
    rows = CameraSession.objects.filter(user=user).select_related("institution").order_by("-opened_at")
    return Part.of("camera", _("Camera sessions (without the pictures)"), labels, (
        (row.institution.name, row.get_purpose_display(), row.opened_at, row.closed_at, row.ip, row.user_agent,
         row.camera_label, *counts.get(row.pk, (0, 0, 0)))
        for row in rows
    ))  # fmt: skip


def _counts(user: User) -> dict[int, tuple[int, int, int]]:
    """By camera session: checks passed, snapshots, incidents. Three queries."""
    passed = LivenessAttempt.objects.filter(session__user=user, outcome=PASSED)
    tables: tuple[Any, ...] = (
        passed,
        Snapshot.objects.filter(session__user=user),
        Incident.objects.filter(session__user=user),
    )
    counts: dict[int, list[int]] = defaultdict(lambda: [0, 0, 0])
    for place, rows in enumerate(tables):
        for pk, number in rows.order_by().values_list("session").annotate(n=Count("pk")):
            counts[pk][place] = number
    return {pk: (found[0], found[1], found[2]) for pk, found in counts.items()}


@provides("learning.Enrolment.user")
def enrolments(user: User) -> Part:
    labels = {
        "where": _("Institution"), "position": _("Position"), "year": _("Year"), "admission": _("Admission"),
        "hours": _("Hours"), "exam": _("Exam"), "enrolled": _("Enrolled"), "complete": _("Hours complete"),
        "approved": _("Hours approved"), "passed": _("Exam passed"), "recorded": _("Hours recorded"),
        "fee": _("Training fee"), "book": _("Textbook fee"), "paid": _("Paid"),
        "receipt": _("Number of the receipt"), "phone": _("Phone on the application"),
        "invoice": _("Title of the invoice"), "tax": _("Tax number"), "withdrawn": pgettext("admission", "Withdrawn"),
        "why": _("Reason"), "refund": _("Refund"),
    }  # fmt: skip
    rows = Enrolment.objects.filter(user=user).select_related("institution", "position")
    return Part.of("enrolments", _("Enrolments"), labels, (
        (row.institution.name, row.position.name, row.year, row.get_admission_display(), row.get_hours_state_display(),
         row.get_exam_state_display(), row.created_at, row.hours_completed_at, row.hours_approved_at,
         row.exam_passed_at, row.hours_recorded_at, row.training_fee, row.textbook_fee, row.paid_at,
         row.receipt_number, row.phone, row.invoice_title, row.invoice_tax_number, row.withdrawn_at,
         row.withdrawal_reason, row.refund_note)
        for row in rows
    ))  # fmt: skip


@provides("learning.EnrolmentScan.user")
def scans(user: User) -> Part:
    labels = {"where": _("Institution"), "what": _("Kind"), "position": _("Position"), "saved": _("Uploaded"),
              "file": _("File")}  # fmt: skip
    rows = EnrolmentScan.objects.filter(user=user).select_related("institution", "enrolment__position")
    return Part.of("scans", _("Scans of papers for enrolment"), labels, (
        (row.institution.name, row.get_kind_display(), row.enrolment.position.name if row.enrolment else "",
         row.uploaded_at, _scan_name(row))
        for row in rows.order_by("-uploaded_at")
    ))  # fmt: skip


@gives_files
def scan_files(user: User) -> Iterator[tuple[str, bytes]]:
    """The person's own uploads, as we keep them."""
    for row in EnrolmentScan.objects.filter(user=user):
        yield _scan_name(row), services.open_scan(row, by=user, at=row.uploaded_at)


def _scan_name(scan: EnrolmentScan) -> str:
    return f"证件扫描件/{scan.get_kind_display()}-{str(scan.uuid)[:8]}.jpg"


@provides("learning.StudySession.user")
def study(user: User) -> Part:
    """Per enrolment and day: sittings, credited time, and how much of it was cleared later."""
    labels = {
        "where": _("Institution"), "position": _("Position"), "year": _("Year"), "day": _("Day"),
        "sittings": _("Sittings"), "credited": _("Credited (seconds)"), "cleared": _("Of that cleared (seconds)"),
    }  # fmt: skip
    days: dict[tuple[int, date], list[int]] = defaultdict(lambda: [0, 0, 0])
    sittings = StudySession.objects.filter(user=user).order_by().annotate(on=TruncDate("started_at"))
    for enrolment, day, number in sittings.values_list("enrolment", "on").annotate(n=Count("pk")):
        days[enrolment, day][0] = number
    spans = CreditSpan.objects.filter(enrolment__user=user).order_by().annotate(on=TruncDate("started_at"))
    for enrolment, day, credited, voided in spans.values_list("enrolment", "on", "credited_ms", "voided_by"):
        days[enrolment, day][1] += credited
        days[enrolment, day][2] += credited if voided else 0
    known = {row.pk: row for row in Enrolment.objects.filter(user=user).select_related("institution", "position")}
    return Part.of("study", _("Study by day"), labels, (
        (known[pk].institution.name, known[pk].position.name, known[pk].year, day, number, credited // 1000,
         cleared // 1000)
        for (pk, day), (number, credited, cleared) in sorted(days.items(), key=lambda item: item[0][1], reverse=True)
    ))  # fmt: skip


@provides()
def reviews(user: User) -> Part:
    labels = {
        "where": _("Institution"), "position": _("Position"), "year": _("Year"), "round": _("Round"),
        "opened": pgettext("export", "Opened"), "outcome": _("Outcome"), "ground": _("Ground"),
        "told": _("What you were told"), "decided": pgettext("moment", "Decided"),
    }  # fmt: skip
    rows = HoursReview.objects.filter(enrolment__user=user).order_by("-opened_at")
    rows = rows.select_related("institution", "enrolment__position")
    return Part.of("reviews", _("Hours review"), labels, (
        (row.institution.name, row.enrolment.position.name, row.enrolment.year, row.round, row.opened_at,
         row.get_state_display(), row.get_ground_display(), row.note, row.decided_at)
        for row in rows
    ))  # fmt: skip


@provides("exams.Attempt.user")
def exams(user: User) -> Part:
    """Scores and times. Not the questions and their key: they are the bank's."""
    labels = {
        "where": _("Institution"), "position": _("Position"), "year": _("Year"), "number": _("Attempt"),
        "opened": pgettext("exam", "Opened"), "submitted": pgettext("exam", "Handed in"),
        "answered": _("Questions answered"), "score": _("Score"), "passed": pgettext("exam", "Passed or not"),
    }  # fmt: skip
    rows = Attempt.objects.filter(user=user).select_related("institution", "enrolment__position")
    rows = rows.annotate(answered=Count("items__answer", filter=~Q(items__answer__choice=""))).order_by("-opened_at")
    return Part.of("exams", _("Online exam"), labels, (
        (row.institution.name, row.enrolment.position.name, row.enrolment.year, row.number, row.opened_at,
         row.submitted_at, row.answered, row.score, row.passed)
        for row in rows
    ))  # fmt: skip


@provides("certs.HoursCertificate.user", "certs.QualificationCertificate.user")
def certificates(user: User) -> Part:
    labels = {
        "kind": _("Kind"), "number": _("Certificate number"), "position": _("Position"), "issued": _("Issued"),
        "state": _("State"), "revoked": _("Void since"), "why": _("Why"),
    }  # fmt: skip
    rows: list[tuple[Any, ...]] = []
    for post in PostCertificate.objects.filter(holder_id_index=user.id_number_index).select_related("position"):
        rows.append((_("Post certificate"), post.number, post.position.name, post.issued_on,
                     post.get_state_display(), post.superseded_at, ""))  # fmt: skip
    for hours in HoursCertificate.objects.filter(user=user).select_related("enrolment__position"):
        rows.append((_("Hours certificate"), hours.number, hours.enrolment.position.name, hours.issued_at,
                     _("Valid") if hours.is_valid else _("Void"), hours.revoked_at, hours.revoked_reason))  # fmt: skip
    for new in QualificationCertificate.objects.filter(user=user).select_related("position"):
        rows.append((_("Qualification certificate"), new.number, new.position.name, new.issued_at,
                     new.get_state_display(), new.revoked_at, new.revoked_reason))  # fmt: skip
    return Part.of("certificates", _("Your certificates"), labels, rows)


@provides("learning.CertificateClaim.claimed_by")
def claims(user: User) -> Part:
    """Those about the person, whoever made them; what a clerk reported about others tells of others."""
    labels = {
        "where": _("Institution"), "number": _("Certificate number"), "position": _("Position"),
        "issued": _("Issued"), "note": _("Remarks"), "asked": _("Asked"), "state": _("State"), "answer": _("Answer"),
        "answered": pgettext("moment", "Decided"),
    }  # fmt: skip
    rows = CertificateClaim.objects.filter(holder_id_index=user.id_number_index)
    return Part.of("claims", _("Certificates reported to the association"), labels, (
        (row.institution.name, row.number, row.position.name, row.issued_on, row.note, row.created_at,
         row.get_state_display(), row.answer, row.decided_at)
        for row in rows.select_related("institution", "position")
    ))  # fmt: skip


@provides()
def appraisals(user: User) -> Part:
    labels = {"number": _("Number"), "occupation": _("Trade"), "level": _("Level"), "site": _("Appraisal site"),
              "on": _("Date"), "result": _("Result"), "void": _("Void since")}  # fmt: skip
    rows = AppraisalRecord.objects.filter(holder_id_index=user.id_number_index)
    return Part.of("appraisals", _("Your appraisals of skills"), labels, (
        (row.number, row.occupation, row.get_level_display(), row.site, row.appraised_on, row.get_result_display(),
         row.voided_at)
        for row in rows
    ))  # fmt: skip


@provides()
def uploads(user: User) -> Part:
    labels = {"position": _("Position"), "year": _("Year"), "hours": _("Hours"), "state": _("State"),
              "sent": pgettext("hours", "Sent"), "accepted": pgettext("export", "Recorded at")}  # fmt: skip
    rows = HoursUpload.objects.filter(enrolment__user=user).select_related("enrolment__position")
    return Part.of("uploads", _("Hours handed to the national register"), labels, (
        (row.enrolment.position.name, row.enrolment.year, row.hours, row.get_state_display(), row.sent_at,
         row.accepted_at)
        for row in rows
    ))  # fmt: skip


def subjects_of(user: User) -> dict[str, list[str]]:
    """Rows of theirs that audit entries may be about, by model label: uuids as text."""
    owners: dict[Any, str] = {
        FaceProfile: "user", FacePhoto: "profile__user", Snapshot: "session__user", LivenessAttempt: "session__user",
        Consent: "user", CameraSession: "user", Enrolment: "user", HoursReview: "enrolment__user", Attempt: "user",
        HoursCertificate: "user", QualificationCertificate: "user", EnrolmentScan: "user",
    }  # fmt: skip
    found = {}
    for model, path in owners.items():
        uuids = model.objects.filter(**{path: user}).values_list("uuid", flat=True)
        found[model._meta.label_lower] = [str(uuid) for uuid in uuids]
    return found
