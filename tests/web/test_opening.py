"""The opening wizard: what is typed is kept, what is wrong is said at its field, a failure leaves nothing."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django_tenants.utils import tenant_context
from PIL import Image

from cms import opening
from tenants.accounts.models import User
from tenants.audit.models import Entry
from tenants.messages.models import Sms
from tenants.models import Domain, Institution, Logo, OpeningDraft
from tenants.roles.models import GroupMembership
from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db
OPEN = "/admin/console/institutions/open/"
NAMES = {
    "name": "东江建设培训中心",
    "short_name": "东江培训",
    "credit_code": "914403001922038216",
    "code": "GD009",
    "contact_name": "林伟民",
    "phone": "0752-83330009",
    "region": "惠州",
    "address": "惠城区东江二路 66 号",
}
NUMBER = people.id_number(778)
MANAGER = {"manager_name": "林伟民", "manager_id_number": NUMBER, "manager_phone": "13800138021"}
LOOK = {"brand_main": "#7A1F2B", "brand_accent": "#8a5a00"}


def png() -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGBA", (64, 64), (122, 31, 43, 255)).save(out, "PNG")
    return SimpleUploadedFile("logo.png", out.getvalue(), "image/png")


@pytest.fixture
def admin(association: Any) -> Client:
    from learning.models import Position

    Position.objects.get_or_create(code="101", defaults={"name": "土建施工员"})
    return staff_client(association, Role.SUPERADMIN)


def fill(admin: Client, **changes: Any) -> None:
    """All five steps."""
    steps: dict[str, dict[str, Any]] = {
        "names": NAMES,
        "positions": {"position_codes": ["101"]},
        "address": {"subdomain": "dongjiang", "hosts": "peixun.dongjiang.example"},
        "look": {**LOOK, "logo": png()},
        "manager": MANAGER,
    }
    for step, data in steps.items():
        assert admin.get(f"{OPEN}{step}/").status_code == 200
        mine = {name: value for name, value in changes.items() if name in data}
        answer = admin.post(f"{OPEN}{step}/", {**data, **mine})
        assert answer.status_code == 302, (step, answer.content.decode()[:2000])


def traces() -> dict[str, Any]:
    """Everything an opening could leave behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace")
        schemas = {row[0] for row in cursor.fetchall()}
    models = (Institution, Domain, User, Logo, Sms, Entry)
    return {"schemas": schemas} | {model.__name__: model.objects.count() for model in models}


def test_the_wizard_opens_an_institution_with_site_manager_and_invitation(admin: Client, association: Any) -> None:
    fill(admin)
    page = admin.get(f"{OPEN}check/").content.decode()
    assert "开通 东江培训" in page
    assert NUMBER not in page
    answer = admin.post(f"{OPEN}check/")
    opened = Institution.objects.get(code="GD009")
    assert answer["Location"] == f"/admin/console/institutions/{opened.uuid}/opened/"
    assert (opened.schema_name, opened.state, opened.credit_code) == ("dongjiang", "approved", "914403001922038216")
    assert opened.host == f"dongjiang.{association.host}"
    assert {row.domain for row in opened.domains.all()} == {opened.host, "peixun.dongjiang.example"}
    assert (opened.position_codes, opened.brand_main, opened.logo_digest != "") == (["101"], "#7a1f2b", True)
    site = Client(headers={"host": opened.host}).get("/").content.decode()
    assert "东江建设培训中心" in site
    assert f"/logo.png?v={opened.logo_digest}" in site
    for path in ("/faq/", "/about/", "/notices/", "/privacy/"):
        assert Client(headers={"host": opened.host}).get(path).status_code == 200, path
    with tenant_context(opened):
        membership = GroupMembership.objects.select_related("user", "group").get()
    assert (membership.user.name, membership.group.name, membership.user.phone) == ("林伟民", "manager", "13800138021")
    sms = Sms.objects.get(template="institution_opened")
    assert sms.phone == "13800138021"
    assert opened.host in sms.text
    assert not OpeningDraft.objects.exists()
    result = admin.get(answer["Location"]).content.decode()
    assert "138****8021" in result
    assert sms.text in result


def test_what_is_wrong_stands_at_its_field_and_everything_typed_is_kept(admin: Client, lingzhu: Any) -> None:
    typed = {**NAMES, "short_name": "东", "credit_code": "914403001922038217", "code": lingzhu.code, "phone": "x"}
    answer = admin.post(f"{OPEN}names/", typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    for sentence in ("须为 2–12 个汉字", "统一社会信用代码有误", "该编码已被其他机构使用", "请填写电话号码"):
        assert sentence in page
    for value in typed.values():
        assert f'value="{value}"' in page
    assert not OpeningDraft.objects.exists()


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"subdomain": "www"}, "该名称由系统保留"),
        ({"subdomain": "lingzhu"}, "这个网址已经属于另一家机构"),
        ({"subdomain": "岭筑"}, "须为 2–30 位小写字母"),
        ({"subdomain": "dongjiang", "hosts": "lingzhu.test"}, "lingzhu.test：这个网址已经属于另一家机构"),
        ({"subdomain": "dongjiang", "hosts": "http://a.cn"}, "http://a.cn：这不是有效的域名"),
    ],
)
def test_an_address_that_cannot_be_is_refused_in_words(
    admin: Client, association: Any, lingzhu: Any, typed: dict[str, str], sentence: str
) -> None:
    Domain.objects.get_or_create(domain=f"lingzhu.{association.host}", tenant=lingzhu, is_primary=False)
    answer = admin.post(f"{OPEN}address/", typed)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()
    for value in typed.values():
        assert value in answer.content.decode()


def test_a_logo_that_is_no_image_and_a_pale_colour_are_refused_with_a_proposal(admin: Client) -> None:
    svg = SimpleUploadedFile("logo.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/png")
    answer = admin.post(f"{OPEN}look/", {"brand_main": "#7A1F2B", "brand_accent": "#D9A441", "logo": svg})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "SVG 等矢量图请先导出为 PNG" in page
    assert "2.25 : 1" in page
    assert 'data-take="#906606"' in page
    assert 'value="#D9A441"' in page


def test_the_preview_shows_the_colours_as_they_are_typed(admin: Client) -> None:
    page = admin.post(f"{OPEN}look/preview/", {"brand_main": "#e8731a", "brand_accent": "#1f5a7a"}).content.decode()
    assert 'fill="#b15300"' in page  # the orange becomes as dark as words on it need
    assert "够" in page
    unfinished = admin.post(f"{OPEN}look/preview/", {"brand_main": "#e87", "brand_accent": "#1f5a7a"}).content.decode()
    assert "请填写两个颜色" in unfinished


def test_a_draft_waits_sealed_for_its_owner_only(admin: Client, association: Any) -> None:
    fill(admin)
    assert 'value="东江建设培训中心"' in admin.get(f"{OPEN}names/").content.decode()
    other = staff_client(association, Role.SUPERADMIN, "另一位")
    assert "东江建设培训中心" not in other.get(f"{OPEN}names/").content.decode()
    assert other.get(f"{OPEN}look/logo.png").status_code == 404
    with connection.cursor() as cursor:
        cursor.execute("SELECT content FROM tenants_openingdraft")
        stored = bytes(cursor.fetchone()[0])
    assert NUMBER.encode() not in stored
    assert b"13800138021" not in stored
    admin.post(f"{OPEN}drop/")
    assert not OpeningDraft.objects.exists()


def test_a_step_left_out_is_named_and_nothing_opens(admin: Client) -> None:
    admin.post(f"{OPEN}names/", NAMES)
    before = traces()
    answer = admin.post(f"{OPEN}check/")
    assert answer.status_code == 400
    assert "开通前，请先处理这些步骤" in answer.content.decode()
    assert traces() == before


def test_an_address_taken_meanwhile_is_noticed_at_the_last_step(admin: Client, lingzhu: Any) -> None:
    fill(admin)
    Domain.objects.create(domain="peixun.dongjiang.example", tenant=lingzhu, is_primary=False)
    before = traces()
    answer = admin.post(f"{OPEN}check/", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()) == (400, {"message": "有步骤尚未填好，请查看标出的步骤。"})
    assert traces() == before


STEPS = (
    "_hosts",
    "check_free",
    "open_institution",
    "seed_site",
    "save_logo",
    "pre_register",
    "grant_role",
    "queue_sms",
)


@pytest.mark.parametrize("step", STEPS)
def test_a_failure_in_any_part_leaves_nothing_behind(admin: Client, monkeypatch: Any, step: str) -> None:
    """The part does its work and then fails, as a lost connection would."""
    fill(admin)
    before = traces()
    real = getattr(opening, step)

    def works_and_fails(*args: Any, **kwargs: Any) -> Any:
        real(*args, **kwargs)
        raise RuntimeError("the machine was switched off")

    monkeypatch.setattr(opening, step, works_and_fails)
    admin.raise_request_exception = False
    answer = admin.post(f"{OPEN}check/", headers={"accept": "application/json"})
    assert answer.status_code == 500
    assert traces() == before
    assert OpeningDraft.objects.count() == 1  # what was typed is still there


def test_after_a_failure_the_same_draft_opens(admin: Client, monkeypatch: Any) -> None:
    def fails(*args: Any, **kwargs: Any) -> Any:
        raise RuntimeError("the machine was switched off")

    fill(admin)
    monkeypatch.setattr(opening, "queue_sms", fails)
    admin.raise_request_exception = False
    assert admin.post(f"{OPEN}check/").status_code == 500
    monkeypatch.undo()
    assert admin.post(f"{OPEN}check/").status_code == 302


def test_the_parts_are_told_in_their_order_while_they_run(admin: Client, monkeypatch: Any) -> None:
    fill(admin)
    ticket, seen = "a1b2c3", []
    real = opening.open_institution

    def slow(**kwargs: Any) -> Any:
        seen.append(admin.get(f"{OPEN}progress/?ticket={ticket}").json()["part"])
        connection.set_schema_to_public()
        return real(**kwargs)

    monkeypatch.setattr(opening, "open_institution", slow)
    assert admin.post(f"{OPEN}check/", {"ticket": ticket}).status_code == 302
    assert seen == ["schema"]
    assert admin.get(f"{OPEN}progress/?ticket={ticket}").json() == {"part": "invitation"}
    assert admin.get(f"{OPEN}progress/?ticket=other").json() == {"part": ""}


def test_an_account_that_exists_becomes_manager_and_keeps_its_phone(admin: Client) -> None:
    known = people.make_user("林伟民")
    phone, password = known.phone, known.password
    fill(admin, manager_id_number=known.id_number, manager_phone="13900139000")
    assert admin.post(f"{OPEN}check/").status_code == 302
    known.refresh_from_db()
    assert (known.phone, known.password) == (phone, password)
    assert Sms.objects.get(template="institution_opened").phone == phone


def test_another_name_for_a_known_number_is_refused_neutrally(admin: Client) -> None:
    known = people.make_user("陈志强")
    fill(admin, manager_id_number=known.id_number)
    before = traces()
    answer = admin.post(f"{OPEN}check/")
    assert answer.status_code == 400
    assert "没有开通，也没有留下任何数据" in answer.content.decode()
    assert "陈志强" not in answer.content.decode()
    assert traces() == before


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.HOURS_REVIEWER, Role.CERTIFICATE_CLERK])
def test_only_a_superadmin_opens(association: Any, role: Role) -> None:
    client = staff_client(association, role)
    for path in ("", "names/", "check/", "look/preview/", "drop/"):
        assert client.post(f"{OPEN}{path}").status_code == 403
    assert staff_client(association, role).get(OPEN).status_code == 403
