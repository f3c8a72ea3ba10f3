"""Institutions: the list, opening one, suspending and resuming."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_tenants.utils import get_public_schema_name, schema_context

from cms.console import access
from cms.console.forms import InstitutionForm
from cms.frame import kept, page_of
from cms.seeding import SiteContent, seed_site
from learning.models import Enrolment
from tenants import services
from tenants.errors import DomainError
from tenants.models import Institution, State
from tenants.queries import association

TONES = {State.APPROVED: "done", State.SUSPENDED: "fail", State.CLOSED: "off"}
NEXT_STATES = {
    State.APPROVED: (State.SUSPENDED,),
    State.SUSPENDED: (State.APPROVED, State.CLOSED),
    State.CLOSED: (),
}


@access.console_view(*access.READERS)
def index(request: HttpRequest) -> HttpResponse:
    """Figures come from the shared tables, never from the schemas one by one."""
    query = request.GET.get("q", "").strip()
    rows = Institution.objects.training().prefetch_related("domains")
    if query:
        rows = rows.filter(Q(name__icontains=query) | Q(short_name__icontains=query) | Q(code__iexact=query))
    page = page_of(request, rows)
    people = dict(
        Enrolment.objects.filter(institution__in=page.object_list)
        .order_by()
        .values_list("institution")
        .annotate(n=Count("user", distinct=True))
    )
    for institution in page.object_list:
        institution.tone = TONES[State(institution.state)]
        institution.people = people.get(institution.pk, 0)
        institution.verbs = [(state.value, _verb(state)) for state in NEXT_STATES[State(institution.state)]]
    context = {
        "title": _("Institutions"),
        "searchable": _("Name, code"),
        "query": query,
        "page": page,
        "keep": kept(request),
        "may_change": access.has_role(request.user, *access.ADMINS),
    }
    return render(request, "console/institutions.html", context)


def _verb(state: State) -> str:
    return {State.APPROVED: _("Open again"), State.SUSPENDED: _("Suspend"), State.CLOSED: _("Close for good")}[state]


@access.console_view(*access.ADMINS)
def open_new(request: HttpRequest) -> HttpResponse:
    """Schema, groups, brand and the first pages in one go."""
    form = InstitutionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            institution = _open(form, request)
        except DomainError as error:
            form.add_error(None, error.message)
        else:
            words = _("%(name)s is open at %(host)s. Add its manager on its own desk.")
            messages.success(request, words % {"name": institution.name, "host": institution.host})
            return redirect("console:institutions")
    context = {
        "title": _("Open an institution"),
        "form": form,
        "parent_title": _("Institutions"),
        "domain": base_domain(),
    }
    context["parent_url"] = "../"
    return render(request, "console/institution_open.html", context, status=400 if form.errors else 200)


def base_domain() -> str:
    """The host under which institutions get theirs: the portal's own."""
    return association().host or settings.PORTAL_URL.split("//")[1].split(":")[0]


def _open(form: InstitutionForm, request: HttpRequest) -> Institution:
    data = dict(form.cleaned_data)
    code, at = data.pop("code"), now()
    with schema_context(get_public_schema_name()):  # tenants are made and changed from public only
        institution = services.open_institution(
            schema_name=code, code=code, hosts=[f"{code}.{base_domain()}"], by=request.user, at=at, **data
        )
    seed_site(institution, _first_words(institution), by=request.user, at=at)
    return institution


def _first_words(institution: Institution) -> SiteContent:
    """What the new home page says until its editors say more."""
    return SiteContent(
        hero_title=institution.name,
        hero_lead=_("Continuing education of construction-site professionals: study, exam, certificate."),
    )


@require_POST
@access.console_view(*access.ADMINS)
def change_state(request: HttpRequest, uuid: str) -> HttpResponse:
    """Suspend, resume or close; needs a reason, which stands in the audit trail."""
    institution = get_object_or_404(Institution.objects.training(), uuid=uuid)
    wanted, reason = request.POST.get("state", ""), request.POST.get("reason", "").strip()
    allowed = NEXT_STATES[State(institution.state)]
    if wanted not in allowed:
        messages.error(request, _("Somebody else has changed this institution in the meantime. Look again."))
    elif not reason:
        messages.error(request, _("Nothing was changed: say why in one sentence."))
    else:
        with schema_context(get_public_schema_name()):
            services.change_state(institution, State(wanted), reason=reason, by=request.user, at=now())
        messages.success(request, _("%(name)s: state changed.") % {"name": institution.short_name})
    return redirect("console:institutions")
