"""People at the association and at desks, and cases that look like study: what console and desk tests begin with."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from io import BytesIO
from random import Random
from typing import Any

from tests.support import people
from tests.support.exam import STUDIED_AT, study_all
from tests.support.study import Study, make_study

DONE_AT = STUDIED_AT + timedelta(hours=3)


def staff_client(institution: Any, role: Any, name: str = "谢敏仪") -> Any:
    """A signed-in client of somebody who holds `role` there and has shown a second factor; `client.user` is they."""
    from django_tenants.utils import tenant_context

    from tenants.roles.services import grant_role

    user = people.make_user(name)
    with tenant_context(institution):
        grant_role(user, role, by=None, at=people.BEFORE)
    client = people.signed_in(user, institution, second_factor=True)
    client.user = user
    return client


@cache
def picture(shade: int = 120) -> bytes:
    from PIL import Image

    buffer = BytesIO()
    Image.new("RGB", (320, 240), (shade, 140, 170)).save(buffer, "JPEG")
    return buffer.getvalue()


@cache
def paper(kind: str = "JPEG", size: tuple[int, int] = (900, 600)) -> bytes:
    """A scan of papers, with the place of the camera in it."""
    from PIL import Image

    exif = Image.Exif()
    exif[0x010E] = "GPS 23.1N 113.2E"
    buffer = BytesIO()
    Image.new("RGB", size, (240, 236, 220)).save(buffer, kind, exif=exif)
    return buffer.getvalue()


def give_photos(
    user: Any, institution: Any, *, state: str = "confirmed", pictures: tuple[bytes, ...] = (), distance: float = 0.31
) -> Any:
    """A profile with both reference photos in the vault."""
    from proctoring import vault
    from proctoring.models import FacePhoto, FaceProfile

    waiting = state == "waiting"
    profile = FaceProfile.objects.create(
        user=user,
        institution=institution,
        state=state,
        engine="dlib",
        match_distance=distance,
        matched_at=people.BEFORE,
        confirmed_at=None if waiting else people.BEFORE,
        needs_look=distance > 0.42,
    )
    for number, kind in enumerate(FacePhoto.Kind):
        photo = FacePhoto(
            institution=institution,
            profile=profile,
            kind=kind,
            width=320,
            height=240,
            fingerprint=str(number),
            vectors=b"",
            engine="dlib",
            saved_at=people.BEFORE,
        )
        photo.frame = vault.put(photo, pictures[number] if pictures else picture(100 + number))
        photo.save()
    return profile


def make_case(
    institution: Any,
    *,
    name: str = "梁志强",
    outcomes: tuple[tuple[str, float | None], ...] = (("match", 0.31),),
    pictures: tuple[bytes, ...] = (),
    lengths_ms: tuple[int, ...] = (20_000, 20_000),
) -> Any:
    """A pending review of somebody whose hours are complete; a snapshot for each of `outcomes`. Within the scope."""
    from learning.review.models import HoursReview

    study = make_study(institution, user=people.make_user(name), lengths_ms=lengths_ms)
    give_photos(study.user, institution, pictures=pictures[:2])
    end = study_all(study)
    _check(study, passed=True)
    for number, (outcome, distance) in enumerate(outcomes):
        shown = pictures[number % len(pictures)] if pictures else picture(80 + number)
        _snap(study, number, outcome, distance, shown, len(outcomes), end)
    _open_review(study)
    return HoursReview.objects.select_related("enrolment__user", "institution").get(enrolment=study.enrolment)


def _check(study: Study, *, passed: bool) -> None:
    from proctoring.models import LivenessAttempt
    from proctoring.outcomes import PASSED

    LivenessAttempt.objects.create(
        institution=study.institution,
        session=study.camera,
        actions=["left", "mouth", "nod"],
        started_at=STUDIED_AT,
        ended_at=STUDIED_AT + timedelta(seconds=9),
        outcome=PASSED if passed else "liveness.too_slow",
        engine="dlib",
        distance=0.33,
    )


def _snap(study: Study, number: int, outcome: str, distance: float | None, shown: bytes, total: int, end: Any) -> None:
    from proctoring import vault
    from proctoring.models import Snapshot

    at = STUDIED_AT + (end - STUDIED_AT) * (number + 1) / (total + 1)
    shot = Snapshot(
        institution=study.institution,
        session=study.camera,
        requested_at=at,
        taken_at=at,
        outcome=outcome,
        engine="dlib",
        distance=distance,
        fingerprint=f"{number:064d}",
    )
    if outcome != "no_answer":
        shot.frame = vault.put(shot, shown)
    shot.save()


def _open_review(study: Study) -> None:
    from learning.review.services import open_missing_reviews

    open_missing_reviews(at=DONE_AT, random=Random(7))


def queries_of(client: Any, address: str) -> tuple[int, str]:
    """How many statements a page takes once it is warm, without the SET that chooses the schema; and the page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client.get(address)
    with CaptureQueriesContext(connection) as seen:
        page = client.get(address).content.decode()
    return sum(not query["sql"].startswith("SET search_path") for query in seen), page
