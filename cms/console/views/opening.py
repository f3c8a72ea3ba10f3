"""The opening wizard: five steps that are saved as they are left, a last look, and the opening with its progress."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.cache import caches
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from cms.brand_forms import ColoursForm
from cms.console import access
from cms.console.drafts import FORMS, Draft, draft_of
from cms.look_preview import preview_of
from cms.opening import Opened, Part, open_with_site
from learning.models import Position
from tenants.domains import base_domain
from tenants.errors import DomainError
from tenants.messages.models import Sms
from tenants.models import Application, Institution
from tenants.naming import shown_host
from tenants.queries import address_of

PROGRESS_S = 120
cache = caches["province"]  # the opening runs in public, the page that asks in the association's schema


@dataclass
class Wizard:
    """Where one request stands in the wizard, and the addresses around it."""

    draft: Draft

    @property
    def application(self) -> Application | None:
        return self.draft.application

    def url(self, name: str, **kwargs: Any) -> str:
        if self.application is not None:
            return reverse(f"console:application_{name}", kwargs={"uuid": self.application.uuid, **kwargs})
        return reverse(f"console:institution_{name}", kwargs=kwargs)

    def step_url(self, step: str) -> str:
        return self.url("open_step", step=step)

    def steps(self, current: str) -> list[dict[str, Any]]:
        """The line of steps: done ones and the current one can be gone to."""
        faulty = self.draft.faulty()
        lines = [
            {"step": step, "words": words, "url": self.step_url(step), "done": step in FORMS and step not in faulty}
            for step, words in step_words().items()
        ]
        for line in lines:
            line["current"] = line["step"] == current
        return lines


def step_words() -> dict[str, str]:
    return {
        "names": _("Institution"),
        "positions": _("Positions"),
        "address": _("Address"),
        "look": _("Look"),
        "manager": _("First manager"),
        "check": _("Check and open"),
    }


def _wizard(request: HttpRequest, uuid: str | None) -> Wizard:
    application = None
    if uuid is not None:
        application = get_object_or_404(Application, uuid=uuid, state=Application.State.APPLIED)
    return Wizard(draft_of(request.user, application))  # type: ignore[arg-type]


@never_cache
@sensitive_post_parameters("manager_id_number", "manager_phone", "manager_name")
@access.console_view(*access.ADMINS)
def step(request: HttpRequest, step: str = "names", uuid: str | None = None) -> HttpResponse:
    """One step: what is valid is saved and leads on; what is not stands there again with its sentences."""
    wizard = _wizard(request, uuid)
    if step == "check":
        return _check(request, wizard)
    if step not in FORMS:
        raise Http404
    if request.method == "POST" and "drop_logo" in request.POST:
        wizard.draft.drop_logo(now())
        return redirect(wizard.step_url("look"))
    form = _form(request, wizard.draft, step)
    if request.method == "POST" and form.is_valid():
        wizard.draft.keep(step, form, now())
        order = list(step_words())
        return redirect(wizard.step_url(order[order.index(step) + 1]))
    return _page(request, wizard, step, {"form": form}, 400 if form.errors else 200)


def _form(request: HttpRequest, draft: Draft, step: str) -> forms.Form:
    if request.method == "POST":
        return FORMS[step](request.POST, request.FILES)
    return FORMS[step](initial=draft.initial(step))


def _page(request: HttpRequest, wizard: Wizard, step: str, more: dict[str, Any], status: int = 200) -> HttpResponse:
    order = list(step_words())
    here = order.index(step)
    context = {
        "title": _("Open an institution"),
        "parent_title": _("Institutions"),
        "parent_url": reverse("console:institutions"),
        "wizard": wizard,
        "draft": wizard.draft,
        "steps": wizard.steps(step),
        "step": step,
        "back": wizard.step_url(order[here - 1]) if here else "",
        "next_words": step_words()[order[here + 1]] if step != "check" else "",
        "drop_url": wizard.url("open_drop"),
        **_extras(wizard, step, more.get("form")),
        **more,
    }
    return render(request, f"console/opening/{step}.html", context, status=status)


def _extras(wizard: Wizard, step: str, form: Any) -> dict[str, Any]:
    """What single steps show besides their form."""
    if step == "names":
        regions = Institution.objects.training().exclude(region="").order_by("region")
        return {"regions": regions.values_list("region", flat=True).distinct()}
    if step == "address":
        return {"domain": base_domain()}
    if step == "look":
        value = {name: form[name].value() or "" for name in ("brand_main", "brand_accent")}
        return {
            "look": preview_of(wizard.draft.initial("names"), value["brand_main"], value["brand_accent"]),
            "preview_url": wizard.url("open_preview"),
            "logo_url": wizard.url("open_logo") if wizard.draft.logo else "",
        }
    return {}


@require_POST
@access.console_view(*access.ADMINS)
def preview(request: HttpRequest, uuid: str | None = None) -> HttpResponse:
    """The picture of the site and the figures for two colours, as they are typed (htmx)."""
    wizard = _wizard(request, uuid)
    form = ColoursForm(request.POST)
    look = preview_of(
        wizard.draft.initial("names"), request.POST.get("brand_main", ""), request.POST.get("brand_accent", "")
    )
    logo_url = wizard.url("open_logo") if wizard.draft.logo else ""
    return render(request, "console/opening/_preview.html", {"look": look, "form": form, "logo_url": logo_url})


@require_safe
@never_cache
@access.console_view(*access.ADMINS)
def logo(request: HttpRequest, uuid: str | None = None) -> HttpResponse:
    """The draft's logo."""
    draft = _wizard(request, uuid).draft
    if draft.logo is None:
        raise Http404
    return HttpResponse(draft.logo, content_type="image/png", headers={"X-Content-Type-Options": "nosniff"})


@require_POST
@access.console_view(*access.ADMINS)
def drop(request: HttpRequest, uuid: str | None = None) -> HttpResponse:
    """Throw the draft away. An application stays as it is."""
    wizard = _wizard(request, uuid)
    wizard.draft.drop()
    return redirect("console:applications" if wizard.application else "console:institutions")


def _check(request: HttpRequest, wizard: Wizard) -> HttpResponse:
    """The last look; POST opens. Steps that do not hold (any more) are named, and nothing is opened."""
    faulty = wizard.draft.faulty()
    problem: DomainError | None = None
    if request.method == "POST" and not faulty:
        try:
            opened = _open(request, wizard)
        except DomainError as error:
            problem = error
        else:
            return _answer(request, reverse("console:institution_opened", args=[opened.institution.uuid]))
    status = 400 if request.method == "POST" else 200
    if status == 400 and _wants_json(request):
        words = problem.message if problem else _("A step is not complete. Look at the marked ones.")
        return JsonResponse({"message": words}, status=400)
    context = {"faulty": [(step, step_words()[step], wizard.step_url(step)) for step in faulty], "problem": problem}
    if not faulty:
        context |= _summary(wizard)
    return _page(request, wizard, "check", context | {"parts": Part.choices}, status)


def _summary(wizard: Wizard) -> dict[str, Any]:
    opening, base = wizard.draft.opening(), base_domain()
    names = dict(Position.objects.filter(code__in=opening.position_codes).values_list("code", "name"))
    return {
        "opening": opening,
        "hosts": [f"{opening.subdomain}.{base}", *map(shown_host, opening.hosts)],
        "positions": [names[code] for code in sorted(names)],
        "logo_url": wizard.url("open_logo") if wizard.draft.logo else "",
        "progress_url": reverse("console:institution_open_progress"),
    }


def _open(request: HttpRequest, wizard: Wizard) -> Opened:
    ticket = _ticket(request, request.POST.get("ticket", ""))

    def told(part: Part) -> None:
        if ticket:  # Redis, not the database: it is seen while the transaction is still open
            cache.set(ticket, part.value, PROGRESS_S)

    opened = open_with_site(
        wizard.draft.opening(), by=request.user, at=now(), application=wizard.application, told=told
    )
    wizard.draft.drop()
    return opened


def _ticket(request: HttpRequest, ticket: str) -> str:
    """Key of one opening's progress: the person's own, whatever the page sends."""
    return f"opening:{request.user.pk}:{ticket}" if ticket.isalnum() and len(ticket) <= 40 else ""


@require_safe
@never_cache
@access.console_view(*access.ADMINS)
def progress(request: HttpRequest) -> HttpResponse:
    """Which part of an opening is under way, for the page that waits for it."""
    ticket = _ticket(request, request.GET.get("ticket", ""))
    return JsonResponse({"part": cache.get(ticket, "") if ticket else ""})


def _wants_json(request: HttpRequest) -> bool:
    return "application/json" in request.headers.get("Accept", "")


def _answer(request: HttpRequest, url: str) -> HttpResponse:
    return JsonResponse({"location": url}) if _wants_json(request) else redirect(url)


@require_safe
@access.console_view(*access.ADMINS)
def opened(request: HttpRequest, uuid: str) -> HttpResponse:
    """What there is now, what the manager got, and what comes next."""
    institution = get_object_or_404(Institution.objects.training(), uuid=uuid)
    sms = Sms.objects.select_related("user").filter(key=f"institution-opened:{institution.uuid}").first()
    context = {
        "title": _("%(name)s is open") % {"name": institution.short_name},
        "parent_title": _("Institutions"),
        "parent_url": reverse("console:institutions"),
        "tenant": institution,
        "address": address_of(institution),
        "sms": sms,
    }
    return render(request, "console/opening/opened.html", context)
