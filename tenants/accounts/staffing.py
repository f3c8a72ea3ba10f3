"""Staff of an organisation: taken on by ID number and name, and helped when the second factor is lost."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_tenants.utils import schema_context

from tenants.accounts import factors, handoff
from tenants.accounts.models import SignedIn, User
from tenants.accounts.rules import kind_of, normalised_document, same_name
from tenants.accounts.services import IdentityConflict, pre_register
from tenants.accounts.sessions import end_sessions
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.messages.services import queue_sms
from tenants.models import Institution
from tenants.roles.models import GroupMembership
from tenants.roles.queries import association_schema
from tenants.roles.roles import Role
from tenants.roles.services import RoleHeld, grant_role
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for


class NobodyYet(DomainError):
    """The same words whether the number is unknown or belongs to somebody of another name."""

    code = "staff.nobody_yet"
    message = _(
        "No account can be used with this ID number and name. Check both against the card. If the person is new here, "
        "type their mobile phone too: the invitation goes there."
    )
    status = 400


class NotForYou(DomainError):
    code = "factor.not_for_you"
    message = _("The second factor of a superadmin is reset by the operators only, with a command on the server.")
    status = 403


class NotStaff(DomainError):
    """The same words for unknown numbers, other names and people who are no staff."""

    code = "factor.not_staff"
    message = _("Nobody on any staff has this ID number and name, or they have set up no second factor.")
    status = 400


def take_on(
    *, id_number: str, name: str, phone: str, role: Role, institution: Institution, by: Any, at: datetime
) -> User:
    """Give a role in the connection's schema to the person of number and name.

    Somebody without an account gets one and an invitation by SMS; an existing account keeps its phone and password
    whatever is typed. Raises `BadDocument`, `BadPhone`, `NobodyYet`, `IdentityConflict`, `RoleHeld`, `RoleNotHere`.
    """
    kind = kind_of(id_number)
    with transaction.atomic():
        person = User.objects.by_document(kind, normalised_document(kind, id_number))
        fresh = person is None
        if not phone and (person is None or not _is_usable(person, name)):
            raise NobodyYet
        if person is not None and not _is_usable(person, name):
            raise IdentityConflict
        person = pre_register(
            id_number=id_number, name=name, phone=phone or None, by=by, institution=institution, at=at
        )
        if GroupMembership.objects.filter(user=person, group__name=role.value, until=None).exists():
            raise RoleHeld
        grant_role(person, role, by=by, at=at)
        if fresh:
            _invite(person, role, institution, at)
    return person


def _is_usable(person: User, name: str) -> bool:
    return person.is_active and same_name(person.name, name)


def _invite(person: User, role: Role, institution: Institution, at: datetime) -> None:
    params: dict[str, object] = {
        "name": person.name, "institution": institution.name, "role": str(role.label), "host": institution.host,
        "password": rules_for(PeopleRules, at=at).initial_password,
    }  # fmt: skip
    key = f"staff-invited:{institution.pk}:{person.uuid}"
    queue_sms(key=key, template="staff_invited", params=params, user=person, institution=institution, at=at)


def colleague(*, id_number: str, name: str) -> User:
    """A member of any staff whose second factor may be reset, by number and name. Raises `BadDocument`, `NotStaff`."""
    kind = kind_of(id_number)
    person = User.objects.by_document(kind, normalised_document(kind, id_number))
    if person is None or not _is_usable(person, name) or not is_staff_anywhere(person):
        raise NotStaff
    return person


def is_staff_anywhere(user: User) -> bool:
    return user.is_superuser or bool(_roles_at_association(user)) or bool(handoff.workplaces(user))


def _roles_at_association(user: User) -> set[str]:
    with schema_context(association_schema()):
        return set(GroupMembership.objects.filter(user=user).values_list("group__name", flat=True))


def help_with_factor(user: User, *, reason: str, by: Any, institution: Institution, at: datetime) -> None:
    """Reset a colleague's second factor: all their sessions end, they are told by SMS, and they set up a new one.

    Not a superadmin's, and nobody's own. Raises `NotForYou`, `NotStaff`.
    """
    if user.pk == by.pk or user.is_superuser or Role.SUPERADMIN in _roles_at_association(user):
        raise NotForYou
    with transaction.atomic():
        try:
            factors.reset_second_factor(user, reason=reason, by=by, institution=institution, at=at)
        except factors.NoFactor as error:
            raise NotStaff from error
        end_sessions(user, why=SignedIn.End.ELSEWHERE, keep=None, by=by, at=at)
        tell_of_reset(user, institution=institution, at=at)


def tell_of_reset(user: User, *, institution: Institution | None, at: datetime) -> None:
    """The SMS; a person without a phone is not told, and the audit trail says so."""
    if not user.phone:
        record("second_factor.not_told", actor=None, subject=user, institution=institution, at=at)
        return
    key = f"second-factor-reset:{user.uuid}:{int(at.timestamp())}"
    params: dict[str, object] = {"name": user.name}
    queue_sms(key=key, template="second_factor_reset", params=params, user=user, institution=institution, at=at)
