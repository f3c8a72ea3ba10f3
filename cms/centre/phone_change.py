"""更换手机号: show that it is you (a code to the old number, or a live face check), then a code to the new number."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cms.centre import phone_steps
from cms.centre.forms import PhoneForm
from cms.centre.views import own_rows
from proctoring import queries as proctoring
from proctoring import services as camera
from proctoring.models import CameraSession, FaceProfile
from proctoring.proof import use_face_proof
from tenants.accounts import codes, phones
from tenants.accounts.forms import CodeForm
from tenants.accounts.models import CodePurpose
from tenants.accounts.phones import Way
from tenants.accounts.sessions import session_of
from tenants.accounts.signin import device_here
from tenants.errors import DomainError
from tenants.masking import mask_phone_number
from tenants.requests import TenantRequest, address_of
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for

PURPOSE = CameraSession.Purpose.PHONE


@own_rows
@require_safe
def choose(request: TenantRequest) -> HttpResponse:
    """Which proof: the old phone is at hand, or it is not."""
    phone_steps.forget(request)
    return render(request, "cms/centre/phone_choose.html", {"can_face": _can_face(request), "places": _places(request)})


def _can_face(request: TenantRequest) -> bool:
    """A face check needs photos that a clerk of this institution has confirmed."""
    return not request.tenant.is_association and not proctoring.missing_steps(request.user)


def _places(request: TenantRequest) -> list[FaceProfile]:
    """On the portal: the institutions where a face check is possible. A site names no other institution."""
    if not request.tenant.is_association:
        return []
    confirmed = FaceProfile.objects.filter(user=request.user, state=FaceProfile.State.CONFIRMED)
    return [profile for profile in confirmed.select_related("institution") if profile.institution.is_live]


@own_rows
@require_http_methods(["GET", "HEAD", "POST"])
def old_number(request: TenantRequest) -> HttpResponse:
    """First proof, first way: the code that went to the present number."""
    at = now()
    phone = request.user.phone or ""
    problem = _send(request, CodePurpose.OLD_PHONE, phone) if _asks_for_code(request) else ""
    if _asks_for_code(request) and not problem:
        return redirect("centre:phone_old")
    form = CodeForm(request.POST if "code" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            codes.check_code(request.user, CodePurpose.OLD_PHONE, form.cleaned_data["code"], at=at)
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            phone_steps.note_proved(request, Way.BOTH, at=at)
            return redirect("centre:phone_new")
    return _code_page(request, "old", form, phone, problem)


@own_rows
@require_safe
def face(request: TenantRequest) -> HttpResponse:
    """First proof, second way: a live face check in this browser."""
    if not _can_face(request):
        return redirect("centre:phone")
    return render(request, "cms/centre/phone_face.html", {"camera_purpose": PURPOSE.value})


@own_rows
@require_POST
def open_camera(request: TenantRequest) -> JsonResponse:
    """A camera session for this change only."""
    if request.tenant.is_association:
        raise Http404
    session = camera.open_camera_session(
        request.user,
        request.tenant,
        PURPOSE,
        ip=request.META.get("REMOTE_ADDR"),
        user_agent=request.headers.get("User-Agent", ""),
        signed_in=session_of(request),
        at=now(),
    )
    return JsonResponse({"uuid": str(session.uuid), "socket": f"/ws/camera/{session.uuid}/"}, status=201)


@own_rows
@require_POST
def face_done(request: TenantRequest) -> HttpResponse:
    """The check has passed: use it up. Body: `camera`, the session's uuid."""
    at = now()
    within = timedelta(seconds=rules_for(PeopleRules, at=at).phone_proof_s)
    try:
        session = UUID(request.POST.get("camera", ""))
        use_face_proof(session, request.user, PURPOSE, signed_in=session_of(request), within=within, at=at)
    except ValueError:
        raise Http404 from None
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("centre:phone")
    phone_steps.note_proved(request, Way.FACE, at=at)
    return redirect("centre:phone_new")


@own_rows
@require_http_methods(["GET", "HEAD", "POST"])
def new_number(request: TenantRequest) -> HttpResponse:
    """Second proof: the new number. Whether it is somebody else's is told only to who can read its messages."""
    proved = phone_steps.proved(request, at=now())
    if proved is None:
        return _start_again(request)
    form = PhoneForm(request.POST or None, initial={"phone": proved.phone})
    if request.method == "POST" and form.is_valid():
        try:
            phone = phones.new_number(request.user, form.cleaned_data["phone"])
        except DomainError as error:
            form.add_error("phone", error.message)
        else:
            problem = _send(request, CodePurpose.NEW_PHONE, phone)
            if not problem:
                phone_steps.note_number(request, phone)
                return redirect("centre:phone_confirm")
            form.add_error("phone", problem)
    context = {"form": form, "way": proved.way.value}
    return render(request, "cms/centre/phone_new.html", context, status=400 if form.errors else 200)


@own_rows
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: TenantRequest) -> HttpResponse:
    """The code of the new number makes the change."""
    at = now()
    proved = phone_steps.proved(request, at=at)
    if proved is None or not proved.phone:
        return _start_again(request)
    problem = _send(request, CodePurpose.NEW_PHONE, proved.phone) if _asks_for_code(request) else ""
    if _asks_for_code(request) and not problem:
        return redirect("centre:phone_confirm")
    form = CodeForm(request.POST if "code" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            codes.check_code(request.user, CodePurpose.NEW_PHONE, form.cleaned_data["code"], phone=proved.phone, at=at)
            _change(request, proved)
        except phones.PhoneTaken as taken:
            messages.error(request, taken.message)
            return redirect("centre:phone_new")
        except DomainError as error:
            form.add_error("code", error.message)
        else:
            messages.success(request, _("Your new phone number is set. All other devices have been signed out."))
            return redirect("centre:security")
    return _code_page(request, "new", form, proved.phone, problem)


def _change(request: TenantRequest, proved: phone_steps.Proved) -> None:
    phones.change_phone(
        request.user,
        proved.phone,
        way=proved.way,
        by=request.user,
        institution=request.tenant,
        at=now(),
        keep=request.session.session_key,
        keep_device=device_here(request),
    )
    phone_steps.forget(request)


def _asks_for_code(request: TenantRequest) -> bool:
    return request.method == "POST" and "send" in request.POST


def _send(request: TenantRequest, purpose: CodePurpose, phone: str) -> str:
    """Send a code unless one for this has just left; the sentence why not, or nothing."""
    at = now()
    if codes.wait_s_of(phone, at=at) and phones.has_open_code(request.user, purpose, phone, at=at):
        return ""
    try:
        codes.send_code_to(
            phone, purpose, user=request.user, institution=request.tenant, address=address_of(request), at=at
        )
    except DomainError as error:
        return error.message
    return ""


def _code_page(request: TenantRequest, step: str, form: CodeForm, phone: str, problem: str) -> HttpResponse:
    context = {
        "form": form,
        "step": step,
        "problem": problem,
        "masked_phone": mask_phone_number(phone),
        "resend_after_s": codes.wait_s_of(phone, at=now()),
    }
    return render(request, "cms/centre/phone_code.html", context, status=400 if form.errors or problem else 200)


def _start_again(request: TenantRequest) -> HttpResponse:
    minutes = rules_for(PeopleRules, at=now()).phone_proof_s // 60
    words = _("For your safety, please begin again: the proof counts for %(minutes)s minutes.")
    messages.info(request, words % {"minutes": minutes})
    return redirect("centre:phone")
