"""The pages of a new institution, made through Wagtail in the institution's own schema."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.core.files.base import ContentFile
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext as _
from django_tenants.utils import tenant_context
from wagtail.documents.models import Document
from wagtail.models import Page, Site
from wagtail.rich_text import RichText

from cms.editorial import let_editors_in
from cms.models import (
    CourseIndexPage,
    CoursePage,
    DownloadsPage,
    FAQPage,
    FeeNoticePage,
    FeeRow,
    HomePage,
    NoticeIndexPage,
    NoticePage,
    PortalHomePage,
    StandardPage,
)
from tenants.audit.services import record
from tenants.models import Institution


@dataclass(frozen=True)
class NoticeContent:
    """`body` is plain text; empty lines part paragraphs."""

    title: str
    body: str
    on: date
    important: bool = False


@dataclass(frozen=True)
class FeeRowContent:
    """Yuan a person and year; `positions` are codes."""

    group: str
    positions: Sequence[str]
    training_fee: Decimal
    textbook_fee: Decimal


@dataclass(frozen=True)
class FeeContent:
    """One notice, in force from `published_on` on; `valid_to` where another one has followed. Without `title` it is
    called as its kind."""

    published_on: date
    rows: Sequence[FeeRowContent]
    note: str = ""
    title: str = ""
    legal_basis: str = ""
    valid_to: date | None = None


@dataclass(frozen=True)
class CourseContent:
    """The page of one position and year; `intro` is plain text."""

    position_code: str
    year: int
    title: str
    intro: str = ""


@dataclass(frozen=True)
class FileContent:
    """One document to download; `name` is the file's, with its ending."""

    title: str
    name: str
    data: bytes
    note: str = ""


@dataclass(frozen=True)
class DownloadsContent:
    intro: str
    files: Sequence[FileContent]


@dataclass(frozen=True)
class SiteContent:
    """The words of a new site. `label` is the portal's only; the other `hero_*` choices and `fees` an institution's."""

    hero_title: str
    hero_lead: str
    hero_style: str = "deep"
    hero_drawing: str = "elevation"
    label: str = ""
    directions: str = ""
    bring: str = ""
    about: Sequence[tuple[str, Any]] = ()  # parts of the home page (cms.models.parts)
    notices: Sequence[NoticeContent] = ()
    fees: FeeContent | None = None
    earlier_fees: Sequence[FeeContent] = ()
    courses: Sequence[CourseContent] = ()
    courses_intro: str = ""
    faq: Sequence[tuple[str, str]] = ()
    pages: Sequence[tuple[str, str, str]] = field(default=())  # title, slug, text (see `parts_of`)
    downloads: DownloadsContent | None = None


@transaction.atomic
def seed_site(institution: Institution, content: SiteContent, *, by: Any, at: datetime) -> Page:
    """Build the home tree and return the home page. A site that has one already keeps its pages; the rights of its
    editors are put in order."""
    with tenant_context(institution), translation.override("zh-hans"):
        kind = PortalHomePage if institution.is_association else HomePage
        existing = kind.objects.first()
        if existing is not None:
            let_editors_in(existing)
            return existing
        home = _replace_welcome_page(_home_of(institution, content), institution)
        if not institution.is_association:
            _add_courses(home, content)
        _add_notices(home, content.notices)
        if content.fees is not None:
            _add_fees(home, content.fees, slug="fees")
        for number, fees in enumerate(content.earlier_fees, 1):
            _add_fees(home, fees, slug=f"fees-{fees.published_on:%Y}-{number}")
        if content.faq:
            questions = [("question", {"question": q, "answer": a}) for q, a in content.faq]
            title = _("Questions and answers")
            home.add_child(instance=FAQPage(title=title, slug="faq", show_in_menus=True, questions=questions))
        for title, slug, text in content.pages:
            home.add_child(instance=StandardPage(title=title, slug=slug, show_in_menus=True, body=parts_of(text)))
        if content.downloads is not None:
            _add_downloads(home, content.downloads)
        home.add_child(instance=_privacy_page(institution))
        let_editors_in(home)
    record("site.seeded", actor=by, subject=institution, institution=institution, at=at)
    return home


def text_part(html: str) -> tuple[str, RichText]:
    return "text", RichText(html)


def parts_of(text: str) -> list[tuple[str, Any]]:
    """Plain text as parts of a page: a line that begins with "! " is a note, what is between notes is rich text."""
    parts: list[tuple[str, Any]] = []
    for is_note, lines in groupby((line.strip() for line in text.split("\n")), lambda line: line.startswith("! ")):
        if is_note:
            parts += [("note", {"tone": "warn", "text": RichText(paragraphs(line[2:]))}) for line in lines]
        elif html := rich_text("\n".join(lines)):
            parts.append(text_part(html))
    return parts


def paragraphs(text: str) -> str:
    """Plain text as rich text."""
    return "".join(f"<p>{escape(part.strip())}</p>" for part in text.split("\n") if part.strip())


def rich_text(text: str) -> str:
    """The same, where a line that begins with "# " is a heading and lines with "1. " are one numbered list."""
    parts: list[str] = []
    for line in (line.strip() for line in text.split("\n") if line.strip()):
        if line.startswith("# "):
            parts.append(f"<h2>{escape(line[2:])}</h2>")
        elif line.startswith("1. "):
            item = f"<li>{escape(line[3:])}</li>"
            if parts and parts[-1].startswith("<ol>"):
                parts[-1] = parts[-1].removesuffix("</ol>") + item + "</ol>"
            else:
                parts.append(f"<ol>{item}</ol>")
        else:
            parts.append(f"<p>{escape(line)}</p>")
    return "".join(parts)


def _home_of(institution: Institution, content: SiteContent) -> Page:
    shared = {
        "title": institution.name,
        "slug": "start",
        "hero_title": content.hero_title,
        "hero_lead": content.hero_lead,
    }
    if institution.is_association:
        return PortalHomePage(**shared, label=content.label)
    return HomePage(
        **shared,
        hero_style=content.hero_style,
        hero_drawing=content.hero_drawing,
        about=list(content.about),
        directions=content.directions,
        bring=content.bring,
    )


def _replace_welcome_page(home: Page, institution: Institution) -> Page:
    """Put `home` under the root in place of what Wagtail's migrations left there, and point the site at it."""
    root = Page.get_first_root_node()
    for welcome in root.get_children():
        welcome.delete()
    root = Page.get_first_root_node()
    root.add_child(instance=home)
    Site.objects.update_or_create(
        is_default_site=True,
        defaults={
            "hostname": institution.host or "localhost",
            "port": 80,
            "root_page": home,
            "site_name": institution.name,
        },
    )
    return home


def _privacy_page(institution: Institution) -> StandardPage:
    body = render_to_string("cms/seed/privacy.html", {"institution": institution})
    title = _("Protection of personal and face information")
    return StandardPage(title=title, slug="privacy", show_in_menus=True, body=[text_part(body)])


def _add_notices(home: Page, notices: Sequence[NoticeContent]) -> None:
    index = home.add_child(instance=NoticeIndexPage(title=_("Notices"), slug="notices"))
    for number, notice in enumerate(sorted(notices, key=lambda notice: notice.on), 1):
        index.add_child(
            instance=NoticePage(
                title=notice.title,
                slug=f"{notice.on:%Y%m%d}-{number}",
                date=notice.on,
                important=notice.important,
                body=paragraphs(notice.body),
            )
        )


def _add_courses(home: Page, content: SiteContent) -> None:
    """Right after the home page, so that the courses come first in the menu."""
    index = CourseIndexPage(
        title=_("Courses"), slug="courses", show_in_menus=True, intro=paragraphs(content.courses_intro)
    )
    home.add_child(instance=index)
    for course in content.courses:
        index.add_child(
            instance=CoursePage(
                title=course.title,
                slug=f"{course.position_code}-{course.year}",
                position_code=course.position_code,
                year=course.year,
                intro=paragraphs(course.intro),
            )
        )


def _add_fees(home: Page, fees: FeeContent, *, slug: str) -> None:
    page = FeeNoticePage(
        title=fees.title or _("Fee notice"),
        slug=slug,
        published_on=fees.published_on,
        valid_from=fees.published_on,
        valid_to=fees.valid_to,
        legal_basis=fees.legal_basis,
        note=fees.note,
    )
    page.rows = [
        FeeRow(
            group=row.group,
            positions=",".join(row.positions),
            training_fee=row.training_fee,
            textbook_fee=row.textbook_fee,
            sort_order=number,
        )
        for number, row in enumerate(fees.rows)
    ]
    home.add_child(instance=page)


def _add_downloads(home: Page, content: DownloadsContent) -> None:
    files = []
    for one in content.files:
        document = Document.objects.create(title=one.title, file=ContentFile(one.data, name=one.name))
        files.append(("file", {"document": document, "note": one.note}))
    page = DownloadsPage(title=_("Downloads"), slug="downloads", show_in_menus=True, intro=content.intro, files=files)
    home.add_child(instance=page)
