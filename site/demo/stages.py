"""Trainees, each brought to their stage through the services a real one would have passed."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from django.db.models import Q
from django.utils.timezone import localdate
from django_tenants.utils import tenant_context

from certs import services as certs
from cms.fees import Fees, fees_in_force
from demo import cast, likeness, papers, replay
from demo.cast import Stage, Trainee
from exams import services as exams
from exams.answers import SentAnswer
from exams.models import Attempt, Supervision
from learning import services as learning
from learning.models import Enrolment, PaymentWay, Position, PostCertificate, ScanKind, TrainingClass
from learning.review import services as review
from proctoring import queries as faces
from proctoring import services as proctoring
from proctoring.models import FacePhoto, FaceTemplate
from tenants.accounts import registration
from tenants.accounts.models import User
from tenants.accounts.services import activate, pre_register, update_details
from tenants.models import Institution
from tenants.scopes import institution_scope

DAY = timedelta(days=1)
STUDY_DAYS_AGO = {  # when the first sitting was
    Stage.STUDYING: 4, Stage.READY_FOR_EXAM: 5, Stage.WAITING_REVIEW: 8, Stage.CLEARED: 14, Stage.APPROVED: 12,
    Stage.CERTIFIED: 24, Stage.RENEWED: 33,
}  # fmt: skip
TROUBLE = {  # by the trainee's number in the cast
    108: replay.Trouble(others={4: "obama"}, empty={2}),
    109: replay.Trouble(others={2: "biden", 3: "biden", 5: "biden"}, empty={6}),
    203: replay.Trouble(empty={3}),
}
SCORES = {Stage.READY_FOR_EXAM: [], Stage.STUDYING: [], Stage.CLEARED: [46]}  # right answers of 50, by attempt
USUAL_SCORES = [45]
FAILED_ONCE = {106: [24], 303: [], 107: [26, 41]}
REASON = "多次抓拍与本人照片不是同一人，判定为替学。"


@dataclass(frozen=True)
class Office:
    """Who acts for an institution and for the association."""

    institution: Institution
    registrar: User
    reviewer: User
    year: int
    now: datetime


@dataclass
class Journey:
    """One trainee on the way; each method is one door they go through."""

    trainee: Trainee
    office: Office
    rng: Random = field(init=False)
    user: User = field(init=False)
    enrolment: Enrolment = field(init=False)

    def __post_init__(self) -> None:
        self.rng = Random(self.trainee.number)
        ago = STUDY_DAYS_AGO.get(self.trainee.stage, 2)
        # half past seven in the evening, or soon enough to end before now
        evening = self.office.now.replace(hour=19, minute=30, second=0, microsecond=0) - ago * DAY
        self.begin = evening

    def come_to(self, stage: Stage) -> None:
        """Everything up to `stage`, in order."""
        if stage == Stage.APPLIED:
            self.apply(self.office.now - timedelta(hours=3))
            return
        self.enrol(self.begin - 3 * DAY)
        if stage == Stage.NEW:
            return
        self.complete_profile(self.begin - 2 * DAY)
        if stage == Stage.WAITING_CLERK:
            return
        self.be_confirmed(self.begin - 2 * DAY + timedelta(hours=1))
        ended = self.study()
        if stage == Stage.STUDYING:
            return
        review.open_review(self.enrolment.pk, at=ended + timedelta(minutes=1), random=self.rng)
        ended = self.sit_exams(ended + timedelta(minutes=20))
        if stage == Stage.CLEARED:
            self.be_cleared(ended + 2 * DAY)
        if stage in (Stage.APPROVED, Stage.CERTIFIED, Stage.RENEWED):
            self.be_approved(ended + 2 * DAY)
        if stage in (Stage.CERTIFIED, Stage.RENEWED):
            self.be_certified(ended + 3 * DAY)
        if stage == Stage.RENEWED:
            certs.renew(self.enrolment.post_certificate, self.user, at=ended + 4 * DAY)

    def enrol(self, at: datetime) -> None:
        one = self.trainee
        self.user = pre_register(
            id_number=one.id_number, name=one.name, phone=one.phone, by=self.office.registrar,
            institution=self.office.institution, at=at,
        )  # fmt: skip
        self.enrolment = enrol(self.user, one.position, certificate_number(one.position, one.number), self.office, at)

    def apply(self, at: datetime) -> None:
        """Opens an account, sends scans of the papers, applies from the course page."""
        one, institution = self.trainee, self.office.institution
        person = registration.Applicant("resident_id", one.id_number, one.name, "female" if one.is_female else "male")
        self.user = registration.register(person, one.phone, one.password, institution=institution, at=at)
        number = certificate_number(one.position, one.number)
        held = enter_certificate(self.user, one.position, number, self.office, at)
        day = held.issued_on.isoformat()
        scans = {
            ScanKind.ID_CARD: papers.id_card(one.name, one.id_number, one.face),
            ScanKind.POST_CERTIFICATE: papers.post_certificate(one.name, number, held.position.name, day, one.face),
        }
        for kind, picture in scans.items():
            learning.save_scan(self.user, institution, kind, picture, by=self.user, at=at)
        fees = fees_on(one.position, localdate(at))
        self.enrolment = learning.apply_for_enrolment(
            institution=institution, certificate_number=number, year=self.office.year,
            training_class=class_for(institution, one.position, localdate(at)), training_fee=fees.training,
            textbook_fee=fees.textbook, fee_notice=fees.notice, phone=one.phone, agreed=True, by=self.user,
            at=at + timedelta(minutes=6),
        )  # fmt: skip

    def complete_profile(self, at: datetime) -> None:
        user, institution, face = self.user, self.office.institution, self.trainee.face
        activate(user, cast.PASSWORD, at=at)
        update_details(user, gender=user.gender, email=f"demo{self.trainee.number}@example.com", by=user, at=at)
        proctoring.give_consent(user, institution, by=user, at=at)
        pictures = {FacePhoto.Kind.ID_PHOTO: likeness.id_photo(face), FacePhoto.Kind.PORTRAIT: likeness.portrait(face)}
        for kind, picture in pictures.items():
            at += timedelta(minutes=1)
            report = proctoring.save_photo(
                user, institution, kind, picture, by=user, at=at, look=replay.measured_still
            )  # fmt: skip
            if not report.saved:
                raise RuntimeError(f"the demo's {kind} of {face} was refused: {report.code}")
        # The cast shares a few faces: only who joins later is looked up, else the list of lookalikes were the cast.
        FaceTemplate.objects.filter(profile__user=user).update(compared_at=at)

    def be_confirmed(self, at: datetime) -> None:
        profile = faces.profile_of(self.user)
        if profile is None:
            raise RuntimeError("no profile to confirm")
        proctoring.confirm_profile(profile, by=self.office.registrar, institution=self.office.institution, at=at)

    def _learner(self) -> replay.Learner:
        return replay.Learner(self.enrolment, self.trainee.face, self.rng)

    def study(self) -> datetime:
        learner = self._learner()
        learner.trouble = TROUBLE.get(self.trainee.number, learner.trouble)
        ended = replay.study(learner, self.begin, part=self.trainee.part)
        self.enrolment.refresh_from_db()
        return ended

    def sit_exams(self, at: datetime) -> datetime:
        scores = FAILED_ONCE.get(self.trainee.number, SCORES.get(self.trainee.stage, USUAL_SCORES))
        for right in scores:
            camera, at = replay.before_the_exam(self._learner(), at)
            attempt = exams.start_attempt(self.enrolment, by=self.user, at=at, camera=camera, random=self.rng)
            at = replay.during_the_exam(self._learner(), camera, at, minutes=4)
            answers = answers_of(attempt, right)
            exams.save_answers(
                attempt.uuid, by=self.user, institution_id=self.office.institution.pk, answers=answers, at=at
            )
            graded = exams.submit(attempt, by=self.user, at=at + timedelta(minutes=1))
            if graded.supervision != Supervision.CLEAR:
                raise RuntimeError(f"the demo's exam of {self.trainee.name} would wait: {graded.findings}")
            at += timedelta(hours=1)
        self.enrolment.refresh_from_db()
        return at

    def be_approved(self, at: datetime) -> None:
        review.approve_hours(self._pending(), by=self.office.reviewer, at=at)
        self.enrolment.refresh_from_db()

    def be_cleared(self, at: datetime) -> None:
        review.clear_hours(self._pending(), reason=REASON, by=self.office.reviewer, at=at)
        self.enrolment.refresh_from_db()

    def be_certified(self, at: datetime) -> None:
        certs.upload_hours(self.enrolment, at=at)
        certs.send_uploads(at=at)
        certs.issue_hours_certificate(self.enrolment, at=at + timedelta(hours=2))
        self.enrolment.refresh_from_db()

    def _pending(self) -> review.HoursReview:
        return review.HoursReview.objects.get(enrolment=self.enrolment, state="pending")


def enrol(user: User, position_code: str, number: str, office: Office, at: datetime) -> Enrolment:
    """Enter the person's post certificate, enrol them at the counter, see the card, take the fees."""
    enter_certificate(user, position_code, number, office, at)
    on = localdate(at)
    fees = fees_on(position_code, on)
    enrolment = learning.enrol(
        institution=office.institution, user=user, certificate_number=number, year=office.year,
        training_class=class_for(office.institution, position_code, on), training_fee=fees.training,
        textbook_fee=fees.textbook, fee_notice=fees.notice, by=office.registrar, at=at,
    )  # fmt: skip
    enrolment = learning.admit(enrolment, by=office.registrar, at=at + timedelta(minutes=4))
    return learning.mark_paid(enrolment, way=PaymentWay.WECHAT, by=office.registrar, at=at + timedelta(minutes=9))


def enter_certificate(user: User, position_code: str, number: str, office: Office, at: datetime) -> PostCertificate:
    """Four years old, as the register would hold it."""
    return learning.register_post_certificate(
        number=number, id_number=user.id_number, name=user.name, position=Position.objects.get(code=position_code),
        issued_on=at.date().replace(year=office.year - 4, month=6, day=18), by=None, at=at,
    )  # fmt: skip


def fees_on(position_code: str, on: date) -> Fees:
    """Raises `LookupError` where no notice was in force."""
    if (fees := fees_in_force(position_code, on)) is None:
        raise LookupError(f"no fee notice for {position_code} on {on}")
    return fees


def certificate_number(position: str, number: int) -> str:
    return f"粤建岗{position}{number:06d}"


def class_for(institution: Institution, position: str, on: date) -> TrainingClass | None:
    """The institution's class that takes this position on that day, if one does."""
    open_then = TrainingClass.objects.filter(institution=institution, positions__code=position, closed_at=None)
    return open_then.filter(Q(enrols_until=None) | Q(enrols_until__gte=on)).order_by("starts_on").first()


def answers_of(attempt: Attempt, right: int) -> list[SentAnswer]:
    """Answers to all questions, the first `right` of them correct."""
    answers = []
    for item in attempt.items.all():
        wrong = "B" if item.key == "A" else "A"
        answers.append(SentAnswer(item.number, item.key if item.number <= right else wrong, 1))
    return answers


def at_work(institution: Institution) -> ExitStack:
    """`with at_work(institution):` its schema and its rows."""
    stack = ExitStack()
    stack.enter_context(tenant_context(institution))
    stack.enter_context(institution_scope(institution))
    return stack
