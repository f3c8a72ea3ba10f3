"""岗位证书库: the register of post certificates; one of them with its history; entered, corrected, revoked by hand."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _

from cms.console import access
from cms.console.register_forms import CertificateForm, CorrectionForm, StateForm
from cms.console.register_history import history_of
from cms.enrolment_words import dress_admission
from cms.frame import kept, page_of
from learning import services
from learning.certificate_numbers import certificate_key
from learning.models import Admission, Position, PostCertificate, PostCertificateState
from learning.register_errors import CannotChangeRegister
from learning.register_queries import enrolments_on, waiting_claims
from tenants.accounts.models import number_index
from tenants.errors import DomainError
from tenants.masking import redacted
from tenants.requests import TenantRequest

TONES = {
    PostCertificateState.VALID: "done",
    PostCertificateState.SUPERSEDED: "off",
    PostCertificateState.REVOKED: "fail",
}
STALE = "stale"


@access.console_view(*access.READERS_OF_CERTIFICATES)
def index(request: TenantRequest) -> HttpResponse:
    """By number, name, or a whole ID number. Typed by POST, found through the blind index: no address holds it."""
    if request.method == "POST":
        return _to_results(request)
    query, holder = request.GET.get("q", "").strip(), request.GET.get("holder", "")
    state, position = request.GET.get("state", ""), request.GET.get("position", "")
    counts = dict(_found(query, holder, position).order_by().values_list("state").annotate(n=Count("pk")))
    page = page_of(request, rows_of(request.GET))
    for certificate in page.object_list:
        certificate.tone = TONES[PostCertificateState(certificate.state)]
    names: list[tuple[str, Any, int]] = [("", _("All"), sum(counts.values()))]
    names += [(code, label, counts.get(code, 0)) for code, label in PostCertificateState.choices]
    context = {
        "title": _("Register of post certificates"),
        "searchable": _("Number, name, whole ID number"),
        "search_method": "post",
        "query": query,
        "searched": query or holder,
        "page": page,
        "keep": kept(request),
        "state": state,
        "views": [(_with(request, state=code), label, n, code == state) for code, label, n in names],
        "position": position,
        "positions": Position.objects.order_by("code"),
        "claims": waiting_claims().count(),
        "may_change": access.has_role(request.user, *access.CLERKS),
    }
    return render(request, "console/post_certificates.html", context)


def rows_of(asked: Mapping[str, str]) -> QuerySet[PostCertificate]:
    """The rows of the register for the words of its address: `q` or `holder`, `position`, `state`."""
    rows = _found(asked.get("q", "").strip(), asked.get("holder", ""), asked.get("position", ""))
    state = asked.get("state", "")
    return rows.filter(state=state) if state in PostCertificateState.values else rows


def _found(query: str, holder: str, position: str) -> QuerySet[PostCertificate]:
    rows = PostCertificate.objects.select_related("position")
    if position:
        rows = rows.filter(position__code=position)
    if query:
        key = certificate_key(query)
        by_number = Q(key__contains=key) if key else Q(pk=None)
        return rows.filter(by_number | Q(holder_name__icontains=query))
    return rows.filter(holder_id_index=holder) if holder else rows


def _with(request: TenantRequest, **words: str) -> str:
    """The query string with these words in place of the same ones; the page begins anew."""
    query = {name: str(value) for name, value in request.GET.items() if name not in (*words, "page")}
    return urlencode(query | {name: value for name, value in words.items() if value})


def _to_results(request: TenantRequest) -> HttpResponse:
    query = request.POST.get("q", "").strip()
    by_holder = redacted(query) != query
    words = {"holder": number_index(query)} if by_holder else {"q": query}
    kept_words = {name: request.GET[name] for name in ("state", "position") if request.GET.get(name)}
    found = urlencode(kept_words | words if query else kept_words)
    return redirect(reverse("console:post_certificates") + (f"?{found}" if found else ""))


@access.console_view(*access.CLERKS)
def new(request: TenantRequest) -> HttpResponse:
    """Enter one by hand."""
    form = CertificateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data, at = form.data_of(), now()
        try:
            certificate = services.register_post_certificate(
                number=data.number, id_number=data.id_number, name=data.name, position=data.position,
                issued_on=data.issued_on, by=request.user, at=at,
            )  # fmt: skip
        except DomainError as error:
            add_error(form, error)
        else:
            messages.success(request, _("%(number)s is in the register.") % {"number": certificate.number})
            return redirect("console:post_certificate", certificate.uuid)
    context = {"title": _("Enter a certificate"), **_parent(), "form": form}
    return render(request, "console/post_certificate_new.html", context, status=400 if form.errors else 200)


def _parent() -> dict[str, str]:
    return {"parent_title": _("Register of post certificates"), "parent_url": reverse("console:post_certificates")}


def add_error(form: forms.Form, error: DomainError) -> None:
    """The sentence at the field it is about; above the form where it is about none."""
    by_code = {"account.bad_document": "id_number", "account.bad_id_number": "id_number", "account.bad_name": "name"}
    field = getattr(error, "field", "") or by_code.get(error.code, "")
    form.add_error(field if field in form.fields else None, error.message)


@access.console_view(*access.READERS_OF_CERTIFICATES, change=access.CLERKS)
def page(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Everything about one; clerks correct it, revoke it and take that back, each for a reason."""
    certificate = get_object_or_404(PostCertificate.objects.select_related("position"), uuid=uuid)
    verb, shown, status = request.POST.get("verb", ""), _forms(certificate), 200
    if request.method == "POST" and verb in FORMS:
        form = shown[verb] = FORMS[verb](certificate, request.POST)
        refusal = _take(request, certificate, verb, form) if form.is_valid() else "form"
        if not refusal:
            return redirect("console:post_certificate", uuid)
        status = 409 if refusal == STALE else 400
        if refusal == STALE:  # what is there now, beside what was typed
            certificate.refresh_from_db()
    return render(request, "console/post_certificate.html", _context(request, certificate, shown, verb), status=status)


FORMS: dict[str, Any] = {
    "correct": lambda certificate, data: CorrectionForm(data, certificate=certificate),
    "revoke": lambda certificate, data: StateForm(data, initial={"version": certificate.version}),
    "restore": lambda certificate, data: StateForm(data, initial={"version": certificate.version}),
}


def _forms(certificate: PostCertificate) -> dict[str, forms.Form]:
    """What its state allows."""
    allowed = {"valid": ("correct", "revoke"), "revoked": ("restore",)}.get(certificate.state, ())
    return {verb: FORMS[verb](certificate, None) for verb in allowed}


def _take(request: TenantRequest, certificate: PostCertificate, verb: str, form: Any) -> str:
    """Empty when it is done, else the code of why not."""
    data = form.cleaned_data
    acting = {"reason": data["reason"], "seen": data["version"], "by": request.user, "at": now()}
    try:
        if verb == "correct":
            services.correct_post_certificate(certificate, form.data_of(), **acting)
            words = _("%(number)s is corrected.")
        elif verb == "revoke":
            services.revoke_post_certificate(certificate, **acting)
            words = _("%(number)s is revoked.")
        else:
            services.restore_post_certificate(certificate, **acting)
            words = _("%(number)s is valid again.")
    except DomainError as error:
        add_error(form, error)
        return error.refusal if isinstance(error, CannotChangeRegister) else error.code
    messages.success(request, words % {"number": data.get("number") or certificate.number})
    return ""


def _context(
    request: TenantRequest, certificate: PostCertificate, shown: dict[str, forms.Form], verb: str
) -> dict[str, Any]:
    enrolments = [dress_admission(enrolment) for enrolment in enrolments_on(certificate)]
    running = [one for one in enrolments if one.admission != Admission.WITHDRAWN]
    own = request.user.id_number_index == certificate.holder_id_index
    may_change = access.has_role(request.user, *access.CLERKS) and not own
    replaced = getattr(certificate, "qualification_certificate", None)
    return {
        "title": certificate.number,
        **_parent(),
        "certificate": certificate,
        "tone": TONES[PostCertificateState(certificate.state)],
        "enrolments": enrolments,
        "running": len(running),
        "history": history_of(certificate),
        "replaced_by": replaced.number if replaced else "",
        "forms": shown if may_change else {},
        "verb": verb,
        "own": own,
        "may_change": may_change,
    }
