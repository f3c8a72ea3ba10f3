"""What a site looks like around its pages: the picture in the tab, the foot of the page, the photo on the home page."""

from __future__ import annotations

import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from tenants.audit.models import Entry
from tenants.roles.roles import Role
from tests.support.pages import page_of, seed, visitor
from tests.support.staff import staff_client

pytestmark = pytest.mark.django_db
FOOTER = {
    "footer_text": "主办单位：岭筑建筑培训学校",
    "icp_number": "粤icp备 12345678号-1",
    "police_number": "粤公网安备 44010602000001号",
}


def png(colour: str, size: tuple[int, int]) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


def picture(response: Any) -> Image.Image:
    return Image.open(io.BytesIO(response.content)).convert("RGBA")


# --- the picture in the browser's tab ---


def tab_address(institution: Any) -> str:
    return str(page_of(visitor(institution).get("/")).select_one('link[rel="icon"]')["href"])


def test_without_a_logo_the_tab_shows_the_first_character_on_the_brands_colour(lingzhu: Any) -> None:
    seed(lingzhu)
    address = tab_address(lingzhu)
    answer = visitor(lingzhu).get(address)
    assert answer["Content-Type"] == "image/png"
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["X-Content-Type-Options"] == "nosniff"
    shown = picture(answer)
    assert shown.size == (192, 192)
    assert shown.getpixel((96, 8)) == (0x0B, 0x6B, 0x4F, 255)
    assert (255, 255, 255, 255) in {pixel for _, pixel in shown.getcolors(100_000)}
    assert "immutable" not in visitor(lingzhu).get("/favicon.png?v=older")["Cache-Control"]


def test_two_institutions_have_two_pictures(lingzhu: Any, jiangxin: Any) -> None:
    one, two = (visitor(institution).get("/favicon.png").content for institution in (lingzhu, jiangxin))
    assert one != two


def test_with_a_logo_the_tab_shows_it_whole_under_a_new_address(lingzhu: Any) -> None:
    seed(lingzhu)
    before = tab_address(lingzhu)
    logo = SimpleUploadedFile("logo.png", png("red", (400, 200)))
    staff_client(lingzhu, Role.MANAGER).post("/admin/desk/brand/logo/", {"logo": logo})
    after = tab_address(lingzhu)
    assert after != before
    shown = picture(visitor(lingzhu).get(after))
    assert [shown.getpixel(at) for at in ((96, 96), (2, 96), (96, 10))] == [
        (255, 0, 0, 255),
        (255, 0, 0, 255),
        (0, 0, 0, 0),
    ]


def test_a_new_colour_is_a_new_picture(lingzhu: Any) -> None:
    seed(lingzhu)
    before = tab_address(lingzhu)
    client = staff_client(lingzhu, Role.MANAGER)
    client.post("/admin/desk/brand/", {"brand_main": "#7a1f2b", "brand_accent": "#1f5a7a"})
    assert tab_address(lingzhu) != before


@pytest.mark.parametrize("state", ["approved", "suspended", "closed"])
def test_browsers_that_guess_find_an_ico_whatever_the_state(lingzhu: Any, state: str) -> None:
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(state=state)
    answer = visitor(lingzhu).get("/favicon.ico")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/x-icon")
    with Image.open(io.BytesIO(answer.content)) as shown:
        assert shown.info["sizes"] == {(16, 16), (32, 32), (48, 48)}


def test_a_name_of_letters_no_font_has_is_a_plain_square(lingzhu: Any) -> None:
    type(lingzhu).objects.filter(pk=lingzhu.pk).update(short_name="\U000f0000x")
    assert picture(visitor(lingzhu).get("/favicon.png")).getpixel((96, 96)) == (0x0B, 0x6B, 0x4F, 255)


def test_staff_screens_have_the_same_picture(lingzhu: Any) -> None:
    seed(lingzhu)
    page = page_of(staff_client(lingzhu, Role.MANAGER).get("/admin/desk/brand/"))
    assert page.select_one('link[rel="icon"]')["href"] == tab_address(lingzhu)


# --- the foot of the page ---


def test_the_filings_stand_at_the_foot_with_their_registers(lingzhu: Any) -> None:
    seed(lingzhu)
    assert not page_of(visitor(lingzhu).get("/")).select(".footer-more")
    assert staff_client(lingzhu, Role.MANAGER).post("/admin/desk/brand/footer/", FOOTER).status_code == 302
    foot = page_of(visitor(lingzhu).get("/")).select_one(".footer-more")
    assert foot.p.text == "主办单位：岭筑建筑培训学校"
    assert [(a.text, a["href"]) for a in foot.select("a")] == [
        ("粤ICP备12345678号-1", "https://beian.miit.gov.cn/"),
        ("粤公网安备44010602000001号", "https://beian.mps.gov.cn/#/query/webSearch?code=44010602000001"),
    ]
    entry = Entry.objects.get(action="institution.footer")
    assert entry.data == {"fields": ["footer_text", "icp_number", "police_number"]}


def test_saving_the_same_footer_again_leaves_no_second_entry(lingzhu: Any) -> None:
    client = staff_client(lingzhu, Role.MANAGER)
    for _ in range(2):
        client.post("/admin/desk/brand/footer/", FOOTER)
    assert Entry.objects.filter(action="institution.footer").count() == 1


def test_only_what_is_set_is_shown(lingzhu: Any, jiangxin: Any) -> None:
    seed(lingzhu)
    seed(jiangxin)
    staff_client(lingzhu, Role.MANAGER).post("/admin/desk/brand/footer/", {"icp_number": FOOTER["icp_number"]})
    foot = page_of(visitor(lingzhu).get("/")).select_one(".footer-more")
    assert (len(foot.select("a")), foot.p) == (1, None)
    assert not page_of(visitor(jiangxin).get("/")).select(".footer-more")


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("icp_number", "12345678", "请按备案结果填写 ICP 备案号"),
        ("icp_number", "<b>粤ICP备12345678号</b>", "请按备案结果填写 ICP 备案号"),
        ("police_number", "粤公网安备4401号", "请按备案结果填写公安备案号"),
    ],
)
def test_a_number_of_another_form_is_refused_at_its_field(lingzhu: Any, field: str, value: str, sentence: str) -> None:
    answer = staff_client(lingzhu, Role.MANAGER).post("/admin/desk/brand/footer/", {**FOOTER, field: value})
    assert answer.status_code == 400
    page = BeautifulSoup(answer.content, "html.parser")
    assert sentence in page.select_one("#footer").text
    assert page.select_one(f'#footer input[name="{field}"]')["value"] == value
    lingzhu.refresh_from_db()
    assert (lingzhu.footer_text, lingzhu.icp_number, lingzhu.police_number) == ("", "", "")


@pytest.mark.parametrize("role", [Role.EDITOR, Role.REGISTRAR, Role.VIEWER])
def test_only_the_manager_changes_the_footer(lingzhu: Any, role: Role) -> None:
    assert staff_client(lingzhu, role).post("/admin/desk/brand/footer/", FOOTER).status_code == 403
    lingzhu.refresh_from_db()
    assert lingzhu.icp_number == ""


def test_the_association_sees_the_filings_and_the_history(lingzhu: Any, association: Any) -> None:
    staff_client(lingzhu, Role.MANAGER).post("/admin/desk/brand/footer/", FOOTER)
    page = staff_client(association, Role.AUDITOR).get(f"/admin/console/institutions/{lingzhu.uuid}/").content.decode()
    for words in ("粤ICP备12345678号-1", "粤公网安备44010602000001号", "修改了页脚"):
        assert words in page


# --- the portal's own ---

PORTAL = "/admin/console/brand/"


def test_the_association_sets_logo_colours_footer_and_contact_of_its_portal(association: Any) -> None:
    seed(association)
    chief = staff_client(association, Role.SUPERADMIN)
    assert chief.post(f"{PORTAL}footer/", {**FOOTER, "service_hours": "周一至周五 9:00—17:00"}).status_code == 302
    assert chief.post(f"{PORTAL}contact/", {"phone": "020-87654321", "address": "越秀区 1 号"}).status_code == 302
    assert chief.post(PORTAL, {"brand_main": "#7a1f2b", "brand_accent": "#1f5a7a"}).status_code == 302
    page = page_of(chief.get(PORTAL))
    assert [page.find(id=f"id_{name}")["value"] for name in ("service_hours", "phone", "brand_main")] == [
        "周一至周五 9:00—17:00", "020-87654321", "#7a1f2b",
    ]  # fmt: skip
    foot = page_of(visitor(association).get("/")).select_one(".site-footer").text
    for words in ("粤ICP备12345678号-1", "020-87654321", "越秀区 1 号", "周一至周五 9:00—17:00"):
        assert words in foot


def test_a_telephone_that_is_none_is_refused_at_its_field(association: Any) -> None:
    before = association.phone
    answer = staff_client(association, Role.SUPERADMIN).post(f"{PORTAL}contact/", {"phone": "电话"})
    assert answer.status_code == 400
    assert BeautifulSoup(answer.content, "html.parser").select_one("#contact [role=alert]")
    association.refresh_from_db()
    assert association.phone == before


@pytest.mark.parametrize("path", ["", "footer/", "logo/", "contact/", "preview/"])
def test_the_portals_look_is_the_superadmins_and_not_an_institutions(lingzhu: Any, association: Any, path: str) -> None:
    assert staff_client(association, Role.CERTIFICATE_CLERK).post(PORTAL + path, FOOTER).status_code == 403
    assert staff_client(lingzhu, Role.MANAGER).post(PORTAL + path, FOOTER).status_code == 404
    assert staff_client(association, Role.SUPERADMIN).post("/admin/desk/brand/" + path, FOOTER).status_code == 404


# --- the photo on the home page ---


def with_photo(home: Any, *, alt: str, focus: tuple[int, int] | None = None) -> Any:
    """A photo, red left and blue right, on the home page."""
    from wagtail.images.models import Image as Photo

    out = io.BytesIO()
    picture = Image.new("RGB", (3000, 760), "blue")
    picture.paste("red", (0, 0, 1500, 760))
    picture.save(out, "PNG")
    photo = Photo(title="校门", file=ContentFile(out.getvalue(), "gate.png"), width=3000, height=760)
    if focus is not None:
        photo.focal_point_x, photo.focal_point_y = focus
        photo.focal_point_width = photo.focal_point_height = 10
    photo.save()
    home.banner, home.banner_alt = photo, alt
    home.save()
    return photo


def test_the_photo_comes_in_three_sizes_says_what_it_shows_and_keeps_its_place(
    lingzhu: Any, in_tenant: Any, settings: Any, tmp_path: Any
) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    home = seed(lingzhu)
    with in_tenant(lingzhu):
        with_photo(home, alt="学校大门", focus=(200, 380))
    client = visitor(lingzhu)
    shown = page_of(client.get("/")).select_one(".hero-drawing img")
    assert shown["alt"] == "学校大门"
    assert int(shown["width"]) / int(shown["height"]) == pytest.approx(560 / 380, rel=0.01)
    sources = dict(reversed(part.split()) for part in shown["srcset"].split(", "))
    assert list(sources) == ["560w", "840w", "1120w"]
    for width, address in sources.items():
        answer = client.get(address)
        with Image.open(io.BytesIO(b"".join(answer.streaming_content))) as one:
            assert f"{one.width}w" == width
            red, _, blue = one.convert("RGB").getpixel((one.width // 2, one.height // 2))
            assert (red > 200, blue < 50) == (True, True)  # cut around the focal point, not around the middle


def test_a_photo_without_words_is_refused(lingzhu: Any, in_tenant: Any, settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path)
    home = seed(lingzhu)
    with in_tenant(lingzhu), pytest.raises(ValidationError) as refused:
        with_photo(home, alt=" ")
    assert refused.value.message_dict == {"banner_alt": ["请用几个字说明照片内容。"]}
