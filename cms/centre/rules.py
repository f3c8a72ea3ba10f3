"""Where a trainee stands and what to do next: pure functions on plain values (promise 6 of DESIGN chapter 10).

Codes of the model fields (`admission`, `hours_state`, `exam_state`) come in as they are stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

PHOTO_STEPS = frozenset({"consent", "id_photo", "portrait", "match"})
AT_THE_INSTITUTION = frozenset({"profile", "room", "exam", "enrol", "application"})  # targets that open there only
WITH_ITS_CLERKS = frozenset({"wait_admission", "wait_application", "pay"})


@dataclass(frozen=True)
class Facts:
    """All that decides the next step of one enrolment. Times in milliseconds, hours in study hours."""

    admission: str
    hours_state: str
    exam_state: str
    missing: Sequence[str] = ()  # of proctoring.queries.STEPS
    photos_rejected: bool = False
    exam_running: bool = False
    exam_waits: bool = False  # passed, and a person has to look at the camera's evidence
    cleared_before: bool = False
    hours_recorded: bool = False
    renewed: bool = False
    lesson_order: int = 0
    lesson_title: str = ""
    lesson_at_ms: int = 0
    lesson_left_ms: int = 0
    hours_done: Decimal = Decimal(0)
    hours_required: Decimal = Decimal(0)
    institution_state: str = "approved"
    applied: bool = False  # the trainee asked for it
    taken_back: bool = False  # and withdrew it again
    refused: bool = False  # or the institution did not take it


@dataclass(frozen=True)
class Step:
    """The one next step. `code` names its words (words.py); `target` is where the button leads, "" for waiting.

    Targets: profile, room, exam, certificates, portal, application, enrol.
    """

    code: str
    target: str = ""


def next_step(facts: Facts) -> Step:
    """The one thing to do now, in the order of the journey; what blocks comes first."""
    step = _on_the_journey(facts)
    if facts.institution_state == "approved" or not (step.target in AT_THE_INSTITUTION or step.code in WITH_ITS_CLERKS):
        return step
    return Step("institution_closed" if facts.institution_state == "closed" else "institution_paused")


def _on_the_journey(facts: Facts) -> Step:
    if facts.admission != "admitted":
        return _before_admission(facts)
    if facts.hours_state in {"studying", "cleared"}:
        return _study_step(facts)
    if facts.exam_state != "passed":
        if facts.exam_waits and not facts.exam_running:
            return Step("wait_exam", "exam")
        return Step("resume_exam" if facts.exam_running else "exam", "exam")
    if facts.hours_state == "in_review":
        return Step("wait_review")
    if facts.renewed:
        return Step("done", "certificates")
    return Step("renew", "portal") if facts.hours_recorded else Step("print", "certificates")


def _before_admission(facts: Facts) -> Step:
    if facts.admission == "withdrawn":
        if facts.refused or facts.taken_back:
            return Step("refused" if facts.refused else "taken_back", "enrol")
        return Step("withdrawn")
    if facts.admission == "awaiting_payment":
        return Step("pay")
    return Step("wait_application", "application") if facts.applied else Step("wait_admission")


def _study_step(facts: Facts) -> Step:
    missing = set(facts.missing)
    if facts.photos_rejected:
        return Step("profile_again", "profile")
    if missing & PHOTO_STEPS:
        return Step("profile", "profile")
    if missing:
        return Step("wait_profile", "profile")
    if facts.hours_state == "cleared":
        return Step("study_again", "room")
    return Step("start_study" if facts.hours_done == 0 and facts.lesson_at_ms == 0 else "study", "room")


@dataclass(frozen=True)
class TimelineStep:
    """One of the six steps; `state` is done, current or ahead."""

    code: str
    state: str


def timeline(facts: Facts) -> list[TimelineStep]:
    """The six steps of the journey. Exam and review may finish in either order; the first open one is current."""
    hours_complete = facts.hours_state in {"in_review", "approved"}
    done = {
        "enrol": facts.admission == "admitted",
        "profile": not facts.missing or hours_complete,
        "study": hours_complete,
        "exam": facts.exam_state == "passed",
        "review": facts.hours_state == "approved",
        "certificate": facts.renewed,
    }
    current = next((code for code, is_done in done.items() if not is_done), "")
    return [
        TimelineStep(code, "done" if is_done else "current" if code == current else "ahead")
        for code, is_done in done.items()
    ]
