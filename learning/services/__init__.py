"""The verbs of learning. Import from here."""

from learning.services.admission import admit, enrol
from learning.services.applying import apply_for_enrolment, take_back
from learning.services.captions import replace_captions, set_captions
from learning.services.catalogue import create_plan, publish_plan
from learning.services.claims import (
    claim_certificate,
    due_claims,
    enter_claim,
    forget_claims,
    forget_own_claims,
    note_answer,
    read_scan,
    refuse_claim,
)
from learning.services.classes import ClassData, change_class, close_class, create_class, move_people, reopen_class
from learning.services.clearing import clear_credit, undo_clearing
from learning.services.counter import AtCounter, enrol_at_counter
from learning.services.encoding import encode_upload
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
from learning.services.leaving import refund_is_due, standing_of, transfer, withdraw
from learning.services.lesson_questions import add_question, change_question, retire_question
from learning.services.lessons import (
    change_course,
    change_lesson,
    create_course,
    create_lesson,
    delete_course,
    delete_lesson,
    move_lesson,
)
from learning.services.media import attach_media, register_media, withdraw_media
from learning.services.payments import (
    correct_payment,
    mark_paid,
    may_take_back,
    take_back_payment,
)
from learning.services.plans import change_draft, delete_draft, draft_plan
from learning.services.presence import answer_question, open_question
from learning.services.register import (
    CertificateData,
    correct_post_certificate,
    register_post_certificate,
    restore_post_certificate,
    revoke_post_certificate,
    supersede_post_certificate,
)
from learning.services.reminders import KINDS as REMINDER_KINDS
from learning.services.reminders import remind_class, reminder_text, reminders_due
from learning.services.scans import open_scan, save_scan, waiting_scans
from learning.services.study import (
    beat,
    credit_at,
    end_all_study,
    end_idle_sessions,
    end_study_session,
    open_study_session,
    resume,
)
from learning.services.together import admit_together, mark_paid_together, put_into_class
from learning.services.traces import note_agent, note_rhythm, note_trace
from learning.services.uploads import (
    begin_upload,
    cancel_upload,
    receive_piece,
    requeue_stranded,
    retry_upload,
    sweep_uploads,
)

__all__ = [
    "REMINDER_KINDS",
    "AtCounter",
    "CertificateData",
    "ClassData",
    "add_question",
    "admit",
    "admit_together",
    "answer_question",
    "apply_for_enrolment",
    "attach_media",
    "beat",
    "begin_upload",
    "cancel_upload",
    "change_class",
    "change_course",
    "change_draft",
    "change_lesson",
    "change_question",
    "claim_certificate",
    "clear_credit",
    "close_class",
    "complete_finished_enrolments",
    "complete_hours_if_done",
    "correct_payment",
    "correct_post_certificate",
    "create_class",
    "create_course",
    "create_lesson",
    "create_plan",
    "credit_at",
    "delete_course",
    "delete_draft",
    "delete_lesson",
    "draft_plan",
    "due_claims",
    "encode_upload",
    "end_all_study",
    "end_idle_sessions",
    "end_study_session",
    "enrol",
    "enrol_at_counter",
    "enter_claim",
    "forget_claims",
    "forget_own_claims",
    "mark_paid",
    "mark_paid_together",
    "may_take_back",
    "move_lesson",
    "move_people",
    "note_agent",
    "note_answer",
    "note_certified",
    "note_exam_passed",
    "note_first_attempt",
    "note_hours_approval_undone",
    "note_hours_approved",
    "note_recorded",
    "note_rhythm",
    "note_trace",
    "open_question",
    "open_scan",
    "open_study_session",
    "publish_plan",
    "put_into_class",
    "read_scan",
    "receive_piece",
    "refund_is_due",
    "refuse_claim",
    "register_media",
    "register_post_certificate",
    "remind_class",
    "reminder_text",
    "reminders_due",
    "reopen_class",
    "replace_captions",
    "requeue_stranded",
    "restore_post_certificate",
    "resume",
    "retire_question",
    "retry_upload",
    "revoke_post_certificate",
    "save_scan",
    "set_captions",
    "standing_of",
    "supersede_post_certificate",
    "sweep_uploads",
    "take_back",
    "take_back_payment",
    "transfer",
    "undo_clearing",
    "waiting_scans",
    "withdraw",
    "withdraw_media",
]
