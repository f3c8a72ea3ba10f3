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
    PostCertificate,
    PostCertificateState,
    TrainingClass,
)
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
    "Clearing",
    "Course",
    "CreditSpan",
    "EndReason",
    "Enrolment",
    "ExamState",
    "HoursState",
    "Lesson",
    "LessonProgress",
    "LessonQuestion",
    "Media",
    "MediaState",
    "MediaUpload",
    "Plan",
    "PlanLesson",
    "Position",
    "PostCertificate",
    "PostCertificateState",
    "PresenceCheck",
    "StudySession",
    "StudyTrace",
    "TrainingClass",
    "UploadState",
]
