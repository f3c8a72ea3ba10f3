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
    bad_times = _("A stretch of time has to end after it begins.")
    other_video = _("The lesson was begun again with another video, so its hours cannot be given back.")
