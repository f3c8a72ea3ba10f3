"""A copy of one's data, part by part: what floor 1 holds about a person. The other rooms are in `my_data_rooms.py`,
the audit trail in `my_data_trail.py`.

Each provider is a function `User -> Part` and names the columns it covers; `tests/web/test_my_data.py` walks all
models and fails where a column that names a person is neither covered nor in NOT_IN_THE_COPY with its reason.
All run in `province_scope()`: one copy holds what every institution keeps.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from psycopg import sql

from tenants.accounts.data_requests import FIELDS, Wish
from tenants.accounts.devices import words_of
from tenants.accounts.models import DataRequest, KnownDevice, PhoneCode, RecoveryCode, SignedIn, SupportGrant, User
from tenants.messages.models import Sms
from tenants.models import Institution


@dataclass(frozen=True)
class Part:
    """One table of the copy. `labels` maps the keys of each row to headings, in order."""

    code: str
    title: str
    labels: dict[str, str]
    rows: list[dict[str, Any]]

    @classmethod
    def of(cls, code: str, title: str, labels: dict[str, str], rows: Iterable[tuple[Any, ...]]) -> "Part":
        """Rows as tuples in the order of `labels`."""
        return cls(code, title, labels, [dict(zip(labels, row, strict=True)) for row in rows])


Provider = Callable[[User], Part]
PROVIDERS: list[Provider] = []
# Files that go beside the tables: name in the copy, content.
Files = Callable[[User], Iterable[tuple[str, bytes]]]
FILES: list[Files] = []
COVERED: set[str] = set()

# Columns that name a person and are not in the copy, each with the reason.
OFFICE = "what somebody did in office: it tells of the institution's work, and stands in the audit part"
NOT_IN_THE_COPY = {
    "accounts.HandOff.user": "tickets of thirty seconds between two hosts",
    "accounts.SupportGrant.ended_by": OFFICE,
    "accounts.DataRequest.decided_by": OFFICE,
    "tenants.Application.decided_by": OFFICE,
    "tenants.OpeningDraft.owner": OFFICE,
    "rulesets.Ruleset.created_by": OFFICE,
    "proctoring.FaceProfile.confirmed_by": OFFICE,
    "proctoring.Lookalike.decided_by": OFFICE,
    "proctoring.LongerLimits.granted_by": OFFICE,
    "proctoring.LongerLimits.ended_by": OFFICE,
    "proctoring.Attestation.begun_by": OFFICE,
    "exports.ExportJob.by": OFFICE,
    "proctoring.Attestation.ended_by": OFFICE,
    "exams.Attempt.looked_by": OFFICE,
    "learning.Enrolment.seen_by": OFFICE,
    "learning.Enrolment.withdrawn_by": OFFICE,
    "learning.EnrolmentScan.uploaded_by": OFFICE,
    "learning.Clearing.by": OFFICE,
    "learning.PostCertificateChange.by": OFFICE,
    "learning.CertificateClaim.decided_by": OFFICE,
    "learning.MediaUpload.by": OFFICE,
    "review.HoursReview.decided_by": OFFICE,
    "imports.ImportBatch.created_by": OFFICE,
    "imports.ImportBatch.confirmed_by": OFFICE,
    "imports.ImportBatch.undone_by": OFFICE,
    "roles.UserPermission.user": "no screen writes such rows; rights come by role",
}
# Apps of a library: pages, pictures and their history, made by editors in office, in the schema of an institution.
EDITORS_APPS = {"cms", "wagtailadmin", "wagtailcore", "wagtaildocs", "wagtailimages", "wagtailusers"}


def provides(*columns: str) -> Callable[[Provider], Provider]:
    """Register a provider and the columns (`app.Model.field`) whose rows it gives."""

    def register(provider: Provider) -> Provider:
        PROVIDERS.append(provider)
        COVERED.update(columns)
        return provider

    return register


def gives_files(provider: Files) -> Files:
    """Register what puts files of its own into the copy."""
    FILES.append(provider)
    return provider


def files_of(user: User) -> list[tuple[str, bytes]]:
    return [file for provider in FILES for file in provider(user)]


def parts_of(user: User) -> list[Part]:
    """Everything, in the order in which the rooms were registered."""
    return [provider(user) for provider in PROVIDERS]


@provides()
def account(user: User) -> Part:
    facts = (
        (_("Name"), user.name),
        (_("Kind of document"), user.get_document_kind_display()),
        (_("ID number"), user.id_number),
        (_("Gender"), user.get_gender_display()),
        (_("Mobile phone"), user.phone),
        (_("Phone verified"), user.phone_verified_at),
        (_("Email"), user.email),
        (_("Account opened"), user.created_at),
        (_("First sign-in"), user.activated_at),
        (_("Password set"), user.password_set_at),
    )
    return Part.of("account", _("Account"), {"what": _("Kind of data"), "value": _("Value")}, facts)


@provides("roles.GroupMembership.user", "accounts.SupportGrant.user")
def roles(user: User) -> Part:
    labels = {
        "where": _("Institution"),
        "role": _("Role"),
        "since": pgettext("period", "From"),
        "until": pgettext("period", "To"),
    }
    grants = SupportGrant.objects.filter(user=user).select_related("institution")
    rows = _memberships(user)
    rows += [(grant.institution.name, grant.role, grant.created_at, grant.expires_at) for grant in grants]
    return Part.of("roles", _("Roles as staff"), labels, rows)


def _memberships(user: User) -> list[tuple[Any, ...]]:
    """Roles in all schemas: one query."""
    parts = [
        sql.SQL(
            "SELECT {name}, g.name, NULL::timestamptz, m.until FROM {members} m JOIN {groups} g ON g.id = m.group_id"
            " WHERE m.user_id = %(user)s"
        ).format(
            name=sql.Literal(name),
            members=sql.Identifier(schema, "roles_groupmembership"),
            groups=sql.Identifier(schema, "auth_group"),
        )
        for schema, name in Institution.objects.values_list("schema_name", "name")
    ]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(" UNION ALL ").join(parts), {"user": user.pk})
        return list(cursor.fetchall())


@provides("accounts.SignedIn.user")
def sign_ins(user: User) -> Part:
    labels = {
        "where": _("Website"), "browser": _("Browser"), "network": _("Network"), "opened": _("Signed in"),
        "seen": _("Last used"), "ended": _("Ended at"), "end": _("How it ended"),
    }  # fmt: skip
    rows = SignedIn.objects.filter(user=user).select_related("institution").order_by("-opened_at")
    return Part.of("sign_ins", _("Sign-ins"), labels, (
        (row.institution.name, words_of(row.label), row.address, row.opened_at, row.seen_at, row.ended_at,
         row.get_end_display())
        for row in rows
    ))  # fmt: skip


@provides("accounts.KnownDevice.user")
def devices(user: User) -> Part:
    labels = {"browser": _("Browser"), "first": _("First seen"), "last": _("Last seen")}
    rows = KnownDevice.objects.filter(user=user).order_by("-last_seen_at")
    return Part.of("devices", _("Known browsers"), labels, (
        (words_of(row.label), row.first_seen_at, row.last_seen_at) for row in rows
    ))  # fmt: skip


@provides("accounts.PhoneCode.user", "accounts.Authenticator.user", "accounts.RecoveryCode.user")
def codes(user: User) -> Part:
    labels = {"what": _("Kind of data"), "at": _("Time"), "used": _("Used")}
    sent = PhoneCode.objects.filter(user=user).order_by("-created_at")
    rows: list[tuple[Any, ...]] = [
        (_("SMS code: %(purpose)s") % {"purpose": code.get_purpose_display()}, code.created_at, code.used_at)
        for code in sent
    ]
    app = getattr(user, "authenticator", None)
    rows += [(_("Authenticator app"), app.created_at, app.confirmed_at)] if app else []
    recovery = RecoveryCode.objects.filter(user=user).order_by("pk")
    rows += [(_("Recovery code"), code.created_at, code.used_at) for code in recovery]
    return Part.of("codes", _("Codes"), labels, rows)


@provides("accounts.DataRequest.user")
def requests(user: User) -> Part:
    labels = {
        "kind": _("Request"), "wish": _("Wish"), "asked": _("Asked"), "due": _("Due"), "state": _("State"),
        "answer": _("Answer to the person"),
    }  # fmt: skip
    rows = DataRequest.objects.filter(user=user).order_by("-created_at")
    return Part.of("requests", _("Requests about your data"), labels, (
        (row.get_kind_display(), _wish(row), row.created_at, row.due_at, row.get_state_display(), row.answer)
        for row in rows
    ))  # fmt: skip


def _wish(request: DataRequest) -> str:
    wish = Wish.of(request)
    return f"{FIELDS[wish.field]}: {wish.value} {wish.why}".strip() if wish.field else ""


@provides("outbox.Sms.user")
def messages(user: User) -> Part:
    """Texts with a code are left out: a code is nobody's information once it has been used."""
    labels = {"at": _("Time"), "phone": _("Mobile phone"), "text": _("Text"), "state": _("State")}
    rows = Sms.objects.filter(user=user).order_by("-created_at")
    return Part.of("messages", _("SMS sent to you"), labels, (
        (row.created_at, row.phone, _("A code") if row.holds_code else row.text, row.get_state_display())
        for row in rows
    ))  # fmt: skip
