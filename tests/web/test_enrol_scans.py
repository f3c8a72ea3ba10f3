"""Scans of papers: which pictures are taken, who sees them, and when they go."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now
from PIL import Image

from learning.errors import BadScan
from learning.models import EnrolmentScan
from learning.scan_pictures import KEPT_PX, prepare
from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support import people
from tests.support.enrolling import Applicant, ready, text_of, upload
from tests.support.staff import paper, staff_client

pytestmark = pytest.mark.django_db


def bomb() -> bytes:
    """A PNG of 30,000 × 30,000 pixels in a few bytes."""
    head = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HEIC = b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + b"\0" * 200
GIF = b"GIF89a" + b"\1\0\1\0" + b"\0" * 40
REFUSED = {
    "svg": (SVG, "not_an_image"),
    "html": (b"<html><script>alert(1)</script>" + b" " * 500, "not_an_image"),
    "gif": (GIF, "not_an_image"),
    "pdf": (b"%PDF-1.7\n" + b"0" * 400, "not_an_image"),
    "heic": (HEIC, "heic"),
    "bomb": (bomb(), "too_many_pixels"),
    "small": (paper("JPEG", (200, 200)), "too_small"),
    "cut off": (paper("PNG")[:900], "damaged"),
    "long": (b"\xff\xd8\xff\xe0" + b"\0" * 10_485_760, "too_large"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_readable_picture_is_refused_with_its_reason(name: str) -> None:
    content, refusal = REFUSED[name]
    with pytest.raises(BadScan) as error:
        prepare(content)
    assert (error.value.code, error.value.status) == (f"scan.{refusal}", 400)


def test_a_picture_is_drawn_anew_without_what_the_camera_noted() -> None:
    kept = prepare(paper("JPEG", (3000, 1500)))
    assert b"GPS" in paper("JPEG", (3000, 1500))
    assert b"GPS" not in kept.jpeg
    with Image.open(io.BytesIO(kept.jpeg)) as again:
        assert (again.format, again.size, dict(again.getexif())) == ("JPEG", (KEPT_PX, KEPT_PX // 2), {})


def test_what_hangs_behind_a_picture_does_not_stay() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("evil.html", "<script>alert(1)</script>")
    for tail in (b"<script>alert(1)</script>", archive.getvalue()):
        kept = prepare(paper() + tail).jpeg
        assert b"script" not in kept
        assert b"PK\x03\x04" not in kept


def test_a_transparent_png_becomes_white_and_a_turned_photo_upright() -> None:
    out = io.BytesIO()
    Image.new("RGBA", (400, 400), (0, 0, 0, 0)).save(out, "PNG")
    with Image.open(io.BytesIO(prepare(out.getvalue()).jpeg)) as kept:
        assert kept.getpixel((200, 200)) == (255, 255, 255)
    turned, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (900, 600), "gray").save(turned, "JPEG", exif=exif)
    picture = prepare(turned.getvalue())
    assert (picture.width, picture.height) == (600, 900)


@pytest.fixture
def applicant(lingzhu: Any, in_tenant: Any) -> Applicant:
    return ready(lingzhu, in_tenant)


@pytest.fixture
def registrar(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


def scans(applicant: Applicant, in_tenant: Any) -> list[Any]:
    with in_tenant(applicant.institution):
        return list(EnrolmentScan.objects.filter(user=applicant.user))


def test_pictures_wait_sealed_and_go_with_the_application(applicant: Applicant, in_tenant: Any) -> None:
    from django.core.files.storage import storages

    applicant.begin()
    assert applicant.tell(id_card=upload(), post_certificate=upload(paper("PNG"), "x.png")).status_code == 302
    waiting = scans(applicant, in_tenant)
    assert [(one.kind, one.enrolment_id) for one in waiting] == [("id_card", None), ("post_certificate", None)]
    with storages["private"].open(waiting[0].file) as file:
        assert b"\xff\xd8\xff" not in file.read()[:80]
    assert applicant.client.get(f"/enrol/scans/{waiting[0].uuid}/").content.startswith(b"\xff\xd8\xff")
    address = applicant.send()["Location"]
    assert [str(one.enrolment.uuid) in address for one in self_reload(applicant, in_tenant)] == [True, True]


def self_reload(applicant: Applicant, in_tenant: Any) -> list[Any]:
    with in_tenant(applicant.institution):
        return list(EnrolmentScan.objects.filter(user=applicant.user).select_related("enrolment"))


def test_a_good_picture_is_kept_where_the_other_is_refused(applicant: Applicant, in_tenant: Any) -> None:
    applicant.begin()
    answer = applicant.tell(id_card=upload(), post_certificate=upload(HEIC, "IMG.HEIC"))
    assert answer.status_code == 400
    assert "HEIC" in text_of(answer, ".field-error")
    assert "scan.heic" in text_of(answer, ".field-error")
    assert [one.kind for one in scans(applicant, in_tenant)] == ["id_card"]


def test_a_picture_replaces_the_one_of_its_kind(applicant: Applicant, in_tenant: Any) -> None:
    address = applicant.apply(id_card=upload())["Location"]
    (first,) = scans(applicant, in_tenant)
    assert applicant.client.post(address, {"id_card": upload(paper("PNG"))}).status_code == 302
    (second,) = scans(applicant, in_tenant)
    assert second.uuid != first.uuid
    assert applicant.client.get(f"/enrol/scans/{first.uuid}/").status_code == 404


def test_nobody_else_sees_a_scan(applicant: Applicant, jiangxin: Any, in_tenant: Any, registrar: Any) -> None:
    applicant.begin()
    applicant.tell(id_card=upload())
    (scan,) = scans(applicant, in_tenant)
    own, desk = f"/enrol/scans/{scan.uuid}/", f"/admin/desk/enrolments/scans/{scan.uuid}/"
    assert registrar.get(desk).status_code == 404, "it is not sent yet"
    applicant.send()
    stranger = people.signed_in(people.make_user("林小梅"), applicant.institution)
    assert stranger.get(own).status_code == 404
    assert people.signed_in(applicant.user, jiangxin).get(own).status_code == 404
    assert staff_client(jiangxin, Role.MANAGER).get(desk).status_code == 404
    assert staff_client(applicant.institution, Role.VIEWER).get(desk).status_code == 403
    assert registrar.get(own).status_code == 404


def test_the_desk_looks_with_an_audit_row(applicant: Applicant, in_tenant: Any, registrar: Any) -> None:
    applicant.apply(id_card=upload())
    (scan,) = scans(applicant, in_tenant)
    answer = registrar.get(f"/admin/desk/enrolments/scans/{scan.uuid}/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert "no-store" in answer["Cache-Control"]
    entry = Entry.objects.get(action="enrolment_scan.read")
    assert (entry.actor_id, entry.data["kind"]) == (registrar.user.pk, "id_card")
    applicant.client.get(f"/enrol/scans/{scan.uuid}/")
    assert Entry.objects.filter(action="enrolment_scan.read").count() == 1


def test_the_counter_scans_papers_until_they_are_attested(applicant: Applicant, in_tenant: Any, registrar: Any) -> None:
    uuid = applicant.apply()["Location"].strip("/").split("/")[-1]
    page = f"/admin/desk/enrolments/{uuid}/detail/"
    assert registrar.post(page, {"verb": "scans"}).status_code == 400
    assert registrar.post(page, {"verb": "scans", "id_card": upload()}).status_code == 302
    (scan,) = scans(applicant, in_tenant)
    assert (scan.uploaded_by_id, scan.user_id) == (registrar.user.pk, applicant.user.pk)
    registrar.post(page, {"verb": "confirm", "seen": "on"})
    registrar.post(page, {"verb": "scans", "id_card": upload(paper("PNG"))})
    refused = applicant.client.post(f"/enrol/{uuid}/", {"id_card": upload()})
    assert (refused.status_code, "enrolment.state" in text_of(refused)) == (409, True)
    assert [one.uuid for one in scans(applicant, in_tenant)] == [scan.uuid]


def test_scans_go_when_they_have_served(
    applicant: Applicant, in_tenant: Any, django_capture_on_commit_callbacks: Any
) -> None:
    from django.core.files.storage import storages

    from cms.retention import count_ended, end_of_retention
    from learning.models import Enrolment

    applicant.begin()
    applicant.tell(id_card=upload())
    (waiting,) = scans(applicant, in_tenant)
    assert count_ended(at=now() + timedelta(hours=23)).scans == 0
    assert count_ended(at=now() + timedelta(hours=25)).scans == 1
    applicant.send()
    assert count_ended(at=now() + timedelta(hours=25)).scans == 0
    with in_tenant(applicant.institution):
        Enrolment.objects.update(seen_at=now())
    assert count_ended(at=now() + timedelta(days=182)).scans == 0
    with django_capture_on_commit_callbacks(execute=True):
        end_of_retention(at=now() + timedelta(days=184))
    assert scans(applicant, in_tenant) == []
    assert not storages["private"].exists(waiting.file)
    assert Entry.objects.get(action="enrolment_scan.erased").data == {"scans": 1}


def test_scans_are_in_the_copy_of_data_and_go_with_the_person(applicant: Applicant, in_tenant: Any) -> None:
    from cms.centre.my_data_export import bundle
    from tenants.accounts.events import account_anonymised
    from tenants.accounts.models import User

    applicant.apply(id_card=upload())
    names = zipfile.ZipFile(io.BytesIO(bundle(applicant.user, at=now()))).namelist()
    (name,) = [name for name in names if name.startswith("证件扫描件/身份证-")]
    assert name.endswith(".jpg")
    account_anonymised.send(sender=User, user=applicant.user, by=None, at=now())
    assert scans(applicant, in_tenant) == []
