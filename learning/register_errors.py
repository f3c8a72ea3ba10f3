"""What can stand in the way of the register of post certificates, and of claims that something is missing in it."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError

REGISTER_REFUSALS = {
    "number": _("Give the number of the certificate: 4 to 40 characters."),
    "number_taken": _("The register holds a certificate with this number already."),
    "future": _("The day of issue lies in the future."),
    "superseded": _("This certificate has been replaced by a qualification certificate: it is not changed any more."),
    "revoked": _("This certificate is revoked. Take the revocation back first."),
    "not_revoked": _("This certificate is not revoked."),
    "holder": _("The register holds this number for another ID number. Somebody has to look at it by hand."),
    "position_in_use": _("Somebody is enrolled with it for its position: the position cannot change any more."),
    "holder_in_use": _("Somebody with another ID number is enrolled with it. Withdraw that enrolment first."),
    "name_in_use": _("Who is enrolled with it has another name in their account. Have the account corrected first."),
    "issued_in_use": _("Somebody is enrolled with it, and a certificate of that year would not entitle to it."),
    "stale": _("Somebody else has changed this certificate meanwhile. Look at it as it is now, then decide again."),
    "unchanged": _("Nothing would change."),
    "reason": _("Say why in one sentence."),
    "own": _("This is your own certificate: a colleague has to do it."),
}
# The field of the form that the sentence belongs to.
REGISTER_FIELDS = {
    "number": "number", "number_taken": "number", "future": "issued_on", "issued_in_use": "issued_on",
    "position_in_use": "position", "holder_in_use": "id_number", "name_in_use": "name", "reason": "reason",
}  # fmt: skip


class CannotChangeRegister(DomainError):
    """Code `register.<refusal>`; `field` names the field of a form that the sentence belongs to."""

    def __init__(self, refusal: str) -> None:
        super().__init__(REGISTER_REFUSALS[refusal], code=f"register.{refusal}")
        self.refusal, self.field = refusal, REGISTER_FIELDS.get(refusal, "")


CLAIM_REFUSALS = {
    "waiting": _("This certificate has been reported already; the association is checking it."),
    "known": _("The register holds this certificate of this person already. Choose it from the list."),
    "too_many": _("You have reported as many certificates as can wait at a time. Please wait for the answers."),
    "decided": _("Somebody else has answered this report meanwhile. Reload the page to see the answer."),
    "answer": _("Say why it is not entered; the institution reads it."),
    "emptied": _("The time for which this report is kept is over."),
    "not_an_image": _("This file is no JPEG or PNG picture."),
    "too_large": _("The file is larger than 8 MB or has more pixels than we take. Save it smaller."),
    "too_small": _("The picture is too small to be read. Scan it again, or take a picture from nearer."),
    "damaged": _("The picture is damaged and cannot be opened."),
}
SCAN = {"not_an_image", "too_large", "too_small", "damaged"}


class CannotClaim(DomainError):
    """Code `claim.<refusal>`; `field` names the field of a form that the sentence belongs to."""

    def __init__(self, refusal: str) -> None:
        super().__init__(
            CLAIM_REFUSALS[refusal], code=f"claim.{refusal}", status=400 if refusal in SCAN | {"answer"} else 409
        )
        self.field = "scan" if refusal in SCAN else "answer" if refusal == "answer" else ""
