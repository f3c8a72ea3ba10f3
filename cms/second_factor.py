"""“My second factor”: what is set up, fresh recovery codes, another phone. Each change asks for a current code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from tenants.accounts import factors, second
from tenants.accounts.forms import FactorForm
from tenants.accounts.models import Authenticator, User
from tenants.errors import DomainError
from tenants.requests import TenantRequest

FEW = 3  # recovery codes: from here on the screen says so


@never_cache
@sensitive_post_parameters("code")
def mine(request: TenantRequest) -> HttpResponse:
    """POST `wish` is `codes` or `replace`, `code` what the app shows now (or a recovery code)."""
    user, at = request.user, now()
    wish = request.POST.get("wish", "")
    forms = {
        name: FactorForm(request.POST if wish == name else None, auto_id=f"{name}_%s") for name in ("codes", "replace")
    }
    for form in forms.values():
        form.fields["code"].widget.attrs["maxlength"] = "24"  # a recovery code will do too
    codes: list[str] = []
    if request.method == "POST" and wish in forms and _answered(request, forms[wish], user):
        if wish == "replace":
            second.wait_for_replacement(request, user, at=at)
            return redirect(f"{reverse('accounts:second_enrol')}?{urlencode({'next': reverse('zx_second_factor')})}")
        codes = factors.make_recovery_codes(user, by=user, institution=request.tenant, at=at)
    left = factors.recovery_codes_left(user)
    context = {
        "title": _("My second factor"), "forms": forms, "codes": codes, "left": left, "few": left <= FEW,
        "app": Authenticator.objects.filter(user=user, confirmed_at__isnull=False).first(), "person": user,
    }  # fmt: skip
    failed = wish in forms and forms[wish].errors
    return render(request, "cms/staff/second_factor.html", context, status=400 if failed else 200)


def _answered(request: HttpRequest, form: FactorForm, user: User) -> bool:
    if not form.is_valid():
        return False
    try:
        factors.check_factor(user, form.cleaned_data["code"], institution=request.tenant, at=now())  # type: ignore[attr-defined]
    except DomainError as error:
        form.add_error("code", error.message)
        return False
    return True
