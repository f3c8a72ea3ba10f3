"""Deleting face data: when a consent is taken back, an account is closed, or the time is over.

Rows stay, because audit rows and decisions point at them; pictures, vectors and templates go. Each deletion is an audit
row with its reason and its figures, never with a picture's name.
"""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from proctoring import vault
from proctoring.lookalikes import forget_lookalikes
from proctoring.models import (
    CameraSession,
    Consent,
    FacePhoto,
    FaceProfile,
    FaceTemplate,
    LivenessAttempt,
    Lookalike,
    Snapshot,
)
from tenants.audit.services import record
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import institution_scope, province_scope


@transaction.atomic
def erase_face_data(user: Any, institution: Any, *, why: str, by: Any, at: datetime) -> int:
    """Delete reference photos, vectors and templates of one person at one institution; returns how many photos.

    Snapshots of study are not touched: they are evidence of hours, with a retention of their own. Idempotent.
    """
    with institution_scope(institution):
        profile = FaceProfile.objects.select_for_update().filter(user=user).first()
        if profile is None:
            return 0
        templates, _rows = FaceTemplate.objects.filter(profile=profile).delete()
        photos = [photo for photo in FacePhoto.objects.filter(profile=profile) if photo.frame or photo.vectors]
        for photo in photos:
            _forget(photo, at)
        forget_lookalikes(profile)
        if not (photos or templates):
            return 0
        profile.state, profile.engine, profile.rejected_reason = FaceProfile.State.INCOMPLETE, "", ""
        profile.match_distance = profile.matched_at = profile.confirmed_at = profile.confirmed_by = None
        profile.needs_look = False
        profile.save()
        record(
            "face_data.erased", actor=by, subject=profile, institution=institution, at=at, why=why,
            photos=len(photos), templates=templates,
        )  # fmt: skip
    return len(photos)


def _forget(photo: FacePhoto, at: datetime) -> None:
    vault.discard(photo)
    photo.frame, photo.vectors, photo.fingerprint = "", b"", ""
    photo.replaced_at = photo.replaced_at or at
    photo.save(update_fields=["frame", "vectors", "fingerprint", "replaced_at"])


@transaction.atomic
def erase_pictures(sessions: Collection[int], *, why: str, by: Any, at: datetime) -> int:
    """Delete the pictures seen in some camera sessions (primary keys); what came of them stays. Returns how many."""
    counts: dict[Any, int] = defaultdict(int)
    with province_scope():
        for model in (Snapshot, LivenessAttempt):
            kept = model.objects.filter(session__in=sessions).exclude(frame="").select_related("institution")
            for row in kept.select_for_update(of=("self",)):
                vault.discard(row)
                counts[row.institution] += 1
            fields = {"frame": "", "fingerprint": ""} if model is Snapshot else {"frame": ""}
            model.objects.filter(session__in=sessions).exclude(frame="").update(**fields)
    for institution, pictures in counts.items():
        record("face_evidence.erased", actor=by, institution=institution, at=at, why=why, pictures=pictures)
    return sum(counts.values())


def erase_withdrawn(*, at: datetime) -> int:
    """The sweep: photos whose consent was taken back long enough ago and was not given again. Returns how many."""
    since = at - timedelta(days=rules_for(RetentionRules, at=at).face_after_withdrawal_days)
    erased = 0
    with province_scope():
        due = list(_withdrawn_before(since).select_related("user", "institution"))
    for profile in due:
        erased += erase_face_data(profile.user, profile.institution, why="consent_withdrawn", by=None, at=at)
    return erased


def _withdrawn_before(since: datetime) -> Any:
    """Profiles that still have a photo, though the consent ended before `since` and none is in force."""
    consents = Consent.objects.filter(user=OuterRef("user"), institution=OuterRef("institution"))
    photos = FacePhoto.objects.filter(profile=OuterRef("pk")).exclude(frame="")
    return FaceProfile.objects.filter(
        Exists(photos),
        Exists(consents.filter(withdrawn_at__lte=since)),
        ~Exists(consents.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=since))),
    )


def erase_of_closed(sender: Any, *, user: Any, by: Any, at: datetime, **_: Any) -> None:
    """An account was closed: consents end, reference photos and templates go at once, at every institution."""
    with province_scope():
        Consent.objects.filter(user=user, withdrawn_at=None).update(withdrawn_at=at)
        CameraSession.objects.filter(user=user, closed_at=None).update(closed_at=at, verified_until=at)
        profiles = list(FaceProfile.objects.filter(user=user).select_related("institution"))
    for profile in profiles:
        erase_face_data(user, profile.institution, why="account_closed", by=by, at=at)


def erase_of_anonymised(sender: Any, *, user: Any, by: Any, at: datetime, **_: Any) -> None:
    """Nothing of a camera stays of a person whose retention is over: no picture, address or browser."""
    erase_of_closed(sender, user=user, by=by, at=at)
    with province_scope():
        sessions = CameraSession.objects.filter(user=user)
        erase_pictures(list(sessions.values_list("pk", flat=True)), why="anonymised", by=by, at=at)
        sessions.update(ip=None, user_agent="", device="")
        Consent.objects.filter(user=user).update(ip=None, withdrawn_ip=None)
        FaceProfile.objects.filter(user=user).update(rejected_reason="")
    Lookalike.objects.filter(Q(first__user=user) | Q(second__user=user)).update(reason="")
