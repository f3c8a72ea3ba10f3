"""A trainee who has come as far as certificates: approved hours, a passed exam, a portrait."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO
from typing import Any

from tests.support import people, study

APPROVED_AT = datetime(2026, 3, 2, 1, tzinfo=UTC)
AT = datetime(2026, 3, 3, 2, tzinfo=UTC)  # 10:00 in Beijing, when certificates are asked for


def publish_rules(*, closes_on: str = "2026-12-31", **sections: dict[str, Any]) -> None:
    """A ruleset whose renewal closes on `closes_on`."""
    from tenants.rulesets.services import publish_ruleset

    values = {"eligibility": {"renewal_closes_on": closes_on}} | sections
    publish_ruleset(name=f"until {closes_on}", values=values, in_force_from=people.BEFORE, by=None, at=people.BEFORE)


def portrait() -> bytes:
    from PIL import Image

    buffer = BytesIO()
    Image.new("RGB", (480, 640), (90, 120, 160)).save(buffer, "JPEG")
    return buffer.getvalue()


def give_portrait(user: Any, institution: Any) -> None:
    from proctoring import vault
    from proctoring.models import FacePhoto, FaceProfile

    profile = FaceProfile.objects.create(user=user, institution=institution, state=FaceProfile.State.CONFIRMED)
    photo = FacePhoto(
        institution=institution,
        profile=profile,
        kind=FacePhoto.Kind.PORTRAIT,
        width=480,
        height=640,
        fingerprint="0",
        vectors=b"",
        engine="dlib",
        saved_at=people.BEFORE,
    )
    photo.frame = vault.put(photo, portrait())
    photo.save()


def make_finished(institution: Any, *, user: Any = None, approved: bool = True, passed: bool = True) -> Any:
    """A `Study` whose hours are approved and whose exam is passed, unless told otherwise. Within the scope."""
    from learning.models import Enrolment
    from learning.services import note_exam_passed

    made = study.make_study(institution, user=user)
    give_portrait(made.user, institution)
    if approved:
        Enrolment.objects.filter(pk=made.enrolment.pk).update(hours_state="approved", hours_approved_at=APPROVED_AT)
    if passed:
        note_exam_passed(made.enrolment, APPROVED_AT)
    made.enrolment.refresh_from_db()
    return made


def make_recorded(institution: Any, **how: Any) -> Any:
    """A finished `Study` whose hours the register has recorded."""
    from certs import services

    made = make_finished(institution, **how)
    services.upload_due(at=AT)
    made.enrolment.refresh_from_db()
    return made
