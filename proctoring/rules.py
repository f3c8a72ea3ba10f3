"""The values a province may decide about the camera, and the pure decisions on them.

Thresholds are measured values (DESIGN chapter 6); a distance is Euclidean for dlib and 1 − cosine for ONNX, so smaller
is closer in both.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import ClassVar

MATCH, REVIEW, MISMATCH = "match", "review", "mismatch"


@dataclass(frozen=True)
class ProctoringRules:
    """Section `proctoring` of the Ruleset. Seconds unless the name says otherwise."""

    section: ClassVar[str] = "proctoring"

    consent_version: str = "2026-01"

    # identity: distance ≤ pass matches, ≤ review is left to a human, beyond fails
    dlib_pass: float = 0.42
    dlib_review: float = 0.50
    dlib_too_perfect: float = 0.10  # to the nearest reference photo: replayed ≤ 0.07, another picture ≥ 0.15
    onnx_pass: float = 0.55
    onnx_review: float = 0.59
    onnx_too_perfect: float = 0.015  # replayed ≤ 0.008, another picture ≥ 0.024
    # One face in two accounts: between two templates, and each is compared with all of the province's.
    dlib_lookalike: float = 0.22
    onnx_lookalike: float = 0.35
    persons_alarm: int = 80_000  # from 100,000 persons' face data on, storing it must be filed
    duplicate_bits: int = 4  # of 256: closer than sensor noise allows between two exposures

    # The same picture again, altered: outline, face and embedding agree (ADR 0191). Noise moves them by up to
    # 5 bits, 0.012 and 0.15 (dlib); a head that turns by 4° by 1 bit, 0.05 and 0.08.
    near_bits: int = 24
    near_face: float = 0.014
    same_face: float = 0.002
    dlib_near: float = 0.16
    onnx_near: float = 0.06
    # what several frames tell of the camera; hints only
    tell_frames: int = 20
    loop_frames: int = 4
    frozen_share: float = 0.995
    even_gaps: float = 0.01  # deviation of the gaps over their mean
    repeat_share: float = 0.7

    # liveness
    actions: int = 3
    action_s: float = 3.0
    baseline_frames: int = 5
    neutral_wait_s: float = 8.0
    turn: float = 0.25
    mouth: float = 0.30
    nod: float = 0.10
    blink_closed: float = 0.65
    blink_open: float = 0.85
    blink_s: float = 0.8
    blink_eye_mouth: float = 0.06
    move_min_s: float = 0.35
    move_max_s: float = 2.5
    peak_over_mean: float = 2.5
    backtrack: float = 0.15
    stalled: float = 0.35
    gap_s: float = 0.7  # longer without a face, and it counts as gone
    min_fps: float = 4.0
    identity_frames: int = 4
    attempts_per_day: int = 30

    # for persons with longer limits: so many times the limits above, and so much of a movement may be standing still
    longer_factor: float = 2.5
    longer_stalled: float = 0.6

    # how long a check holds, and the snapshots that renew it
    verified_s: float = 900.0
    snapshot_mean_s: float = 240.0
    snapshot_min_gap_s: float = 60.0
    exam_mean_s: float = 120.0  # the same two values while an exam is written
    exam_min_gap_s: float = 30.0
    snapshot_answer_s: float = 10.0
    snapshot_frames: int = 3
    one_a_lesson: bool = True  # each sitting at a lesson has a snapshot, however short it is
    offline_s: float = 30.0  # without a socket a verification holds this long

    # looking again: a missed check is made up by one snapshot, within this and so often in a row; else a new face check
    resume_s: float = 180.0
    resumes: int = 3
    recheck_s: float = 20.0  # after a doubtful match the next snapshot comes within this
    doubts: int = 3  # so many doubtful ones in a row need a new face check; 0: any number may pass
    still_bits: int = 6  # of 256: two snapshots that differ by no more show no movement at all
    still_snapshots: int = 5  # so many of them in a row need a new face check; 0: stillness is left alone

    # the invigilated route: staff of the institution attest the identity at the start and at the end
    classroom: bool = True
    attested_s: float = 14_400.0  # the longest time between the two; an attestation without an end expires then

    # frames on the socket
    frame_max_bytes: int = 65_536 - 16
    frame_min_px: int = 240
    frame_max_px: int = 1280
    in_flight: int = 3
    abuse_limit: int = 20
    slots_per_worker: int = 10

    # stills of the profile
    photo_max_bytes: int = 8_000_000
    photo_max_pixels: int = 40_000_000
    photo_min_px: int = 300
    portrait_face_px: int = 110
    id_face_px: int = 60
    sharpness: float = 18.0
    too_dark: float = 55.0
    too_bright: float = 215.0
    still_turn: float = 0.30
    glare: float = 0.12  # share of burnt-out points around the eyes

    def pass_at(self, engine: str) -> float:
        """Largest distance that matches, for `dlib` or `onnx`."""
        return float(getattr(self, f"{engine}_pass"))

    def review_at(self, engine: str) -> float:
        """Largest distance a human still looks at."""
        return float(getattr(self, f"{engine}_review"))

    def lookalike_at(self, engine: str) -> float:
        """Largest distance between two people's templates that the association looks at."""
        return float(getattr(self, f"{engine}_lookalike"))

    def too_perfect_at(self, engine: str) -> float:
        """Below this two pictures are the same picture."""
        return float(getattr(self, f"{engine}_too_perfect"))

    def near_at(self, engine: str) -> float:
        """Largest distance at which a picture may still be an altered copy."""
        return float(getattr(self, f"{engine}_near"))


def verdict_of(distance: float, engine: str, rules: ProctoringRules) -> str:
    """`match`, `review` or `mismatch` for one distance."""
    if distance <= rules.pass_at(engine):
        return MATCH
    return REVIEW if distance <= rules.review_at(engine) else MISMATCH


def with_longer_limits(rules: ProctoringRules) -> ProctoringRules:
    """The rules for somebody who hears, sees or moves less easily: how far a movement goes, and who it is, stay."""
    more = rules.longer_factor
    return replace(
        rules, action_s=rules.action_s * more, neutral_wait_s=rules.neutral_wait_s * more, blink_s=rules.blink_s * more,
        move_max_s=rules.move_max_s * more, stalled=max(rules.stalled, rules.longer_stalled),
    )  # fmt: skip


def seconds_to_snapshot(rules: ProctoringRules, rng: random.Random, *, exam: bool = False) -> float:
    """Seconds to the next snapshot: a minimum gap plus an exponential wait, so that having had one tells nothing.

    Never later than two thirds of `verified_s`, or an honest person would expire while waiting to be asked.
    """
    mean, gap = (rules.exam_mean_s, rules.exam_min_gap_s) if exam else (rules.snapshot_mean_s, rules.snapshot_min_gap_s)
    return min(gap + rng.expovariate(1 / max(1.0, mean - gap)), rules.verified_s * 2 / 3)


def seconds_to_look(left_s: float, drawn: float) -> float:
    """When within a lesson that has `left_s` to go its snapshot is due at the latest: anywhere but at the very end.

    `drawn` is uniform in [0, 1).
    """
    return left_s * (0.1 + 0.7 * drawn)


def needs_check(outcomes: Sequence[str], fingerprints: Sequence[str], rules: ProctoringRules) -> str:
    """Why the snapshots since the last face check, newest first, call for a new one; empty if they do not.

    `camera.doubtful`: it may be somebody else, again and again. `camera.still`: nothing moved, as before a picture or
    with nobody awake.
    """
    if rules.doubts and len(outcomes) >= rules.doubts and set(outcomes[: rules.doubts]) == {REVIEW}:
        return "camera.doubtful"
    last = [mark for mark in fingerprints[: rules.still_snapshots] if mark]
    steps = [bits_apart(a, b) for a, b in pairwise(last)]
    if rules.still_snapshots and len(last) == rules.still_snapshots and max(steps, default=0) <= rules.still_bits:
        return "camera.still" if steps else ""
    return ""


def unverified_s(
    start: datetime,
    end: datetime,
    held: Sequence[tuple[datetime, datetime]],
    lapses: Sequence[tuple[datetime, datetime]],
) -> float:
    """Seconds of `start` to `end` in which nothing was verified: outside every stretch of `held`, or within a lapse."""
    seen = sum((_overlap(start, end, *one) for one in held), timedelta(0))
    missed = sum((_overlap(start, end, *one) for one in lapses), timedelta(0))
    return max(0.0, (end - start - seen + missed).total_seconds())


def _overlap(start: datetime, end: datetime, first: datetime, last: datetime) -> timedelta:
    return max(timedelta(0), min(end, last) - max(start, first))


def bits_apart(a: str, b: str) -> int:
    """How many of 256 bits two fingerprints (hexadecimal) differ in."""
    return (int(a, 16) ^ int(b, 16)).bit_count()
