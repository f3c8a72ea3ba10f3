"""The roles: tenant-local groups with fixed codes (DOMAIN, issue 'People')."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Roles of the association and of institutions. The value is the group's name in the schema."""

    # association
    SUPERADMIN = "superadmin", _("Superadmin")
    HOURS_REVIEWER = "hours_reviewer", _("Hours reviewer")
    QUESTION_EDITOR = "question_editor", _("Question bank editor")
    CERTIFICATE_CLERK = "certificate_clerk", _("Certificate clerk")
    AUDITOR = "auditor", _("Read only (association)")
    # institution
    MANAGER = "manager", _("Manager")
    EDITOR = "editor", _("Editor")
    REGISTRAR = "registrar", _("Registrar")
    VIEWER = "viewer", _("Read only")


ASSOCIATION_ROLES = (Role.SUPERADMIN, Role.HOURS_REVIEWER, Role.QUESTION_EDITOR, Role.CERTIFICATE_CLERK, Role.AUDITOR)
INSTITUTION_ROLES = (Role.MANAGER, Role.EDITOR, Role.REGISTRAR, Role.VIEWER)
