"""What can stand in the way of a certificate. Codes are stable: `certs.<refusal>`."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError

REFUSALS = {
    "hours_not_approved": _("The hours have not passed the review yet. The certificate can be printed after that."),
    "exam_not_passed": _("The online exam has not been passed yet."),
    "hours_not_recorded": _("The register has not recorded the hours yet. Renewal is possible after that."),
    "not_found": _("There is no such certificate under your name."),
    "already_renewed": _("This post certificate has already been renewed. The new one is under Certificates."),
    "void": _("This post certificate is void."),
    "closed": _("Renewal has closed: the closing date has passed."),
    "not_valid": _("This certificate is no longer valid."),
    "altered": _("The stored document cannot be read. Please call the association."),
    "too_many": _("Too many look-ups from this address. Please wait a minute."),
    "portal_only": _("Renewal takes place on the province's portal."),
}
STATUS = {"not_found": 404, "portal_only": 404, "altered": 500, "too_many": 429}


class CannotCertify(DomainError):
    """Code `certs.<refusal>`."""

    def __init__(self, refusal: str) -> None:
        super().__init__(REFUSALS[refusal], code=f"certs.{refusal}", status=STATUS.get(refusal, 409))


class NameNotPrintable(DomainError):
    """A character is in none of the fonts: nothing is issued rather than a certificate with a hole in the name."""

    code = "certs.name_not_printable"

    def __init__(self, missing: str) -> None:
        text = _("These characters cannot be printed: %(missing)s. Please call the association.")
        super().__init__(text % {"missing": missing})
