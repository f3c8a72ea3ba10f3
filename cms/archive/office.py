"""What the office wrote: application, post certificate, fees, consents, reviews, certificates, uploads, messages."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from certs.models import HoursCertificate, HoursUpload, QualificationCertificate
from cms.archive.parts import Number, Part, Table
from learning.models import Clearing, Enrolment, EnrolmentScan
from learning.review.models import HoursReview
from proctoring.models import Consent
from tenants.accounts.data_requests import FIELDS, Wish
from tenants.accounts.models import DataRequest
from tenants.masking import redacted
from tenants.messages.models import Sms


def application(enrolment: Enrolment) -> Part:
    """Who, for what, by which way, and every step with its time."""
    user = enrolment.user
    facts = [
        (_("Name"), user.name),
        (_("Gender"), user.get_gender_display()),
        (_("Kind of document"), user.get_document_kind_display()),
        (_("ID number"), Number(user, "id_number")),
        (_("Phone of the account"), Number(user, "phone")),
        (_("Phone on the application"), Number(enrolment, "phone") if enrolment.phone else ""),
        (_("Institution"), enrolment.institution.name),
        (_("Class"), str(enrolment.training_class or "")),
        (_("Position"), enrolment.position.name),
        (_("Year"), enrolment.year),
        (_("Who asked for it"), enrolment.get_origin_display()),
        (_("Admission"), enrolment.get_admission_display()),
        (_("State of the hours"), enrolment.get_hours_state_display()),
        (_("Exam result"), enrolment.get_exam_state_display()),
        (_("Transferred from"), enrolment.transferred_from.institution.name if enrolment.transferred_from else ""),
        (_("Reason of the withdrawal"), redacted(enrolment.withdrawal_reason)),
    ]
    steps = [
        (pgettext("step", "Enrolled"), enrolment.created_at),
        (_("Papers seen"), enrolment.seen_at),
        (_("Payment noted"), enrolment.paid_at),
        (_("Admitted"), enrolment.admitted_at),
        (_("Hours complete"), enrolment.hours_completed_at),
        (_("Hours approved"), enrolment.hours_approved_at),
        (_("First attempt at the exam"), enrolment.first_attempt_at),
        (_("Exam passed"), enrolment.exam_passed_at),
        (_("Certificate issued"), enrolment.certified_at),
        (_("Hours recorded"), enrolment.hours_recorded_at),
        (pgettext("admission", "Withdrawn"), enrolment.withdrawn_at),
    ]
    seen_by = enrolment.seen_by.name if enrolment.seen_by else ""
    rows = [(name, at, seen_by if at is enrolment.seen_at and at else "") for name, at in steps if at]
    table = Table(_("Steps"), (_("Step"), _("Time"), pgettext("archive", "By")), sorted(rows, key=lambda row: row[1]))
    return Part("application", pgettext("archive", "Application"), facts, [table])


def post_certificate(enrolment: Enrolment) -> Part:
    paper = enrolment.post_certificate
    return Part("certificate", pgettext("archive", "Post certificate"), [
        (_("Number"), paper.number),
        (_("Holder"), paper.holder_name),
        (_("ID number"), Number(paper, "holder_id_number", has_door=False)),
        (_("Position"), paper.position.name),
        (_("Issued"), paper.issued_on),
        (_("State"), paper.get_state_display()),
        (pgettext("export", "Superseded at"), paper.superseded_at),
    ])  # fmt: skip


def scans(enrolment: Enrolment) -> Part:
    """That there are pictures of the papers; to look at one is for the page of the enrolment, which notes each look."""
    found = EnrolmentScan.objects.filter(enrolment=enrolment).select_related("uploaded_by")
    rows = [(one.get_kind_display(), one.uploaded_at, one.uploaded_by.name) for one in found]
    heads = (pgettext("archive", "Paper"), _("Time"), pgettext("archive", "By"))
    return Part("scans", _("Scans of papers"), tables=[Table(_("Pictures that are kept"), heads, rows)])


def fees(enrolment: Enrolment) -> Part:
    return Part("fees", pgettext("archive", "Fees"), [
        (_("Training fee"), enrolment.training_fee),
        (_("Textbook fee"), enrolment.textbook_fee),
        (_("Fee notice"), enrolment.fee_notice),
        (_("Amount paid"), enrolment.paid_amount),
        (_("Paid on"), enrolment.paid_on),
        (_("Way of payment"), enrolment.get_paid_way_display()),
        (_("Number of the receipt"), enrolment.receipt_number),
        (_("Invoice title"), redacted(enrolment.invoice_title) if enrolment.wants_invoice else _("not wanted")),
        (_("Tax number of the invoice"), redacted(enrolment.invoice_tax_number)),
        (_("Refund"), redacted(enrolment.refund_note)),
    ])  # fmt: skip


def consents(enrolment: Enrolment) -> Part:
    """Of this person at this institution, withdrawn ones too."""
    found = Consent.objects.filter(user=enrolment.user_id, institution=enrolment.institution_id).order_by("given_at")
    heads = (_("Version"), pgettext("consent", "Given"), pgettext("consent", "Withdrawn"), _("Hash of its text"))
    rows = [(one.version, one.given_at, one.withdrawn_at, one.text_sha256) for one in found]
    return Part("consents", _("Consent to face data"), tables=[Table(_("Versions"), heads, rows)])


def reviews(enrolment: Enrolment) -> Part:
    """Every round, decided or waiting; then what was cleared, undone ones too."""
    found = HoursReview.objects.filter(enrolment=enrolment).select_related("decided_by").order_by("round")
    rounds = [
        (one.round, one.opened_at, one.risk, one.get_state_display(), one.get_ground_display(), redacted(one.note),
         one.decided_by.name if one.decided_by else "", one.decided_at)
        for one in found
    ]  # fmt: skip
    heads = (_("Round"), _("Waiting since"), _("Risk"), _("Decision"), _("Ground"), _("What the trainee was told"),
             _("Decided by"), pgettext("export", "Decided at"))  # fmt: skip
    clearings = Clearing.objects.filter(enrolment=enrolment).select_related("by").order_by("at", "pk")
    cleared = [(one.at, one.get_scope_display(), redacted(one.reason), one.by.name, one.undone_at) for one in clearings]
    cleared_heads = (
        _("Time"),
        pgettext("clearing", "What"),
        _("Reason"),
        pgettext("archive", "By"),
        pgettext("moment", "Taken back"),
    )
    return Part("reviews", _("Hours review"), tables=[
        Table(_("Decisions"), heads, rounds), Table(_("Cleared hours"), cleared_heads, cleared),
    ])  # fmt: skip


def certificates(enrolment: Enrolment) -> Part:
    own = [*HoursCertificate.objects.filter(enrolment=enrolment).order_by("issued_at")]
    new = [*QualificationCertificate.objects.filter(post_certificate=enrolment.post_certificate_id)]
    rows = [
        (_("Hours certificate"), one.number, one.issued_at, one.revoked_at, redacted(one.revoked_reason)) for one in own
    ]
    rows += [
        (_("Qualification certificate"), one.number, one.issued_at, one.revoked_at, redacted(one.revoked_reason))
        for one in new
    ]
    heads = (pgettext("archive", "Certificate"), _("Number"), _("Issued"), pgettext("archive", "Revoked"), _("Reason"))
    return Part(
        "certificates", pgettext("archive", "Certificates"), tables=[Table(_("Certificates issued"), heads, rows)]
    )


def uploads(enrolment: Enrolment) -> Part:
    rows = [
        (one.hours, one.get_state_display(), one.queued_at, one.sent_at, one.accepted_at or one.rejected_at,
         redacted(one.reason), one.reference)
        for one in HoursUpload.objects.filter(enrolment=enrolment).order_by("pk")
    ]  # fmt: skip
    heads = (
        _("Hours"),
        _("State"),
        pgettext("export", "Queued at"),
        pgettext("export", "Sent at"),
        pgettext("archive", "Answered"),
        _("Reason"),
        _("Reference of the register"),
    )
    table = Table(_("Uploads"), heads, rows, widths=(7, 9, 18, 18, 18, 12, 18))
    return Part("uploads", _("Upload to the register"), tables=[table])


def messages(enrolment: Enrolment) -> Part:
    """What this institution sent the person since the enrolment, without codes and without numbers."""
    sent = Sms.objects.filter(
        user=enrolment.user_id, institution=enrolment.institution_id, holds_code=False,
        created_at__gte=enrolment.created_at,
    ).order_by("created_at", "pk")  # fmt: skip
    rows = [(one.created_at, redacted(one.text), one.get_state_display(), one.sent_at) for one in sent]
    heads = (_("Written"), _("Text"), _("State"), pgettext("export", "Sent at"))
    return Part(
        "messages", pgettext("archive", "Messages"), tables=[Table("SMS", heads, rows, widths=(19, 52, 10, 19))]
    )


def corrections(enrolment: Enrolment) -> Part:
    """Wished corrections of name or number: the association's business."""
    asked = DataRequest.objects.filter(user=enrolment.user_id, kind=DataRequest.Kind.CORRECT).order_by("created_at")
    rows = [
        (str(FIELDS.get(Wish.of(one).field, "")), one.created_at, one.get_state_display(), one.decided_at)
        for one in asked
    ]
    heads = (pgettext("export", "What of it"), _("Asked"), _("State"), pgettext("export", "Decided at"))
    return Part("corrections", _("Corrections of personal data"), tables=[Table(_("Requests"), heads, rows)])


__all__ = [
    "application",
    "certificates",
    "consents",
    "corrections",
    "fees",
    "messages",
    "post_certificate",
    "reviews",
    "uploads",
]
