"""Positions, courses, enrolments and credited study. All rows live in the public schema."""

from learning.models.catalogue import Course, Lesson, Media, MediaState, Plan, PlanLesson, Position
from learning.models.enrolment import (
    Admission,
    Enrolment,
    ExamState,
    HoursState,
    PostCertificate,
    PostCertificateState,
    TrainingClass,
)
from learning.models.study import Clearing, CreditSpan, EndReason, LessonProgress, StudySession

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
    "Media",
    "MediaState",
    "Plan",
    "PlanLesson",
    "Position",
    "PostCertificate",
    "PostCertificateState",
    "StudySession",
    "TrainingClass",
]
