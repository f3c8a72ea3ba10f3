"""What the association has to do now: counts over the shared tables, one door each."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.http import HttpRequest
from django.utils.timezone import localtime, now
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from wagtail.admin.ui.components import Component

from certs.models import HoursCertificate, HoursUpload, QualificationCertificate, UploadState
from cms.console import access
from cms.todo import Figure, Todo
from cms.words import waited
from exams.looks import waiting_looks
from exams.models import Attempt
from learning.models import StudySession
from learning.register_queries import waiting_claims
from learning.review.models import HoursReview, ReviewState
from learning.review.rules import ReviewRules
from proctoring.lookalikes import persons_stored_lately
from proctoring.models import LivenessAttempt, Lookalike
from proctoring.outcomes import PASSED
from proctoring.rules import ProctoringRules
from tenants.accounts.models import DataRequest
from tenants.accounts.reveal import ACTION as REVEALED
from tenants.accounts.reveal import many_reveals
from tenants.audit.models import Entry
from tenants.messages.models import Sms, SmsState
from tenants.models import Application, Institution, State
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope

LIVE = timedelta(minutes=2)
SEAL_LATE = timedelta(minutes=10)


def exam_looks_waiting(request: HttpRequest) -> int:
    """For the menu."""
    with province_scope():
        return waiting_looks().count()


def reviews_waiting(request: HttpRequest) -> int:
    """For the menu."""
    with province_scope():
        return HoursReview.objects.filter(state=ReviewState.PENDING).count()


def data_requests_waiting(request: HttpRequest) -> int:
    """For the menu: wishes to be decided."""
    return DataRequest.objects.filter(kind=DataRequest.Kind.CORRECT, state=DataRequest.State.OPEN).count()


class ConsoleDashboard(Component):
    """The home page of the association's admin."""

    template_name = "console/dashboard.html"
    order = 10

    @property
    def title(self) -> str:
        return _("Dashboard")

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        user, at = parent_context["request"].user, now()
        with province_scope():
            reviews = _reviews(at)
            return {
                "today": localtime(at),
                "figures": _figures(at, reviews),
                "todos": [todo for todo in _todos(user, at, reviews) if todo.number],
                "institutions": _institutions() if access.has_role(user, *access.READERS) else [],
            }


def _reviews(at: Any) -> dict[str, Any]:
    rules = rules_for(ReviewRules, at=at)
    found = HoursReview.objects.filter(state=ReviewState.PENDING).aggregate(
        n=Count("pk"), judge=Count("pk", filter=Q(risk__gte=rules.some_risk)), oldest=Min("opened_at")
    )
    found["longest"] = waited(at - found["oldest"]) if found["oldest"] else ""
    return found


def _figures(at: Any, reviews: dict[str, Any]) -> list[Figure]:
    midnight = localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    studying = StudySession.objects.filter(ended_at__isnull=True, last_beat_at__gte=at - LIVE).count()
    checks = LivenessAttempt.objects.filter(started_at__gte=midnight).aggregate(
        n=Count("pk"), ok=Count("pk", filter=Q(outcome=PASSED))
    )
    exams = Attempt.objects.filter(submitted_at__gte=midnight, abandoned_at=None).aggregate(
        n=Count("pk"), ok=Count("pk", filter=Q(passed=True))
    )
    hours = HoursCertificate.objects.filter(issued_at__gte=midnight).count()
    renewed = QualificationCertificate.objects.filter(issued_at__gte=midnight).count()
    longest = _("longest %(time)s") % {"time": reviews["longest"]} if reviews["n"] else _("nobody waits")
    passed = _("passed %(number)s")
    certificates = _("hours %(hours)s · renewed %(renewed)s") % {"hours": hours, "renewed": renewed}
    return [
        Figure(_("Studying now"), studying, _("a beat in the last 2 minutes")),
        Figure(_("Liveness checks today"), checks["n"], passed % {"number": checks["ok"]}),
        Figure(_("Exams today"), exams["n"], passed % {"number": exams["ok"]}),
        Figure(_("Hours waiting"), reviews["n"], longest),
        Figure(_("Certificates today"), hours + renewed, certificates),
        _faces(at),
    ]


def _stored(at: Any) -> tuple[int, int]:
    """(people whose face data is stored, from how many on it is said loudly)."""
    return persons_stored_lately(), rules_for(ProctoringRules, at=at).persons_alarm


def _faces(at: Any) -> Figure:
    """Of how many people face data is stored: the law wants it filed from 100,000 on."""
    persons, alarm = _stored(at)
    note = (
        _("file it with the regulator now") if persons >= alarm else _("alarm at %(alarm)s") % {"alarm": f"{alarm:,}"}
    )
    return Figure(_("People with face data"), persons, note)


def _todos(user: Any, at: Any, reviews: dict[str, Any]) -> list[Todo]:
    todos: list[Todo] = []
    if access.has_role(user, *access.READERS_OF_REVIEWS):
        todos += _review_todos(reviews)
    if access.has_role(user, *access.READERS_OF_CERTIFICATES):
        todos += [_claims_todo(at), *_upload_todos()]
        todos += _request_todos(at)
    if access.has_role(user, *access.READERS):
        todos += _running_todos(at)
    return todos


def _review_todos(reviews: dict[str, Any]) -> list[Todo]:
    note, verb = _("longest %(time)s") % {"time": reviews["longest"]}, _("Review")
    light = reviews["n"] - reviews["judge"]
    alike = Lookalike.objects.filter(state=Lookalike.State.OPEN).count()
    return [
        Todo(reviews["judge"], _("Hours to judge"), note, "console:queue", verb, "?view=judge"),
        Todo(alike, _("Faces with two accounts"), _("compare and decide"), "console:lookalikes", _("Decide")),
        Todo(light, _("Hours with light reasons or none"), note, "console:queue", verb, "?view=clean"),
    ]


def _claims_todo(at: Any) -> Todo:
    """Post certificates that institutions miss in the register."""
    found = waiting_claims().aggregate(n=Count("pk"), oldest=Min("created_at"))
    note = _("longest %(time)s") % {"time": waited(at - found["oldest"])} if found["oldest"] else ""
    return Todo(found["n"], _("Certificates to be checked"), note, "console:certificate_claims", _("Check"))


def _upload_todos() -> list[Todo]:
    uploads = HoursUpload.objects.aggregate(
        queued=Count("pk", filter=Q(state=UploadState.QUEUED)),
        rejected=Count("pk", filter=Q(state=UploadState.REJECTED)),
    )
    look, page = pgettext("verb", "Look"), "console:uploads"
    return [
        Todo(
            uploads["rejected"],
            _("Uploads rejected by the register"),
            _("to be corrected"),
            page,
            look,
            "?state=rejected",
        ),
        Todo(uploads["queued"], _("Hours waiting for the upload"), _("go by themselves"), page, look, "?state=queued"),
    ]


def _request_todos(at: Any) -> list[Todo]:
    """Wishes of people about their data; a copy that nobody makes is late too, a closing waits by itself."""
    waiting = DataRequest.objects.filter(state=DataRequest.State.OPEN).exclude(kind=DataRequest.Kind.CLOSE)
    found = waiting.aggregate(
        late=Count("pk", filter=Q(due_at__lte=at)),
        wishes=Count("pk", filter=Q(due_at__gt=at, kind=DataRequest.Kind.CORRECT)),
    )
    page = "console:data_requests"
    return [
        Todo(found["late"], _("Requests about data that are late"), _("answer today"), page, _("Decide"), "?view=late"),
        Todo(found["wishes"], _("Corrections that are wished for"), _("compare with the document"), page, _("Decide")),
    ]


def _running_todos(at: Any) -> list[Todo]:
    look = pgettext("verb", "Look")
    failed = Sms.objects.filter(state=SmsState.FAILED).count()
    applied = Application.objects.filter(state=Application.State.APPLIED).count()
    unsealed = Entry.objects.filter(seal=None, at__lt=at - SEAL_LATE).count()
    persons, alarm = _stored(at)
    return [
        Todo(
            persons if persons >= alarm else 0,
            _("People whose face data is stored"),
            _("file it with the cyberspace administration before 100,000"),
            "console:rules",
            look,
        ),
        Todo(failed, _("SMS that did not leave"), _("number or gateway"), "console:messages", look, "?state=failed"),
        Todo(
            many_reveals(at=at),
            _("Staff who saw many full numbers today"),
            _("are the reasons good?"),
            "console:audit",
            look,
            f"?action={REVEALED}",
        ),
        Todo(applied, _("Institutions that applied"), _("to be approved"), "console:applications", look),
        Todo(unsealed, _("Audit entries long unsealed"), _("is the sealer running?"), "console:audit", look),
    ]


def _institutions() -> list[Institution]:
    """The first ten with what waits there; one query each for the names and the figures."""
    rows = list(Institution.objects.training().exclude(state=State.CLOSED)[:10])
    pending = dict(
        HoursReview.objects.filter(state=ReviewState.PENDING, institution__in=rows)
        .order_by()
        .values_list("institution")
        .annotate(n=Count("pk"))
    )
    live = dict(
        StudySession.objects.filter(ended_at__isnull=True, institution__in=rows)
        .order_by()
        .values_list("institution")
        .annotate(n=Count("pk"))
    )
    for institution in rows:
        institution.pending, institution.live = pending.get(institution.pk, 0), live.get(institution.pk, 0)  # type: ignore[attr-defined]
    return rows
