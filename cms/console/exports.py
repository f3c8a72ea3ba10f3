"""The association's lists that may be taken away: reviews, certificates, uploads, institutions, people's requests.
Each reads its page's own rows; what is about the library and the system is in `exports_system.py`."""

from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cms.console import access
from cms.console.exports_system import SYSTEM
from cms.console.views import (
    appraisals,
    claims,
    data_requests,
    experts,
    institutions,
    post_certificates,
    reviews,
    uploads,
)
from cms.exporting.claims import CLAIM
from cms.exporting.lists import CONSOLE, register
from learning.review import queries
from learning.review.rules import ReviewRules
from tenants.accounts.data_requests import FIELDS, Wish
from tenants.accounts.models import DataRequest
from tenants.exports.lists import Asked, Column, ListExport
from tenants.masking import mask_id_number, redacted
from tenants.rulesets.services import rules_for


def _person(of: Callable[[Any], Any]) -> tuple[Column, ...]:
    """Name and number of the person that `of` finds in a row."""
    return (
        Column("name", _("Name"), lambda row: of(row).name),
        Column("id_number", _("ID number"), lambda row: of(row).id_number, masked=mask_id_number),
    )


def _enrolment() -> tuple[Column, ...]:
    return (
        *_person(lambda row: row.enrolment.user),
        Column("position", _("Position"), lambda row: row.enrolment.position.name),
        Column("year", _("Year"), lambda row: row.enrolment.year),
        Column("institution", _("Institution"), lambda row: row.institution.short_name),
    )


def _reasons(row: Any) -> list[str]:
    return [str(reason.text) for reason in queries.reason_lines(row)]


REVIEWS = ListExport(
    name="reviews", title=_("Hours review"), view="cms.console.views.reviews.queue", roles=access.READERS_OF_REVIEWS,
    rows=lambda asked: reviews.rows_of(asked.words, rules_for(ReviewRules, at=asked.at)), filters=("view", "q"),
    codes=frozenset({"view"}),
    columns=(
        *_enrolment(),
        Column("class", _("Class"), lambda row: str(row.enrolment.training_class or "")),
        Column("risk", _("Risk"), lambda row: row.risk),
        Column("reasons", _("Reasons"), _reasons),
        Column("round", _("Round"), lambda row: row.round),
        Column("spot_check", _("spot check"), lambda row: row.spot_check),
        Column("opened_at", _("Waiting since"), lambda row: row.opened_at),
    ),
)  # fmt: skip

DECIDED = ListExport(
    name="decided", title=_("Decided reviews"), view="", roles=access.READERS_OF_REVIEWS,
    rows=lambda _asked: queries.decided_reviews(),
    columns=(
        *_enrolment(),
        Column("round", _("Round"), lambda row: row.round),
        Column("risk", _("Risk"), lambda row: row.risk),
        Column("reasons", _("Reasons"), _reasons),
        Column("state", pgettext_lazy("export", "Decision"), lambda row: row.get_state_display()),
        Column("ground", _("Ground"), lambda row: row.get_ground_display()),
        Column("note", _("What the trainee was told"), lambda row: redacted(row.note)),
        Column("decided_by", _("Decided by"), lambda row: row.decided_by.name if row.decided_by else ""),
        Column("opened_at", pgettext_lazy("export", "Opened"), lambda row: row.opened_at),
        Column("decided_at", pgettext_lazy("export", "Decided at"), lambda row: row.decided_at),
    ),
)  # fmt: skip

CERTIFICATES = ListExport(
    name="post-certificates", title=_("Post certificates"), view="cms.console.views.post_certificates.index",
    roles=access.READERS_OF_CERTIFICATES, rows=lambda asked: post_certificates.rows_of(asked.words),
    filters=("q", "holder", "position", "state"), codes=frozenset({"position", "state"}),
    columns=(
        Column("number", _("Number"), lambda row: row.number),
        Column("holder", _("Holder"), lambda row: row.holder_name),
        Column("id_number", _("ID number"), lambda row: row.holder_id_number, masked=mask_id_number),
        Column("code", _("Position code"), lambda row: row.position.code),
        Column("position", _("Position"), lambda row: row.position.name),
        Column("issued_on", _("Issued"), lambda row: row.issued_on),
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("superseded_at", pgettext_lazy("export", "Superseded at"), lambda row: row.superseded_at),
    ),
)  # fmt: skip

UPLOADS = ListExport(
    name="uploads", title=_("Uploads"), view="cms.console.views.uploads.uploads",
    roles=access.READERS_OF_CERTIFICATES, rows=lambda asked: uploads.uploads_of(asked.words), filters=("state",),
    codes=frozenset({"state"}),
    columns=(
        *_enrolment(),
        Column("hours", _("Hours"), lambda row: row.hours),
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("queued_at", pgettext_lazy("export", "Queued at"), lambda row: row.queued_at),
        Column("sent_at", pgettext_lazy("export", "Sent at"), lambda row: row.sent_at),
        Column("accepted_at", pgettext_lazy("export", "Recorded at"), lambda row: row.accepted_at),
        Column("rejected_at", pgettext_lazy("export", "Rejected at"), lambda row: row.rejected_at),
        Column("reason", _("Reason"), lambda row: redacted(row.reason)),
        Column("reference", _("Reference of the register"), lambda row: row.reference),
    ),
)  # fmt: skip


def _institutions(rows: list[Any], _asked: Asked) -> list[Any]:
    institutions.dress(rows)
    return rows


INSTITUTIONS = ListExport(
    name="institutions", title=_("Institutions"), view="cms.console.views.institutions.index", roles=access.READERS,
    rows=lambda asked: institutions.rows_of(asked.words), dress=_institutions, filters=("q",),
    columns=(
        Column("code", _("Code"), lambda row: row.code),
        Column("name", pgettext_lazy("export", "Name of the institution"), lambda row: row.name),
        Column("short_name", _("Short name"), lambda row: row.short_name),
        Column("credit_code", _("Unified social credit code"), lambda row: row.credit_code),
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("host", _("Address of the site"), lambda row: row.host),
        Column("region", _("City"), lambda row: row.region),
        Column("address", pgettext_lazy("export", "Postal address"), lambda row: row.address, chosen=False),
        Column("phone", _("Telephone"), lambda row: row.phone, chosen=False),
        Column("contact", pgettext_lazy("export", "Contact person"), lambda row: row.contact_name, chosen=False),
        Column("positions", _("Positions"), lambda row: list(row.position_codes)),
        Column("people", _("People"), lambda row: row.people),
        Column("opened_at", pgettext_lazy("export", "Opened on"), lambda row: row.opened_at),
    ),
)  # fmt: skip


def _wished(row: DataRequest) -> str:
    return str(FIELDS.get(Wish.of(row).field, "")) if row.kind == DataRequest.Kind.CORRECT else ""


DATA_REQUESTS = ListExport(
    name="data-requests", title=_("Requests about data"), view="cms.console.views.data_requests.index",
    roles=access.READERS_OF_CERTIFICATES, filters=("view",), codes=frozenset({"view"}),
    rows=lambda asked: data_requests.rows_of(asked.words.get("view", "open"), asked.at),
    columns=(
        *_person(lambda row: row.user),
        Column("kind", _("Request"), lambda row: row.get_kind_display()),
        Column("field", pgettext_lazy("export", "What of it"), _wished),
        Column("state", _("State"), lambda row: row.get_state_display()),
        Column("created_at", _("Asked"), lambda row: row.created_at),
        Column("due_at", _("Due"), lambda row: row.due_at),
        Column("decided_at", pgettext_lazy("export", "Decided at"), lambda row: row.decided_at),
        Column("decided_by", _("Decided by"), lambda row: row.decided_by.name if row.decided_by else ""),
        Column("answer", _("Answer to the person"), lambda row: redacted(row.answer)),
    ),
)  # fmt: skip

CLAIMS = ListExport(
    name="claims", title=_("Certificates to be checked"), view="cms.console.views.claims.index",
    roles=access.READERS_OF_CERTIFICATES, rows=lambda asked: claims.rows_of(asked.words), filters=("view",),
    codes=frozenset({"view"}),
    columns=(Column("institution", _("Institution"), lambda row: row.institution.short_name), *CLAIM),
)  # fmt: skip

APPRAISALS = ListExport(
    name="appraisals", title=_("Appraisals"), view="cms.console.views.appraisals.index",
    roles=access.READERS_OF_CERTIFICATES, rows=lambda asked: appraisals.rows_of(asked.words), filters=("q", "holder"),
    columns=(
        Column("number", _("Number"), lambda row: row.number),
        Column("holder", _("Holder"), lambda row: row.holder_name),
        Column("id_number", _("ID number"), lambda row: row.holder_id_number, masked=mask_id_number),
        Column("occupation", _("Trade"), lambda row: row.occupation),
        Column("level", _("Level"), lambda row: row.get_level_display()),
        Column("site", _("Appraisal site"), lambda row: row.site),
        Column("region", _("City"), lambda row: row.region),
        Column("appraised_on", _("Date"), lambda row: row.appraised_on),
        Column("result", _("Result"), lambda row: row.get_result_display()),
        Column("voided_at", _("Void since"), lambda row: row.voided_at),
    ),
)  # fmt: skip

EXPERTS = ListExport(
    name="experts", title=_("Experts"), view="cms.console.views.experts.index", roles=access.READERS_OF_CERTIFICATES,
    rows=lambda asked: experts.rows_of(asked.words), filters=("q",),
    columns=(
        Column("name", _("Name"), lambda row: row.name),
        Column("field", _("Field"), lambda row: row.field),
        Column("title", pgettext_lazy("person", "Title"), lambda row: row.title),
        Column("region", _("City"), lambda row: row.region),
        Column("employer", _("Employer"), lambda row: row.employer),
        Column("remark", _("Remark"), lambda row: redacted(row.remark)),
    ),
)  # fmt: skip

register(
    CONSOLE,
    (APPRAISALS, EXPERTS, REVIEWS, DECIDED, CERTIFICATES, CLAIMS, UPLOADS, INSTITUTIONS, DATA_REQUESTS, *SYSTEM),
)
