"""Exams and reviews in tests: a bank of real size, a person whose hours are complete, a paper answered as one likes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.support import people
from tests.support.study import Study, make_study

STUDIED_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def make_bank(singles: int = 60, multiples: int = 25, judgements: int = 25) -> None:
    """Common questions; the right option is always called 对 and its neighbours are not."""
    from exams.imports import import_questions

    rows = [_row(f"S{n:03d}", "single", "C", ["甲", "乙", "对", "丁"]) for n in range(singles)]
    rows += [_row(f"M{n:03d}", "multiple", "BD", ["甲", "对一", "丙", "对二", "戊"]) for n in range(multiples)]
    rows += [_row(f"J{n:03d}", "judge", "T" if n % 2 else "F", []) for n in range(judgements)]
    result = import_questions(rows, by=None, at=people.BEFORE)
    assert not result.errors, result.errors


def _row(code: str, kind: str, answer: str, options: list[str]) -> dict[str, str]:
    texts = dict(zip("ABCDE", options, strict=False))
    return {
        "code": code,
        "kind": kind,
        "positions": "*",
        "knowledge_point": "法律法规",
        "stem": f"{code} 题干",
        "answer": answer,
        "explanation": f"{code} 的解析",
        "source": "《建筑法》",
    } | texts


def study_all(study: Study, *, at: datetime = STUDIED_AT) -> datetime:
    """Watch every lesson to its end before a verified camera; returns when the last one was complete."""
    from learning.errors import CannotStudy

    study.open_camera(at=at, minutes=120)
    while True:
        try:
            study.open(at=at)
        except CannotStudy:
            break
        at = _watch(study, at)
    study.enrolment.refresh_from_db()
    return at


def _watch(study: Study, at: datetime) -> datetime:
    for _beat in range(20):
        at += timedelta(seconds=10)
        study.beat(at=at)
        study.session.refresh_from_db()
        if study.session.ended_at:
            break
    from learning.services import complete_hours_if_done

    complete_hours_if_done(study.enrolment, at=at)
    return at


def make_ready(institution: Any, *, user: Any = None) -> Study:
    """A person whose hours are complete: in review, exam open. Call within the institution's scope."""
    study = make_study(institution, lengths_ms=(20_000,), user=user)
    study_all(study)
    assert study.enrolment.exam_state == "open"
    return study


@contextmanager
def statements() -> Iterator[Callable[[], list[str]]]:
    """The SQL that a block runs, without the tenant's SET search_path; call what it yields after the block."""
    with CaptureQueriesContext(connection) as captured:
        yield lambda: [q["sql"] for q in captured.captured_queries if not q["sql"].startswith("SET search_path")]


def answer(attempt: Any, *, right: int, at: datetime) -> None:
    """Save the key for the first `right` questions, something else for the others."""
    from exams.services import save_answer

    for item in attempt.items.all():
        wrong = next(letter for letter in "ABCDE" if letter not in item.key)
        choice = item.key if item.number <= right else wrong
        save_answer(attempt, item.number, choice, 1, by=attempt.user, at=at)


def before_the_camera(enrolment: Any, *, at: datetime, minutes: float = 120) -> Any:
    """An exam sitting that is verified at `at`: what a passed face check leaves behind."""
    from proctoring.models import CameraSession
    from proctoring.outcomes import PASSED, Sighting
    from proctoring.supervision import begin_attempt, new_session, record_liveness

    session = new_session(
        enrolment.user, enrolment.institution, CameraSession.Purpose.EXAM, device="", user_agent="", at=at
    )
    record_liveness(begin_attempt(session, at=at), Sighting(PASSED, "dlib", 0.3), picture=None, at=at)
    CameraSession.objects.filter(pk=session.pk).update(verified_until=at + timedelta(minutes=minutes))
    session.refresh_from_db()
    return session


def begin(enrolment: Any, *, by: Any, at: datetime) -> Any:
    """A paper that is opened after a passed face check."""
    from exams.services import start_attempt

    return start_attempt(enrolment, by=by, at=at, camera=before_the_camera(enrolment, at=at))
