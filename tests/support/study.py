"""A trainee with a plan, a camera that has seen them, and a sitting: what the tests of study begin with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from tests.support import people

_sequence = count(1)
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0 Safari/537.36"


def postgres_now() -> datetime:
    """The database's clock, which is the one that credits."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('milliseconds', clock_timestamp())")
        return cursor.fetchone()[0]


@dataclass
class Study:
    """Everything of one trainee's study at one institution; call within the institution's scope."""

    institution: Any
    user: Any
    enrolment: Any
    lessons: list[Any]
    camera: Any = None
    session: Any = None
    sittings: list[Any] = field(default_factory=list)

    def open_camera(self, *, at: datetime, minutes: float = 15, **browser: Any) -> Any:
        """A camera session that is verified at `at` for `minutes`: what a passed liveness check leaves behind."""
        from proctoring.models import CameraSession

        self.camera = CameraSession.objects.create(
            user=self.user,
            institution=self.institution,
            purpose=CameraSession.Purpose.STUDY,
            opened_at=at,
            verified_at=at,
            verified_until=at + timedelta(minutes=minutes),
            **({"user_agent": BROWSER} | browser),
        )
        return self.camera

    def open(self, *, at: datetime) -> Any:
        """A sitting at the next lesson."""
        from learning.services import open_study_session

        self.session = open_study_session(self.enrolment, self.camera, by=self.user, at=at)
        self.sittings.append(self.session)
        return self.session

    def beat(self, *, playing: bool = True, at: datetime | None = None, **claims: Any) -> Any:
        """The next beat of the sitting by the statement itself: at PostgreSQL's time, or at `at`."""
        from learning.beats_sql import Beat
        from learning.services import study

        self.session.refresh_from_db(fields=["seq", "nonce"])
        named = {"seq": self.session.seq, "nonce": self.session.nonce} | claims
        return study._credit(Beat(self.session.pk, named["seq"], named["nonce"], playing), at)

    def credited_ms(self) -> int:
        from learning.models import LessonProgress

        return sum(row.credited_ms for row in LessonProgress.objects.filter(enrolment=self.enrolment))

    def span_ms(self) -> int:
        """The sum of the spans that count; equals `credited_ms()`, always."""
        from learning.models import CreditSpan

        return sum(s.credited_ms for s in CreditSpan.objects.filter(enrolment=self.enrolment, voided_by=None))


def make_position(code: str = "101", name: str = "土建施工员") -> Any:
    from learning.models import Position

    return Position.objects.get_or_create(code=code, defaults={"name": name})[0]


def make_lesson(duration_ms: int = 40_000, folder: str = "") -> Any:
    """A lesson of a medium of this length; its files exist only when `folder` names real ones."""
    from learning.models import Course, Lesson, Media

    number = next(_sequence)
    course, _created = Course.objects.get_or_create(code="SAFETY", defaults={"title": "施工安全技术"})
    media = Media.objects.create(
        folder=folder or f"none-{number}",
        duration_ms=duration_ms,
        segments=-(-duration_ms // 4000),
        renditions=[{"name": "v0", "width": 160, "height": 90, "bandwidth": 100_000}],
        sha256="0" * 64,
        created_at=people.BEFORE,
    )
    return Lesson.objects.create(course=course, code=f"L{number}", title=f"第 {number} 课", media=media, order=number)


def make_study(
    institution: Any,
    *,
    lengths_ms: tuple[int, ...] = (40_000, 40_000),
    admitted: bool = True,
    user: Any = None,
    year: int = 2026,
    folder: str = "",
    position: Any = None,
) -> Study:
    """An enrolled trainee with lessons of these lengths, 16 hours each, admitted and paid unless told."""
    from learning import services

    user, clerk = user or people.make_user(), people.make_user("何敏")
    position, at = position or make_position(), datetime(2026, 1, 6, 1, tzinfo=UTC)
    lessons = [make_lesson(length, folder and f"{folder}-{n}") for n, length in enumerate(lengths_ms, 1)]
    plan = services.create_plan(
        position, year, [(lesson, Decimal(32) / len(lessons)) for lesson in lessons], by=clerk, at=at
    )
    plan.published_at = at  # the lengths of tests are no 45 minutes: published past the rule about length
    plan.save()
    enrolment = _enrolled(institution, user, position, plan, clerk, at)
    if admitted:
        services.admit(enrolment, by=clerk, at=at)
        services.mark_paid(enrolment, by=clerk, at=at)
    enrolment.refresh_from_db()
    return Study(institution, user, enrolment, lessons)


def _enrolled(institution: Any, user: Any, position: Any, plan: Any, clerk: Any, at: datetime) -> Any:
    """Enrolment by the register; the row is written directly, because the closing date is the rules' own test."""
    from learning import services
    from learning.models import Enrolment

    certificate = services.register_post_certificate(
        number=f"粤建岗{next(_sequence):06d}",
        id_number=user.id_number,
        name=user.name,
        position=position,
        issued_on=date(2017, 5, 4),
        by=clerk,
        at=at,
    )
    return Enrolment.objects.create(
        institution=institution,
        user=user,
        position=position,
        year=plan.year,
        post_certificate=certificate,
        plan=plan,
        training_fee=Decimal(280),
        created_at=at,
    )
