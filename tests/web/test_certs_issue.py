"""Issuing, uploading, renewing: what happens, once, and who is told what."""

from __future__ import annotations

import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from pypdf import PdfReader

from tests.support import certified
from tests.support.certified import AT

pytestmark = pytest.mark.django_db


def test_the_hours_certificate_is_issued_once_and_notes_it_on_the_enrolment(lingzhu: Any, in_tenant: Any) -> None:
    from certs.models import HoursCertificate
    from certs.services import issue_hours_certificate
    from tenants.audit.models import Entry

    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu)
        first = issue_hours_certificate(made.enrolment, at=AT)
        again = issue_hours_certificate(made.enrolment, at=AT + timedelta(days=1))
        assert (again.pk, again.number) == (first.pk, "XS2026-101-000001")
        assert HoursCertificate.objects.count() == 1
        made.enrolment.refresh_from_db()
        assert made.enrolment.certified_at == AT
    assert Entry.objects.filter(action="hours_certificate.issued").count() == 1


@pytest.mark.parametrize(
    ("approved", "passed", "code"),
    [(False, True, "certs.hours_not_approved"), (True, False, "certs.exam_not_passed")],
)
def test_no_hours_certificate_before_both_are_passed(
    lingzhu: Any, in_tenant: Any, approved: bool, passed: bool, code: str
) -> None:
    from certs.errors import CannotCertify
    from certs.services import issue_hours_certificate

    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu, approved=approved, passed=passed)
        with pytest.raises(CannotCertify) as refused:
            issue_hours_certificate(made.enrolment, at=AT)
        assert refused.value.code == code


def test_a_name_that_cannot_be_printed_stops_the_certificate(lingzhu: Any, in_tenant: Any, make_user: Any) -> None:
    from certs.errors import NameNotPrintable
    from certs.models import HoursCertificate
    from certs.services import issue_hours_certificate

    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu, user=make_user("李\U0002fa1d"))
        with pytest.raises(NameNotPrintable) as refused:
            issue_hours_certificate(made.enrolment, at=AT)
        assert refused.value.code == "certs.name_not_printable"
        assert "\U0002fa1d" in refused.value.message
        assert not HoursCertificate.objects.exists()


def test_eight_requests_at_once_give_one_certificate_and_one_document(
    committed: None, lingzhu: Any, in_tenant: Any
) -> None:
    from django.db import connection

    from certs.models import HoursCertificate
    from certs.services import issue_hours_certificate, open_pdf

    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu)

    def ask(_number: int) -> tuple[str, str]:
        try:
            with in_tenant(lingzhu):
                certificate = issue_hours_certificate(made.enrolment, at=AT)
                pdf = open_pdf(certificate, by=made.user, at=AT)
                return certificate.number, hashlib.sha256(pdf).hexdigest()
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(ask, range(8)))
    assert len(answers) == 1
    with in_tenant(lingzhu):
        assert HoursCertificate.objects.get().sha256 == answers.pop()[1]


def test_the_document_is_signed_sealed_and_the_same_bytes_every_time(lingzhu: Any, in_tenant: Any) -> None:
    from certs.pdf.sign import is_ours_unaltered
    from certs.services import issue_hours_certificate, open_pdf

    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu)
        certificate = issue_hours_certificate(made.enrolment, at=AT)
        pdf = open_pdf(certificate, by=made.user, at=AT)
        assert open_pdf(certificate, by=made.user, at=AT + timedelta(days=400)) == pdf
        certificate.refresh_from_db()
    assert is_ours_unaltered(pdf)
    stored = (Path(django_settings.PRIVATE_ROOT) / certificate.pdf).read_bytes()
    assert b"%PDF" not in stored
    text = PdfReader(BytesIO(pdf)).pages[0].extract_text()
    assert made.user.id_number in text
    assert "广东建设教育协会" in text


def test_a_stored_document_that_was_swapped_is_not_served(lingzhu: Any, in_tenant: Any) -> None:
    from certs.errors import CannotCertify
    from certs.services import issue_hours_certificate, open_pdf

    with in_tenant(lingzhu):
        made, other = certified.make_finished(lingzhu), certified.make_finished(lingzhu)
        mine = issue_hours_certificate(made.enrolment, at=AT)
        theirs = issue_hours_certificate(other.enrolment, at=AT)
        for certificate, owner in ((mine, made), (theirs, other)):
            open_pdf(certificate, by=owner.user, at=AT)
            certificate.refresh_from_db()
        root = Path(django_settings.PRIVATE_ROOT)
        (root / mine.pdf).chmod(0o600)
        (root / mine.pdf).write_bytes((root / theirs.pdf).read_bytes())
        with pytest.raises(CannotCertify) as refused:
            open_pdf(mine, by=made.user, at=AT)
    assert refused.value.code == "certs.altered"


def test_hours_are_uploaded_once_and_recorded_when_the_register_accepts(lingzhu: Any, in_tenant: Any) -> None:
    from certs.models import HoursUpload
    from certs.services import accept_upload, upload_due
    from certs.services.batches import take_batch

    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu)
        assert upload_due(at=AT) == 1
        assert upload_due(at=AT) == 0
        upload = HoursUpload.objects.get()
        made.enrolment.refresh_from_db()
        assert (upload.state, made.enrolment.hours_recorded_at) == ("accepted", AT)
        accept_upload(upload, reference="again", at=AT + timedelta(hours=1))
        upload.refresh_from_db()
        assert upload.reference.startswith("FILE-")
        line = json.loads(take_batch(upload.batch, at=AT))["lines"][0]
        assert (line["id_number"], line["hours"], line["year"]) == (made.user.id_number, "32", 2026)


def test_a_batch_is_sealed_printed_for_the_audit_trail_and_forgotten_after_its_days(
    lingzhu: Any, in_tenant: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    from certs.models import HoursUpload, RegisterBatch
    from certs.services import upload_due
    from certs.services.batches import NoSuchBatch, take_batch
    from cms.retention import count_ended, end_of_retention
    from tenants.audit.models import Entry

    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu)
        upload_due(at=AT)
        batch = HoursUpload.objects.get().batch
    number = made.user.id_number
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM certs_registerbatch")
        assert number.encode() not in bytes(cursor.fetchone()[0])
    call_command("register_batches")
    assert capsys.readouterr().out.startswith(f"{batch}  1 lines")
    call_command("register_batches", str(batch))
    assert number in capsys.readouterr().out
    entry = Entry.objects.get(action="register_batch.taken")
    assert (entry.data, entry.subject_id) == ({"lines": 1}, str(batch))
    taken = RegisterBatch.objects.get().taken_at
    assert (count_ended(at=taken).batches, count_ended(at=taken + timedelta(days=31)).batches) == (0, 1)
    end_of_retention(at=taken + timedelta(days=31))
    with pytest.raises(NoSuchBatch):
        take_batch(batch, at=taken)


def test_an_approval_that_can_still_be_taken_back_is_not_uploaded(lingzhu: Any, in_tenant: Any) -> None:
    from certs.services import upload_due

    with in_tenant(lingzhu):
        certified.make_finished(lingzhu)
        assert upload_due(at=certified.APPROVED_AT + timedelta(minutes=9)) == 0
        assert upload_due(at=certified.APPROVED_AT + timedelta(minutes=10)) == 1


def test_a_worker_that_died_after_forming_a_batch_leaves_one_batch_that_goes_out_later(
    lingzhu: Any, in_tenant: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from certs.models import HoursUpload
    from certs.register import SealedRegister
    from certs.services import upload_due

    def killed(*_: Any, **__: Any) -> None:
        raise SystemExit

    with in_tenant(lingzhu):
        certified.make_finished(lingzhu)
        with monkeypatch.context() as patch:
            patch.setattr(SealedRegister, "send", killed)
            with pytest.raises(SystemExit):
                upload_due(at=AT)
        formed = HoursUpload.objects.get()
        assert (formed.state, formed.batch is not None) == ("queued", True)
        assert upload_due(at=AT) == 1
        sent = HoursUpload.objects.get()
        assert (sent.state, sent.batch) == ("accepted", formed.batch)


def test_a_rejected_line_is_uploaded_again(lingzhu: Any, in_tenant: Any, settings: Any) -> None:
    from certs.models import HoursUpload
    from certs.services import reject_upload, upload_due

    settings.REGISTER_ACCEPTS_AT_ONCE = False
    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu)
        upload_due(at=AT)
        sent = HoursUpload.objects.get()
        made.enrolment.refresh_from_db()
        assert (sent.state, made.enrolment.hours_recorded_at) == ("sent", None)
        reject_upload(sent, reason="name differs", at=AT)
        assert upload_due(at=AT) == 1
        assert sorted(HoursUpload.objects.values_list("state", flat=True)) == ["rejected", "sent"]


def test_renewal_issues_the_qualification_certificate_and_voids_the_post_certificate(
    lingzhu: Any, in_tenant: Any, association: Any
) -> None:
    from certs.services import open_pdf, renew

    certified.publish_rules()
    with in_tenant(lingzhu):
        made = certified.make_recorded(lingzhu)
    post = made.enrolment.post_certificate
    with in_tenant(association):
        certificate = renew(post, made.user, at=AT)
        post.refresh_from_db()
        assert (post.state, post.superseded_at) == ("superseded", AT)
        assert certificate.number == "04426101100000001"
        text = PdfReader(BytesIO(open_pdf(certificate, by=made.user, at=AT))).pages[0].extract_text()
    assert "参加住房和城乡建设领域施工现场专业人员职业培训，测试成绩合格。" in text
    assert "2026年度，继续教育学时为32学时。" in text
    assert "2026年3月3日" in text


def test_a_certificate_whose_hours_fell_is_revoked_and_a_second_approval_gives_a_new_one(
    lingzhu: Any, in_tenant: Any
) -> None:
    from certs.models import HoursCertificate
    from certs.services import issue_hours_certificate, revoke_unfounded
    from learning.models import Enrolment

    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu)
        first = issue_hours_certificate(made.enrolment, at=AT)
        assert revoke_unfounded(at=AT) == 0
        Enrolment.objects.filter(pk=made.enrolment.pk).update(hours_state="cleared")
        assert revoke_unfounded(at=AT) == 1
        assert revoke_unfounded(at=AT) == 0
        Enrolment.objects.filter(pk=made.enrolment.pk).update(hours_state="approved")
        second = issue_hours_certificate(made.enrolment, at=AT)
        assert second.number != first.number
        assert HoursCertificate.objects.filter(revoked_at=None).get() == second


def test_the_centre_lists_what_can_be_renewed_and_why_not(lingzhu: Any, in_tenant: Any, association: Any) -> None:
    from certs import queries
    from certs.services import renew

    certified.publish_rules()
    with in_tenant(lingzhu):
        made = certified.make_finished(lingzhu)
    with in_tenant(association):
        (line,) = queries.certificates_of(made.user, at=AT)
        assert (line.kind, line.refusal, line.is_enrolled) == ("post", "hours_not_recorded", True)
        (hours,) = queries.recorded_hours_of(made.user)
        assert (hours.institution, hours.uploaded_hours, hours.total_hours) == ("岭筑建筑培训学校", 0, 32)
    with in_tenant(lingzhu):
        (document,) = queries.hours_documents_of(made.user)
        assert (document.is_ready, document.number) == (True, "")
        from certs.services import upload_due

        upload_due(at=AT)
    with in_tenant(association):
        (hours,) = queries.recorded_hours_of(made.user)
        assert (hours.uploaded_hours, str(hours.uploaded_on)) == (32, "2026-03-03")
        (line,) = queries.certificates_of(made.user, at=AT)
        assert line.is_renewable
        certificate = renew(made.enrolment.post_certificate, made.user, at=AT)
        post, issued = queries.certificates_of(made.user, at=AT)
        assert (post.state, post.refusal, post.replaced_by) == ("superseded", "already_renewed", certificate.number)
        assert (issued.kind, issued.number, issued.state) == ("qualification", certificate.number, "valid")


@pytest.mark.parametrize("many", [1, 3])
def test_the_list_of_certificates_takes_the_same_queries_for_one_and_for_three(
    in_tenant: Any, association: Any, make_user: Any, many: int
) -> None:
    from datetime import date

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from certs import queries
    from learning.services import register_post_certificate
    from tests.support.study import make_position

    user = make_user()
    for number in range(many):
        register_post_certificate(
            number=f"44{number:012d}",
            id_number=user.id_number,
            name=user.name,
            position=make_position(),
            issued_on=date(2017, 5, 4),
            by=None,
            at=AT,
        )
    with in_tenant(association), CaptureQueriesContext(connection) as asked:
        assert len(queries.certificates_of(user, at=AT)) == many
    assert len([query for query in asked if "search_path" not in query["sql"]]) == 5
