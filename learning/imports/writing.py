"""The rows of a sheet written in bulk. In the caller's transaction; the audit row is the batch's."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password

from learning.models import Admission, Enrolment, Origin
from tenants.accounts.models import User
from tenants.accounts.services import Newcomer, register_newcomers
from tenants.imports.models import Verdict
from tenants.imports.resource import Draft, changes
from tenants.models import Institution
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

INVOICE = ("wants_invoice", "invoice_title", "invoice_tax_number")


def write_enrolments(
    drafts: Sequence[Draft],
    institution: Institution,
    *,
    year: int,
    seen_by: User | None,
    password: str,
    at: datetime,
) -> None:
    """Accounts for those who have none, then the enrolments, then the changes. `seen_by`: the clerk's word that ID card
    and post certificate of everybody were seen, so that payment, or study, is next. `password`: see
    `initial_password_hash`."""
    new = [draft for draft in drafts if draft.verdict == Verdict.NEW]
    _open_accounts([draft for draft in new if draft.found.user_pk is None], password, at)
    rows = [_enrolment(draft, institution, draft.values.year or year, seen_by, at) for draft in new]
    for draft, row in zip(new, Enrolment.objects.bulk_create(rows)):
        draft.made["enrolment"] = row.pk
    for draft in drafts:
        if draft.verdict == Verdict.CHANGED:
            _change(draft)


def initial_password_hash(at: datetime) -> str:
    """One hash for all accounts of a sheet: the initial password is no secret and opens nothing by itself (DOMAIN), so
    twenty thousand salts of their own would protect nobody (ADR 0211)."""
    return make_password(rules_for(PeopleRules, at=at).initial_password)


def _open_accounts(drafts: Sequence[Draft], password: str, at: datetime) -> None:
    firsts = {draft.found.index: draft for draft in reversed(drafts)}  # one account, if two rows are one person's
    people = [Newcomer(one.found.number, one.found.name, one.values.phone or "") for one in firsts.values()]
    users = dict(zip(firsts, register_newcomers(people, password_hash=password, at=at)))
    for draft in drafts:
        draft.found.user_pk = draft.made["account"] = users[draft.found.index].pk


def _enrolment(draft: Draft, institution: Institution, year: int, seen_by: User | None, at: datetime) -> Enrolment:
    found, values = draft.found, draft.values
    row = Enrolment(
        institution=institution, user_id=found.user_pk, position_id=found.certificate.position_id, year=year,
        post_certificate=found.certificate, training_class=found.training_class, plan_id=found.plan_pk,
        training_fee=found.fees.training, textbook_fee=found.fees.textbook, fee_notice=found.fees.notice[:200],
        origin=Origin.SHEET, phone=values.phone, created_at=at,
    )  # fmt: skip
    if values.wants_invoice:
        _set_invoice(row, values)
    if seen_by is not None:
        due = row.training_fee + row.textbook_fee > 0
        row.admission = Admission.AWAITING_PAYMENT if due else Admission.ADMITTED
        row.seen_by, row.seen_at, row.admitted_at = seen_by, at, None if due else at
    return row


def _set_invoice(row: Enrolment, values: Any) -> None:
    row.wants_invoice = True
    row.invoice_title, row.invoice_tax_number = values.invoice_title[:100], values.invoice_tax_number.upper()


def _change(draft: Draft) -> None:
    """What the row says of class, phone on the application and invoice; what it was is kept for taking it back."""
    values, row = draft.values, Enrolment.objects.select_for_update(no_key=True).get(pk=draft.found.enrolment.pk)
    was = told(row)
    if values.training_class and draft.found.training_class is not None:
        row.training_class = draft.found.training_class
    if values.phone:
        row.phone = values.phone
    if values.wants_invoice:
        _set_invoice(row, values)
    row.save(update_fields=["training_class", "phone", *INVOICE])
    draft.made["enrolment"], draft.before = row.pk, changes(was, told(row))


def told(row: Enrolment) -> dict[str, Any]:
    """What a sheet may change of an enrolment that is there."""
    return {name: getattr(row, name) for name in ("training_class_id", "phone", *INVOICE)}
