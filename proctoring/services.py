"""Consent, reference photos and their confirmation. What happens in front of the camera is in `supervision.py`."""

import base64
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import numpy as np
from django.db import transaction

from proctoring import likeness, lookalikes, queries, vault
from proctoring.client import examine
from proctoring.consent_text import digest, text_as_shown
from proctoring.erasure import erase_face_data, erase_pictures, forget_marks
from proctoring.errors import CannotConfirm, ConsentNeeded, NotYourPhoto, PhotoLocked, PhotoRefused
from proctoring.examine import Examiner
from proctoring.models import CameraSession, Consent, FacePhoto, FaceProfile, FaceTemplate
from proctoring.pictures import check_photo
from proctoring.rules import MATCH, MISMATCH, REVIEW, ProctoringRules
from proctoring.stills import Check, Measured, checks_of, first_fault
from proctoring.supervision import (
    close_camera_session,
    open_camera_session,
    record_liveness,
    record_snapshot,
)
from proctoring.vectors import to_bytes
from tenants.audit.services import record
from tenants.rulesets.rules import RetentionRules
from tenants.rulesets.services import rules_for

__all__ = [
    "close_camera_session", "confirm_profile", "erase_face_data", "erase_pictures", "give_consent",
    "open_camera_session", "read_photo", "record_liveness", "record_snapshot", "reject_profile", "save_photo",
    "withdraw_consent",
]  # fmt: skip


@dataclass(frozen=True)
class PhotoReport:
    """What the page shows after an upload. `code` is `photo.ok` or names what to change (`stills.SENTENCES`)."""

    code: str
    checks: list[Check]
    same_person: str = ""  # "", match, review or mismatch, once both photos are there

    @property
    def saved(self) -> bool:
        return self.code == "photo.ok"


@transaction.atomic
def give_consent(user: Any, institution: Any, *, by: Any, at: datetime, ip: str | None = None) -> Consent:
    """The person agrees to the use of their face data at this institution. Idempotent."""
    if by != user:
        raise ConsentNeeded
    version = rules_for(ProctoringRules, at=at).consent_version
    consent = queries.consent_of(user)
    if consent is not None and consent.version == version:
        return consent
    if consent is not None:
        Consent.objects.filter(pk=consent.pk).update(withdrawn_at=at)
    consent = Consent.objects.create(
        user=user, institution=institution, version=version, given_at=at, ip=ip, text_sha256=digest(text_as_shown())
    )
    record(
        "consent.given", actor=by, subject=consent, institution=institution, at=at, version=version,
        text=consent.text_sha256,
    )  # fmt: skip
    return consent


@transaction.atomic
def withdraw_consent(user: Any, institution: Any, *, by: Any, at: datetime, ip: str | None = None) -> None:
    """The person takes the consent back: open camera sessions end, templates go at once.

    The photos go after `retention.face_after_withdrawal_days` (`erasure.erase_withdrawn`): a review that runs still
    compares with them. Snapshots are evidence of hours and go with the review's own retention.
    """
    if by != user:
        raise ConsentNeeded
    consent = queries.consent_of(user)
    if consent is None:
        return
    Consent.objects.filter(pk=consent.pk).update(withdrawn_at=at, withdrawn_ip=ip)
    FaceTemplate.objects.filter(profile__user=user, institution=institution).delete()
    forget_marks(user, institution)
    profile = queries.profile_of(user)
    if profile:
        FaceProfile.objects.filter(pk=profile.pk).update(
            state=FaceProfile.State.INCOMPLETE, matched_at=None, confirmed_at=None, confirmed_by=None
        )
    _end_cameras(user, by=by, at=at)
    record("consent.withdrawn", actor=by, subject=consent, institution=institution, at=at)
    if rules_for(RetentionRules, at=at).face_after_withdrawal_days == 0:
        erase_face_data(user, institution, why="consent_withdrawn", by=by, at=at)


def _end_cameras(user: Any, *, by: Any, at: datetime) -> None:
    """Sittings that were begun with a profile that no longer counts would go on with photos nobody has confirmed."""
    for session in CameraSession.objects.filter(user=user, closed_at=None):
        close_camera_session(session, by=by, at=at)


def save_photo(
    user: Any,
    institution: Any,
    kind: str,
    picture: bytes,
    *,
    by: Any,
    at: datetime,
    look: Examiner = examine,
) -> PhotoReport:
    """Check and keep a reference photo of the person's own.

    `look` measures the picture: a face worker over Redis by default, `examine.examine_locally` in commands. A picture
    that fails a check is not kept. Raises `ConsentNeeded`, `NotYourPhoto`, `PhotoLocked`, `PhotoRefused` (hostile or
    busy).
    """
    if by != user:
        raise NotYourPhoto
    if queries.consent_of(user) is None:
        raise ConsentNeeded
    if queries.is_locked(queries.profile_of(user)):
        raise PhotoLocked
    rules = rules_for(ProctoringRules, at=at)
    check_photo(picture, rules)
    seen = look(picture)  # outside the transaction: it waits for another process
    likeness.remeasure_others(queries.profile_of(user), kind, seen.edition, look, at=at)
    checks = checks_of(kind, seen, rules)
    code = first_fault(checks)
    if code != "photo.ok":
        return PhotoReport(code, checks)
    return _keep(user, institution, FacePhoto.Kind(kind), picture, seen, rules, checks, by=by, at=at)


def look_at_frame(user: Any, kind: str, frame: bytes, *, at: datetime) -> str:
    """What is wrong with one frame of a camera that is being aimed: a code of `stills.SENTENCES`. Nothing is kept.

    Raises `ConsentNeeded`, `PhotoRefused`.
    """
    if queries.consent_of(user) is None:
        raise ConsentNeeded
    rules = rules_for(ProctoringRules, at=at)
    check_photo(frame, replace(rules, photo_min_px=1))
    return first_fault(checks_of(kind, examine(frame, quick=True), replace(rules, sharpness=0.0)))


@transaction.atomic
def _keep(
    user: Any,
    institution: Any,
    kind: FacePhoto.Kind,
    picture: bytes,
    seen: Measured,
    rules: ProctoringRules,
    checks: list[Check],
    *,
    by: Any,
    at: datetime,
) -> PhotoReport:
    """Replace the current photo of this kind and compare the two anew; a confirmation starts over."""
    FaceProfile.objects.get_or_create(user=user, institution=institution)
    profile = FaceProfile.objects.select_for_update().get(user=user, institution=institution)
    if queries.is_locked(profile):  # a check passed while the picture was measured
        raise PhotoLocked
    others = [p for k, p in queries.photos_of(profile).items() if k != kind]
    if any(p.fingerprint == seen.fingerprint for p in others):
        raise PhotoRefused("photo.same_picture")
    for old in FacePhoto.objects.filter(profile=profile, kind=kind, replaced_at=None):
        vault.discard(old)
        FacePhoto.objects.filter(pk=old.pk).update(replaced_at=at, frame="", thumb="")
    photo = FacePhoto(
        institution=institution, profile=profile, kind=kind, width=seen.width, height=seen.height,
        fingerprint=seen.fingerprint, engine=seen.engine, edition=seen.edition,
        saved_at=at,
        vectors=to_bytes([np.array(v, np.float32) for v in seen.vectors]),
    )  # fmt: skip
    photo.frame = vault.put(photo, picture)
    photo.thumb = vault.put(photo, base64.b64decode(seen.thumb), field="thumb") if seen.thumb else ""
    photo.save()
    _end_cameras(user, by=by, at=at)
    same = _compare(profile, rules, at=at)
    record("face_photo.saved", actor=by, subject=photo, institution=institution, at=at, kind=str(kind), same=same)
    return PhotoReport("photo.different_people" if same == MISMATCH else "photo.ok", checks, same)


def _compare(profile: FaceProfile, rules: ProctoringRules, *, at: datetime) -> str:
    """Both photos, same person? Then the template is made and a clerk may confirm. Returns the verdict or ""."""
    photos = queries.photos_of(profile)
    FaceTemplate.objects.filter(profile=profile).delete()
    profile.matched_at = profile.confirmed_at = profile.confirmed_by = profile.match_distance = None
    profile.state, profile.rejected_reason, profile.needs_look = FaceProfile.State.INCOMPLETE, "", False
    verdict, pair = "", likeness.pair_of(photos)
    if pair is not None:
        profile.engine, profile.match_distance = pair.engine, pair.distance
        verdict = pair.verdict(rules)
        if verdict in (MATCH, REVIEW):
            profile.state, profile.matched_at = FaceProfile.State.WAITING, at
            profile.needs_look = verdict == REVIEW
            likeness.keep_template(profile, pair, at=at)
            transaction.on_commit(lookalikes.ask_for_search)
    profile.save()
    return verdict


@transaction.atomic
def confirm_profile(profile: FaceProfile, *, by: Any, institution: Any, at: datetime) -> FaceProfile:
    """A clerk has compared photos and ID card (in person or by scan). Nobody confirms themselves. Idempotent."""
    profile = FaceProfile.objects.select_for_update().get(pk=profile.pk, institution=institution)
    if profile.state == FaceProfile.State.CONFIRMED:
        return profile
    if profile.state != FaceProfile.State.WAITING or not profile.matched_at or by.pk == profile.user_id:
        raise CannotConfirm
    profile.state, profile.confirmed_by, profile.confirmed_at = FaceProfile.State.CONFIRMED, by, at
    profile.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    record("face_profile.confirmed", actor=by, subject=profile, institution=institution, at=at)
    return profile


@transaction.atomic
def reject_profile(profile: FaceProfile, reason: str, *, by: Any, institution: Any, at: datetime) -> FaceProfile:
    """Send the photos back with a reason the person reads."""
    profile = FaceProfile.objects.select_for_update().get(pk=profile.pk, institution=institution)
    if profile.state not in (FaceProfile.State.WAITING, FaceProfile.State.CONFIRMED) or by.pk == profile.user_id:
        raise CannotConfirm
    profile.state, profile.rejected_reason = FaceProfile.State.REJECTED, reason[:200]
    profile.confirmed_by = profile.confirmed_at = None
    profile.save(update_fields=["state", "rejected_reason", "confirmed_by", "confirmed_at"])
    _end_cameras(profile.user, by=by, at=at)
    record("face_profile.rejected", actor=by, subject=profile, institution=institution, at=at)
    return profile


@transaction.atomic
def read_photo(profile: FaceProfile, kind: str, *, by: Any, at: datetime, purpose: str) -> bytes:
    """The reference photo for staff or a certificate; the audit row is written first. Raises `FileNotFoundError`."""
    photo = queries.photos_of(profile).get(kind)
    if photo is None:
        raise FileNotFoundError(kind)
    record("face_photo.read", actor=by, subject=photo, institution=profile.institution, at=at, purpose=purpose)
    return vault.get(photo)
