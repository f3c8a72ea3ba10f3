"""证书核实申请 at the desk: what the register lacks is reported, and the answer is read."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from learning.models import CertificateClaim
from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_position
from tests.web.test_desk import a_holder

pytestmark = pytest.mark.django_db
NEW, LIST = "/admin/desk/certificates/new/", "/admin/desk/certificates/"


@pytest.fixture
def registrar(lingzhu: Any) -> Any:
    return staff_client(lingzhu, Role.REGISTRAR, "何敏")


@pytest.fixture
def typed(db: None) -> dict[str, Any]:
    make_position()
    return {
        "claim": "1", "id_number": people.id_number(555), "name": "温志成", "number": "粤建岗 700001",
        "position": "101", "issued_on": "2017-05-04", "note": "佛山发证",
    }  # fmt: skip


def picture(kind: str = "JPEG") -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (900, 600), (90, 120, 150)).save(out, kind)
    return SimpleUploadedFile("证书.jpg", out.getvalue(), content_type="image/jpeg")


def said(answer: Any) -> str:
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(found.get_text(" ", strip=True) for found in page.select("[role=alert]"))


def claims_of(institution: Any, in_tenant: Any) -> list[Any]:
    with in_tenant(institution):
        return list(CertificateClaim.objects.all())


def test_who_is_not_found_is_reported_from_the_counter_without_typing_again(registrar: Any, typed: Any) -> None:
    who = {"id_number": typed["id_number"], "name": typed["name"]}
    look = BeautifulSoup(registrar.post("/admin/desk/enrolments/new/", who | {"look": "1"}).content, "html.parser")
    assert look.select_one("button[formaction]")["formaction"] == NEW
    form = BeautifulSoup(registrar.post(NEW, who).content, "html.parser")
    assert form.select_one("input[name=id_number]")["value"] == typed["id_number"]
    assert form.select_one("input[name=name]")["value"] == "温志成"
    assert not form.select("[role=alert]")


def test_a_report_is_listed_with_its_picture_and_every_look_at_it_is_recorded(
    registrar: Any, typed: Any, lingzhu: Any, in_tenant: Any
) -> None:
    answer = registrar.post(NEW, typed | {"scan": picture()}, follow=True)
    page = answer.content.decode()
    assert "已提交，由协会核实" in page
    assert ("粤建岗700001" in page, typed["id_number"] in page) == (True, False)
    [claim] = claims_of(lingzhu, in_tenant)
    shown = registrar.get(f"{LIST}{claim.uuid}/scan/")
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown.headers["Cache-Control"].startswith("no-store, private")
    assert Image.open(BytesIO(shown.content)).size == (900, 600)
    assert Entry.objects.filter(action="certificate_claim.scan_read", actor=registrar.user).count() == 1


@pytest.mark.parametrize(
    ("other", "sentence"),
    [({"number": "1"}, "请填写证书编号"), ({"id_number": "440106198503120011"}, "证件"), ({"name": "温1"}, "姓名"),
     ({"issued_on": "2999-01-01"}, "发证日期不能晚于今天。"), ({"position": "999"}, ""), ({"issued_on": "x"}, "")],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(
    registrar: Any, typed: Any, lingzhu: Any, in_tenant: Any, other: dict[str, str], sentence: str
) -> None:
    answer = registrar.post(NEW, typed | other)
    assert answer.status_code == 400
    assert sentence in said(answer)
    assert said(answer)
    assert claims_of(lingzhu, in_tenant) == []


def test_a_file_that_is_no_picture_is_refused(registrar: Any, typed: Any, lingzhu: Any, in_tenant: Any) -> None:
    fake = SimpleUploadedFile("证书.jpg", b"<script>alert(1)</script>" * 40, content_type="image/jpeg")
    answer = registrar.post(NEW, typed | {"scan": fake})
    assert (answer.status_code, said(answer)) == (400, "这个文件不是 JPEG 或 PNG 图片。")
    assert claims_of(lingzhu, in_tenant) == []


def test_the_same_report_twice_is_a_409(registrar: Any, typed: Any, lingzhu: Any, in_tenant: Any) -> None:
    registrar.post(NEW, typed)
    answer = registrar.post(NEW, typed)
    assert (answer.status_code, said(answer)) == (409, "这本证书已提交核实，请等待协会答复。")
    assert len(claims_of(lingzhu, in_tenant)) == 1


def test_a_number_that_is_somebody_elses_is_answered_in_the_same_words(registrar: Any, typed: Any) -> None:
    a_holder("郑国华")  # 粤建岗990001 is theirs
    theirs = registrar.post(NEW, typed | {"number": "粤建岗990001"}, follow=True)
    nobodys = registrar.post(NEW, typed | {"number": "粤建岗990002"}, follow=True)
    for answer in (theirs, nobodys):
        assert answer.status_code == 200
        assert "已提交，由协会核实；答复会显示在工作台。" in answer.content.decode()
        assert "郑国华" not in answer.content.decode()


def test_the_answer_waits_on_the_dashboard_until_it_is_read(
    registrar: Any, typed: Any, lingzhu: Any, association: Any, in_tenant: Any
) -> None:
    registrar.post(NEW, typed)
    [claim] = claims_of(lingzhu, in_tenant)
    assert "证书核实有答复" not in registrar.get("/admin/").content.decode()
    clerk = staff_client(association, Role.CERTIFICATE_CLERK, "潘怡")
    address = f"/admin/console/certificate-claims/{claim.uuid}/"
    clerk.post(address, {"verb": "refuse", "answer": "档案中没有此证"})
    assert "证书核实有答复" in registrar.get("/admin/").content.decode()
    page = registrar.get(f"{LIST}?view=answered").content.decode()
    assert "档案中没有此证" in page
    assert registrar.post(f"{LIST}{claim.uuid}/noted/").status_code == 302
    assert "证书核实有答复" not in registrar.get("/admin/").content.decode()


def test_another_institution_knows_nothing_of_it(
    registrar: Any, typed: Any, lingzhu: Any, jiangxin: Any, in_tenant: Any
) -> None:
    registrar.post(NEW, typed | {"scan": picture()})
    [claim] = claims_of(lingzhu, in_tenant)
    manager = staff_client(jiangxin, Role.MANAGER)
    assert "粤建岗700001" not in manager.get(LIST).content.decode()
    assert manager.get(f"{LIST}{claim.uuid}/scan/").status_code == 404
    assert manager.post(f"{LIST}{claim.uuid}/noted/").status_code == 404
    assert manager.get(f"/admin/desk/numbers/claim/{claim.uuid}/holder_id_number/").status_code == 404


def test_the_full_number_is_shown_for_a_reason(registrar: Any, typed: Any, lingzhu: Any, in_tenant: Any) -> None:
    registrar.post(NEW, typed)
    [claim] = claims_of(lingzhu, in_tenant)
    reveal = f"/admin/desk/numbers/claim/{claim.uuid}/holder_id_number/"
    assert reveal in registrar.get(LIST).content.decode()
    shown = registrar.post(reveal, {"reason": "与证件核对"}, headers={"HX-Request": "true"}).content.decode()
    assert typed["id_number"] in shown


def test_a_viewer_looks_and_reports_nothing(lingzhu: Any, typed: Any) -> None:
    viewer = staff_client(lingzhu, Role.VIEWER)
    assert viewer.get(LIST).status_code == 200
    assert viewer.get(NEW).status_code == 403
    assert viewer.post(NEW, typed).status_code == 403


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_queries_with_one_row_as_with_three(
    registrar: Any, typed: dict[str, Any], rows: int
) -> None:
    for number in range(rows):
        registrar.post(NEW, typed | {"number": f"粤建岗70000{number}"})
    queries, page = queries_of(registrar, LIST)
    assert (queries, page.count("粤建岗70000")) == (17, rows)


def test_a_viewer_reads_the_list_and_does_not_open_the_picture(
    registrar: Any, typed: Any, lingzhu: Any, in_tenant: Any
) -> None:
    registrar.post(NEW, typed | {"scan": picture()})
    [claim] = claims_of(lingzhu, in_tenant)
    assert f"{LIST}{claim.uuid}/scan/" in registrar.get(LIST).content.decode()
    viewer = staff_client(lingzhu, Role.VIEWER)
    page = viewer.get(LIST).content.decode()
    assert ("附图片" in page, f"{LIST}{claim.uuid}/scan/" in page) == (True, False)
    assert viewer.get(f"{LIST}{claim.uuid}/scan/").status_code == 403
    assert not Entry.objects.filter(action="certificate_claim.scan_read").exists()
