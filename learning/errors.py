"""What can stand in the way of enrolling and studying. Codes are part of the protocol (docs/protocol.md)."""

from collections.abc import Sequence

from django.utils.translation import gettext
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
    "too_young": _("This person is younger than the rules of the province allow."),
    "too_old": _("This person is older than the rules of the province allow."),
    "class_elsewhere": _("This class belongs to another institution."),
    "class_position": _("This class is not for this position."),
    "class_year": _("This class is for another year."),
    "class_closed": _("This class is closed."),
    "class_early": _("Enrolment for this class has not opened yet."),
    "class_late": _("Enrolment for this class is over."),
    "class_full": _("This class is full."),
    "invoice_title": _("Give the title of the invoice."),
    "invoice_tax_number": _("A tax number has 15 to 20 capital letters and digits."),
    "amount": _("The amount differs from the fees of this enrolment."),
    "paid_day": _("The day of payment lies in the future."),
    "paid_way": _("This way of payment does not exist."),
    "not_paid": _("No payment is noted for this enrolment."),
    "payment_reason": _("Say in one sentence why."),
    "payment_same": _("This is what is written down already."),
    "paid_studied": _(
        "Something was studied or an exam begun since: the payment stays. Withdraw the enrolment instead."
    ),
    "withdraw_passed": _("The exam has been passed: the enrolment cannot be withdrawn any more."),
    "withdraw_recorded": _("The hours have been recorded: the enrolment cannot be withdrawn any more."),
    "withdraw_reason": _("Study has begun: say why the enrolment is withdrawn."),
    "no_refund": _("Study has begun: fees are not paid back any more. Leave the note on the refund empty."),
    "refund_note": _("The fees were paid a few days ago: say what is paid back."),
    "transfer_same": _("The enrolment is at this institution already."),
    "transfer_exam": _("An exam has been taken: the institution cannot be changed any more."),
    "transfer_hours": _("Study has begun: the institution cannot be changed any more."),
    "refuse_reason": _("Say why the application is refused: the trainee reads it."),
    "no_fee": _("The institution has not published its fee for this position yet. Please call it."),
    "bad_fee": _("A fee cannot be less than nothing."),
    "not_free": _("The fee notice in force names a fee for this position: it cannot be free of charge."),
    "no_consent": _("Please agree that your data pass to the institution; without them it cannot enrol you."),
    "withdrawn": _("The enrolment is withdrawn."),
    "own": _("This is your own enrolment: a colleague has to do it."),
    "not_own": _("This is not an application of yours."),
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

    def __init__(self, refusal: str, status: int = 409) -> None:
        super().__init__(ENROLMENT_REFUSALS[refusal], code=f"enrolment.{refusal}", status=status)


class NotTogether(DomainError):
    """Code `enrolment.together`: one step for many, and nothing was done. `people` are name and sentence of the first
    ten who stand in the way; names are not part of the message, which may be logged."""

    SHOWN = 10

    def __init__(self, refused: Sequence[tuple[str, str]]) -> None:
        self.people = [(name, str(ENROLMENT_REFUSALS[code])) for name, code in refused[: self.SHOWN]]
        self.codes = [code for _name, code in refused]
        words = gettext("Nothing was done. People who stand in the way: %(n)d.")
        super().__init__(words % {"n": len(refused)}, code="enrolment.together")


SCAN_REFUSALS = {
    "not_an_image": _("This file is no JPEG or PNG picture. Please take a photo, or export the scan as JPEG."),
    "heic": _(
        "This is a HEIC photo, which cannot be read here. Take the photo on this page with the camera, or set the "
        "phone's camera to the most compatible format (JPEG)."
    ),
    "too_large": _("The picture is larger than 10 MB. Please take it again in a smaller size."),
    "too_many_pixels": _("The picture has more than 50 million pixels. Please take it again in a smaller size."),
    "too_small": _("The picture is smaller than 300 pixels; nobody could read the number. Please take it again."),
    "damaged": _("The picture is damaged and cannot be opened. Please take it again."),
    "too_often": _("Too many pictures in a short time. Please wait a minute."),
    "kind": _("Only the ID card and the post certificate are needed."),
}


class BadScan(DomainError):
    """Code `scan.<refusal>`: a picture of papers that is not taken."""

    def __init__(self, refusal: str) -> None:
        self.refusal = refusal
        super().__init__(SCAN_REFUSALS[refusal], code=f"scan.{refusal}", status=400)


CLASS_REFUSALS = {
    "name_taken": _("Another class of the institution has this name."),
    "number_taken": _("Another class of the institution has this number."),
    "dates": _("A date of the end is before that of its beginning."),
    "capacity": _("More people are in the class already than it would have places."),
    "positions": _("The institution does not train for one of these positions."),
    "people": _("Somebody in the class studies another position or year."),
    "state": _("The class has been closed or opened meanwhile. Reload the page."),
    "closed": _("This class is closed."),
    "other_institution": _("The class and the people are not of the same institution."),
    "not_for_them": _("The class is for another position or year than one of these people studies."),
    "full": _("The class has not enough places for all of them. Nobody was moved."),
    "withdrawn": _("One of these enrolments is withdrawn. Nobody was moved."),
    "kind": _("There is no such reminder."),
    "phone": _("The reminder names the institution's telephone, and none is set yet."),
    "nobody_to_remind": _("Nobody is due for this reminder."),
    "nobody": _("Choose at least one person."),
}


class CannotChangeClass(DomainError):
    """Code `class.<refusal>`."""

    def __init__(self, refusal: str) -> None:
        super().__init__(CLASS_REFUSALS[refusal], code=f"class.{refusal}")


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


# Also why an upload failed: `MediaUpload.error` is a key of this.
MEDIA_REFUSALS = {
    "name": _("The file name must end in .mp4 or .mov."),
    "empty": _("The file is empty."),
    "size": _("The file is larger than 2 GB."),
    "piece": _("A piece of the upload is empty, too large, or goes beyond the end of the file."),
    "conflict": _("Another window has sent this piece already. The upload goes on from there."),
    "state": _("This upload is no longer in the state this step needs. Reload the page."),
    "no_space": _("There is not enough space on the server. Please try again later or tell the administrator."),
    "not_video": _("The file is not an MP4 or MOV video, whatever its name says."),
    "truncated": _("The end of the video is missing. Please export it again."),
    "damaged": _("The video is damaged and cannot be read. Please export it again."),
    "outside": _("The video refers to other files. Export it as one file that holds everything."),
    "too_many_parts": _("The video is built of too many parts. Please export it again with usual settings."),
    "streams": _("The file has more than eight tracks."),
    "one_video": _("The file must hold exactly one picture track."),
    "pixels": _("The picture is larger than 3840 × 2160."),
    "fps": _("The video has more than 120 pictures a second."),
    "too_short": _("The video is shorter than one second."),
    "too_long": _("The video is longer than four hours."),
    "chapters": _("The video has too many chapters."),
    "no_chapters": _("The video has no chapters to make lessons of."),
    "short_chapter": _("A chapter of the video is shorter than one second."),
    "slow": _("Reading or converting the video took too long."),
    "memory": _("There was not enough memory to convert the video. It can be tried again."),
    "killed": _("Converting the video broke off several times. It can be tried again."),
    "incomplete": _("The conversion did not come to its end. It can be tried again."),
    "captions": _("The captions are not a readable WebVTT file."),
    "captions_size": _("The captions are larger than 1 MB."),
    "captions_late": _("All captions begin after the end of this video. Do they belong to another one?"),
    "no_hours": _("This video is too short for the study hours that the lesson has in a published plan."),
    "withdrawn": _("This video has been withdrawn."),
    "in_use": _("The video is still used by a lesson, or by trainees who have begun with it."),
}
# Causes that may pass: the file is kept, and the upload can be tried again.
PASSING = {"no_space", "slow", "memory", "killed", "incomplete"}


class BadUpload(DomainError):
    """Code `media.<refusal>`: what is sent is no video that we take, or not as announced."""

    status = 400

    def __init__(self, refusal: str, status: int = 400) -> None:
        self.refusal = refusal
        super().__init__(MEDIA_REFUSALS[refusal], code=f"media.{refusal}", status=status)


class UploadConflict(BadUpload):
    """The next byte is another one: `received` says which."""

    def __init__(self, received: int) -> None:
        self.received = received
        super().__init__("conflict", status=409)


class NoSpace(BadUpload):
    """The disk has no room."""

    def __init__(self) -> None:
        super().__init__("no_space", status=507)


class CannotUseMedia(DomainError):
    """Code `media.<refusal>`: a medium that cannot be given to a lesson, or cannot be withdrawn."""

    def __init__(self, refusal: str) -> None:
        self.refusal = refusal
        super().__init__(MEDIA_REFUSALS[refusal], code=f"media.{refusal}")


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
