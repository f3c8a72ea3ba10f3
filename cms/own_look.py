"""The look of one's own site: logo, two colours, the foot of its pages; the association's telephone and address too.

One set of screens for the desk and the console. Names, addresses and positions of an institution are the association's.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.brand_forms import ColoursForm, ContactForm, FooterForm, LogoForm
from cms.frame import no_right
from cms.look_preview import preview_of
from tenants import logos
from tenants.details import change_brand, change_contact, change_footer
from tenants.models import Institution, Kind
from tenants.requests import TenantRequest
from tenants.roles.decorators import has_role
from tenants.roles.roles import Role

View = Callable[..., HttpResponse]
# Which room changes the look of which kind of site, and whose task it is there.
DOORS = {Kind.INSTITUTION: ("desk", Role.MANAGER), Kind.ASSOCIATION: ("console", Role.SUPERADMIN)}


def head_only(view: View) -> View:
    """Elsewhere than in the tenant's own room it does not exist (404); to anybody but its head it is closed (403)."""

    @wraps(view)
    def wrapped(request: TenantRequest) -> HttpResponse:
        room, role = DOORS[Kind(request.tenant.kind)]
        if request.resolver_match is None or request.resolver_match.namespace != room:
            raise Http404
        return view(request) if has_role(request.user, role) else no_right(request, (role,))

    return wrapped


def _saved(request: TenantRequest, sentence: str) -> HttpResponse:
    messages.success(request, sentence)
    return redirect(_url(request, "brand"))


def _url(request: TenantRequest, name: str) -> str:
    return reverse(f"{DOORS[Kind(request.tenant.kind)][0]}:{name}")


@head_only
def index(request: TenantRequest) -> HttpResponse:
    """The colours; POST saves them."""
    institution = request.tenant
    form = ColoursForm(request.POST or None, initial=_given(institution, ColoursForm))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        change_brand(institution, main=data["brand_main"], accent=data["brand_accent"], by=request.user, at=now())
        return _saved(request, _("The colours are saved; the site shows them at once."))
    return _page(request, form=form)


def _given(institution: Institution, form_class: type[forms.Form]) -> dict[str, str]:
    return {name: getattr(institution, name) for name in form_class.base_fields if hasattr(institution, name)}


def _page(request: TenantRequest, **bound: forms.Form) -> HttpResponse:
    """The page, with the one form that came back with errors in place of the fresh one."""
    institution = request.tenant
    classes: dict[str, type[forms.Form]] = {"form": ColoursForm, "logo_form": LogoForm, "footer_form": FooterForm}
    if institution.is_association:
        classes["contact_form"] = ContactForm
    shown = {name: kind(initial=_given(institution, kind)) for name, kind in classes.items()} | bound
    colours = shown["form"]
    context: dict[str, Any] = {
        "title": _("Brand"),
        "tenant": institution,
        "look": _preview(institution, colours["brand_main"].value() or "", colours["brand_accent"].value() or ""),
        "logo_url": _logo_url(institution),
        "urls": {name: _url(request, name) for name in ("brand", "brand_preview", "logo", "footer")},
        "contact_url": _url(request, "contact") if institution.is_association else "",
        **shown,
    }
    refused = any(form.errors for form in shown.values())
    return render(request, "cms/staff/own_look.html", context, status=400 if refused else 200)


def _preview(institution: Institution, main: str, accent: str) -> Any:
    return preview_of({"name": institution.name, "short_name": institution.short_name}, main, accent)


def _logo_url(institution: Institution) -> str:
    return f"/logo.png?v={institution.logo_digest}" if institution.logo_digest else ""


@require_POST
@head_only
def save_logo(request: TenantRequest) -> HttpResponse:
    """Upload a logo, or (`remove`) take it away."""
    institution = request.tenant
    form = LogoForm(request.POST, request.FILES)
    if "remove" in request.POST:
        logos.remove_logo(institution, by=request.user, at=now())
        return _saved(request, _("The logo is taken away."))
    if form.is_valid():
        if form.cleaned_data["logo"] is not None:
            logos.save_logo(institution, form.cleaned_data["logo"], by=request.user, at=now())
            return _saved(request, _("The logo is saved; the site shows it at once."))
        form.add_error("logo", _("Choose a file first."))
    return _page(request, logo_form=form)


@require_POST
@head_only
def save_footer(request: TenantRequest) -> HttpResponse:
    """A line of one's own, the hours of the telephone, and the two numbers of filing."""
    form = FooterForm(request.POST)
    if not form.is_valid():
        return _page(request, footer_form=form)
    data = form.cleaned_data
    change_footer(
        request.tenant, text=data["footer_text"], service_hours=data["service_hours"], icp_number=data["icp_number"],
        police_number=data["police_number"], by=request.user, at=now(),
    )  # fmt: skip
    return _saved(request, _("The footer is saved; the site shows it at once."))


@require_POST
@head_only
def save_contact(request: TenantRequest) -> HttpResponse:
    """Whom visitors of the portal call, and where they go."""
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _page(request, contact_form=form)
    change_contact(request.tenant, by=request.user, at=now(), **form.cleaned_data)
    return _saved(request, _("The contact is saved; the site shows it at once."))


@require_POST
@head_only
def preview(request: TenantRequest) -> HttpResponse:
    """The picture of the site for the colours as they are typed (htmx)."""
    look = _preview(request.tenant, request.POST.get("brand_main", ""), request.POST.get("brand_accent", ""))
    return render(request, "console/opening/_preview.html", {"look": look, "logo_url": _logo_url(request.tenant)})


urlpatterns = [
    path("brand/", index, name="brand"),
    path("brand/preview/", preview, name="brand_preview"),
    path("brand/logo/", save_logo, name="logo"),
    path("brand/footer/", save_footer, name="footer"),
]
contact_urls = [path("brand/contact/", save_contact, name="contact")]
