"""The verbs of learning. Import from here."""

from learning.services.admission import admit, enrol, mark_paid, withdraw
from learning.services.catalogue import create_plan, publish_plan, register_media
from learning.services.hours import (
    clear_credit,
    complete_finished_enrolments,
    complete_hours_if_done,
    note_certified,
    note_exam_passed,
    note_first_attempt,
    note_hours_approval_undone,
    note_hours_approved,
    note_recorded,
    undo_clearing,
)
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
from learning.services.plans import change_draft, delete_draft, draft_plan
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
from learning.services.uploads import (
    attach_media,
    begin_upload,
    cancel_upload,
    receive_piece,
    retry_upload,
    set_captions,
    withdraw_media,
)

__all__ = [
    "add_question",
    "admit",
    "answer_question",
    "attach_media",
    "beat",
    "begin_upload",
    "cancel_upload",
    "change_course",
    "change_draft",
    "change_lesson",
    "change_question",
    "clear_credit",
    "complete_finished_enrolments",
    "complete_hours_if_done",
    "create_course",
    "create_lesson",
    "create_plan",
    "credit_at",
    "delete_course",
    "delete_draft",
    "delete_lesson",
    "draft_plan",
    "end_all_study",
    "end_idle_sessions",
    "end_study_session",
    "enrol",
    "mark_paid",
    "move_lesson",
    "note_certified",
    "note_exam_passed",
    "note_first_attempt",
    "note_hours_approval_undone",
    "note_hours_approved",
    "note_recorded",
    "open_question",
    "open_study_session",
    "publish_plan",
    "receive_piece",
    "register_media",
    "register_post_certificate",
    "resume",
    "retire_question",
    "retry_upload",
    "revoke_post_certificate",
    "set_captions",
    "supersede_post_certificate",
    "undo_clearing",
    "withdraw",
    "withdraw_media",
]
