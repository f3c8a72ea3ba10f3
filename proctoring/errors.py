"""Errors of this room."""

from django.utils.translation import gettext_lazy as _

from proctoring.stills import SENTENCES
from tenants.errors import DomainError


class ProfileIncomplete(DomainError):
    """`steps` says what is missing (see `queries.missing_steps`)."""

    code = "profile.incomplete"
    message = _("Your profile is not complete yet. Complete it first; then you can start.")

    def __init__(self, steps: list[str]) -> None:
        super().__init__()
        self.steps = steps


class PhotoRefused(DomainError):
    """A picture that cannot serve; `code` is one of `stills.SENTENCES`."""

    status = 422

    def __init__(self, code: str, status: int | None = None) -> None:
        super().__init__(SENTENCES[code], code=code, status=status)


class FaceBusy(PhotoRefused):
    """No face worker answered in time."""

    def __init__(self) -> None:
        super().__init__("photo.busy", status=503)


class TemplateBeingMade(DomainError):
    """The recogniser was changed; the person's photos are measured anew in the background."""

    code = "camera.preparing"
    message = _("Your photos are being prepared for the new face recognition. Please try again in half a minute.")
    status = 503


class CannotDecide(DomainError):
    code = "lookalike.cannot_decide"
    message = _("Nobody decides about an account of their own. Please leave it to a colleague.")
    status = 403


class AlreadyDecided(DomainError):
    code = "lookalike.decided"
    message = _("Somebody else has decided this pair meanwhile. Reload the page to see what was decided.")


class PhotoLocked(PhotoRefused):
    """A confirmed photo that study rests on: only a clerk gives it back (`services.reject_profile`)."""

    def __init__(self) -> None:
        super().__init__("photo.locked", status=409)


class ConsentNeeded(DomainError):
    code = "consent.needed"
    message = _("Please decide about the use of your face data first.")
    status = 403


class NotYourPhoto(DomainError):
    code = "photo.not_yours"
    message = _("Only the person can change a face photo.")
    status = 403


class CannotConfirm(DomainError):
    code = "profile.cannot_confirm"
    message = _("Only a profile with both photos of the same person can be confirmed.")


class SessionClosed(DomainError):
    code = "camera.closed"
    message = _("The camera session has ended. Open the study room again.")


class FaceNotProved(DomainError):
    code = "camera.not_proved"
    message = _("The face check has not passed, or is too long ago. Please do it again.")
    status = 403


class TooManyAttempts(DomainError):
    code = "liveness.too_many"
    message = _("No attempts left today. Please try again tomorrow, or study at your institution.")
    status = 429


ATTESTATION_REFUSALS = {
    "oneself": _("Nobody vouches for themselves. Ask a colleague."),
    "not_allowed": _("The rules of the province do not allow study in the classroom without a camera."),
    "elsewhere": _("Another institution has just vouched for this person in its classroom, and has not ended it."),
    "expired": _("The time of this attestation has run out, so its end can no longer be attested. The review sees it."),
}


class CannotAttest(DomainError):
    """Code `attestation.<refusal>`."""

    def __init__(self, refusal: str) -> None:
        super().__init__(ATTESTATION_REFUSALS[refusal], code=f"attestation.{refusal}")


class NotAttested(DomainError):
    code = "attestation.missing"
    message = _("No teacher has checked your identity yet. Show your ID card to the teacher in the classroom.")
