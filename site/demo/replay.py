"""Study of the past, replayed through the real services with other times than now.

`learning.services.credit_at` refuses every database that is not marked as demo; so does everything here.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from random import Random

import numpy as np

from demo import likeness
from learning import services as learning
from learning.beats_sql import Beat
from learning.demo_database import require_demo_database
from learning.models import Enrolment, StudySession
from learning.queries import progress_of, unfinished_lessons
from learning.rules import StudyRules
from proctoring import queries as faces
from proctoring import supervision as camera
from proctoring.engine import Edition
from proctoring.examine import examine_locally
from proctoring.likeness import template_of
from proctoring.models import CameraSession, Snapshot
from proctoring.outcomes import PASSED, Sighting
from proctoring.rules import MATCH, ProctoringRules, seconds_to_snapshot, verdict_of
from proctoring.stills import Measured
from proctoring.vectors import distance_between, from_bytes, mean_of
from tenants.rulesets.services import rules_for

BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36"
BACK_AFTER_S = 6  # from a lost face to the next liveness check
OF_CHECKS = 5  # frames up to this number are those of the face checks
CHECK_S = 11  # a liveness check takes about this long


@dataclass
class Trouble:
    """What the camera saw between the person's own snapshots: the n-th snapshot shows this instead."""

    others: dict[int, str] = field(default_factory=dict)  # number of the snapshot → face of somebody else
    empty: set[int] = field(default_factory=set)  # numbers of snapshots with nobody in front of the camera


@dataclass
class Learner:
    """A person in front of the camera. `shots` counts snapshots over all sittings."""

    enrolment: Enrolment
    face: str
    rng: Random
    trouble: Trouble = field(default_factory=Trouble)
    shots: int = 0

    def look(self, number: int, face: str | None = None) -> tuple[bytes, Sighting]:
        """A camera frame and what the engine makes of it, compared with the person's template."""
        picture = likeness.camera_frame(face or self.face, number)
        seen = measured(face or self.face, number)
        profile = faces.profile_of(self.enrolment.user)
        template = template_of(profile, Edition(seen.engine, seen.edition)) if profile else None
        if template is None:
            raise ValueError("the profile has no template of this engine")
        mean = mean_of(seen.engine, [np.array(vector, np.float32) for vector in seen.vectors])
        distance = distance_between(seen.engine, from_bytes(template.vector)[0], mean)
        rules = rules_for(ProctoringRules, at=self.enrolment.created_at)
        verdict = verdict_of(distance, seen.engine, rules)
        return picture, Sighting(verdict, engine=seen.engine, distance=distance, fingerprint=seen.fingerprint)


@cache
def measured(face: str, number: int) -> Measured:
    """The engine's measures of a camera frame; several people of the demo share a face."""
    return examine_locally(likeness.camera_frame(face, number))


@cache
def measured_still(picture: bytes) -> Measured:
    """As `examine_locally`, once for each picture."""
    return examine_locally(picture)


def study(learner: Learner, begin: datetime, *, part: float = 1.0, sittings: int = 2) -> datetime:
    """Study `part` of the plan in sittings on consecutive days from `begin`; returns when the last one ended."""
    require_demo_database()
    total = progress_of(learner.enrolment).total_ms
    at = begin
    for number in range(sittings):
        at = begin + timedelta(days=number, minutes=learner.rng.randint(0, 25))
        at = sit(learner, at, until_ms=int(total * part * (number + 1) / sittings))
    return at


def sit(learner: Learner, at: datetime, *, until_ms: int) -> datetime:
    """One sitting: camera, liveness, lessons, until the plan's credit reaches `until_ms` or nothing is left."""
    user, institution = learner.enrolment.user, learner.enrolment.institution
    session = camera.open_camera_session(
        user, institution, "study", device=str(user.uuid), ip="127.0.0.1", user_agent=BROWSER, at=at
    )
    at = check(learner, session, at + timedelta(seconds=4))
    while unfinished_lessons(learner.enrolment).exists() and progress_of(learner.enrolment).credited_ms < until_ms:
        at = watch(learner, session, at + timedelta(seconds=2), until_ms)
    at += timedelta(seconds=1)
    camera.close_camera_session(session, by=user, at=at)
    return at


def before_the_exam(learner: Learner, at: datetime) -> tuple[CameraSession, datetime]:
    """The face check that opens an exam; the sitting and when it had passed."""
    user, institution = learner.enrolment.user, learner.enrolment.institution
    session = camera.open_camera_session(
        user, institution, "exam", device=str(user.uuid), ip="127.0.0.1", user_agent=BROWSER, at=at
    )
    at = check(learner, session, at + timedelta(seconds=4))
    return session, at


def during_the_exam(learner: Learner, session: CameraSession, at: datetime, *, minutes: int) -> datetime:
    """Snapshots while the paper is written; returns when it is."""
    ends, rules = at + timedelta(minutes=minutes), rules_for(ProctoringRules, at=at)
    taken = Snapshot.objects.filter(session__user=learner.enrolment.user_id).count()
    learner.shots = taken + OF_CHECKS  # no exposure twice: a repeated one is an incident
    while True:
        at += timedelta(seconds=seconds_to_snapshot(rules, learner.rng, exam=True))
        if at >= ends:
            return ends
        picture, seen = _sitting_well(learner)
        camera.record_snapshot(session, seen, picture=picture, requested_at=at, at=at + timedelta(seconds=1))


def _sitting_well(learner: Learner) -> tuple[bytes, Sighting]:
    """The next frame that matches outright: in the demo nobody's exam waits for a reviewer by accident."""
    while True:
        learner.shots += 1
        picture, seen = learner.look(learner.shots)
        if seen.outcome == MATCH:
            return picture, seen


def check(learner: Learner, session: CameraSession, at: datetime) -> datetime:
    """A passed liveness check."""
    attempt = camera.begin_attempt(session, at=at, rng=learner.rng)
    picture, seen = learner.look(learner.rng.randint(0, OF_CHECKS))
    passed = replace(seen, outcome=PASSED)
    at += timedelta(seconds=CHECK_S)
    camera.record_liveness(attempt, passed, picture=picture, at=at)
    session.refresh_from_db()
    return at


def watch(learner: Learner, session: CameraSession, at: datetime, until_ms: int) -> datetime:
    """Beats at one lesson until it is complete or `until_ms` is reached, with snapshots in between."""
    user = learner.enrolment.user
    rules, beat_s = rules_for(ProctoringRules, at=at), rules_for(StudyRules, at=at).beat_s
    sitting = learning.open_study_session(learner.enrolment, session, by=user, at=at)
    before = progress_of(learner.enrolment).credited_ms - sitting.progress.credited_ms
    seq, nonce = sitting.seq, sitting.nonce
    shot_at = at + timedelta(seconds=seconds_to_snapshot(rules, learner.rng))
    while True:
        if at >= shot_at:
            at = _snapshot(learner, session, shot_at, at)
            shot_at = at + timedelta(seconds=seconds_to_snapshot(rules, learner.rng))
        credited = learning.credit_at(Beat(sitting.pk, seq, nonce, True), at)
        if credited.complete:
            return at
        if before + (credited.credited_ms or 0) >= until_ms:
            _leave(sitting, learner, at)
            return at
        if credited.seq is None or credited.nonce is None:
            raise RuntimeError(f"a replayed beat was refused: {credited.refusal}")
        seq, nonce = credited.seq, credited.nonce
        at += timedelta(seconds=beat_s)


def _leave(sitting: StudySession, learner: Learner, at: datetime) -> None:
    learning.end_study_session(sitting, by=learner.enrolment.user, at=at)


def _snapshot(learner: Learner, session: CameraSession, asked_at: datetime, at: datetime) -> datetime:
    """Take the next snapshot; unless it shows the person, they come back to a new check. Returns when it goes on."""
    learner.shots += 1
    number = learner.shots
    if number in learner.trouble.empty:
        picture = likeness.empty_frame(learner.face, number)
        seen = Sighting(Snapshot.Outcome.NO_FACE, engine=measured(learner.face, 0).engine)
    else:
        picture, seen = learner.look(number + OF_CHECKS, learner.trouble.others.get(number))
    moment = min(asked_at + timedelta(seconds=1), at)
    camera.record_snapshot(session, seen, picture=picture, requested_at=asked_at, at=moment)
    if seen.outcome in camera.HOLDS:
        return at
    return check(learner, session, at + timedelta(seconds=BACK_AFTER_S))
