"""一人一档: everything about one enrolment on one page and in one ZIP."""

from __future__ import annotations

import csv
import hashlib
import zipfile
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.utils.timezone import now
from pypdf import PdfReader

from cms.exporting.making import make
from tenants.audit.models import Entry
from tenants.exports import jobs
from tenants.exports.models import ExportJob
from tenants.roles.roles import Role
from tenants.scopes import province_scope
from tests.support import certified, exam, people
from tests.support.staff import make_case, queries_of, staff_client
from tests.support.study import make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.MANAGER, "周敏")


@pytest.fixture
def case(lingzhu: Any, in_tenant: Any) -> Any:
    """Somebody with studied hours, snapshots, an incident, a paper, a pending review and a message."""
    from proctoring.models import Incident
    from tenants.messages.services import queue_sms

    exam.make_bank()
    with in_tenant(lingzhu):
        found = make_case(lingzhu, outcomes=(("match", 0.31), ("mismatch", 0.7)))
        enrolment = found.enrolment
        attempt = exam.begin(enrolment, by=enrolment.user, at=exam.STUDIED_AT + timedelta(hours=4))
        exam.answer(attempt, right=40, at=exam.STUDIED_AT + timedelta(hours=4, minutes=1))
        from exams.services import submit

        submit(attempt, by=enrolment.user, at=exam.STUDIED_AT + timedelta(hours=4, minutes=2))
        session = enrolment.study_sessions.first().camera_session
        Incident.objects.create(
            institution=lingzhu, session=session, kind="face_changed", noted_at=exam.STUDIED_AT, data={}
        )
        queue_sms(
            user=enrolment.user, template="hours_approved", params={}, institution=lingzhu, at=now(), key="archive-1"
        )
    return found


def address(enrolment: Any) -> str:
    return f"/admin/desk/enrolments/{enrolment.uuid}/archive/"


def text_of(answer: Any) -> str:
    return BeautifulSoup(answer.content, "html.parser").get_text(" ", strip=True)


def made(client: Any, where: str, in_tenant: Any, institution: Any, **posted: Any) -> tuple[ExportJob, Any]:
    """The finished job of this page's button, and its ZIP as its owner downloads it."""
    answer = client.post(where, posted)
    assert answer.status_code == 302, text_of(answer)
    with in_tenant(institution), province_scope():
        job = ExportJob.objects.get(uuid=answer["Location"].rstrip("/").rsplit("/", 1)[1])
        assert jobs.run(job.pk, make=make, clock=now)
        job.refresh_from_db()
    answer = client.post(f"{answer['Location']}file/")
    data = b"".join(answer.streaming_content)
    assert hashlib.sha256(data).hexdigest() == job.sha256
    return job, zipfile.ZipFile(BytesIO(data))


def words_of(packed: zipfile.ZipFile) -> str:
    pages = PdfReader(BytesIO(packed.read("档案.pdf"))).pages
    return "".join(page.extract_text() for page in pages).replace("\n", "").replace(" ", "")


def test_the_page_has_every_chapter_with_its_anchor(manager: Any, case: Any) -> None:
    link = BeautifulSoup(manager.get(f"/admin/desk/enrolments/{case.enrolment.uuid}/detail/").content, "html.parser")
    assert link.select_one(f'a.w-header-button[href="{address(case.enrolment)}"]').text == "一人一档"
    page = BeautifulSoup(manager.get(address(case.enrolment)).content, "html.parser")
    anchors = [a["href"].lstrip("#") for a in page.select(".zx-archive__nav a")]
    assert anchors == [
        "application", "certificate", "scans", "fees", "consents", "study", "camera", "exams", "reviews",
        "certificates", "uploads", "messages",
    ]  # fmt: skip
    assert [part["id"] for part in page.select("section.zx-sec[id]")] == anchors
    said = page.get_text(" ", strip=True)
    for words in ("2026-03-02", "不是本人 1", "验证中途换了人", "第 1 次试卷", "80", "恭喜您的继续教育学时已通过审核"):
        assert words in said, words
    assert case.enrolment.user.id_number not in said
    assert case.enrolment.user.phone not in said
    assert page.select('#camera a[href^="/camera/evidence/snapshot/"]')
    assert Entry.objects.filter(action="archive.read", actor=manager.user).count() == 1


def test_only_the_association_reads_the_key_of_a_paper(manager: Any, association: Any, case: Any) -> None:
    reviewer = staff_client(association, Role.HOURS_REVIEWER, "欧阳审")
    link = reviewer.get(f"/admin/console/reviews/{case.uuid}/").content.decode()
    there = f"/admin/console/archives/{case.enrolment.uuid}/"
    assert there in link
    assert "正确答案" in text_of(reviewer.get(there))
    assert "正确答案" not in text_of(manager.get(address(case.enrolment)))
    assert "个人信息更正" in text_of(reviewer.get(there))


def test_a_reader_without_the_right_sees_no_door_to_numbers_or_pictures(lingzhu: Any, case: Any) -> None:
    viewer = staff_client(lingzhu, Role.VIEWER)
    page = BeautifulSoup(viewer.get(address(case.enrolment)).content, "html.parser")
    assert not page.select('a[href*="/numbers/"], button[hx-get*="/numbers/"], a[href*="/evidence/"]')
    assert viewer.post(address(case.enrolment), {"full": "on", "reason": "报送主管部门"}).status_code == 403
    assert staff_client(lingzhu, Role.EDITOR).get(address(case.enrolment)).status_code == 403


def test_an_archive_of_another_institution_and_ones_own_do_not_exist(
    lingzhu: Any, jiangxin: Any, case: Any, in_tenant: Any
) -> None:
    other = staff_client(jiangxin, Role.MANAGER, "区敏")
    assert other.get(address(case.enrolment)).status_code == 404
    assert other.post(address(case.enrolment)).status_code == 404
    client = staff_client(lingzhu, Role.MANAGER)
    with in_tenant(lingzhu):
        own = make_study(lingzhu, user=client.user).enrolment
    assert client.get(address(own)).status_code == 404


def test_a_masked_zip_names_nobody_by_number(manager: Any, lingzhu: Any, in_tenant: Any, case: Any) -> None:
    _job, packed = made(manager, address(case.enrolment), in_tenant, lingzhu)
    assert packed.namelist() == ["档案.pdf", "学习记录.csv", "学习时段.csv", "抓拍索引.csv"]
    days = list(csv.reader(StringIO(packed.read("学习记录.csv").decode().lstrip("\ufeff"))))
    assert days[0] == ["日期", "计入学时", "没有计入", "已清零", "抓拍", "课件"]
    assert days[1][:2] == ["2026-03-02", "40 秒"]
    shots = list(csv.reader(StringIO(packed.read("抓拍索引.csv").decode().lstrip("\ufeff"))))
    assert [row[2] for row in shots[1:]] == ["是本人", "不是本人"]
    words, user = words_of(packed), case.enrolment.user
    for expected in ("一人一档", user.name, "第1次试卷", hashlib.sha256(packed.read("抓拍索引.csv")).hexdigest()):
        assert expected in words, expected
    everything = words + "".join(packed.read(name).decode("utf-8", "ignore") for name in packed.namelist()[1:])
    assert user.id_number not in everything
    assert user.phone not in everything
    assert Entry.objects.get(action="archive.asked").data == {"full": False}


def test_a_full_zip_has_the_certificates_and_says_why(manager: Any, lingzhu: Any, in_tenant: Any) -> None:
    from certs.services import issue_hours_certificate

    certified.publish_rules()
    with in_tenant(lingzhu):
        study = certified.make_finished(lingzhu)
        document = issue_hours_certificate(study.enrolment, at=certified.AT)
    where = address(study.enrolment)
    assert manager.post(where, {"full": "on", "reason": "查"}).status_code == 400
    _job, packed = made(manager, where, in_tenant, lingzhu, full="on", reason="应检查要求存档")
    assert f"一人一档：{study.user.name}" in text_of(manager.get("/admin/desk/exports/"))
    assert packed.namelist()[-1] == f"证书/{document.number}.pdf"
    assert packed.read(f"证书/{document.number}.pdf").startswith(b"%PDF")
    assert study.user.id_number in words_of(packed)
    assert Entry.objects.get(action="archive.asked").data == {"full": True, "reason": "应检查要求存档"}
    assert Entry.objects.filter(action="certificate.opened", actor=manager.user).count() == 1


def test_the_same_rows_give_the_same_bytes(manager: Any, lingzhu: Any, in_tenant: Any, case: Any) -> None:
    from cms.archive.bundle import make_archive

    job, packed = made(manager, address(case.enrolment), in_tenant, lingzhu)
    with in_tenant(lingzhu):
        again, later = BytesIO(), BytesIO()
        make_archive(job, again, lambda _done: None)
        assert hashlib.sha256(again.getvalue()).hexdigest() == job.sha256
        job.created_at += timedelta(hours=1)
        make_archive(job, later, lambda _done: None)
    stated = words_of(packed).split("内容校验值")[1][:64]
    assert stated in words_of(zipfile.ZipFile(later))
    assert later.getvalue() != again.getvalue()  # it says when it was made


def test_who_has_withdrawn_is_masked_at_the_desk_even_in_a_full_archive(
    manager: Any, lingzhu: Any, in_tenant: Any
) -> None:
    with in_tenant(lingzhu):
        study = make_study(lingzhu, user=people.make_user("梁志强"))
        type(study.enrolment).objects.filter(pk=study.enrolment.pk).update(admission="withdrawn")
    _job, packed = made(manager, address(study.enrolment), in_tenant, lingzhu, full="on", reason="应检查要求存档")
    assert study.user.id_number not in words_of(packed)


def test_the_association_makes_one_too(association: Any, case: Any, in_tenant: Any) -> None:
    boss = staff_client(association, Role.SUPERADMIN, "谢敏仪")
    where = f"/admin/console/archives/{case.enrolment.uuid}/"
    _job, packed = made(boss, where, in_tenant, association)
    assert "正确答案" in words_of(packed)
    assert Entry.objects.get(action="archive.asked").institution_id == case.enrolment.institution_id


def test_the_page_takes_as_many_queries_for_a_short_study_as_for_a_long_one(
    manager: Any, lingzhu: Any, in_tenant: Any
) -> None:
    exam.make_bank()
    counts = []
    for many in (1, 3):
        with in_tenant(lingzhu):
            outcomes = (("match", 0.31),) * many
            found = make_case(lingzhu, name=f"梁{'一三'[many // 2]}", outcomes=outcomes, lengths_ms=(20_000,) * many)
            for number in range(many):
                at = exam.STUDIED_AT + timedelta(hours=4 + number)
                attempt = exam.begin(found.enrolment, by=found.enrolment.user, at=at)
                from exams.services import submit

                submit(attempt, by=found.enrolment.user, at=at + timedelta(minutes=2))
        counts.append(queries_of(manager, address(found.enrolment))[0])
    assert counts[0] == counts[1]
