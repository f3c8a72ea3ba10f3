"""Reads that several rooms share. All run inside an institution's scope, or the province's."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from proctoring.models import CameraSession, Consent, FacePhoto, FaceProfile, Incident, LivenessAttempt
from proctoring.outcomes import PASSED
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
    return FaceProfile.objects.filter(state=FaceProfile.State.WAITING).select_related("user").order_by("matched_at")


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


def open_session(session_uuid: Any, user: Any) -> CameraSession | None:
    """The person's own session if it is still open."""
    return CameraSession.objects.filter(uuid=session_uuid, user=user, closed_at=None).select_related("user").first()
