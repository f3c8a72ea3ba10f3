"""A trainee enrols on the institution's site: certificate, class and papers, fee notice and consent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cms.models import FeeRow
from learning.models import Enrolment, TrainingClass
from tenants.audit.models import Entry
from tests.support import people
from tests.support.enrolling import NUMBER, Applicant, certificate_of, publish_plan, ready, text_of
from tests.support.exam import statements
from tests.support.study import make_position, make_study

pytestmark = pytest.mark.django_db


@pytest.fixture
def applicant(lingzhu: Any, in_tenant: Any) -> Applicant:
    return ready(lingzhu, in_tenant)


def enrolments(applicant: Applicant, in_tenant: Any) -> list[Any]:
    with in_tenant(applicant.institution):
        return list(Enrolment.objects.filter(user=applicant.user).select_related("training_class"))


def test_a_visitor_signs_in_first_and_comes_back(applicant: Applicant) -> None:
    answer = Client(headers={"host": applicant.institution.host}).get("/enrol/?position=101&year=2026")
    assert (answer.status_code, answer["Location"]) == (302, "/signin/?next=/enrol/%3Fposition%3D101%26year%3D2026")


def test_the_portal_has_no_enrolment(association: Any) -> None:
    assert people.signed_in(people.make_user(), association).get("/enrol/").status_code == 404


def test_the_whole_way_makes_one_enrolment_with_the_fees_frozen(applicant: Applicant, in_tenant: Any) -> None:
    first = applicant.client.get("/enrol/?position=101&year=2026")
    assert NUMBER in text_of(first)
    assert applicant.begin()["Location"] == "/enrol/details/"
    page = text_of(applicant.client.get("/enrol/details/"))
    assert "第 7 期" in page
    assert "余 2 名" in page
    assert applicant.user.phone not in page
    said = {"phone": "139 0000 1111", "wants_invoice": "on", "invoice_title": "岭南建工"}
    assert applicant.tell(**said)["Location"] == "/enrol/confirm/"
    summary = text_of(applicant.client.get("/enrol/confirm/"))
    for words in ("301 元", "60 元", "361 元", "收费公示", "2026-01-02", "139****1111", "岭南建工", "第 7 期"):
        assert words in summary
    sent = applicant.send()
    (found,) = enrolments(applicant, in_tenant)
    assert (sent.status_code, sent["Location"]) == (302, f"/enrol/{found.uuid}/")
    assert (found.admission, found.origin, found.year) == ("awaiting_confirmation", "trainee", 2026)
    assert (found.training_fee, found.textbook_fee) == (Decimal(301), Decimal(60))
    assert found.fee_notice == "收费公示 (2026-01-02)"
    assert (found.phone, found.invoice_title) == ("13900001111", "岭南建工")
    assert found.training_class == applicant.training_class
    entry = Entry.objects.get(action="enrolment.applied")
    assert (entry.actor_id, entry.data["consent"]) == (applicant.user.pk, "enrolment-1")
    assert "机构正在审核您的报名申请" in text_of(applicant.client.get("/my/"))


def test_a_second_press_of_the_button_leads_to_the_first_application(applicant: Applicant, in_tenant: Any) -> None:
    applicant.begin()
    applicant.tell()
    first = applicant.send()
    again = applicant.client.post("/enrol/confirm/", {"agreed": "on", "fees": "收费公示 (2026-01-02)|301.00|60.00"})
    assert again["Location"] == first["Location"]
    assert len(enrolments(applicant, in_tenant)) == 1


def test_two_windows_make_one_enrolment(applicant: Applicant, in_tenant: Any) -> None:
    applicant.begin()
    applicant.tell()
    other = people.signed_in(applicant.user, applicant.institution)
    two = Applicant(applicant.institution, applicant.user, other, applicant.training_class)
    two.begin()
    two.tell()
    first = applicant.send()
    second = two.client.post("/enrol/confirm/", {"agreed": "on", "fees": "收费公示 (2026-01-02)|301.00|60.00"})
    assert second["Location"] == first["Location"]
    assert len(enrolments(applicant, in_tenant)) == 1


def test_nothing_is_sent_without_the_consent(applicant: Applicant, in_tenant: Any) -> None:
    applicant.begin()
    applicant.tell()
    answer = applicant.send(agreed="")
    assert (answer.status_code, "enrolment.no_consent" in text_of(answer)) == (400, True)
    assert enrolments(applicant, in_tenant) == []


def test_fees_that_changed_meanwhile_are_shown_again(applicant: Applicant, in_tenant: Any) -> None:
    applicant.begin()
    applicant.tell()
    shown = "收费公示 (2026-01-02)|301.00|60.00"
    with in_tenant(applicant.institution):
        FeeRow.objects.update(training_fee=Decimal(350))
    answer = applicant.client.post("/enrol/confirm/", {"agreed": "on", "fees": shown})
    assert answer.status_code == 409
    assert "收费公示刚刚有变动。" in text_of(answer)
    assert "410 元" in text_of(answer)
    assert enrolments(applicant, in_tenant) == []
    applicant.send()
    assert [one.training_fee for one in enrolments(applicant, in_tenant)] == [Decimal(350)]


def test_without_a_published_fee_nobody_enrols_alone(applicant: Applicant, in_tenant: Any) -> None:
    applicant.begin()
    applicant.tell()
    with in_tenant(applicant.institution):
        FeeRow.objects.all().delete()
    page = applicant.client.get("/enrol/")
    assert "enrolment.no_fee" in text_of(page)
    assert applicant.institution.phone in text_of(page)
    assert applicant.begin().status_code == 400
    answer = applicant.client.post("/enrol/confirm/", {"agreed": "on", "fees": ""})
    assert (answer.status_code, "机构尚未公示该岗位的收费" in text_of(answer)) == (409, True)
    assert enrolments(applicant, in_tenant) == []


def test_each_certificate_says_why_it_does_not_do(applicant: Applicant, in_tenant: Any) -> None:
    old, strange = make_position("102", "装饰装修施工员"), make_position("106", "土建质量员")
    certificate_of(applicant.user, "粤建岗880002", position=old, issued_on=date(2011, 5, 4))
    certificate_of(applicant.user, "粤建岗880003", position=strange)
    page = text_of(applicant.client.get("/enrol/"))
    assert "enrolment.issue_year" in page
    assert "enrolment.no_plan" in page
    publish_plan(strange)
    assert "enrolment.no_fee" in text_of(applicant.client.get("/enrol/"))
    type(applicant.institution).objects.filter(pk=applicant.institution.pk).update(position_codes=["101"])
    assert "enrolment.institution" in text_of(applicant.client.get("/enrol/"))


def test_another_persons_certificate_is_neither_shown_nor_taken(applicant: Applicant, in_tenant: Any) -> None:
    other = people.make_user("林小梅")
    strange = certificate_of(other, "粤建岗880009")
    assert "880009" not in text_of(applicant.client.get("/enrol/"))
    answer = applicant.client.post("/enrol/", {"choice": f"{strange.uuid}.2026"})
    assert (answer.status_code, "请选择一本岗位证书。" in text_of(answer)) == (400, True)
    assert applicant.client.get("/enrol/details/").status_code == 302


def test_who_is_not_in_the_register_is_told_what_to_do(applicant: Applicant) -> None:
    nobody = people.signed_in(people.make_user("无证人"), applicant.institution)
    page = text_of(nobody.get("/enrol/"))
    assert "没有查到登记在您姓名和证件号码下的岗位证书。" in page
    assert applicant.institution.phone in page


def test_a_class_that_filled_up_meanwhile_is_refused_with_words(applicant: Applicant, in_tenant: Any) -> None:
    applicant.begin()
    applicant.tell()
    with in_tenant(applicant.institution):
        TrainingClass.objects.filter(pk=applicant.training_class.pk).update(capacity=1)
        made = make_study(
            applicant.institution, admitted=False, year=2025, position=make_position("103", "设备安装施工员")
        )
        Enrolment.objects.filter(pk=made.enrolment.pk).update(training_class=applicant.training_class)
    answer = applicant.send()
    assert (answer.status_code, "enrolment.class_full" in text_of(answer)) == (409, True)
    assert enrolments(applicant, in_tenant) == []
    assert applicant.tell().status_code == 400


def test_a_class_of_another_institution_is_not_taken(applicant: Applicant, jiangxin: Any, in_tenant: Any) -> None:
    from tests.support.pages import open_class

    with in_tenant(jiangxin):
        there = open_class(jiangxin, "别处", position=make_position())
    applicant.begin()
    assert applicant.tell(training_class=str(there.uuid)).status_code == 400


def test_bad_phone_and_invoice_are_said_at_their_fields(applicant: Applicant) -> None:
    applicant.begin()
    answer = applicant.tell(phone="12", wants_invoice="on")
    assert answer.status_code == 400
    assert "请填写发票抬头。" in text_of(answer, ".field-error")


def test_an_application_is_nobody_elses(applicant: Applicant, jiangxin: Any, in_tenant: Any) -> None:
    address = applicant.apply()["Location"]
    stranger = people.signed_in(people.make_user("林小梅"), applicant.institution)
    assert stranger.get(address).status_code == 404
    assert stranger.post(address, {"take_back": "1"}).status_code == 404
    assert people.signed_in(applicant.user, jiangxin).get(address).status_code == 404
    assert enrolments(applicant, in_tenant)[0].admission == "awaiting_confirmation"


def test_a_trainee_takes_the_application_back_until_admitted(applicant: Applicant, in_tenant: Any) -> None:
    address = applicant.apply()["Location"]
    assert applicant.client.post(address, {"take_back": "1"})["Location"] == "/my/"
    (found,) = enrolments(applicant, in_tenant)
    assert (found.admission, found.withdrawn_by_id) == ("withdrawn", applicant.user.pk)
    assert "您已撤回这份申请" in text_of(applicant.client.get("/my/"))
    again = applicant.apply()
    assert again.status_code == 302
    with in_tenant(applicant.institution):
        Enrolment.objects.exclude(admission="withdrawn").update(admission="admitted")
    refused = applicant.client.post(again["Location"], {"take_back": "1"})
    assert (refused.status_code, "enrolment.state" in text_of(refused)) == (409, True)


@pytest.mark.parametrize("certificates", [1, 3])
def test_the_first_page_takes_as_many_queries_with_one_certificate_as_with_three(
    applicant: Applicant, certificates: int
) -> None:
    for number in range(1, certificates):
        certificate_of(
            applicant.user, f"粤建岗88001{number}", position=make_position(f"10{number + 1}", f"岗 {number}")
        )
    applicant.client.get("/enrol/")
    with statements() as sql:
        page = applicant.client.get("/enrol/")
    assert text_of(page).count("粤建岗8800") == certificates
    assert len(sql()) == 9, "\n".join(sql())


def test_a_missing_certificate_is_reported_and_the_answer_read(
    applicant: Applicant, association: Any, in_tenant: Any
) -> None:
    from learning import services
    from learning.models import CertificateClaim
    from tests.support.certified import portrait

    said = {"number": "粤建岗770001", "position": "101", "issued_on": "2017-05-04", "note": "2017 年在佛山发证"}
    sent = applicant.client.post("/enrol/missing/", said | {"scan": SimpleUploadedFile("a.jpg", portrait())})
    assert (sent.status_code, sent.get("Location")) == (302, "/enrol/missing/"), text_of(sent)
    with in_tenant(association):
        claim = CertificateClaim.objects.get()
    assert (claim.holder_name, claim.holder_id_number) == (applicant.user.name, applicant.user.id_number)
    assert (claim.by_holder, bool(claim.scan), claim.institution) == (True, True, applicant.institution)
    again = applicant.client.post("/enrol/missing/", said)
    assert (again.status_code, "已提交核实" in text_of(again)) == (409, True)
    clerk = people.make_user("谢敏仪")
    with in_tenant(association):
        services.refuse_claim(claim, answer="档案中没有这本证书", by=clerk, at=people.BEFORE)
    page = text_of(applicant.client.get("/enrol/missing/"))
    assert "档案中没有这本证书" in page
    assert applicant.user.id_number not in page
    bad = applicant.client.post("/enrol/missing/", said | {"issued_on": "2099-01-01"})
    assert bad.status_code in {400, 409}
    assert "/enrol/missing/" in applicant.client.get("/enrol/").content.decode()
