"""What can stand in the way of enrolling and studying. Codes are part of the protocol (docs/protocol.md)."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError

ENROLMENT_REFUSALS = {
    "unknown": _("No post certificate of this person has this number. Check the number and the name."),
    "not_valid": _("This post certificate is no longer valid."),
    "position": _("This position is not part of continuing education."),
    "issue_year": _("Post certificates of this year of issue do not need this continuing education."),
    "closed": _("Enrolment has closed: the closing date for renewal has passed."),
    "exists": _("This person is already enrolled for this position and year."),
    "no_plan": _("There is no published course plan for this position and year yet."),
    "institution": _("This institution does not train for this position."),
    "state": _("The enrolment is no longer in the state this step needs. Reload the page."),
}

STUDY_REFUSALS = {
    "not_admitted": _("Your enrolment has not been admitted yet."),
    "all_complete": _("All hours are complete."),
    "no_media": _("The next lesson has no video yet. Please call your institution."),
    "not_yours": _("This is not your enrolment."),
    "taken_over": _("You have started studying in another window or on another device."),
    "complete": _("This lesson is complete."),
    "cleared": _("The hours of this enrolment have been cleared."),
    "left": _("This sitting has ended."),
    "idle": _("This sitting has ended because nothing was heard from the page for a long time."),
    "signed_out": _("You have signed out."),
    "stale": _("This message is out of date. The page is connecting again."),
    "unknown_field": _("The message has a field that does not exist."),
    "malformed": _("The message is not well formed."),
    "too_many": _("Too many messages."),
    "retry": _("The record could not be saved just now. The page tries again by itself."),
    "hours": _("Study does not count at this time of day."),
    "no_question": _("No question is open now."),
    "question_wait": _("Please read the question once more before you answer again."),
    "beyond_edge": _("This part of the lesson is not open yet."),
    "bad_signature": _("This address is not valid."),
    "address_expired": _("This address has expired."),
}


class CannotEnrol(DomainError):
    """Code `enrolment.<refusal>`."""

    def __init__(self, refusal: str) -> None:
        super().__init__(ENROLMENT_REFUSALS[refusal], code=f"enrolment.{refusal}")


class CannotStudy(DomainError):
    """Code `study.<refusal>`."""

    def __init__(self, refusal: str, status: int = 409) -> None:
        super().__init__(STUDY_REFUSALS[refusal], code=f"study.{refusal}", status=status)


class CameraNotVerified(DomainError):
    code = "camera.expired"
    message = _("The camera check is missing or has expired. Please do it again.")


class CannotPublish(DomainError):
    """Code `plan.short`, `plan.no_media`, `plan.lesson_too_short` or `plan.published`."""


class CannotClear(DomainError):
    code = "hours.cannot_clear"
    message = _("There is nothing to clear, or hours have been earned since.")


CATALOGUE_REFUSALS = {
    "code": _("Use capital letters, digits, hyphens and full stops only, at most 40 characters."),
    "code_taken": _("This code is taken already."),
    "title": _("Give it a title."),
    "in_use": _("It is part of a plan or was studied: it stays, for the records. Take it out of drafts if it is old."),
    "has_lessons": _("The course has lessons. Only an empty course can be deleted."),
    "at_end": _("It stands at the end already."),
    "stem": _("Write the question."),
    "options": _("Give two to six options."),
    "same": _("Two options are the same."),
    "answer": _("Say which option is right."),
    "retired": _("This question was changed or retired by somebody else. Reload the page."),
}
PLAN_REFUSALS = {
    "published": _("A published plan is not changed any more. Draft a newer one."),
    "draft_exists": _("There is a draft for this position and year already."),
    "lesson": _("A lesson of the list does not exist any more. Reload the page."),
    "twice": _("A lesson stands in the plan twice."),
    "hours": _("“%(title)s”: give more than 0 study hours."),
    "too_long": _("“%(title)s”: the video is worth at most %(most)s study hours."),
}


class CannotChangeCatalogue(DomainError):
    """Code `catalogue.<refusal>`; `field` names the field of a form that the sentence belongs to."""

    def __init__(self, refusal: str, field: str = "") -> None:
        super().__init__(CATALOGUE_REFUSALS[refusal], code=f"catalogue.{refusal}")
        self.field = field


class CannotChangePlan(DomainError):
    """Code `plan.<refusal>`; `lesson_id` is the lesson whose hours the sentence is about."""

    def __init__(self, refusal: str, *, lesson_id: int = 0, **words: object) -> None:
        super().__init__(PLAN_REFUSALS[refusal] % words if words else PLAN_REFUSALS[refusal], code=f"plan.{refusal}")
        self.lesson_id = lesson_id


MEDIA_REFUSALS = {
    "type": _("Only mp4 and mov files are taken."),
    "size": _("The file is larger than 2 GB or empty."),
    "captions": _("This is no WebVTT file."),
}
PASSING = {"interrupted"}


class BadUpload(DomainError):
    def __init__(self, refusal: str, status: int = 400) -> None:
        super().__init__(MEDIA_REFUSALS[refusal], code=f"upload.{refusal}", status=status)


class UploadConflict(DomainError):
    code = "upload.conflict"
    message = _("The server has another part of the file.")

    def __init__(self, received: int) -> None:
        super().__init__()
        self.received = received
