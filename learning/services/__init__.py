"""The verbs of learning. Import from here."""

from learning.services.admission import admit, enrol, mark_paid, withdraw
from learning.services.catalogue import create_plan, publish_plan, register_media
from learning.services.clearing import clear_credit, undo_clearing
from learning.services.hours import (
    complete_finished_enrolments,
    complete_hours_if_done,
    note_certified,
    note_exam_passed,
    note_first_attempt,
    note_hours_approval_undone,
    note_hours_approved,
    note_recorded,
)
from learning.services.presence import answer_question, open_question
from learning.services.register import (
    register_post_certificate,
    revoke_post_certificate,
    supersede_post_certificate,
)
from learning.services.study import (
    beat,
    credit_at,
    end_all_study,
    end_idle_sessions,
    end_study_session,
    open_study_session,
    resume,
)
from learning.services.traces import note_agent, note_rhythm, note_trace

__all__ = [
    "admit",
    "answer_question",
    "beat",
    "clear_credit",
    "complete_finished_enrolments",
    "complete_hours_if_done",
    "create_plan",
    "credit_at",
    "end_all_study",
    "end_idle_sessions",
    "end_study_session",
    "enrol",
    "mark_paid",
    "note_agent",
    "note_certified",
    "note_exam_passed",
    "note_first_attempt",
    "note_hours_approval_undone",
    "note_hours_approved",
    "note_recorded",
    "note_rhythm",
    "note_trace",
    "open_question",
    "open_study_session",
    "publish_plan",
    "register_media",
    "register_post_certificate",
    "resume",
    "revoke_post_certificate",
    "supersede_post_certificate",
    "undo_clearing",
    "withdraw",
]
