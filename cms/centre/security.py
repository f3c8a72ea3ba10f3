"""账号安全: where the person is signed in, which devices are known, password, phone, and what happened lately."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.centre.forms import ChangePasswordForm
from cms.security_events import events_of
from tenants.accounts import sessions
from tenants.accounts.decorators import trainee_required
from tenants.accounts.devices import is_handheld, words_of
from tenants.accounts.models import KnownDevice, SignedIn
from tenants.accounts.services import WeakPassword, set_own_password
from tenants.accounts.signin import device_here
from tenants.audit.services import record
from tenants.ratelimit import allowed
from tenants.requests import TenantRequest

TRIES_A_MINUTE = 5


@never_cache
@trainee_required
@require_safe
def security(request: TenantRequest) -> HttpResponse:
    """One page for the whole province: a person has one account, whichever site they look from."""
    at, here = now(), request.session.session_key
    rows = list(sessions.live_sessions(request.user, at=at))
    for row in rows:
        _dress(row)
        row.is_here = row.session_key == here  # type: ignore[attr-defined]
    rows.sort(key=lambda row: not row.is_here)  # type: ignore[attr-defined]
    devices = list(KnownDevice.objects.filter(user=request.user).order_by("-last_seen_at"))
    for device in devices:
        _dress(device)
        device.is_here = device.token_index == device_here(request)  # type: ignore[attr-defined]
    context = {"rows": rows, "devices": devices, "events": events_of(request.user)}
    return render(request, "cms/centre/security.html", context)


def _dress(row: SignedIn | KnownDevice) -> None:
    """The device in words, and its picture."""
    row.words, row.handheld = words_of(row.label), is_handheld(row.label)  # type: ignore[union-attr]


@trainee_required
@require_POST
def end_session(request: TenantRequest, uuid: UUID) -> HttpResponse:
    """Sign one device out. Ending the session one is in is signing out."""
    row = get_object_or_404(SignedIn.objects.select_related("user"), uuid=uuid, user=request.user, ended_at=None)
    here = row.session_key == request.session.session_key
    sessions.end_session(row, why=SignedIn.End.ELSEWHERE, by=request.user, at=now())
    if here:
        request.session.flush()
        return redirect("/")
    messages.success(request, _("%(device)s has been signed out.") % {"device": words_of(row.label)})
    return redirect("centre:security")


@trainee_required
@require_POST
def end_others(request: TenantRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    key = request.session.session_key
    sessions.end_sessions(request.user, why=SignedIn.End.ELSEWHERE, keep=key, by=request.user, at=now())
    messages.success(request, _("All other devices have been signed out."))
    return redirect("centre:security")


@trainee_required
@require_POST
def forget_device(request: TenantRequest, pk: int) -> HttpResponse:
    """The next sign-in on that device asks for a code again."""
    device = get_object_or_404(KnownDevice, pk=pk, user=request.user)
    record("account.device_forgotten", actor=request.user, subject=request.user, institution=request.tenant, at=now())
    device.delete()
    messages.success(request, _("The device was forgotten: its next sign-in asks for a code."))
    return redirect("centre:security")


@never_cache
@sensitive_post_parameters("old", "password", "again")
@trainee_required
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: TenantRequest) -> HttpResponse:
    """A new password for the old one. This browser stays signed in, all others do not."""
    form = ChangePasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _change_password(request, form):
        messages.success(request, _("The new password is set. All other devices have been signed out."))
        return redirect("centre:security")
    return render(request, "cms/centre/password.html", {"form": form}, status=400 if form.errors else 200)


def _change_password(request: TenantRequest, form: ChangePasswordForm) -> bool:
    at, data, user = now(), form.cleaned_data, request.user
    if not allowed("password", str(user.uuid), a_minute=TRIES_A_MINUTE, at=at):
        form.add_error("old", _("Too many tries. Please wait a minute."))
    elif not user.check_password(data["old"]):
        form.add_error("old", _("This is not your present password."))
    else:
        try:
            set_own_password(user, data["password"], at=at)
        except WeakPassword as error:
            form.add_error("password", error.message)
        else:
            keep = sessions.keep_session(request, user)
            sessions.end_sessions(user, why=SignedIn.End.PASSWORD, keep=keep, by=user, at=at)
            return True
    return False
