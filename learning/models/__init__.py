"""Positions, courses, enrolments and credited study. All rows live in the public schema."""

from learning.models.catalogue import (
    Course,
    Lesson,
    LessonQuestion,
    Media,
    MediaState,
    MediaUpload,
    Plan,
    PlanLesson,
    Position,
    UploadState,
)
from learning.models.enrolment import (
    Admission,
    Enrolment,
    ExamState,
    HoursState,
    Origin,
    PaymentWay,
    PostCertificate,
    PostCertificateState,
    TrainingClass,
)
from learning.models.register import CertificateClaim, PostCertificateChange
from learning.models.scan import EnrolmentScan, ScanKind
from learning.models.study import (
    Clearing,
    CreditSpan,
    EndReason,
    LessonProgress,
    PresenceCheck,
    StudySession,
    StudyTrace,
)

__all__ = [
    "Admission",
    "CertificateClaim",
    "Clearing",
    "Course",
    "CreditSpan",
    "EndReason",
    "Enrolment",
    "EnrolmentScan",
    "ExamState",
    "HoursState",
    "Lesson",
    "LessonProgress",
    "LessonQuestion",
    "Media",
    "MediaState",
    "MediaUpload",
    "Origin",
    "PaymentWay",
    "Plan",
    "PlanLesson",
    "Position",
    "PostCertificate",
    "PostCertificateChange",
    "PostCertificateState",
    "PresenceCheck",
    "ScanKind",
    "StudySession",
    "StudyTrace",
    "TrainingClass",
    "UploadState",
]
