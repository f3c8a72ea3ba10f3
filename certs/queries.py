"""Reads: what a person holds, where each certificate stands, and the public verification."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from certs.keys import lookup_of
from certs.models import Document, HoursCertificate, HoursUpload, QualificationCertificate, UploadState
from certs.pdf.facts import YearRecord
from certs.rules import why_no_hours_certificate, why_no_renewal
from exams.models import Attempt
from learning.models import Admission, Enrolment, ExamState, HoursState, PostCertificate
from learning.rules import EligibilityRules
from tenants.accounts.models import User
from tenants.models import Institution
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope


def lookup_key(number: str, name: str) -> str:
    """One value that is equal only when number and name both are: a wrong name looks like a wrong number."""
    return lookup_of("certs.lookup", number, name)


def passed_score(enrolment: Enrolment) -> int | None:
    """The best score of the passed attempts, 0-100."""
    passed = Attempt.objects.filter(enrolment=enrolment, passed=True)
    best = passed.order_by("-score").values_list("score", flat=True).first()
    return None if best is None else int(best)


# --- renewal ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Standing:
    """Where one post certificate stands on the way to renewal. `refusal` empty: it can be renewed now."""

    refusal: str
    records: tuple[YearRecord, ...]
    institution: Institution | None

    @property
    def is_renewable(self) -> bool:
        return not self.refusal


def standing_of(post_certificate: PostCertificate, user: User, *, at: datetime) -> Standing:
    """Standing of one certificate. Call it inside `province_scope()`."""
    return _standing(post_certificate, user, _accepted(user), rules_for(EligibilityRules, at=at), localdate(at))


def _accepted(user: User) -> list[HoursUpload]:
    """Recorded uploads of a person whose hours still stand, oldest year first."""
    rows = HoursUpload.objects.filter(
        enrolment__user=user, state=UploadState.ACCEPTED, enrolment__hours_state=HoursState.APPROVED
    )
    return list(rows.select_related("enrolment", "institution").order_by("enrolment__year", "pk"))


def _standing(
    post: PostCertificate, user: User, accepted: Iterable[HoursUpload], rules: EligibilityRules, on: date
) -> Standing:
    mine = [upload for upload in accepted if upload.enrolment.post_certificate_id == post.pk]
    years: dict[int, Decimal] = {}
    for upload in mine:
        years[upload.enrolment.year] = years.get(upload.enrolment.year, Decimal(0)) + upload.hours
    refusal = why_no_renewal(
        own=post.holder_id_index == user.id_number_index,
        state=post.state,
        hours_recorded=bool(mine),
        exam_passed=any(upload.enrolment.exam_state == ExamState.PASSED for upload in mine),
        on=on,
        closes_on=rules.renewal_closes_on,
    )
    records = tuple(YearRecord(year, float(hours)) for year, hours in sorted(years.items()))
    return Standing(refusal=refusal, records=records, institution=mine[-1].institution if mine else None)


# --- what a person sees in the centre -------------------------------------------------------------------------------


@dataclass(frozen=True)
class CertificateLine:
    """One certificate of a person. `kind` is `post` or `qualification`; `state` valid, superseded or revoked.

    `refusal` (post certificates only) is the code of why it cannot be renewed now, empty when it can.
    `is_enrolled`: there is a live enrolment for it.
    """

    uuid: UUID
    kind: str
    number: str
    position: str
    issued_on: date
    state: str
    refusal: str = ""
    is_enrolled: bool = False
    replaced_by: str = ""

    @property
    def is_renewable(self) -> bool:
        return self.kind == "post" and not self.refusal


def certificates_of(user: User, *, at: datetime) -> list[CertificateLine]:
    """Post certificates (by number), then qualification certificates (newest first): five queries."""
    with province_scope():
        rules, on = rules_for(EligibilityRules, at=at), localdate(at)
        accepted = _accepted(user)
        own = PostCertificate.objects.filter(holder_id_index=user.id_number_index).select_related("position")
        issued = list(QualificationCertificate.objects.filter(user=user).select_related("position"))
        replaced = {certificate.post_certificate_id: certificate.number for certificate in issued}
        live = Enrolment.objects.filter(user=user).exclude(admission=Admission.WITHDRAWN)
        enrolled = set(live.values_list("post_certificate", flat=True))
        lines = [
            CertificateLine(
                uuid=post.uuid,
                kind="post",
                number=post.number,
                position=post.position.name,
                issued_on=post.issued_on,
                state=post.state,
                refusal=_standing(post, user, accepted, rules, on).refusal,
                is_enrolled=post.pk in enrolled,
                replaced_by=replaced.get(post.pk, ""),
            )
            for post in own.order_by("number")
        ]
        return lines + [_qualification_line(certificate) for certificate in issued]


def _qualification_line(certificate: QualificationCertificate) -> CertificateLine:
    return CertificateLine(
        uuid=certificate.uuid,
        kind="qualification",
        number=certificate.number,
        position=certificate.position.name,
        issued_on=localdate(certificate.issued_at),
        state=certificate.state,
    )


@dataclass(frozen=True)
class HoursLine:
    """One line of 继续教育. Hours in study hours; `uploaded_on` and `uploaded_hours` once they are recorded."""

    institution: str
    position: str
    year: int
    uploaded_hours: Decimal
    total_hours: Decimal
    uploaded_on: date | None
    state: str


def recorded_hours_of(user: User) -> list[HoursLine]:
    """The person's enrolments with what the register has recorded of them, newest first: two queries."""
    with province_scope():
        enrolments = Enrolment.objects.filter(user=user, admission=Admission.ADMITTED)
        related = enrolments.select_related("institution", "position", "plan")
        live = HoursUpload.objects.filter(enrolment__user=user).exclude(state=UploadState.REJECTED)
        uploads = {upload.enrolment_id: upload for upload in live}
        return [_hours_line(enrolment, uploads.get(enrolment.pk)) for enrolment in related]


def _hours_line(enrolment: Enrolment, upload: HoursUpload | None) -> HoursLine:
    recorded = upload is not None and upload.state == UploadState.ACCEPTED
    return HoursLine(
        institution=enrolment.institution.name,
        position=enrolment.position.name,
        year=enrolment.year,
        uploaded_hours=upload.hours if upload and recorded else Decimal(0),
        total_hours=enrolment.plan.hours_required,
        uploaded_on=localdate(upload.accepted_at) if upload and upload.accepted_at else None,
        state=upload.state if upload else "",
    )


@dataclass(frozen=True)
class HoursDocument:
    """The 学时证明 of one enrolment: ready to print (`refusal` empty) or why not. `number` once it was issued."""

    enrolment: UUID
    position: str
    year: int
    hours: Decimal
    score: int | None
    approved_at: datetime | None
    refusal: str
    number: str

    @property
    def is_ready(self) -> bool:
        return not self.refusal


def hours_documents_of(user: User) -> list[HoursDocument]:
    """One entry for each admitted enrolment of the current scope, newest year first: three queries."""
    enrolments = Enrolment.objects.filter(user=user, admission=Admission.ADMITTED).select_related("position", "plan")
    live = HoursCertificate.objects.filter(user=user, revoked_at=None)
    numbers = {certificate.enrolment_id: certificate.number for certificate in live}
    scores: dict[int, int] = {}
    for attempt in Attempt.objects.filter(user=user, passed=True):
        scores[attempt.enrolment_id] = max(scores.get(attempt.enrolment_id, 0), attempt.score or 0)
    return [
        HoursDocument(
            enrolment=enrolment.uuid,
            position=enrolment.position.name,
            year=enrolment.year,
            hours=enrolment.plan.hours_required,
            score=scores.get(enrolment.pk),
            approved_at=enrolment.hours_approved_at,
            refusal=why_no_hours_certificate(
                hours_approved=enrolment.hours_state == HoursState.APPROVED,
                exam_passed=enrolment.exam_state == ExamState.PASSED,
            ),
            number=numbers.get(enrolment.pk, ""),
        )
        for enrolment in enrolments
    ]


# --- papers and a corrected identity ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Paper:
    """A certificate that prints something else than what is right now. `kind` is in words."""

    kind: str
    number: str
    position: str
    issued_on: date


def documents_that_would_differ(user: User, field: str, value: str) -> list[Paper]:
    """Valid papers of `user` that do not print `value` as their `field` (`name` or `id_number`; else none do)."""
    if field not in ("name", "id_number"):
        return []
    own: list[Document] = [*HoursCertificate.objects.filter(user=user, revoked_at=None)]
    own += [*QualificationCertificate.objects.filter(user=user, revoked_at=None)]
    papers = []
    for document in own:
        facts = json.loads(document.facts)
        if facts.get(field) != value:
            kind = _("Hours certificate") if isinstance(document, HoursCertificate) else _("Qualification certificate")
            papers.append(Paper(kind, document.number, facts["position"], date.fromisoformat(facts["issued_on"])))
    return papers


def documents_with_other_facts(user: User) -> list[Paper]:
    """Valid papers of `user` with another name or number than the account has now, each once."""
    found = documents_that_would_differ(user, "name", user.name)
    found += documents_that_would_differ(user, "id_number", user.id_number)
    return list({paper.number: paper for paper in found}.values())
