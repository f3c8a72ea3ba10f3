"""What the two home pages show besides their own words."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from wagtail.models import Page

from certs.forms import LookUpForm
from cms.durations import duration
from cms.fees import notices_in_force
from cms.models.courses import CourseIndexPage
from cms.models.inner import NOTICE_ORDER, FAQPage, NoticePage
from cms.open_classes import open_classes
from cms.queries import open_below
from exams.rules import ExamRules
from learning.rules import EligibilityRules, StudyRules
from tenants.accounts.forms import SignInForm
from tenants.models import Institution, Kind, State
from tenants.rulesets.services import ruleset_in_force, typed

NOTICES_ON_HOME = 5
CLASSES_ON_HOME = 6
QUESTIONS_ON_HOME = 4


@dataclass(frozen=True)
class Offer:
    """The ruleset in the words of a visitor: who may come, how much, until when."""

    first_issue_year: int
    last_issue_year: int
    closes_on: date
    hours: int
    hour: str  # how long a study hour is, in words
    exam_questions: int
    pass_points: int


def offer(*, at: datetime) -> Offer:
    ruleset = ruleset_in_force(at)  # one look-up for three sections
    values = ruleset.values if ruleset else {}
    study = typed(StudyRules, values.get(StudyRules.section, {}))
    eligibility = typed(EligibilityRules, values.get(EligibilityRules.section, {}))
    exam = typed(ExamRules, values.get(ExamRules.section, {}))
    return Offer(
        first_issue_year=eligibility.first_issue_year,
        last_issue_year=eligibility.last_issue_year,
        closes_on=eligibility.renewal_closes_on,
        hours=study.hours_required,
        hour=duration(study.hour_s * 1000),
        exam_questions=exam.questions,
        pass_points=exam.pass_points,
    )


def latest_notices(home: Page) -> list[Page]:
    """The pinned ones first."""
    found = open_below(NoticePage.objects.descendant_of(home).live(), home)
    return list(found.order_by(*NOTICE_ORDER)[:NOTICES_ON_HOME])


def course_index(home: Page) -> Page | None:
    """The published page of courses."""
    return open_below(CourseIndexPage.objects.child_of(home).live(), home).first()  # type: ignore[no-any-return]


def questions(home: Page) -> list[dict[str, str]]:
    """The first questions of the FAQ page, each with its address."""
    page = open_below(FAQPage.objects.child_of(home).live(), home).first()
    if page is None:
        return []
    first = list(page.questions)[:QUESTIONS_ON_HOME]
    return [{"text": block.value["question"], "url": f"/{page.slug}/#q{n}"} for n, block in enumerate(first, 1)]


def institution_home(home: Page, *, at: datetime) -> dict[str, Any]:
    on = timezone.localdate(at)
    return {
        "offer": offer(at=at),
        "classes": open_classes(on=on, most=CLASSES_ON_HOME),
        "notices": latest_notices(home),
        "fee_notices": open_below(notices_in_force(on), home),
        "courses": course_index(home),
    }


def regions() -> list[str]:
    """Cities with an institution that trains."""
    live = Institution.objects.filter(kind=Kind.INSTITUTION, state=State.APPROVED).exclude(region="")
    return list(live.order_by("region").values_list("region", flat=True).distinct())


def portal_home(home: Page) -> dict[str, Any]:
    return {
        "regions": regions(),
        "form": SignInForm(with_captcha=True),
        "captcha_later": True,  # most visitors of the home page only read
        "tab": "person",
        "look_up": LookUpForm(auto_id="look_up_%s"),
        "notices": latest_notices(home),
        "questions": questions(home),
    }
