"""Deleting face data: when a consent is taken back, an account is closed, or the time is over.

Rows stay, because audit rows and decisions point at them; pictures, vectors and templates go. Each deletion is an audit
row with its reason and its figures, never with a picture's name.
"""

import hashlib
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
    LongerLimits,
    Lookalike,
    Snapshot,
)
from tenants.audit.services import record
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for
from tenants.scopes import institution_scope, province_scope

PICTURES: dict[str, type[Snapshot] | type[LivenessAttempt]] = {"snapshot": Snapshot, "check": LivenessAttempt}


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
        forget_marks(user, institution)
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


def forget_marks(user: Any, institution: Any) -> int:
    """What faces of one person are compared by, of all pictures seen at one institution: features of a face, which
    the consent promises to delete with it. The pictures stay, as evidence of hours. Returns how many."""
    with institution_scope(institution):
        return sum(
            model.objects.filter(session__user=user, institution=institution).exclude(mark=None).update(mark=None)
            for model in PICTURES.values()
        )


def _forget(photo: FacePhoto, at: datetime) -> None:
    vault.discard(photo)
    photo.frame, photo.thumb, photo.vectors, photo.fingerprint = "", "", b"", ""
    photo.replaced_at = photo.replaced_at or at
    photo.save(update_fields=["frame", "thumb", "vectors", "fingerprint", "replaced_at"])


def count_pictures(sessions: Collection[int], kind: str) -> int:
    """How many pictures of one kind (`snapshot`, `check`) these camera sessions still have."""
    with province_scope():
        return PICTURES[kind].objects.filter(session__in=sessions).exclude(frame="").count()


def erase_pictures(sessions: Collection[int], *, why: str, by: Any, at: datetime, days: int | None = None) -> int:
    """Delete all pictures seen in some camera sessions (primary keys); what came of them stays. Returns how many."""
    return sum(erase_kind(kind, sessions, why=why, by=by, at=at, days=days) for kind in PICTURES)


@transaction.atomic
def erase_kind(
    kind: str, sessions: Collection[int], *, why: str, by: Any, at: datetime, days: int | None = None
) -> int:
    """Delete pictures of one kind with thumbnails, hashes and what faces are compared by. Returns how many.

    One audit row an institution is the record of the deletion: kind, reason, rule (`days`), number, the first and the
    last moment, and a digest of the rows' uuids, by which a list of them can be proved later.
    """
    gone: dict[Any, list[Any]] = defaultdict(list)
    model = PICTURES[kind]
    with province_scope():
        kept = model.objects.filter(session__in=sessions).exclude(frame="")
        for row in kept.select_related("institution").order_by("pk").select_for_update(of=("self",)):
            vault.discard(row)
            gone[row.institution].append(row)
        pks = [row.pk for rows in gone.values() for row in rows]
        model.objects.filter(pk__in=pks).update(frame="", thumb="", fingerprint="", mark=None)
    for institution, rows in gone.items():
        record(
            "face_evidence.erased", actor=by, institution=institution, at=at, why=why, kind=kind, days=days,
            **_account_of(rows),
        )  # fmt: skip
    return len(pks)


def _account_of(rows: list[Any]) -> dict[str, Any]:
    moments = sorted(getattr(row, "taken_at", None) or row.started_at for row in rows)
    uuids = "\n".join(sorted(str(row.uuid) for row in rows))
    return {
        "pictures": len(rows), "first": moments[0].isoformat(), "last": moments[-1].isoformat(),
        "rows_sha256": hashlib.sha256(uuids.encode()).hexdigest(),
    }  # fmt: skip


def with_measures() -> Q:
    """Camera sessions that still hold what was measured in them, or say which camera and computer it was."""
    checks = LivenessAttempt.objects.filter(session=OuterRef("pk")).exclude(series={})
    looks = Snapshot.objects.filter(session=OuterRef("pk")).exclude(details={})
    return Exists(checks) | Exists(looks) | ~Q(camera_label="") | ~Q(user_agent="") | Q(ip__isnull=False)


@transaction.atomic
def erase_measures(sessions: Collection[int], *, why: str, by: Any, at: datetime, days: int | None = None) -> int:
    """Forget curves, distances to each photo, the camera's and the browser's names and addresses; verdicts stay."""
    with province_scope():
        checks = LivenessAttempt.objects.filter(session__in=sessions).exclude(series={}, details={})
        number = checks.update(series={}, details={})
        number += Snapshot.objects.filter(session__in=sessions).exclude(details={}).update(details={})
        cameras = CameraSession.objects.filter(pk__in=sessions)
        cameras.update(camera_label="", camera_details={}, ip=None, user_agent="")
    record("face_measures.erased", actor=by, at=at, why=why, days=days, rows=number, camera_sessions=len(sessions))
    return number


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
        pks = list(sessions.values_list("pk", flat=True))
        erase_pictures(pks, why="anonymised", by=by, at=at)
        erase_measures(pks, why="anonymised", by=by, at=at)
        sessions.update(device="")
        Consent.objects.filter(user=user).update(ip=None, withdrawn_ip=None)
        FaceProfile.objects.filter(user=user).update(rejected_reason="")
        LongerLimits.objects.filter(user=user).update(reason="")
    Lookalike.objects.filter(Q(first__user=user) | Q(second__user=user)).update(reason="")
