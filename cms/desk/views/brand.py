"""The institution's own look: logo, two colours, the foot of its pages.

Names, addresses and positions are the association's.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.brand_forms import ColoursForm, FooterForm, LogoForm
from cms.desk import access
from cms.look_preview import preview_of
from tenants import logos
from tenants.details import change_brand, change_footer
from tenants.models import Institution


def _names(institution: Institution) -> dict[str, str]:
    return {"name": institution.name, "short_name": institution.short_name}


@access.desk_view(*access.MANAGERS)
def index(request: HttpRequest) -> HttpResponse:
    """The colours; POST saves them."""
    institution: Institution = request.tenant  # type: ignore[attr-defined]
    form = ColoursForm(request.POST or None, initial=_given(institution, ColoursForm))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        change_brand(institution, main=data["brand_main"], accent=data["brand_accent"], by=request.user, at=now())
        messages.success(request, _("The colours are saved; the site shows them at once."))
        return redirect("desk:brand")
    return _page(request, form=form)


def _given(institution: Institution, form_class: type[forms.Form]) -> dict[str, str]:
    return {name: getattr(institution, name) for name in form_class.base_fields}


def _page(
    request: HttpRequest,
    *,
    form: ColoursForm | None = None,
    logo_form: LogoForm | None = None,
    footer_form: FooterForm | None = None,
) -> HttpResponse:
    institution: Institution = request.tenant  # type: ignore[attr-defined]
    form = form or ColoursForm(initial=_given(institution, ColoursForm))
    logo_form = logo_form or LogoForm()
    footer_form = footer_form or FooterForm(initial=_given(institution, FooterForm))
    context: dict[str, Any] = {
        "title": _("Brand"),
        "tenant": institution,
        "form": form,
        "logo_form": logo_form,
        "footer_form": footer_form,
        "look": preview_of(_names(institution), form["brand_main"].value() or "", form["brand_accent"].value() or ""),
        "logo_url": f"/logo.png?v={institution.logo_digest}" if institution.logo_digest else "",
    }
    refused = form.errors or logo_form.errors or footer_form.errors
    return render(request, "desk/brand.html", context, status=400 if refused else 200)


@require_POST
@access.desk_view(*access.MANAGERS)
def save_logo(request: HttpRequest) -> HttpResponse:
    """Upload a logo, or (`remove`) take it away."""
    institution: Institution = request.tenant  # type: ignore[attr-defined]
    form = LogoForm(request.POST, request.FILES)
    if "remove" in request.POST:
        logos.remove_logo(institution, by=request.user, at=now())
        messages.success(request, _("The logo is taken away."))
        return redirect("desk:brand")
    if form.is_valid():
        if form.cleaned_data["logo"] is not None:
            logos.save_logo(institution, form.cleaned_data["logo"], by=request.user, at=now())
            messages.success(request, _("The logo is saved; the site shows it at once."))
            return redirect("desk:brand")
        form.add_error("logo", _("Choose a file first."))
    return _page(request, logo_form=form)


@require_POST
@access.desk_view(*access.MANAGERS)
def save_footer(request: HttpRequest) -> HttpResponse:
    """A line of one's own, and the two numbers of filing."""
    form = FooterForm(request.POST)
    if not form.is_valid():
        return _page(request, footer_form=form)
    data = form.cleaned_data
    change_footer(
        request.tenant,  # type: ignore[attr-defined]
        text=data["footer_text"], icp_number=data["icp_number"], police_number=data["police_number"],
        by=request.user, at=now(),
    )  # fmt: skip
    messages.success(request, _("The footer is saved; the site shows it at once."))
    return redirect("desk:brand")


@require_POST
@access.desk_view(*access.MANAGERS)
def preview(request: HttpRequest) -> HttpResponse:
    """The picture of the site for the colours as they are typed (htmx)."""
    institution: Institution = request.tenant  # type: ignore[attr-defined]
    look = preview_of(_names(institution), request.POST.get("brand_main", ""), request.POST.get("brand_accent", ""))
    logo_url = f"/logo.png?v={institution.logo_digest}" if institution.logo_digest else ""
    return render(request, "console/opening/_preview.html", {"look": look, "logo_url": logo_url})
