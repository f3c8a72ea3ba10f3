"""THREATS "Study and hours": scripts and people who study for others are put in front; the honest are not; hours of
either stay as they are until a person decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from learning.models import CreditSpan, StudySession
from learning.review.models import HoursReview
from learning.review.rules import ReviewRules, band_of
from learning.review.services import open_missing_reviews
from learning.rhythm import Rhythm
from learning.services import complete_hours_if_done, note_agent, note_rhythm, note_trace
from learning.traces import Report
from tenants.scopes import province_scope
from tests.support import people
from tests.support.study import BROWSER, Study, make_study

pytestmark = pytest.mark.django_db
EVENING = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)  # 19:00 in the province
REVIEWED = EVENING + timedelta(days=60)
LESSON_MIN = 45
HEADLESS = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 HeadlessChrome/138.0.0.0 Safari/537.36"


@pytest.fixture(autouse=True)
def _province() -> Iterator[None]:
    with province_scope():
        yield


def lessons(institution: Any, number: int, minutes: int = LESSON_MIN) -> Study:
    return make_study(institution, user=people.make_user(), lengths_ms=(minutes * 60_000,) * number)


def watch(study: Study, at: datetime, *, minutes: int = LESSON_MIN, **browser: Any) -> StudySession:
    """One whole lesson before a new camera session, credited by the statement itself; pictures of the person too."""
    from proctoring.models import Snapshot

    camera = study.open_camera(at=at, minutes=minutes + 1, **browser)
    session = study.open(at=at)
    StudySession.objects.filter(pk=session.pk).update(cap_ms=minutes * 60_000)  # one beat stands for all of them
    study.beat(at=at)
    end = at + timedelta(minutes=minutes)
    assert study.beat(at=end).complete
    Snapshot.objects.bulk_create(
        Snapshot(institution=study.institution, session=camera, requested_at=moment, taken_at=moment, outcome="match",
                 engine="dlib", distance=0.3)
        for moment in (at + timedelta(minutes=n) for n in range(2, minutes, 10))
    )  # fmt: skip
    complete_hours_if_done(study.enrolment, at=end)
    session.refresh_from_db()
    return session


def page_reports(session: StudySession, *, moves: int, presses: int, hidden_s: int = 0, marks: Any = ()) -> None:
    end = session.ended_at
    seconds = round((end - session.started_at).total_seconds())
    note_trace(session, Report(seconds, moves, presses, hidden_s, 0, tuple(marks)), at=end)


def socket_beat(session: StudySession, gap: Any) -> None:
    """What the socket's process does: measure, and write down only what is too even."""
    rhythm, moment = Rhythm(10), 1000.0
    for _beat in range(LESSON_MIN * 6):
        rhythm.add(moment, playing=True)
        moment += gap()
    if rhythm.is_worth_noting:
        note_rhythm(session.pk, beats=rhythm.beats, rhythm_ms=rhythm.deviation_ms, at=session.ended_at)


def reviews(*studies: Study) -> list[HoursReview]:
    open_missing_reviews(at=REVIEWED, random=Random(1))
    return [HoursReview.objects.get(enrolment=study.enrolment) for study in studies]


def codes(review: HoursReview) -> set[str]:
    return {reason["code"] for reason in review.reasons}


def hours_are_untouched(*studies: Study) -> bool:
    for study in studies:
        study.enrolment.refresh_from_db()
    whole = sum(lesson.media.duration_ms for study in studies for lesson in study.lessons)
    return (
        {study.enrolment.hours_state for study in studies} == {"in_review"}
        and sum(study.credited_ms() for study in studies) == sum(study.span_ms() for study in studies) == whole
        and not CreditSpan.objects.exclude(voided_by=None).exists()
    )


def band(review: HoursReview) -> str:
    return band_of(review.risk, ReviewRules())


def test_of_a_hundred_honest_sittings_none_comes_in_front(lingzhu: Any) -> None:
    """Twenty people with five lessons each; a third of them at the computers of one training room."""
    random = Random(8)
    studies = [lessons(lingzhu, 5) for _person in range(20)]
    for number, study in enumerate(studies):
        in_room = number % 3 == 0
        place = {"device": f"room-{number % 2}", "ip": "113.88.4.4"} if in_room else {
            "device": f"own-{number}", "ip": f"113.{number}.4.4"
        }  # fmt: skip
        for lesson in range(5):
            # In the room one follows the other, on different days; at home as they like, some after midnight.
            start = timedelta(days=number, hours=lesson) if in_room else timedelta(days=lesson, hours=number % 7)
            session = watch(study, EVENING + start, user_agent=BROWSER, **place)
            note_agent(session, BROWSER, by_socket=random.random() > 0.1, at=session.ended_at)
            idle = random.random() < 0.3  # listens without touching anything
            moves, hidden_s = (0, 0) if idle else (random.randint(5, 400), random.randint(0, 600))
            marks = ["software_renderer"] if random.random() < 0.1 else []
            if random.random() > 0.05:  # a report may be lost
                page_reports(session, moves=moves, presses=moves // 10, hidden_s=hidden_s, marks=marks)
            socket_beat(session, lambda: 10 * (0.95 + random.random() * 0.1) + random.expovariate(1 / 0.04))
    found = reviews(*studies)
    assert StudySession.objects.count() == 100
    assert [review.reasons for review in found if band(review) == "high"] == []
    assert not any(codes(review) & {"even_rhythm", "automated", "device_turns", "around_clock"} for review in found)
    assert hours_are_untouched(*studies)


def test_a_loop_with_a_fixed_timer_is_named_and_its_hours_are_untouched(lingzhu: Any) -> None:
    study, random = lessons(lingzhu, 4), Random(2)
    for lesson in range(4):
        session = watch(study, EVENING + timedelta(hours=lesson))
        socket_beat(session, lambda: 10 + random.expovariate(1 / 0.012))
    (review,) = reviews(study)
    assert codes(review) == {"even_rhythm", "silent"}
    assert band(review) == "high"
    assert hours_are_untouched(study)


def test_a_headless_browser_and_a_program_that_is_no_browser_are_named(lingzhu: Any) -> None:
    headless, driven, program = (lessons(lingzhu, 3) for _script in range(3))
    for lesson in range(3):
        at = EVENING + timedelta(hours=lesson)
        page_reports(watch(headless, at, user_agent=HEADLESS), moves=90, presses=9)
        page_reports(watch(driven, at), moves=90, presses=9, marks=["webdriver"])
        session = watch(program, at)
        note_agent(session, "python-websockets/15", by_socket=True, at=session.ended_at)
        page_reports(session, moves=90, presses=9)
    found = reviews(headless, driven, program)
    assert [codes(review) for review in found] == [{"automated"}, {"automated"}, {"browser_changed"}]
    assert [band(review) for review in found] == ["high", "high", "none"]
    assert hours_are_untouched(headless, driven, program)


def test_hours_without_one_movement_or_out_of_sight_are_named(lingzhu: Any) -> None:
    untouched, hidden = lessons(lingzhu, 4), lessons(lingzhu, 4)
    for lesson in range(4):
        at = EVENING + timedelta(hours=lesson)
        page_reports(watch(untouched, at), moves=0, presses=0)
        page_reports(watch(hidden, at), moves=3, presses=1, hidden_s=2600)
    found = reviews(untouched, hidden)
    assert [[(r["code"], r["value"]) for r in review.reasons] for review in found] == [
        [("untouched", 4 * 2700)],
        [("hidden", 4 * 2600)],
    ]
    assert hours_are_untouched(untouched, hidden)


def test_three_people_in_turn_on_one_device_are_named(lingzhu: Any, jiangxin: Any) -> None:
    """One who studies for three, at two institutions of the province."""
    from learning.review.queries import case_of
    from learning.review.queries import reviews as all_reviews

    trio = [lessons(place, 4, 15) for place in (lingzhu, lingzhu, jiangxin)]
    for turn in range(12):
        study = trio[turn % 3]
        session = watch(study, EVENING + timedelta(minutes=16 * turn), minutes=15, device="one", ip="61.140.3.4")
        page_reports(session, moves=30, presses=4)
    found = reviews(*trio)
    assert {"device_turns", "shared_device"} <= set.intersection(*(codes(review) for review in found))
    assert [band(review) for review in found] == ["high"] * 3
    assert hours_are_untouched(*trio)
    traits = case_of(all_reviews().get(pk=found[0].pk), at=REVIEWED).traits
    odd = [trait.text for trait in traits if trait.is_odd]
    assert len(odd) == 1
    assert f"{trio[1].user.name}" in odd[0]


def test_study_around_the_clock_and_between_far_networks_is_named(lingzhu: Any) -> None:
    study = lessons(lingzhu, 9)
    for lesson in range(9):
        address = ("113.88.1.2", "61.140.3.4")[lesson % 2] if lesson < 5 else "113.88.1.2"
        start = timedelta(minutes=50 * lesson) if lesson < 5 else timedelta(hours=6 + 5 * (lesson - 5) * 0.9)
        page_reports(watch(study, EVENING + start, ip=address), moves=90, presses=9)
    (review,) = reviews(study)
    assert {"far_switches", "around_clock"} <= codes(review)
    assert hours_are_untouched(study)
