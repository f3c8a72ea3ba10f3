"""Reads that several rooms share. All run inside an institution's scope, or the province's."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Min, QuerySet

from proctoring.incidents import PASSIVE
from proctoring.models import (
    Attestation,
    CameraSession,
    Consent,
    FacePhoto,
    FaceProfile,
    Incident,
    Lapse,
    LivenessAttempt,
    Snapshot,
)
from proctoring.outcomes import PASSED
from proctoring.rules import ProctoringRules, unverified_s
from tenants.scopes import province_scope

UNCOUNTED = ("liveness.busy",)  # not the person's fault; one given up counts, or actions could be drawn until they suit
STEPS = ("consent", "id_photo", "portrait", "match", "confirmation")


def consent_of(user: Any) -> Consent | None:
    """The consent in force."""
    return Consent.objects.filter(user=user, withdrawn_at=None).order_by("-given_at").first()


def profile_of(user: Any) -> FaceProfile | None:
    """The person's profile in the current scope (on the portal: the confirmed one, else the newest)."""
    return FaceProfile.objects.filter(user=user).order_by("-confirmed_at", "-id").first()


def photos_of(profile: FaceProfile) -> dict[str, FacePhoto]:
    """Current reference photos by kind. For the server's own use: never sent to the trainee."""
    return {photo.kind: photo for photo in FacePhoto.objects.filter(profile=profile, replaced_at=None)}


def is_locked(profile: FaceProfile | None) -> bool:
    """Whether the photos are in use: confirmed, and a face check has passed against them since."""
    if profile is None or profile.state != FaceProfile.State.CONFIRMED or profile.confirmed_at is None:
        return False
    used = LivenessAttempt.objects.filter(session__user=profile.user_id, institution=profile.institution_id)
    return used.filter(outcome=PASSED, ended_at__gte=profile.confirmed_at).exists()


def missing_steps(user: Any) -> list[str]:
    """What is still missing before studying, in order: of consent, id_photo, portrait, match, confirmation."""
    profile = profile_of(user)
    kinds = set(photos_of(profile)) if profile else set()
    done = {
        "consent": consent_of(user) is not None,
        "id_photo": FacePhoto.Kind.ID_PHOTO in kinds,
        "portrait": FacePhoto.Kind.PORTRAIT in kinds,
        "match": bool(profile and profile.matched_at),
        "confirmation": bool(profile and profile.state == FaceProfile.State.CONFIRMED),
    }
    return [step for step in STEPS if not done[step]]


def waiting_profiles() -> QuerySet[FaceProfile]:
    """Profiles a clerk of the current institution has to look at."""
    waiting = FaceProfile.objects.filter(state=FaceProfile.State.WAITING)
    return waiting.select_related("user", "confirmed_by").order_by("matched_at")


def attempts_today(user: Any, at: datetime) -> int:
    """Liveness attempts of the last 24 hours, those given up included."""
    since = at - timedelta(hours=24)
    attempts = LivenessAttempt.objects.filter(session__user=user, started_at__gt=since)
    return attempts.exclude(outcome__in=UNCOUNTED).count()


def last_actions(user: Any) -> list[str] | None:
    """The sequence drawn last for this person, so that the next differs."""
    with province_scope():  # whichever institution it was at
        newest = LivenessAttempt.objects.filter(session__user=user).order_by("-started_at").first()
    return newest.actions if newest else None


def incidents_of(sessions: Collection[int]) -> QuerySet[Incident]:
    """Incidents of some camera sessions (primary keys), oldest first, with the pictures that show them."""
    rows = Incident.objects.filter(session__in=sessions).select_related("snapshot", "attempt").order_by("noted_at")
    return rows.defer("snapshot__mark", "attempt__mark", "attempt__series")


def since_check(session: CameraSession, rules: ProctoringRules) -> tuple[list[str], list[str]]:
    """Outcomes and fingerprints of the snapshots since the last passed face check, newest first; as many as count."""
    checks = LivenessAttempt.objects.filter(session=session, outcome=PASSED).order_by("-ended_at")
    last = checks.values_list("ended_at", flat=True).first()
    shots = Snapshot.objects.filter(session=session, taken_at__gte=last or session.opened_at)
    rows = shots.order_by("-taken_at", "-pk").values_list("outcome", "fingerprint")
    found = list(rows[: max(rules.doubts, rules.still_snapshots)])
    return [outcome for outcome, _mark in found], [mark for _outcome, mark in found]


@dataclass(frozen=True)
class Seen:
    """What was seen in some sittings between two moments. `unseen_s`: seconds in which nothing was verified;
    `incidents`: without the passive signals, which are for a person's eye and alone never hold up an exam."""

    unseen_s: float
    matches: int
    mismatches: int
    several: int
    nobody: int
    doubtful: int
    incidents: int
    attested: bool


def seen_in(sessions: Sequence[int], start: datetime, end: datetime) -> Seen:
    """The verdict that an exam pulls: five queries, whatever was seen. `sessions`: primary keys."""
    rows = list(CameraSession.objects.filter(pk__in=sessions))
    passed = LivenessAttempt.objects.filter(session__in=sessions, outcome=PASSED)
    first = dict(passed.values_list("session").annotate(first=Min("ended_at")))
    held = [(row.opened_at if row.attestation_id else first.get(row.pk), row.verified_until) for row in rows]
    lapses = Lapse.objects.filter(session__in=sessions).values_list("began_at", "ended_at")
    shots = Counter(
        Snapshot.objects.filter(session__in=sessions, taken_at__range=(start, end)).values_list("outcome", flat=True)
    )
    incidents = Incident.objects.filter(session__in=sessions, noted_at__range=(start, end)).exclude(kind__in=PASSIVE)
    return Seen(
        unseen_s=unverified_s(start, end, [(a, b) for a, b in held if a and b], list(lapses)),
        matches=shots[Snapshot.Outcome.MATCH],
        mismatches=shots[Snapshot.Outcome.MISMATCH],
        several=shots[Snapshot.Outcome.TWO_FACES],
        nobody=shots[Snapshot.Outcome.NO_FACE] + shots[Snapshot.Outcome.NO_ANSWER],
        doubtful=shots[Snapshot.Outcome.REVIEW],
        incidents=incidents.count(),
        attested=any(row.attestation_id for row in rows),
    )


def running_attestation(user: Any, at: datetime) -> Attestation | None:
    """The attestation of this person that is in force at `at` in the current scope."""
    found = Attestation.objects.filter(user=user, ended_at=None, expired_at=None, begun_at__lte=at, until__gt=at)
    return found.select_related("institution", "begun_by").first()


def running_attestations(at: datetime) -> list[Attestation]:
    """Who is attested now in the current scope, the longest first."""
    rows = Attestation.objects.filter(ended_at=None, expired_at=None, until__gt=at)
    return list(rows.select_related("user", "begun_by").order_by("begun_at"))


def attestations_since(since: datetime) -> QuerySet[Attestation]:
    """Those that are over and began after `since`, latest first: who attested start and end, and when."""
    rows = Attestation.objects.filter(begun_at__gte=since).exclude(ended_at=None, expired_at=None)
    return rows.select_related("user", "begun_by", "ended_by").order_by("-begun_at")


def attestations_of(sessions: Sequence[int]) -> list[Attestation]:
    """The attestations under which some sittings (primary keys) were, in order of time."""
    rows = Attestation.objects.filter(sessions__in=sessions).distinct()
    return list(rows.select_related("begun_by", "ended_by").order_by("begun_at"))


def open_session(session_uuid: Any, user: Any) -> CameraSession | None:
    """The person's own session if it is still open and has a camera."""
    mine = CameraSession.objects.filter(uuid=session_uuid, user=user, closed_at=None, attestation=None)
    return mine.select_related("user").first()
