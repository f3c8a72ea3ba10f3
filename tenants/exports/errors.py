"""What stands against an export, in sentences."""

from django.utils.translation import gettext_lazy as _

from tenants.errors import DomainError


class NotReady(DomainError):
    code = "export.not_ready"
    message = _("This file is not there any more. Export the list again.")
    status = 404


class NoColumns(DomainError):
    code = "export.no_columns"
    message = _("Choose at least one column.")
    status = 400


class TooManyRows(DomainError):
    code = "export.too_many_rows"
    message = _("These are more rows than one file may hold. Filter the list first.")
    status = 400


class TooManyFull(DomainError):
    code = "export.too_many_full"
    message = _("You have taken as many files with full numbers today as the rules allow. Ask the association.")
    status = 429


class TooManyWaiting(DomainError):
    code = "export.too_many_waiting"
    message = _("Several of your files are still being made. Wait for one, or cancel it.")
    status = 429


class Broken(DomainError):
    """The worker gave up: it was killed or failed each time."""

    code = "export.broken"
    message = _("The file could not be made. Try again; if it fails again, tell the operator.")
    status = 500


# Code on a failed job → its sentence.
FAILURES = {one.code: one.message for one in (Broken, TooManyRows, NotReady)}
