"""Names, credit codes, addresses, colours and logos of institutions: what is taken and what is refused."""

import io

import pytest
from PIL import Image

from tenants import colours, logos, naming


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("岭筑", "岭筑"),
        (" 广东建教 ", "广东建教"),
        ("ＡＢＣ培训", "ABC培训"),
        ("十二个字的简称正好十二字", "十二个字的简称正好十二字"),
    ],
)
def test_a_short_name_is_two_to_twelve_letters_or_digits(typed: str, kept: str) -> None:
    assert naming.normalised_short_name(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "岭", "十三个字的简称已经超过了一", "岭筑 培训", "【岭筑】", "岭筑！", "<b>岭筑</b>"]
)
def test_a_short_name_that_cannot_be_an_sms_signature_is_refused(typed: str) -> None:
    with pytest.raises(naming.BadName):
        naming.normalised_short_name(typed)


# Published codes: State Grid, Huawei Technologies, Tsinghua University, Industrial and Commercial Bank of China.
REAL = ["9111000071093123XX", "914403001922038216", "12100000400000624D", "91100000100003962T"]


@pytest.mark.parametrize("code", REAL)
def test_credit_codes_of_real_organisations_pass(code: str) -> None:
    assert naming.normalised_credit_code(code) == code


def test_a_credit_code_is_taken_however_it_is_spaced() -> None:
    assert naming.normalised_credit_code(" 9144 0300 1922 0382 16 ") == "914403001922038216"
    assert naming.normalised_credit_code("９１４４０３００１９２２０３８２１６") == "914403001922038216"
    assert naming.normalised_credit_code("9111000071093123xx") == "9111000071093123XX"


def test_every_single_slip_in_a_credit_code_is_noticed() -> None:
    code = "914403001922038216"
    for place, right in enumerate(code):
        for wrong in set(naming.CREDIT_ALPHABET) - {right}:
            with pytest.raises(naming.BadCreditCode):
                naming.normalised_credit_code(code[:place] + wrong + code[place + 1 :])


@pytest.mark.parametrize(
    "code", ["", "91440300192203821", "9144030019220382166", "91440300I922038216", "91440300192203821O"]
)
def test_a_credit_code_of_wrong_length_or_letters_is_refused_without_the_right_one(code: str) -> None:
    with pytest.raises(naming.BadCreditCode) as error:
        naming.normalised_credit_code(code)
    assert "914403001922038216" not in error.value.message


@pytest.mark.parametrize(
    "label",
    [
        "www",
        "admin",
        "api",
        "portal",
        "static",
        "media",
        "demo",
        "association",
        "template",
        "public",
        "mail",
        "WWW",
        "www2",
        "w-w-w",
        "mail1",
        "ns1",
    ],
)
def test_a_reserved_subdomain_is_refused(label: str) -> None:
    with pytest.raises(naming.ReservedHost):
        naming.normalised_subdomain(label)


@pytest.mark.parametrize("label", ["", "1abc", "-abc", "abc-", "a_b", "a.b", "岭筑", "a" * 31, "xn--abc", "a b"])
def test_a_subdomain_that_is_none_is_refused(label: str) -> None:
    with pytest.raises(naming.BadHost):
        naming.normalised_subdomain(label)


def test_a_subdomain_is_kept_in_lower_case_and_makes_a_schema() -> None:
    assert naming.normalised_subdomain(" Dong-Jiang ") == "dong-jiang"
    assert naming.schema_for("dong-jiang") == "dong_jiang"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Peixun.Example.CN", "peixun.example.cn"),
        ("peixun.example.cn.", "peixun.example.cn"),
        ("培训.example.cn", "xn--2js261j.example.cn"),
        ("www.dongjiang.example.cn", "www.dongjiang.example.cn"),
        ("dongjiang.portal.example", "dongjiang.portal.example"),
    ],
)
def test_a_host_name_is_kept_as_browsers_send_it(typed: str, kept: str) -> None:
    assert naming.normalised_host(typed, base="portal.example") == kept


@pytest.mark.parametrize(
    "typed",
    ["", "localhost", "http://a.example.cn", "a.example.cn/x", "a.example.cn:8000", "a@b.cn", "*.example.cn", "a..cn",
     "-a.example.cn", "a b.cn", "127.0.0.1", "10.1", "[::1]", "a." + "b" * 64 + ".cn", "_x.example.cn",
     "x." * 130 + "cn"],
)  # fmt: skip
def test_what_is_no_host_name_is_refused(typed: str) -> None:
    with pytest.raises(naming.BadHost):
        naming.normalised_host(typed, base="portal.example")


@pytest.mark.parametrize("typed", ["portal.example", "PORTAL.example.", "www.portal.example", "x.admin.portal.example"])
def test_the_portals_own_names_cannot_be_taken(typed: str) -> None:
    with pytest.raises(naming.ReservedHost):
        naming.normalised_host(typed, base="portal.example")


def test_an_international_name_is_shown_as_people_write_it() -> None:
    assert naming.shown_host("xn--2js261j.example.cn") == "培训.example.cn"
    assert naming.shown_host("dongjiang.example.cn") == "dongjiang.example.cn"


@pytest.mark.parametrize(
    "phone", ["020-83330001", "400-820-8820", "13800138000", "0755 8333 0002 转 803", "+86 20 83330001"]
)
def test_telephones_as_people_write_them(phone: str) -> None:
    assert naming.normalised_office_phone(phone) == phone


@pytest.mark.parametrize("phone", ["", "12345", "电话：83330001", "83330001<br>", "020-8333-0001-2222-3333-44444"])
def test_what_is_no_telephone_is_refused(phone: str) -> None:
    with pytest.raises(naming.BadPhone):
        naming.normalised_office_phone(phone)


def test_a_pale_colour_is_refused_with_a_readable_one_of_its_hue() -> None:
    with pytest.raises(colours.BadColour) as error:
        colours.checked("#D9A441")
    assert "2.25 : 1" in error.value.message
    assert colours.checked(error.value.suggestion) == error.value.suggestion
    assert error.value.suggestion in error.value.message


@pytest.mark.parametrize("typed", ["", "green", "#0b6b4", "#0b6b4g", "#0b6b4f;}", "0b6b4f"])
def test_what_is_no_colour_is_refused(typed: str) -> None:
    with pytest.raises(colours.BadColour):
        colours.checked(typed)


@pytest.mark.parametrize("main", ["#0b6b4f", "#e8731a", "#1d4f8b", "#000000", "#7a1f2b"])
def test_every_pairing_of_an_accepted_colour_is_readable(main: str) -> None:
    assert all(pair.is_enough for pair in colours.pairings(colours.checked(main), "#b3261e"))


def drawn(kind: str, size: tuple[int, int] = (600, 300), mode: str = "RGB", **more: object) -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 90 if mode == "L" else None).save(out, kind, **more)
    return out.getvalue()


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_logo_becomes_a_png_of_512_pixels_at_most(kind: str) -> None:
    picture = logos.prepare(drawn(kind))
    assert (picture.width, picture.height) == (512, 256)
    with Image.open(io.BytesIO(picture.png)) as again:
        assert (again.format, again.size) == ("PNG", (512, 256))


def test_nothing_but_pixels_is_left_of_a_logo() -> None:
    exif = Image.Exif()
    exif[0x010E] = "GPS 23.1291N 113.2644E"  # ImageDescription
    picture = logos.prepare(drawn("JPEG", exif=exif) + b"<script>alert(1)</script>")
    assert b"GPS" not in picture.png
    assert b"script" not in picture.png


def test_a_transparent_logo_stays_transparent() -> None:
    with Image.open(io.BytesIO(logos.prepare(drawn("PNG", mode="RGBA")).png)) as again:
        assert again.mode == "RGBA"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "logo.not_an_image"),
        (b"<!doctype html><script>alert(1)</script>", "logo.not_an_image"),
        (drawn("GIF", mode="L"), "logo.not_an_image"),
        (drawn("BMP"), "logo.not_an_image"),
        (b"", "logo.not_an_image"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 200, "logo.not_an_image"),
        (drawn("PNG")[:400], "logo.damaged"),
        (drawn("PNG", (4001, 40)), "logo.too_large"),
        (drawn("PNG", (30_000, 30_000), "1"), "logo.too_large"),
        (drawn("PNG", (31, 31)), "logo.too_small"),
        (drawn("PNG") + b"\0" * logos.MOST_BYTES, "logo.too_large"),
    ],
    ids=["svg", "html", "gif", "bmp", "empty", "header only", "truncated", "too wide", "bomb", "too small", "2 MB"],
)
def test_a_file_that_is_no_usable_logo_is_refused_by_its_content(data: bytes, code: str) -> None:
    with pytest.raises(logos.BadLogo) as error:
        logos.prepare(data)
    assert error.value.code == code
