"""What the desk types at the steps of an enrolment."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from learning.models import PaymentWay, TrainingClass


class SeenForm(forms.Form):
    """The clerk's word that they saw the papers."""

    seen = forms.BooleanField(
        label=_("I have seen the ID card and the post certificate, or their scans."),
        error_messages={"required": _("Without this nothing is confirmed.")},
    )


class _Paid(forms.Form):
    on = forms.DateField(label=_("Day of payment"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    way = forms.ChoiceField(label=_("Way of payment"), choices=PaymentWay.choices)


class PayForm(_Paid):
    """One payment, as the receipt says it."""

    amount = forms.DecimalField(label=_("Amount (yuan)"), max_digits=8, decimal_places=2)
    receipt_number = forms.CharField(label=_("Number of the receipt"), max_length=40, required=False)
    field_order = ("amount", "on", "way", "receipt_number")


class _Reason(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=200, help_text=_("for the audit trail; one sentence, without numbers of the person"),
        error_messages={"required": _("Say in one sentence why.")},
    )  # fmt: skip


class CorrectPaymentForm(_Paid, _Reason):
    """Day, way and receipt as they should have been; the sum stays."""

    receipt_number = forms.CharField(label=_("Number of the receipt"), max_length=40, required=False)
    field_order = ("on", "way", "receipt_number", "reason")


class TakeBackForm(_Reason):
    """It was not paid after all."""


class PaidTogetherForm(_Paid):
    """The sum due of everybody chosen in the list, on one day, in one way and with one receipt."""

    receipt_number = forms.CharField(label=_("Number of the receipt"), max_length=40, required=False)


class SeenTogetherForm(forms.Form):
    """The clerk's word for all the chosen."""

    seen = forms.BooleanField(
        label=_("Of each of the chosen I have seen the ID card and the post certificate, or their scans."),
        error_messages={"required": _("Without this nothing is confirmed.")},
    )


class ClassTogetherForm(forms.Form):
    """Into which of the open classes."""

    training_class = forms.ChoiceField(label=_("Class"), error_messages={"required": _("Choose the class.")})

    def __init__(self, *args: Any, classes: list[TrainingClass], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.classes = {str(one.pk): one for one in classes if one.closed_at is None}
        choices = [("", "—"), *((key, str(one)) for key, one in self.classes.items())]
        self.fields["training_class"].choices = choices  # type: ignore[attr-defined]


class WithdrawForm(forms.Form):
    """Why, and what is paid back; the service tells which of them it takes."""

    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)
    refund_note = forms.CharField(
        label=_("Refund"), max_length=200, required=False, help_text=_("sum, way and day, as agreed with the trainee")
    )
