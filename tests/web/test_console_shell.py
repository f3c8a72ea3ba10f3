"""The shell of the admin, and the other screens of the association."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup

from cms.theme import admin_css, admin_hue
from tenants.brand import contrast
from tenants.roles.roles import Role
from tests.support import people
from tests.support.staff import make_case, staff_client

pytestmark = pytest.mark.django_db
CLOSED = (
    "/admin/users/",
    "/admin/groups/",
    "/admin/bulk/accounts/user/set_active_state/?id=all",
    "/admin/bulk/accounts/user/delete/?id=all",
    "/admin/bulk/accounts/user/assign_role/?id=1",
    "/admin/bulk/auth/group/delete/?id=1",
    "/admin/password_reset/",
)


@pytest.mark.parametrize("address", CLOSED)
def test_no_admin_reaches_wagtails_screens_of_users_and_groups(lingzhu, association, address):
    for client in (staff_client(lingzhu, Role.MANAGER), staff_client(association, Role.SUPERADMIN)):
        assert client.get(address).status_code == 404
        assert client.post(address, {"mark_as_active": ""}).status_code == 404


def test_a_manager_with_every_permission_still_cannot_switch_people_off(lingzhu, in_tenant):
    from django.contrib.auth.models import Group, Permission

    manager, victim = staff_client(lingzhu, Role.MANAGER), people.make_user("别家学员")
    with in_tenant(lingzhu):
        Group.objects.get(name="manager").permissions.set(Permission.objects.all())
    answer = manager.post("/admin/bulk/accounts/user/set_active_state/?id=all", {"mark_as_active": ""})
    victim.refresh_from_db()
    assert (answer.status_code, victim.is_active) == (404, True)


def test_wagtails_own_sign_in_leads_to_ours(lingzhu):
    from django.test import Client

    answer = Client(headers={"host": lingzhu.host}).get("/admin/login/?next=/admin/")
    assert (answer.status_code, answer["Location"]) == (302, "/signin/?next=%2Fadmin%2F")


def test_the_menu_holds_the_tasks_of_ones_own_kind_and_role(lingzhu, association):
    import json

    def menu(client):
        page = client.get("/admin/").content.decode()
        props = page.partition('id="wagtail-sidebar-props" type="application/json">')[2].partition("</script>")[0]
        return json.dumps(json.loads(props), ensure_ascii=False)

    reviewer, manager = menu(staff_client(association, Role.HOURS_REVIEWER)), menu(staff_client(lingzhu, Role.MANAGER))
    assert "学时审核" in reviewer
    assert "短信" not in reviewer
    assert "报名" in manager
    assert "员工" in manager
    assert "学时审核" not in manager


@pytest.mark.parametrize("colour", ["#0b6b4f", "#7a1f2b", "#ffdd00", "#ffffff", "#1d4f8b", "#00ffff"])
def test_white_on_the_sidebar_is_readable_in_any_brand(colour):
    import colorsys

    hue = admin_hue(colour)
    rgb = colorsys.hls_to_rgb(hue.hue / 360, hue.lightness / 100, hue.saturation / 100)
    shade = "#" + "".join(f"{round(part * 255):02x}" for part in rgb)
    assert contrast("#ffffff", shade) >= 8


@pytest.mark.parametrize("colour", ["#0b6b4f", "#7a1f2b", "#ffdd00", "#ffffff", "#1d4f8b", "#00ffff", "#000000"])
def test_buttons_and_links_are_readable_in_any_brand_as_the_stylesheet_has_them(colour):
    """Read back from the CSS, rounded as it is: white on a button, a link on white, a link on Wagtail's dark page."""
    import colorsys

    css = admin_css(colour)

    def shade(name):
        hue, saturation, lightness = (
            float(re.search(rf"{name}-{part}:([\d.]+)", css)[1]) for part in ("hue", "saturation", "lightness")
        )
        rgb = colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100)
        return "#" + "".join(f"{round(part * 255):02x}" for part in rgb)

    assert contrast("#ffffff", shade("--w-color-secondary")) >= 4.5
    assert contrast("#f6f6f8", shade("--w-color-secondary")) >= 4.5
    assert contrast("#262626", shade("--w-color-secondary-100")) >= 4.5


def test_the_head_of_the_sidebar_shows_the_symbol_of_the_site(lingzhu):
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(logo_key="hall")
    manager = staff_client(lingzhu, Role.MANAGER)
    assert "logos.svg#logo-hall" in manager.get("/admin/").content.decode().replace("\\u0022", '"')
    assert ".zx-house{--brand:#" in manager.get("/admin/hue.css").content.decode()
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(logo_key="")
    assert 'class="logo-letter"' in manager.get("/admin/").content.decode()


def test_the_hue_is_the_institutions(lingzhu, jiangxin):
    green = staff_client(lingzhu, Role.MANAGER).get("/admin/hue.css").content.decode()
    red = staff_client(jiangxin, Role.MANAGER).get("/admin/hue.css").content.decode()
    assert "--w-color-primary-hue:162;" in green
    assert "--w-color-primary-hue:352;" in red


def test_a_code_is_readable_in_the_demo_only(association, settings):
    from tenants.messages.services import queue_sms

    params = {"code": "482913", "minutes": 5}
    queue_sms(key="k", template="code_sign_in", params=params, phone="13800000001", institution=None, at=people.BEFORE)
    admin = staff_client(association, Role.SUPERADMIN)
    page = admin.get("/admin/console/messages/").content.decode()
    assert "482913" in page
    assert "138****0001" in page
    assert "13800000001" not in page
    settings.IS_DEMO = False
    assert "482913" not in admin.get("/admin/console/messages/").content.decode()


def test_a_post_certificate_is_found_by_a_whole_id_number_only(association):
    from learning.services import register_post_certificate
    from tests.support.study import make_position

    number = people.id_number(321)
    register_post_certificate(
        number="粤建岗880001",
        id_number=number,
        name="卢永康",
        position=make_position(),
        issued_on=people.BEFORE.date(),
        by=None,
        at=people.BEFORE,
    )
    clerk = staff_client(association, Role.CERTIFICATE_CLERK)
    found = clerk.post("/admin/console/post-certificates/", {"q": number}, follow=True).content.decode()
    assert "卢永康" in found
    assert number[:6] + "********" + number[-4:] in found
    in_part = clerk.post("/admin/console/post-certificates/", {"q": number[:14]}, follow=True)
    assert "卢永康" not in in_part.content.decode()


@pytest.mark.parametrize(
    "screen", ["", "institutions/", "rules/", "messages/", "questions/", "post-certificates/", "uploads/", "audit/"]
)
def test_every_screen_opens_empty_and_filled(association, lingzhu, in_tenant, screen):
    from tests.support.exam import make_bank

    admin = staff_client(association, Role.SUPERADMIN)
    address = f"/admin/console/{screen}" if screen else "/admin/"
    assert admin.get(address).status_code == 200
    make_bank(3, 3, 3)
    with in_tenant(lingzhu):
        make_case(lingzhu)
    assert admin.get(address).status_code == 200


def test_every_section_of_the_rules_is_shown_under_a_chinese_name(association: Any) -> None:
    root = Path(__file__).resolve().parents[2]
    files = [
        path
        for app in ("tenants", "learning", "proctoring", "exams", "certs")
        for path in (root / app).rglob("*rules.py")
    ]
    classes = [
        node for path in files for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.ClassDef)
    ]
    sections = [
        part for one in classes for part in one.body if isinstance(part, ast.AnnAssign) and part.target.id == "section"
    ]
    page = BeautifulSoup(staff_client(association, Role.AUDITOR).get("/admin/console/rules/").content, "html.parser")
    names = [heading.text for heading in page.select(".zx-card h2")]
    assert len(names) == len(set(names)) == len(sections)
    assert not [name for name in names if re.search("[A-Za-z]{4}", name)]
    assert [link.text for link in page.select(".zx-jump a")] == names
