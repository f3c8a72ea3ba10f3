"""The organisations and rules of the demo province, through the services of tenants and cms."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache
from io import BytesIO
from itertools import islice
from pathlib import Path

import cv2
from django.core.files.images import ImageFile
from django.utils.timezone import localdate
from django_tenants.utils import tenant_context
from wagtail.images.models import Image
from wagtail.rich_text import RichText

from cms.first_words import COURSES_INTRO, course_of
from cms.home import offer
from cms.portal_words import portal_words
from cms.seeding import CourseContent, FeeContent, FeeRowContent, NoticeContent, SiteContent, seed_site
from demo import cast, slides, video
from learning.models import Position
from tenants.accounts.factors import code_at, confirm_authenticator
from tenants.accounts.models import User
from tenants.accounts.services import activate, pre_register
from tenants.details import change_footer
from tenants.models import Institution, Kind
from tenants.roles.services import grant_role
from tenants.rulesets.services import publish_ruleset
from tenants.services import open_institution

DATA = Path(__file__).parent / "data"
GUANGDONG_2020 = "广东 2020"
DEMO_RULES = "演示规则（以今天为准）"
LOOKS = {  # hero style and drawing, logo and code of each institution
    "lingzhu": ("deep", "elevation", "hill", "GD001"),
    "jiangxin": ("light", "plan", "beam", "GD002"),
    "wanliang": ("deep", "bridge", "mast", "GD003"),
}
# Which lesson is shown on the home page, on which side.
ABOUT = {"lingzhu": (0, "right"), "jiangxin": (1, "left"), "wanliang": (5, "right")}


@cache
def contents() -> dict:
    return json.loads((DATA / "institutions.json").read_text(encoding="utf-8"))


def publish_rules(at: datetime, today: date) -> None:
    """Guangdong 2020 as the manual has it, and the demo's own: the same rules with years relative to today and time so
    short that a year's 32 hours are studied in two minutes."""
    publish_ruleset(
        name=GUANGDONG_2020,
        values={
            "study": {"hour_s": 2700, "hours_required": 32},
            "exam": {"questions": 50, "points": 100, "pass_points": 60},
            "eligibility": {"first_issue_year": 2015, "last_issue_year": 2018, "renewal_closes_on": "2020-12-31"},
        },
        in_force_from=datetime(2020, 1, 1, tzinfo=at.tzinfo), by=None, at=at,
    )  # fmt: skip
    publish_ruleset(
        name=DEMO_RULES,
        values={
            # the tour signs the same people in again and again
            # and everybody comes from one address
            "people": {
                "code_again_after_s": 10,
                "codes_a_day": 200,
                "codes_a_day_address": 5000,
                "sign_in_failures_address": 400,
                "flows_an_hour_address": 600,
            },
            "study": {"hour_s": 3, "hours_required": 32, "beat_s": 5, "beat_cap_s": 10, "buffer_s": 16},
            "proctoring": {
                "snapshot_mean_s": 20,
                "snapshot_min_gap_s": 8,
                "exam_mean_s": 40,
                "exam_min_gap_s": 15,
                "verified_s": 180,
            },
            "review": {"undo_minutes": 1},
            "eligibility": {
                "first_issue_year": today.year - 5,
                "last_issue_year": today.year - 2,
                "renewal_closes_on": f"{today.year + 1}-12-31",
            },
        },
        in_force_from=at, by=None, at=at,
    )  # fmt: skip


def open_association(at: datetime) -> Institution:
    about = contents()["association"]
    return open_institution(
        schema_name=cast.PORTAL, code="GD000", name=about["name"], short_name="建教协会", kind=Kind.ASSOCIATION,
        hosts=["localhost", "127.0.0.1"], brand_main="#1d4f8b", brand_accent="#b3261e", phone=about["phone"],
        address=about["address"], logo_key="hall", by=None, at=at,
    )  # fmt: skip


def open_training_institution(about: dict, at: datetime, by: User) -> Institution:
    key = about["subdomain"]
    return open_institution(
        schema_name=key, code=LOOKS[key][3], name=about["name"], short_name=about["short_name"], slogan=about["slogan"],
        hosts=[f"{key}.localhost"], brand_main=about["brand"]["primary"], brand_accent=about["brand"]["accent"],
        phone=about["phone"], address=about["address"], service_hours=about["hours_of_service"], region="广州",
        logo_key=LOOKS[key][2],
        position_codes=sorted({code for row in about["fee_notice"]["rows"] for code in row["positions"]}),
        by=by, at=at,
    )  # fmt: skip


def seed_portal(institution: Institution, at: datetime, by: User) -> None:
    about = contents()["association"]
    words = portal_words(institution, at=at)
    news = [*words.notices, *_notices(about["notices"], localdate(at))]
    content = replace(words, hero_lead=about["intro"], notices=news)
    seed_site(institution, content, by=by, at=at)
    change_footer(
        institution, text="主办：建设教育协会（演示）", service_hours="工作日 9:00—12:00、14:30—17:30",
        icp_number="粤ICP备00000000号", police_number="粤公网安备44000000000000号", by=by, at=at,
    )  # fmt: skip


def seed_institution(about: dict, institution: Institution, at: datetime, by: User) -> None:
    today = localdate(at)
    fees = fees_of(about, today)
    style, drawing, _logo, _code = LOOKS[about["subdomain"]]
    with tenant_context(institution):
        rooms = about_of(institution)
    content = SiteContent(
        hero_title=about["slogan"], hero_lead=about["intro"], hero_style=style, hero_drawing=drawing,
        bring="本人身份证、岗位证书原件", about=rooms,
        notices=_notices(about["notices"], today),
        fees=fees, earlier_fees=[_fees_before(fees)],
        courses=_courses(institution, at), courses_intro=COURSES_INTRO,
        faq=[(item["q"], item["a"]) for item in about["faq"]],
    )  # fmt: skip
    seed_site(institution, content, by=by, at=at)


def about_of(institution: Institution) -> list[tuple[str, object]]:
    """What one learns here, beside a picture of the institution's own courseware."""
    number, side = ABOUT[institution.schema_name]
    lesson = video.lessons()[number]
    points = (f"今年新开：{lesson['title']}", "每课有字幕，可以只看文字稿", "学员提问，班主任在工作日回复")
    words = "课程按现场工序编写，讲到哪一步，图就画到哪一步。每课之后有课后测试，答错可以回看原片段。"
    text = f"<p>{words}</p><ul>{''.join(f'<li>{point}</li>' for point in points)}</ul>"
    part = {"picture": _picture_of(lesson), "side": side, "title": "一课一题，学完即测", "text": RichText(text)}
    return [("beside", part)]


def _picture_of(lesson: dict) -> Image:
    """The lesson's second slide when all of it is drawn."""
    seconds = sum(slide["seconds"] for slide in lesson["slides"][:2])
    frame = next(islice(slides.frames(lesson, step=seconds * slides.FPS - 1), 1, None))
    _ok, png = cv2.imencode(".png", cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    picture = Image.objects.create(title=lesson["title"], file=ImageFile(BytesIO(png.tobytes()), name="lesson.png"))
    picture.contextual_alt_text, picture.decorative = f"课件画面：{lesson['title']}", False
    return picture


def fees_of(about: dict, today: date) -> FeeContent:
    """The fee notice in force, which is published since before anybody of the demo enrolled."""
    notice = about["fee_notice"]
    published_on = today + timedelta(days=notice["published_offset_days"])
    return FeeContent(
        published_on, [_fee_row(row) for row in notice["rows"]], notice["note"],
        title=f"{published_on.year} 年度培训收费公示",
        legal_basis="培训服务收费实行市场调节价，由机构自主定价并向社会公示（演示）",
    )  # fmt: skip


def _fees_before(fees: FeeContent) -> FeeContent:
    """The notice of the year before, twenty yuan cheaper: archived."""
    rows = [replace(row, training_fee=row.training_fee - 20) for row in fees.rows]
    published_on = fees.published_on - timedelta(days=365)
    return replace(
        fees, published_on=published_on, rows=rows, valid_to=fees.published_on - timedelta(days=1),
        title=f"{published_on.year} 年度培训收费公示",
    )  # fmt: skip


def _courses(institution: Institution, at: datetime) -> list[CourseContent]:
    """A page for each position that the institution trains for."""
    rules, year = offer(at=at), localdate(at).year
    positions = Position.objects.filter(code__in=institution.position_codes).order_by("code")
    return [course_of(code, name, year, rules) for code, name in positions.values_list("code", "name")]


def _fee_row(row: dict) -> FeeRowContent:
    return FeeRowContent(row["group"], row["positions"], Decimal(row["training_fee"]), Decimal(row["textbook_fee"]))


def _notices(notices: list[dict], today: date) -> list[NoticeContent]:
    return [
        NoticeContent(item["title"], item["body"], today + timedelta(days=item["date_offset_days"]), item["important"])
        for item in notices
    ]


def hire(staff: cast.Staff, institution: Institution, at: datetime, by: User | None) -> User:
    """The staff member's account and role in the institution's schema."""
    user = person(staff.name, staff.id_number, staff.phone, at, password=cast.PASSWORD)
    with tenant_context(institution):
        grant_role(user, staff.role, by=by or user, at=at)
    return user


def give_app(staff: cast.Staff, institution: Institution, at: datetime) -> None:
    """The staff member's authenticator app, set up as they would."""
    user = User.objects.by_id_number(staff.id_number)
    if user is None:
        raise LookupError(staff.name)
    code = code_at(staff.factor_key, at)
    confirm_authenticator(user, staff.factor_key, code, by=user, institution=institution, at=at)


def person(name: str, id_number: str, phone: str, at: datetime, *, password: str | None) -> User:
    """An account. With a password: somebody who has signed in before; without: 111111 and a first sign-in to come."""
    user = pre_register(id_number=id_number, name=name, phone=phone, by=None, institution=None, at=at)
    if password and user.activated_at is None:
        activate(user, password, at=at)
    return user
