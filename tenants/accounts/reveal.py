"""Show a full ID number or phone to staff: by role, for a reason, and only after the audit row is committed.

The caller has found `subject` among the rows of its own scope (a desk: the people enrolled there); this module knows no
enrolments. A model says which of its encrypted fields may be shown: `revealable = ("id_number", "phone")`.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tenants.accounts.models import User
from tenants.audit.models import Entry
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.masking import redacted
from tenants.models import Institution
from tenants.roles.decorators import has_role
from tenants.roles.roles import Role
from tenants.rulesets.rules import PrivacyRules
from tenants.rulesets.services import rules_for

ACTION = "number.revealed"
DESK_ROLES = (Role.MANAGER, Role.REGISTRAR)
CONSOLE_ROLES = (Role.SUPERADMIN, Role.HOURS_REVIEWER, Role.CERTIFICATE_CLERK)
REASON_MAX = 200


class MayNotReveal(DomainError):
    code = "reveal.no_right"
    message = gettext_lazy("Your role does not include seeing full numbers.")
    status = 403


class NeedsReason(DomainError):
    code = "reveal.no_reason"
    status = 400


class TooManyReveals(DomainError):
    code = "reveal.too_many"
    message = gettext_lazy("That was many full numbers in a short time. Please wait a moment; every look is recorded.")
    status = 429


def may_reveal(by: Any, institution: Institution) -> bool:
    """Whether the role `by` holds in the connection's schema, that of `institution`, includes full numbers."""
    return has_role(by, *(CONSOLE_ROLES if institution.is_association else DESK_ROLES))


def reveal(subject: Any, field: str, *, reason: str, by: Any, institution: Institution, at: datetime) -> str:
    """The full number, once the look is written down for good: it is in the audit trail even if no page follows.

    `institution` is where `by` works (the association at the console). Raises `MayNotReveal`, `NeedsReason`,
    `TooManyReveals`; LookupError for a field that is never shown.
    """
    if field not in getattr(subject, "revealable", ()):
        raise LookupError(field)
    if not may_reveal(by, institution):
        raise MayNotReveal
    rules = rules_for(PrivacyRules, at=at)
    reason = " ".join(reason.split())
    if len(reason) < rules.reveal_reason_min:
        raise NeedsReason(_too_short(rules.reveal_reason_min))
    with transaction.atomic(durable=True):
        User.objects.select_for_update(of=("self",)).get(pk=by.pk)  # two tabs count one after the other
        _within_limits(by, rules, at)
        record(
            ACTION, actor=by, subject=subject, institution=institution, at=at,
            field=field, reason=redacted(reason[:REASON_MAX]),
        )  # fmt: skip
    return str(getattr(subject, field) or "")


def _too_short(characters: int) -> str:
    return ngettext(
        "Say why, in at least %(number)s character.", "Say why, in at least %(number)s characters.", characters
    ) % {"number": characters}


def _within_limits(by: Any, rules: PrivacyRules, at: datetime) -> None:
    mine = Entry.objects.filter(action=ACTION, actor=by)
    if mine.filter(at__gt=at - timedelta(minutes=1)).count() >= rules.reveals_a_minute:
        raise TooManyReveals
    if mine.filter(at__gte=midnight(at)).count() >= rules.reveals_a_day:
        raise TooManyReveals(_("You have seen as many full numbers today as the rules allow. Ask the association."))


def midnight(at: datetime) -> datetime:
    """Where the local day of `at` began."""
    return localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)


def many_reveals(*, at: datetime) -> int:
    """Staff who saw more full numbers today than the ruleset calls usual: for the association's dashboard."""
    usual = rules_for(PrivacyRules, at=at).reveal_alert_a_day
    today = Entry.objects.filter(action=ACTION, at__gte=midnight(at)).order_by()
    return today.values("actor").annotate(looks=Count("pk")).filter(looks__gt=usual).count()
