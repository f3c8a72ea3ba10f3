"""Support grants: leave for one person of the association to work at one institution, for a reason and for a time.

While it runs the person holds a role there, as a membership with an end; never a superuser's right. The institution
sees who, why and how long, and may end it. Rights still need a second factor, like anybody's (`tenants.gate`).
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_tenants.utils import schema_context, tenant_context

from tenants.accounts.models import SupportGrant, User
from tenants.audit.models import Entry
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Institution, State
from tenants.roles.models import GroupMembership
from tenants.roles.queries import association_schema
from tenants.roles.roles import Role
from tenants.roles.services import grant_role
from tenants.rulesets.rules import StaffRules
from tenants.rulesets.services import rules_for

# Read-only first: what a form offers without being asked.
SUPPORT_ROLES = (Role.VIEWER, Role.REGISTRAR, Role.MANAGER)
REASON_MIN = 4


class CannotSupport(DomainError):
    code = "support.refused"


class NotSuperadmin(DomainError):
    code = "support.not_superadmin"
    message = _("Only a superadmin of the association opens support.")
    status = 403


def open_grant(
    user: User, institution: Institution, *, role: Role, reason: str, minutes: int, by: Any, at: datetime
) -> SupportGrant:
    """Let `user` of the association work at `institution` for `minutes`. Raises `CannotSupport`, `NotSuperadmin`."""
    with transaction.atomic():
        User.objects.select_for_update().get(pk=user.pk)
        _check(user, institution, role=role, reason=reason, minutes=minutes, by=by, at=at)
        until = at + timedelta(minutes=minutes)
        grant = SupportGrant.objects.create(
            user=user, institution=institution, role=role.value, reason=reason.strip(), created_at=at, expires_at=until
        )
        with tenant_context(institution):
            if GroupMembership.objects.filter(user=user, until=None).exists():
                raise CannotSupport(_("%(name)s is on the staff of this institution already.") % {"name": user.name})
            grant_role(user, role, by=by, at=at, until=until)
        record(
            "support.opened", actor=by, subject=grant, institution=institution, at=at,
            role=role.value, minutes=minutes, reason=reason.strip(),
        )  # fmt: skip
    return grant


def _check(
    user: User, institution: Institution, *, role: Role, reason: str, minutes: int, by: Any, at: datetime
) -> None:
    if not (by.is_superuser or _is_of_association(by, Role.SUPERADMIN)):
        raise NotSuperadmin
    if not user.is_active or not (user.is_superuser or _is_of_association(user)):
        raise CannotSupport(_("Only staff of the association can support an institution."))
    if institution.is_association or institution.state == State.CLOSED:
        raise CannotSupport(_("There is nothing to support at this institution."))
    if role not in SUPPORT_ROLES:
        raise CannotSupport(_("This role cannot be given for support."), code="support.role", status=400)
    if len(reason.strip()) < REASON_MIN:
        raise CannotSupport(_("Say in a sentence why; the institution reads it."), code="support.reason", status=400)
    longest = rules_for(StaffRules, at=at).support_minutes_max
    if not 1 <= minutes <= longest:
        words = _("Support lasts %(minutes)s minutes at most.") % {"minutes": longest}
        raise CannotSupport(words, code="support.minutes", status=400)
    if running(at=at).filter(user=user, institution=institution).exists():
        raise CannotSupport(_("Support by %(name)s is running here already.") % {"name": user.name})


def _is_of_association(user: User, *roles: Role) -> bool:
    with schema_context(association_schema()):
        held = GroupMembership.objects.filter(user=user)
        return held.filter(group__name__in=[role.value for role in roles]).exists() if roles else held.exists()


def end_grant(grant: SupportGrant, *, by: Any, at: datetime) -> bool:
    """End it now, from either side; the rights are gone with the next request. True when it was still running."""
    with transaction.atomic():
        grant = SupportGrant.objects.select_for_update(of=("self",)).select_related("institution").get(pk=grant.pk)
        if grant.ended_at is not None or grant.expires_at <= at:
            return False
        _take_away(grant)
        grant.ended_at, grant.ended_by = at, by
        grant.save(update_fields=["ended_at", "ended_by"])
        record("support.ended", actor=by, subject=grant, institution=grant.institution, at=at)
    return True


def expire_due(*, at: datetime) -> int:
    """Close what has run out and take its role away; returns how many. Runs twice without harm."""
    closed = 0
    for pk in list(SupportGrant.objects.filter(ended_at=None, expires_at__lte=at).values_list("pk", flat=True)):
        with transaction.atomic():
            grant = (
                SupportGrant.objects.select_for_update(of=("self",), skip_locked=True)
                .select_related("institution")
                .filter(pk=pk, ended_at=None)
                .first()
            )
            if grant is None:
                continue
            _take_away(grant)
            grant.ended_at = grant.expires_at
            grant.save(update_fields=["ended_at"])
            record("support.expired", actor=None, subject=grant, institution=grant.institution, at=at)
            closed += 1
    return closed


def _take_away(grant: SupportGrant) -> None:
    """Only memberships with an end: whoever has become staff in the meantime stays."""
    with tenant_context(grant.institution):
        GroupMembership.objects.filter(user=grant.user_id, until__isnull=False).delete()


def note_entry(user: User, institution: Institution, *, at: datetime) -> str | None:
    """Write that support has come in; answers which grant it is, or None when none runs."""
    grant = running(at=at).filter(user=user, institution=institution).first()
    if grant is None:
        return None
    record("support.entered", actor=user, subject=grant, institution=institution, at=at)
    return str(grant.uuid)


# --- reads ----------------------------------------------------------------------------------------------------------


def running(*, at: datetime) -> Any:
    """Grants that run at `at`, of all institutions."""
    return SupportGrant.objects.filter(ended_at=None, expires_at__gt=at)


def grants_of(institution: Institution) -> Any:
    """All grants at an institution, newest first."""
    return (
        SupportGrant.objects.filter(institution=institution)
        .select_related("user", "ended_by", "institution")
        .order_by("-created_at", "-pk")
    )


def entries_of(grants: list[SupportGrant]) -> dict[str, list[datetime]]:
    """When somebody came in under each of `grants`, by the grant's uuid; one query."""
    entries: dict[str, list[datetime]] = {str(grant.uuid): [] for grant in grants}
    rows = Entry.objects.filter(
        action="support.entered", subject_type="accounts.supportgrant", subject_id__in=list(entries)
    ).order_by("at")
    for uuid, at in rows.values_list("subject_id", "at"):
        entries[uuid].append(at)
    return entries
