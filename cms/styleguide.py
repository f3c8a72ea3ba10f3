"""One page with every token and part of the look, drawn by the real style sheets: for who builds, not for visitors."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from tenants import colours

NEUTRAL = ("paper", "ground", "sunken", "ink", "ink-2", "ink-3", "hairline", "outline", "focus-colour")
BRAND = (
    "brand", "brand-strong", "on-brand", "brand-soft", "brand-line", "brand-deep", "on-deep", "on-deep-muted",
    "on-deep-line", "on-deep-accent", "accent", "accent-soft", "accent-text",
)  # fmt: skip
STATUS = ("ok", "ok-soft", "warn", "warn-soft", "warn-mark", "bad", "bad-soft")
SIZES = ("4xl", "3xl", "2xl", "xl", "l", "m", "s", "xs")
SPACES = range(1, 10)
INPUT = {"class": "input"}


class SampleForm(forms.Form):
    """A field of each kind; the number is always wrong, so that an error is seen too."""

    name = forms.CharField(label=gettext_lazy("Name"), widget=forms.TextInput(attrs=INPUT))
    number = forms.IntegerField(
        label=gettext_lazy("Certificate number"),
        help_text=gettext_lazy("as it stands on the certificate"),
        widget=forms.TextInput(attrs=INPUT),
        error_messages={"invalid": gettext_lazy("Enter the certificate number.")},
    )
    city = forms.ChoiceField(
        label=gettext_lazy("City"), choices=[("", gettext_lazy("All cities"))], widget=forms.Select(attrs=INPUT)
    )
    password = forms.CharField(label=gettext_lazy("Password"), widget=forms.PasswordInput(attrs=INPUT), required=False)


def is_shown() -> bool:
    """In a demo, or while somebody develops; elsewhere there is no such page."""
    return bool(settings.DEBUG or settings.IS_DEMO)


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    if not is_shown():
        raise Http404
    form = SampleForm({"name": _("Name"), "number": "GD-101", "city": ""})
    form.fields["city"].required = False
    tenant = request.tenant  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "form": form,
        "swatches": [(_("Neutral"), NEUTRAL), (_("Brand"), BRAND), (_("Status"), STATUS)],
        "sizes": SIZES,
        "spaces": SPACES,
        "pairings": colours.pairings(tenant.brand_main, tenant.brand_accent),
        "toasts": [
            Message(constants.SUCCESS, _("Saved.")),
            Message(constants.ERROR, _("Not saved.")),
        ],
    }
    response = render(request, "cms/styleguide.html", context)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
