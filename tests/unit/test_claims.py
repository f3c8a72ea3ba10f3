"""A certificate that the register does not hold: reported, entered or refused, and forgotten in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from learning import services
from learning.claim_scans import prepare_scan
from learning.models import CertificateClaim, PostCertificate
from learning.register_errors import CannotChangeRegister, CannotClaim
from learning.register_queries import answered_claims, candidates_for, waiting_claims
from learning.services import CertificateData
from tenants import vault
from tenants.accounts.anonymise import anonymise
from tenants.audit.models import Entry
from tenants.errors import DomainError
from tests.support import people
from tests.support.study import make_position

pytestmark = pytest.mark.django_db
AT = datetime(2026, 1, 8, 2, tzinfo=UTC)


@pytest.fixture
def registrar(db: None) -> Any:
    return people.make_user("何敏")


@pytest.fixture
def clerk(db: None) -> Any:
    return people.make_user("谢敏仪")


@pytest.fixture
def holder(db: None) -> Any:
    return people.make_user("梁志强")


@pytest.fixture
def place(lingzhu: Any, in_tenant: Any) -> Any:
    with in_tenant(lingzhu):
        yield lingzhu


def said(holder: Any, **other: Any) -> dict[str, Any]:
    return {
        "number": "粤建岗 700001", "id_number": holder.id_number, "name": holder.name, "position": make_position(),
        "issued_on": date(2017, 5, 4), "at": AT,
    } | other  # fmt: skip


def claimed(place: Any, holder: Any, by: Any, **other: Any) -> CertificateClaim:
    return services.claim_certificate(place, **said(holder, **other), by=by)


def refused(verb: Any, *args: Any, **named: Any) -> str:
    with pytest.raises(DomainError) as error:
        verb(*args, **named)
    return str(error.value.code)


def data_of(claim: CertificateClaim, **other: Any) -> CertificateData:
    values = {
        "number": claim.number, "id_number": claim.holder_id_number, "name": claim.holder_name,
        "position": claim.position, "issued_on": claim.issued_on,
    }  # fmt: skip
    return CertificateData(**(values | other))


def jpeg(width: int = 900, height: int = 600, kind: str = "JPEG", mode: str = "RGB") -> bytes:
    out = BytesIO()
    Image.new(mode, (width, height), 120 if mode == "L" else (90, 120, 150, 40)[: len(mode)]).save(out, kind)
    return out.getvalue()


def test_a_claim_is_kept_sealed_and_waits(place: Any, registrar: Any, holder: Any) -> None:
    claim = claimed(place, holder, registrar, note="原件已看，电话 13800138000", scan=prepare_scan(jpeg()))
    assert (claim.state, claim.number, claim.by_holder) == ("waiting", "粤建岗700001", False)
    assert claim.note == "原件已看，电话 [phone]"
    assert Image.open(BytesIO(vault.get(claim, "scan"))).size == (900, 600)
    assert list(waiting_claims()) == [claim]
    assert Entry.objects.get(action="certificate_claim.made").data == {}


def test_the_same_certificate_waits_once_at_an_institution(
    place: Any, jiangxin: Any, registrar: Any, holder: Any
) -> None:
    claimed(place, holder, registrar)
    assert refused(claimed, place, holder, registrar) == "claim.waiting"
    assert claimed(jiangxin, holder, registrar).state == "waiting"


def test_a_number_of_somebody_else_is_answered_as_one_of_nobody(
    place: Any, registrar: Any, clerk: Any, holder: Any
) -> None:
    other = people.make_user("郑国华")
    services.register_post_certificate(**said(other, number="粤建岗700001"), by=clerk)
    claim = claimed(place, holder, registrar)
    assert claim.state == "waiting"
    assert [(one.certificate.number, one.same) for one in candidates_for(claim)] == [("粤建岗700001", ("number",))]


def test_what_the_register_holds_for_this_person_is_not_claimed(
    place: Any, registrar: Any, clerk: Any, holder: Any
) -> None:
    services.register_post_certificate(**said(holder), by=clerk)
    assert refused(claimed, place, holder, registrar) == "claim.known"
    claim = claimed(place, holder, registrar, name="梁自强")  # the register's name is a typing error: to be corrected
    assert candidates_for(claim)[0].same == ("number", "holder")


def test_bad_input_is_refused_before_anything_is_written(place: Any, registrar: Any, holder: Any) -> None:
    assert refused(claimed, place, holder, registrar, number="12") == "register.number"
    assert refused(claimed, place, holder, registrar, issued_on=date(2026, 1, 9)) == "register.future"
    assert refused(claimed, place, holder, registrar, id_number="440106198503120011") == "account.bad_document"
    assert refused(claimed, place, holder, registrar, name="梁1") == "account.bad_name"
    assert not CertificateClaim.objects.exists()


def test_a_holder_reports_a_few_at_a_time(place: Any, holder: Any) -> None:
    for number in range(3):
        assert claimed(place, holder, holder, number=f"粤建岗71000{number}").by_holder
    assert refused(claimed, place, holder, holder, number="粤建岗710009") == "claim.too_many"


def test_entering_answers_the_claim_in_one_step(place: Any, registrar: Any, clerk: Any, holder: Any) -> None:
    claim = claimed(place, holder, registrar)
    row = services.enter_claim(claim, data_of(claim, number="粤建岗700002"), by=clerk, at=AT)
    claim.refresh_from_db()
    assert (row.number, row.holder_id_number) == ("粤建岗700002", holder.id_number)
    assert (claim.state, claim.certificate, claim.decided_by) == ("entered", row, clerk)
    assert refused(services.enter_claim, claim, data_of(claim), by=clerk, at=AT) == "claim.decided"
    assert list(answered_claims()) == [claim]
    services.note_answer(claim, by=registrar, at=AT)
    assert not answered_claims().exists()


def test_where_the_number_is_taken_neither_is_written(place: Any, registrar: Any, clerk: Any, holder: Any) -> None:
    services.register_post_certificate(**said(people.make_user("郑国华")), by=clerk)
    claim = claimed(place, holder, registrar)
    assert refused(services.enter_claim, claim, data_of(claim), by=clerk, at=AT) == "register.number_taken"
    claim.refresh_from_db()
    assert (claim.state, PostCertificate.objects.count()) == ("waiting", 1)


def test_a_refusal_needs_an_answer_and_is_nobodys_own(place: Any, registrar: Any, clerk: Any, holder: Any) -> None:
    claim = claimed(place, holder, registrar)
    assert refused(services.refuse_claim, claim, answer=" ", by=clerk, at=AT) == "claim.answer"
    assert refused(services.refuse_claim, claim, answer="查无此证", by=holder, at=AT) == "register.own"
    assert refused(services.enter_claim, claim, data_of(claim), by=holder, at=AT) == "register.own"
    found = services.refuse_claim(claim, answer="查无此证", by=clerk, at=AT)
    assert (found.state, found.answer) == ("refused", "查无此证")
    assert claimed(place, holder, registrar).state == "waiting"  # with better papers it may be reported again


def test_half_a_year_after_the_answer_nothing_names_the_holder(
    place: Any, registrar: Any, clerk: Any, holder: Any, django_capture_on_commit_callbacks: Any
) -> None:
    claim = claimed(place, holder, registrar, scan=prepare_scan(jpeg()), note="原件已看")
    services.refuse_claim(claim, answer="查无此证", by=clerk, at=AT)
    assert services.forget_claims(at=AT + timedelta(days=182)) == 0
    with django_capture_on_commit_callbacks(execute=True):
        assert services.forget_claims(at=AT + timedelta(days=183)) == 1
    found = CertificateClaim.objects.get()
    assert (found.number, found.holder_name, found.holder_id_number, found.scan, found.note) == ("", "—", "", "", "")
    assert found.holder_id_index != holder.id_number_index
    with pytest.raises(FileNotFoundError):
        vault.get(claim, "scan")
    assert services.forget_claims(at=AT + timedelta(days=183)) == 0


def test_an_anonymised_person_is_taken_off_their_own_claims(place: Any, holder: Any, clerk: Any) -> None:
    own, other = claimed(place, holder, holder), claimed(place, people.make_user("郑国华"), holder)
    holder.closed_at = AT
    holder.save()
    anonymise(holder, by=None, at=AT)
    own.refresh_from_db()
    other.refresh_from_db()
    assert (own.holder_id_number, own.holder_name, other.holder_name) == ("", "—", "郑国华")
    assert list(waiting_claims()) == [other]
    assert refused(services.refuse_claim, own, answer="查无此证", by=clerk, at=AT) == "claim.emptied"


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"GIF89a" + b"\0" * 400, "not_an_image"), (b"", "not_an_image"), (b"%PDF-1.7\n", "not_an_image"),
     (jpeg(200, 900), "too_small"), (jpeg()[:900], "damaged"), (b"\xff\xd8" + b"\0" * (8 * 1024 * 1024), "too_large"),
     (jpeg(9000, 6000, "PNG", "L"), "too_large")],
    ids=["gif", "empty", "pdf", "small", "cut", "heavy", "wide"],
)  # fmt: skip
def test_only_readable_pictures_are_taken(data: bytes, code: str) -> None:
    with pytest.raises(CannotClaim) as error:
        prepare_scan(data)
    assert (error.value.code, error.value.status) == (f"claim.{code}", 400)


def test_what_is_kept_is_drawn_anew_without_what_the_camera_wrote(place: Any) -> None:
    out, exif = BytesIO(), Image.Exif()
    exif[0x0110] = "机密相机"
    exif[0x0112] = 6  # turned by a quarter
    Image.new("RGB", (4200, 2800), (200, 30, 30)).save(out, "JPEG", exif=exif)
    clean = prepare_scan(out.getvalue() + b"<?php secret ?>")
    picture = Image.open(BytesIO(clean))
    assert (picture.format, picture.size, dict(picture.getexif())) == ("JPEG", (1333, 2000), {})
    assert b"secret" not in clean
    see_through = Image.open(BytesIO(prepare_scan(jpeg(kind="PNG", mode="RGBA"))))
    assert see_through.mode == "RGB"


def test_own_certificates_are_no_business_of_a_clerk_who_is_the_holder(place: Any, registrar: Any, holder: Any) -> None:
    claim = claimed(place, holder, registrar)
    with pytest.raises(CannotChangeRegister):
        services.enter_claim(claim, data_of(claim, id_number=holder.id_number), by=holder, at=AT)
