"""Gather the archive of one enrolment (一人一档): a fixed number of queries, whatever its length."""

from datetime import datetime

from cms.archive import office
from cms.archive.papers import exams
from cms.archive.parts import Archive, Part
from cms.archive.study import camera, study
from learning.models import Admission, Enrolment

RELATED = (
    "user", "institution", "position", "training_class", "plan", "post_certificate__position", "seen_by",
    "transferred_from__institution",
)  # fmt: skip


def archive_of(enrolment: Enrolment, *, for_association: bool, at: datetime) -> Archive:
    """`enrolment` is loaded with `RELATED`, in the scope of whoever reads. The desk sees no key of a paper and no
    correction that the association handles; of somebody who has withdrawn it sees masked numbers only."""
    parts: list[Part] = [
        office.application(enrolment),
        office.post_certificate(enrolment),
        office.scans(enrolment),
        office.fees(enrolment),
        office.consents(enrolment),
        study(enrolment, at=at),
        camera(enrolment),
        exams(enrolment, with_key=for_association),
        office.reviews(enrolment),
        office.certificates(enrolment),
        office.uploads(enrolment),
        office.messages(enrolment),
    ]
    if for_association:
        parts.append(office.corrections(enrolment))
    hides = not for_association and enrolment.admission == Admission.WITHDRAWN
    return Archive(enrolment, parts, for_association, hides)
