"""What the people at the desk have to do today, and where their trainees stand."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.admin.ui.components import Component

from cms import editorial_queries
from cms.desk import access
from cms.desk.fee_todos import fee_todos
from cms.todo import Figure, Todo
from cms.words import waited
from learning.models import (
    Admission,
    CertificateClaim,
    Enrolment,
    ExamState,
    HoursState,
    StudySession,
    TrainingClass,
)
from learning.register_queries import ON_REVOKED, answered_claims
from proctoring.queries import waiting_profiles

LIVE = timedelta(minutes=2)
PROGRESS_ROWS = 12


def profiles_waiting(request: HttpRequest) -> int:
    """For the menu."""
    return waiting_profiles().count()


def pages_waiting(request: HttpRequest) -> int:
    """For the menu: what a manager has to look at, what an editor got back."""
    return _pages_for(request.user)[0].count()


def enrolments_waiting(request: HttpRequest) -> int:
    """For the menu."""
    return Enrolment.objects.filter(admission__in=[Admission.AWAITING_CONFIRMATION, Admission.AWAITING_PAYMENT]).count()


class DeskDashboard(Component):
    """The home page of an institution's admin."""

    template_name = "desk/dashboard.html"
    order = 10

    @property
    def title(self) -> str:
        return _("Dashboard")

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        user, at = parent_context["request"].user, now()
        context: dict[str, Any] = {"user": user, "today": localtime(at), "todos": [], "figures": []}
        pages = _pages_todos(user) + fee_todos(user, localtime(at).date())
        if not access.has_role(user, *access.READERS):
            return context | {"todos": pages}
        counts = _counts()
        context["todos"] = [todo for todo in _todos(user, counts, at) if todo.number] + pages
        context["figures"] = _figures(counts, at)
        context["classes"] = list(_classes())
        return context


def _counts() -> dict[str, int]:
    """Everything the dashboard counts about enrolments, in one query."""
    studying = Q(admission=Admission.ADMITTED, hours_state__in=[HoursState.STUDYING, HoursState.CLEARED])
    ready = Q(hours_state=HoursState.APPROVED, exam_state=ExamState.PASSED, certified_at=None)
    return Enrolment.objects.aggregate(
        confirm=Count("pk", filter=Q(admission=Admission.AWAITING_CONFIRMATION)),
        pay=Count("pk", filter=Q(admission=Admission.AWAITING_PAYMENT)),
        studying=Count("pk", filter=studying),
        cleared=Count("pk", filter=Q(hours_state=HoursState.CLEARED)),
        review=Count("pk", filter=Q(hours_state=HoursState.IN_REVIEW)),
        exam=Count("pk", filter=Q(exam_state=ExamState.OPEN)),
        ready=Count("pk", filter=ready),
        certified=Count("pk", filter=Q(certified_at__isnull=False)),
        revoked=Count("pk", filter=ON_REVOKED),
    )


def _todos(user: Any, counts: dict[str, int], at: Any) -> list[Todo]:
    clerk = access.has_role(user, *access.CLERKS)
    page, show = "desk:enrolments", _("Show")
    seen, paid = _("ID card and post certificate seen"), _("they may study once it is noted")
    return [
        *([_profiles_todo(at)] if clerk else []),
        Todo(
            counts["confirm"],
            _("Confirm enrolments"),
            seen,
            page,
            pgettext("to do", "Confirm") if clerk else show,
            "?view=confirm",
        ),
        Todo(counts["pay"], _("Note payments"), paid, page, pgettext("to do", "Note") if clerk else show, "?view=pay"),
        *_register_todos(counts),
        Todo(
            counts["cleared"],
            _("Hours cleared"),
            _("talk to them: they have to study again"),
            page,
            show,
            "?view=cleared",
        ),
    ]


def _pages_for(user: Any) -> tuple[Any, bool]:
    """The pages that are this person's to deal with, and whether as a manager."""
    publishes = access.has_role(user, *access.MANAGERS)
    return (editorial_queries.waiting() if publishes else editorial_queries.returned_to(user)), publishes


def _pages_todos(user: Any) -> list[Todo]:
    if not access.has_role(user, *access.EDITORS):
        return []
    states, publishes = _pages_for(user)
    number = states.count()
    if not number:
        return []
    if publishes:
        note = _("an editor has handed them in; nobody sees them before you publish")
        return [Todo(number, _("Pages to be approved"), note, "desk:pages", pgettext("page", "Check"))]
    note = _("a manager has written what is to be changed")
    return [Todo(number, _("Pages sent back"), note, "desk:pages", pgettext("page", "Change"))]


def _register_todos(counts: dict[str, int]) -> list[Todo]:
    """Answers of the association, and enrolments whose post certificate it has revoked."""
    answers = answered_claims().aggregate(
        n=Count("pk"), entered=Count("pk", filter=Q(state=CertificateClaim.State.ENTERED))
    )
    note = _("%(number)s entered into the register") % {"number": answers["entered"]}
    return [
        Todo(answers["n"], _("Answers about reported certificates"), note, "desk:claims", _("Read"), "?view=answered"),
        Todo(
            counts["revoked"],
            _("Post certificates revoked"),
            _("not confirmed, not paid, not renewed: talk to them, or withdraw"),
            "desk:enrolments",
            _("Show"),
            "?view=revoked",
        ),
    ]


def _profiles_todo(at: Any) -> Todo:
    waiting = waiting_profiles()
    oldest = waiting.values_list("matched_at", flat=True).first()
    note = _("longest %(time)s; nobody studies before") % {"time": waited(at - oldest)} if oldest else ""
    return Todo(waiting.count(), _("Confirm profiles"), note, "desk:profiles", pgettext("to do", "Confirm"))


def _figures(counts: dict[str, int], at: Any) -> list[Figure]:
    live = StudySession.objects.filter(ended_at__isnull=True, last_beat_at__gte=at - LIVE).count()
    return [
        Figure(_("Studying"), counts["studying"], _("%(number)s in the study room now") % {"number": live}),
        Figure(_("Hours in review"), counts["review"], _("the association decides")),
        Figure(_("Exam open"), counts["exam"], _("hours complete, not passed yet")),
        Figure(_("Certificate ready"), counts["ready"], _("hours and exam both passed")),
        Figure(_("Certified"), counts["certified"], _("printed or to be printed again")),
    ]


def _classes() -> Any:
    """The classes that run, with how far their people are."""
    done = Q(enrolments__hours_state__in=[HoursState.IN_REVIEW, HoursState.APPROVED])
    admitted = Q(enrolments__admission=Admission.ADMITTED)
    return (
        TrainingClass.objects.filter(closed_at=None)
        .prefetch_related("positions")
        .annotate(
            people=Count("enrolments", filter=admitted),
            complete=Count("enrolments", filter=admitted & done),
            certified=Count("enrolments", filter=Q(enrolments__certified_at__isnull=False)),
        )
        .order_by("ends_on")[:PROGRESS_ROWS]
    )
