"""The pure rules and the SQL statement give the same credit over random histories, and the spans always add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from learning.rules import Sitting, seconds_to_credit
from tests.support.study import Study, make_study

MIDNIGHT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # of the province
START = MIDNIGHT - timedelta(seconds=90)
ZONE = timedelta(hours=8)

step = st.fixed_dictionaries(
    {
        "after_ms": st.one_of(st.integers(-5_000, 5_000), st.integers(9_000, 15_000), st.integers(19_000, 90_000)),
        "playing": st.booleans(),
        "camera": st.one_of(st.none(), st.integers(-20_000, 60_000)),
        "passed": st.booleans(),
    }
)


def day_of(at: datetime) -> date:
    return (at + ZONE).date()


def ms(count: int) -> timedelta:
    return timedelta(milliseconds=count)


@pytest.fixture
def study(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        yield make_study(lingzhu, lengths_ms=(150_000,))


def begin(study: Study, day_cap_ms: int) -> Sitting:
    """A new sitting on a lesson without credit; the example before it left nothing."""
    from learning.models import CreditSpan, LessonProgress, StudySession

    CreditSpan.objects.all().delete()
    StudySession.objects.all().delete()
    LessonProgress.objects.all().delete()
    study.open_camera(at=START, minutes=1)
    session = study.open(at=START)
    session.day_cap_ms = day_cap_ms
    session.save()
    return Sitting(
        last_beat_at=START,
        playing=False,
        credited_ms=0,
        duration_ms=150_000,
        cap_ms=20_000,
        verified_until=study.camera.verified_until,
        verified_at=START,
        day_cap_ms=day_cap_ms,
        day=day_of(START),
    )


def look(study: Study, sitting: Sitting, at: datetime, offset_ms: int, passed: bool) -> Sitting:
    """The camera's verdict changes between two beats."""
    camera = study.camera
    camera.verified_until = at + ms(offset_ms)
    camera.verified_at = at - ms(3_000) if passed else camera.verified_at
    camera.save()
    return replace(sitting, verified_until=camera.verified_until, verified_at=camera.verified_at)


def after(sitting: Sitting, at: datetime, playing: bool, credit: int) -> Sitting:
    used = sitting.day_credited_ms if sitting.day == day_of(at) else 0
    return replace(
        sitting,
        last_beat_at=max(sitting.last_beat_at, at),
        playing=playing,
        credited_ms=sitting.credited_ms + credit,
        day=day_of(at),
        day_credited_ms=used + credit,
    )


def spans_are_sound(study: Study, until: datetime) -> None:
    """Each span is as long as its credit, none overlaps another, and none lies in the future."""
    from learning.models import CreditSpan

    spans = list(CreditSpan.objects.order_by("started_at"))
    assert all(span.ended_at - span.started_at == ms(span.credited_ms) for span in spans)
    assert all(one.ended_at <= two.started_at for one, two in pairwise(spans))
    assert all(span.ended_at <= until for span in spans)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(step, min_size=1, max_size=14), day_cap_ms=st.sampled_from([0, 45_000]))
def test_rules_and_statement_agree(study: Study, steps: list[dict[str, Any]], day_cap_ms: int) -> None:
    sitting, at = begin(study, day_cap_ms), START
    latest = at
    for one in steps:
        at = at + ms(one["after_ms"])
        latest = max(latest, at)
        if one["camera"] is not None:
            sitting = look(study, sitting, at, one["camera"], one["passed"])
        expected = seconds_to_credit(sitting, at, day_of(at))
        credited = study.beat(playing=one["playing"], at=at)
        assert credited.credit_ms == expected
        sitting = after(sitting, at, one["playing"], expected)
        assert study.credited_ms() == study.span_ms() == sitting.credited_ms
        spans_are_sound(study, latest)
        if credited.complete:
            assert study.beat(at=at + ms(10_000)).end_reason == "complete"
            break
