"""Longer limits in the face check for somebody who hears, sees or moves less easily: who has them, who grants them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from proctoring.models import LongerLimits
from proctoring.rules import ProctoringRules, with_longer_limits
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.models import Kind
from tenants.rulesets.services import rules_for
from tenants.scopes import province_scope


class NotForOneself(DomainError):
    code = "limits.not_for_oneself"
    message = _("Nobody grants longer limits to themselves. Ask a colleague.")
    status = 403


def longer_limits_of(user: Any, institution: Any) -> LongerLimits | None:
    """What holds for the person at this institution: its own grant, or the association's, which holds everywhere."""
    here = Q(institution=institution) | Q(institution__kind=Kind.ASSOCIATION)
    with province_scope():
        grants = LongerLimits.objects.filter(here, user=user, ended_at=None)
        return grants.select_related("granted_by", "institution").order_by("institution__kind", "pk").first()


def rules_of(user: Any, institution: Any, *, at: datetime) -> ProctoringRules:
    """The rules of the camera as they hold for this person."""
    rules = rules_for(ProctoringRules, at=at)
    return with_longer_limits(rules) if longer_limits_of(user, institution) else rules


@transaction.atomic
def grant_longer_limits(user: Any, institution: Any, *, reason: str, by: Any, at: datetime) -> LongerLimits:
    """From the person's next check on. By a clerk here, or by the association everywhere. Idempotent.

    Raises `NotForOneself`.
    """
    if by.pk == user.pk:
        raise NotForOneself
    granted, is_new = LongerLimits.objects.get_or_create(
        user=user, institution=institution, ended_at=None,
        defaults={"reason": reason[:200], "granted_by": by, "granted_at": at},
    )  # fmt: skip
    if is_new:
        record("longer_limits.granted", actor=by, subject=granted, institution=institution, at=at)
    return granted


@transaction.atomic
def end_longer_limits(user: Any, institution: Any, *, by: Any, at: datetime) -> None:
    """Take back what was granted here; a grant of the association is the association's to end. Idempotent."""
    granted = LongerLimits.objects.select_for_update().filter(user=user, institution=institution, ended_at=None).first()
    if granted is None:
        return
    granted.ended_by, granted.ended_at = by, at
    granted.save(update_fields=["ended_by", "ended_at"])
    record("longer_limits.ended", actor=by, subject=granted, institution=institution, at=at)
