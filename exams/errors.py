"""What can stand in the way of an exam. Codes are part of the protocol (docs/protocol.md)."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError


class NotYours(DomainError):
    """Unknown, or somebody else's: the same answer for both."""

    code = "exam.not_found"
    status = 404
    message = _("This exam does not exist.")


class HoursIncomplete(DomainError):
    code = "exam.hours_incomplete"
    message = _("The exam opens when all your study hours are complete.")


class AlreadyPassed(DomainError):
    code = "exam.already_passed"
    message = _("You have already passed this exam. You need not take it again.")


class BankTooSmall(DomainError):
    code = "exam.bank_too_small"
    status = 503
    message = _("There are not enough questions for your position yet. The association has to add some.")


class Closed(DomainError):
    code = "exam.closed"
    message = _("This paper has been handed in. Answers can no longer be changed.")


class TooLate(DomainError):
    code = "exam.too_late"
    message = _("Time is up. Your answers up to the deadline have been handed in.")


class Withdrawn(DomainError):
    code = "exam.withdrawn"
    message = _("This enrolment has been withdrawn: there is no exam for it any more.")


class BadAnswer(DomainError):
    code = "exam.bad_answer"
    status = 400
    message = _("This answer does not fit the question. Reload the page and answer again.")


class FaceCheckNeeded(DomainError):
    code = "exam.face_check"
    status = 403
    message = _("The exam begins with a face check. Do it first; the time starts only afterwards.")


class AlreadyLookedAt(DomainError):
    code = "exam.already_looked_at"
    message = _("Somebody else has looked at this attempt in the meantime. Reload the page to see what was decided.")


class NotIndependent(DomainError):
    code = "exam.not_independent"
    status = 403
    message = _("You belong to this institution or to this case, so another reviewer has to decide it.")


class NoReason(DomainError):
    code = "exam.no_reason"
    status = 400
    message = _("Say why the attempt is voided. The trainee will read it.")
