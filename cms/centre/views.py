"""The personal centre: one person's own training, record, certificates and details. Read-only but for the details."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from certs import queries as certs
from certs.errors import REFUSALS
from cms.centre import queries
from cms.centre import record as study_record
from exams import queries as exam_queries
from learning.models import Admission, Enrolment
from learning.queries import progress_of_many
from proctoring import queries as proctoring
from tenants.accounts.decorators import trainee_required
from tenants.accounts.forms import DetailsForm
from tenants.accounts.services import update_details
from tenants.requests import TenantRequest
from tenants.scopes import province_scope

View = Callable[..., HttpResponse]


def own_rows(view: View) -> View:
    """Signed in, and on the portal the scope of the province: every query below filters by the person."""

    @wraps(view)
    def wrapped(request: TenantRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.tenant.is_association:
            return view(request, *args, **kwargs)
        with province_scope():
            return view(request, *args, **kwargs)

    return never_cache(trainee_required(wrapped))


@own_rows
@require_safe
def training(request: TenantRequest) -> HttpResponse:
    """我的培训 / 培训管理: where I stand, why time did not count, what to do next."""
    at = now()
    cards = queries.cards_of(request.user, request, at=at)
    context = {"cards": cards, "hour": queries.greeting_hour(at)}
    return render(request, "cms/centre/training.html", context)


@own_rows
@require_safe
def record(request: TenantRequest) -> HttpResponse:
    """学习记录: what the server credited, day by day and lesson by lesson."""
    enrolments = _admitted(request)
    at = now()
    months = study_record.months_of(enrolments, at=at)
    month = _month(request.GET.get("month", ""), months)
    progress = progress_of_many(enrolments)
    studied = study_record.studied_by(enrolments, at=at)
    context = {
        "months": months,
        "month": month,
        "record": study_record.record_of(studied, study_record.titles_of(studied), month),
        "totals": [(enrolment, progress[enrolment.pk]) for enrolment in enrolments],
        "tables": [
            study_record.lesson_table(enrolment, progress[enrolment.pk], studied[enrolment.pk])
            for enrolment in enrolments
        ],
    }
    return render(request, "cms/centre/record.html", context)


def _admitted(request: TenantRequest) -> list[Enrolment]:
    own = Enrolment.objects.filter(user=request.user, admission=Admission.ADMITTED)
    return list(own.select_related("position", "plan").order_by("-year", "-pk"))


def _month(text: str, months: list[date]) -> date:
    """The month asked for if there is one like it, else the newest."""
    return next((month for month in months if f"{month:%Y-%m}" == text), months[0])


@own_rows
@require_safe
def exams(request: TenantRequest) -> HttpResponse:
    """测试管理 on the portal; an institution's site has its own page with the papers."""
    if not request.tenant.is_association:
        return redirect("exams:index")
    return render(request, "cms/centre/exams.html", {"standings": exam_queries.standings(request.user)})


@own_rows
@require_safe
def hours(request: TenantRequest) -> HttpResponse:
    """继续教育: what the register has recorded."""
    return render(request, "cms/centre/hours.html", {"lines": certs.recorded_hours_of(request.user)})


@own_rows
@require_safe
def certificates(request: TenantRequest) -> HttpResponse:
    """证书管理: certificates of hours to print, certificates held, and on the portal the renewal."""
    lines = certs.certificates_of(request.user, at=now())
    context = {
        "documents": certs.hours_documents_of(request.user),
        "lines": [(line, REFUSALS.get(line.refusal, "")) for line in lines],
        "refusals": REFUSALS,
    }
    return render(request, "cms/centre/certificates.html", context)


@own_rows
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: TenantRequest) -> HttpResponse:
    """基本信息: details, and on an institution's site the photos and the decision about face data."""
    form = DetailsForm.of(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        details = form.cleaned_data
        update_details(request.user, gender=details["gender"], email=details["email"], by=request.user, at=now())
        messages.success(request, _("Saved."))
        return redirect("centre:profile")
    missing, face = proctoring.missing_steps(request.user), proctoring.profile_of(request.user)
    context = {
        "form": form,
        "consent": proctoring.consent_of(request.user),
        "face": face,
        "photos_locked": proctoring.is_locked(face),
        "missing": missing,
        "photos_missing": len({"id_photo", "portrait"} & set(missing)),
        "has_id_photo": "id_photo" not in missing,
        "has_portrait": "portrait" not in missing,
    }
    return render(request, "cms/centre/profile.html", context, status=400 if form.errors else 200)
