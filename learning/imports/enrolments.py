"""Enrolments from a sheet: the same rules as at the counter, for many people at once.

A row that names an existing person changes nothing of the account: phone, password and photos stay as they are. What a
row may change of an enrolment that is there already is its class, the phone on the application and the invoice.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from learning.certificate_numbers import certificate_key
from learning.eligibility import refusal_of_age, refusal_of_class, refusal_of_institution, refusal_of_invoice
from learning.errors import ENROLMENT_REFUSALS
from learning.imports.looked_up import People, classes_by_name, facts_of_classes, hold_certificates, people_of
from learning.imports.undoing import undo_enrolments
from learning.imports.writing import initial_password_hash, write_enrolments
from learning.models import Enrolment, Plan, Position, PostCertificateState, TrainingClass
from learning.rules import EligibilityRules, refusal_of
from tenants.accounts.models import User
from tenants.accounts.rules import BadName, born_on, normalised_name, same_name
from tenants.accounts.services import IdentityConflict
from tenants.imports import cells
from tenants.imports.errors import BadCell
from tenants.imports.headings import Column, Positions, column
from tenants.imports.models import ImportBatch, ImportRow, Verdict
from tenants.imports.reader import Cell
from tenants.imports.resource import Draft, SheetField, SheetResource
from tenants.rulesets.services import rules_for
from tenants.states import require_live

COLUMN_OF = {
    "unknown": "post_certificate", "own": "id_number", "too_young": "id_number", "too_old": "id_number",
    "position": "position",
}  # fmt: skip


@dataclass(frozen=True)
class Fees:
    """What the institution's fee notice says for a position. Yuan; `notice` is its title and date."""

    training: Decimal
    textbook: Decimal
    notice: str


@dataclass
class Found:
    """What judging a row has found: what `write` needs of it."""

    number: str  # as the account has it
    index: str
    name: str
    user_pk: int | None
    certificate: Any
    plan_pk: int
    training_class: TrainingClass | None
    fees: Fees
    enrolment: Enrolment | None = None


class EnrolmentSheet(SheetResource):
    """`fees` are by code of position, from the notice in force; options: `year`, `training_class` (key or None)."""

    kind: ClassVar[str] = "enrolments"
    title: ClassVar[Any] = gettext_lazy("Enrolments")

    name = SheetField(column("name", required=True, example="张三"), cells.name)
    id_number = SheetField(
        column("id_number", required=True, example="11010519491231002X", as_text=True, width=24), cells.id_number
    )
    phone = SheetField(column("phone", example="13800000000", as_text=True), cells.phone)
    position = SheetField(column("position", example="土建施工员"), cells.compact)
    post_certificate = SheetField(column("post_certificate", as_text=True, width=22), cells.certificate_number)
    year = SheetField(column("year"), cells.year)
    training_class = SheetField(column("training_class", width=22), cells.text_of)
    training_fee = SheetField(column("training_fee"), cells.money)
    textbook_fee = SheetField(column("textbook_fee"), cells.money)
    wants_invoice = SheetField(column("wants_invoice", choices=("是", "否")), cells.yes_no)
    invoice_title = SheetField(column("invoice_title", width=28), cells.text_of)
    invoice_tax_number = SheetField(column("invoice_tax_number", as_text=True, width=24), cells.compact)

    def __init__(self, batch: ImportBatch | None = None, *, fees: Mapping[str, Fees], position_codes: Sequence[str]):
        super().__init__(batch)
        self.fees = fees
        self.positions = {row.code: row for row in Position.objects.all()}
        self.offered = [row for code, row in self.positions.items() if not position_codes or code in position_codes]
        self.meant = Positions({code: row.name for code, row in self.positions.items()})
        self.classes: dict[str, TrainingClass] = {}
        self.password = ""
        self.rows_of: dict[Hashable, int] = {}  # person, position and year → the row that enrols them
        self.fields["position"].widget.read = self._position

    def columns(self) -> list[Column]:
        """With the positions it offers and its classes in the drop-downs."""
        names = tuple(row.name for row in self.offered)
        open_classes = tuple(dict.fromkeys(one.name for one in classes_by_name(open_only=True).values()))
        lists = {"position": names, "training_class": open_classes}
        return [replace(one, choices=lists.get(one.name, one.choices)) for one in super().columns()]

    def _position(self, cell: Cell) -> str | None:
        return self.meant.code(cell)

    def key_of(self, draft: Draft) -> Hashable:
        values = draft.values
        wanted = certificate_key(values.post_certificate) or values.position
        return values.id_number, wanted, values.year or self.options["year"]

    def twice(self, number: int) -> str:
        return _("This person stands in row %(number)s already, for the same position and year.") % {"number": number}

    # --- judging ------------------------------------------------------------------------------------------------

    def prepare(self, *, at: datetime) -> None:
        self.password = initial_password_hash(at)  # argon2 takes 100 MB for it

    def lock(self, drafts: Sequence[Draft]) -> None:
        """As at the counter: the certificates before the classes."""
        hold_certificates([draft.values.id_number for draft in drafts])

    def look(self, *, at: datetime, hold: bool) -> None:
        assert self.batch is not None
        self.rows_of.clear()
        self.rules = rules_for(EligibilityRules, at=at)
        self.institution = self.batch.institution
        if hold:
            require_live(self.institution.pk)
        published = Plan.objects.filter(published_at__isnull=False).order_by("id")
        self.plans = {(plan.position_id, plan.year): plan.pk for plan in published}
        self.classes = classes_by_name()
        self.class_facts = facts_of_classes(hold=hold)

    def judge(self, drafts: Sequence[Draft], *, at: datetime) -> None:
        known = people_of([draft.values.id_number for draft in drafts])
        for draft in drafts:
            try:
                self._judge(draft, known, localdate(at))
            except BadCell as error:
                draft.refuse("", error.message)

    def _judge(self, draft: Draft, known: People, on: date) -> None:
        values = draft.values
        try:
            values.name = normalised_name(values.name)
        except BadName as error:
            draft.refuse("name", error.message)
            return
        index = known.index_of[values.id_number]
        if self.batch is not None and index == self.batch.created_by.id_number_index:
            self._say(draft, "own")
            return
        certificate = self._certificate(draft, known.certificates.get(index, []), on)
        if certificate is None:
            return
        # Only who knows number and name of a certificate's holder learns anything of an account.
        account, name = known.accounts.get(index), certificate.holder_name
        if account and (account.closed or account.name != name):
            draft.refuse("name", IdentityConflict.message)
            return
        if said := self._refusal(values, certificate, on):
            draft.refuse(*said)
            return
        chosen, year = self._class(draft), values.year or self.options["year"]
        fees = self._fees(draft, certificate.position.code)
        if fees is None or draft.problems:
            return
        draft.found = Found(
            number=values.id_number, index=index, name=name, user_pk=account.pk if account else None,
            certificate=certificate, plan_pk=self.plans[certificate.position_id, year], training_class=chosen,
            fees=fees,
        )  # fmt: skip
        self._compare(draft, known, on)

    def _certificate(self, draft: Draft, held: Sequence[Any], on: date) -> Any:
        """The one certificate that is meant; None with a problem said where it is not there, or does not entitle."""
        values = draft.values
        mine = [one for one in held if same_name(one.holder_name, values.name)]
        if values.post_certificate:
            mine = [one for one in mine if one.key == certificate_key(values.post_certificate)]
        if values.position:
            mine = [one for one in mine if one.position.code == values.position]
        refusals = {one.pk: self._refusal_of(one, on) for one in mine}
        good = [one for one in mine if not refusals[one.pk]]
        if len(good) == 1:
            return good[0]
        if len(good) > 1:
            draft.refuse(
                "position", _("This person holds several post certificates. Write the position or the number.")
            )
        elif mine:
            self._say(draft, refusals[mine[0].pk])
        elif values.post_certificate or not values.position:
            self._say(draft, "unknown")
        else:
            draft.refuse("position", _("The register has no post certificate of this person for this position."))
        return None

    def _refusal_of(self, certificate: Any, on: date) -> str:
        valid = certificate.state == PostCertificateState.VALID
        return refusal_of(
            holder_matches=True, valid=valid, position_code=certificate.position.code,
            issued_on=certificate.issued_on, on=on, rules=self.rules,
        )  # fmt: skip

    def _refusal(self, values: Any, certificate: Any, on: date) -> tuple[str, str] | None:
        year, code = values.year or self.options["year"], certificate.position.code
        refusal = (
            refusal_of_institution(self.institution.position_codes, code)
            or refusal_of_age(born=born_on(values.id_number), on=on, rules=self.rules)
            or ("" if (certificate.position_id, year) in self.plans else "no_plan")
            or refusal_of_invoice(
                wanted=bool(values.wants_invoice), title=values.invoice_title,
                tax_number=values.invoice_tax_number.upper(),
            )
        )  # fmt: skip
        return (COLUMN_OF.get(refusal, ""), str(ENROLMENT_REFUSALS[refusal])) if refusal else None

    def _say(self, draft: Draft, refusal: str) -> None:
        draft.refuse(COLUMN_OF.get(refusal, ""), ENROLMENT_REFUSALS[refusal])

    def _class(self, draft: Draft) -> TrainingClass | None:
        """By name or number; that of the whole sheet where the row says none."""
        if said := draft.values.training_class:
            chosen = self.classes.get(said.casefold())
            if chosen is None:
                draft.refuse("training_class", _("There is no class of this name or number."))
            return chosen
        wanted = self.options.get("training_class")
        return next((one for one in self.classes.values() if one.pk == wanted), None)

    def _fees(self, draft: Draft, code: str) -> Fees | None:
        """As the row says; else as the notice in force. Without either nobody is enrolled for nothing by accident."""
        values, published = draft.values, self.fees.get(code)
        if published is None and values.training_fee is None:
            draft.refuse("training_fee", _("No fee notice in force names this position. Write the fees in the sheet."))
            return None
        published = published or Fees(Decimal(0), Decimal(0), "")
        if values.training_fee is None and values.textbook_fee is None:
            return published
        training = published.training if values.training_fee is None else values.training_fee
        textbook = published.textbook if values.textbook_fee is None else values.textbook_fee
        notice = published.notice if (training, textbook) == (published.training, published.textbook) else ""
        return Fees(training, textbook, notice)

    def _compare(self, draft: Draft, known: People, on: date) -> None:
        """With what is there already; and whether the class has room for one more."""
        found, values = draft.found, draft.values
        certificate, year = found.certificate, values.year or self.options["year"]
        live = known.enrolments.get((found.user_pk, certificate.position_id, year)) if found.user_pk else None
        if live is not None and live.institution_id != self.institution.pk:
            self._say(draft, "exists")
            return
        key = (found.index, certificate.position_id, year)
        if (first := self.rows_of.setdefault(key, draft.number)) != draft.number:  # once by number, once by position
            draft.refuse("", self.twice(first))
            return
        moves = found.training_class is not None and (
            live is None or (bool(values.training_class) and live.training_class_id != found.training_class.pk)
        )
        if moves and (refusal := self._class_refusal(found.training_class, certificate.position.code, year, on)):
            draft.refuse("training_class", ENROLMENT_REFUSALS[refusal])
            return
        if moves:
            self.class_facts.take(found.training_class.pk)
        if live is None:
            draft.verdict = Verdict.NEW
            return
        found.enrolment = live
        draft.verdict = Verdict.CHANGED if moves or _differs(live, values) else Verdict.UNCHANGED

    def _class_refusal(self, chosen: TrainingClass, code: str, year: int, on: date) -> str:
        facts = self.class_facts.of(chosen.pk)
        return refusal_of_class(facts, institution_id=self.institution.pk, position_code=code, year=year, on=on)

    # --- writing ------------------------------------------------------------------------------------------------

    def write(self, drafts: Sequence[Draft], *, by: User, at: datetime) -> None:
        seen = bool(self.options.get("seen"))
        write_enrolments(
            drafts, self.institution, year=self.options["year"], seen_by=by if seen else None,
            password=self.password, at=at,
        )  # fmt: skip

    def undo(self, rows: Sequence[ImportRow], *, by: User, at: datetime) -> None:
        assert self.batch is not None
        undo_enrolments(rows, since=self.batch.confirmed_at or at, at=at)


def _differs(live: Enrolment, values: Any) -> bool:
    """Whether the row says something else of the application: phone and invoice; what it leaves empty stays."""
    if values.phone and values.phone != live.phone:
        return True
    told = (bool(values.wants_invoice), values.invoice_title, values.invoice_tax_number.upper())
    return bool(values.wants_invoice) and told != (live.wants_invoice, live.invoice_title, live.invoice_tax_number)
