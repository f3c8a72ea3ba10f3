"""What the person did: study by day, lessons, sittings, what the camera saw, and what was noted."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from django.utils.timezone import localtime, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from cms.archive.parts import Part, Picture, Table
from cms.durations import length, seconds_of
from exams.models import Watch
from learning.models import Enrolment, StudySession
from learning.queries import progress_of
from learning.review.words import incident_label
from learning.study_time import StudyTime, study_time
from proctoring.incidents import SEVERITIES, meaning_of
from proctoring.models import Incident, LivenessAttempt, Snapshot
from proctoring.outcomes import PASSED

BEGINNING = datetime(2015, 1, 1, tzinfo=UTC)  # before anybody studied here


@dataclass
class Day:
    """Milliseconds of one day, the lessons it was spent on, and its snapshots."""

    counted: int = 0
    lost: int = 0
    cleared: int = 0
    lessons: dict[int, None] = field(default_factory=dict)
    snapshots: int = 0


def study(enrolment: Enrolment, *, at: datetime) -> Part:
    """Day by day what counted and what did not, lesson by lesson, sitting by sitting."""
    progress = progress_of(enrolment)
    studied = study_time([enrolment], since=BEGINNING, until=at).get(enrolment.pk, StudyTime())
    sittings = list(_sittings(enrolment))
    titles = {line.lesson_id: line.title for line in progress.lessons} | {s.lesson_id: s.lesson.title for s in sittings}
    facts = [
        (_("Hours"), f"{progress.hours_done} / {progress.hours_required}"),
        (_("Lessons complete"), f"{progress.lessons_done} / {len(progress.lessons)}"),
    ]
    lessons = [
        (line.order, line.title, line.hours, length(line.credited_ms // 1000), line.completed_at)
        for line in progress.lessons
    ]
    rows = [
        (one.started_at, min(one.ended_at or one.last_beat_at, one.last_beat_at), one.lesson.title,
         _("Classroom") if one.camera_session.attestation_id else _("Camera"), one.get_end_reason_display())
        for one in sittings
    ]  # fmt: skip
    lesson_heads = (_("No."), pgettext("courseware", "Lesson"), _("Hours"), _("Counted"), _("Complete"))
    sitting_heads = (
        pgettext("archive", "From"),
        _("Until"),
        pgettext("courseware", "Lesson"),
        pgettext("archive", "Supervision"),
        _("How it ended"),
    )
    return Part("study", _("Study record"), facts, [
        _by_day(studied, titles),
        Table(pgettext("archive", "Lessons"), lesson_heads, lessons, widths=(8, 42, 10, 18, 22)),
        Table(pgettext("archive", "Sittings"), sitting_heads, rows, key="sittings"),
    ])  # fmt: skip


def _sittings(enrolment: Enrolment) -> Iterable[StudySession]:
    rows = StudySession.objects.filter(enrolment=enrolment).select_related("lesson", "camera_session")
    return rows.order_by("started_at", "pk")


def _by_day(studied: StudyTime, titles: dict[int, str]) -> Table:
    days: dict[date, Day] = defaultdict(Day)
    for span in studied.spans:
        for on, ms in _parted(span.start, span.end, span.credited_ms):
            day = days[on]
            day.lessons[span.lesson] = None
            if span.voided:
                day.cleared += ms
            else:
                day.counted += ms
    for gap in studied.gaps:
        for on, ms in _parted(gap.start, gap.end, gap.seconds * 1000):
            days[on].lost += ms
            days[on].lessons[gap.lesson] = None
    for moment in studied.snapshots:
        days[localtime(moment).date()].snapshots += 1
    ordered = sorted(days.items())
    parts = zip(*(seconds_of(getattr(day, kind) for _on, day in ordered) for kind in ("counted", "lost", "cleared")))
    rows = [
        (on, length(counted), length(lost), length(cleared), day.snapshots,
         "、".join(filter(None, (titles.get(pk, "") for pk in day.lessons))))
        for (on, day), (counted, lost, cleared) in zip(ordered, parts, strict=True)
    ]  # fmt: skip
    heads = (_("Day"), _("Counted"), _("Not counted"), _("Cleared"), _("Snapshots"), pgettext("archive", "Lessons"))
    return Table(pgettext("archive", "Day by day"), heads, rows, key="days", widths=(14, 15, 15, 15, 8, 33))


def _parted(start: datetime, end: datetime, ms: int) -> Iterator[tuple[date, int]]:
    """`ms` of a stretch by local day: by the length that lies in each, the last day takes the rest."""
    start, end = localtime(start), localtime(end)
    whole, left = max(1, round((end - start).total_seconds() * 1000)), ms
    while start.date() < end.date():
        midnight = make_aware(datetime.combine(start.date() + timedelta(days=1), time()))
        part = min(left, ms * round((midnight - start).total_seconds() * 1000) // whole)
        yield start.date(), part
        left, start = left - part, midnight
    if left or start.date() == end.date():
        yield end.date(), left


def camera(enrolment: Enrolment) -> Part:
    """The index of snapshots and checks of study and exams; pictures only through the audited view."""
    sessions = set(StudySession.objects.filter(enrolment=enrolment).values_list("camera_session", flat=True))
    sessions |= set(Watch.objects.filter(attempt__enrolment=enrolment).values_list("camera_session", flat=True))
    shots = list(Snapshot.objects.filter(session__in=sessions).select_related("session").defer("mark")
                 .order_by("taken_at", "pk"))  # fmt: skip
    checks = list(LivenessAttempt.objects.filter(session__in=sessions).defer("mark", "series").order_by("started_at"))
    counts = Counter(shot.get_outcome_display() for shot in shots)
    passed = sum(check.outcome == PASSED for check in checks)
    facts = [
        (_("Snapshots"), "，".join(f"{label} {n}" for label, n in counts.most_common()) or "0"),
        (_("Face checks"), _("passed %(passed)s of %(all)s") % {"passed": passed, "all": len(checks)}),
    ]
    rows = [
        (shot.taken_at, shot.session.get_purpose_display(), shot.get_outcome_display(), shot.distance,
         Picture("snapshot", shot.uuid, _("stored")) if shot.frame else "")
        for shot in shots
    ]  # fmt: skip
    heads = (_("Time"), _("Purpose"), _("Verdict"), _("Distance"), _("Picture"))
    return Part("camera", _("Snapshots"), facts, [
        Table(_("Index of snapshots"), heads, rows, key="snapshots"), _incidents(sessions),
    ])  # fmt: skip


def _incidents(sessions: set[int]) -> Table:
    """By kind: how often, how grave, from when to when."""
    kinds: dict[str, list[Incident]] = defaultdict(list)
    for one in Incident.objects.filter(session__in=sessions).order_by("noted_at", "pk"):
        kinds[incident_label(one)].append(one)
    rows = [
        (label, len(some), _severity(some[0]), some[0].noted_at, some[-1].noted_at) for label, some in kinds.items()
    ]
    heads = (_("Incident"), _("How often"), _("Weight"), _("First"), _("Last"))
    return Table(pgettext("archive", "Incidents"), heads, rows)


def _severity(incident: Incident) -> str:
    meaning = meaning_of(incident.kind)
    return str(SEVERITIES[meaning.severity]) if meaning else ""
