"""Enrolments: the list and the two steps of admission."""

from collections.abc import Mapping

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cms.desk import access
from cms.desk.views.finding import BY_NUMBER, narrowed
from cms.desk.views.together import MOST, blank, take
from cms.enrolment_words import dress
from cms.frame import kept, page_of
from learning import services
from learning.models import Admission, Enrolment, HoursState, TrainingClass
from learning.queries import progress_of_many
from learning.register_queries import ON_REVOKED
from tenants.errors import DomainError
from tenants.requests import TenantRequest

VIEWS = {
    "all": Q(),
    "confirm": Q(admission=Admission.AWAITING_CONFIRMATION),
    "pay": Q(admission=Admission.AWAITING_PAYMENT),
    "unclassed": Q(training_class=None) & ~Q(admission=Admission.WITHDRAWN),
    "studying": Q(admission=Admission.ADMITTED, hours_state=HoursState.STUDYING),
    "review": Q(hours_state=HoursState.IN_REVIEW),
    "cleared": Q(hours_state=HoursState.CLEARED),
    "done": Q(certified_at__isnull=False),
    "revoked": ON_REVOKED,
}

STEPS = {  # what may be done to the chosen of a view; a class is given to anybody
    "all": ("confirm", "pay", "class"), "unclassed": ("confirm", "pay", "class"),
    "confirm": ("confirm", "class"), "pay": ("pay", "class"),
}  # fmt: skip


@access.desk_view(*access.READERS, change=access.CLERKS)
def index(request: TenantRequest) -> HttpResponse:
    """Everybody enrolled here, with hours, exam and the next step of the desk; POST takes a step for the chosen."""
    classes = list(TrainingClass.objects.order_by("-year", "name"))
    posted = request.method == "POST"
    together = take(request, rows_of(request.GET), classes) if posted else blank(classes)
    if posted and not together.failed:
        return redirect(request.get_full_path())
    chosen = request.GET.get("class", "")
    view, query = request.GET.get("view", "all"), request.GET.get("q", "").strip()
    view = view if view in VIEWS else "all"
    here = of_class(chosen)
    counts = here.aggregate(
        **{name: Count("pk", filter=where) for name, where in VIEWS.items() if name != "all"}, all=Count("pk")
    )
    page = page_of(request, rows_of(request.GET))
    progress = progress_of_many(list(page.object_list))
    for enrolment in page.object_list:
        dress(enrolment, progress[enrolment.pk])
    context = {
        "title": _("Enrolments"),
        "searchable": _("Name, class or a whole number"),
        "search_method": "post",
        "search_action": f"{reverse('desk:enrolments_find')}?{urlencode({'view': view, 'class': chosen})}",
        "query": query,
        "by_number": any(request.GET.get(word) for word in BY_NUMBER),
        "page": page,
        "keep": kept(request),
        "views": [
            {"code": code, "label": label, "count": counts[code], "current": code == view}
            for code, label in _view_names()
            if code != "revoked" or counts[code] or code == view
        ],
        "view": view,
        "classes": classes,
        "chosen": chosen,
        "together": together,
        "steps": STEPS.get(view, ("class",)),
        "ticked": request.POST.getlist("people"),
        "everyone": "everyone" in request.POST,
        "most": MOST,
        "may_change": access.has_role(request.user, *access.CLERKS),
        "here": request.get_full_path(),
    }
    return render(request, "desk/enrolments.html", context, status=400 if together.failed else 200)


def of_class(chosen: str) -> QuerySet[Enrolment]:
    """Everybody of the class of this key; of all classes without one."""
    return Enrolment.objects.filter(training_class=int(chosen)) if is_key(chosen) else Enrolment.objects.all()


def rows_of(asked: Mapping[str, str]) -> QuerySet[Enrolment]:
    """The rows of the list for the words of its address: `class`, `view`, and those of `finding`."""
    where = VIEWS.get(asked.get("view", "all"), VIEWS["all"])
    rows = narrowed(of_class(asked.get("class", "")).filter(where), asked)
    return rows.select_related("user", "position", "training_class", "plan", "post_certificate", "seen_by")


def is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


def _view_names() -> list[tuple[str, str]]:
    return [
        ("all", _("All")),
        ("confirm", _("To confirm")),
        ("pay", _("To pay")),
        ("unclassed", _("Without class")),
        ("studying", _("Studying")),
        ("review", _("In review")),
        ("cleared", _("Cleared")),
        ("done", _("Certified")),
        ("revoked", _("Certificate revoked")),
    ]


@require_POST
@access.desk_view(*access.CLERKS)
def step(request: TenantRequest, uuid: str) -> HttpResponse:
    """Confirm from the list, by the word of having seen the papers. Payment and withdrawal want their form."""
    enrolment: Enrolment = get_object_or_404(Enrolment.objects.select_related("user"), uuid=uuid)
    try:
        if request.POST.get("seen") != "on":
            messages.error(request, _("Without this nothing is confirmed."))
        elif request.POST.get("verb") == "confirm":
            services.admit(enrolment, by=request.user, at=now())
            messages.success(request, _("%(name)s: enrolment confirmed.") % {"name": enrolment.user.name})
    except DomainError as error:
        messages.error(request, error.message)
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else reverse("desk:enrolments"))
