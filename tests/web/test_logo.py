"""The institution's logo and colours: who may change them, how they are served, and what else its page can do."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from tenants.audit.models import Entry
from tenants.models import Domain, Institution
from tenants.roles.roles import Role
from tests.support.pages import seed
from tests.support.staff import queries_of, staff_client

pytestmark = pytest.mark.django_db


def png(colour: str = "red") -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (900, 600), colour).save(out, "PNG")
    return SimpleUploadedFile("logo.php", out.getvalue(), "text/html")


@pytest.fixture
def manager(lingzhu: Any) -> Client:
    return staff_client(lingzhu, Role.MANAGER)


@pytest.fixture
def admin(association: Any) -> Client:
    return staff_client(association, Role.SUPERADMIN)


def page_of(institution: Any) -> str:
    return f"/admin/console/institutions/{institution.uuid}/"


def test_a_managers_logo_is_on_every_page_and_kept_by_browsers_for_ever(manager: Client, lingzhu: Any) -> None:
    seed(lingzhu)
    assert manager.post("/admin/desk/brand/logo/", {"logo": png()}).status_code == 302
    lingzhu.refresh_from_db()
    visitor = Client(headers={"host": lingzhu.host})
    address = f"/logo.png?v={lingzhu.logo_digest}"
    assert address in visitor.get("/").content.decode()
    assert address in manager.get("/admin/").content.decode()
    answer = visitor.get(address)
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(answer.content)) as picture:
        assert picture.size == (512, 341)
    assert "immutable" not in visitor.get("/logo.png?v=older")["Cache-Control"]


def test_another_institution_has_no_byte_of_it(manager: Client, lingzhu: Any, jiangxin: Any) -> None:
    manager.post("/admin/desk/brand/logo/", {"logo": png()})
    lingzhu.refresh_from_db()
    assert Client(headers={"host": jiangxin.host}).get(f"/logo.png?v={lingzhu.logo_digest}").status_code == 404


def test_a_new_logo_has_a_new_address_and_may_be_taken_away(manager: Client, lingzhu: Any) -> None:
    digests = set()
    for colour in ("red", "blue"):
        manager.post("/admin/desk/brand/logo/", {"logo": png(colour)})
        lingzhu.refresh_from_db()
        digests.add(lingzhu.logo_digest)
    assert len(digests) == 2
    manager.post("/admin/desk/brand/logo/", {"remove": "1"})
    lingzhu.refresh_from_db()
    assert lingzhu.logo_digest == ""
    assert Client(headers={"host": lingzhu.host}).get("/logo.png").status_code == 404
    assert [entry.action for entry in Entry.objects.filter(action__startswith="institution.logo").order_by("id")] == [
        "institution.logo",
        "institution.logo",
        "institution.logo_removed",
    ]


def test_a_file_that_is_no_picture_is_refused_at_its_field(manager: Client, lingzhu: Any) -> None:
    html = SimpleUploadedFile("logo.png", b"<!doctype html><script>alert(1)</script>", "image/png")
    answer = manager.post("/admin/desk/brand/logo/", {"logo": html})
    assert answer.status_code == 400
    assert "这个文件不是 PNG、JPEG 或 WebP 图片" in answer.content.decode()
    assert "请先选择文件" in manager.post("/admin/desk/brand/logo/", {}).content.decode()


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REGISTRAR, Role.VIEWER])
def test_only_the_manager_changes_the_look(lingzhu: Any, role: Role) -> None:
    client = staff_client(lingzhu, role)
    assert client.get("/admin/desk/brand/").status_code == 403
    assert client.post("/admin/desk/brand/logo/", {"logo": png()}).status_code == 403


def test_colours_are_saved_with_their_palette_and_a_pale_one_is_refused(manager: Client, lingzhu: Any) -> None:
    answer = manager.post("/admin/desk/brand/", {"brand_main": "#ffee88", "brand_accent": "#1f5a7a"})
    assert answer.status_code == 400
    assert 'value="#ffee88"' in answer.content.decode()
    before = Client(headers={"host": lingzhu.host}).get("/brand.css").content
    assert manager.post("/admin/desk/brand/", {"brand_main": "#7A1F2B", "brand_accent": "#1f5a7a"}).status_code == 302
    lingzhu.refresh_from_db()
    assert lingzhu.brand_main == "#7a1f2b"
    assert Client(headers={"host": lingzhu.host}).get("/brand.css").content != before


def test_a_manager_cannot_reach_names_addresses_or_positions(manager: Client, lingzhu: Any) -> None:
    for part in ("names/", "positions/", "hosts/", "state/", "colours/", "logo/"):
        assert manager.post(f"{page_of(lingzhu)}{part}", {"name": "别的名字"}).status_code == 404


# --- the association's page of an institution ---


def test_the_association_renames_and_the_history_says_so(admin: Client, lingzhu: Any) -> None:
    data = {
        "name": "岭筑建设培训学院", "short_name": "岭筑学院", "credit_code": "12100000400000624D",
        "phone": "020-83330001", "contact_name": "林伟民", "region": "广州", "address": "",
    }  # fmt: skip
    assert admin.post(f"{page_of(lingzhu)}names/", data).status_code == 302
    lingzhu.refresh_from_db()
    assert (lingzhu.name, lingzhu.short_name, lingzhu.region) == ("岭筑建设培训学院", "岭筑学院", "广州")
    assert "更名，原为 岭筑建筑培训学校（岭筑培训）" in admin.get(page_of(lingzhu)).content.decode()
    contact = Entry.objects.get(action="institution.contact")
    assert contact.data == {"fields": ["contact_name", "credit_code", "region"]}


def test_a_name_that_is_taken_stands_at_its_field(admin: Client, lingzhu: Any, jiangxin: Any) -> None:
    data = {"name": jiangxin.name, "short_name": "岭筑", "phone": "020-83330001"}
    answer = admin.post(f"{page_of(lingzhu)}names/", data)
    assert answer.status_code == 400
    assert "该名称已被其他机构使用" in answer.content.decode()
    assert f'value="{jiangxin.name}"' in answer.content.decode()


def test_addresses_are_added_made_main_and_taken_away(admin: Client, lingzhu: Any) -> None:
    hosts = f"{page_of(lingzhu)}hosts/"
    assert admin.post(hosts, {"host": "Peixun.Lingzhu.Example."}).status_code == 302
    added = Domain.objects.get(domain="peixun.lingzhu.example")
    assert Client(headers={"host": added.domain}).get("/brand.css").status_code == 200
    admin.post(f"{hosts}{added.pk}/", {"primary": "1"})
    assert Institution.objects.get(pk=lingzhu.pk).host == "peixun.lingzhu.example"
    refused = admin.post(f"{hosts}{added.pk}/", {"remove": "1"}, follow=True).content.decode()
    assert "这是主网址" in refused
    for row in Domain.objects.filter(tenant=lingzhu, is_primary=False):
        admin.post(f"{hosts}{row.pk}/", {"remove": "1"})
    assert [row.domain for row in Domain.objects.filter(tenant=lingzhu)] == ["peixun.lingzhu.example"]
    refused = admin.post(f"{hosts}{added.pk}/", {"remove": "1"}, follow=True).content.decode()
    assert "机构至少要有一个网址" in refused
    assert Client(headers={"host": "lingzhu.test"}).get("/").status_code == 404


@pytest.mark.parametrize(
    ("host", "sentence"),
    [("jiangxin.test", "这个网址已经属于另一家机构"), ("http://x.cn", "这不是有效的域名"), ("", "请填写此项")],
)
def test_an_address_that_cannot_be_is_refused_at_its_field(
    admin: Client, lingzhu: Any, jiangxin: Any, host: str, sentence: str
) -> None:
    answer = admin.post(f"{page_of(lingzhu)}hosts/", {"host": host})
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


def test_another_institutions_address_is_not_changed_through_ones_page(
    admin: Client, lingzhu: Any, jiangxin: Any
) -> None:
    foreign = Domain.objects.filter(tenant=jiangxin).first()
    assert foreign is not None
    assert admin.post(f"{page_of(lingzhu)}hosts/{foreign.pk}/", {"primary": "1"}).status_code == 404


def test_positions_need_at_least_one(admin: Client, lingzhu: Any) -> None:
    from tests.support.study import make_position

    make_position()
    make_position("111", "材料员")
    assert admin.post(f"{page_of(lingzhu)}positions/", {}).status_code == 400
    assert admin.post(f"{page_of(lingzhu)}positions/", {"position_codes": ["111", "101"]}).status_code == 302
    lingzhu.refresh_from_db()
    assert lingzhu.position_codes == ["101", "111"]
    assert Entry.objects.get(action="institution.positions").data == {"was": ["101", "106"], "now": ["101", "111"]}


def test_an_auditor_sees_the_page_without_a_form(association: Any, lingzhu: Any) -> None:
    auditor = staff_client(association, Role.AUDITOR)
    page = auditor.get(page_of(lingzhu)).content.decode()
    assert lingzhu.name in page
    assert "保存岗位" not in page
    for part in ("names/", "positions/", "colours/", "logo/", "logo/remove/", "hosts/", "state/"):
        assert auditor.post(f"{page_of(lingzhu)}{part}").status_code == 403


def test_the_page_takes_as_many_queries_with_three_managers_as_with_one(admin: Client, lingzhu: Any) -> None:
    staff_client(lingzhu, Role.MANAGER, "甲")
    one, page = queries_of(admin, page_of(lingzhu))
    assert "甲" in page
    for name in ("乙", "丙"):
        staff_client(lingzhu, Role.MANAGER, name)
    assert queries_of(admin, page_of(lingzhu))[0] == one


def test_the_list_takes_as_many_queries_with_three_institutions_as_with_one(
    admin: Client, lingzhu: Any, jiangxin: Any
) -> None:
    three, page = queries_of(admin, "/admin/console/institutions/")
    assert jiangxin.name in page
    one, page = queries_of(admin, f"/admin/console/institutions/?q={lingzhu.code}")
    assert jiangxin.name not in page
    assert one == three
