"""Back to the initial password, by a clerk: only where nobody has ever used the account (issue 3, "No takeover").

The initial password opens nothing by itself: the first sign-in asks for an SMS code of the registered phone, which this
does not touch. Who has signed in once uses "forgotten password", or asks the association.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from tenants.accounts.models import PhoneCode, User
from tenants.audit.services import record
from tenants.errors import DomainError
from tenants.messages.services import queue_sms
from tenants.models import Institution
from tenants.rulesets.rules import PeopleRules
from tenants.rulesets.services import rules_for


class CannotReset(DomainError):
    """Neutral on purpose: in use, closed, or without a phone, it is one sentence."""

    code = "account.cannot_reset"
    message = _(
        "This account is not reset at the desk. If the person cannot sign in, “Forgotten password” on the sign-in page "
        "sends a code to their phone; for anything else the association helps."
    )


def reset_to_initial(user: User, *, reason: str, by: User, institution: Institution, at: datetime) -> None:
    """Set the initial password of the ruleset on an account that was never activated, and tell its phone.

    `reason` is the clerk's sentence for the audit trail. Codes that are under way die. Raises `CannotReset`.
    """
    with transaction.atomic():
        person = User.objects.select_for_update().get(pk=user.pk)
        if person.activated_at is not None or not person.is_active or person.closed_at or not person.phone_index:
            raise CannotReset
        person.set_password(rules_for(PeopleRules, at=at).initial_password)
        person.save(update_fields=["password"])
        PhoneCode.objects.filter(user=person, used_at=None).update(used_at=at)
        record("account.password_reset", actor=by, subject=person, institution=institution, at=at, reason=reason)
        queue_sms(
            key=f"reset:{person.uuid}:{at.isoformat()}", template="password_reset",
            params={"institution": institution.short_name}, user=person, institution=institution, at=at,
        )  # fmt: skip
