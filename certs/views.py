"""Doors: a person's PDFs, renewal, public verification."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import wraps
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from certs import queries, services, verification
from certs.errors import REFUSALS, CannotCertify, NameNotPrintable
from certs.forms import LookUpForm
from certs.models import QualificationCertificate
from certs.rules import CertRules
from learning.models import Enrolment, PostCertificate
from tenants.accounts.decorators import trainee_required
from tenants.accounts.models import User
from tenants.audit.services import record
from tenants.ratelimit import allowed
from tenants.requests import address_of
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope

View = Callable[..., HttpResponse]
PHOTOS_A_MINUTE = 30


def own_scope(request: HttpRequest) -> AbstractContextManager[None]:
    """On the portal a person sees all of their own rows; on a site the site's scope stands."""
    return province_scope() if request.tenant.is_association else nullcontext()  # type: ignore[attr-defined]


def person(request: HttpRequest) -> User:
    """Who is signed in; behind `trainee_required` somebody is."""
    return cast(User, request.user)


def pdf_response(pdf: bytes, name: str, *, download: bool) -> HttpResponse:
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'{"attachment" if download else "inline"}; filename="{name}.pdf"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_GET
@trainee_required
def hours_pdf(request: HttpRequest, enrolment: UUID) -> HttpResponse:
    """打印证书: the hours certificate of one's own enrolment, issued now if it is due. `?download` saves it."""
    with own_scope(request):
        found = get_object_or_404(Enrolment, uuid=enrolment, user=person(request))
        certificate = services.issue_hours_certificate(found, by=person(request), at=now())
        pdf = services.open_pdf(certificate, by=person(request), at=now())
    return pdf_response(pdf, certificate.number, download="download" in request.GET)


@require_GET
@trainee_required
def qualification_pdf(request: HttpRequest, certificate: UUID) -> HttpResponse:
    """One's own qualification certificate."""
    with own_scope(request):
        found = get_object_or_404(QualificationCertificate, uuid=certificate, user=person(request))
        pdf = services.open_pdf(found, by=person(request), at=now())
    return pdf_response(pdf, found.number, download="download" in request.GET)


@never_cache
@require_http_methods(["GET", "POST"])
@trainee_required
def renew(request: HttpRequest, post_certificate: UUID) -> HttpResponse:
    """证书更新: what will happen, then the button. On the portal only."""
    if not request.tenant.is_association:  # type: ignore[attr-defined]
        raise CannotCertify("portal_only")
    own = PostCertificate.objects.filter(holder_id_index=person(request).id_number_index).select_related("position")
    post = get_object_or_404(own, uuid=post_certificate)
    if request.method == "POST":
        try:
            services.renew(post, person(request), at=now())
            messages.success(request, _("The certificate has been renewed. The electronic certificate is ready."))
        except (CannotCertify, NameNotPrintable) as error:
            messages.error(request, error.message)
        return redirect("centre:certificates")
    with province_scope():
        standing = queries.standing_of(post, person(request), at=now())
    context = {"post": post, "standing": standing, "refusal": REFUSALS.get(standing.refusal, "")}
    return render(request, "certs/renew.html", context, status=409 if standing.refusal else 200)


# --- verification: no sign-in, on the portal ------------------------------------------------------------------------


def on_portal(view: View) -> View:
    """A site sends people to the portal: one address to trust, whatever the QR code was printed beside."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.tenant.is_association:  # type: ignore[attr-defined]
            return HttpResponseRedirect(settings.PORTAL_URL.rstrip("/") + request.path)
        return view(request, *args, **kwargs)

    return wrapped


def counted(request: HttpRequest) -> bool:
    """Whether this address has a look-up left in this minute."""
    return allowed("certs.look_up", address_of(request), a_minute=_look_ups_a_minute(), at=now())


def _look_ups_a_minute() -> int:
    return rules_for(CertRules, at=now()).look_ups_a_minute


def too_many(request: HttpRequest, *, title: str, back: str) -> HttpResponse:
    """429 under the `title` of the look-up, with a way `back` to it."""
    context = {
        "message": REFUSALS["too_many"],
        "title": title,
        "back": back,
        "look_ups": _look_ups_a_minute(),
    }
    response = render(request, "certs/too_many.html", context, status=429)
    response["Retry-After"] = "60"
    return response


def _too_many_here(request: HttpRequest) -> HttpResponse:
    return too_many(request, title=_("Certificate verification"), back=reverse("certs:look_up"))


@never_cache
@on_portal
@require_GET
def verify(request: HttpRequest, token: str) -> HttpResponse:
    """What the QR code opens: the verdict, masked data, the photo to compare."""
    if not counted(request):
        return _too_many_here(request)
    found = verification.by_token(token)
    context = {"found": found, "checked_at": now()}
    return render(request, "certs/result.html", context, status=200 if found else 404)


@never_cache
@on_portal
@require_GET
def verify_photo(request: HttpRequest, token: str) -> HttpResponse:
    """The portrait that is printed on the document, for comparison. Only the token opens it; audited first."""
    if not allowed("certs.photo", address_of(request), a_minute=PHOTOS_A_MINUTE, at=now()):
        return HttpResponse(status=429)
    with province_scope():
        document = verification.document_of(token)
        if document is None or not document.photo:
            raise Http404
        record("certificate.photo_shown", actor=None, subject=document, institution=document.institution, at=now())
        photo = services.photo_of(document)
    response = HttpResponse(photo, content_type="image/jpeg")
    response["Cache-Control"] = "private, no-store"
    return response


@never_cache
@on_portal
@require_http_methods(["GET", "POST"])
def look_up(request: HttpRequest) -> HttpResponse:
    """证书联网查询: number, name and captcha. A wrong name and a wrong number get the same answer."""
    if request.method == "GET":
        form = LookUpForm(initial={"number": request.GET.get("number", "")[:40]})
        return render(request, "certs/look_up.html", {"form": form})
    if "captcha_1" not in request.POST:  # from the home page, without a script: the captcha is asked for here
        form = LookUpForm(initial={name: request.POST.get(name, "")[:50] for name in ("name", "number")})
        return render(request, "certs/look_up.html", {"form": form, "asks": True})
    if not counted(request):
        return _too_many_here(request)
    form = LookUpForm(request.POST)
    if not form.is_valid():
        return render(request, "certs/look_up.html", {"form": form}, status=422)
    found = verification.by_number(form.cleaned_data["number"], form.cleaned_data["name"])
    return render(request, "certs/result.html", {"found": found, "checked_at": now()})
