"""A seeded site for tests of pages: what the demo does, in small."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from bs4 import BeautifulSoup
from django.test import Client

AT = datetime(2026, 1, 6, 1, tzinfo=UTC)


def seed(institution: Any, *, notices: int = 1, fees: int = 1) -> Any:
    """The home page of `institution`, with so many notices and lines of the fee notice."""
    from cms.seeding import FeeContent, FeeRowContent, NoticeContent, SiteContent, seed_site

    rows = [FeeRowContent(f"岗位 {n}", [f"{100 + n}"], Decimal(300 + n), Decimal(60)) for n in range(1, fees + 1)]
    words = [
        NoticeContent(f"{institution.short_name}公告 {n}", "第一段\n第二段 <b>不是标签</b>", date(2026, 1, n), n == 1)
        for n in range(1, notices + 1)
    ]
    content = SiteContent(
        hero_title="岗位证书换电子证",
        hero_lead="在这里学满 32 学时。",
        notices=words,
        fees=None if institution.is_association else FeeContent(date(2026, 1, 2), rows, "不收其他费用。"),
        faq=[("没有摄像头能学吗？", "可以到机构学习。")],
    )
    return seed_site(institution, content, by=None, at=AT)


# What the editor's form of a notice sends for its files, of which there are none.
NO_FILES = {"attachments-TOTAL_FORMS": "0", "attachments-INITIAL_FORMS": "0", "attachments-MIN_NUM_FORMS": "0"}


def visitor(institution: Any, host: str = "") -> Client:
    """Somebody at the site who is not signed in."""
    return Client(headers={"host": host or institution.host})


def page_of(response: Any) -> BeautifulSoup:
    assert response.status_code == 200, response.status_code
    return BeautifulSoup(response.content, "html.parser")


def picture(title: str = "培训教室") -> Any:
    """In the library of the schema one is in: wide, the left eighth red, where its focal point is."""
    from django.core.files.images import ImageFile
    from PIL import Image as Drawing
    from wagtail.images.models import Image

    buffer, drawing = BytesIO(), Drawing.new("RGB", (1600, 450), (30, 90, 200))
    drawing.paste((230, 30, 30), (0, 0, 200, 450))
    drawing.save(buffer, "PNG")
    point = {"focal_point_x": 60, "focal_point_y": 200, "focal_point_width": 40, "focal_point_height": 40}
    return Image.objects.create(title=title, file=ImageFile(buffer, name="picture.png"), **point)


def open_class(institution: Any, name: str, *, capacity: int = 30, position: Any = None, **fields: Any) -> Any:
    """A class that runs to the end of 2099. Within the institution's scope."""
    from learning.models import TrainingClass

    values = {"year": 2026, "starts_on": date(2026, 2, 1), "ends_on": date(2099, 12, 31)} | fields
    found = TrainingClass.objects.create(institution=institution, name=name, capacity=capacity, **values)
    found.positions.set([position] if position else [])
    return found
