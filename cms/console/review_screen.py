"""A case as the template shows it: `learning.review.case.Case` put into words, bands and addresses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cms.console.forms import DecisionForm
from cms.console.review_days import Chart, chart_of
from cms.durations import length, seconds_of
from cms.words import clock, waited
from exams.models import Attempt
from learning.review.case import Case, Shot
from learning.review.models import HoursReview, ReviewState
from learning.review.rules import ReviewRules, may_undo, undo_until
from learning.review.services import sms_key
from proctoring.incidents import SEVERITIES, Severity
from proctoring.models import FacePhoto, Snapshot
from proctoring.outcomes import ACTION_NAMES, PASSED, SENTENCES
from proctoring.outcomes import title as outcome_title
from tenants.messages.models import Sms, SmsState

FIRST_PASSES = 12  # further passing pictures are fetched only when asked for: each look is an audit row
FAILED = (Snapshot.Outcome.MISMATCH, Snapshot.Outcome.TWO_FACES)


@dataclass(frozen=True)
class ShotView:
    """One picture; `url` is that of its thumbnail, `full` of the picture; both empty where none is kept."""

    url: str
    full: str
    when: str
    value: str
    word: str
    alt: str
    hidden: bool = False


@dataclass(frozen=True)
class Band:
    label: str
    tone: str
    count: int
    shots: list[ShotView]
    more: bool


@dataclass(frozen=True)
class Decided:
    """What was decided, and whether it may still be taken back."""

    word: str
    tone: str
    by: str
    at: datetime
    ground: str
    reason: str
    sms: str
    sms_line: str
    may_undo: bool
    undo_until: datetime
    undo_url: str
    why_no_undo: str


def evidence_url(kind: str, uuid: Any) -> str:
    """Where proctoring serves a picture, after writing the audit row."""
    return reverse("proctoring:evidence", args=[kind, uuid])


def thumbnail_url(kind: str, uuid: Any) -> str:
    """The same, small: a gallery shows these, the picture itself is fetched when it is looked at."""
    return reverse("proctoring:thumbnail", args=[kind, uuid])


def moment(at: datetime) -> str:
    return f"{localtime(at):%m-%d %H:%M}"


def distance(value: float | None) -> str:
    return "—" if value is None else f"{value:.2f}"


def bands_of(shots: list[Shot]) -> list[Band]:
    """Wrong, doubtful, passed: what needs a decision first."""
    groups = (
        (_("not the person"), "fail", [s for s in shots if s.outcome in FAILED]),
        (_("to look at"), "review", [s for s in shots if s.outcome not in FAILED and not s.is_match]),
        (_("passed"), "", [s for s in shots if s.is_match]),
    )
    return [
        Band(label, tone, len(found), [_shot(s, late=not tone and i >= FIRST_PASSES) for i, s in enumerate(found)],
             more=not tone and len(found) > FIRST_PASSES)
        for label, tone, found in groups
        if found
    ]  # fmt: skip


def _shot(shot: Shot, *, late: bool) -> ShotView:
    when, value = moment(shot.taken_at), distance(shot.distance)
    alt = _("Snapshot %(when)s, %(word)s, distance %(value)s") % {"when": when, "word": shot.label, "value": value}
    if len(shot.apart) == len(FacePhoto.Kind):
        card, portrait = (distance(one) for one in shot.apart)
        alt += _("; to the ID photo %(card)s, to the portrait %(portrait)s") % {"card": card, "portrait": portrait}
    url, full = "", ""
    if shot.has_frame:
        url, full = thumbnail_url("snapshot", shot.uuid), evidence_url("snapshot", shot.uuid)
    return ShotView(url, full, when, value, str(shot.label), alt, hidden=late and bool(url))


def checks_of(case: Case) -> list[dict[str, Any]]:
    """As `liveness_rows`, with the address of the curves and of the picture where they are kept."""
    rows = liveness_rows(case.liveness)
    for row, check in zip(rows, case.liveness):
        row["plot"] = reverse("console:check_plot", args=[check.uuid]) if check.has_series else ""
        row["picture"] = ()
        if check.has_frame:
            row["picture"] = thumbnail_url("attempt", check.uuid), evidence_url("attempt", check.uuid)
    return rows


def liveness_rows(checks: Iterable[Any]) -> list[dict[str, Any]]:
    """One line a face check: of a case's `Check`s, or of the rows themselves."""
    rows: list[dict[str, Any]] = []
    for check in checks:
        actions = _(", ").join(str(ACTION_NAMES.get(action, action)) for action in check.actions)
        tone, result = "", _("passed")
        if check.outcome != PASSED:
            known = check.outcome in SENTENCES
            result = outcome_title(check.outcome, check.failed_action) if known else check.outcome or _("broken off")
            tone = "review" if check.outcome else "off"
        rows.append({"when": moment(check.started_at), "actions": actions, "result": result, "tone": tone,
                     "value": distance(check.distance)})  # fmt: skip
    return rows


TONES = {Severity.GRAVE: "fail", Severity.DOUBT: "review", Severity.HINT: "off"}


def measured_words(data: dict[str, object]) -> str:
    """The numbers of an incident that mean something to a reviewer."""
    names = {
        "bits": _("bits"), "distance": _("distance"), "difference": _("difference of the faces"),
        "closest": _("distance"), "again": _("times again"), "still": _("share unchanged"),
        "uneven": _("unevenness"), "repeats": _("share repeated"), "times": _("times"), "label": _("camera"),
    }  # fmt: skip
    return _(", ").join(f"{names[name]} {value}" for name, value in data.items() if name in names and value is not None)


def events_of(case: Case) -> list[dict[str, Any]]:
    """Incidents with what they mean, gravest first; each with the pictures that show it."""
    order = list(TONES)
    found = sorted(case.events, key=lambda event: (order.index(Severity(event.severity)), event.noted_at))
    return [
        {
            "when": moment(event.noted_at),
            "label": event.label,
            "tone": TONES[Severity(event.severity)],
            "severity": SEVERITIES[Severity(event.severity)],
            "code": event.kind,
            "explanation": event.explanation,
            "look": event.look,
            "measured": measured_words(event.data),
            "pictures": [(evidence_url(kind, uuid), thumbnail_url(kind, uuid)) for kind, uuid in event.pictures],
        }
        for event in found
    ]


def facts_of(case: Case, attempt: Attempt | None) -> list[tuple[str, str]]:
    """The lines under the name."""
    enrolment, progress = case.review.enrolment, case.progress
    where = " · ".join(filter(None, [case.review.institution.short_name, _name(enrolment.training_class)]))
    return [
        (
            _("position"),
            _("%(position)s · year %(year)s") % {"position": enrolment.position.name, "year": enrolment.year},
        ),
        (_("hours"), f"{progress.hours_done} / {progress.hours_required} ({clock(progress.credited_ms)})"),
        (_("exam"), exam_words(attempt)),
        (_("institution"), where),
        (_("certificate"), enrolment.post_certificate.number),
        (_("photos"), _photo_words(case)),
        (_("earlier"), _earlier_words(case)),
    ]


def _name(thing: Any) -> str:
    return str(thing) if thing else ""


def exam_words(attempt: Attempt | None) -> str:
    if attempt is None:
        return _("not taken yet")
    values = {"score": attempt.score, "number": attempt.number}
    return (_("%(score)s points · passed") if attempt.passed else _("%(score)s points · attempt %(number)s")) % values


def _photo_words(case: Case) -> str:
    if case.profile is None:
        return _("no profile")
    if case.profile.match_distance is None:
        return str(case.profile.label)
    return _("%(state)s, distance %(value)s") % {
        "state": case.profile.label,
        "value": distance(case.profile.match_distance),
    }


def _earlier_words(case: Case) -> str:
    if not case.earlier:
        return _("first review")
    last = case.earlier[-1]
    when = f"{localtime(last.decided_at):%m-%d}" if last.decided_at else ""
    return f"{last.get_state_display()} {when}".strip()


def threshold_words(case: Case) -> str:
    """Smaller is closer, in both engines."""
    return "; ".join(
        _("%(engine)s: up to %(passes)s the person, up to %(doubtful)s to look at, beyond not the person")
        % {"engine": t.engine.upper() if t.engine == "onnx" else t.engine, "passes": t.passes, "doubtful": t.doubtful}
        for t in case.thresholds
    )


def decided_of(case: Case, rules: ReviewRules, at: datetime, *, may_change: bool) -> Decided | None:
    """None while the case is open."""
    review = case.review
    if review.is_pending or review.decided_at is None:
        return None
    sms = Sms.objects.filter(key=sms_key(review)).first()
    in_time = review.state != ReviewState.WITHDRAWN and may_undo(review.decided_at, at, rules)
    return Decided(
        word=review.get_state_display(),
        tone={ReviewState.APPROVED: "done", ReviewState.WITHDRAWN: "off"}.get(ReviewState(review.state), "fail"),
        by=review.decided_by.name if review.decided_by else "",
        at=review.decided_at,
        ground=review.get_ground_display() if review.ground else "",
        reason=review.note,
        sms=sms.text if sms else "",
        sms_line=_sms_line(sms),
        may_undo=in_time and may_change,
        undo_until=undo_until(review.decided_at, rules),
        undo_url=reverse("console:undo", args=[review.uuid]),
        why_no_undo=_("Your role reads only.") if in_time else _why_late(review),
    )


def _why_late(review: HoursReview) -> str:
    if review.state == ReviewState.WITHDRAWN:
        return _("The enrolment was withdrawn: there is nothing to decide any more.")
    return _("The time to take it back is over.")


def _sms_line(sms: Sms | None) -> str:
    if sms is None:
        return ""
    if sms.state == SmsState.QUEUED:
        return _("SMS waits until %(time)s") % {"time": date_format(localtime(sms.not_before), "H:i:s")}
    return _("SMS: %(state)s") % {"state": sms.get_state_display()}


def chart(case: Case) -> Chart:
    return chart_of(case.days, case.shots)


def effects_of(case: Case, attempt: Attempt | None) -> dict[str, str]:
    """What each decision does, in words, above its button."""
    hours = case.progress.hours_done
    certificate, exam = _("not yet: the exam is still to be passed"), _("not passed yet; nothing changes")
    if attempt is not None and attempt.passed:
        certificate = _("exam passed: the hours certificate can be printed")
        exam = _("%(score)s points stay, no retake") % {"score": attempt.score}
    return {
        "pass": _("%(hours)s count") % {"hours": hours},
        "certificate": certificate,
        "clear": _("%(hours)s → 0 (clears %(clock)s)") % {"hours": hours, "clock": clock(case.progress.credited_ms)},
        "exam": exam,
    }


def sms_of(case: Case) -> list[dict[str, str]]:
    """The exact text of each decision, beside whose words it is."""
    manual, own = _("the manual's words"), _("our own words")
    return [
        {"when": "pass", "text": case.sms[ReviewState.APPROVED], "source": manual},
        {"when": "part zx-when--times", "text": case.sms[ReviewState.PARTLY_CLEARED], "source": own},
        {"when": "clear", "text": case.sms[ReviewState.CLEARED], "source": manual},
    ]


@dataclass(frozen=True)
class ToConfirm:
    """What stands to be cleared, as the server counted it: the reviewer says yes to exactly this."""

    ms: int
    cleared: str
    left: str
    stretches: int


def to_confirm(case: Case, form: DecisionForm) -> ToConfirm | None:
    """None unless stretches of time are well chosen."""
    if not form.is_valid() or form.cleaned_data["decision"] != "clear_times":
        return None
    cleared, left = seconds_of([form.times_ms, case.progress.credited_ms - form.times_ms])
    return ToConfirm(form.times_ms, length(cleared), length(left), len(form.times))


def waiting_words(case: Case, at: datetime) -> str:
    return waited(at - case.review.opened_at)
