"""One step for the people chosen in the list of enrolments: those ticked, or everybody of the view."""

from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cms.desk.enrolment_forms import ClassTogetherForm, PaidTogetherForm, SeenTogetherForm
from learning import services
from learning.errors import NotTogether
from learning.models import Enrolment, TrainingClass
from tenants.errors import DomainError
from tenants.requests import TenantRequest

MOST = 2000  # people at once: some seconds of one request


@dataclass
class Together:
    """The forms below the list, and what stood in the way: `error`, with up to ten `people` by name and sentence."""

    forms: dict[str, forms.Form]
    verb: str = ""
    error: str = ""
    people: list[tuple[str, str]] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        return bool(self.error) or any(form.errors for form in self.forms.values())


def blank(classes: list[TrainingClass]) -> Together:
    return Together({
        "confirm": SeenTogetherForm(), "pay": PaidTogetherForm(initial={"on": localdate(now())}),
        "class": ClassTogetherForm(classes=classes),
    })  # fmt: skip


def take(request: TenantRequest, view: QuerySet[Enrolment], classes: list[TrainingClass]) -> Together:
    """All of the chosen are taken this step further, or none and why. `view` is the list as it was asked for."""
    verb = request.POST.get("verb", "pay")
    together = blank(classes)
    if verb not in together.forms:
        return together
    options: dict[str, Any] = {"classes": classes} if verb == "class" else {}
    form = together.forms[verb] = type(together.forms[verb])(request.POST, **options)
    together.verb = verb
    try:
        chosen = _chosen(request, view)
        if form.is_valid():
            _act(request, form, chosen)
    except NotTogether as error:
        together.error, together.people = error.message, error.people
    except DomainError as error:
        together.error = error.message
    return together


def _chosen(request: TenantRequest, view: QuerySet[Enrolment]) -> list[Enrolment]:
    """Raises `DomainError` where nobody is chosen, too many are, or the view is not what the clerk saw any more."""
    if "everyone" in request.POST:
        count = view.count()
        if request.POST.get("count") != str(count):
            raise DomainError(
                _("The list has changed meanwhile: %(n)d people now. Nothing was done; look at it once more.")
                % {"n": count},
                code="list.changed",
            )
    else:
        view = Enrolment.objects.filter(uuid__in=_uuids(request.POST.getlist("people")))
    found = list(view[: MOST + 1])
    if not found:
        raise DomainError(_("Choose at least one person of the list."), code="list.nobody")
    if len(found) > MOST:
        raise DomainError(
            _("At most %(n)d people at once: narrow the view, by class or by step.") % {"n": MOST}, code="list.too_many"
        )
    return found


def _uuids(values: list[str]) -> list[UUID]:
    found = []
    for value in values:
        with suppress(ValueError):
            found.append(UUID(value))
    return found


def _act(request: TenantRequest, form: forms.Form, chosen: list[Enrolment]) -> None:
    acting: dict[str, Any] = {"by": request.user, "at": now()}
    if isinstance(form, SeenTogetherForm):
        done = services.admit_together(chosen, **acting)
        words = _("Enrolments confirmed: %(n)d.")
    elif isinstance(form, ClassTogetherForm):
        target = form.classes[form.cleaned_data["training_class"]]
        done = services.put_into_class(chosen, target, **acting)
        words = _("People put into the class: %(n)d.")
    else:
        done = services.mark_paid_together(chosen, **form.cleaned_data, **acting)
        words = ngettext("Payment noted for %(n)d person.", "Payment noted for %(n)d people.", done)
    messages.success(request, words % {"n": done})
