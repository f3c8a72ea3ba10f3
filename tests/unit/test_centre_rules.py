"""What the centre tells a trainee to do next, and why time did not count."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from cms.centre.rules import Facts, Step, next_step, timeline
from learning.pauses import Observation, Sitting, Span, ends, gaps

START = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
ADMITTED = {"admission": "admitted", "hours_state": "studying", "exam_state": "closed"}


def facts(**changes: object) -> Facts:
    return Facts(**{**ADMITTED, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code", "target"),
    [
        ({"admission": "awaiting_confirmation"}, "wait_admission", ""),
        ({"admission": "awaiting_payment"}, "pay", ""),
        ({"admission": "withdrawn"}, "withdrawn", ""),
        ({"missing": ("consent", "id_photo", "portrait", "match", "confirmation")}, "profile", "profile"),
        ({"missing": ("match", "confirmation")}, "profile", "profile"),
        ({"missing": ("confirmation",)}, "wait_profile", "profile"),
        ({"missing": ("confirmation",), "photos_rejected": True}, "profile_again", "profile"),
        ({}, "start_study", "room"),
        ({"lesson_at_ms": 1500}, "study", "room"),
        ({"hours_done": Decimal("3.5")}, "study", "room"),
        ({"hours_state": "cleared", "exam_state": "passed"}, "study_again", "room"),
        ({"hours_state": "in_review", "exam_state": "open"}, "exam", "exam"),
        ({"hours_state": "in_review", "exam_state": "open", "exam_running": True}, "resume_exam", "exam"),
        ({"hours_state": "in_review", "exam_state": "open", "missing": ("confirmation",)}, "exam", "exam"),
        ({"hours_state": "approved", "exam_state": "open"}, "exam", "exam"),
        ({"hours_state": "in_review", "exam_state": "passed"}, "wait_review", ""),
        ({"hours_state": "approved", "exam_state": "passed"}, "print", "certificates"),
        ({"hours_state": "approved", "exam_state": "passed", "hours_recorded": True}, "renew", "portal"),
        (
            {"hours_state": "approved", "exam_state": "passed", "hours_recorded": True, "renewed": True},
            "done",
            "certificates",
        ),
    ],
)
def test_there_is_always_exactly_one_next_step(changes: dict[str, object], code: str, target: str) -> None:
    step = next_step(facts(**changes))
    assert (step.code, step.target) == (code, target)


def test_the_timeline_marks_the_first_open_step_even_if_a_later_one_is_done() -> None:
    states = {step.code: step.state for step in timeline(facts(hours_state="cleared", exam_state="passed"))}
    assert states == {
        "enrol": "done",
        "profile": "done",
        "study": "current",
        "exam": "done",
        "review": "ahead",
        "certificate": "ahead",
    }


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def test_time_away_from_the_camera_is_explained() -> None:
    sittings = [Sitting(session=1, camera_session=7, start=at(0), end=at(60))]
    spans = [Span(at(0), at(20), session=1), Span(at(32), at(60), session=1)]
    seen = [Observation(7, at(20.2), "camera.no_face"), Observation(7, at(50), "camera.two_faces")]
    (gap,) = gaps(sittings, spans, seen)
    assert (gap.start, gap.end, gap.code, gap.seconds) == (at(20), at(32), "camera.no_face", 720)


def test_what_another_camera_session_saw_explains_nothing() -> None:
    sittings = [Sitting(session=1, camera_session=7, start=at(0), end=at(30))]
    (gap,) = gaps(sittings, [Span(at(0), at(20), session=1)], [Observation(8, at(20), "camera.no_face")])
    assert (gap.start, gap.end, gap.code) == (at(20), at(30), "")


def test_the_moment_between_two_beats_is_no_gap() -> None:
    sittings = [Sitting(session=1, camera_session=7, start=at(0), end=at(30))]
    spans = [Span(at(0.1), at(10), session=1), Span(at(10.3), at(29.9), session=1)]
    assert gaps(sittings, spans, []) == []


def test_a_sitting_without_any_credit_is_one_gap() -> None:
    sittings = [Sitting(session=1, camera_session=7, start=at(0), end=at(5))]
    assert [(gap.start, gap.end) for gap in gaps(sittings, [], [])] == [(at(0), at(5))]


@pytest.mark.parametrize(("state", "code"), [("suspended", "institution_paused"), ("closed", "institution_closed")])
def test_who_would_study_at_a_paused_institution_is_told_so(state: str, code: str) -> None:
    studying = Facts(admission="admitted", hours_state="studying", exam_state="closed", institution_state=state)
    assert next_step(studying) == Step(code)
    paying = Facts(admission="awaiting_payment", hours_state="studying", exam_state="closed", institution_state=state)
    assert next_step(paying) == Step(code)


def test_what_is_done_on_the_portal_goes_on_while_the_institution_is_paused() -> None:
    done = Facts(
        admission="admitted",
        hours_state="approved",
        exam_state="passed",
        hours_recorded=True,
        institution_state="closed",
    )
    assert next_step(done) == Step("renew", "portal")


ONE_SPAN = [Span(at(0), at(20), session=1)]


def reasons(**changes: object) -> list[str]:
    """Why the last ten minutes of a sitting of half an hour did not count, a quarter of which nobody was seen."""
    sitting = Sitting(session=1, camera_session=7, start=at(0), end=at(30), **changes)  # type: ignore[arg-type]
    return [gap.code for gap in gaps([sitting], ONE_SPAN, [Observation(7, at(20.5), "camera.no_face")])]


def test_the_rules_own_reason_is_named_before_what_the_camera_saw() -> None:
    closes = at(20).hour * 60 + at(20).minute
    assert reasons() == ["camera.no_face"]
    assert reasons(closes_minute=closes) == ["study.hours"]
    assert reasons(closes_minute=closes + 1) == ["camera.no_face"]
    assert reasons(capped_on=at(0).date()) == ["study.daily_cap"]
    assert reasons(capped_on=at(0).date() - timedelta(days=1)) == ["camera.no_face"]
    assert reasons(unanswered=((at(20), at(25)),)) == ["study.question"]
    assert reasons(unanswered=((at(10), at(15)),)) == ["camera.no_face"]
    assert reasons(broken=((at(20), at(29)),)) == ["study.offline"]
    assert reasons(broken=((at(25), at(29)),)) == ["camera.no_face"], "it was a pause before the line broke"


def test_how_a_sitting_ended_is_told_unless_the_person_left_or_was_done() -> None:
    told = [
        (gap.code, gap.start, gap.is_end)
        for reason in ("", "left", "complete", "taken_over", "idle", "signed_out", "suspended", "cleared")
        for gap in ends([Sitting(1, 7, at(0), at(30), end_reason=reason)])
    ]
    assert told == [
        (f"study.{code}", at(30), True) for code in ("taken_over", "idle", "signed_out", "suspended", "cleared")
    ]
