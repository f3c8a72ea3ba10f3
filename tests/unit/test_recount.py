"""`recount_study` proves that study adds up, and finds each way in which it does not."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from learning import services
from learning.recount import recount
from learning.tasks import recount_study
from tests.support import people
from tests.support.study import Study, make_study

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = AT + timedelta(days=1)


def studied(institution: Any, user: Any = None, at: datetime = AT, year: int = 2026) -> Study:
    """Both lessons of 20 s are complete and in review; one span each."""
    study = make_study(institution, user=user, lengths_ms=(20_000, 20_000), year=year)
    study.open_camera(at=at)
    for start in (0, 30):
        moment = at + timedelta(seconds=start)
        study.open(at=moment)
        for tick in (0, 10, 20):
            study.beat(at=moment + timedelta(seconds=tick))
    assert services.complete_hours_if_done(study.enrolment, at=at + timedelta(seconds=50))
    return study


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        yield studied(lingzhu)


def change(sql: str, study: Study, constraint: str = "") -> None:
    """What no service would do: the row is changed by hand, past its constraint."""
    with connection.cursor() as cursor:
        if constraint:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE learning_lessonprogress DROP CONSTRAINT {constraint}")
        cursor.execute(sql, {"enrolment": study.enrolment.pk, "lesson": study.lessons[0].pk})


def found(study: Study, at: datetime = LATER) -> list[tuple[str, str, str, int, int]]:
    return [
        (d.kind, d.enrolment, d.lesson, d.one, d.other)
        for d in recount(at=at, enrolment=str(study.enrolment.uuid)).first
    ]


def test_honest_study_adds_up_after_credit_clearing_and_undo(study: Study) -> None:
    told = recount(at=LATER)
    assert (told.holds, told.enrolments, told.progress, told.spans) == (True, 1, 2, 2)
    times = [(AT + timedelta(seconds=5), AT + timedelta(seconds=7))]
    clearing = services.clear_credit(study.enrolment, reason="x", by=study.user, at=LATER, times=times)
    told = recount(at=LATER)
    assert (told.holds, told.spans) == (True, 4)
    services.undo_clearing(clearing, by=study.user, at=LATER)
    assert recount(at=LATER).holds


MINE = "enrolment_id = %(enrolment)s AND lesson_id = %(lesson)s"


@pytest.mark.parametrize(
    ("kind", "sql", "figures"),
    [
        ("sum", f"UPDATE learning_lessonprogress SET duration_ms = 20001, credited_ms = 20001 WHERE {MINE}",
         (20_001, 20_000)),
        ("span_length", f"UPDATE learning_creditspan SET ended_at = ended_at - interval '1 ms' WHERE {MINE}",
         (19_999, 20_000)),
        ("overlap", "UPDATE learning_creditspan SET started_at = started_at + interval '12 s', "
         f"ended_at = ended_at + interval '12 s' WHERE {MINE}", None),
        ("completion", f"UPDATE learning_lessonprogress SET completed_at = NULL WHERE {MINE}", (0, 0)),
    ],
)  # fmt: skip
def test_a_row_changed_by_hand_is_found(study: Study, kind: str, sql: str, figures: tuple[int, int] | None) -> None:
    change(sql, study)
    lesson = study.lessons[0].code if kind in {"sum", "completion"} else ""
    (hit,) = [one for one in found(study) if one[0] == kind]
    assert hit[:3] == (kind, str(study.enrolment.uuid), lesson)
    assert figures is None or hit[3:] == figures
    if kind == "overlap":
        assert hit[3] == 2_000


def test_more_than_the_lesson_is_found(study: Study) -> None:
    change(
        f"UPDATE learning_lessonprogress SET duration_ms = 19000 WHERE {MINE}",
        study,
        constraint="progress_within_lesson",
    )
    assert found(study) == [("too_much", str(study.enrolment.uuid), study.lessons[0].code, 20_000, 19_000)]


def test_spans_without_progress_are_found(study: Study) -> None:
    change(f"UPDATE learning_creditspan SET voided_by_id = NULL, lesson_id = lesson_id + 1 WHERE {MINE}", study)
    assert [one[0] for one in found(study)] == ["sum", "sum"]
    assert {one[3:] for one in found(study)} == {(20_000, 0), (20_000, 40_000)}


def test_hours_said_complete_without_every_lesson_are_found(study: Study) -> None:
    change(f"UPDATE learning_lessonprogress SET completed_at = NULL WHERE {MINE}", study)
    assert ("hours_state", str(study.enrolment.uuid), "", 1, 1) in found(study)


def test_complete_hours_that_nobody_settled_are_found_after_ten_minutes(study: Study) -> None:
    change(
        "UPDATE learning_enrolment SET hours_state = 'studying', hours_completed_at = NULL WHERE id = %(enrolment)s",
        study,
    )
    assert found(study, at=AT + timedelta(minutes=5)) == []
    assert found(study) == [("hours_state", str(study.enrolment.uuid), "", 0, 0)]


def test_a_date_that_does_not_go_with_the_state_is_found(study: Study) -> None:
    change("UPDATE learning_enrolment SET hours_approved_at = now() WHERE id = %(enrolment)s", study)
    assert found(study) == [("hours_dates", str(study.enrolment.uuid), "", 1, 1)]


def test_two_places_at_once_are_found_over_all_institutions(lingzhu: Any, jiangxin: Any, in_tenant: Any) -> None:
    person = people.make_user()
    with in_tenant(lingzhu):
        one = studied(lingzhu, user=person, year=2025)
    with in_tenant(jiangxin):
        studied(jiangxin, user=person, at=AT + timedelta(seconds=100))
        assert recount(at=LATER).holds
        change(
            "UPDATE learning_creditspan SET started_at = started_at + interval '65 s', "
            "ended_at = ended_at + interval '65 s' WHERE enrolment_id = %(enrolment)s",
            one,
        )
    told = recount(at=LATER, institution=lingzhu.pk)
    assert (told.counts, told.enrolments, told.spans) == ({"overlap": 1}, 1, 4)


def test_the_command_prints_counts_and_fails_with_the_first_differences(study: Study, lingzhu: Any) -> None:
    out = io.StringIO()
    call_command("recount_study", "--institution", lingzhu.schema_name, stdout=out)
    assert out.getvalue().splitlines() == [
        "1 enrolments, 2 lessons begun, 2 spans counted.",
        "Everything adds up.",
    ]
    change(f"UPDATE learning_lessonprogress SET credited_ms = 19000 WHERE {MINE}", study)
    with pytest.raises(CommandError) as refused:
        call_command("recount_study", "--enrolment", str(study.enrolment.uuid), stdout=out)
    code = study.lessons[0].code
    assert refused.value.returncode == 1
    assert str(refused.value).splitlines() == [
        "Study does not add up.",
        "completion: 1",
        "sum: 1",
        f"completion {study.enrolment.uuid} {code}: complete is 1 (1 yes, 0 no), though 1000 ms are missing",
        f"sum {study.enrolment.uuid} {code}: progress says 19000 ms, its live spans hold 20000 ms",
    ]


@pytest.mark.parametrize("option", ["--institution=nowhere", "--enrolment=2f1b0a5e-0000-4000-8000-000000000000"])
def test_who_is_not_there_is_said_so(option: str) -> None:
    with pytest.raises(CommandError, match="There is no"):
        call_command("recount_study", option)


def test_the_nightly_run_is_silent_while_all_is_well_and_cries_out_when_not(study: Study) -> None:
    from structlog.testing import capture_logs

    with capture_logs() as logs:
        recount_study()
        assert logs == []
        change(f"UPDATE learning_lessonprogress SET credited_ms = 19000 WHERE {MINE}", study)
        recount_study()
    assert [(line["event"], line["log_level"], line["counts"]) for line in logs] == [
        ("study.recount_differs", "error", {"completion": 1, "sum": 1})
    ]
