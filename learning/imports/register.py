"""The register of post certificates from a sheet: new ones entered, others corrected for the reason of the sheet."""

from collections.abc import Hashable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any, ClassVar

from django.db.models import ProtectedError
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from learning.certificate_numbers import certificate_key
from learning.models import Enrolment, Position, PostCertificate
from learning.register_errors import REGISTER_REFUSALS, CannotChangeRegister
from learning.register_queries import registered
from learning.register_rules import CHANGED, NEW, UNCHANGED, register_change
from learning.rules import EligibilityRules
from learning.services.register import CertificateData, correct_post_certificate
from tenants.accounts.models import User, number_index
from tenants.errors import DomainError
from tenants.imports import cells
from tenants.imports.errors import CannotUndo
from tenants.imports.headings import Column, Positions, column
from tenants.imports.models import ImportBatch, ImportRow, Verdict
from tenants.imports.reader import Cell
from tenants.imports.resource import Draft, SheetField, SheetResource, changes, restored
from tenants.rulesets.services import rules_for

VERDICTS = {NEW: Verdict.NEW, UNCHANGED: Verdict.UNCHANGED, CHANGED: Verdict.CHANGED}
COLUMN_OF = {
    "number": "post_certificate",
    "future": "issued_on",
    "holder": "id_number",
    "position_in_use": "position",
    "holder_in_use": "id_number",
    "name_in_use": "name",
    "issued_in_use": "issued_on",
    "own": "id_number",
}


class RegisterSheet(SheetResource):
    """A certificate a line. Option: `reason`, for which those that are there already are corrected."""

    kind: ClassVar[str] = "post_certificates"
    title: ClassVar[Any] = gettext_lazy("Post certificates")

    post_certificate = SheetField(
        column("post_certificate", required=True, example="粤建岗0000001", as_text=True, width=24),
        cells.certificate_number,
    )
    name = SheetField(column("name", required=True, example="张三"), cells.name)
    id_number = SheetField(
        column("id_number", required=True, example="11010519491231002X", as_text=True, width=24), cells.document_number
    )
    position = SheetField(column("position", required=True, example="土建施工员"), cells.compact)
    issued_on = SheetField(column("issued_on", required=True, example="2017-05-04"), cells.day)

    def __init__(self, batch: ImportBatch | None = None) -> None:
        super().__init__(batch)
        self.positions = {row.code: row for row in Position.objects.all()}
        self.meant = Positions({code: row.name for code, row in self.positions.items()})
        self.fields["position"].widget.read = self._position

    def columns(self) -> list[Column]:
        names = tuple(row.name for row in self.positions.values())
        return [replace(one, choices=names) if one.name == "position" else one for one in super().columns()]

    def _position(self, cell: Cell) -> str | None:
        return self.meant.code(cell)

    def key_of(self, draft: Draft) -> Hashable:
        return certificate_key(draft.values.post_certificate)

    def twice(self, number: int) -> str:
        return _("This certificate stands in row %(number)s already.") % {"number": number}

    def look(self, *, at: datetime, hold: bool) -> None:
        self.rules, self.hold = rules_for(EligibilityRules, at=at), hold

    def judge(self, drafts: Sequence[Draft], *, at: datetime) -> None:
        wanted = [draft for draft in drafts if self._clean(draft)]
        rows = PostCertificate.objects.filter(key__in=[certificate_key(draft.found.number) for draft in wanted])
        rows = rows.select_related("position").order_by("pk")
        held = {row.key: row for row in (rows.select_for_update(of=("self",)) if self.hold else rows)}
        known = registered(list(held.values()))
        for draft in wanted:
            row = held.get(certificate_key(draft.found.number))
            if row is not None:  # the same number in another spelling is no correction
                draft.found = replace(draft.found, number=row.number)
            self._judge(draft, row, known[row.pk] if row else None, localdate(at))

    def _clean(self, draft: Draft) -> bool:
        """The row as the register writes it, in `found`."""
        values = draft.values
        try:
            draft.found = CertificateData(
                values.post_certificate, values.id_number, values.name, self.positions[values.position],
                values.issued_on,
            ).cleaned()  # fmt: skip
        except CannotChangeRegister as error:
            draft.refuse(COLUMN_OF.get(error.code.partition(".")[2], ""), error.message)
        except DomainError as error:
            draft.refuse("name" if error.code == "account.bad_name" else "id_number", error.message)
        return not draft.problems

    def _judge(self, draft: Draft, row: PostCertificate | None, known: Any, on: date) -> None:
        facts = draft.found.facts
        own = self.batch.created_by.id_number_index if self.batch else ""
        said = "own" if facts.holder == own else register_change(known, facts, on=on, rules=self.rules)
        if said not in VERDICTS:
            draft.refuse(COLUMN_OF.get(said, ""), REGISTER_REFUSALS[said])
            return
        draft.verdict, draft.found = VERDICTS[said], (draft.found, row)

    def write(self, drafts: Sequence[Draft], *, by: User, at: datetime) -> None:
        new = [draft for draft in drafts if draft.verdict == Verdict.NEW]
        rows = PostCertificate.objects.bulk_create([_row(draft.found[0]) for draft in new])
        for draft, row in zip(new, rows):
            draft.made["certificate"] = row.pk
        for draft in drafts:
            if draft.verdict == Verdict.CHANGED:
                data, row = draft.found
                was, draft.made = _told(row), {"certificate": row.pk}
                corrected = correct_post_certificate(row, data, reason=self.options["reason"], by=by, at=at)
                draft.before = changes(was, _told(corrected))

    def undo(self, rows: Sequence[ImportRow], *, by: User, at: datetime) -> None:
        made = [row.made["certificate"] for row in rows if row.verdict == Verdict.NEW]
        found = PostCertificate.objects.select_for_update(of=("self",)).filter(pk__in=made).order_by("pk")
        keys = [row.pk for row in found]
        in_use = Enrolment.objects.filter(post_certificate__in=keys).values("post_certificate").distinct().count()
        if in_use:
            raise _in_the_way(in_use)
        try:
            PostCertificate.objects.filter(pk__in=keys).delete()
        except ProtectedError as error:
            raise _in_the_way(len({str(one) for one in error.protected_objects})) from error
        for row in rows:
            if row.verdict == Verdict.CHANGED and row.before:
                self._restore(row, by=by, at=at)

    def _restore(self, row: ImportRow, *, by: User, at: datetime) -> None:
        """As it was before the sheet, but for what somebody has corrected again since."""
        certificate = PostCertificate.objects.select_for_update(of=("self",)).get(pk=row.made["certificate"])
        now = _told(certificate)
        told = restored(row.before or "", now)
        if told == now:
            return
        data = CertificateData(
            told["number"], told["id_number"], told["name"], self.positions[told["position"]],
            date.fromisoformat(told["issued_on"]),
        )  # fmt: skip
        try:
            correct_post_certificate(certificate, data, reason=_("import taken back"), by=by, at=at)
        except CannotChangeRegister as error:
            raise CannotUndo(f"{certificate.number}：{error.message}") from error


def _row(data: CertificateData) -> PostCertificate:
    row = PostCertificate(
        number=data.number, holder_name=data.name, position=data.position, issued_on=data.issued_on,
        holder_id_index=number_index(data.id_number),
    )  # fmt: skip
    row.holder_id_number = data.id_number
    return row


def _told(row: PostCertificate) -> dict[str, str]:
    return {
        "number": row.number, "id_number": row.holder_id_number, "name": row.holder_name,
        "position": row.position.code, "issued_on": row.issued_on.isoformat(),
    }  # fmt: skip


def _in_the_way(certificates: int) -> CannotUndo:
    words = ngettext(
        "%(n)d certificate of this sheet is used already. Nothing was taken back.",
        "%(n)d certificates of this sheet are used already. Nothing was taken back.",
        certificates,
    )
    return CannotUndo(words % {"n": certificates})
