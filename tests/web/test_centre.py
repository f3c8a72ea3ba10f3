"""The personal centre as its owner sees it: next step, record, certificates, details."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client

from tests.support.certified import make_finished
from tests.support.exam import STUDIED_AT, make_ready, statements
from tests.support.staff import give_photos
from tests.support.study import make_study


def page_of(response: Any) -> BeautifulSoup:
    assert response.status_code == 200, response.status_code
    return BeautifulSoup(response.content, "html.parser")


def agree(user: Any, institution: Any) -> None:
    from proctoring.models import Consent

    Consent.objects.create(user=user, institution=institution, version="2026-01", given_at=STUDIED_AT)


def half_studied(institution: Any, user: Any = None) -> Any:
    """One lesson of two watched, with 12 minutes away from the camera in the second. Within the scope."""
    from proctoring.models import Snapshot

    study = make_study(institution, user=user, lengths_ms=(40_000, 4_000_000))
    give_photos(study.user, institution)
    agree(study.user, institution)
    at = STUDIED_AT
    study.open_camera(at=at, minutes=120)
    for _lesson in range(2):
        study.open(at=at)
        for _beat in range(6):
            at += timedelta(seconds=10)
            study.beat(at=at)
            study.session.refresh_from_db()
            if study.session.ended_at:
                break
    Snapshot.objects.create(
        institution=institution,
        session=study.camera,
        requested_at=at,
        taken_at=at + timedelta(seconds=3),
        outcome="no_face",
    )
    at += timedelta(minutes=12)
    for _beat in range(3):
        at += timedelta(seconds=10)
        study.beat(at=at)
    return study


def test_nobody_enters_without_signing_in(lingzhu: Any) -> None:
    for path in ("/my/", "/my/record/", "/my/certificates/", "/my/profile/", "/my/exams/", "/my/hours/"):
        answer = Client(headers={"host": lingzhu.host}).get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/signin/?next={path}")


def test_a_person_without_enrolment_is_told_how_to_enrol(lingzhu: Any, trainee_client: Any) -> None:
    page = page_of(trainee_client(lingzhu).get("/my/"))
    assert "您还没有在本机构报名。" in page.main.text
    assert page.select_one(".btn-primary")["href"] == "/enrol/"


def test_a_new_trainee_is_led_to_the_profile(lingzhu: Any, in_tenant: Any, trainee_client: Any) -> None:
    with in_tenant(lingzhu):
        study = make_study(lingzhu)
    page = page_of(trainee_client(lingzhu, study.user).get("/my/"))
    assert page.select_one(".enrolment-next h2").text == "下一步完善个人资料"
    assert "人脸信息授权、身份证照片、本人头像" in page.select_one(".enrolment-next .muted").text
    (button,) = page.select(".btn-primary")
    assert (button.text, button["href"]) == ("完善资料", "/my/profile/")


def test_who_studies_sees_the_hours_the_lesson_and_why_time_did_not_count(
    lingzhu: Any, in_tenant: Any, trainee_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_tenant(lingzhu):
        study = half_studied(lingzhu)
        done = study.enrolment.plan.hours_required / 2
    monkeypatch.setattr("cms.centre.views.now", lambda: STUDIED_AT + timedelta(days=1))
    page = page_of(trainee_client(lingzhu, study.user).get("/my/"))
    assert float(page.select_one(".ring-label strong").text) >= done
    assert page.select_one(".ring-label").text.endswith("共 32 学时")
    assert page.select_one(".enrolment-next h2").text == f"下一步继续学第 2 课《{study.lessons[1].title}》"
    (button,) = page.select(".btn-primary")
    assert (button.text, button["href"]) == ("继续学习", f"/study/{study.enrolment.uuid}/")
    (line,) = page.select(".uncounted li")
    assert line.select_one(".rows-title").text == "11 分 50 秒：画面里没有您"
    assert line.select_one(".faint").text == "3 月 2 日 09:02–09:14"
    assert [step.get("class") for step in page.select(".training-steps li")][:4] == [
        ["is-done"],
        ["is-done"],
        ["is-current"],
        None,
    ]


def test_complete_hours_lead_to_the_exam(lingzhu: Any, in_tenant: Any, trainee_client: Any) -> None:
    with in_tenant(lingzhu):
        study = make_ready(lingzhu)
    page = page_of(trainee_client(lingzhu, study.user).get("/my/"))
    (button,) = page.select(".btn-primary")
    assert (button.text, button["href"]) == ("去考核", f"/exam/{study.enrolment.uuid}/")
    assert page.select_one(".ring-value")["stroke-dasharray"] == "100 100"


@pytest.mark.parametrize("rows", [1, 3])
def test_my_training_needs_as_many_queries_with_one_enrolment_as_with_three(
    lingzhu: Any, in_tenant: Any, trainee_client: Any, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr("cms.centre.views.now", lambda: STUDIED_AT + timedelta(days=1))
    with in_tenant(lingzhu):
        user = half_studied(lingzhu).user
        for year in range(2024, 2023 + rows):
            make_study(lingzhu, user=user, year=year)
    client = trainee_client(lingzhu, user)
    client.get("/my/")
    with statements() as sql:
        page = page_of(client.get("/my/"))
    assert len(page.select(".enrolment")) == rows
    # host, session, person; enrolments with hosts; plans, progress; profile, photos, consent; open papers;
    # sittings, answers, spans, snapshots, camera sessions, menu
    assert len(sql()) == 19, "\n".join(text[:120] for text in sql())


def test_a_site_shows_its_own_enrolments_and_the_portal_all(
    association: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any, trainee_client: Any, make_user: Any
) -> None:
    person = make_user("李建国")
    with in_tenant(lingzhu):
        make_study(lingzhu, user=person, year=2026)
    with in_tenant(jiangxin):
        make_study(jiangxin, user=person, year=2025)
        make_study(jiangxin)
    for institution, other in ((lingzhu, jiangxin), (jiangxin, lingzhu)):
        page = page_of(trainee_client(institution, person).get("/my/"))
        assert len(page.select(".enrolment")) == 1
        assert other.name not in page.text
    page = page_of(trainee_client(association, person).get("/my/"))
    shown = [block.text for block in page.select(".enrolment-block")]
    assert [lingzhu.name in shown[0], jiangxin.name in shown[1], len(shown)] == [True, True, 2]
    assert [a.text.strip() for a in page.select(".centre-nav a")] == [
        "基本信息",
        "培训管理",
        "测试管理",
        "继续教育",
        "证书管理",
    ]


def test_the_record_shows_each_stretch_and_adds_up(
    lingzhu: Any, in_tenant: Any, trainee_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_tenant(lingzhu):
        study = half_studied(lingzhu)
    monkeypatch.setattr("cms.centre.views.now", lambda: STUDIED_AT + timedelta(days=1))
    page = page_of(trainee_client(lingzhu, study.user).get("/my/record/"))
    rows = [[cell.text for cell in row.select("th, td")] for row in page.select(".day-detail tbody tr")]
    assert [row[2].split("：")[0] for row in rows] == ["计入学时", "计入学时", "没有计入", "计入学时"]
    assert rows[0][0] == "09:00:10–09:00:50"
    widths = [float(bar["width"]) for bar in page.select("rect.span-on")]
    assert len(widths) == 3
    assert page.select_one("rect.span-off")["width"].startswith("1")


def test_the_record_tells_each_lesson_its_time_completion_and_pauses_and_adds_up(
    lingzhu: Any, in_tenant: Any, trainee_client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with in_tenant(lingzhu):
        study = half_studied(lingzhu)
        total = study.credited_ms() // 1000
    monkeypatch.setattr("cms.centre.views.now", lambda: STUDIED_AT + timedelta(days=1))
    page = page_of(trainee_client(lingzhu, study.user).get("/my/record/"))
    rows = [[cell.text for cell in row.select("th, td")] for row in page.select(".record-lessons tbody tr")]
    assert rows[0] == [study.lessons[0].title, "40 秒", "2026-03-02 09:00", "无"]
    assert (rows[1][0], rows[1][2]) == (study.lessons[1].title, "尚未完成")
    assert rows[1][3] == "画面里没有您：1 次，共 11 分 50 秒"
    together = f"{total // 60} 分 {total % 60} 秒"
    assert page.select_one(".record-lessons tfoot strong").text == together
    assert page.select_one(".day-sum strong").text == together


@pytest.mark.parametrize("rows", [1, 3])
def test_the_record_needs_as_many_queries_with_one_enrolment_as_with_three(
    lingzhu: Any, in_tenant: Any, trainee_client: Any, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    monkeypatch.setattr("cms.centre.views.now", lambda: STUDIED_AT + timedelta(days=1))
    with in_tenant(lingzhu):
        user = half_studied(lingzhu).user
        for year in range(2024, 2023 + rows):
            make_study(lingzhu, user=user, year=year)
    client = trainee_client(lingzhu, user)
    client.get("/my/record/")
    with statements() as sql:
        page = page_of(client.get("/my/record/"))
    assert len(page.select(".record-lessons table")) == rows
    # host, session, person, menu; enrolments, months, plans, progress; sittings, answers, spans, snapshots,
    # camera sessions; titles
    assert len(sql()) == 15, "\n".join(text[:120] for text in sql())


def test_another_months_record_is_empty_and_says_so(lingzhu: Any, in_tenant: Any, trainee_client: Any) -> None:
    with in_tenant(lingzhu):
        study = half_studied(lingzhu)
    page = page_of(trainee_client(lingzhu, study.user).get("/my/record/", {"month": "9999-99"}))
    assert "这个月没有学习记录。" in page.main.text


def test_certificates_are_printed_here_and_renewed_on_the_portal(
    association: Any, lingzhu: Any, in_tenant: Any, trainee_client: Any
) -> None:
    with in_tenant(lingzhu):
        study = make_finished(lingzhu)
    page = page_of(trainee_client(lingzhu, study.user).get("/my/certificates/"))
    assert page.select_one(".hours-doc .btn-primary")["href"] == f"/certificates/hours/{study.enrolment.uuid}.pdf"
    (row,) = page.select(".cert-table tbody tr")
    assert row.th.text == study.enrolment.post_certificate.number
    portal = page_of(trainee_client(association, study.user).get("/my/hours/"))
    assert [cell.text.strip() for cell in portal.select("thead th")] == [
        "机构",
        "岗位",
        "年度",
        "已上传学时数",
        "总学时数",
        "上传日期",
    ]
    assert portal.select_one("tbody th").text == lingzhu.name


def test_a_person_changes_gender_and_email_but_not_name_number_or_phone(lingzhu: Any, trainee_client: Any) -> None:
    client = trainee_client(lingzhu)
    before = (client.user.name, client.user.id_number, client.user.phone)
    answer = client.post(
        "/my/profile/",
        {"gender": "female", "email": "li@example.com", "name": "别人", "id_number": "1", "phone": "13900000000"},
    )
    assert (answer.status_code, answer["Location"]) == (302, "/my/profile/")
    client.user.refresh_from_db()
    assert (client.user.gender, client.user.email) == ("female", "li@example.com")
    assert (client.user.name, client.user.id_number, client.user.phone) == before
    page = page_of(client.get("/my/profile/"))
    assert page.select_one(".toast span").text == "已保存。"
    assert client.user.id_number not in page.text
    assert client.user.phone not in page.text


def test_photos_wait_for_the_decision_about_face_data(lingzhu: Any, in_tenant: Any, trainee_client: Any) -> None:
    client = trainee_client(lingzhu)
    page = page_of(client.get("/my/profile/"))
    assert not page.select("input[type=file]")
    ways = [(a.text, a["href"]) for a in page.select("#consent a.btn")]
    assert ways == [
        ("阅读并决定", "/camera/consent/?next=/my/profile/"),
        ("不同意，到机构学习", "/camera/at-the-institution/"),
    ]
    with in_tenant(lingzhu):
        agree(client.user, lingzhu)
    page = page_of(client.get("/my/profile/"))
    assert [section["data-capture"] for section in page.select("[data-capture]:has(input[type=file])")] == [
        "id_photo",
        "portrait",
    ]
