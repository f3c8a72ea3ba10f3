"""What a card of 我的培训 says beside the next step: the fee, the days to keep, why it is not open yet."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from learning.models import Admission, Enrolment, Origin


@dataclass(frozen=True)
class FeeState:
    """Yuan, where they come from, and how they were paid; `line` is empty until they are. `refund` is what the
    institution pays back, to who withdrew after paying."""

    amount: Decimal
    notice: str
    state: str
    tone: str
    line: str
    receipt: str
    invoice: str
    refund: str


@dataclass(frozen=True)
class Deadline:
    """A day to keep; `urgent` within two weeks, `past` once it is over."""

    what: str
    on: date
    left: str
    urgent: bool
    past: bool


def fee_state(enrolment: Enrolment) -> FeeState:
    """As it is written on the enrolment."""
    amount = enrolment.training_fee + enrolment.textbook_fee
    paid = [_day(enrolment.paid_on)] if enrolment.paid_on else []
    paid += [enrolment.get_paid_way_display()] if enrolment.paid_way else []
    state, tone = _fee_words(enrolment, amount)
    return FeeState(
        amount=amount if enrolment.paid_amount is None else enrolment.paid_amount,
        notice=enrolment.fee_notice,
        state=state,
        tone=tone,
        line=" · ".join(paid),
        receipt=enrolment.receipt_number,
        invoice=enrolment.invoice_title if enrolment.wants_invoice else "",
        refund=enrolment.refund_note if enrolment.admission == Admission.WITHDRAWN else "",
    )


def _fee_words(enrolment: Enrolment, amount: Decimal) -> tuple[str, str]:
    if enrolment.paid_at:
        return _("paid"), "ok"
    if enrolment.admission == Admission.AWAITING_PAYMENT:
        return _("not paid yet"), "warn"
    if enrolment.admission == Admission.AWAITING_CONFIRMATION:
        return _("to be paid after the confirmation"), "brand"
    return ("", "") if amount else (_("free of charge"), "ok")


def deadlines(enrolment: Enrolment, *, closes_on: date, today: date, finished: bool) -> list[Deadline]:
    """End of the class and last day of renewal in the province; none once the person has nothing to do any more."""
    if finished or enrolment.admission == Admission.WITHDRAWN:
        return []
    found = []
    if enrolment.training_class and not enrolment.hours_completed_at:
        found.append(_deadline(_("Finish studying"), enrolment.training_class.ends_on, today))
    found.append(_deadline(_("Renew the certificate"), closes_on, today))
    return sorted(found, key=lambda one: one.on)


def _deadline(what: str, on: date, today: date) -> Deadline:
    days = (on - today).days
    if days < 0:
        left = _("passed already")
    elif days == 0:
        left = _("today")
    else:
        left = ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}
    return Deadline(what, on, left, urgent=0 <= days <= 14, past=days < 0)


def opening_notes(enrolment: Enrolment, *, code: str, today: date) -> list[str]:
    """Why study is not open although something was paid, and what the class's first day means; each a sentence.

    `code` is the next step's. Study waits for the noted payment, for the profile and for an institution that is not
    paused; it does not wait for the first day of the class.
    """
    notes = []
    if code == "pay":
        notes.append(
            _("Paid already? The institution notes the payment by hand; study opens at that moment. If it is not open "
              "by the next working day, please call and have the receipt ready.")
        )  # fmt: skip
    elif code in {"profile", "profile_again"} and enrolment.paid_at:
        notes.append(_("Your payment is noted. Study opens when your photos are taken and confirmed."))
    elif code == "wait_profile" and enrolment.paid_at:
        notes.append(_("Your payment is noted. Only the confirmation of your photos is missing."))
    elif code in {"institution_paused", "institution_closed"} and enrolment.paid_at:
        notes.append(
            _("Your payment is noted and stays valid. Study is closed as long as the institution may not train.")
        )
    starts_on = enrolment.training_class.starts_on if enrolment.training_class else None
    if starts_on and starts_on > today and code in {"start_study", "study"}:
        notes.append(
            _("Your class begins on %(day)s. You need not wait for it: study is open.") % {"day": _day(starts_on)}
        )
    return notes


def was_refused(enrolment: Enrolment) -> bool:
    """The institution did not take what the trainee applied for."""
    return (
        enrolment.admission == Admission.WITHDRAWN
        and enrolment.origin == Origin.TRAINEE
        and enrolment.admitted_at is None
        and enrolment.withdrawn_by_id not in {None, enrolment.user_id}
    )


def _day(on: date) -> str:
    return date_format(on, "MONTH_DAY_FORMAT")
