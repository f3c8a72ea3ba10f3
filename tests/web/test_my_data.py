"""我的个人信息: what a person sees of their own data, and the copy they can take along."""

from __future__ import annotations

import json
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils.timezone import now

from tests.support import people
from tests.support.staff import give_photos, make_case
from tests.support.study import make_study

PASSWORD = "Zhuxue2026"


def page_of(response: Any, status: int = 200) -> BeautifulSoup:
    assert response.status_code == status, response.status_code
    return BeautifulSoup(response.content, "html.parser")


def export_of(user: Any) -> Any:
    from tenants.accounts.models import DataRequest

    return DataRequest.objects.filter(user=user, kind="export").first()


def build(user: Any) -> Any:
    from cms.centre.my_data_export import build

    asked = export_of(user)
    assert build(asked.pk, at=now())
    asked.refresh_from_db()
    return asked


def content_of(answer: Any) -> tuple[zipfile.ZipFile, dict[str, Any]]:
    archive = zipfile.ZipFile(BytesIO(answer.content))
    return archive, json.loads(archive.read("个人信息.json"))


def rows_of(content: dict[str, Any], code: str) -> list[dict[str, Any]]:
    return next(part["rows"] for part in content["parts"] if part["code"] == code)


def test_the_page_says_how_long_from_the_ruleset(lingzhu: Any, trainee_client: Any) -> None:
    from tenants.rulesets.services import publish_ruleset

    values = {"retention": {"anonymise_after_days": 77, "face_after_withdrawal_days": 0, "request_due_days": 9}}
    publish_ruleset(name="short", values=values, in_force_from=people.BEFORE, by=None, at=people.BEFORE)
    text = page_of(trainee_client(lingzhu).get("/my/data/")).get_text(" ", strip=True)
    assert "账号存续期间，以及注销后 77 天" in text
    assert "到您撤回同意为止，撤回后立即删除" in text
    assert "提出后我们会在 9 天内答复" in text


def test_the_ledger_shows_version_fingerprint_and_times(lingzhu: Any, trainee_client: Any, in_tenant: Any) -> None:
    from proctoring import services
    from proctoring.consent_text import archived, digest

    client = trainee_client(lingzhu)
    with in_tenant(lingzhu):
        consent = services.give_consent(client.user, lingzhu, by=client.user, at=people.BEFORE, ip="203.0.113.7")
    assert consent.text_sha256 == digest(archived(consent.version))
    ledger = page_of(client.get("/my/data/")).select_one("#consents")
    text = ledger.get_text(" ", strip=True)
    assert lingzhu.name in text
    assert "2026-01-05 09:00 同意" in text
    assert consent.text_sha256[:12] in text
    words = page_of(client.get(ledger.select_one("p a")["href"])).get_text()
    assert "最迟在您撤回同意后 15 日删除" in words


def test_the_words_of_a_consent_change_only_with_a_new_version() -> None:
    from proctoring.consent_text import archived, text_as_shown
    from proctoring.rules import ProctoringRules
    from tenants.rulesets.rules import RetentionRules

    assert text_as_shown() == archived(ProctoringRules.consent_version), "the text changed: add a version of it"
    assert RetentionRules.face_after_withdrawal_days <= 15, "the consent promises 15 days"
    kinds = ("evidence_after_review_days", "check_pictures_days", "camera_measures_days")
    assert max(getattr(RetentionRules, kind) for kind in kinds) <= 184, "the consent promises six months"


def test_a_version_that_never_was_has_no_text(lingzhu: Any, trainee_client: Any) -> None:
    client = trainee_client(lingzhu)
    assert client.get("/camera/consent/text/2019-01/").status_code == 404
    assert client.get("/camera/consent/text/..%2Fservices/").status_code == 404


def test_the_other_institutions_consent_is_only_on_the_portal(
    lingzhu: Any, jiangxin: Any, association: Any, make_user: Any, in_tenant: Any
) -> None:
    from proctoring import services

    user = make_user()
    for institution in (lingzhu, jiangxin):
        with in_tenant(institution):
            services.give_consent(user, institution, by=user, at=people.BEFORE)
    here = people.signed_in(user, lingzhu).get("/my/data/").content.decode()
    portal = people.signed_in(user, association).get("/my/data/").content.decode()
    assert (lingzhu.name in here, jiangxin.name in here) == (True, False)
    assert (lingzhu.name in portal, jiangxin.name in portal) == (True, True)


def test_withdrawal_tells_what_follows_and_then_stops_the_camera(
    lingzhu: Any, trainee_client: Any, in_tenant: Any
) -> None:
    from proctoring import services
    from proctoring.errors import ProfileIncomplete
    from proctoring.models import CameraSession, Consent, FaceTemplate
    from tenants.audit.models import Entry

    client = trainee_client(lingzhu)
    with in_tenant(lingzhu):
        consent = services.give_consent(client.user, lingzhu, by=client.user, at=people.BEFORE)
        profile = give_photos(client.user, lingzhu)
        FaceTemplate.objects.create(
            institution=lingzhu, profile=profile, engine="dlib", vector=b"12345678", made_at=now()
        )
        camera = services.open_camera_session(client.user, lingzhu, "study", at=now())
    address = f"/my/data/consent/{consent.uuid}/withdraw/"
    text = page_of(client.get(address)).get_text(" ", strip=True)
    assert page_of(client.get("/camera/consent/")).select_one(f'a[href="{address}"]') is not None
    assert "可以到机构学习" in text
    assert "照片在 15 天内删除" in text
    assert "学习画面，保存到学时审核结束后 183 天" in text
    assert client.post(address).status_code == 302
    with in_tenant(lingzhu):
        stopped = CameraSession.objects.get(pk=camera.pk)
        assert stopped.closed_at is not None
        assert FaceTemplate.objects.count() == 0
        ended = Consent.objects.get(pk=consent.pk)
        assert (ended.withdrawn_at is not None, ended.withdrawn_ip) == (True, "127.0.0.1")
        with pytest.raises(ProfileIncomplete):
            services.open_camera_session(client.user, lingzhu, "study", at=now())
    assert Entry.objects.filter(action="consent.withdrawn", actor=client.user).count() == 1


def test_photos_go_when_the_days_are_over_and_stay_if_consent_is_given_again(
    lingzhu: Any, make_user: Any, in_tenant: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from django.core.files.storage import storages

    from proctoring import erasure, services
    from proctoring.models import FacePhoto
    from tenants.audit.models import Entry

    gone, back = make_user("梁志强"), make_user("何敏")
    at = people.BEFORE
    with in_tenant(lingzhu):
        for user in (gone, back):
            services.give_consent(user, lingzhu, by=user, at=at)
            give_photos(user, lingzhu)
            services.withdraw_consent(user, lingzhu, by=user, at=at, ip="203.0.113.7")
        services.give_consent(back, lingzhu, by=back, at=at + timedelta(days=3))
        names = list(FacePhoto.objects.filter(profile__user=gone).values_list("frame", flat=True))
    assert erasure.erase_withdrawn(at=at + timedelta(days=14)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert erasure.erase_withdrawn(at=at + timedelta(days=15, minutes=1)) == 2
    assert erasure.erase_withdrawn(at=at + timedelta(days=15, minutes=2)) == 0
    assert len(names) == 2
    assert not any(storages["private"].exists(name) for name in names)
    with in_tenant(lingzhu):
        assert FacePhoto.objects.filter(profile__user=gone).exclude(frame="").count() == 0
        assert FacePhoto.objects.filter(profile__user=back).exclude(frame="").count() == 2
    entry = Entry.objects.get(action="face_data.erased")
    assert entry.data == {"why": "consent_withdrawn", "photos": 2, "templates": 0}


def test_a_copy_needs_the_password_again_and_keeps_nothing_open_without(lingzhu: Any, trainee_client: Any) -> None:
    client = trainee_client(lingzhu)
    refused = page_of(client.post("/my/data/export/", {"password": "wrong"}), 400)
    assert "这不是您现在的密码" in refused.get_text()
    assert export_of(client.user) is None
    assert client.post("/my/data/export/", {"password": PASSWORD}).status_code == 302
    assert export_of(client.user).state == "open"
    again = page_of(client.post("/my/data/export/", {"password": PASSWORD}), 400)
    assert "您已提出过这项请求" in again.get_text()


def test_an_sms_code_is_as_good_as_the_password(lingzhu: Any, trainee_client: Any) -> None:
    from tenants.messages.models import Sms

    client = trainee_client(lingzhu)
    address = "/my/data/proof/?by=code&next=/my/data/export/"
    assert client.post(address, {"send": "1"}).status_code == 302
    sms = Sms.objects.get(user=client.user)
    code = sms.text.split("验证码")[1][:6]
    wrong = f"{(int(code) + 1) % 1_000_000:06d}"
    assert client.post(address, {"code": wrong}).status_code == 400
    passed = client.post(address, {"code": code})
    assert (passed.status_code, passed["Location"]) == (302, "/my/data/export/")
    assert client.post("/my/data/export/").status_code == 302
    assert export_of(client.user).state == "open"


def test_the_proof_leads_nowhere_else(lingzhu: Any, trainee_client: Any) -> None:
    client = trainee_client(lingzhu)
    for wanted in ("https://example.com/", "//example.com/my/data/", "/admin/"):
        answer = client.post(f"/my/data/proof/?next={wanted}", {"password": PASSWORD})
        assert answer["Location"] == "/my/data/"


def test_the_copy_holds_everything_of_all_institutions_but_no_face_and_no_key(
    lingzhu: Any, jiangxin: Any, make_user: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        case = make_case(lingzhu)
    user = case.enrolment.user
    with in_tenant(jiangxin):
        make_study(jiangxin, user=user, year=2025)
    client = people.signed_in(user, lingzhu)
    client.post("/my/data/export/", {"password": PASSWORD})
    asked = build(user)
    assert (asked.state, bool(asked.file)) == ("done", True)
    answer = client.get(f"/my/data/export/{asked.uuid}/")
    archive, content = content_of(answer)
    assert archive.namelist() == ["个人信息概览.html", "个人信息.json", "说明.txt"]
    account = {row["what"]: row["value"] for row in rows_of(content, "account")}
    assert (account["证件号码"], account["手机"]) == (user.id_number, user.phone)
    assert {row["where"] for row in rows_of(content, "enrolments")} == {lingzhu.name, jiangxin.name}
    assert [row["pictures"] for row in rows_of(content, "camera")][:1] == [1]
    assert sum(row["credited"] for row in rows_of(content, "study")) == 40
    assert [row["outcome"] for row in rows_of(content, "reviews")] == ["待审"]
    overview = archive.read("个人信息概览.html").decode()
    assert user.name in overview
    assert "http" not in overview.replace("http-equiv", "")
    with in_tenant(lingzhu):
        from proctoring import vault
        from proctoring.models import FacePhoto

        picture = vault.get(FacePhoto.objects.filter(profile__user=user).first())
    assert all(picture[:64] not in archive.read(name) for name in archive.namelist())


def test_a_download_needs_a_fresh_proof_its_owner_and_leaves_a_record(
    lingzhu: Any, jiangxin: Any, trainee_client: Any
) -> None:
    from tenants.accounts.models import DataRequest
    from tenants.audit.models import Entry

    client = trainee_client(lingzhu)
    client.post("/my/data/export/", {"password": PASSWORD})
    asked = build(client.user)
    address = f"/my/data/export/{asked.uuid}/"
    later = people.signed_in(client.user, jiangxin)
    assert later.get(address)["Location"] == f"/my/data/proof/?next=%2Fmy%2Fdata%2Fexport%2F{asked.uuid}%2F"
    somebody = trainee_client(lingzhu)
    somebody.post("/my/data/proof/", {"password": PASSWORD})
    assert somebody.get(address).status_code == 404
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/zip")
    assert {"no-store", "private"} <= set(answer["Cache-Control"].split(", "))
    actions = Entry.objects.filter(subject_id=str(asked.uuid)).order_by("id").values_list("action", flat=True)
    assert list(actions) == ["data_request.opened", "data_export.built", "data_export.downloaded"]
    DataRequest.objects.filter(pk=asked.pk).update(expires_at=now() - timedelta(seconds=1))
    assert client.get(address)["Location"] == "/my/data/"


def test_a_copy_is_made_once_and_its_file_goes_when_the_hours_are_over(
    lingzhu: Any, trainee_client: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from django.core.files.storage import storages

    from cms.centre.my_data_export import build as make
    from tenants.accounts import exports
    from tenants.messages.models import Sms

    client = trainee_client(lingzhu)
    client.post("/my/data/export/", {"password": PASSWORD})
    assert exports.waiting_exports() == [export_of(client.user).pk]
    asked = build(client.user)
    assert not make(asked.pk, at=now())
    assert exports.waiting_exports() == []
    assert Sms.objects.filter(user=client.user, template="data_export_ready").count() == 1
    sealed = storages["private"].open(asked.file).read()
    assert client.user.id_number.encode() not in sealed
    assert sealed[:2] != b"PK"
    assert exports.drop_expired(at=asked.expires_at - timedelta(seconds=1)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert exports.drop_expired(at=asked.expires_at) == 1
    assert not storages["private"].exists(asked.file)


def test_a_worker_that_dies_leaves_the_copy_to_the_next(lingzhu: Any, trainee_client: Any) -> None:
    from django.db import transaction

    from cms.centre.my_data_export import bundle
    from tenants.accounts import exports

    client = trainee_client(lingzhu)
    client.post("/my/data/export/", {"password": PASSWORD})
    pk = export_of(client.user).pk
    with transaction.atomic():
        exports.keep(exports.claimed(pk), bundle(client.user, at=now()), at=now())
        transaction.set_rollback(True)  # what the database does when the connection of a killed worker breaks
    assert exports.waiting_exports() == [pk]
    assert build(client.user).state == "done"


def test_the_page_takes_as_many_queries_for_three_requests_as_for_one(lingzhu: Any, trainee_client: Any) -> None:
    from tenants.accounts.models import DataRequest
    from tests.support.staff import queries_of

    client = trainee_client(lingzhu)
    counts = []
    for rows in (1, 3):
        while DataRequest.objects.filter(user=client.user).count() < rows:
            DataRequest.objects.create(
                user=client.user, kind="correct", state="withdrawn", created_at=people.BEFORE, due_at=people.BEFORE
            )
        counts.append(queries_of(client, "/my/data/")[0])
    assert counts[0] == counts[1]
