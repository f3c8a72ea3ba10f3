"""Doors of the portal's look-ups. Lists go by GET, to be sent on; what names a person goes by POST."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from certs import appraisals
from certs.views import counted, too_many
from cms.frame import kept
from cms.portal import directory, experts
from cms.portal.forms import AppraisalLookUpForm
from tenants.models import Logo
from tenants.requests import TenantRequest

INSTITUTIONS_A_PAGE = 12
EXPERTS_A_PAGE = 30
A_YEAR_S = 365 * 24 * 3600


@require_safe
def institutions(request: TenantRequest) -> HttpResponse:
    """培训机构查询."""
    choices = directory.choices()
    wish = directory.wish_of(request, choices)
    page = Paginator(directory.find(wish), INSTITUTIONS_A_PAGE).get_page(request.GET.get("page"))
    names = dict(choices.positions)
    context = {
        "choices": choices,
        "wish": wish,
        "page_obj": page,
        "cards": [directory.card_of(request, row, names) for row in page.object_list],
        "keep": kept(request),
    }
    return render(request, "portal/institutions.html", context)


@require_safe
def institution_logo(request: TenantRequest, uuid: str) -> HttpResponse:
    """The logo of a listed institution, for its card; its own site serves it under another host."""
    found = get_object_or_404(Logo, institution__uuid=uuid, institution__in=directory.listed())
    response = HttpResponse(bytes(found.png), content_type="image/png")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = f"public, max-age={A_YEAR_S}, immutable"
    return response


@require_safe
def expert_directory(request: TenantRequest) -> HttpResponse:
    """建设行业专家库."""
    choices = experts.choices()
    wish = experts.wish_of(request, choices)
    page = Paginator(experts.find(wish), EXPERTS_A_PAGE).get_page(request.GET.get("page"))
    context = {"choices": choices, "wish": wish, "page_obj": page, "keep": kept(request)}
    return render(request, "portal/experts.html", context)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def appraisal_look_up(request: TenantRequest) -> HttpResponse:
    """行业鉴定信息查询: number, name and captcha. A wrong name and a wrong number get the same answer."""
    if request.method == "GET":
        return render(request, "portal/appraisal_look_up.html", {"form": AppraisalLookUpForm()})
    if not counted(request):
        return too_many(request, title=_("Appraisals of skills"), back=reverse("portal:appraisals"))
    form = AppraisalLookUpForm(request.POST)
    if not form.is_valid():
        return render(request, "portal/appraisal_look_up.html", {"form": form}, status=400)
    found = appraisals.look_up(form.cleaned_data["number"], form.cleaned_data["name"])
    return render(request, "portal/appraisal_result.html", {"found": found, "checked_at": now()})
