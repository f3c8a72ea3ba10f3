"""The lists of an institution that may be taken away. Each reads its page's own rows."""

from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from cms.desk import access
from cms.desk.views import claims, class_page, classes, enrolments, profiles
from cms.desk.views.finding import BY_NUMBER
from cms.enrolment_words import dress
from cms.exporting.claims import CLAIM
from cms.exporting.lists import DESK, register
from learning.class_queries import Member, members_of
from learning.models import Admission, Enrolment
from learning.queries import progress_of_many
from tenants.exports.lists import Asked, Column, ListExport
from tenants.masking import mask_id_number, mask_phone_number, redacted


def _name(value: Any) -> str:
    return str(value or "")


def _yes(value: bool) -> str:
    return pgettext("export", "yes") if value else pgettext("export", "no")


def _seen_by(row: Any) -> str:
    return row.seen_by.name if row.seen_by else ""


def _dressed(rows: list[Any], _asked: Asked) -> list[Any]:
    progress = progress_of_many(rows)
    for enrolment in rows:
        dress(enrolment, progress[enrolment.pk])
    return rows


def _if_admitted(attribute: str) -> Any:
    """The word of a state, as the list shows it: nothing before the admission."""
    return lambda row: getattr(row, attribute) if row.is_admitted else ""


def _enrolled_here(row: Any) -> bool:
    """As at the desk's door to a full number: who has withdrawn stays masked."""
    return bool(row.admission != Admission.WITHDRAWN)


def _moment(field: str, title: Any) -> Column:
    """When something happened to the enrolment: to be chosen, not shown by itself."""
    return Column(field, title, lambda row: getattr(row, field), chosen=False)


PERSON = (
    Column("name", _("Name"), lambda row: row.user.name),
    Column("id_number", _("ID number"), lambda row: row.user.id_number, masked=mask_id_number),
)

ENROLMENTS = ListExport(
    name="enrolments", title=_("Enrolments"), view="cms.desk.views.enrolments.index", roles=access.READERS,
    rows=lambda asked: enrolments.rows_of(asked.words), dress=_dressed, filters=("view", "class", "q", *BY_NUMBER),
    codes=frozenset({"view", "class"}), reveals=_enrolled_here,
    columns=(
        *PERSON,
        Column("phone", _("Phone on the application"), lambda row: row.phone, masked=mask_phone_number),
        Column("position", _("Position"), lambda row: row.position.name),
        Column("certificate", pgettext_lazy("export", "Number of the post certificate"),
               lambda row: row.post_certificate.number, chosen=False),
        Column("year", _("Year"), lambda row: row.year),
        Column("class", _("Class"), lambda row: _name(row.training_class)),
        Column("admission", _("Admission"), lambda row: row.get_admission_display()),
        Column("hours_done", _("Hours done"), lambda row: row.progress_shown.hours_done),
        Column("hours_required", _("Hours required"), lambda row: row.progress_shown.hours_required),
        Column("hours", pgettext_lazy("export", "State of the hours"), _if_admitted("hours_word")),
        Column("exam", _("Exam result"), _if_admitted("exam_word")),
        Column("training_fee", _("Training fee"), lambda row: row.training_fee, chosen=False),
        Column("textbook_fee", _("Textbook fee"), lambda row: row.textbook_fee, chosen=False),
        Column("fee_notice", _("Fee notice"), lambda row: row.fee_notice, chosen=False),
        Column("paid_amount", _("Amount paid"), lambda row: row.paid_amount, chosen=False),
        Column("paid_on", _("Paid on"), lambda row: row.paid_on, chosen=False),
        Column("paid_way", _("Way of payment"), lambda row: row.get_paid_way_display(), chosen=False),
        Column("receipt", _("Number of the receipt"), lambda row: row.receipt_number, chosen=False),
        Column("refund", _("Refund"), lambda row: redacted(row.refund_note), chosen=False),
        Column("wants_invoice", _("An invoice is wanted"), lambda row: _yes(row.wants_invoice), chosen=False),
        Column("invoice_title", _("Invoice title"), lambda row: redacted(row.invoice_title), chosen=False),
        Column("invoice_tax", _("Tax number of the invoice"), lambda row: row.invoice_tax_number,
               masked=mask_id_number, chosen=False),
        Column("origin", _("Who asked for it"), lambda row: row.get_origin_display(), chosen=False),
        _moment("created_at", _("Enrolled")),
        _moment("seen_at", _("Papers seen")),
        Column("seen_by", pgettext_lazy("export", "Papers seen by"), _seen_by, chosen=False),
        _moment("admitted_at", pgettext_lazy("export", "Admitted at")),
        _moment("hours_completed_at", pgettext_lazy("export", "Hours complete at")),
        _moment("hours_approved_at", pgettext_lazy("export", "Hours approved at")),
        _moment("exam_passed_at", pgettext_lazy("export", "Exam passed at")),
        _moment("certified_at", pgettext_lazy("export", "Certificate issued at")),
        _moment("hours_recorded_at", pgettext_lazy("export", "Hours recorded at")),
        _moment("withdrawn_at", pgettext_lazy("export", "Withdrawn at")),
        Column("withdrawal", _("Reason of the withdrawal"), lambda row: redacted(row.withdrawal_reason), chosen=False),
    ),
)  # fmt: skip


def _classes(rows: list[Any], asked: Asked) -> list[Any]:
    for row in rows:
        classes.dress(row, localdate(asked.at))
    return rows


CLASSES = ListExport(
    name="classes", title=_("Classes"), view="cms.desk.views.classes.index", roles=access.READERS,
    rows=lambda asked: classes.rows_of(asked.words), dress=_classes,
    columns=(
        Column("name", _("Class"), lambda row: row.name),
        Column("number", _("Class number"), lambda row: row.number),
        Column("year", _("Year"), lambda row: row.year),
        Column("positions", _("Positions"), lambda row: row.positions_said),
        Column("starts_on", _("Study from"), lambda row: row.starts_on),
        Column("ends_on", _("Study until"), lambda row: row.ends_on),
        Column("head_teacher", _("Head teacher"), lambda row: row.head_teacher),
        Column("capacity", _("Places"), lambda row: row.capacity or ""),
        Column("people", _("People"), lambda row: row.people),
        Column("complete", _("Hours complete"), lambda row: row.complete),
        Column("certified", _("Certificates issued"), lambda row: row.certified),
        Column("state", _("State"), lambda row: row.word),
    ),
)  # fmt: skip


def _members(asked: Asked) -> list[Member]:
    """The people of the class `of`, as its page and its printed list show them."""
    try:
        row = class_page.class_of(str(UUID(asked.words.get("of", ""))))
    except ValueError as error:
        raise Http404 from error
    return class_page.of_standing(members_of(row, localdate(asked.at)), asked.words.get("standing", ""))


MEMBERS = ListExport(
    name="class", title=_("People of the class"), view="cms.desk.views.class_page.look", roles=access.READERS,
    rows=_members, filters=("of", "standing"), codes=frozenset({"of", "standing"}),
    reveals=lambda row: _enrolled_here(row.enrolment),
    columns=(
        Column("name", _("Name"), lambda row: row.enrolment.user.name),
        Column("gender", _("Gender"), lambda row: row.enrolment.user.get_gender_display()),
        Column("id_number", _("ID number"), lambda row: row.enrolment.user.id_number, masked=mask_id_number),
        Column("phone", _("Phone on the application"), lambda row: row.enrolment.phone, masked=mask_phone_number),
        Column("position", _("Position"), lambda row: row.enrolment.position.name),
        Column("admission", _("Admission"), lambda row: row.enrolment.get_admission_display()),
        Column("hours_done", _("Hours done"), lambda row: row.progress.hours_done),
        Column("hours_required", _("Hours required"), lambda row: row.progress.hours_required),
        Column("standing", _("How far they are"), lambda row: class_page.standing_words().get(row.standing, "")),
        Column("exam", _("Exam result"), lambda row: class_page.exam_word(row.enrolment)),
        Column("signature", _("Signature"), lambda row: "", chosen=False),
    ),
)  # fmt: skip


def _profiles(asked: Asked) -> Any:
    """With `enrolled`: whether the desk may see the full number."""
    live = Enrolment.objects.filter(user=OuterRef("user")).exclude(admission=Admission.WITHDRAWN)
    return profiles.rows_of(asked.words).annotate(enrolled=Exists(live))


PROFILES = ListExport(
    name="profiles", title=_("Confirm profiles"), view="cms.desk.views.profiles.index", roles=access.CLERKS,
    rows=_profiles, filters=("view",), codes=frozenset({"view"}), reveals=lambda row: row.enrolled,
    columns=(
        *PERSON,
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("distance", _("Distance"), lambda row: row.match_distance),
        Column("matched_at", _("Waiting since"), lambda row: row.matched_at),
        Column("confirmed_by", _("Confirmed by"), lambda row: row.confirmed_by.name if row.confirmed_by else ""),
        Column("confirmed_at", pgettext_lazy("export", "Confirmed at"), lambda row: row.confirmed_at),
        Column("reason", _("Reason"), lambda row: redacted(row.rejected_reason)),
    ),
)  # fmt: skip

CLAIMS = ListExport(
    name="claims", title=_("Reported certificates"), view="cms.desk.views.claims.index", roles=access.READERS,
    rows=lambda asked: claims.rows_of(asked.words), filters=("view",), codes=frozenset({"view"}), columns=CLAIM,
)  # fmt: skip

register(DESK, (ENROLMENTS, CLASSES, MEMBERS, PROFILES, CLAIMS))
