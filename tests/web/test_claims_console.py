"""证书核实申请 at the association: what is like it in the register, entered or refused."""

from __future__ import annotations

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from PIL import Image

from learning import services
from learning.claim_scans import prepare_scan
from learning.models import CertificateClaim, PostCertificate
from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tenants.scopes import province_scope
from tests.support import people
from tests.support.staff import queries_of, staff_client
from tests.support.study import make_position

pytestmark = pytest.mark.django_db
LIST = "/admin/console/certificate-claims/"


@pytest.fixture
def clerk(association: Any) -> Any:
    return staff_client(association, Role.CERTIFICATE_CLERK, "潘怡")


@pytest.fixture
def holder(db: None) -> Any:
    return people.make_user("温志成")


def claimed(institution: Any, holder: Any, number: str = "粤建岗700001", by: Any = None, **other: Any) -> Any:
    return services.claim_certificate(
        institution, number=number, id_number=holder.id_number, name=holder.name, position=make_position(),
        issued_on=date(2017, 5, 4), by=by or people.make_user("何敏"), at=people.BEFORE, **other,
    )  # fmt: skip


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (900, 600), (90, 120, 150)).save(out, "PNG")
    return prepare_scan(out.getvalue())


def entering(claim: Any, **other: Any) -> dict[str, str]:
    return {
        "verb": "enter", "number": claim.number, "name": claim.holder_name, "id_number": "", "position": "101",
        "issued_on": "2017-05-04",
    } | other  # fmt: skip


def said(answer: Any) -> str:
    page = BeautifulSoup(answer.content, "html.parser")
    return " ".join(found.get_text(" ", strip=True) for found in page.select("[role=alert]"))


def fresh(claim: Any) -> Any:
    with province_scope():
        return CertificateClaim.objects.get(pk=claim.pk)


def test_what_waits_stands_on_the_dashboard_and_in_the_list_with_counts(clerk: Any, lingzhu: Any, holder: Any) -> None:
    claimed(lingzhu, holder, note="佛山发证")
    home = BeautifulSoup(clerk.get("/admin/").content, "html.parser").select_one(".zx-todo")
    assert "证书核实申请" in home.get_text()
    listed = clerk.get(LIST).content.decode()
    assert "温志成" in listed
    assert "岭筑" in listed
    assert holder.id_number not in listed
    assert '待核实<span class="zx-num">1</span>' in listed


def test_the_page_shows_the_picture_and_what_is_like_it(clerk: Any, lingzhu: Any, holder: Any) -> None:
    services.register_post_certificate(
        number="粤建岗700001", id_number=people.make_user("郑国华").id_number, name="郑国华", position=make_position(),
        issued_on=date(2016, 1, 1), by=None, at=people.BEFORE,
    )  # fmt: skip
    claim = claimed(lingzhu, holder, scan=picture(), note="佛山发证")
    page = clerk.get(f"{LIST}{claim.uuid}/").content.decode()
    assert "佛山发证" in page
    assert "郑国华" in page
    assert f"{LIST}{claim.uuid}/scan/" in page
    assert Entry.objects.filter(action="certificate_claim.scan_read").count() == 0
    shown = clerk.get(f"{LIST}{claim.uuid}/scan/")
    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    entry = Entry.objects.get(action="certificate_claim.scan_read")
    assert (entry.actor, entry.institution, entry.subject_id) == (clerk.user, lingzhu, str(claim.uuid))
    without = claimed(lingzhu, holder, "粤建岗700009")
    assert clerk.get(f"{LIST}{without.uuid}/scan/").status_code == 404


def test_a_clerk_enters_it_as_the_files_say_and_the_history_names_the_report(
    clerk: Any, lingzhu: Any, holder: Any
) -> None:
    claim = claimed(lingzhu, holder)
    assert clerk.post(f"{LIST}{claim.uuid}/", entering(claim, number="粤建岗700002")).status_code == 302
    row = PostCertificate.objects.get()
    assert (row.number, row.holder_id_number, fresh(claim).certificate_id) == ("粤建岗700002", holder.id_number, row.pk)
    page = clerk.get(f"/admin/console/post-certificates/{row.uuid}/").content.decode()
    assert "申请核实后录入" in page
    late = clerk.post(f"{LIST}{claim.uuid}/", {"verb": "refuse", "answer": "查无此证"})
    assert late.status_code == 409


def test_a_number_that_is_taken_is_said_at_the_field_and_the_claim_waits_on(
    clerk: Any, lingzhu: Any, holder: Any
) -> None:
    services.register_post_certificate(
        number="粤建岗700001", id_number=people.make_user("郑国华").id_number, name="郑国华", position=make_position(),
        issued_on=date(2016, 1, 1), by=None, at=people.BEFORE,
    )  # fmt: skip
    claim = claimed(lingzhu, holder)
    answer = clerk.post(f"{LIST}{claim.uuid}/", entering(claim))
    assert (answer.status_code, said(answer)) == (400, "证书库中已有此编号的证书。")
    assert fresh(claim).state == "waiting"


def test_a_refusal_needs_its_answer(clerk: Any, lingzhu: Any, holder: Any) -> None:
    claim = claimed(lingzhu, holder)
    empty = clerk.post(f"{LIST}{claim.uuid}/", {"verb": "refuse", "answer": ""})
    assert (empty.status_code, said(empty)) == (400, "请填写此项。")
    clerk.post(f"{LIST}{claim.uuid}/", {"verb": "refuse", "answer": f"档案里是 {holder.id_number}"})
    assert (fresh(claim).state, fresh(claim).answer) == ("refused", "档案里是 [id number]")


def test_an_auditor_looks_and_a_clerk_decides_nothing_of_their_own(association: Any, lingzhu: Any, holder: Any) -> None:
    claim = claimed(lingzhu, holder)
    auditor = staff_client(association, Role.AUDITOR)
    assert 'name="verb"' not in auditor.get(f"{LIST}{claim.uuid}/").content.decode()
    assert auditor.post(f"{LIST}{claim.uuid}/", entering(claim)).status_code == 403
    clerk = staff_client(association, Role.CERTIFICATE_CLERK, "潘怡")
    own = claimed(lingzhu, clerk.user, "粤建岗700008")
    assert 'name="verb"' not in clerk.get(f"{LIST}{own.uuid}/").content.decode()
    assert clerk.post(f"{LIST}{own.uuid}/", entering(own)).status_code == 400
    assert fresh(own).state == "waiting"


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_takes_as_many_queries_with_one_row_as_with_three(
    clerk: Any, lingzhu: Any, holder: Any, rows: int
) -> None:
    by = people.make_user("何敏")
    for number in range(rows):
        claimed(lingzhu, holder, f"粤建岗70000{number}", by=by)
    queries, page = queries_of(clerk, LIST)
    assert (queries, page.count("粤建岗70000")) == (14, rows)


def test_an_auditor_reads_the_report_and_does_not_open_the_picture(association: Any, lingzhu: Any, holder: Any) -> None:
    claim = claimed(lingzhu, holder, scan=picture())
    auditor = staff_client(association, Role.AUDITOR)
    page = auditor.get(f"{LIST}{claim.uuid}/").content.decode()
    assert ("附有图片" in page, f"{LIST}{claim.uuid}/scan/" in page) == (True, False)
    assert auditor.get(f"{LIST}{claim.uuid}/scan/").status_code == 403
    assert not Entry.objects.filter(action="certificate_claim.scan_read").exists()
