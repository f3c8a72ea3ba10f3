"""Files of editors: by their content, never by their name; what a browser or an office program would run is refused."""

from __future__ import annotations

import io
import time
import zipfile
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

from tenants.roles.roles import Role
from tests.support.pages import seed
from tests.support.staff import paper, picture, staff_client

pytestmark = pytest.mark.django_db
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
HTML = b"<!doctype html><script>alert(1)</script>"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@pytest.fixture
def editor(lingzhu: Any, settings: Any, tmp_path: Any) -> Any:
    settings.MEDIA_ROOT = str(tmp_path)
    seed(lingzhu)
    return staff_client(lingzhu, Role.EDITOR, "区伟雄")


def put(client: Any, kind: str, name: str, data: bytes) -> str:
    """Upload by the page of one file; the answer's text."""
    file = SimpleUploadedFile(name, data, content_type="image/png")
    answer = client.post(f"/admin/{kind}/add/", {"title": "文件", "file": file, "collection": "1"}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def put_many(client: Any, kind: str, name: str, data: bytes) -> Any:
    """The same by the page of several files, as the browser does it."""
    body = {"title": "文件", "files[]": SimpleUploadedFile(name, data), "collection": "1"}
    answer = client.post(f"/admin/{kind}/multiple/add/", body, headers={"x-requested-with": "XMLHttpRequest"})
    return answer.json()


def package(**parts: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for name, data in parts.items():
            made.writestr(name.replace("__", "/").replace("_xml", ".xml").replace("_bin", ".bin"), data)
    return out.getvalue()


def huge_png(side: int) -> bytes:
    """A picture of `side` × `side` pixels that weighs a few kilobytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    header = side.to_bytes(4, "big") * 2 + bytes([8, 2, 0, 0, 0])
    pixels = zlib.compress(b"\0" * 100_000)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")


def stored(institution: Any, in_tenant: Any, kind: str) -> list[Any]:
    from wagtail.documents.models import Document
    from wagtail.images.models import Image

    with in_tenant(institution):
        return list((Image if kind == "images" else Document).objects.all())


@pytest.mark.parametrize("data", [SVG, HTML, b"GIF89a" + b"\0" * 40, b"%!PS-Adobe-3.0", b""])
def test_what_is_no_picture_is_refused_under_any_name(lingzhu: Any, in_tenant: Any, editor: Any, data: bytes) -> None:
    for name in ("a.svg", "a.png", "a.jpg", "a.webp", "a.html", "a.svg.png"):
        put(editor, "images", name, data)
        assert put_many(editor, "images", name, data or b"x")["success"] is False
    assert stored(lingzhu, in_tenant, "images") == []


def test_a_refusal_is_a_clear_sentence(editor: Any) -> None:
    assert "请先导出为 PNG" in put(editor, "images", "drawing.png", SVG)
    assert "请先导出为 PNG" in put_many(editor, "images", "drawing.png", SVG)["error_message"]
    assert "文件名与内容不符" in put(editor, "images", "house.png", picture())
    assert "图片已损坏" in put(editor, "images", "house.jpg", paper()[:2000])
    assert "只能上传 PDF" in put(editor, "documents", "a.exe", b"MZ")
    assert "文件内容与文件名" in put(editor, "documents", "a.pdf", HTML)


def test_a_picture_of_thirty_thousand_pixels_is_refused_at_once(lingzhu: Any, in_tenant: Any, editor: Any) -> None:
    import resource

    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    for side in (30_000, 13_000, 9_000):
        assert "像素太多" in put(editor, "images", "wall.png", huge_png(side))
    assert time.process_time() - begun < 30
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024
    assert stored(lingzhu, in_tenant, "images") == []


def test_a_picture_is_drawn_anew_without_what_else_it_held(lingzhu: Any, in_tenant: Any, editor: Any) -> None:
    put(editor, "images", "gate.jpg", paper() + b"<script>alert(1)</script>")
    [image] = stored(lingzhu, in_tenant, "images")
    with in_tenant(lingzhu), image.file.open() as file:
        data = file.read()
    assert b"script" not in data
    assert b"GPS" not in data
    with Pillow.open(io.BytesIO(data)) as kept:
        assert (kept.format, kept.size, dict(kept.getexif())) == ("JPEG", (900, 600), {})


def test_a_picture_that_is_large_is_kept_smaller(lingzhu: Any, in_tenant: Any, editor: Any) -> None:
    assert put_many(editor, "images", "yard.jpg", paper("JPEG", (6000, 3000)))["success"] is True
    [image] = stored(lingzhu, in_tenant, "images")
    assert (image.width, image.height) == (4000, 2000)


def test_a_telephones_picture_of_several_pictures_is_taken(lingzhu: Any, in_tenant: Any, editor: Any) -> None:
    buffer, shot = io.BytesIO(), Pillow.new("RGB", (640, 480), (10, 90, 60))
    shot.save(buffer, "MPO", save_all=True, append_images=[shot])
    put(editor, "images", "phone.jpg", buffer.getvalue())
    [image] = stored(lingzhu, in_tenant, "images")
    assert (image.width, image.height) == (640, 480)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("表.pdf", b"%PDF-1.7\n" + b"0" * 100),
        ("表.doc", OLE),
        ("表.xls", OLE),
        ("表.ppt", OLE),
        ("表.docx", package(word__document_xml=b"<w/>")),
        ("表.xlsx", package(xl__workbook_xml=b"<x/>")),
        ("表.pptx", package(ppt__presentation_xml=b"<p/>")),
        ("表.zip", package(a_xml=b"<a/>")),
        ("说明.txt", "报名须知".encode()),
        ("说明.txt", "报名须知".encode("gb18030")),
    ],
)
def test_what_people_need_is_taken_and_served_as_a_download(
    lingzhu: Any, in_tenant: Any, editor: Any, name: str, data: bytes
) -> None:
    from django.test import Client

    put(editor, "documents", name, data)
    [document] = stored(lingzhu, in_tenant, "documents")
    with in_tenant(lingzhu):
        url = document.url
    answer = Client(headers={"host": lingzhu.host}).get(url)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content) == data


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", HTML),
        ("a.pdf", b"\n%PDF-1.7"),
        ("a.pdf", SVG),
        ("a.txt", HTML),
        ("a.txt", b"  \n<svg onload=alert(1)>"),
        ("a.txt", b"MZ\x90\x00\x03"),
        ("a.doc", HTML),
        ("a.xls", package(a_xml=b"x")),
        ("a.docx", package(a_xml=b"x")),
        ("a.docx", package(word__document_xml=b"<w/>", word__vbaProject_bin=b"macro")),
        ("a.xlsx", package(word__document_xml=b"<w/>")),
        ("a.zip", HTML + package(a_xml=b"x")),
        ("a.zip", b"PK\x03\x04 no zip"),
        ("a.zip", package(**{f"{'long' * 20}{number}": b"" for number in range(12_000)})),
        ("a.html", HTML),
        ("a.svg", SVG),
        ("a.docm", package(word__document_xml=b"<w/>")),
        ("a.js", b"alert(1)"),
        ("a", b"%PDF-1.7"),
        ("a.pdf.html", b"%PDF-1.7"),
    ],
)
def test_a_document_under_another_name_is_refused(
    lingzhu: Any, in_tenant: Any, editor: Any, name: str, data: bytes
) -> None:
    put(editor, "documents", name, data)
    assert put_many(editor, "documents", name, data)["success"] is False
    assert stored(lingzhu, in_tenant, "documents") == []


@pytest.mark.parametrize(("kind", "name", "mega"), [("images", "a.jpg", 8), ("documents", "a.pdf", 20)])
def test_a_file_over_the_limit_is_refused(
    lingzhu: Any, in_tenant: Any, editor: Any, kind: str, name: str, mega: int
) -> None:
    head = picture() if kind == "images" else b"%PDF-1.7"
    assert "文件过大" in put(editor, kind, name, head + b"0" * (mega * 1024 * 1024))
    assert stored(lingzhu, in_tenant, kind) == []


def test_the_title_of_a_picture_can_be_changed_without_the_file(lingzhu: Any, in_tenant: Any, editor: Any) -> None:
    put(editor, "images", "gate.jpg", picture())
    [image] = stored(lingzhu, in_tenant, "images")
    answer = editor.post(f"/admin/images/{image.pk}/", {"title": "校门", "collection": "1"})
    assert answer.status_code == 302
    assert [one.title for one in stored(lingzhu, in_tenant, "images")] == ["校门"]
    body = {f"image-{image.pk}-title": "大门", f"image-{image.pk}-collection": "1"}
    many = editor.post(f"/admin/images/multiple/{image.pk}/", body, headers={"x-requested-with": "XMLHttpRequest"})
    assert many.json()["success"] is True


def test_files_of_another_institution_are_not_there(lingzhu: Any, jiangxin: Any, in_tenant: Any, editor: Any) -> None:
    put(editor, "images", "gate.jpg", picture())
    put(editor, "documents", "a.pdf", b"%PDF-1.7")
    [image], [document] = stored(lingzhu, in_tenant, "images"), stored(lingzhu, in_tenant, "documents")
    seed(jiangxin)
    stranger = staff_client(jiangxin, Role.MANAGER, "黎静")
    for address in (
        f"/admin/images/{image.pk}/", f"/admin/images/{image.pk}/delete/", f"/admin/documents/edit/{document.pk}/",
        f"/admin/images/chooser/chosen/{image.pk}/", f"/admin/documents/chooser/chosen/{document.pk}/",
        f"/documents/{document.pk}/a.pdf", f"/media/sites/lingzhu/{image.file.name}",
    ):  # fmt: skip
        assert stranger.get(address).status_code == 404, address
