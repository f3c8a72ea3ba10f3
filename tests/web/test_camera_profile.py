"""Consent, reference photos and their confirmation, with real pictures and a real engine."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tests.tools.cameraman import confirmed_profile, face_worker
from tests.tools.clips import clips_of

FACES = Path(__file__).parents[2] / "site" / "demo" / "faces"
AT = datetime(2026, 3, 2, 8, tzinfo=UTC)


@pytest.fixture
def obama(cache_folder):
    return clips_of(FACES / "obama.jpg", cache_folder)


@pytest.fixture
def biden(cache_folder):
    return clips_of(FACES / "biden.jpg", cache_folder)


@pytest.fixture
def consented(lingzhu, in_tenant, make_user):
    from proctoring import services

    user = make_user()
    with in_tenant(lingzhu):
        services.give_consent(user, lingzhu, by=user, at=AT)
        yield user


def save(user, institution, kind, picture):
    from proctoring import services
    from proctoring.examine import examine_locally

    return services.save_photo(user, institution, kind, picture, by=user, at=AT, look=examine_locally)


def test_a_new_person_misses_every_step(lingzhu, in_tenant, make_user):
    from proctoring import queries

    with in_tenant(lingzhu):
        assert queries.missing_steps(make_user()) == ["consent", "id_photo", "portrait", "match", "confirmation"]


def test_both_photos_of_one_person_wait_for_a_clerk_and_then_count(consented, lingzhu, obama, make_user):
    from proctoring import queries, services

    assert save(consented, lingzhu, "id_photo", obama.id_card).saved
    report = save(consented, lingzhu, "portrait", obama.portrait)
    assert (report.code, report.same_person) == ("photo.ok", "match")
    assert [check.passed for check in report.checks] == [True] * 6
    assert queries.missing_steps(consented) == ["confirmation"]
    profile = queries.profile_of(consented)
    services.confirm_profile(profile, by=make_user("何敏"), institution=lingzhu, at=AT)
    assert queries.missing_steps(consented) == []


def test_nobody_confirms_their_own_profile(consented, lingzhu, obama):
    from proctoring import queries, services
    from proctoring.errors import CannotConfirm

    save(consented, lingzhu, "id_photo", obama.id_card)
    save(consented, lingzhu, "portrait", obama.portrait)
    with pytest.raises(CannotConfirm):
        services.confirm_profile(queries.profile_of(consented), by=consented, institution=lingzhu, at=AT)


def test_the_portrait_of_somebody_else_is_refused_with_words(consented, lingzhu, obama, biden):
    from proctoring import queries

    save(consented, lingzhu, "id_photo", obama.id_card)
    report = save(consented, lingzhu, "portrait", biden.portrait)
    assert (report.code, report.same_person) == ("photo.different_people", "mismatch")
    assert queries.missing_steps(consented) == ["match", "confirmation"]


def test_a_new_photo_after_the_confirmation_must_be_confirmed_again(lingzhu, in_tenant, make_user, obama):
    from proctoring import queries

    user = make_user()
    with in_tenant(lingzhu):
        confirmed_profile(user, lingzhu, obama, at=AT, clerk=make_user("何敏"))
        save(user, lingzhu, "portrait", obama.actions["neutral"][0])
        assert queries.missing_steps(user) == ["confirmation"]


def test_without_consent_no_photo_is_taken(lingzhu, in_tenant, make_user, obama):
    from proctoring.errors import ConsentNeeded

    with in_tenant(lingzhu), pytest.raises(ConsentNeeded):
        save(make_user(), lingzhu, "portrait", obama.portrait)


def test_a_clerk_cannot_change_a_persons_photo(consented, lingzhu, obama, make_user):
    from proctoring import services
    from proctoring.errors import NotYourPhoto

    with pytest.raises(NotYourPhoto):
        services.save_photo(consented, lingzhu, "portrait", obama.portrait, by=make_user("何敏"), at=AT)


def test_the_same_picture_twice_is_no_proof(consented, lingzhu, obama):
    from proctoring.errors import PhotoRefused

    save(consented, lingzhu, "id_photo", obama.portrait)
    with pytest.raises(PhotoRefused) as refused:
        save(consented, lingzhu, "portrait", obama.portrait)
    assert refused.value.code == "photo.same_picture"


def test_taking_the_consent_back_ends_the_camera_and_deletes_the_template(lingzhu, in_tenant, make_user, obama):
    from proctoring import queries, services
    from proctoring.models import CameraSession, FaceTemplate, Snapshot

    user = make_user()
    with in_tenant(lingzhu):
        confirmed_profile(user, lingzhu, obama, at=AT, clerk=make_user("何敏"))
        session = services.open_camera_session(user, lingzhu, "study", at=AT)
        Snapshot.objects.create(
            session=session, institution=lingzhu, requested_at=AT, taken_at=AT, outcome="match", mark=b"mark"
        )
        services.withdraw_consent(user, lingzhu, by=user, at=AT)
        assert Snapshot.objects.get().mark is None
        assert CameraSession.objects.get(pk=session.pk).closed_at == AT
        assert FaceTemplate.objects.count() == 0
        assert queries.missing_steps(user) == ["consent", "match", "confirmation"]


def test_photos_lie_sealed_and_open_for_their_own_row_only(consented, lingzhu, obama):
    from django.core.files.storage import storages

    from proctoring import vault
    from proctoring.models import FacePhoto
    from tenants.crypto import CannotOpen

    save(consented, lingzhu, "id_photo", obama.id_card)
    save(consented, lingzhu, "portrait", obama.portrait)
    card, portrait = FacePhoto.objects.order_by("kind")
    with storages["private"].open(card.frame) as file:
        assert b"JFIF" not in file.read()
    assert vault.get(card) == obama.id_card
    card.frame = portrait.frame
    with pytest.raises(CannotOpen):
        vault.get(card)


def test_photos_that_study_rests_on_are_locked_until_a_clerk_sends_them_back(lingzhu, in_tenant, make_user, obama):
    from proctoring import queries, services
    from proctoring.errors import PhotoLocked
    from proctoring.models import LivenessAttempt

    user, clerk = make_user(), make_user("何敏")
    later = AT + timedelta(days=1)
    with in_tenant(lingzhu):
        profile = confirmed_profile(user, lingzhu, obama, at=AT, clerk=clerk)
        assert not queries.is_locked(profile), "confirmed, not used yet"
        session = services.open_camera_session(user, lingzhu, "study", at=later)
        LivenessAttempt.objects.create(
            session=session, institution=lingzhu, actions=["left"], started_at=later, ended_at=later,
            outcome="liveness.passed",
        )  # fmt: skip
        with pytest.raises(PhotoLocked) as refused:
            save(user, lingzhu, "portrait", obama.actions["neutral"][0])
        assert (refused.value.status, refused.value.code) == (409, "photo.locked")
        services.reject_profile(profile, "照片太旧。", by=clerk, institution=lingzhu, at=later)
        assert save(user, lingzhu, "portrait", obama.actions["neutral"][0]).saved
        assert queries.missing_steps(user) == ["confirmation"]


def post(client, kind, content, name="photo.jpg"):
    return client.post(f"/camera/photo/{kind}/", {"photo": SimpleUploadedFile(name, content, "image/jpeg")})


def test_the_profile_page_says_that_photos_are_locked_or_why_they_came_back(
    lingzhu, in_tenant, trainee_client, make_user
):
    from proctoring import services
    from proctoring.models import LivenessAttempt
    from tests.support.staff import give_photos

    client = trainee_client(lingzhu)
    with in_tenant(lingzhu):
        services.give_consent(client.user, lingzhu, by=client.user, at=AT)
        profile = give_photos(client.user, lingzhu)
        assert client.get("/my/profile/").content.decode().count("data-photo=") == 2
        session = services.open_camera_session(client.user, lingzhu, "study", at=AT)
        LivenessAttempt.objects.create(
            session=session, institution=lingzhu, actions=["left"], started_at=AT, ended_at=AT,
            outcome="liveness.passed",
        )  # fmt: skip
        page = client.get("/my/profile/").content.decode()
        assert (page.count("data-photo="), page.count("使用中：面部识别以这张照片为准。")) == (0, 2)
        services.reject_profile(profile, "证件照反光。", by=make_user("何敏"), institution=lingzhu, at=AT)
    page = client.get("/my/profile/").content.decode()
    assert "证件照反光。" in page
    assert "请在下方重新拍摄" in page
    assert page.count("data-photo=") == 2


LOOKS = (("neutral", 0), ("left", 20))


def look(client, kind, content):
    frame = SimpleUploadedFile("photo.jpg", content, "image/jpeg")
    return client.post(f"/camera/photo/{kind}/look/", {"photo": frame})


@pytest.mark.usefixtures("committed")
def test_the_profile_page_uploads_through_a_face_worker(lingzhu, in_tenant, trainee_client, obama):
    from proctoring import services

    client = trainee_client(lingzhu)
    with in_tenant(lingzhu):
        services.give_consent(client.user, lingzhu, by=client.user, at=AT)
    with face_worker():
        card = post(client, "id_photo", obama.id_card).json()
        portrait = post(client, "portrait", obama.portrait).json()
        hints = [look(client, "portrait", obama.actions[name][frame]).json()["code"] for name, frame in LOOKS]
    assert hints == ["photo.ok", "photo.turned"]
    assert (card["code"], card["saved"]) == ("photo.ok", True)
    assert card["missing"] == ["portrait", "match", "confirmation"]
    assert [c["name"] for c in portrait["checks"] if c["passed"]] == [
        "face",
        "size",
        "sharp",
        "light",
        "straight",
        "eyes",
    ]
    assert portrait["missing"] == ["confirmation"]


def test_hostile_pictures_never_reach_the_engine(lingzhu, in_tenant, trainee_client, obama):
    from proctoring import services

    client = trainee_client(lingzhu)
    with in_tenant(lingzhu):
        services.give_consent(client.user, lingzhu, by=client.user, at=AT)
    bomb = obama.portrait.replace(b"\xff\xc0\x00\x11\x08\x03\x98\x02\xf8", b"\xff\xc0\x00\x11\x08\x75\x30\x75\x30")
    assert bomb != obama.portrait
    answers = {
        "html": post(client, "portrait", b"<html><script>alert(1)</script></html>"),
        "empty": post(client, "portrait", b""),
        "truncated": post(client, "portrait", obama.portrait[:12]),
        "30,000 px": post(client, "portrait", bomb),
        "9 MB": post(client, "portrait", obama.portrait + b"\0" * 9_000_000),
        "gif": post(client, "portrait", b"GIF89a" + b"\0" * 100),
    }
    assert {name: (a.status_code, a.json()["code"]) for name, a in answers.items()} == {
        "html": (415, "photo.not_an_image"), "empty": (415, "photo.not_an_image"),
        "truncated": (415, "photo.not_an_image"), "30,000 px": (413, "photo.too_large"),
        "9 MB": (413, "photo.too_large"), "gif": (415, "photo.not_an_image"),
    }  # fmt: skip


def test_without_a_face_worker_the_person_is_told_to_try_again(lingzhu, in_tenant, trainee_client, obama):
    from proctoring import services

    client = trainee_client(lingzhu)
    with in_tenant(lingzhu):
        services.give_consent(client.user, lingzhu, by=client.user, at=AT)
    answer = post(client, "portrait", obama.portrait)
    assert (answer.status_code, answer.json()["code"]) == (503, "photo.busy")
    hint = look(client, "portrait", obama.actions["neutral"][0])
    assert (hint.status_code, hint.json()["code"]) == (503, "photo.busy")
    assert look(client, "portrait", b"<html>").status_code == 415


def test_a_trainee_gets_no_evidence_not_even_their_own(lingzhu, in_tenant, trainee_client, make_user, obama):
    from proctoring.models import FacePhoto

    client = trainee_client(lingzhu)
    with in_tenant(lingzhu):
        confirmed_profile(client.user, lingzhu, obama, at=AT, clerk=make_user("何敏"))
        photo = FacePhoto.objects.first()
    assert client.get(f"/camera/evidence/photo/{photo.uuid}/").status_code == 403


def test_staff_see_evidence_after_the_audit_row_is_written(lingzhu, jiangxin, in_tenant, make_user, obama):
    from proctoring.models import FacePhoto
    from tenants.audit.models import Entry
    from tenants.roles.roles import Role
    from tests.support.staff import staff_client

    person, clerk, foreign = make_user(), staff_client(lingzhu, Role.REGISTRAR), staff_client(jiangxin, Role.REGISTRAR)
    with in_tenant(lingzhu):
        confirmed_profile(person, lingzhu, obama, at=AT, clerk=make_user("何敏"))
        photo = FacePhoto.objects.get(kind="portrait")
    answer = clerk.get(f"/camera/evidence/photo/{photo.uuid}/")
    assert (answer.status_code, answer["Content-Type"], answer.content) == (200, "image/jpeg", obama.portrait)
    entry = Entry.objects.get(action="face_evidence.read")
    assert (entry.actor, entry.subject_id, entry.institution) == (clerk.user, str(photo.uuid), lingzhu)
    assert foreign.get(f"/camera/evidence/photo/{photo.uuid}/").status_code == 404
    assert foreign.get(f"/camera/evidence/photo/{photo.uuid}/small/").status_code == 404
    assert Entry.objects.filter(action="face_evidence.read").count() == 1
    small = clerk.get(f"/camera/evidence/photo/{photo.uuid}/small/")
    assert (small.status_code, small["Content-Type"]) == (200, "image/jpeg")
    assert len(small.content) < len(obama.portrait) / 5
    newest = Entry.objects.filter(action="face_evidence.read").order_by("pk").last()
    assert newest.data == {"kind": "photo", "size": "small"}


def test_an_incomplete_profile_opens_no_camera_and_says_what_is_missing(consented, lingzhu):
    from proctoring import services
    from proctoring.errors import ProfileIncomplete

    with pytest.raises(ProfileIncomplete) as refused:
        services.open_camera_session(consented, lingzhu, "study", at=AT)
    assert refused.value.steps == ["id_photo", "portrait", "match", "confirmation"]
