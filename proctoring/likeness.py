"""Templates: what a person's two photos are for the recogniser in use, made again when that one changes.

A vector means something only beside vectors of its own edition (weights and recipe), so each carries it. What is there
of another edition is never compared: the sealed photos are measured anew, by a task when the person next comes to the
camera, or beforehand by `manage.py rebuild_templates`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import numpy as np
import structlog
from django.core.cache import caches
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from proctoring import vault
from proctoring.engine import Edition
from proctoring.errors import ProfileIncomplete, TemplateBeingMade
from proctoring.examine import Examiner, edition_in_use
from proctoring.models import CameraSession, Consent, FacePhoto, FaceProfile, FaceTemplate
from proctoring.queries import missing_steps, photos_of
from proctoring.rules import MISMATCH, ProctoringRules, verdict_of
from proctoring.stills import Measured
from proctoring.supervision import close_camera_session
from proctoring.vectors import Vector, distance_between, from_bytes, mean_of, pack_known, to_bytes
from tenants.audit.services import record
from tenants.crypto import CannotOpen
from tenants.rulesets.services import rules_for

log = structlog.get_logger(__name__)
ASK_AGAIN_S = 20  # a person who presses the button again and again sends one task in this time


class OtherEngine(Exception):
    """The examiner runs another recogniser than this installation is configured for."""


class Rebuilt(StrEnum):
    """What became of one profile."""

    CURRENT = "current"  # nothing to do
    DONE = "done"
    DOUBTED = "doubted"  # a confirmed profile goes back to the clerk: the two photos are no longer alike
    REFUSED = "refused"  # a photo cannot be measured: the person takes it again
    LEFT = "left"  # no photos, no match or no consent in force


@dataclass(frozen=True)
class Pair:
    """Both reference photos of one edition."""

    engine: str
    edition: str
    distance: float
    vector: Vector  # the template: the mean over both photos, each the mean of its crop and the mirrored crop

    def verdict(self, rules: ProctoringRules) -> str:
        """`match`, `review` or `mismatch` of the two photos."""
        return verdict_of(self.distance, self.engine, rules)


def pair_of(photos: Mapping[str, FacePhoto]) -> Pair | None:
    """The two photos together; None until both are there and measured by the same edition."""
    made_by = {(photo.engine, photo.edition) for photo in photos.values()}
    if len(photos) != len(FacePhoto.Kind) or len(made_by) != 1:
        return None
    engine, edition = made_by.pop()
    card, portrait = (
        mean_of(engine, from_bytes(photos[kind].vectors)) for kind in (FacePhoto.Kind.ID_PHOTO, FacePhoto.Kind.PORTRAIT)
    )
    return Pair(engine, edition, distance_between(engine, card, portrait), mean_of(engine, [card, portrait]))


def keep_template(profile: FaceProfile, pair: Pair, *, at: datetime) -> None:
    """The profile's only template from now on."""
    FaceTemplate.objects.filter(profile=profile).delete()
    FaceTemplate.objects.create(
        profile=profile, institution=profile.institution, engine=pair.engine, edition=pair.edition, made_at=at,
        vector=to_bytes([pair.vector]),
    )  # fmt: skip


def template_of(profile: FaceProfile, edition: Edition) -> FaceTemplate | None:
    """The template that may be compared with what an engine of this edition sees."""
    return FaceTemplate.objects.filter(profile=profile, engine=edition.name, edition=edition.mark).first()


def known_of(profile: FaceProfile | None, user: Any) -> bytes:
    """What a worker compares with: the template, then each photo. Raises `ProfileIncomplete`, `TemplateBeingMade`."""
    if profile is None or profile.state != FaceProfile.State.CONFIRMED:
        raise ProfileIncomplete(missing_steps(user))
    edition, found = edition_in_use(), photos_of(profile)
    photos = [found[kind] for kind in FacePhoto.Kind if kind in found]  # distances are told in this order
    template = template_of(profile, edition)
    if template is None or any(not _is_of(photo, edition) for photo in photos):
        ask_for_rebuild(profile)
        raise TemplateBeingMade
    singles = [from_bytes(photo.vectors)[0] for photo in photos]
    return pack_known(edition.label, [*from_bytes(template.vector), *singles])


def ask_for_rebuild(profile: FaceProfile) -> None:
    """Send the task, once in a while. A broker that is away costs a line in the log: the next visit asks again."""
    from proctoring.tasks import rebuild_template

    try:
        if caches["province"].add(f"likeness.asked.{profile.pk}", 1, ASK_AGAIN_S):
            rebuild_template.delay(profile.pk)
    except Exception:
        log.warning("likeness.not_asked", profile=str(profile.uuid), exc_info=True)


def outdated_profiles() -> QuerySet[FaceProfile]:
    """Profiles of the scope that count, or wait for a clerk, without a template of the recogniser in use."""
    edition = edition_in_use()
    mine = FaceTemplate.objects.filter(profile=OuterRef("pk"), engine=edition.name, edition=edition.mark)
    old = FacePhoto.objects.filter(profile=OuterRef("pk"), replaced_at=None).exclude(edition=edition.mark)
    states = (FaceProfile.State.WAITING, FaceProfile.State.CONFIRMED)
    found = FaceProfile.objects.filter(state__in=states).exclude(matched_at=None)
    return (found.filter(~Exists(mine)) | found.filter(Exists(old))).order_by("pk")


def rebuild(profile: FaceProfile, *, look: Examiner, at: datetime) -> Rebuilt:
    """Measure the sealed photos with the recogniser in use and make the template anew. Idempotent.

    Nothing passes by itself that did not before: a confirmed pair that is no longer alike goes back to the clerk, a
    photo that cannot be measured back to the person. Raises `FaceBusy` and `OtherEngine`: nothing was changed then.
    """
    edition = edition_in_use()
    photos = photos_of(profile)
    if profile.matched_at is None or len(photos) != len(FacePhoto.Kind) or not _agreed(profile):
        return Rebuilt.LEFT
    if template_of(profile, edition) and all(_is_of(photo, edition) for photo in photos.values()):
        return Rebuilt.CURRENT
    seen = {photo.pk: _measured(photo, edition, look) for photo in photos.values()}
    return _keep(profile, seen, at=at)


def remeasure_others(profile: FaceProfile | None, kind: str, edition: str, look: Examiner, *, at: datetime) -> None:
    """Before a new photo is kept: bring the one of the other kind to the same edition, or it would never match.

    One that cannot be measured is given up, so that the person is asked for it.
    """
    if profile is None:
        return
    for photo in photos_of(profile).values():
        if photo.kind != kind and photo.edition != edition:
            seen = _measured(photo, None, look)
            if seen is not None and seen.edition == edition:
                _write(photo, seen)
            elif seen is None:
                vault.discard(photo)
                FacePhoto.objects.filter(pk=photo.pk, replaced_at=None).update(replaced_at=at, frame="")


def _agreed(profile: FaceProfile) -> bool:
    """Whether the consent given at this very institution is in force, whatever the scope."""
    return Consent.objects.filter(user=profile.user_id, institution=profile.institution_id, withdrawn_at=None).exists()


def _is_of(photo: FacePhoto, edition: Edition) -> bool:
    return (photo.engine, photo.edition) == (edition.name, edition.mark)


def _measured(photo: FacePhoto, edition: Edition | None, look: Examiner) -> Measured | None:
    """The photo as the examiner sees it; None when its file is gone or altered, or shows not just one face."""
    try:
        seen = look(vault.get(photo))
    except (FileNotFoundError, CannotOpen):
        log.warning("likeness.photo_unreadable", photo=str(photo.uuid))
        return None
    if edition is not None and (seen.engine, seen.edition) != (edition.name, edition.mark):
        raise OtherEngine(f"{seen.engine}:{seen.edition}, not {edition.label}")
    return seen if seen.faces == 1 else None


def _write(photo: FacePhoto, seen: Measured) -> None:
    photo.engine, photo.edition = seen.engine, seen.edition
    photo.vectors = to_bytes([np.array(vector, np.float32) for vector in seen.vectors])
    photo.save(update_fields=["engine", "edition", "vectors"])


@transaction.atomic
def _keep(profile: FaceProfile, seen: Mapping[int, Measured | None], *, at: datetime) -> Rebuilt:
    """Write the new measures down, unless the person has changed a photo or taken the consent back meanwhile."""
    profile = FaceProfile.objects.select_for_update(of=("self",)).select_related("user").get(pk=profile.pk)
    photos = photos_of(profile)
    if {photo.pk for photo in photos.values()} != seen.keys() or not _agreed(profile):
        return Rebuilt.LEFT
    fresh = {photo: measured for photo in photos.values() if (measured := seen[photo.pk]) is not None}
    for photo, measured in fresh.items():
        _write(photo, measured)
    pair = pair_of(photos) if len(fresh) == len(photos) else None
    return _refuse(profile, at=at) if pair is None else _settle(profile, pair, at=at)


def _settle(profile: FaceProfile, pair: Pair, *, at: datetime) -> Rebuilt:
    """A clerk has compared the photos with the card; only a pair that no longer matches asks for that again."""
    verdict = pair.verdict(rules_for(ProctoringRules, at=at))
    keep_template(profile, pair, at=at)
    profile.engine, profile.match_distance = pair.engine, pair.distance
    doubted = verdict == MISMATCH
    if doubted:
        _take_back(profile, FaceProfile.State.WAITING, at=at)
    if profile.state == FaceProfile.State.WAITING:
        profile.needs_look = profile.needs_look or doubted
    profile.save()
    record(
        "face_profile.rebuilt", actor=None, subject=profile, institution=profile.institution, at=at,
        engine=pair.engine, edition=pair.edition, verdict=verdict,
    )  # fmt: skip
    return Rebuilt.DOUBTED if doubted else Rebuilt.DONE


def _refuse(profile: FaceProfile, *, at: datetime) -> Rebuilt:
    FaceTemplate.objects.filter(profile=profile).delete()
    _take_back(profile, FaceProfile.State.REJECTED, at=at)
    profile.matched_at = None
    profile.rejected_reason = _("A stored photo can no longer be recognised. Please take both photos again.")
    profile.save()
    record("face_profile.rejected", actor=None, subject=profile, institution=profile.institution, at=at, why="rebuild")
    return Rebuilt.REFUSED


def _take_back(profile: FaceProfile, state: FaceProfile.State, *, at: datetime) -> None:
    """The confirmation no longer stands; a sitting that goes on would compare with what nobody has confirmed."""
    profile.state, profile.confirmed_by, profile.confirmed_at = state, None, None
    for session in CameraSession.objects.filter(user=profile.user, institution=profile.institution, closed_at=None):
        close_camera_session(session, by=None, at=at)
