"""Who does what in the console (DOMAIN: roles of the association)."""

from collections.abc import Callable

from cms.frame import View, staff_view
from tenants.models import Kind
from tenants.roles.decorators import has_role
from tenants.roles.roles import Role
from tenants.scopes import in_province

REVIEWERS = (Role.SUPERADMIN, Role.HOURS_REVIEWER)
READERS_OF_REVIEWS = (*REVIEWERS, Role.AUDITOR)
ADMINS = (Role.SUPERADMIN,)
READERS = (Role.SUPERADMIN, Role.AUDITOR)
CLERKS = (Role.SUPERADMIN, Role.CERTIFICATE_CLERK)
READERS_OF_CERTIFICATES = (*CLERKS, Role.AUDITOR)
READERS_OF_QUESTIONS = (Role.SUPERADMIN, Role.QUESTION_EDITOR, Role.AUDITOR)
EDITORS_OF_COURSES = (Role.SUPERADMIN, Role.QUESTION_EDITOR)
READERS_OF_COURSES = (*EDITORS_OF_COURSES, Role.AUDITOR)
EVERYBODY = (Role.SUPERADMIN, Role.HOURS_REVIEWER, Role.QUESTION_EDITOR, Role.CERTIFICATE_CLERK, Role.AUDITOR)


__all__ = [
    "ADMINS",
    "CLERKS",
    "EDITORS_OF_COURSES",
    "EVERYBODY",
    "READERS",
    "READERS_OF_CERTIFICATES",
    "READERS_OF_COURSES",
    "READERS_OF_QUESTIONS",
    "READERS_OF_REVIEWS",
    "REVIEWERS",
    "console_view",
    "has_role",
]


def console_view(*roles: Role, change: tuple[Role, ...] = ()) -> Callable[[View], View]:
    """A screen of the association over all institutions' rows."""

    def decorate(view: View) -> View:
        return staff_view(Kind.ASSOCIATION, *roles, change=change)(in_province(view))

    return decorate
