"""The recogniser is changed after people have given their photos: everybody's template is made anew, nobody's is
compared with what another recogniser sees, and nobody is stuck."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.support.shared import onnx_weights
from tests.tools.cameraman import confirmed_profile, face_worker
from tests.tools.clips import clips_of

FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)
BEFORE = "0123456789abcdef.0"  # what carries this mark was measured by other weights


@pytest.fixture
def obama(cache_folder):
    return clips_of(FACES / "obama.jpg", cache_folder)


@pytest.fixture
def biden(cache_folder):
    return clips_of(FACES / "biden.jpg", cache_folder)


@pytest.fixture
def profile(lingzhu, in_tenant, make_user, obama):
    """A confirmed profile whose vectors were made before the change."""
    with in_tenant(lingzhu):
        made = confirmed_profile(make_user(), lingzhu, obama, at=AT, clerk=make_user("何敏"))
        age(made)
        yield made


def age(profile):
    """As if weights had been used that this installation no longer has: what those measured means nothing now."""
    import numpy as np

    from proctoring.models import FacePhoto, FaceTemplate
    from proctoring.vectors import to_bytes

    for row in (*FacePhoto.objects.filter(profile=profile), *FaceTemplate.objects.filter(profile=profile)):
        field = "vectors" if isinstance(row, FacePhoto) else "vector"
        setattr(row, field, to_bytes([np.full(128, 0.5, np.float32)]))
        row.edition = BEFORE
        row.save(update_fields=[field, "edition"])


def rebuild(profile):
    from proctoring import likeness
    from proctoring.examine import examine_locally

    return likeness.rebuild(profile, look=examine_locally, at=AT)


def put_picture(profile, kind, picture):
    """Another picture in the place of a stored one."""
    from proctoring import queries, vault

    photo = queries.photos_of(profile)[kind]
    photo.frame = vault.put(photo, picture)
    photo.save(update_fields=["frame"])


def test_the_camera_waits_for_the_new_template_and_a_task_makes_it_from_the_sealed_photos(profile, obama):
    from proctoring import likeness
    from proctoring.errors import TemplateBeingMade
    from proctoring.examine import edition_in_use, examine_locally
    from proctoring.rules import MATCH, ProctoringRules, verdict_of
    from proctoring.tasks import rebuild_template
    from proctoring.vectors import distance_between, mean_of, open_known

    with pytest.raises(TemplateBeingMade) as told:
        likeness.known_of(profile, profile.user)
    assert (told.value.code, told.value.status) == ("camera.preparing", 503)
    with face_worker():
        assert rebuild_template.apply(args=[profile.pk]).successful()
    profile.refresh_from_db()
    assert profile.state == profile.State.CONFIRMED
    edition = edition_in_use()
    template, *photos = open_known(likeness.known_of(profile, profile.user), edition.label)
    assert len(photos) == 2
    seen = mean_of(edition.name, examine_locally(obama.actions["neutral"][3]).vectors)
    assert verdict_of(distance_between(edition.name, template, seen), edition.name, ProctoringRules()) == MATCH


@pytest.fixture
def onnx(settings):
    """The better engine is configured from now on, in this process too."""
    from proctoring.examine import local_engine

    settings.FACE_ONNX_WEIGHTS = str(onnx_weights())
    local_engine.cache_clear()
    yield
    local_engine.cache_clear()


def test_photos_given_to_dlib_serve_the_better_engine(profile, obama, biden, onnx):
    from proctoring import likeness
    from proctoring.examine import edition_in_use, examine_locally
    from proctoring.rules import MATCH, MISMATCH, ProctoringRules, verdict_of
    from proctoring.vectors import distance_between, mean_of, open_known

    assert rebuild(profile) == likeness.Rebuilt.DONE
    profile.refresh_from_db()
    assert (profile.engine, profile.state) == ("onnx", "confirmed")
    template, *_photos = open_known(likeness.known_of(profile, profile.user), edition_in_use().label)
    looks = [mean_of("onnx", examine_locally(clips.actions["neutral"][3]).vectors) for clips in (obama, biden)]
    verdicts = [verdict_of(distance_between("onnx", template, look), "onnx", ProctoringRules()) for look in looks]
    assert verdicts == [MATCH, MISMATCH]


def test_without_a_task_nothing_changes_and_the_second_run_finds_nothing_to_do(profile):
    from proctoring import likeness
    from proctoring.models import FaceTemplate
    from tenants.audit.models import Entry

    made = likeness.Rebuilt
    assert [rebuild(profile), rebuild(profile)] == [made.DONE, made.CURRENT]
    assert FaceTemplate.objects.filter(profile=profile).count() == 1
    assert Entry.objects.filter(action="face_profile.rebuilt").count() == 1


def test_photos_the_new_recogniser_finds_unlike_go_back_to_the_clerk(profile, lingzhu, biden, make_user):
    from proctoring import likeness, queries, services
    from proctoring.models import CameraSession

    session = services.open_camera_session(profile.user, lingzhu, "study", at=AT)
    put_picture(profile, "portrait", biden.portrait)
    assert rebuild(profile) == likeness.Rebuilt.DOUBTED
    profile.refresh_from_db()
    assert (profile.state, profile.needs_look) == ("waiting", True)
    assert queries.missing_steps(profile.user) == ["confirmation"]
    assert CameraSession.objects.get(pk=session.pk).closed_at == AT
    # a person decides; what they confirm counts
    services.confirm_profile(profile, by=make_user("何敏"), institution=lingzhu, at=AT)
    profile.refresh_from_db()
    assert likeness.known_of(profile, profile.user)


def test_a_stored_photo_that_cannot_be_read_is_asked_for_again(profile):
    from proctoring import likeness, queries
    from proctoring.models import FacePhoto, FaceTemplate

    FacePhoto.objects.filter(profile=profile, kind="portrait").update(frame="faces/gone")
    assert rebuild(profile) == likeness.Rebuilt.REFUSED
    profile.refresh_from_db()
    assert profile.state == "rejected"
    assert profile.rejected_reason
    assert FaceTemplate.objects.filter(profile=profile).count() == 0
    assert queries.missing_steps(profile.user) == ["match", "confirmation"]


def test_of_a_person_who_took_the_consent_back_no_template_is_made(profile, lingzhu):
    from proctoring import likeness, services
    from proctoring.models import FaceTemplate

    services.withdraw_consent(profile.user, lingzhu, by=profile.user, at=AT)
    profile.refresh_from_db()
    assert rebuild(profile) == likeness.Rebuilt.LEFT
    assert FaceTemplate.objects.filter(profile=profile).count() == 0


def test_one_new_photo_beside_an_older_one_still_matches(profile, lingzhu, obama):
    from proctoring import services
    from proctoring.examine import edition_in_use, examine_locally
    from proctoring.models import FaceTemplate

    picture = obama.actions["neutral"][0]
    report = services.save_photo(
        profile.user, lingzhu, "portrait", picture, by=profile.user, at=AT, look=examine_locally
    )
    assert (report.code, report.same_person) == ("photo.ok", "match")
    assert FaceTemplate.objects.get(profile=profile).edition == edition_in_use().mark


def test_the_command_counts_first_and_then_makes_them(profile, capsys):
    with pytest.raises(CommandError, match="rebuild_templates"):
        call_command("rebuild_templates", "--check")
    call_command("rebuild_templates", "--part", "1/1")
    assert "      1 made anew" in capsys.readouterr().out
    call_command("rebuild_templates", "--check")
    assert capsys.readouterr().out.startswith("0 profiles")
    with pytest.raises(CommandError, match="like 1/4"):
        call_command("rebuild_templates", "--part", "5/4")


def test_a_worker_of_another_edition_judges_nobody(obama):
    """During a restart old workers still listen: a distance between two recognisers would mean nothing."""
    import asyncio

    import numpy as np

    from proctoring.examine import local_engine
    from proctoring.vectors import OtherEdition, pack_known
    from proctoring.worker import FaceWorker

    async def begin():
        worker = FaceWorker(local_engine(), "redis://127.0.0.1:1")
        known = pack_known(f"dlib:{BEFORE}", [np.zeros(128, np.float32)])
        entry = {b"rules": b"{}", b"known": known, b"actions": json.dumps(["left"]).encode(), b"attempt": b"a"}
        with pytest.raises(OtherEdition):
            await worker._on_begin(entry, age=0.0, stale=False)
        return worker._sittings

    assert asyncio.run(begin()) == {}
