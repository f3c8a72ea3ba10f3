"""A sheet of enrolments taken back: what it made is deleted, what it changed restored. In the caller's transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learning.eligibility import refusal_of_class
from learning.errors import ENROLMENT_REFUSALS
from learning.imports.looked_up import facts_of_classes
from learning.imports.writing import INVOICE, told
from learning.models import CreditSpan, Enrolment, Position, StudySession, TrainingClass
from learning.services.scans import erase_scans
from tenants.accounts.models import User
from tenants.imports.errors import CannotUndo
from tenants.imports.models import ImportRow, Verdict
from tenants.imports.resource import restored


def undo_enrolments(rows: Sequence[ImportRow], *, since: datetime, at: datetime) -> None:
    """Also the accounts that the sheet opened and nobody has used since, and the scans of papers that have come.

    `since`: when the sheet was confirmed. Raises `CannotUndo` where somebody of it has paid, studied, taken an exam or
    left since, or a class has no place for who goes back into it: then all stays.
    """
    keys = [row.made["enrolment"] for row in rows]
    held = Enrolment.objects.select_for_update(no_key=True).filter(pk__in=keys).order_by("pk")
    found = {row.pk: row for row in held}
    if standing := _moved_on(Enrolment.objects.filter(pk__in=list(found)), since).count():
        raise _in_the_way(standing)
    back = _restore([row for row in rows if row.verdict == Verdict.CHANGED and row.before], found)
    _delete([row.made["enrolment"] for row in rows if row.verdict == Verdict.NEW])
    _refuse_full(back, at)
    _close_unused({row.made["account"] for row in rows if "account" in row.made})


def _moved_on(rows: QuerySet[Enrolment], since: datetime) -> QuerySet[Enrolment]:
    """Of these, who has done something since that a sheet does not take back."""
    steps = ("paid_at", "first_attempt_at", "withdrawn_at", "hours_completed_at")
    stepped = Q(*[(f"{name}__gte", since) for name in steps], _connector=Q.OR)
    studied = Exists(CreditSpan.objects.filter(enrolment=OuterRef("pk"), started_at__gte=since))
    sat = Exists(StudySession.objects.filter(enrolment=OuterRef("pk"), started_at__gte=since))
    return rows.filter(stepped | studied | sat)


def _in_the_way(people: int) -> CannotUndo:
    words = ngettext(
        "%(n)d person of this sheet has paid, studied or left meanwhile. Nothing was taken back.",
        "%(n)d people of this sheet have paid, studied or left meanwhile. Nothing was taken back.",
        people,
    )
    return CannotUndo(words % {"n": people})


def _restore(rows: Sequence[ImportRow], found: dict[int, Enrolment]) -> list[Enrolment]:
    """As it was before the sheet, but for what somebody has changed again since; who went back into a class."""
    back = []
    for row in rows:
        if (enrolment := found.get(row.made["enrolment"])) is None:
            continue
        now = told(enrolment)
        wanted = restored(row.before or "", now)
        for name, value in wanted.items():
            setattr(enrolment, name, value)
        enrolment.save(update_fields=["training_class", "phone", *INVOICE])
        if wanted["training_class_id"] not in (None, now["training_class_id"]):
            back.append(enrolment)
    return back


def _refuse_full(back: Sequence[Enrolment], at: datetime) -> None:
    """Who is back in a class is there by its rules, but for the days of enrolment. They are counted in it already."""
    if not back:
        return
    facts, names = facts_of_classes(hold=True), dict(TrainingClass.objects.values_list("pk", "name"))
    codes = dict(Position.objects.values_list("pk", "code"))
    for one in back:
        key: Any = one.training_class_id
        now = replace(facts.of(key), taken=facts.of(key).taken - 1, enrols_from=None, enrols_until=None)
        refusal = refusal_of_class(
            now, institution_id=one.institution_id, position_code=codes[one.position_id], year=one.year,
            on=localdate(at),
        )  # fmt: skip
        if refusal:
            said = {"class": names[key], "why": ENROLMENT_REFUSALS[refusal]}
            raise CannotUndo(_("Somebody would go back into “%(class)s”. %(why)s Nothing was taken back.") % said)


def _delete(keys: Iterable[int]) -> None:
    rows = Enrolment.objects.filter(pk__in=list(keys))
    erase_scans(rows)
    try:
        with transaction.atomic():
            rows.delete()
    except (ProtectedError, IntegrityError) as error:
        raise CannotUndo(
            _("Something else rests on an enrolment of this sheet by now. Nothing was taken back.")
        ) from error


def _close_unused(keys: Iterable[int]) -> None:
    """Delete accounts that the sheet opened and that nothing else rests on; the others stay."""
    free = ~Exists(Enrolment.objects.filter(user=OuterRef("pk")))
    unused = list(User.objects.filter(free, pk__in=list(keys), activated_at=None, last_login=None))
    if not _deleted(unused):  # something rests on one of them
        for user in unused:
            _deleted([user])


def _deleted(users: Sequence[User]) -> bool:
    try:
        with transaction.atomic():
            User.objects.filter(pk__in=[user.pk for user in users]).delete()
    except (ProtectedError, IntegrityError):
        return False
    return True
